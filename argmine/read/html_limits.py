"""What an HTML page may hold at most. Beyond it a parser's time or memory grows with the square of the size."""

from __future__ import annotations

import re

from argmine.errors import SourceError

DEEPEST = 5_000
"""Tags within one another."""
MOST_TAGS = 600_000
"""Opening and closing tags: 20,000 comments of a rich page have about as many."""
MOST_ATTRIBUTES = 2_000
"""Attributes of one tag."""
MOST_REOPENED = 5_000_000
"""Open bold, italic and the like, which every paragraph opens anew, times the paragraphs."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Tags that another of their kind closes, or that hold nothing.
_SHALLOW = frozenset(
    "p li td th tr dd dt option tbody thead tfoot "
    "area base br col embed hr img input link meta source track wbr".split()
)
_FORMATTING = frozenset("b big code em font i nobr s small strike strong tt u".split())
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_LONG_TAG = 2 * MOST_ATTRIBUTES
_ADVICE = "Save the page again, or name another file."


def refuse_monsters(text: str, name: str) -> None:
    """Raise SourceError for HTML that no parser reads in good time, with the number that is too high."""
    tags = text.count("<")
    if tags > MOST_TAGS:
        raise SourceError(f"{name}: {tags:,} tags, more than a page has ({MOST_TAGS:,}). {_ADVICE}")
    for part in text.split("<"):
        if len(part) > _LONG_TAG:
            attributes = len(_QUOTED.sub("", part).partition(">")[0].split())
            if attributes > MOST_ATTRIBUTES:
                raise SourceError(
                    f"{name}: a tag has {attributes:,} attributes, at most {MOST_ATTRIBUTES:,} are read. {_ADVICE}"
                )
    if tags > min(DEEPEST, MOST_REOPENED**0.5):
        _refuse_nesting(text, name)


def _refuse_nesting(text: str, name: str) -> None:
    depth = deepest = formatting = most_formatting = 0
    for closing, written in _TAG.findall(text):
        tag = written.lower()
        if tag in _SHALLOW:
            continue
        step = -1 if closing else 1
        depth = max(depth + step, 0)
        deepest = max(deepest, depth)
        if tag in _FORMATTING:
            formatting = max(formatting + step, 0)
            most_formatting = max(most_formatting, formatting)
    if deepest > DEEPEST:
        raise SourceError(
            f"{name}: {deepest:,} tags stand within one another, more than a page has ({DEEPEST:,}). {_ADVICE}"
        )
    reopened = most_formatting * text.lower().count("<p")
    if reopened > MOST_REOPENED:
        raise SourceError(f"{name}: {most_formatting:,} tags for bold, italic and the like are never closed. {_ADVICE}")
