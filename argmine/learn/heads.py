"""Heads for a codebook's frames: fitted to coded claims, and judged by claims that they were not fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.codebook import EXAMPLE_SIDES
from argmine.stance.coder import FrameScores
from argmine.stance.learned import Head, features
from argmine.stance.stage import decide

if TYPE_CHECKING:
    from argmine.settings import Settings

NONE = "none"
# Fewer examples of a side do not show what it looks like.
FEWEST_OF_A_SIDE = 4
FOLDS = 5
RESAMPLES = 1_000
# Ridges, set once and not tuned: the library's own for the frame, a weaker one for its sides.
_SPEAKS_C = 1.0
_SIDES_C = 4.0


@dataclass(frozen=True)
class Score:
    """A score with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return the score with its interval in brackets, or a dash where there is none."""
        if self.value != self.value:
            return "-"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def fit_head(read: np.ndarray, codes: Sequence[str]) -> Head | None:
    """Return the head for features of shape (n, n_features) and a code a row; None where all or none speak."""
    given = np.array(codes)
    speaks = given != NONE
    if speaks.all() or not speaks.any():
        return None
    labels = tuple(side for side in EXAMPLE_SIDES if (given == side).sum() >= FEWEST_OF_A_SIDE)
    decided = np.isin(given, labels)
    sides = _fit(read[decided], given[decided], labels, _SIDES_C) if len(labels) > 1 else np.zeros((0, 0))
    return Head(_fit(read, speaks, (False, True), _SPEAKS_C)[1], labels if len(labels) > 1 else (), sides)


def cross_validated(vectors: np.ndarray, base: FrameScores, codes: Sequence[str], seed: int) -> FrameScores:
    """Return the scores of each claim by a head that was fitted to the claims of the other folds."""
    read = features(vectors, base)
    speaks, sides = base.speaks.copy(), base.sides.copy()
    fold_of = folds(codes, FOLDS, seed)
    for fold in range(FOLDS):
        test = fold_of == fold
        head = fit_head(read[~test], [code for code, left_out in zip(codes, test, strict=True) if not left_out])
        if head is not None and test.any():
            found = head.apply(read[test], _part(base, test))
            speaks[test], sides[test] = found.speaks, found.sides
    return FrameScores(speaks, sides, base.undecided)


def folds(codes: Sequence[str], n: int, seed: int) -> np.ndarray:
    """Return a fold for each claim, 0 to n - 1, with the codes spread evenly over the folds."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(codes))
    order = order[np.argsort(np.array(codes)[order], kind="stable")]
    found = np.empty(len(codes), dtype=np.int64)
    found[order] = np.arange(len(codes)) % n
    return found


def coded_as(scores: FrameScores, threshold: float | None, settings: Settings) -> np.ndarray:
    """Return the code that each claim gets by its scores: none, pro, con, neutral or unclear, shape (n,)."""
    found = np.full(len(scores.speaks), NONE, dtype=object)
    least = settings.stance_threshold if threshold is None else threshold
    for place, side, _ in decide(scores, least, settings.side_threshold):
        found[place] = side
    return found


def frame_f1(codes: Sequence[str], given: np.ndarray) -> Score:
    """Return F1 of speaking to the frame, whatever the side, with an interval by resampling claims."""
    truth = np.array(codes, dtype=object) != NONE
    return score_of([_cell(truth, given != NONE)])


def side_f1(codes: Sequence[str], given: np.ndarray) -> Score:
    """Return the mean F1 of the sides that were coded: a hit has the frame and the side right; unclear is no hit."""
    truth = np.array(codes, dtype=object)
    sides = [side for side in EXAMPLE_SIDES if (truth == side).any()]
    return score_of([_cell(truth == side, given == side) for side in sides])


def score_of(cells: Sequence[tuple[np.ndarray, np.ndarray]]) -> Score:
    """Return the mean F1 of cells, each by claim the hits and the sum of what was coded and what was answered, (n,).

    The interval comes from resampling claims. Without cells or claims there is no score: NaN.
    """
    if not cells or not len(cells[0][0]):
        return Score(float("nan"), float("nan"), float("nan"))
    n = len(cells[0][0])
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype("float64")
    low, high = np.quantile(_mean_f1(cells, drawn), (0.025, 0.975))
    return Score(float(_mean_f1(cells, np.ones((1, n)))[0]), float(low), float(high))


def _mean_f1(cells: Sequence[tuple[np.ndarray, np.ndarray]], weights: np.ndarray) -> np.ndarray:
    """Return the mean F1 for each row of weights, shape (m, n); a cell without truth or answer has 0."""
    found = []
    for hits, total in cells:
        whole = weights @ total
        found.append(np.divide(2 * (weights @ hits), whole, out=np.zeros_like(whole), where=whole > 0))
    return np.asarray(np.mean(found, axis=0))


def _cell(truth: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (truth & given).astype("float64"), truth.astype("float64") + given.astype("float64")


def _part(scores: FrameScores, rows: np.ndarray) -> FrameScores:
    undecided = None if scores.undecided is None else scores.undecided[rows]
    return FrameScores(scores.speaks[rows], scores.sides[rows], undecided)


def _fit(read: np.ndarray, given: np.ndarray, labels: tuple[Any, ...], c: float) -> np.ndarray:
    """Return weights, a row a label and the bias last, shape (n_labels, n_features + 1)."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the problem is small: several threads only wait for each other
        model = LogisticRegression(C=c, class_weight="balanced", max_iter=1_000).fit(read, given)
    rows = np.column_stack([model.coef_, model.intercept_])
    if len(rows) == 1:  # two labels: the first is the absence of the second
        rows = np.vstack([np.zeros_like(rows), rows])
    return np.asarray(rows[[list(model.classes_).index(label) for label in labels]].round(6))
