"""The stage: claims, their vectors and a codebook in; stances out."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.codebook import EXAMPLE_SIDES, load_codebook
from argmine.stance.similarity import score_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pandas as pd

    from argmine.codebook import Codebook
    from argmine.settings import Settings


def code(
    claims: pd.DataFrame,
    vectors: np.ndarray,
    codebook: Codebook,
    encode: Callable[[Sequence[str]], np.ndarray],
    settings: Settings,
) -> pd.DataFrame:
    """Return the stances: a row for each claim and each frame that it speaks to, `unclear` where no side is sure.

    `encode` turns the codebook's texts into vectors of the claims' space. Quotes, text that asserts nothing and
    languages that the encoder does not read are not coded.
    """
    import numpy as np
    import pandas as pd

    readable = claims["language"].isin([*settings.languages.split(","), "und"])
    rows = np.flatnonzero((claims["kind"].isin(("claim", "question")) & readable).to_numpy())
    if not len(rows):
        return tables.empty(tables.STANCES)
    scores = score_frames(vectors[rows], codebook, encode)
    claim_ids = claims["claim_id"].to_numpy()
    found = []
    for order, frame in enumerate(codebook.frames):
        threshold = settings.stance_threshold if frame.threshold is None else frame.threshold
        mine = scores[frame.name]
        for position in np.flatnonzero(mine.speaks >= threshold):
            side = int(mine.sides[position].argmax())
            sure = mine.sides[position, side] >= settings.side_threshold
            found.append(
                {
                    "row": rows[position],
                    "order": order,
                    "claim_id": claim_ids[rows[position]],
                    "frame": frame.name,
                    "side": EXAMPLE_SIDES[side] if sure else "unclear",
                    "confidence": round(float(mine.speaks[position]), 4),
                }
            )
    if not found:
        return tables.empty(tables.STANCES)
    return tables.conform(pd.DataFrame(found).sort_values(["row", "order"]), tables.STANCES)


def describe_coder(codebook: Codebook) -> dict[str, Any]:
    """Return the coder's name, and its scores on hand-coded threads where they were measured with this codebook."""
    described: dict[str, Any] = {"name": "similarity to the codebook's propositions and examples"}
    if codebook.sha256 == load_codebook().sha256:
        scores = (resources.files("argmine") / "codebooks" / "ai_policy.scores.json").read_text(encoding="utf-8")
        described["quality"] = json.loads(scores)
    return described
