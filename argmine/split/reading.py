"""Pieces of posts: cut at the borders that the network reads, and given a kind by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from argmine.split.features import Tokens
from argmine.split.kinds import fixed_kind
from argmine.split.layout import Block, mask_markers
from argmine.split.network import CLAIM_FROM, KINDS_READ, SENTENCE_FROM, Network

_FULL_WIDTH_STOP = re.compile("[。！？]+[”』」）]*")
_WORDLIKE = re.compile(r"\w")


@dataclass(frozen=True)
class Piece:
    """A stretch of a post that becomes a claim: offsets, kind, and the probability of the kind."""

    start: int
    end: int
    kind: str
    confidence: float


def pieces(
    texts: Sequence[str],
    layouts: Sequence[Sequence[Block]],
    quotes: Sequence[Sequence[tuple[int, int]]],
    unit: str,
    progress: Callable[[int, int], None] | None = None,
) -> list[list[Piece]]:
    """Return the pieces of each text, in order; together they hold its non-space text.

    `quotes` are stretches of own blocks that repeat somebody else. The texts are read in sorted order, so that what is
    read together, and with it the last bit of every number, does not hang on the order in which they come.
    """
    from argmine.split.component import pipeline

    nlp, segmenter = pipeline()
    result: list[list[Piece]] = [[] for _ in texts]
    order = sorted((row for row, layout in enumerate(layouts) if layout), key=lambda row: (texts[row], quotes[row]))
    docs = (nlp.tokenizer(mask_markers(texts[row], layouts[row])) for row in order)
    for done, (row, (read, states, borders)) in enumerate(zip(order, segmenter.read(docs), strict=True), 1):
        starts = claim_starts(read, borders, unit)
        cut = [part for block in layouts[row] for part in _parts(texts[row], block, starts, quotes[row])]
        result[row] = kinds_of(texts[row], cut, read, states, segmenter.weights)
        if progress:
            progress(done, len(order))
    return result


def claim_starts(read: Tokens, borders: np.ndarray, unit: str) -> np.ndarray:
    """Return the offsets at which the network starts a sentence, or with unit `claim` a sentence or a claim."""
    starting = borders[:, 0] > SENTENCE_FROM
    if unit == "claim":
        starting |= borders[:, 1] > CLAIM_FROM
    return read.starts[starting]


def _parts(
    text: str, block: Block, starts: np.ndarray, quotes: Sequence[tuple[int, int]]
) -> list[tuple[int, int, str]]:
    """Return (start, end, role) of the parts of one block, cut at starts, full-width stops and around quotations."""
    if block.role == "code":
        return [(block.start, block.end, "code")]
    low, high = np.searchsorted(starts, [block.start, block.end])
    borders = dict.fromkeys([block.start, *starts[low:high].tolist()], block.role)
    if not text.isascii():
        borders |= dict.fromkeys(
            (stop.end() for stop in _FULL_WIDTH_STOP.finditer(text, block.start, block.end)), block.role
        )
    for start, end in quotes:
        if block.start <= start and end <= block.end:
            borders = {offset: role for offset, role in borders.items() if not start <= offset < end}
            borders[start] = "quote"
            borders.setdefault(end, block.role)
    borders.setdefault(block.start, block.role)
    offsets = sorted(borders)
    parts: list[tuple[int, int, str]] = []
    for start, end in zip(offsets, [*offsets[1:], block.end], strict=True):
        words = text[start:end].strip()
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        if not words:
            continue
        if parts and not _WORDLIKE.search(words):
            parts[-1] = (parts[-1][0], first + len(words), parts[-1][2])
        elif parts and parts[-1][2] == borders[start] and not _WORDLIKE.search(text, *parts[-1][:2]):
            parts[-1] = (parts[-1][0], first + len(words), borders[start])
        else:
            parts.append((first, first + len(words), borders[start]))
    return parts


def kinds_of(
    text: str, parts: Sequence[tuple[int, int, str]], read: Tokens, states: np.ndarray, network: Network
) -> list[Piece]:
    """Return the parts of one text with the kind of each: fixed by role or form, else the likeliest by the network."""
    spans = np.searchsorted(read.starts, np.array([(start, end) for start, end, _ in parts]).reshape(-1, 2))
    readable = spans[:, 1] > spans[:, 0]
    probabilities = np.zeros((len(parts), len(KINDS_READ)), np.float32)
    if readable.any():
        probabilities[readable] = network.kinds(states, spans[readable])
    best = probabilities.argmax(axis=1).tolist()
    found = []
    for (start, end, role), likely, probability in zip(parts, best, probabilities.max(axis=1).tolist(), strict=True):
        fixed = {"quote": "quote", "code": "other"}.get(role) or fixed_kind(text[start:end])
        found.append(Piece(start, end, fixed or KINDS_READ[likely], 1.0 if fixed else round(probability, 4)))
    return found
