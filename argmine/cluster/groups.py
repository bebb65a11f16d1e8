"""Groups from coordinates: HDBSCAN, how stable each group is, and why a claim is in none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

N_RESAMPLES = 10
RESAMPLE_SHARE = 0.8
LARGEST_SHARE = 0.5
# Neighbours that make a place dense. On the train topics of ArgKP-2021, 2 leaves 16 % of the arguments in no group at
# an adjusted Rand index of 0.18, and 5 leaves 24 % at 0.15.
MIN_SAMPLES = 2


def default_min_cluster_size(n_claims: int) -> int:
    """Return the least size of a group for that many claims: the rule that a sweep starts from.

    >>> [default_min_cluster_size(n) for n in (20, 300, 2_000, 10_000)]
    [5, 9, 22, 50]
    """
    return max(5, round(math.sqrt(n_claims) / 2))


def find_groups(layout: np.ndarray, min_cluster_size: int) -> np.ndarray:
    """Return a group number for each row, -1 for none; shape (n,). HDBSCAN (Campello, Moulavi and Sander 2013).

    Groups are those of the greatest excess of mass; where one of them would hold most of the rows, which explains
    nothing, they are the leaves of the tree instead.
    """
    import numpy as np

    for method in ("eom", "leaf"):
        labels = _hdbscan(layout, min_cluster_size, method)
        sizes = np.bincount(labels[labels >= 0], minlength=1)
        if sizes.max() <= LARGEST_SHARE * len(labels):
            break
    return labels


def _hdbscan(layout: np.ndarray, min_cluster_size: int, method: str) -> np.ndarray:
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=(DeprecationWarning, FutureWarning, SyntaxWarning))
        import hdbscan

        model = hdbscan.HDBSCAN(
            min_cluster_size=min_cluster_size,
            min_samples=min(MIN_SAMPLES, min_cluster_size),
            cluster_selection_method=method,
            core_dist_n_jobs=1,
        )
        return np.asarray(model.fit_predict(np.ascontiguousarray(layout, dtype=np.float64)))


def stability(layout: np.ndarray, labels: np.ndarray, min_cluster_size: int, seed: int) -> dict[int, float]:
    """Return each group's mean best Jaccard overlap with the groups found in resamples of the claims (Hennig 2007)."""
    import numpy as np

    numbers = [int(number) for number in np.unique(labels) if number >= 0]
    best: dict[int, list[float]] = {number: [] for number in numbers}
    random = np.random.default_rng(seed)
    n = len(labels)
    for _ in range(N_RESAMPLES):
        rows = np.sort(random.choice(n, size=max(2, round(RESAMPLE_SHARE * n)), replace=False))
        again = find_groups(layout[rows], min(max(2, round(RESAMPLE_SHARE * min_cluster_size)), len(rows)))
        for number in numbers:
            mine = labels[rows] == number
            found = [again == other for other in np.unique(again) if other >= 0]
            overlaps = [float((mine & other).sum() / (mine | other).sum()) for other in found]
            best[number].append(max(overlaps, default=0.0))
    return {number: round(float(np.mean(values)), 3) for number, values in best.items()}


def reasons(labels: np.ndarray, neighbours: np.ndarray) -> list[str]:
    """Return for each row why it is in no group ("" where it is in one), from the groups of its nearest neighbours."""
    import numpy as np

    found = []
    for label, near in zip(labels, neighbours, strict=True):
        groups, counts = np.unique(labels[near[1:]][labels[near[1:]] >= 0], return_counts=True)
        if label >= 0:
            found.append("")
        elif len(groups) >= 2 and counts.sum() * 2 >= len(near) - 1:
            found.append("between groups")
        elif len(groups) == 1 and counts.sum() * 2 >= len(near) - 1:
            found.append("at the edge of a group")
        else:
            found.append("far from all groups")
    return found
