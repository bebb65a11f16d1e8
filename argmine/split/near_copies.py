"""Near copies: claims that share most of their three-word runs, found without comparing every pair."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

RUN = 3
ALIKE = 0.8
_SKETCH = 8
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


def near_copies(claims: Sequence[Sequence[str]]) -> list[int]:
    """Return for each claim, given as its words, the earlier one that it nearly repeats, or -1.

    Every claim has RUN words or more. It repeats one that is no near copy itself, has a Jaccard overlap of ALIKE or
    more in three-word runs, and shares one of _SKETCH least hashes of them (MinHash, Broder 1997); of several, the
    first that shares the first hash. Only claims that share one of their rarest runs are compared, which loses none
    (prefix filtering, Chaudhuri, Ganti and Kaushik 2006).

    >>> near_copies(["a b c d e f g h i j".split(), "k l m n".split(), "a b c d e f g h i j k".split()])
    [-1, -1, 0]
    """
    if len(claims) < 2:
        return [-1] * len(claims)
    codes, words, ends = _coded(claims)
    sketches = _sketches(np.array([_hash(word) for word in words], np.uint64)[codes], ends)
    result = [-1] * len(claims)
    runs: list[frozenset[int]] = []
    with_run: dict[int, list[int]] = {}
    for number, mine in enumerate(_rarest_first(codes, len(words), ends)):
        here = frozenset(mine)
        runs.append(here)
        rare = mine[: len(mine) - math.ceil(ALIKE * len(mine) - 1e-9) + 1]
        others = {other for run in rare for other in with_run.get(run, ())}
        alike = [other for other in others if _jaccard(here, runs[other]) >= ALIKE]
        result[number] = _first_sharing(sketches, number, alike) if alike else -1
        if result[number] < 0:
            for run in rare:
                with_run.setdefault(run, []).append(number)
    return result


def _coded(claims: Sequence[Sequence[str]]) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Return the number of every word, one claim after another, the words by number, and where each claim ends."""
    known: dict[str, int] = {}
    codes = np.array([known.setdefault(word, len(known)) for words in claims for word in words], np.int64)
    return codes, list(known), np.cumsum([len(words) for words in claims])


def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _inside(ends: np.ndarray) -> np.ndarray:
    """Return for each word whether a run that starts there ends within its claim."""
    inside = np.ones(ends[-1], bool)
    for step in range(1, RUN):
        inside[ends - step] = False
    return inside


def _first_runs(ends: np.ndarray) -> np.ndarray:
    """Return where the runs of each claim begin among all runs, and after the last how many there are."""
    return np.concatenate([[0], ends - (RUN - 1) * np.arange(1, len(ends) + 1)])


def _rarest_first(codes: np.ndarray, n_words: int, ends: np.ndarray) -> Iterator[list[int]]:
    """Yield the distinct runs of each claim, as numbers that grow with how often the run is said in all of them."""
    runs = codes
    for step in range(1, RUN):
        _, runs = np.unique(runs[:-1] * n_words + codes[step:], return_inverse=True)
    _, runs, counts = np.unique(runs[_inside(ends)[: len(runs)]], return_inverse=True, return_counts=True)
    ranks = np.empty(len(counts), np.int64)
    ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    for first, last in pairwise(_first_runs(ends).tolist()):
        yield sorted(set(ranks[runs[first:last]].tolist()))


def _sketches(codes: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the least hashes of the runs of each claim under several permutations, shape (n, _SKETCH)."""
    runs = np.zeros(len(codes), np.uint64)
    for step, odd in enumerate(_ODD):
        runs[: len(codes) - step] += codes[step:] * np.uint64(odd)
    runs = runs[_inside(ends)]
    multipliers = np.random.default_rng(0).integers(1, 2**63, _SKETCH, dtype=np.uint64) | np.uint64(1)
    mixed = runs ^ (runs >> np.uint64(29))
    first = _first_runs(ends)[:-1]
    return np.stack([np.minimum.reduceat(mixed * multiplier, first) for multiplier in multipliers], axis=1)


def _first_sharing(sketches: np.ndarray, number: int, others: list[int]) -> int:
    """Return the claim that shares the earliest hash of a sketch, of several the first; -1 where none shares any."""
    shared = sketches[others] == sketches[number]
    ranked = [(int(row.argmax()), other) for row, other in zip(shared, others, strict=True) if row.any()]
    return min(ranked)[1] if ranked else -1


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    if min(len(one), len(other)) < ALIKE * max(len(one), len(other)) - 1e-9:
        return 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
