"""How far a quote stands for its group: the representativeness of Polis, with nearness in the place of votes."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

_MOST_COMPARED = 2_000


def nearness(vectors: np.ndarray, groups: Sequence[str | None]) -> float:
    """Return the cosine from which on two claims are near: as many pairs are near as there are pairs in one group.

    `vectors` are unit vectors, shape (n, dim); `groups` names each claim's group, None for none. Coarse groups thus
    make for a wide circle and fine ones for a narrow one. Above 2,000 claims the cosines are those of 2,000 of them,
    evenly spaced. Where no group has two claims, nothing is near (infinity).
    """
    import numpy as np

    n = len(vectors)
    together = sum(size * (size - 1) for size in Counter(group for group in groups if group is not None).values())
    if not together:
        return math.inf
    chosen = vectors[np.linspace(0, n - 1, min(n, _MOST_COMPARED)).astype(int)]
    pairs = (chosen @ chosen.T)[np.triu_indices(len(chosen), k=1)]
    return float(np.quantile(pairs, 1 - together / (n * (n - 1))))


def representativeness(
    quotes: Sequence[int], group: np.ndarray, vectors: np.ndarray, near: float
) -> list[tuple[float, float]]:
    """Return for each quote how many times as frequent it is in its group as outside it, and the z of that difference.

    A comment of Polis is representative of a group where its members vote for it more often than everybody else (Small
    and others 2021, "Polis: Scaling deliberation by mapping high dimensional opinion spaces"). In a thread nobody votes
    on sentences. Here each claim of the thread has one vote on the quote, and it is a vote for it where the claim's
    vector lies as near to the quote's as `near` (see `nearness`), in other words where the claim says much the same.
    The quote itself does not vote.

    `quotes` are rows of `vectors`, the unit vectors of all claims that have a vote, shape (n, dim); `group` says which
    of them are in the quote's group, shape (n,). The probability of a vote is (votes + 1) / (claims + 2) on each side,
    and the first value the ratio of the two. The second is the z of a two-proportion test with pooled variance, with
    one added to every count as Polis does; above 1.64 the quote is more frequent in the group at the 95 % level, one
    sided. Claims of one author are not independent, and the groups were themselves made of near claims, so z ranks
    quotes and does not prove that a group exists.
    """
    found = []
    n_inside, n_all = int(group.sum()), len(group)
    for quote in quotes:
        votes = vectors @ vectors[quote] >= near
        votes[quote] = False
        mine = int(bool(group[quote]))
        inside, outside = int(votes[group].sum()), int(votes[~group].sum())
        voters_inside, voters_outside = n_inside - mine, n_all - n_inside - (1 - mine)
        ratio = (inside + 1) / (voters_inside + 2) * (voters_outside + 2) / (outside + 1)
        found.append((round(ratio, 3), round(two_proportion_z(inside, voters_inside, outside, voters_outside), 3)))
    return found


def two_proportion_z(inside: int, n_inside: int, outside: int, n_outside: int) -> float:
    """Return the z of two proportions with pooled variance, one added to each of the four counts as in Polis.

    >>> round(two_proportion_z(15, 24, 56, 71), 3), two_proportion_z(3, 3, 9, 9)
    (-1.514, 0.0)
    """
    inside, n_inside, outside, n_outside = inside + 1, n_inside + 1, outside + 1, n_outside + 1
    pooled = (inside + outside) / (n_inside + n_outside)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / n_inside + 1 / n_outside))
    return (inside / n_inside - outside / n_outside) / deviation if deviation else 0.0
