"""The data block of the report page: posts once, claims as offsets into them, in columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from argmine.output.labels import map_label
from argmine.output.page_sections import FAIRLY_STABLE
from argmine.output.rendering import known, safe_url
from argmine.tables import KINDS, SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from argmine.analysis import Analysis

_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def data_block(analysis: Analysis) -> str:
    """Return the page's data as JSON that can stand inside a script element: it holds no <, > or &."""
    data = json.dumps(page_data(analysis), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return data.translate(_ESCAPES)


def page_data(analysis: Analysis) -> dict[str, Any]:
    """Return what the page's script reads. Names refer to lists by position; -1 or null stands for none."""
    posts, claims, stances = analysis.posts, analysis.claims, analysis.stances
    authors = list(dict.fromkeys(name for name in posts["author"] if known(name)))
    groups = analysis.clusters["cluster_id"].tolist()
    reasons = sorted({reason for reason in claims["unassigned_reason"] if known(reason)})
    row_of_post, row_of_claim = _rows(posts["post_id"]), _rows(claims["claim_id"])
    frames = analysis.codebook.frames
    row_of_frame = _rows(analysis.codebook.frame_names)
    counted = set(analysis.counted_claims()["claim_id"])
    return {
        "frames": [{"name": frame.name, "title": frame.title} for frame in frames],
        "sides": list(SIDES),
        "kinds": list(KINDS),
        "groups": [
            {"id": group, "name": name, "label": map_label(name, phrases), "unstable": bool(stability < FAIRLY_STABLE)}
            for group, name, phrases, stability in analysis.clusters[
                ["cluster_id", "name", "keyphrases", "stability"]
            ].itertuples(index=False)
        ],
        "reasons": reasons,
        "authors": authors,
        "posts": {
            "id": posts["post_id"].tolist(),
            "parent": _positions(posts["parent_id"], row_of_post),
            "author": _positions(posts["author"], _rows(authors)),
            "time": _seconds(posts["created_at"]),
            "url": [safe_url(url) for url in posts["url"]],
            "depth": posts["depth"].tolist(),
            "status": posts["status"].tolist(),
            "text": posts["text"].tolist(),
        },
        "claims": {
            "id": claims["claim_id"].tolist(),
            "post": _positions(claims["post_id"], row_of_post),
            "start": claims["start"].tolist(),
            "end": claims["end"].tolist(),
            "kind": _positions(claims["kind"], _rows(KINDS)),
            "language": claims["language"].tolist(),
            "group": _positions(claims["cluster_id"], _rows(groups)),
            "reason": _positions(claims["unassigned_reason"], _rows(reasons)),
            "x": _numbers(claims["x"]),
            "y": _numbers(claims["y"]),
            "repeats": _positions(claims["duplicate_of"], row_of_claim),
            "counted": [int(claim_id in counted) for claim_id in claims["claim_id"]],
        },
        "quotations": [
            [row_of_post[post_id], int(start), int(end), row_of_post.get(source, -1) if known(source) else -1]
            for post_id, start, end, source in analysis.quotations[
                ["post_id", "start", "end", "source_post_id"]
            ].itertuples(index=False)
        ],
        "stances": [
            [row_of_claim[claim_id], row_of_frame[frame], SIDES.index(side), round(float(confidence), 3)]
            for claim_id, frame, side, confidence in stances.itertuples(index=False)
        ],
    }


def _rows(values: Iterable[str]) -> dict[str, int]:
    return {value: row for row, value in enumerate(values)}


def _positions(values: pd.Series, row_of: dict[str, int]) -> list[int]:
    return [row_of.get(value, -1) if known(value) else -1 for value in values]


def _numbers(values: pd.Series) -> list[float | None]:
    import math

    return [None if math.isnan(value) else value for value in values.tolist()]


def _seconds(times: pd.Series) -> list[int | None]:
    import pandas as pd

    return [None if pd.isna(time) else int(time.timestamp()) for time in times]
