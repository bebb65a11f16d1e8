"""Copies: whole posts that repeat an earlier one, and long claims that say what an earlier one says word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
_POST_WORDS = 3
_CLAIM_WORDS = 8
_ALIKE = 0.8
_PERMUTATIONS = 64


def first_copies(
    texts: Sequence[str], posts: Sequence[int], post_texts: Sequence[str], order: Sequence[int]
) -> list[int]:
    """Return for each claim the number of the claim that it repeats, or -1.

    `posts` is the row of each claim's post in `post_texts`, `order` the order in which the posts appeared. A claim of a
    post whose whole text (three words or more) repeats an earlier post's goes with its counterpart there; a claim of
    eight words or more goes with the first that holds the same words, or nearly the same (MinHash over word triples,
    Jaccard 0.8; Broder 1997).
    """
    words = [" ".join(_WORD.findall(text.lower())) for text in texts]
    ranked = sorted(range(len(texts)), key=lambda number: (order[posts[number]], number))
    first: dict[str, int] = {}
    result = [-1] * len(texts)
    copied = _copied_posts(post_texts, order)
    for number in ranked:
        post = copied.get(posts[number])
        key = words[number] if words[number].count(" ") + 1 >= _CLAIM_WORDS else None
        scoped = f"{post if post is not None else posts[number]}\t{words[number]}"
        if key is not None and key in first:
            result[number] = first[key]
        elif post is not None and scoped in first:
            result[number] = first[scoped]
        if result[number] < 0:
            first.setdefault(scoped, number)
            if key is not None:
                first[key] = number
    _near(words, ranked, result)
    return result


def _copied_posts(post_texts: Sequence[str], order: Sequence[int]) -> dict[int, int]:
    first: dict[str, int] = {}
    copied = {}
    for row in sorted(range(len(post_texts)), key=lambda row: order[row]):
        key = " ".join(_WORD.findall(post_texts[row].lower()))
        if key.count(" ") + 1 >= _POST_WORDS and first.setdefault(key, row) != row:
            copied[row] = first[key]
    return copied


def _near(words: Sequence[str], ranked: Sequence[int], result: list[int]) -> None:
    """Link near copies in place."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=_ALIKE, num_perm=_PERMUTATIONS)
    sketches: dict[int, MinHash] = {}
    runs: dict[int, set[bytes]] = {}
    for number in ranked:
        parts = words[number].split()
        if result[number] >= 0 or len(parts) < _CLAIM_WORDS:
            continue
        runs[number] = {" ".join(parts[at : at + 3]).encode() for at in range(len(parts) - 2)}
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch(runs[number])
        alike = [
            other
            for other in index.query(sketch)
            if len(runs[other] & runs[number]) >= _ALIKE * len(runs[other] | runs[number])
        ]
        if alike:
            result[number] = min(alike, key=ranked.index)
        else:
            sketches[number] = sketch
            index.insert(number, sketch)
