"""Hacker News items as its Firebase API gives them: one, a list, or a line each; or live, a request a comment.

Bodies are in the site's HTML. `kids` names an item's replies, so those that are not here are known to be missing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, text_or_none
from argmine.read.format import Format
from argmine.read.hn_item import item_number, permalink
from argmine.read.hn_markup import decode_entities, hn_text, is_hn_markup
from argmine.read.json_rows import first_object, object_lines
from argmine.read.payload import Payload
from argmine.read.records import columns_of, parse_table
from argmine.read.shape import count, objects
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.read.fetch import Session

FIREBASE = "https://hacker-news.firebaseio.com/v0"

_NAMES = frozenset({
    "id", "by", "author", "text", "time", "created_at", "created_at_i", "type", "parent", "parent_id", "story_id",
    "kids", "deleted", "dead", "score", "points", "title", "url", "descendants", "poll", "parts",
})  # fmt: skip
_OPENING_TYPES = ("story", "poll", "job")
_NOT_CELLS = ("url", "title", "kids", "parts")
_ITEM = re.compile(r"https?://hacker-news\.firebaseio\.com/v0/item/([0-9]{1,12})(?:\.json)?/?")


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        value = payload.json[0]
        if isinstance(value, dict):
            return _are_items([value]) and "type" in value and not value.keys().isdisjoint(("by", "kids", "deleted"))
        return isinstance(value, list) and _are_items(value)
    first = first_object(payload)
    return first is not None and _are_items([first]) and _are_items(object_lines(payload)[0])


def _are_items(rows: list[Any]) -> bool:
    """Return whether rows have an item's names and no others, and the site's own HTML in a body."""
    items = [row for row in rows if is_item(row)]
    bodies = [row["text"] for row in items if isinstance(row.get("text"), str)]
    return bool(rows) and len(items) == len(rows) and (len(rows) == 1 or any(map(is_hn_markup, bodies)))


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or object_lines(payload)
    rows = objects([value] if isinstance(value, dict) else value)
    if not rows:
        raise SourceError(f"{payload.name}: this is no list of Hacker News items.")
    return _parse_items(rows, columns, payload.name, replaced)


def is_item(row: Any) -> bool:
    """Return whether an object has an item's names and no others."""
    return isinstance(row, dict) and isinstance(row.get("id"), int) and row.keys() <= _NAMES


def item_drafts(rows: list[dict[str, Any]], name: str) -> list[Draft]:
    """Return the drafts of items of any number of threads, row by row; none of them names its thread."""
    table = columns_of([{"text": None} | {part: row[part] for part in row if part not in _NOT_CELLS} for row in rows])
    drafts = parse_table(table, Columns(), name).drafts
    return [_titled(_draft(draft, row, {}), row) for draft, row in zip(drafts, rows, strict=True)]


def _parse_items(rows: list[dict[str, Any]], columns: Columns, name: str, replaced: int) -> Parsed:
    table = columns_of([{"text": None} | {part: row[part] for part in row if part not in _NOT_CELLS} for row in rows])
    parsed = parse_table(table, columns, name, replaced=replaced)
    openings = [row for row in rows if row.get("type") in _OPENING_TYPES]
    story = openings[0] if len(openings) == 1 else {}
    only_stories = len(openings) == len(rows) > 1
    drafts = [_draft(draft, row, story) for draft, row in zip(parsed.drafts, rows, strict=True)]
    if only_stories:
        drafts = [_titled(draft, row) for draft, row in zip(drafts, rows, strict=True)]
    return replace(
        parsed,
        drafts=drafts,
        title=text_or_none(story.get("title")) or "",
        url=permalink(str(story["id"])) if "id" in story else None,
        claimed=count(story.get("descendants")),
        unit="stories" if only_stories else "comments",
        stubs=_missing_kids(rows),
        notes=[note for note in parsed.notes if not note.startswith("columns: ")],
    )


def _missing_kids(rows: list[dict[str, Any]]) -> int:
    """Return how many replies the items name that are not among them."""
    named = {kid for row in rows if isinstance(row.get("kids"), list) for kid in row["kids"] if isinstance(kid, int)}
    return len(named - {row["id"] for row in rows if isinstance(row.get("id"), int)})


def _titled(draft: Draft, row: dict[str, Any]) -> Draft:
    """Return a story of a list of stories, its title as its text where it has no other."""
    title = decode_entities(text_or_none(row.get("title")) or "")
    return draft if draft.text or draft.status != "ok" else replace(draft, text=title)


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
        url=permalink(str(draft.post_id)) if draft.post_id else None,
        thread_id=draft.thread_id or (str(story["id"]) if "id" in story else None),
    )


def _number(source: str) -> str | None:
    found = _ITEM.fullmatch(source)
    return found[1] if found else item_number(source)


def _address(source: str, settings: Settings) -> str | None:
    number = _number(source)
    return f"{FIREBASE}/item/{number}.json" if number else None


def _live(source: str, session: Session) -> Parsed:
    """Return the thread under an item, a level of replies at a time."""
    level = [int(_number(source) or 0)]
    rows: list[dict[str, Any]] = []
    seen = set(level)
    while level:
        answers = session.get_all([f"{FIREBASE}/item/{number}.json" for number in level])
        items = objects([session.as_json(answer) for answer in answers])
        if not rows and not items:
            raise SourceError(f"{session.named}: there is no such item. Check the number.")
        rows += items
        kids = [
            kid for row in items if isinstance(row.get("kids"), list) for kid in row["kids"] if isinstance(kid, int)
        ]
        level = [kid for kid in dict.fromkeys(kids) if kid not in seen]
        seen.update(level)
    return _parse_items(rows, Columns(), session.named, 0)


FORMAT = Format(
    name="hn_list",
    title="Hacker News items (Firebase JSON): one, an array or a line each, from files or a Firebase address",
    gives="authors, permalinks; replies, times, deleted, dead and missing comments where its items tell them",
    lacks="scores of comments, texts of dead ones; the reply tree, where items name no parent",
    matches=_matches,
    parse=_parse,
    address=_address,
    link=lambda source: source,
    live=_live,
)
