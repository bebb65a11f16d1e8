"""A post as a format's file found it, before `tree.py` gives it its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Mark = tuple[int, int, str]
"""Start, end (code points of the text) and kind of a marked-up stretch."""
Quoted = tuple[str | None, str | None]
"""The post that a quotation comes from, and its author, each as far as the source names it."""

# Bodies that stand in the place of a text. Only a body that is nothing else counts.
_PSEUDO_BODIES = {
    "[deleted]": "deleted",
    "[deleted by user]": "deleted",
    "(post deleted by author)": "deleted",
    "[removed]": "removed",
    "[removed by moderator]": "removed",
    "[ removed by moderator ]": "removed",
    "[removed by reddit]": "removed",
    "[ removed by reddit ]": "removed",
    "[dead]": "dead",
    "[flagged]": "dead",
    "[flagged] [dead]": "dead",
    "[delayed]": "stub",
}
_LONGEST_PSEUDO_BODY = max(map(len, _PSEUDO_BODIES))
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Draft:
    """One post. `created_us` is microseconds since 1970 UTC; a missing identifier is derived from the content."""

    post_id: str | None
    text: str
    parent_id: str | None = None
    author: str | None = None
    created_us: int | None = None
    score: float | None = None
    url: str | None = None
    status: str = "ok"
    thread_id: str | None = None
    markup: Sequence[Mark] = ()
    sources: Mapping[tuple[int, int], Quoted] | None = None
    """Of marked stretches, by start and end: whose words they are, where the source says so."""
    opening: bool = False
    """The post that opens a thread: it is not one of the comments that coverage counts."""


@dataclass(frozen=True)
class Parsed:
    """What a format gives back."""

    drafts: list[Draft]
    title: str = ""
    url: str | None = None
    claimed: int | None = None
    unit: str = "comments"
    in_order: bool = False
    """The order of `drafts` is the reading order, and there are no replies."""
    replaced_characters: int = 0
    notes: list[str] = field(default_factory=list)
    stubs: int = 0
    """Places where the source says that there is more and does not give it; none of them is among the drafts."""
    pages_read: int = 1
    pages: int = 1
    """Pages of the thread that there are, as far as the source tells."""


def body_status(text: str) -> str:
    """Return the status that a body stands for: `ok`, unless it is only a placeholder.

    >>> body_status(" [Removed] "), body_status("[removed] is a strange word")
    ('removed', 'ok')
    """
    if len(text) > 4 * _LONGEST_PSEUDO_BODY:
        return "ok"
    return _PSEUDO_BODIES.get(text.strip().lower(), "ok")


def replace_surrogates(text: str) -> tuple[str, int]:
    """Return the text with every lone surrogate as U+FFFD, one for one, and their number."""
    return (text, 0) if text.isascii() else _SURROGATE.subn("\ufffd", text)


def text_or_none(value: Any) -> str | None:
    """Return a name or an address without outer space; None if it is not a text, or empty.

    >>> text_or_none("  pg "), text_or_none(""), text_or_none({"login": "pg"}), text_or_none(7)
    ('pg', None, None, '7')
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def author_or_none(value: Any) -> str | None:
    """Return the author's name; None if it is missing or stands for a deleted account."""
    name = text_or_none(value)
    return None if name is None or (name[0] == "[" and name.lower() in ("[deleted]", "[removed]")) else name


def score_or_none(value: Any) -> float | None:
    """Return a finite number, from a number or its text; None for anything else.

    >>> score_or_none("12"), score_or_none(True), score_or_none("nan"), score_or_none("many")
    (12.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None
