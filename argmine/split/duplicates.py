"""Copies: whole posts that repeat an earlier one, and long claims that say what an earlier one says, or nearly."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

_WORD = re.compile(r"\w+")
_POST_WORDS = 3
_CLAIM_WORDS = 8
_RUN = 3
_ALIKE = 0.8
_SKETCH = 8
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


def first_copies(
    texts: Sequence[str],
    owners: Sequence[int],
    quoted: Sequence[bool],
    post_texts: Sequence[str],
    order: Sequence[int],
) -> list[int]:
    """Return for each claim the number of the claim that it repeats, or -1.

    `owners` is the row of each claim's post in `post_texts`, `order` the place of each post in order of appearance. A
    claim of a post whose whole text (three words or more) repeats an earlier post's goes with its counterpart there; a
    claim of eight words or more goes with the first that says the same, or nearly: Jaccard 0.8 over three-word runs,
    candidates by MinHash (Broder 1997). A quoted stretch is a copy only as part of a copied post.
    """
    words = [_WORD.findall(text.lower()) for text in texts]
    joined = [" ".join(parts) for parts in words]
    alone = [len(parts) >= _CLAIM_WORDS and not quote for parts, quote in zip(words, quoted, strict=True)]
    copied = _copied_posts(post_texts, order)
    ranked = sorted(range(len(texts)), key=lambda number: (order[owners[number]], number))
    first: dict[str, int] = {}
    result = [-1] * len(texts)
    for number in ranked:
        owner = copied.get(owners[number], owners[number])
        keys = [f"{owner}\t{joined[number]}"] if owner != owners[number] else []
        if alone[number]:
            keys.append(joined[number])
        result[number] = next((first[key] for key in keys if key in first), -1)
        if result[number] < 0:
            for key in (f"{owners[number]}\t{joined[number]}", *keys):
                first.setdefault(key, number)
    _link_near([number for number in ranked if result[number] < 0 and alone[number]], words, result)
    return [result[copy] if copy >= 0 and result[copy] >= 0 else copy for copy in result]


def _copied_posts(post_texts: Sequence[str], order: Sequence[int]) -> dict[int, int]:
    first: dict[str, int] = {}
    copied = {}
    for row in sorted(range(len(post_texts)), key=lambda row: order[row]):
        words = _WORD.findall(post_texts[row].lower())
        if len(words) >= _POST_WORDS and first.setdefault(" ".join(words), row) != row:
            copied[row] = first[" ".join(words)]
    return copied


def _link_near(numbers: Sequence[int], words: Sequence[Sequence[str]], result: list[int]) -> None:
    """Link near copies in place: each to the first before it that is alike and is no copy itself."""
    if not numbers:
        return
    seen: dict[tuple[int, int], list[int]] = {}
    for number, sketch in zip(numbers, _sketches([words[number] for number in numbers]).tolist(), strict=True):
        buckets = [seen.setdefault(key, []) for key in enumerate(sketch)]
        near = dict.fromkeys(other for bucket in buckets for other in bucket)
        runs = _runs(words[number]) if near else set()
        alike = (other for other in near if _jaccard(runs, _runs(words[other])) >= _ALIKE)
        result[number] = next(alike, -1)
        if result[number] < 0:
            for bucket in buckets:
                bucket.append(number)


def _sketches(claims: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the least hashes of the three-word runs of each claim under several permutations, shape (n, _SKETCH)."""
    known: dict[str, int] = {}
    codes = np.array([_code(word, known) for words in claims for word in words], dtype=np.uint64)
    lengths = np.array([len(words) for words in claims])
    ends = np.cumsum(lengths)
    runs = np.zeros(len(codes), np.uint64)
    for step, odd in enumerate(_ODD):
        runs[: len(codes) - step] += codes[step:] * np.uint64(odd)
    inside = np.ones(len(codes), bool)
    for step in range(1, _RUN):
        inside[ends - step] = False
    runs = runs[inside]
    first = np.concatenate([[0], np.cumsum(lengths - _RUN + 1)[:-1]])
    multipliers = np.random.default_rng(0).integers(1, 2**63, _SKETCH, dtype=np.uint64) | np.uint64(1)
    mixed = runs ^ (runs >> np.uint64(29))
    return np.stack([np.minimum.reduceat(mixed * multiplier, first) for multiplier in multipliers], axis=1)


def _code(word: str, known: dict[str, int]) -> int:
    if word not in known:
        known[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
    return known[word]


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[step:] for step in range(_RUN)), strict=False))


def _jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)
