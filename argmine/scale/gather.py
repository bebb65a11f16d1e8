"""One source to its buckets: every record read once, filtered, and laid with the others of its thread."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.errors import RunError
from argmine.read.streaming import Record, Rejected, stream
from argmine.scale.plan import Folder, Plan, write_json
from argmine.scale.rejected import Aside
from argmine.scale.spool import Spool, bucket_of, thread_hash
from argmine.scale.where import parse_where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COUNTS = "counts.json"
# Steps of pointer jumping: each doubles the distance, so that no tree of replies is too deep.
_JUMPS = 64


def gather(
    folder: Folder, plan: Plan, number: int, progress: Callable[[int], None] = lambda n_bytes: None
) -> dict[str, Any]:
    """Read one source into its buckets and return its counts; where that was done before, only return them.

    Counts are records, posts, left_out (by the filter), rejected, seconds, and the posts of each bucket.
    """
    spool = folder.spool(number)
    if (spool / COUNTS).is_file():
        known: dict[str, Any] = json.loads((spool / COUNTS).read_text(encoding="utf-8"))
        return known
    begin = time.perf_counter()
    partial = spool.with_name(f".{spool.name}.{os.getpid()}")
    try:
        counts = _read(folder, plan, number, partial, progress)
        counts["seconds"] = round(time.perf_counter() - begin, 3)
        write_json(partial / COUNTS, counts)
        partial.replace(spool)
    except OSError as error:
        raise RunError(f"{partial}: cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return counts


def _read(folder: Folder, plan: Plan, number: int, partial: Path, progress: Callable[[int], None]) -> dict[str, Any]:
    source = plan.sources[number]
    where = parse_where(plan.where)
    roots = _roots(source)
    spool = Spool(partial, plan.n_buckets)
    records = posts = left_out = 0
    with Aside(folder.rejected(f"source-{number:05}"), source) as aside:
        for item in stream(source, progress=progress):
            records += 1
            if isinstance(item, Rejected):
                aside.add(item)
                continue
            thread = _thread(item, roots)
            if where.keeps(item):
                posts += 1
                spool.add(bucket_of(thread, plan.n_buckets), item)
            else:
                left_out += 1
    spool.flush()
    buckets = {str(bucket): count for bucket, count in enumerate(spool.posts) if count}
    return {
        "source": source,
        "records": records,
        "posts": posts,
        "left_out": left_out,
        "rejected": aside.count,
        "buckets": buckets,
    }


def _thread(record: Record, roots: Iterator[int] | None) -> int:
    if roots is not None:
        return next(roots)
    draft = record.draft
    return thread_hash(str(draft.thread_id or draft.parent_id or draft.post_id or draft.text))


def _roots(source: str) -> Iterator[int] | None:
    """Return the hash of the topmost post above each post of a source, in order; None where posts name their thread.

    Only sources whose first post names none are read twice. A post of which nothing above is known stands for itself.
    """
    ids: list[int] = []
    parents: list[int] = []
    for item in stream(source):
        if isinstance(item, Rejected):
            continue
        draft = item.draft
        if draft.thread_id is not None:
            return None
        own = thread_hash(str(draft.post_id or draft.text))
        ids.append(own)
        parents.append(own if draft.parent_id is None else thread_hash(draft.parent_id))
    roots: list[int] = find_roots(np.array(ids, np.uint64), np.array(parents, np.uint64)).tolist()
    return iter(roots)


def find_roots(ids: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """Return the topmost known ancestor of each post, shape (n,), of identifiers and parents as numbers.

    A parent that is not among the posts is itself the topmost.

    >>> import numpy as np
    >>> find_roots(np.array([1, 2, 3, 4]), np.array([1, 1, 2, 9])).tolist()
    [1, 1, 1, 9]
    """
    order = np.argsort(ids, kind="stable")
    places = np.minimum(np.searchsorted(ids, parents, sorter=order), max(len(ids) - 1, 0))
    above = order[places] if len(ids) else places
    known = ids[above] == parents if len(ids) else np.zeros(0, bool)
    above = np.where(known, above, np.arange(len(ids)))
    top = np.where(known, ids, parents)
    for _ in range(_JUMPS):
        further = above[above]
        if np.array_equal(further, above):
            break
        above = further
    return np.asarray(top[above])
