"""Posts on their way from the sources to the partitions: sorted into buckets by thread, on disk, at flat memory.

A dump comes in order of arrival, so the posts of a thread may lie anywhere in it. Each goes to the bucket of its
thread, so that a thread is whole before any stage sees it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.read.draft import Draft
from argmine.read.reddit_dump import dump_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from argmine.read.streaming import Record

# Text that waits in memory before it is written.
WAITING_BYTES = 64 << 20


def thread_hash(name: str) -> int:
    """Return a number of 64 bits that depends on nothing but the name."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def bucket_of(number: int, n_buckets: int) -> int:
    """Return the bucket of a thread's hash: buckets are ranges of hashes, so that neighbours can be joined.

    >>> bucket_of(0, 7), bucket_of(2**64 - 1, 7)
    (0, 6)
    """
    return number * n_buckets >> 64


class Spool:
    """A folder of buckets that is being written. Every write of a bucket is one Zstandard frame at its end."""

    def __init__(self, folder: Path, n_buckets: int) -> None:
        import zstandard

        self.folder = folder
        self.posts = [0] * n_buckets
        self._waiting: dict[int, list[bytes]] = {}
        self._size = 0
        self._archive = zstandard.ZstdCompressor(level=3)
        folder.mkdir(parents=True)

    def add(self, bucket: int, record: Record) -> None:
        """Add a record to a bucket."""
        line = json.dumps(to_values(record), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        self._waiting.setdefault(bucket, []).append(line)
        self.posts[bucket] += 1
        self._size += len(line)
        if self._size >= WAITING_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        for bucket, lines in self._waiting.items():
            with bucket_file(self.folder, bucket).open("ab") as file:
                file.write(self._archive.compress(b"\n".join(lines) + b"\n"))
        self._waiting, self._size = {}, 0


def bucket_file(folder: Path, bucket: int) -> Path:
    """Return the file of a bucket."""
    return folder / f"{bucket:05}.zst"


def read_bucket(folder: Path, bucket: int) -> Iterator[list[Any]]:
    """Yield the values of a bucket's records, in the order in which they were added."""
    path = bucket_file(folder, bucket)
    if path.exists():
        with path.open("rb") as file:
            for line in dump_lines(file, str(path), compressed=True):
                yield json.loads(line)


def to_values(record: Record) -> list[Any]:
    """Return a record as values that JSON can hold."""
    draft = record.draft
    sources = [[*place, *quoted] for place, quoted in (draft.sources or {}).items()]
    fields: list[Any] = [draft.post_id, draft.text, draft.parent_id, draft.author, draft.created_us, draft.score]
    fields += [draft.url, draft.status, draft.thread_id, list(draft.markup), sources, draft.opening]
    return [*fields, record.forum, record.title]


def to_draft(values: list[Any]) -> Draft:
    """Return the draft of a record's values."""
    post_id, text, parent_id, author, created_us, score, url, status, thread_id, markup, sources, opening, _, _ = values
    return Draft(
        post_id,
        text,
        parent_id,
        author,
        created_us,
        score,
        url,
        status,
        thread_id,
        markup=[(start, end, how) for start, end, how in markup],
        sources={(start, end): (post, author) for start, end, post, author in sources} or None,
        opening=opening,
    )


def forum_and_title(values: list[Any]) -> tuple[str | None, str | None]:
    """Return what a record says of its thread."""
    return values[-2], values[-1]
