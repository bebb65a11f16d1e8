"""The stage: claims, their vectors and a codebook in; stances out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine import tables
from argmine.codebook import EXAMPLE_SIDES
from argmine.stance.similarity import likeness_in_context, score_by_similarity
from argmine.stance.trained import score_by_training

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pandas as pd

    from argmine.codebook import Codebook
    from argmine.settings import Settings

    Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Encoders:
    """How the coder gets vectors: of texts in the claims' space, and of claim-proposition pairs in the coder's own."""

    texts: Encode
    pairs: Encode


def code(
    claims: pd.DataFrame,
    posts: pd.DataFrame,
    vectors: np.ndarray,
    codebook: Codebook,
    encoders: Encoders,
    settings: Settings,
) -> pd.DataFrame:
    """Return the stances: a row for each claim and each frame that it speaks to, `unclear` where no side is sure.

    Quotes, text that asserts nothing and languages that the encoder does not read are not coded. `settings.coder`
    chooses between the trained coder and similarity to the codebook's sentences.
    """
    import numpy as np
    import pandas as pd

    readable = claims["language"].isin([*settings.languages.split(","), "und"])
    rows = np.flatnonzero((claims["kind"].isin(("claim", "question")) & readable).to_numpy())
    if not len(rows):
        return tables.empty(tables.STANCES)
    if settings.coder == "trained":
        likeness = likeness_in_context(claims, posts, vectors, rows, codebook, encoders.texts)
        scores = score_by_training(claims, posts, rows, likeness, codebook, encoders.pairs)
    else:
        scores = score_by_similarity(vectors[rows], codebook, encoders.texts)
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
