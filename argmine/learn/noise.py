"""The careless writer: the same document with its capitals, full stops or paragraph breaks gone, every offset kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from argmine.learn.corpora import Labelled, Laid, lay

_HABITS = ("lower", "no stops", "one paragraph", "lines", "wrapped", "lower, no stops", "one paragraph", "mixed")
_COLUMNS = (60, 66, 72, 76)


def noisy(document: Labelled, draw: random.Random) -> Laid:
    """Return the document laid out with one careless habit, drawn at random."""
    habit = draw.choice(_HABITS)
    if "lower" in habit:
        document = _map(document, _lower)
    if "no stops" in habit:
        document = _map(
            document, lambda text: text[:-1] if _plain_stop(text) and draw.random() < 0.7 else text, last=True
        )
    if habit == "one paragraph":
        return lay(document, " ")
    if habit == "lines":
        return lay(document, "\n")
    if habit == "mixed":
        return lay(document, draw.choice([" ", "\n", "\n\n"]))
    laid = lay(document)
    if habit == "wrapped":
        laid.text = wrapped(laid.text, draw.choice(_COLUMNS))
    return laid


def wrapped(text: str, columns: int) -> str:
    r"""Return the text with spaces turned into line breaks where a line would pass `columns`: the same length.

    >>> wrapped("one two three", 8)
    'one two\nthree'
    """
    paragraphs = text.split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        broken = list(paragraph)
        start, space = 0, -1
        for place, character in enumerate(paragraph):
            if character == "\n":
                start, space = place + 1, -1
            elif character == " ":
                space = place
            if place - start >= columns and space >= start:
                broken[space] = "\n"
                start, space = space + 1, -1
        paragraphs[number] = "".join(broken)
    return "\n\n".join(paragraphs)


def _map(document: Labelled, change: Callable[[str], str], last: bool = False) -> Labelled:
    paragraphs = tuple(
        tuple(
            tuple(
                replace(unit, text=change(unit.text)) if not last or place == len(sentence) - 1 else unit
                for place, unit in enumerate(sentence)
            )
            for sentence in paragraph
        )
        for paragraph in document.paragraphs
    )
    return replace(document, paragraphs=paragraphs)


def _lower(text: str) -> str:
    return text.lower()


def _plain_stop(text: str) -> bool:
    return len(text) > 1 and text.endswith(".") and not text.endswith("..")
