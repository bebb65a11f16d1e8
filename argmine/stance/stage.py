"""The stage: claims, their vectors and a codebook in; stances out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine import tables
from argmine.codebook import EXAMPLE_SIDES
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

    `encode` turns the codebook's texts into vectors of the claims' space. Quotes, text that asserts nothing and languages
    that the encoder does not read are not coded.
    """
    import numpy as np
    import pandas as pd

    readable = claims["language"].isin([*settings.languages.split(","), "und"])
    rows = np.flatnonzero((claims["kind"].isin(("claim", "question")) & readable).to_numpy())
    if not len(rows):
        return tables.empty(tables.STANCES)
    claim_ids = claims["claim_id"].to_numpy()
    found = []
    scores_by_frame = score_frames(vectors[rows], codebook, encode)
    for order, frame in enumerate(codebook.frames):
        scores = scores_by_frame[frame.name]
        threshold = settings.stance_threshold if frame.threshold is None else frame.threshold
        for position in np.flatnonzero(scores.speaks >= threshold):
            side = int(scores.sides[position].argmax())
            sure = scores.sides[position, side] >= settings.side_threshold
            found.append(
                {
                    "row": rows[position],
                    "order": order,
                    "claim_id": claim_ids[rows[position]],
                    "frame": frame.name,
                    "side": EXAMPLE_SIDES[side] if sure else "unclear",
                    "confidence": round(float(scores.speaks[position]), 4),
                }
            )
    if not found:
        return tables.empty(tables.STANCES)
    return tables.conform(pd.DataFrame(found).sort_values(["row", "order"]), tables.STANCES)
