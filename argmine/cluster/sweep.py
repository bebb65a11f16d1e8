"""The least size of a group, chosen from the data: the size whose groups change least when it is moved a little."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from argmine.cluster.groups import default_min_cluster_size, find_groups

if TYPE_CHECKING:
    import numpy as np

STEPS = (0.6, 0.75, 0.9, 1.0, 1.15, 1.35, 1.6)
SMALLEST = 5
MOST_CLAIMS = 20_000
"""Beyond this many claims the sweep would take longer than the rest; the size is then that of the rule."""


@dataclass(frozen=True)
class Choice:
    """One size of the sweep: how many groups it gives, the share in none, and how like its neighbours' groups they are.

    `likeness` is the mean adjusted Rand index with the groups of the next smaller and next larger size.
    """

    min_cluster_size: int
    n_groups: int
    unassigned: float
    likeness: float
    chosen: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the values as the manifest records them."""
        return asdict(self)


def sweep(layout: np.ndarray) -> tuple[int, np.ndarray, tuple[Choice, ...]]:
    """Return the chosen least size, the groups at it, and the sweep, smallest size first.

    The sizes lie around the rule of `default_min_cluster_size`. Of those that give two groups or more, the one of the
    greatest likeness is chosen, smoothed over its neighbours so that no single lucky pair decides; of equal ones, the
    nearest to the rule. Above MOST_CLAIMS claims there is no sweep.
    """
    import numpy as np
    from sklearn.metrics import adjusted_rand_score

    rule = min(default_min_cluster_size(len(layout)), len(layout))
    if len(layout) > MOST_CLAIMS:
        return rule, find_groups(layout, rule), ()
    sizes = sorted({min(max(SMALLEST, round(rule * step)), len(layout)) for step in STEPS} | {rule})
    if len(sizes) < len(STEPS) // 2:
        sizes = sorted({*sizes, *(size for size in range(SMALLEST, SMALLEST + 4) if size <= len(layout))})
    found = [find_groups(layout, size) for size in sizes]
    likeness_to_next = [adjusted_rand_score(one, other) for one, other in pairwise(found)]
    likeness = [float(np.mean(likeness_to_next[max(place - 1, 0) : place + 1] or [1.0])) for place in range(len(sizes))]
    smooth = np.convolve(np.pad(likeness, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    n_groups = [len(np.unique(labels[labels >= 0])) for labels in found]
    order = sorted(
        range(len(sizes)),
        key=lambda place: (n_groups[place] < 2, -round(float(smooth[place]), 6), abs(sizes[place] - rule)),
    )
    best = order[0]
    choices = tuple(
        Choice(size, n, round(float((labels < 0).mean()), 4), round(like, 4), place == best)
        for place, (size, n, labels, like) in enumerate(zip(sizes, n_groups, found, likeness, strict=True))
    )
    return sizes[best], found[best], choices
