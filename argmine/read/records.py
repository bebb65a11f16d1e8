"""Rows to drafts: which column is which, and what a cell means. Shared by every format that is a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import (
    Draft,
    Parsed,
    author_or_none,
    body_status,
    replace_surrogates,
    score_or_none,
    text_or_none,
)
from argmine.read.times import microseconds
from argmine.tables import STATUSES

# Names by which a column is known, most telling first; compared in lower case, with - . and space as _.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "comment", "content", "message", "selftext", "comment_text", "comment_body", "post_text",
             "full_text", "tweet", "post"),
    "id": ("id", "comment_id", "post_id", "uid"),
    "parent": ("parent", "parent_id", "reply_to", "in_reply_to", "in_reply_to_id", "parent_comment"),
    "author": ("author", "user", "username", "user_name", "by", "author_name", "screen_name", "speaker", "name"),
    "time": ("time", "created_at", "created_utc", "date", "timestamp", "posted_at", "published", "published_at",
             "created", "datetime"),
    "url": ("url", "permalink", "link"),
    "score": ("score", "votes", "points", "likes", "ups", "upvotes"),
    "thread": ("thread", "thread_id", "conversation_id", "story_id", "link_id", "topic_id", "submission_id", "root",
               "post_id"),
}  # fmt: skip
_SEPARATORS = re.compile(r"[\s.\-]+")
_LOOKED_AT = 1_000
_NOT_CELLS = (dict, list, tuple, set)


def known_as_text(name: str) -> bool:
    """Return whether a column of this name would be taken for the text."""
    return _plain(name) in SYNONYMS["text"]


def choose_columns(table: Mapping[str, Sequence[Any]], wanted: Columns, source: str) -> dict[str, str]:
    """Return the column for each part of a post that the table has; raise SourceError for an unknown one or no text."""
    chosen: dict[str, str] = {}
    for part in (field.name for field in fields(Columns)):
        named = getattr(wanted, part)
        found = _named(table, named, source) if named is not None else _by_name(table, SYNONYMS[part], chosen)
        if found is not None:
            chosen[part] = found
    if "text" not in chosen:
        raise SourceError(
            f"{source}: no column looks like the text of a post. The columns are {_listed(table)}. "
            "Name the one that holds it with --text-column."
        )
    return chosen


def parse_table(
    table: Mapping[str, Sequence[Any]], wanted: Columns, source: str, *, notes: Sequence[str] = (), replaced: int = 0
) -> Parsed:
    """Return the rows of a table, given as columns, as drafts; raise SourceError if it has no rows or no texts."""
    chosen = choose_columns(table, wanted, source)
    n_rows = len(table[chosen["text"]])
    if not n_rows:
        raise SourceError(f"{source}: the table has columns ({_listed(table)}) but no rows.")
    count = _Counter()
    found = {part: count.clean(table[name]) for part, name in chosen.items()}
    missing: list[None] = [None] * n_rows
    times = _convert(found.get("time"), microseconds)
    scores = _convert(found.get("score"), score_or_none)
    statuses = _statuses(table, n_rows)
    rows = zip(
        found["text"],
        map(_identifier, found.get("id", missing)),
        map(_identifier, found.get("parent", missing)),
        map(author_or_none, map(_identifier, found.get("author", missing))),
        times or missing,
        map(text_or_none, found.get("url", missing)),
        scores or missing,
        map(_identifier, found.get("thread", missing)),
        statuses,
        strict=True,
    )
    drafts = []
    for text, identifier, parent, author, created, url, score, thread, status in rows:
        body = _text(text)
        drafts.append(
            Draft(
                identifier,
                body,
                parent,
                author,
                created,
                score,
                url,
                status if status != "ok" else body_status(body),
                thread,
            )
        )
    used = ", ".join(f"{part} from {name}" for part, name in chosen.items())
    told = [f"columns: {used}", *notes, *_unread(found, {"time": times, "score": scores})]
    if "author" not in chosen:
        told.append("authors are unknown")
    if "id" not in chosen:
        told.append("identifiers are made from the content of each row")
        if times is None:
            told.append("nothing says in which order the rows come")
    return Parsed(drafts, unit="rows", replaced_characters=replaced + count.replaced, notes=told)


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return a list of objects as columns, in the order in which their names first occur; an absent cell is None."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return {name: [row.get(name) for row in rows] for name in names}


class _Counter:
    """Cleans columns of lone surrogates and counts them."""

    def __init__(self) -> None:
        self.replaced = 0

    def clean(self, values: Sequence[Any]) -> list[Any]:
        """Return the cells, missing ones as None, with lone surrogates replaced."""
        cleaned = []
        for value in values:
            if isinstance(value, str):
                value, replaced = replace_surrogates(value)
                self.replaced += replaced
            elif value is not None and not isinstance(value, _NOT_CELLS) and value != value:
                value = None
            cleaned.append(value)
        return cleaned


def _plain(name: str) -> str:
    return _SEPARATORS.sub("_", name.strip().lower())


def _listed(table: Mapping[str, Sequence[Any]]) -> str:
    names = [str(name) for name in table]
    shown = ", ".join(name if len(name) <= 40 else name[:39] + "…" for name in names[:30])
    return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown or "none"


def _named(table: Mapping[str, Sequence[Any]], named: str, source: str) -> str:
    if named in table:
        return named
    alike = [name for name in table if _plain(name) == _plain(named)]
    if len(alike) == 1:
        return alike[0]
    raise SourceError(f"{source}: there is no column {named!r}. The columns are {_listed(table)}.")


def _by_name(table: Mapping[str, Sequence[Any]], synonyms: Sequence[str], chosen: dict[str, str]) -> str | None:
    taken = set(chosen.values())
    for synonym in synonyms:
        for name, values in table.items():
            # A column of objects or lists is not a text, whatever its name.
            if _plain(name) == synonym and name not in taken and not _holds_containers(values):
                return name
    return None


def _holds_containers(values: Sequence[Any]) -> bool:
    return any(isinstance(value, _NOT_CELLS) for value in values[:_LOOKED_AT])


def _convert(values: Sequence[Any] | None, convert: Callable[[Any], Any]) -> list[Any] | None:
    return None if values is None else [convert(value) for value in values]


def _unread(found: Mapping[str, Sequence[Any]], converted: Mapping[str, list[Any] | None]) -> list[str]:
    """Return a note for each part that has cells which could not be read."""
    notes = []
    for part, values in converted.items():
        if values is not None:
            unread = [
                cell
                for cell, value in zip(found[part], values, strict=True)
                if value is None and cell is not None and str(cell).strip()
            ]
            if unread:
                notes.append(
                    f"cells that could not be read as a {part}: {len(unread):,}, the first {str(unread[0])[:40]!r}"
                )
    return notes


def _statuses(table: Mapping[str, Sequence[Any]], n_rows: int) -> list[str]:
    """Return the column `status` where it speaks argmine's own language, else ok for every row."""
    values = table.get("status")
    if values is not None and not _holds_containers(values) and set(values) <= set(STATUSES):
        return [str(value) for value in values]
    return ["ok"] * n_rows


def _identifier(value: Any) -> str | None:
    """Return an identifier as text; a whole number that a table holds as 12.0 is 12."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, float) else text_or_none(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return "" if value is None or isinstance(value, _NOT_CELLS) else str(value)
