"""Archives as streams: one record after another, of dumps, rows, Parquet tables and corpora larger than memory.

A record that cannot be read is handed on with its reason instead of stopping the stream. Which format a file has is
told by its first records, as it is for a thread.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from argmine.errors import SourceError
from argmine.read import convokit, hn_list
from argmine.read.discussion import Columns
from argmine.read.draft import Draft
from argmine.read.json_rows import describe
from argmine.read.json_text import load_json
from argmine.read.payload import ZSTANDARD
from argmine.read.records import choose_columns, columns_of, parse_table
from argmine.read.reddit_dump import dump_lines
from argmine.read.reddit_thing import bare_id, comment_draft, is_comment, is_submission, submission_draft
from argmine.read.shape import mapping, words

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
LOOKED_AT = 200
"""Records by which the format of a file is told."""
TOGETHER = 500
TELL_EVERY = 10_000
_CORPUS = "utterances.jsonl"
_ENDINGS = (".ndjson", ".jsonl", ".json", ".zst", ".gz", ".parquet")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# What a value of a shape that nobody foresaw raises in code that reads it.
UNREADABLE = (SourceError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Record:
    """A post of an archive, where it stands in its source, and what its format says beside the post."""

    number: int
    draft: Draft
    forum: str | None = None
    """The subreddit or forum."""
    title: str | None = None
    """The title of the thread that the post opens."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is not a post: where it stands, why it was left out, and how it begins."""

    number: int
    reason: str
    text: str


Objects = Iterator[tuple[int, dict[str, Any]] | Rejected]


@dataclass(frozen=True)
class _Kind:
    name: str
    parse: Callable[[list[dict[str, Any]]], list[Draft]]
    forum: Callable[[dict[str, Any]], Any] = lambda row: row.get("subreddit") or row.get("forum")
    title: Callable[[dict[str, Any]], Any] = lambda row: None


def expand(source: str) -> list[str]:
    """Return the files of a source, sorted: those in a folder that is no ConvoKit corpus, or the source itself.

    Raise SourceError for what is not there or holds no archive.
    """
    if _ADDRESS.match(source):
        if source.lower().startswith(("http://", "https://")):
            raise SourceError(f"{source}: an archive is not read from a web address. Fetch the file and name it.")
        return [source]
    path = Path(source)
    if not path.exists():
        raise SourceError(f"{source}: there is no such file or folder. Check the path.")
    if not path.is_dir():
        return [source]
    if (path / _CORPUS).is_file():
        return [str(path / _CORPUS)]
    files = sorted(str(file) for file in path.rglob("*") if file.is_file() and file.suffix in _ENDINGS)
    if not files:
        raise SourceError(f"{source}: no archive in this folder. Files of one end in {', '.join(_ENDINGS)}.")
    return files


def size_of(source: str) -> int:
    """Return the bytes of a file, local or at an fsspec address."""
    if not _ADDRESS.match(source):
        return Path(source).stat().st_size
    import fsspec

    with _refusing(source):
        filesystem, path = fsspec.core.url_to_fs(source)
        size = int(filesystem.size(path) or 0)
    return size


def stream(
    source: str, columns: Columns | None = None, progress: Callable[[int], None] = lambda n_bytes: None
) -> Iterator[Record | Rejected]:
    """Yield the records of a file in order, at flat memory; raise SourceError for a file that is no archive at all.

    Read are lines of JSON (plain, gzip or Zstandard with any window) and Parquet: Reddit dumps, Hacker News items,
    ConvoKit utterances, and rows with a column of texts. `columns` names the columns of rows where their names do not.
    `progress` is called now and then with the bytes of the file that are read.
    """
    with _refusing(source), _opened(source) as file:
        objects = _objects(file, source)
        first = list(islice(objects, LOOKED_AT))
        kind = _tell([item[1] for item in first if not isinstance(item, Rejected)], source, columns or Columns())
        for number, item in enumerate(_records(chain(first, objects), kind)):
            if number % TELL_EVERY == 0:
                progress(file.tell())
            yield item


@contextmanager
def _refusing(source: str) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, ImportError) as error:
        reason = getattr(error, "strerror", None) or str(error)[:200] or type(error).__name__
        raise SourceError(f"{source}: cannot be read: {reason}. Check the path, and that the file is whole.") from error


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    if _ADDRESS.match(source):
        import fsspec

        with fsspec.open(source, "rb") as file:
            yield file
    else:
        with Path(source).open("rb") as file:
            yield file


def _objects(file: BinaryIO, source: str) -> Objects:
    magic = file.read(4)
    file.seek(0)
    if not magic:
        raise SourceError(f"{source}: the file is empty.")
    if magic == PARQUET:
        return _table_rows(file, source)
    if magic.startswith(GZIP):
        unpacked = io.BufferedReader(gzip.GzipFile(fileobj=file))
        return _line_objects(dump_lines(unpacked, source, compressed=False))
    return _line_objects(dump_lines(file, source, compressed=magic == ZSTANDARD))


def _line_objects(lines: Iterator[bytes]) -> Objects:
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8", errors="replace")
        try:
            value, _ = load_json(text)
        except json.JSONDecodeError as error:
            yield Rejected(number, f"not JSON: {error.msg} at character {error.pos + 1:,}", text)
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            yield Rejected(number, f"not an object but {describe(value)}", text)


def _table_rows(file: BinaryIO, source: str) -> Objects:
    import pyarrow
    import pyarrow.parquet

    number = 0
    try:
        for batch in pyarrow.parquet.ParquetFile(file).iter_batches(batch_size=4_096):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except pyarrow.ArrowException as error:
        reason = str(error).splitlines()[0][:200]
        raise SourceError(f"{source}: not a readable Parquet file: {reason}. Write or fetch it again.") from error


def _tell(rows: list[dict[str, Any]], source: str, columns: Columns) -> _Kind:
    """Return how the records of a file are read, by the first of them."""
    if not rows:
        raise SourceError(f"{source}: none of its first {LOOKED_AT} records is a JSON object, so this is no archive.")
    if any(is_comment(row) or is_submission(row) for row in rows):
        return _Kind("reddit_dump", _one_by_one(_reddit_draft), title=_reddit_title)
    if all(map(convokit.is_utterance, rows)):
        return _Kind(
            "convokit", _one_by_one(convokit.utterance_draft), lambda row: mapping(row, "meta").get("subreddit")
        )
    if all(map(hn_list.is_item, rows)) and any("type" in row or "by" in row for row in rows):
        return _Kind("hn_list", lambda items: hn_list.item_drafts(items, source), title=lambda row: row.get("title"))
    chosen = choose_columns(columns_of(rows), columns, source)
    named = Columns(**chosen)

    def parse(chunk: list[dict[str, Any]]) -> list[Draft]:
        table = {name: [row.get(name) for row in chunk] for name in [*chosen.values(), "status"]}
        return parse_table(table, named, source).drafts

    return _Kind("rows", parse)


def _one_by_one(parse: Callable[[dict[str, Any]], Draft]) -> Callable[[list[dict[str, Any]]], list[Draft]]:
    return lambda rows: [parse(row) for row in rows]


def _reddit_draft(thing: dict[str, Any]) -> Draft:
    if is_comment(thing):
        return comment_draft(thing, escaped=True)
    if is_submission(thing):
        return submission_draft(thing, escaped=True, titled=True)
    raise SourceError(f"neither a comment nor a submission but {describe(thing)}")


def _reddit_title(thing: dict[str, Any]) -> str | None:
    return words(thing.get("title")) or None if is_submission(thing) else None


def _records(objects: Objects, kind: _Kind) -> Iterator[Record | Rejected]:
    while chunk := list(islice(objects, TOGETHER)):
        rows = [item for item in chunk if not isinstance(item, Rejected)]
        drafts = _parse([row for _, row in rows], kind)
        found = iter(zip(rows, drafts, strict=True))
        for item in chunk:
            if isinstance(item, Rejected):
                yield item
                continue
            (number, row), draft = next(found)
            if isinstance(draft, Draft):
                yield Record(number, draft, _name(kind.forum(row)), _name(kind.title(row)))
            else:
                yield Rejected(number, draft, json.dumps(row, ensure_ascii=False, default=str))


def _parse(rows: list[dict[str, Any]], kind: _Kind) -> list[Draft | str]:
    """Return the draft of each row, or the reason why it has none."""
    if not rows:
        return []
    try:
        return list(kind.parse(rows))
    except UNREADABLE:
        found: list[Draft | str] = []
        for row in rows:
            try:
                found += kind.parse([row])
            except UNREADABLE as error:
                found.append(str(error) or type(error).__name__)
        return found


def _name(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def thread_named(value: str) -> str:
    """Return a thread's identifier as posts carry it.

    >>> thread_named("t3_abc"), thread_named("abc")
    ('abc', 'abc')
    """
    return bare_id(value) or value
