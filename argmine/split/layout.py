"""Blocks of a post: own prose, quoted lines, code. Their borders are borders of claims, whatever the words say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Role = Literal["own", "quote", "code"]
Span = tuple[int, int, str]

_LINE = re.compile(r"[^\n]+")
_QUOTE_MARK = re.compile(r"[^\S\n]*(?:>(?![=_:;<])[^\S\n]?)+")
_BARE_MARK = re.compile(r"[>\s]+")
_LIST_ITEM = re.compile(r"[^\S\n]*(?:[-*+•·–]|\(?\d{1,2}[.)]|\(?[a-z]\)|#{1,6})[^\S\n]+\S")
_FENCE = re.compile(r"^[^\S\n]*(?:```|~~~)", re.M)


@dataclass(frozen=True)
class Block:
    """A stretch of a post that one claim never crosses: offsets, role, and for a quote its mark and depth."""

    start: int
    end: int
    role: Role
    how: str = ""
    depth: int = 0


def blocks(text: str, spans: Iterable[Span] = ()) -> list[Block]:
    r"""Return the blocks of a post in order; together they hold all its non-space text.

    `spans` are the reader's (start, end, how): `blockquote` and `aside` are quotes, `code` that fills a line is code.

    >>> [(block.role, block.start, block.end) for block in blocks("> Is it fair?\nNo.\n\n- one\n- two")]
    [('quote', 0, 13), ('own', 14, 17), ('own', 19, 24), ('own', 25, 30)]
    """
    found: list[Block] = []
    marked = [(start, end, how) for start, end, how in spans if how in ("blockquote", "aside", "code")]
    fenced = _fenced(text)
    joins = -1
    for line in _LINE.finditer(text):
        start, end = _trim(text, *line.span())
        if start == end:
            continue
        inside = any(low <= start < high for low, high in fenced)
        block = Block(start, end, "code") if inside else _line_block(text, line.start(), start, end, marked)
        before = found[-1] if found and joins == line.start() else None
        if before and replace(before, start=start, end=end) == block and not _LIST_ITEM.match(text, line.start()):
            found[-1] = replace(before, end=end)
        else:
            found.append(block)
        joins = line.end() + 1 if not _BARE_MARK.fullmatch(text, start, end) else -1
    return found


def mask_markers(text: str, found: Iterable[Block]) -> str:
    r"""Return the text with the `>` of quoted lines as spaces: the same length, so that every offset still holds.

    >>> mask_markers("> a\n> b\nc", blocks("> a\n> b\nc"))
    '  a\n  b\nc'
    """
    parts, done = [], 0
    for block in found:
        if block.role == "quote" and block.how == "marker":
            parts.append(text[done : block.start])
            parts.append("\n".join(_mask_line(line) for line in text[block.start : block.end].split("\n")))
            done = block.end
    return "".join(parts) + text[done:]


def _mask_line(line: str) -> str:
    mark = _QUOTE_MARK.match(line)
    return " " * mark.end() + line[mark.end() :] if mark else line


def _line_block(text: str, line_start: int, start: int, end: int, marked: list[Span]) -> Block:
    if mark := _QUOTE_MARK.match(text, line_start):
        return Block(start, end, "quote", "marker", mark.group().count(">"))
    for span_start, span_end, how in marked:
        if span_start <= start and end <= span_end:
            return Block(start, end, "code") if how == "code" else Block(start, end, "quote", how, 1)
    return Block(start, end, "own")


def _fenced(text: str) -> list[tuple[int, int]]:
    """Return the stretches from a code fence to the next; a fence that nothing closes fences nothing."""
    fences = [fence.span() for fence in _FENCE.finditer(text)]
    return [(opened[0], closed[1]) for opened, closed in zip(fences[::2], fences[1::2], strict=False)]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
