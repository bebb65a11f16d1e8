"""Groups for claims from those found on a sample: by the vote of its nearest claims, with a confidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

N_NEIGHBOURS = 15
# A claim is as near as claims of groups are to theirs, or it is in none: this share of those is farther.
FARTHEST_SHARE = 0.05
LEAST_SHARE = 0.5
_BLOCK = 1_024


@dataclass(frozen=True)
class Placement:
    """For each claim the number of its group or -1, how sure, why not, and a position; all of length n."""

    labels: np.ndarray
    confidence: np.ndarray
    reasons: list[str]
    positions: np.ndarray


def place_by_vote(
    vectors: np.ndarray, sample: np.ndarray, sample_labels: np.ndarray, sample_positions: np.ndarray, farthest: float
) -> Placement:
    """Return the groups of claims by the vote of their nearest claims of the sample, weighted by their similarity.

    `vectors`, shape (n, dim), and `sample`, shape (m, dim), are unit vectors; `sample_labels` holds the groups of the
    sample, 0 to the largest or -1, shape (m,), and `sample_positions` its places on the map, shape (m, 2).
    `confidence` is the share of the vote that the group got; below LEAST_SHARE, or farther from its neighbours than
    `farthest` (see `farthest_in_groups`), a claim is in none.
    """
    n, k = len(vectors), min(N_NEIGHBOURS, len(sample))
    n_groups = int(sample_labels.max(initial=-1)) + 1
    labels, confidence = np.full(n, -1), np.zeros(n)
    positions = np.full((n, 2), np.nan)
    reasons = ["no groups were found"] * n
    if not k or not n_groups:
        return Placement(labels, confidence, reasons, positions)
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        near, similarity = _nearest(vectors[rows], sample, k)
        voted, shares, others = _vote(sample_labels[near], similarity, n_groups)
        far = similarity.mean(axis=1) < farthest
        sure = (shares >= LEAST_SHARE) & ~far
        labels[rows] = np.where(sure, voted, -1)
        confidence[rows] = shares.round(4)
        weight = similarity[:, :, None]
        positions[rows] = (sample_positions[near] * weight).sum(axis=1) / weight.sum(axis=1)
        reasons[rows] = [
            "" if in_one else "far from all groups" if away or not several else _between(several)
            for in_one, away, several in zip(sure.tolist(), far.tolist(), others.tolist(), strict=True)
        ]
    return Placement(labels, confidence, reasons, positions)


def farthest_in_groups(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean similarity to its neighbours that nearly all claims of groups have."""
    inside = np.flatnonzero(labels >= 0)
    if len(inside) < 2:
        return 1.0
    means = []
    chosen = inside[:: max(1, len(inside) // 2_000)]
    for start in range(0, len(chosen), _BLOCK):
        _, similarity = _nearest(vectors[chosen[start : start + _BLOCK]], vectors, min(N_NEIGHBOURS + 1, len(vectors)))
        means.append(similarity[:, 1:].mean(axis=1))  # the first is the claim itself
    return float(np.quantile(np.concatenate(means), FARTHEST_SHARE))


def _between(n_groups: int) -> str:
    return "between groups" if n_groups > 1 else "at the edge of a group"


def _nearest(vectors: np.ndarray, sample: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest rows of the sample, nearest first, and their cosine similarities, none below a hundredth."""
    import torch

    best = torch.topk(torch.from_numpy(vectors @ sample.T), k, dim=1, sorted=False)
    found, near = best.values.numpy(), best.indices.numpy()
    order = np.lexsort((near, -found), axis=1)
    return np.take_along_axis(near, order, axis=1), np.maximum(np.take_along_axis(found, order, axis=1), 0.01)


def _vote(labels: np.ndarray, weight: np.ndarray, n_groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the group with most votes, its share of all votes, and how many groups got any; each of shape (n,)."""
    votes = np.zeros((len(labels), n_groups + 1))
    np.add.at(votes, (np.arange(len(labels))[:, None], labels), weight)  # none, -1, is the last column
    voted = votes[:, :-1].argmax(axis=1)
    shares = votes[np.arange(len(labels)), voted] / votes.sum(axis=1)
    return voted, shares, (votes[:, :-1] > 0).sum(axis=1)
