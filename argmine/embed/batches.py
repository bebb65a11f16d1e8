"""Windows of tokens cut into packed batches: texts of one length side by side, no padding between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.tokens import Window


@dataclass(frozen=True)
class Batch:
    """One packed sequence: the tokens of all its texts in a row, and each text's row in the whole input.

    `lengths` ascends, so texts of one length are neighbours.
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.int32]
    lengths: NDArray[np.int64]

    def groups(self) -> Iterator[tuple[int, int, int]]:
        """Yield (first token, texts, tokens of each) for every run of texts of one length."""
        lengths, counts = np.unique(self.lengths, return_counts=True)
        firsts = np.cumsum(lengths * counts) - lengths * counts
        yield from zip(firsts.tolist(), counts.tolist(), lengths.tolist(), strict=True)

    def positions(self) -> NDArray[np.int32]:
        """Return each token's place in its own text, counted from 0, shape (n_tokens,)."""
        return _steps(self.lengths).astype(np.int32)

    def halves(self) -> tuple[Batch, Batch]:
        """Return the batch in two, for a device that cannot hold it whole."""
        middle = len(self.rows) // 2
        cut = int(self.lengths[:middle].sum())
        return (
            Batch(self.rows[:middle], self.ids[:cut], self.lengths[:middle]),
            Batch(self.rows[middle:], self.ids[cut:], self.lengths[middle:]),
        )


def runs(lengths: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield the texts' numbers, shortest first, in runs of at most `budget` tokens unless one text alone has more."""
    order = np.argsort(lengths, kind="stable")
    ends = np.cumsum(lengths[order])
    begin = 0
    while begin < len(order):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + budget, "right")))
        yield order[begin:end]
        begin = end


def cut(window: Window, budget: int) -> Iterator[Batch]:
    """Yield the window's texts as batches of at most `budget` tokens, unless one text alone has more."""
    for texts in runs(window.lengths, budget):
        counts = window.lengths[texts]
        ids = window.ids[np.repeat(window.starts[texts], counts) + _steps(counts)]
        yield Batch(texts + window.first, ids, counts)


def _steps(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, ... up to each length, one after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths)
