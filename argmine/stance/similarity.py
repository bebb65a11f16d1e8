"""The coder that needs nothing but the codebook: similarity to each frame's proposition and examples.

How similar is similar enough is learned from the codebook itself, frame by frame: its own sentences against those of
the other frames and the background, each scored with itself left out.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from argmine.codebook import EXAMPLE_SIDES, load_codebook
from argmine.stance.coder import FrameScores, mean_of_nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from argmine.codebook import Codebook, Frame
    from argmine.stance.coder import Encoders, InContext, Progress

SIDE_TEMPERATURE = 0.24
# A claim farther from the frame's sentences than this share of them is from the others is of another subject, however
# much farther it is from the rest of the codebook. Chosen on data/labelled/stance: precision rises, F1 stays.
FARTHEST_SHARE = 0.1
# Examples that all say the same lie close together and would shut out what is put otherwise: this is near enough.
FAR_ENOUGH = 0.3
# Slope and middle of the curve from similarity to probability where the codebook has nothing to learn them from: a
# frame of one sentence (from sentences of data/labelled/stance, one in six with its own proposition), and a codebook of
# one frame without background.
_PROPOSITION_ALONE = 14.0, 0.3
_FRAME_ALONE = 20.0, 0.45


class SimilarityCoder:
    """Codes by the vectors that the claims have already."""

    def score(
        self, claims: InContext, codebook: Codebook, encoders: Encoders, progress: Progress
    ) -> dict[str, FrameScores]:
        """Return each frame's scores for the claims."""
        scores = score_frames(claims.vectors[claims.rows], codebook, encoders.texts)
        progress(len(claims), len(claims))
        return scores

    def describe(self, codebook: Codebook) -> dict[str, Any]:
        """Return the coder's name, and its scores on hand-coded threads where they were measured with this codebook."""
        described: dict[str, Any] = {
            "name": "similarity to the codebook's propositions and examples",
            "reads": "It reads a claim without the thread around it.",
        }
        if codebook.sha256 == load_codebook().sha256:
            scores = (resources.files("argmine") / "codebooks" / "ai_policy.scores.json").read_text(encoding="utf-8")
            described["quality"] = json.loads(scores)
        return described


def score_frames(
    vectors: np.ndarray, codebook: Codebook, encode: Callable[[Sequence[str]], np.ndarray]
) -> dict[str, FrameScores]:
    """Return each frame's scores for claims given as unit vectors of shape (n, dim)."""
    examples = {frame.name: _sentences(frame) for frame in codebook.frames}
    texts = [text for frame in codebook.frames for text, _ in examples[frame.name]] + list(codebook.background)
    known = encode(texts)
    scores = {}
    start = 0
    for frame in codebook.frames:
        stop = start + len(examples[frame.name])
        sides = [side for _, side in examples[frame.name]]
        scores[frame.name] = FrameScores(
            _speaks(vectors, known, start, stop), _sides(vectors, known[start:stop], sides)
        )
        start = stop
    return scores


def _sentences(frame: Frame) -> list[tuple[str, str]]:
    """Return the frame's sentences with their sides; the proposition counts as pro."""
    own = [(text, side) for side in EXAMPLE_SIDES for text in frame.examples.get(side, ())]
    return [(frame.proposition, "pro"), *own]


def _speaks(vectors: np.ndarray, known: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Return the probability that each claim speaks to the frame whose sentences are known[start:stop]."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    inside = np.zeros(len(known), dtype=bool)
    inside[start:stop] = True

    def features(similarity: np.ndarray) -> np.ndarray:
        own, others = mean_of_nearest(similarity[:, inside]), mean_of_nearest(similarity[:, ~inside])
        return np.column_stack([own, own - others])

    if inside.sum() == 1 or inside.all():  # nothing to learn from: distance alone must do
        slope, middle = _PROPOSITION_ALONE if inside.sum() == 1 else _FRAME_ALONE
        return np.asarray(1 / (1 + np.exp(-slope * (mean_of_nearest(vectors @ known[inside].T) - middle))))
    among_known = known @ known.T
    np.fill_diagonal(among_known, -1.0)
    own_features, claim_features = features(among_known), features(vectors @ known.T)
    model = LogisticRegression(C=100.0, class_weight="balanced").fit(own_features, inside)
    farthest = min(float(np.quantile(own_features[inside, 0], FARTHEST_SHARE)), FAR_ENOUGH)
    near_enough = claim_features[:, 0] >= farthest
    return np.asarray(np.where(near_enough, model.predict_proba(claim_features)[:, 1], 0.0))


def _sides(vectors: np.ndarray, known: np.ndarray, sides: list[str]) -> np.ndarray:
    """Return the probability of each example side, shape (n, 3); uniform where the frame has no examples a side."""
    import numpy as np

    similarity = vectors @ known.T
    evidence = np.full((len(vectors), len(EXAMPLE_SIDES)), -1.0)
    for column, side in enumerate(EXAMPLE_SIDES):
        mine = np.array([other == side for other in sides])
        if mine.any():
            evidence[:, column] = mean_of_nearest(similarity[:, mine])
    if (evidence.max(axis=0) > -1.0).sum() < 2:
        return np.full_like(evidence, 1 / len(EXAMPLE_SIDES))
    weight = np.exp((evidence - evidence.max(axis=1, keepdims=True)) / SIDE_TEMPERATURE)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
