"""The stage: claims, their vectors, a codebook and a coder in; stances out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine import tables
from argmine.codebook import EXAMPLE_SIDES
from argmine.errors import SettingsError
from argmine.stance.coder import InContext
from argmine.stance.similarity import SimilarityCoder
from argmine.stance.trained import TrainedCoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    import numpy as np
    import pandas as pd

    from argmine.codebook import Codebook
    from argmine.settings import Settings
    from argmine.stance.coder import Coder, Encoders, FrameScores

_CODERS: dict[str, Callable[[], Coder]] = {"trained": TrainedCoder, "similarity": SimilarityCoder}


def load_coder(settings: Settings) -> Coder:
    """Return the coder that the settings name; raise SettingsError where there is none of that name."""
    if settings.coder not in _CODERS:
        raise SettingsError(f"coder is {settings.coder!r}; choose one of {', '.join(_CODERS)}.")
    return _CODERS[settings.coder]()


def code(
    claims: pd.DataFrame,
    posts: pd.DataFrame,
    vectors: np.ndarray,
    codebook: Codebook,
    coder: Coder,
    encoders: Encoders,
    settings: Settings,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> pd.DataFrame:
    """Return the stances: a row for each claim and each frame that it speaks to, `unclear` where no side is sure.

    `vectors` are the claims' own, shape (n, dim). Quotes, text that asserts nothing and languages that the encoder does
    not read are not coded.
    """
    import numpy as np
    import pandas as pd

    readable = claims["language"].isin([*settings.languages.split(","), "und"])
    rows = np.flatnonzero((claims["kind"].isin(("claim", "question")) & readable).to_numpy())
    if not len(rows):
        return tables.empty(tables.STANCES)
    scores = coder.score(InContext(claims, posts, vectors, rows), codebook, encoders, progress)
    claim_ids = claims["claim_id"].to_numpy()
    found = []
    for order, frame in enumerate(codebook.frames):
        threshold = settings.stance_threshold if frame.threshold is None else frame.threshold
        for position, side, confidence in _decide(scores[frame.name], threshold, settings.side_threshold):
            row = rows[position]
            found.append((row, order, claim_ids[row], frame.name, side, confidence))
    if not found:
        return tables.empty(tables.STANCES)
    columns = ["row", "order", "claim_id", "frame", "side", "confidence"]
    stances = pd.DataFrame(found, columns=columns).sort_values(["row", "order"])
    return tables.conform(stances, tables.STANCES)


def _decide(scores: FrameScores, threshold: float, side_threshold: float) -> Iterator[tuple[Any, str, float]]:
    """Yield (position, side, confidence) of each claim that speaks to the frame, or of which the coder cannot say."""
    import numpy as np

    undecided = np.zeros(len(scores.speaks), dtype=bool) if scores.undecided is None else scores.undecided
    for position in np.flatnonzero((scores.speaks >= threshold) | undecided):
        side = int(scores.sides[position].argmax())
        sure = scores.sides[position, side] >= side_threshold and not undecided[position]
        yield position, EXAMPLE_SIDES[side] if sure else "unclear", round(float(scores.speaks[position]), 4)
