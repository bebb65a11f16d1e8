"""Quoted stretches of posts, and the stretch of an earlier post that each repeats."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from argmine.split.layout import Block, Span

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"\w+")
_GAP = re.compile(r"\[\s*(?:\.{2,}|…|snip)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|\.{3,}|…|<snip>", re.I)
_INLINE = re.compile(r"\"[^\"\n]{20,}\"|“[^”\n]{20,}”|«[^»\n]{20,}»")
_PARAGRAPH_GAP = re.compile(r"\n\s*\n")
_INLINE_WORDS = 8
_ITALIC_WORDS = 5
_PLACED_WORDS = 4
_SHINGLE = 3
_ALIKE = 82.0
_NEARBY = 60.0
_KEPT = 0.8
_SLACK = 0.5
_LEAST_LENGTH = 0.6
_CANDIDATES = 5


@dataclass(frozen=True)
class Quoted:
    """A stretch of a post that is marked as somebody else's words: row of the post, offsets, how it is marked.

    Where the source of the thread names whose words they are, `named_row` is the row of that post (None if it is not
    here) and `named_author` its author.
    """

    row: int
    start: int
    end: int
    mark: str
    named_row: int | None = None
    named_author: str | None = None


@dataclass(frozen=True)
class Source:
    """Where the words of a quotation stand: row of the post, offsets there, and whether they are the same."""

    row: int
    start: int
    end: int
    exact: bool


@dataclass(frozen=True)
class Thread:
    """The posts in which sources are looked for: texts, parents (None for a root) and order of appearance by row."""

    texts: Sequence[str]
    parents: Sequence[int | None]
    order: Sequence[int]
    blocks: Sequence[Sequence[Block]]
    _indexed: dict[int, _Words] = field(default_factory=dict)

    def words(self, row: int) -> _Words:
        """Return the normalised words of the post in `row`."""
        if row not in self._indexed:
            self._indexed[row] = _Words(self.texts[row])
        return self._indexed[row]

    def ancestors(self, row: int) -> Iterator[int]:
        """Return the rows above `row` in its tree, nearest first."""
        seen = {row}
        parent = self.parents[row]
        while parent is not None and parent not in seen:
            seen.add(parent)
            yield parent
            parent = self.parents[parent]


class _Words:
    """The words of a text in lower case, joined by single spaces, with the way back to its offsets."""

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        self._text, self._start, self._end = text, start, len(text) if end is None else end
        self.words = [word.lower() for word in _WORD.findall(text[self._start : self._end])]
        self.joined = f" {' '.join(self.words)} "

    @cached_property
    def _offsets(self) -> list[tuple[int, int]]:
        return [found.span() for found in _WORD.finditer(self._text, self._start, self._end)]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in the text that hold characters first to last of `joined`."""
        first_word = self.joined.count(" ", 0, first + 1) - 1
        last_word = self.joined.count(" ", 0, max(first + 1, last)) - 1
        top = len(self._offsets) - 1
        return self._offsets[min(first_word, top)][0], self._offsets[min(max(first_word, last_word), top)][1]


def quoted(row: int, text: str, found: Sequence[Block], spans: Sequence[Span] = ()) -> list[Quoted]:
    """Return the stretches of one post that are marked as quoted, in order, none inside another."""
    result = [Quoted(row, block.start, block.end, block.how) for block in found if block.role == "quote"]
    own = [block for block in found if block.role == "own"]
    for start, end, how in spans:
        if how == "italic" and _is_paragraph(text, start, end) and len(_WORD.findall(text[start:end])) >= _ITALIC_WORDS:
            result += [Quoted(row, start, end, "italic") for block in own if block.start <= start < block.end][:1]
    if '"' in text or "“" in text or "«" in text:
        for block in own:
            for inline in _INLINE.finditer(text, block.start, block.end):
                if len(_WORD.findall(inline.group())) >= _INLINE_WORDS:
                    result.append(Quoted(row, *inline.span(), "quotation marks"))
    result.sort(key=lambda stretch: (stretch.start, -stretch.end))
    kept: list[Quoted] = []
    for stretch in result:
        if not kept or stretch.start >= kept[-1].end:
            kept.append(stretch)
    return kept


def fills_block(stretch: Quoted, text: str, found: Sequence[Block]) -> bool:
    """Return whether a stretch in quotation marks is all the words of its block, and so no claim of the author."""
    return stretch.mark == "quotation marks" and any(
        block.start <= stretch.start
        and stretch.end <= block.end
        and not _WORD.search(text[block.start : stretch.start] + text[stretch.end : block.end])
        for block in found
    )


def locate(stretches: Sequence[Quoted], thread: Thread) -> list[Source | None]:
    """Return where each stretch comes from: the post that is named for it or else the nearest ancestor, if it says so.

    Else it is any earlier post that says it, else None.
    """
    sources: list[Source | None] = []
    for stretch in stretches:
        source = fallback = None
        if stretch.named_row is not None and (source := _find(stretch, stretch.named_row, thread)):
            sources.append(source)
            continue
        for ancestor in thread.ancestors(stretch.row):
            source = _find(stretch, ancestor, thread)
            if source and not _is_quoted_there(source, thread):
                break
            fallback, source = fallback or source, None
        sources.append(source or fallback)
    missing = [number for number, source in enumerate(sources) if source is None]
    for number, candidates in _candidates([stretches[number] for number in missing], thread).items():
        stretch = stretches[missing[number]]
        found = [source for row in candidates if (source := _find(stretch, row, thread))]
        found.sort(key=lambda source: (not source.exact, _is_quoted_there(source, thread), thread.order[source.row]))
        sources[missing[number]] = found[0] if found else None
    return sources


def table(stretches: Sequence[Quoted], sources: Sequence[Source | None], posts: pd.DataFrame) -> pd.DataFrame:
    """Return the quotations table: `how` is the mark, a comma, and exact, edited, named or not found.

    A source is only named where the thread says whose words they are and no post here holds them.
    """
    import pandas as pd

    from argmine.tables import QUOTATIONS, conform

    ids, authors = posts["post_id"].tolist(), posts["author"].tolist()
    rows = [
        {
            "post_id": ids[stretch.row],
            "start": stretch.start,
            "end": stretch.end,
            "source_post_id": ids[source.row] if source else _at(ids, stretch.named_row),
            "source_start": source.start if source else None,
            "source_end": source.end if source else None,
            "source_author": authors[source.row] if source else stretch.named_author or _at(authors, stretch.named_row),
            "how": f"{stretch.mark}, {_found(stretch, source)}",
        }
        for stretch, source in zip(stretches, sources, strict=True)
    ]
    return conform(pd.DataFrame(rows, columns=QUOTATIONS.names), QUOTATIONS)


def _at(values: Sequence[str], row: int | None) -> str | None:
    return None if row is None else values[row]


def _found(stretch: Quoted, source: Source | None) -> str:
    if source:
        return "exact" if source.exact else "edited"
    return "not found" if stretch.named_row is None and stretch.named_author is None else "named"


def _is_paragraph(text: str, start: int, end: int) -> bool:
    before, after = text[:start].rstrip(' \t*_>"“'), text[end:].lstrip(' \t*_"”')
    return (not before or before.endswith("\n")) and (not after or after.startswith("\n"))


def _is_quoted_there(source: Source, thread: Thread) -> bool:
    return any(
        block.role == "quote" and block.start <= source.start and source.end <= block.end
        for block in thread.blocks[source.row]
    )


def _find(stretch: Quoted, row: int, thread: Thread) -> Source | None:
    text = thread.texts[stretch.row]
    there = thread.words(row)
    parts = _parts(text, stretch.start, stretch.end)
    if not parts or not there.words:
        return None
    position, first, exact = 0, -1, len(parts) == 1
    for part in parts:
        at = there.joined.find(part, position)
        if at < 0:
            return _find_edited(" ".join(" ".join(parts).split()), there, row)
        first = at if first < 0 else first
        position = at + len(part) - 1
    return Source(row, *there.span(first, position), exact)


def _find_edited(words: str, there: _Words, row: int) -> Source | None:
    """Return the stretch that holds most of the words in their order with few others between, if there is one."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import LCSseq

    wanted = words.split()
    if len(wanted) < _PLACED_WORDS or len(there.joined) < _LEAST_LENGTH * len(words):
        return None
    aligned = fuzz.partial_ratio_alignment(words, there.joined, score_cutoff=_NEARBY)
    if aligned is None:
        return None
    slack = int(_SLACK * len(words))
    low = there.joined.rfind(" ", 0, max(1, aligned.dest_start - slack)) + 1
    high = there.joined.find(" ", min(len(there.joined) - 1, aligned.dest_end + slack))
    near = there.joined[low:high].split()
    equal = [block for block in LCSseq.opcodes(wanted, near) if block.tag == "equal"]
    if sum(block.src_end - block.src_start for block in equal) < _KEPT * len(wanted):
        if aligned.score < _ALIKE:
            return None
        return Source(row, *there.span(aligned.dest_start, aligned.dest_end), False)
    first, last = equal[0].dest_start, equal[-1].dest_end
    if last - first > (1 + _SLACK) * len(wanted) + 1:
        return None
    start = low + sum(len(word) + 1 for word in near[:first])
    return Source(row, *there.span(start - 1, start + len(" ".join(near[first:last]))), False)


def _parts(text: str, start: int, end: int) -> list[str]:
    """Return the words of a quotation between its gaps, each joined by spaces and set in spaces."""
    parts = (" ".join(word.lower() for word in _WORD.findall(part)) for part in _GAP.split(text[start:end]))
    return [f" {part} " for part in parts if part]


def _candidates(stretches: Sequence[Quoted], thread: Thread) -> dict[int, list[int]]:
    """Return for each stretch the earlier rows that share most of its three-word runs."""
    wanted: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, stretch in enumerate(stretches):
        words = _Words(thread.texts[stretch.row], stretch.start, stretch.end).words
        if len(words) >= _PLACED_WORDS:
            for run in set(zip(*(words[step:] for step in range(_SHINGLE)), strict=False)):
                wanted[run].append(number)
    if not wanted:
        return {}
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for row in range(len(thread.texts)):
        words = thread.words(row).words
        for run in wanted.keys() & set(zip(*(words[step:] for step in range(_SHINGLE)), strict=False)):
            for number in wanted[run]:
                if thread.order[row] < thread.order[stretches[number].row]:
                    shared[number][row] += 1
    return {
        number: sorted(counts, key=lambda row: (-counts[row], thread.order[row]))[:_CANDIDATES]
        for number, counts in shared.items()
    }
