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
    """One packed sequence: tokens of all its texts in a row, and each text's row in the whole input.

    `lengths` ascends, so texts of one length are neighbours.
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def groups(self) -> Iterator[tuple[int, int, int]]:
        """Yield (first text, texts, tokens of each) for every run of texts of one length."""
        lengths, firsts, counts = np.unique(self.lengths, return_index=True, return_counts=True)
        yield from zip(firsts.tolist(), counts.tolist(), lengths.tolist(), strict=True)

    def halves(self) -> tuple[Batch, Batch]:
        """Return the batch in two, for a device that cannot hold it whole."""
        middle = len(self.rows) // 2
        cut = int(self.lengths[:middle].sum())
        return (
            Batch(self.rows[:middle], self.ids[:cut], self.lengths[:middle]),
            Batch(self.rows[middle:], self.ids[cut:], self.lengths[middle:]),
        )


def cut(window: Window, budget: int) -> list[Batch]:
    """Return the window's texts as batches of at most `budget` tokens each, unless one text alone has more."""
    order = np.argsort(window.lengths, kind="stable")
    lengths = window.lengths[order]
    ends = np.cumsum(lengths)
    batches = []
    begin = 0
    while begin < len(order):
        before = int(ends[begin] - lengths[begin])
        end = max(begin + 1, int(np.searchsorted(ends, before + budget, "right")))
        texts = order[begin:end]
        ids = np.concatenate([window.ids[window.starts[text] : window.starts[text + 1]] for text in texts])
        batches.append(Batch(texts + window.first, ids, lengths[begin:end]))
        begin = end
    return batches
