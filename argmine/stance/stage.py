"""The stage: claims, their vectors, a codebook and a coder in; stances out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine import tables
from argmine.codebook import EXAMPLE_SIDES
from argmine.errors import SettingsError
from argmine.stance.chat import ChatCoder
from argmine.stance.coder import InContext
from argmine.stance.inference import InferenceCoder
from argmine.stance.learned import LearnedCoder, load_learned
from argmine.stance.similarity import SimilarityCoder
from argmine.stance.trained import TrainedCoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    import numpy as np
    import pandas as pd

    from argmine.codebook import Codebook
    from argmine.settings import Settings
    from argmine.stance.chat import ChatPlan
    from argmine.stance.coder import Coder, Encoders, FrameScores

_OWN: dict[str, Callable[[], Coder]] = {"trained": TrainedCoder, "similarity": SimilarityCoder}
_NAMED: dict[str, Callable[[str, Settings], Coder]] = {
    "nli": lambda model, _: InferenceCoder(model),
    "llm": ChatCoder,
}


def load_coder(settings: Settings, codebook: Codebook | None = None) -> Coder:
    """Return the coder that the settings name, with what was learned for the codebook, where that is a learned one.

    Raise SettingsError where there is no coder of that name, CodebookError where what was learned is of another coder.
    """
    kind, _, model = settings.coder.partition(":")
    if settings.coder in _OWN:
        coder = _OWN[settings.coder]()
    elif kind in _NAMED and model:
        coder = _NAMED[kind](model, settings)
    else:
        choices = [*_OWN, *(f"{name}:MODEL" for name in _NAMED)]
        raise SettingsError(f"coder is {settings.coder!r}; choose one of {', '.join(choices)}.")
    if codebook is None or codebook.folder is None:
        return coder
    return LearnedCoder(coder, settings.coder, load_learned(codebook))


def plan(
    claims: pd.DataFrame, posts: pd.DataFrame, codebook: Codebook, coder: Coder, settings: Settings
) -> ChatPlan | None:
    """Return what coding would ask of a server, without asking; None for a coder that runs on this machine."""
    import numpy as np

    own = coder.base if isinstance(coder, LearnedCoder) else coder
    if not isinstance(own, ChatCoder):
        return None
    return own.plan(InContext(claims, posts, np.empty((len(claims), 0)), coded_rows(claims, settings)), codebook)


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
    import pandas as pd

    rows = coded_rows(claims, settings)
    if not len(rows):
        return tables.empty(tables.STANCES)
    scores = coder.score(InContext(claims, posts, vectors, rows), codebook, encoders, progress)
    claim_ids = claims["claim_id"].to_numpy()
    found = []
    for order, frame in enumerate(codebook.frames):
        threshold = settings.stance_threshold if frame.threshold is None else frame.threshold
        for position, side, confidence in decide(scores[frame.name], threshold, settings.side_threshold):
            row = rows[position]
            found.append((row, order, claim_ids[row], frame.name, side, confidence))
    if not found:
        return tables.empty(tables.STANCES)
    columns = ["row", "order", "claim_id", "frame", "side", "confidence"]
    stances = pd.DataFrame(found, columns=columns).sort_values(["row", "order"])
    return tables.conform(stances, tables.STANCES)


def coded_rows(claims: pd.DataFrame, settings: Settings) -> np.ndarray:
    """Return the rows of what is coded: claims and questions in a language that the encoder reads."""
    import numpy as np

    readable = claims["language"].isin([*settings.languages.split(","), "und"])
    return np.flatnonzero((claims["kind"].isin(("claim", "question")) & readable).to_numpy())


def decide(scores: FrameScores, threshold: float, side_threshold: float) -> Iterator[tuple[Any, str, float]]:
    """Yield (position, side, confidence) of each claim that speaks to the frame, or of which the coder cannot say."""
    import numpy as np

    undecided = np.zeros(len(scores.speaks), dtype=bool) if scores.undecided is None else scores.undecided
    for position in np.flatnonzero((scores.speaks >= threshold) | undecided):
        side = int(scores.sides[position].argmax())
        sure = scores.sides[position, side] >= side_threshold and not undecided[position]
        yield position, EXAMPLE_SIDES[side] if sure else "unclear", round(float(scores.speaks[position]), 4)
