"""Plain text: every line that is not blank is a post. Nothing in it says who wrote what, or where a comment ends."""

from __future__ import annotations

import re

from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed
from argmine.read.format import Format
from argmine.read.payload import Payload

# Not str.splitlines: it also breaks at form feeds and at separators that are characters of the text.
_LINE_END = re.compile(r"\r\n|\n|\r")


def _matches(payload: Payload, columns: Columns) -> bool:
    return not payload.is_json and not payload.is_markup


def _parse(payload: Payload, columns: Columns) -> Parsed:
    lines = [line for line in _LINE_END.split(payload.text) if line.strip()]
    drafts = [Draft(f"p{number}", line) for number, line in enumerate(lines, 1)]
    return Parsed(
        drafts,
        unit="paragraphs",
        in_order=True,
        notes=["plain text: every paragraph is a post, because authors and borders of comments are unknown"],
    )


FORMAT = Format(
    name="text",
    title="Plain text, a paragraph a line",
    gives="paragraphs in order",
    lacks="authors, times, replies, borders of comments",
    matches=_matches,
    parse=_parse,
)
