"""Dumps of Reddit (Pushshift, Arctic Shift): an object a line, comments and submissions apart, plain or in `.zst`.

Lines come in order of arrival, so a reply may stand before its parent, and a thread's opening post in another file. The
archives of the dumps ask for a window of 2 GiB; they are read as a stream, so no more of one is in memory than its
comments, its window and one line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed
from argmine.read.format import Format
from argmine.read.json_rows import describe, first_object
from argmine.read.json_text import load_json
from argmine.read.payload import ZSTANDARD, Payload
from argmine.read.reddit_thing import SITE, comment_draft, is_comment, is_submission, moderator_note, submission_draft

WINDOW = 2**31
"""Bytes of the window that the dumps' archives ask for."""
LONGEST_LINE = 64 * 2**20
_CHUNK = 2**20
# A thousand compressed bytes hold at most 32 MiB, whatever somebody made of them.
_PACKED = 1_000

_GIVES = "replies, authors, times, scores, permalinks, deleted and removed comments as joints; of many threads at once"
_LACKS = "the number of comments there are, and opening posts, which a dump keeps in a file of their own"


def dump_lines(stream: BinaryIO, name: str, *, compressed: bool) -> Iterator[bytes]:
    """Yield the lines of a dump, none of them empty, at flat memory; raise SourceError if it is broken."""
    parts: list[bytes] = []
    size = 0
    for chunk in _decompressed(stream, name) if compressed else iter(lambda: stream.read(_CHUNK), b""):
        first, feed, others = chunk.partition(b"\n")
        parts.append(first)
        size += len(first)
        if size > LONGEST_LINE:
            raise SourceError(
                f"{name}: a line is longer than {LONGEST_LINE // 2**20} MiB, so this is no dump of Reddit."
            )
        if feed:
            *lines, last = (b"".join(parts), *others.split(b"\n"))
            yield from filter(bytes.strip, lines)
            parts, size = [last], len(last)
    rest = b"".join(parts)
    if rest.strip():
        yield rest


def _decompressed(stream: BinaryIO, name: str) -> Iterator[bytes]:
    import zstandard

    archive = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    frame = archive.decompressobj()
    begun = False
    try:
        for packed in iter(lambda: stream.read(_PACKED), b""):
            while packed:
                begun = True
                yield frame.decompress(packed)
                packed = frame.unused_data if frame.eof else b""
                if frame.eof:
                    frame, begun = archive.decompressobj(), False
    except (zstandard.ZstdError, MemoryError) as error:
        raise SourceError(
            f"{name}: the Zstandard archive cannot be read ({str(error)[:200]}). Check that its download is whole."
        ) from error
    if begun:
        raise SourceError(f"{name}: the Zstandard archive is cut short. Check that its download is whole.")


def dump_objects(lines: Iterable[bytes], name: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the object of each line and the number of its characters that are no text; raise SourceError for others."""
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8", errors="replace")
        try:
            value, replaced = load_json(text)
        except json.JSONDecodeError as error:
            raise SourceError(
                f"{name}: line {number:,} is not JSON ({error.msg} at character {error.pos + 1:,}). "
                "If the file was cut short, fetch it again."
            ) from error
        if not isinstance(value, dict):
            raise SourceError(f"{name}: line {number:,} holds {describe(value)}, not an object.")
        yield value, replaced + (text.count("\ufffd") - line.count(b"\xef\xbf\xbd"))


def parse_dump(lines: Iterable[bytes], name: str) -> Parsed:
    """Return the comments and submissions of a dump's lines; raise SourceError if there are none."""
    drafts: list[Draft] = []
    submissions: list[dict[str, Any]] = []
    others: Counter[str] = Counter()
    replaced = 0
    for thing, found in dump_objects(lines, name):
        replaced += found
        if is_comment(thing):
            drafts.append(comment_draft(thing, escaped=True))
        elif is_submission(thing):
            submissions.append(thing)
        else:
            others[describe(thing)] += 1
    n_comments = len(drafts)
    titled = len(submissions) != 1 or not n_comments
    drafts += [submission_draft(thing, escaped=True, titled=titled) for thing in submissions]
    if not drafts:
        what = others.most_common(1)[0][0] if others else "nothing"
        raise SourceError(f"{name}: no line is a comment or a submission of Reddit's; the first holds {what}.")
    threads = {draft.thread_id for draft in drafts}
    notes = [f"threads in the dump: {len(threads):,}"] if len(threads) > 1 else []
    if others:
        notes.append(f"lines that are neither comments nor submissions: {others.total():,}")
    if not n_comments:
        notes.append("only submissions: each is read with its title, and their comments are in another file")
        for draft in drafts:
            draft.opening = False
    only = threads.pop() if len(threads) == 1 else None
    return Parsed(
        drafts,
        title=str(submissions[0].get("title") or "") if len(submissions) == 1 else "",
        url=f"{SITE}/comments/{only}/" if only else None,
        unit="comments" if n_comments else "submissions",
        replaced_characters=replaced,
        notes=[*notes, *moderator_note(drafts)],
    )


def _matches_lines(payload: Payload, columns: Columns) -> bool:
    first = payload.json[0] if payload.json is not None else first_object(payload)
    return is_comment(first) or is_submission(first)


def _parse_lines(payload: Payload, columns: Columns) -> Parsed:
    # Only a line feed ends a line here: JSON may hold any other separator within a string.
    lines = (line.encode("utf-8", errors="replace") for line in payload.text.split("\n"))
    return parse_dump(filter(bytes.strip, lines), payload.name)


def _matches_archive(payload: Payload, columns: Columns) -> bool:
    return payload.data.startswith(ZSTANDARD)


def _parse_archive(payload: Payload, columns: Columns) -> Parsed:
    with payload.open() as stream:
        return parse_dump(dump_lines(stream, payload.name, compressed=True), payload.name)


LINES = Format(
    name="reddit_dump",
    title="Reddit dump of Pushshift or Arctic Shift (.ndjson)",
    gives=_GIVES,
    lacks=_LACKS,
    matches=_matches_lines,
    parse=_parse_lines,
)
ARCHIVE = Format(
    name="reddit_archive",
    title="Reddit dump of Pushshift or Arctic Shift, compressed (.zst)",
    gives=_GIVES,
    lacks=_LACKS,
    matches=_matches_archive,
    parse=_parse_archive,
    is_text=False,
)
