"""The stage's verb: a source -> a Discussion."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.discussion import MARKUP_COLUMNS, Columns, Coverage, Discussion
from argmine.read.draft import Draft, Parsed
from argmine.read.format import Format
from argmine.read.formats import FORMATS, detect
from argmine.read.frame import NAME as FRAME
from argmine.read.frame import parse_frame
from argmine.read.payload import Payload, checked, open_file
from argmine.read.tree import Tree, arrange
from argmine.settings import Settings
from argmine.tables import POSTS, conform

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT_SETTINGS = Settings()
_DEFAULT_COLUMNS = Columns()
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def read(
    source: str | os.PathLike[str] | pd.DataFrame,
    settings: Settings = _DEFAULT_SETTINGS,
    *,
    columns: Columns = _DEFAULT_COLUMNS,
    format: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Discussion:
    """Return a thread: its posts in reading order, what its markup said, and how much of it was read.

    `source` is a path, an http(s) address, a Hacker News item number, or a DataFrame. `format` is a name in FORMATS,
    where the content should not decide. `progress` is called with posts done and posts there are. The result does not
    depend on the order of a table's rows. Raise SourceError for what cannot be read.
    """
    if format is not None and format not in FORMATS:
        raise SourceError(f"there is no format {format!r}; choose one of {', '.join(FORMATS)}.")
    sha256: str | None
    if not isinstance(source, (str, os.PathLike)):
        parsed = parse_frame(source, columns)
        name, format_name, sha256 = FRAME, "dataframe", None
    else:
        payload, expected = _open(source, settings)
        chosen = _choose(payload, columns, expected) if format is None else FORMATS[format]
        parsed = chosen.parse(payload, columns)
        name, format_name, sha256 = os.fspath(source), chosen.name, payload.sha256
        if chosen.name != "parquet":
            parsed = _with_decoding(parsed, payload)
    return _assemble(parsed, name, format_name, sha256, progress)


def _open(source: str | os.PathLike[str], settings: Settings) -> tuple[Payload, Format | None]:
    """Return what the source holds, and the format whose live address it named, if it did."""
    named = os.fspath(source)
    if isinstance(source, os.PathLike) or _exists(named):
        return open_file(source), None
    for format_ in FORMATS.values():
        address = format_.address(named, settings)
        if address:
            return _fetch(address, format_.link(named) if format_.link else named, settings), format_
    if _ADDRESS.match(named):
        return _fetch(named, named, settings), None
    return open_file(named), None


def _exists(named: str) -> bool:
    try:
        return Path(named).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _choose(payload: Payload, columns: Columns, expected: Format | None) -> Format:
    """Return the format of the content; raise SourceError if it is not the one that a live address promises."""
    if expected and expected.matches(payload, columns):
        return expected
    found = detect(payload, columns)
    if expected:
        raise SourceError(
            f"{payload.name}: the server's answer is no thread ({payload.text[:40].strip()!r}). Check the number."
        )
    return found


def _fetch(address: str, named: str, settings: Settings) -> Payload:
    if settings.offline:
        raise SourceError(f"{named}: reading an address needs the network, and offline is set. Name a saved file.")
    from argmine.read.fetch import fetch

    answer = fetch(address, settings, named=named)
    return checked(Payload(answer.body, named, answer.encoding))


def _with_decoding(parsed: Parsed, payload: Payload) -> Parsed:
    _, replaced, note = payload.decoded
    return replace(
        parsed,
        replaced_characters=parsed.replaced_characters + replaced,
        notes=[*parsed.notes, note] if note else parsed.notes,
    )


def _assemble(
    parsed: Parsed, name: str, format_name: str, sha256: str | None, progress: Callable[[int, int], None] | None
) -> Discussion:
    total = len(parsed.drafts)
    if progress:
        progress(0, total)
    tree = arrange(parsed.drafts, in_order=parsed.in_order)
    if not any(draft.status == "ok" and draft.text.strip() for draft in tree.drafts):
        raise SourceError(f"{name}: the thread has no text at all ({total:,} {parsed.unit}, none with words in it).")
    posts = _posts(tree)
    if progress:
        progress(total, total)
    return Discussion(
        posts=posts,
        markup=_markup(tree.drafts),
        coverage=_coverage(parsed, tree),
        title=parsed.title,
        url=parsed.url,
        source=name,
        format=format_name,
        sha256=sha256 or _hash(tree.drafts),
    )


def _posts(tree: Tree) -> pd.DataFrame:
    """Return the table. A post without an opinion to read has no text, whatever its source says in its place."""
    import numpy as np
    import pandas as pd

    drafts = tree.drafts
    missing = np.iinfo(np.int64).min  # how numpy writes a missing time
    times = np.array([missing if d.created_us is None else d.created_us for d in drafts], dtype="int64")
    frame = pd.DataFrame(
        {
            "post_id": [d.post_id for d in drafts],
            "thread_id": [d.thread_id for d in drafts],
            "parent_id": [d.parent_id for d in drafts],
            "author": [d.author for d in drafts],
            "created_at": pd.DatetimeIndex(times.view("datetime64[us]"), tz="UTC"),
            "score": [d.score for d in drafts],
            "depth": tree.depths,
            "url": [d.url for d in drafts],
            "status": [d.status for d in drafts],
            "text": [d.text if d.status == "ok" else "" for d in drafts],
        },
        columns=POSTS.names,
    )
    return conform(frame, POSTS)


def _markup(drafts: list[Draft]) -> pd.DataFrame:
    import pandas as pd

    rows = [(d.post_id, *mark) for d in drafts if d.status == "ok" for mark in d.markup]
    frame = pd.DataFrame(rows, columns=list(MARKUP_COLUMNS))
    return frame.astype({"post_id": "str", "start": "int64", "end": "int64", "how": "str"})


def _coverage(parsed: Parsed, tree: Tree) -> Coverage:
    comments = [draft for draft in tree.drafts if not draft.opening]
    statuses = Counter(draft.status for draft in comments)
    return Coverage(
        claimed=parsed.claimed,
        read=len(comments) - statuses["stub"],
        deleted=statuses["deleted"],
        removed=statuses["removed"],
        dead=statuses["dead"],
        stubs=statuses["stub"],
        dangling_parents=tree.dangling_parents,
        self_replies=tree.self_replies,
        cycles=tree.cycles,
        duplicate_ids=tree.duplicate_ids,
        empty=sum(draft.status == "ok" and not draft.text.strip() for draft in comments),
        replaced_characters=parsed.replaced_characters,
        notes=tuple(parsed.notes),
        unit=parsed.unit,
    )


def _hash(drafts: list[Draft]) -> str:
    """Return a hash of the posts in reading order, so that shuffled rows have the same one."""
    digest = hashlib.sha256()
    for draft in drafts:
        fields: list[Any] = [draft.post_id, draft.thread_id, draft.parent_id, draft.author, draft.created_us]
        fields += [draft.score, draft.url, draft.status, draft.text]
        digest.update(json.dumps(fields).encode() + b"\n")
    return digest.hexdigest()
