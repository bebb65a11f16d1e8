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
from argmine.read.discussion import MARKUP_COLUMNS, Columns, Coverage, Discussion, counted
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
        name = os.fspath(source)
        parsed, format_name, sha256 = _read_source(source, settings, columns, FORMATS[format] if format else None)
    return _assemble(parsed, name, format_name, sha256, progress)


def _read_source(
    source: str | os.PathLike[str], settings: Settings, columns: Columns, wanted: Format | None
) -> tuple[Parsed, str, str]:
    """Return what a file or an address holds, the name of its format, and the hash of its bytes."""
    named = os.fspath(source)
    if isinstance(source, os.PathLike) or _exists(named):
        return _parse(open_file(source), columns, wanted)
    for format_ in [wanted] if wanted and wanted.is_live else FORMATS.values():
        address = format_.address(named, settings)
        if address:
            return _read_live(named, address, format_, columns, settings)
    if _ADDRESS.match(named):
        return _read_live(named, named, None, columns, settings, wanted)
    return _parse(open_file(named), columns, wanted)


def _read_live(
    named: str,
    address: str,
    expected: Format | None,
    columns: Columns,
    settings: Settings,
    wanted: Format | None = None,
) -> tuple[Parsed, str, str]:
    """Return what an address holds; `expected` is the format that knows it, `wanted` the one that the user named."""
    from argmine.read.fetch import Session

    with Session(settings, expected.link(named) if expected and expected.link else named) as session:
        if expected and expected.live:
            parsed, name = expected.live(named, session), expected.name
        else:
            answer = session.get(address)
            payload = checked(Payload(answer.body, session.named, answer.encoding))
            parsed, name, _ = _parse(payload, columns, wanted or _choose(payload, columns, expected))
        return replace(parsed, notes=[*parsed.notes, *session.notes()]), name, session.sha256


def _parse(payload: Payload, columns: Columns, wanted: Format | None) -> tuple[Parsed, str, str]:
    chosen = wanted or detect(payload, columns)
    parsed = chosen.parse(payload, columns)
    if not parsed.drafts:
        raise SourceError(f"{payload.name}: read as {chosen.name}, there is no post in it. Name a file of that format.")
    return _with_decoding(parsed, payload) if chosen.is_text else parsed, chosen.name, payload.sha256


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
        raise SourceError(
            f"{name}: the thread has no text at all ({counted(total, parsed.unit)}, none with words in it)."
        )
    posts = posts_of(tree)
    if progress:
        progress(total, total)
    return Discussion(
        posts=posts,
        markup=markup_of(tree.drafts),
        coverage=coverage_of(parsed, tree),
        title=parsed.title,
        url=parsed.url,
        source=name,
        format=format_name,
        sha256=sha256 or _hash(tree.drafts),
    )


def posts_of(tree: Tree) -> pd.DataFrame:
    """Return the table. A post without an opinion to read has no text, whatever its source says in its place."""
    import numpy as np
    import pandas as pd

    drafts = tree.drafts
    missing = np.iinfo(np.int64).min  # how numpy writes a missing time
    times = np.array([missing if d.created_us is None else d.created_us for d in drafts], dtype="int64")
    frame = pd.DataFrame(
        {
            "post_id": pd.array([d.post_id for d in drafts], dtype="str"),
            "thread_id": pd.array([d.thread_id for d in drafts], dtype="str"),
            "parent_id": pd.array([d.parent_id for d in drafts], dtype="str"),
            "author": pd.array([d.author for d in drafts], dtype="str"),
            "created_at": pd.DatetimeIndex(times.view("datetime64[us]"), tz="UTC"),
            "score": np.array([d.score for d in drafts], dtype="float64"),
            "depth": np.array(tree.depths, dtype="int64"),
            "url": pd.array([d.url for d in drafts], dtype="str"),
            "status": pd.array([d.status for d in drafts], dtype="str"),
            "text": pd.array([d.text if d.status == "ok" else "" for d in drafts], dtype="str"),
        },
        columns=POSTS.names,
    )
    return conform(frame, POSTS)


def markup_of(drafts: list[Draft]) -> pd.DataFrame:
    """Return the table of what the drafts' markup says, with the columns MARKUP_COLUMNS."""
    import numpy as np
    import pandas as pd

    known = {draft.post_id for draft in drafts}
    rows = []
    for draft in drafts:
        for mark in draft.markup if draft.status == "ok" else ():
            post, author = draft.sources.get(mark[:2], (None, None)) if draft.sources else (None, None)
            rows.append((draft.post_id, *mark, post if post in known else None, author))
    columns = zip(*rows, strict=True) if rows else [()] * len(MARKUP_COLUMNS)
    return pd.DataFrame(
        {
            name: np.array(cells, dtype="int64") if name in ("start", "end") else pd.array(list(cells), dtype="str")
            for name, cells in zip(MARKUP_COLUMNS, columns, strict=True)
        }
    )


def coverage_of(parsed: Parsed, tree: Tree) -> Coverage:
    """Return how much was read of what a format gave."""
    comments = [draft for draft in tree.drafts if not draft.opening]
    statuses = Counter(draft.status for draft in comments)
    return Coverage(
        claimed=parsed.claimed,
        read=len(comments) - statuses["stub"],
        deleted=statuses["deleted"],
        removed=statuses["removed"],
        dead=statuses["dead"],
        stubs=statuses["stub"] + parsed.stubs,
        dangling_parents=tree.dangling_parents,
        self_replies=tree.self_replies,
        cycles=tree.cycles,
        duplicate_ids=tree.duplicate_ids,
        empty=sum(draft.status == "ok" and not draft.text.strip() for draft in comments),
        replaced_characters=parsed.replaced_characters,
        pages_read=parsed.pages_read,
        pages=parsed.pages,
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
