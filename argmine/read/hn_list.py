"""Hacker News items in a flat list or a line each, bodies in the site's HTML, as dumps of its Firebase API are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, text_or_none
from argmine.read.format import Format
from argmine.read.hn_item import permalink
from argmine.read.hn_markup import hn_text, is_hn_markup
from argmine.read.json_rows import first_object, object_lines
from argmine.read.payload import Payload
from argmine.read.records import columns_of, parse_table

_NAMES = frozenset({
    "id", "by", "author", "text", "time", "created_at", "created_at_i", "type", "parent", "parent_id", "story_id",
    "kids", "deleted", "dead", "score", "points", "title", "url", "descendants", "poll", "parts",
})  # fmt: skip
_OPENING_TYPES = ("story", "poll", "job")


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        rows = payload.json[0]
        return isinstance(rows, list) and _are_items(rows)
    first = first_object(payload)
    return first is not None and _are_items([first]) and _are_items(object_lines(payload)[0])


def _are_items(rows: list[Any]) -> bool:
    """Return whether rows have an item's names and no others, and the site's own HTML in a body."""
    items = [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), int) and row.keys() <= _NAMES]
    bodies = [row["text"] for row in items if isinstance(row.get("text"), str)]
    return bool(rows) and len(items) == len(rows) and (len(rows) == 1 or any(map(is_hn_markup, bodies)))


def _parse(payload: Payload, columns: Columns) -> Parsed:
    rows, replaced = payload.json or object_lines(payload)
    table = columns_of([{name: row.get(name) for name in row if name not in ("url", "title")} for row in rows])
    parsed = parse_table(table, columns, payload.name, replaced=replaced)
    openings = [row for row in rows if row.get("type") in _OPENING_TYPES]
    story = openings[0] if len(openings) == 1 else {}
    drafts = [_draft(draft, row, story) for draft, row in zip(parsed.drafts, rows, strict=True)]
    claimed = story.get("descendants")
    return replace(
        parsed,
        drafts=drafts,
        title=text_or_none(story.get("title")) or "",
        url=permalink(str(story["id"])) if story else None,
        claimed=claimed if isinstance(claimed, int) else None,
        unit="comments",
    )


def _draft(draft: Draft, row: dict[str, Any], story: dict[str, Any]) -> Draft:
    text, markup = hn_text(draft.text)
    status = draft.status
    if row.get("deleted"):
        status = "deleted"
    elif row.get("dead"):
        status = "dead"
    elif status == "ok" and not text.strip() and row.get("type") not in _OPENING_TYPES:
        status = "dead" if draft.author else "deleted"
    return replace(
        draft,
        text=text,
        markup=markup,
        status=status,
        opening=row is story,
        url=permalink(str(draft.post_id)),
        thread_id=draft.thread_id or (str(story["id"]) if story else None),
    )


FORMAT = Format(
    name="hn_list",
    title="Hacker News items in a JSON array or JSON Lines, bodies in HTML",
    gives="authors and permalinks; replies, times, deleted and dead comments where its items tell them",
    lacks="the reply tree, where items name no parent",
    matches=_matches,
    parse=_parse,
)
