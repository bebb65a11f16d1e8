"""Copies: whole posts that repeat an earlier one, and long claims that say what an earlier one says, or nearly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from argmine.split.near_copies import near_copies

_WORD = re.compile(r"\w+")
_POST_WORDS = 3
_CLAIM_WORDS = 8


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
    claim of eight words or more goes with the first that says the same, or nearly (see `near_copies`). A
    quoted stretch is a copy only as part of a copied post.
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
    compared = [number for number in ranked if result[number] < 0 and alone[number]]
    for number, copy in zip(compared, near_copies([words[number] for number in compared]), strict=True):
        result[number] = compared[copy] if copy >= 0 else -1
    return [result[copy] if copy >= 0 and result[copy] >= 0 else copy for copy in result]


def _copied_posts(post_texts: Sequence[str], order: Sequence[int]) -> dict[int, int]:
    first: dict[str, int] = {}
    copied = {}
    for row in sorted(range(len(post_texts)), key=lambda row: order[row]):
        words = _WORD.findall(post_texts[row].lower())
        if len(words) >= _POST_WORDS and first.setdefault(" ".join(words), row) != row:
            copied[row] = first[" ".join(words)]
    return copied
