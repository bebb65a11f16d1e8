"""Markdown as people type it in comments: the text stays as it is written; marks say what is code and what a link.

Quoted lines need no mark: they start with `>`, which says it already.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from argmine.read.draft import Mark

_LINE = re.compile(r"[^\n]*(?:\n|\Z)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_INDENTED = re.compile(r"(?: {4}|\t)[^\S\n]*\S")
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_INLINE_CODE = re.compile(r"(?<![`\\])(`{1,3})(?!`)([^`\n]{1,1000})\1(?!`)")
_LINK = re.compile(
    r"(?<![\\!])\[[^\[\]\n]{1,1000}\]\(<?https?://[^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?>?\)"
)
_ADDRESS = re.compile(r"https?://[^\s<>\[\]\"'`|]{1,2000}")
_STOPS = ".,;:!?*_)"


def line_feeds(text: str) -> str:
    r"""Return the text with a line feed at the end of every line, whatever stood there.

    >>> line_feeds("a\r\nb\rc")
    'a\nb\nc'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def markdown_marks(text: str) -> list[Mark]:
    r"""Return the marks of a text in Markdown: code (fenced, indented, in backticks) and link, in order, none twice.

    >>> markdown_marks("Run `make`:\n\n    cc -o a\n\nor see [it](https://a.org).")
    [(4, 10, 'code'), (17, 24, 'code'), (33, 52, 'link')]
    """
    marks = _code_blocks(text)
    for pattern, how in ((_INLINE_CODE, "code"), (_LINK, "link"), (_ADDRESS, "link")):
        marks.sort()
        starts = [start for start, _, _ in marks]
        for found in pattern.finditer(text):
            start, end = found.start(), found.end()
            if pattern is _ADDRESS:
                end = start + len(found[0].rstrip(_STOPS))
            at = bisect_right(starts, start) - 1
            if (at < 0 or marks[at][1] <= start) and (at + 1 >= len(starts) or end <= starts[at + 1]):
                marks.append((start, end, how))
        # `starts` covers the marks of the patterns before; those of one pattern never overlap.
    return sorted(marks)


def _code_blocks(text: str) -> list[Mark]:
    """Return the stretches from a fence to the one that closes it or the end, and the indented ones after a gap."""
    if "```" not in text and "~~~" not in text and "    " not in text and "\t" not in text:
        return []
    marks: list[Mark] = []
    fence = ""
    fence_start = 0
    code_start: int | None = None
    code_end = 0
    after_gap, in_list = True, False
    for line in _LINE.finditer(text):
        content = line[0]
        blank = not content.strip()
        found = _FENCE.match(content)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                marks.append((fence_start, line.end() - content.endswith("\n"), "code"))
                fence = ""
        elif code_start is not None and (blank or _INDENTED.match(content)):
            code_end = code_end if blank else line.end() - content.endswith("\n")
        elif found and not ("`" in found[1] and "`" in found[2]):
            marks += [(code_start, code_end, "code")] if code_start is not None else []
            code_start = None
            fence, fence_start = found[1], line.start()
        elif _INDENTED.match(content) and after_gap and not in_list:
            code_start, code_end = (
                line.start() + len(content) - len(content.lstrip()),
                line.end() - content.endswith("\n"),
            )
        elif not blank:
            marks += [(code_start, code_end, "code")] if code_start is not None else []
            code_start = None
            in_list = bool(_LIST_ITEM.match(content)) or (in_list and content[:1].isspace())
        after_gap = blank
    if fence:
        marks.append((fence_start, len(text.rstrip("\n")), "code"))
    elif code_start is not None:
        marks.append((code_start, code_end, "code"))
    return [mark for mark in marks if mark[0] < mark[1]]
