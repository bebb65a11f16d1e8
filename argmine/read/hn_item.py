"""A Hacker News thread as the Algolia API gives it: `GET https://hn.algolia.com/api/v1/items/ID`, live or saved.

One nested object, a node a post. The story is a post too, with its own text or none; its title is the discussion's.
Replies follow the nesting. A node without text stays as a joint of the tree: deleted where it has no author either,
else dead.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.hn_markup import hn_text
from argmine.read.payload import Payload
from argmine.read.shape import count
from argmine.read.times import microseconds
from argmine.settings import Settings

_ITEM = "https://news.ycombinator.com/item?id="
_OPENING_TYPES = ("story", "poll", "job")
_HOSTS = ("news.ycombinator.com", "www.news.ycombinator.com")
_NUMBER = re.compile(r"[0-9]{1,12}")


def permalink(identifier: str) -> str:
    """Return the public address of an item."""
    return _ITEM + identifier


def item_number(source: str) -> str | None:
    """Return the item that a bare number or a Hacker News address names, or None.

    >>> item_number("8863"), item_number("https://news.ycombinator.com/item?id=8863#9224"), item_number("a.json")
    ('8863', '8863', None)
    """
    if _NUMBER.fullmatch(source):
        return source
    parts = split_web(source)
    if parts is None or parts.hostname not in _HOSTS:
        return None
    number = parse_qs(parts.query).get("id", [""])[0]
    return number if parts.path == "/item" and _NUMBER.fullmatch(number) else None


def _address(source: str, settings: Settings) -> str | None:
    number = item_number(source)
    return f"{settings.hn_api.rstrip('/')}/items/{number}" if number else None


def _matches(payload: Payload, columns: Columns) -> bool:
    return is_node(payload.json[0]) if payload.json else False


def is_node(value: Any) -> bool:
    """Return whether a value is an item with its replies in it."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("children"), list)
        and "author" in value
        and ("created_at_i" in value or "story_id" in value)
    )


def _parse(payload: Payload, columns: Columns) -> Parsed:
    root, replaced = payload.json or (None, 0)
    if not isinstance(root, dict):
        raise SourceError(f"{payload.name}: this is no Hacker News item. Name the JSON of the Algolia API.")
    drafts, strays = node_drafts(root)
    opening = drafts[0].opening
    return Parsed(
        drafts,
        title=text_or_none(root.get("title")) or "",
        url=drafts[0].url,
        claimed=_claimed(root) if opening else None,
        replaced_characters=replaced,
        notes=[f"nodes of the tree that are no posts: {strays:,}"] if strays else [],
    )


def node_drafts(root: dict[str, Any]) -> tuple[list[Draft], int]:
    """Return the drafts of an item and of all that stands under it, and how many nodes are no posts."""
    drafts: list[Draft] = []
    strays = 0
    thread = text_or_none(root.get("story_id")) or text_or_none(root.get("id"))
    waiting: list[tuple[Any, str | None]] = [(root, text_or_none(root.get("parent_id")))]
    while waiting:
        node, parent = waiting.pop()
        if not isinstance(node, dict):
            strays += 1
            continue
        draft = _draft(node, parent, thread)
        drafts.append(draft)
        children = node.get("children")
        if children and isinstance(children, list):
            waiting += [(child, draft.post_id) for child in children]
    return drafts, strays


def _draft(node: dict[str, Any], parent: str | None, thread: str | None) -> Draft:
    get = node.get
    own, body, points = get("id"), get("text"), get("points")
    identifier = str(own) if type(own) is int else text_or_none(own)
    text, markup = hn_text(body) if isinstance(body, str) else ("", [])
    author = author_or_none(get("author"))
    opening = get("type") in _OPENING_TYPES
    status = body_status(text)
    if status == "ok" and not opening and (not text or text.isspace()):
        status = "dead" if author else "deleted"
    created = microseconds(get("created_at_i"))
    if created is None:
        created = microseconds(get("created_at"))
    score = None if points is None else score_or_none(points)
    url = _ITEM + identifier if identifier else None
    return Draft(identifier, text, parent, author, created, score, url, status, thread, markup, opening=opening)


def _claimed(root: dict[str, Any]) -> int | None:
    claimed = count(root.get("num_comments"))
    return count(root.get("descendants")) if claimed is None else claimed


FORMAT = Format(
    name="hn_item",
    title="Hacker News item (Algolia JSON), from a file, an address or an item number",
    gives="replies, authors, times, permalinks, the story's score, deleted and dead comments as joints",
    lacks="scores of comments, the site's own order",
    matches=_matches,
    parse=_parse,
    address=_address,
    link=lambda source: permalink(item_number(source) or ""),
)
