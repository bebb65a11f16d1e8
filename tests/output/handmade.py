"""A small Analysis made by hand, so that outputs are tested without models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from argmine import tables
from argmine.analysis import Analysis
from argmine.codebook import Codebook, Frame
from argmine.settings import Settings

CODEBOOK = Codebook(
    "parks",
    (
        Frame("dogs", "Dogs", "Dogs should be allowed in every park.", "for dogs", "against dogs", "undecided"),
        Frame("cars", "Cars", "Cars should be kept out of parks.", "for the ban", "against the ban", "undecided"),
    ),
)


@dataclass(frozen=True)
class Say:
    """A post of one or more claims, each with its stances as (frame, side) pairs."""

    author: str | None
    parts: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    answers: int | None = None
    status: str = "ok"
    url: str | None = None
    kind: str = "claim"
    language: str = "en"


THREAD = (
    Say("ada", [("Dogs make a park safer at night.", [("dogs", "pro")]), ("I walk there daily.", [])]),
    Say("bo", [("Dogs scare my children 🐕 every week.", [("dogs", "con")])], answers=0, url="https://example.org/2"),
    Say(None, [("Cars have no place in a park.", [("cars", "pro"), ("dogs", "unclear")])], answers=1),
    Say("cy", [("The council will vote on dogs in May.", [("dogs", "neutral")])], answers=0),
    Say(None, [], status="deleted", answers=3),
    Say("ada", [("Dogs scare my children", [])], answers=4, kind="quote"),
    Say("dee", [("Hunde gehören nicht in den Park.", [])], answers=4, language="de"),
)


def build(
    says: Sequence[Say] = THREAD,
    *,
    title: str = "Dogs in parks",
    url: str | None = "https://example.org/thread",
    groups: bool = True,
    times: bool = True,
    codebook: Codebook = CODEBOOK,
    **manifest: Any,
) -> Analysis:
    """Return an Analysis of the posts; the first three claims form a group where `groups`."""
    posts, claims, stances = [], [], []
    for number, say in enumerate(says):
        text = " ".join(part for part, _ in say.parts)
        hour = pd.Timestamp("2026-03-01T10:00Z") + pd.Timedelta(hours=number) if times else None
        parent = None if say.answers is None else f"p{say.answers}"
        posts.append(
            {"post_id": f"p{number}", "thread_id": "t", "parent_id": parent, "author": say.author, "created_at": hour}
            | {"depth": 0 if parent is None else 1, "url": say.url, "status": say.status, "text": text}
        )
        start = 0
        for part, coded in say.parts:
            claim_id = f"p{number}:{start}"
            claims.append(
                {
                    "claim_id": claim_id,
                    "post_id": f"p{number}",
                    "start": start,
                    "end": start + len(part),
                    "kind": say.kind,
                }
                | {"language": say.language, "text": part}
            )
            stances += [
                {"claim_id": claim_id, "frame": f, "side": s, "confidence": 0.9 - len(stances) / 1e4} for f, s in coded
            ]
            start += len(part) + 1
    rows = pd.DataFrame(claims, columns=["claim_id", "post_id", "start", "end", "kind", "language", "text"])
    own = rows["kind"].isin(("claim", "question")) & (rows["language"] == "en")
    place = np.arange(len(rows), dtype=float)
    grouped = own & (place < 3) & groups
    rows = rows.assign(
        cluster_id=np.where(grouped, "g1", None),
        unassigned_reason=np.where(grouped, None, np.where(own, "far from all groups", "not a claim")),
        x=np.where(own, place, np.nan),
        y=np.where(own, place % 3, np.nan),
    )
    clusters = [
        {
            "cluster_id": "g1",
            "name": "Dogs make a park safer",
            "keyphrases": "dogs; park",
            "n_claims": int(grouped.sum()),
        }
        | {"n_authors": 2, "stability": 0.8}
    ]
    return assemble(posts, rows, stances, clusters if grouped.any() else [], codebook, title, url, manifest)


def assemble(
    posts: list[dict[str, Any]],
    claims: pd.DataFrame,
    stances: list[dict[str, Any]],
    clusters: list[dict[str, Any]],
    codebook: Codebook,
    title: str,
    url: str | None,
    manifest: dict[str, Any],
) -> Analysis:
    quotes = _quotes(posts, claims, stances, clusters)
    return Analysis(
        posts=tables.conform(pd.DataFrame(posts), tables.POSTS),
        quotations=tables.empty(tables.QUOTATIONS),
        claims=tables.conform(claims, tables.CLAIMS),
        stances=tables.conform(pd.DataFrame(stances, columns=tables.STANCES.names), tables.STANCES),
        clusters=tables.conform(pd.DataFrame(clusters, columns=tables.CLUSTERS.names), tables.CLUSTERS),
        quotes=tables.conform(pd.DataFrame(quotes, columns=tables.QUOTES.names), tables.QUOTES),
        vectors=np.zeros((len(claims), 4), dtype=np.float32),
        codebook=codebook,
        manifest={
            "argmine": "0.1.0",
            "source": {
                "name": "/home/somebody/dogs.json",
                "title": title,
                "url": url,
                "format": "test",
                "sha256": "ab" * 32,
            },
            "coverage": {"line": f"read {len(posts)} comments", "notes": []},
            "settings": Settings().as_dict(),
            "encoder": {"name": "none", "sha256": "cd" * 32, "dim": 4},
            "coder": {"name": "a hand"},
            "groups": {"method": "no groups: too few claims"},
            "versions": {"python": "3.11"},
            "counts": {"claims": len(claims), "share_in_a_frame": 0.5, "claims_in_other_languages": 0}
            | {"quotes_checked": len(claims) + len(quotes), "quotes_failed": 0},
        }
        | manifest,
    )


def _quotes(
    posts: list[dict[str, Any]], claims: pd.DataFrame, stances: list[dict[str, Any]], clusters: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    by_id = {claim["claim_id"]: claim for claim in claims.to_dict("records")}
    post_of = {post["post_id"]: post for post in posts}
    lists: dict[tuple[str | None, str | None, str | None], list[str]] = {}
    for stance in stances:
        if stance["side"] != "unclear":
            lists.setdefault((stance["frame"], stance["side"], None), []).append(stance["claim_id"])
    for cluster in clusters:
        lists[None, None, cluster["cluster_id"]] = claims[claims["cluster_id"] == cluster["cluster_id"]][
            "claim_id"
        ].tolist()
    return [
        {"frame": frame, "side": side, "cluster_id": group, "rank": rank}
        | {name: by_id[claim_id][name] for name in ("claim_id", "post_id", "start", "end", "text")}
        | {name: post_of[by_id[claim_id]["post_id"]][name] for name in ("author", "url")}
        for (frame, side, group), ids in lists.items()
        for rank, claim_id in enumerate(ids[:5], start=1)
    ]
