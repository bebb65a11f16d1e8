"""A Lobsters story as the site's JSON gives it, in all five shapes that it has had: `https://lobste.rs/s/ID.json`.

A flat list in display order. Replies follow `parent_comment`; where it is missing, the indent level (from 1) or the
depth (from 0). Users are objects in the older shapes and names in the newer.
"""

from __future__ import annotations

import re
from typing import Any

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.payload import Payload
from argmine.read.shape import count, objects, words
from argmine.read.times import microseconds
from argmine.settings import Settings

SITE = "https://lobste.rs"
_STORY = re.compile(r"/s/([a-z0-9]{4,10})(?:[/.].*)?")
_HOSTS = ("lobste.rs", "www.lobste.rs")


def story_id(source: str) -> str | None:
    """Return the story that an address names, or None.

    >>> story_id("https://lobste.rs/s/tdfoqh/ranking_comments"), story_id("https://lobste.rs/t/meta")
    ('tdfoqh', None)
    """
    parts = split_web(source)
    found = _STORY.fullmatch(parts.path) if parts and parts.hostname in _HOSTS else None
    return found[1] if found else None


def _address(source: str, settings: Settings) -> str | None:
    parts = split_web(source)
    if parts is None or parts.hostname not in _HOSTS:
        return None
    if not settings.accept_terms and not settings.offline:
        raise SourceError(
            f"{source}: Lobsters' robots file objects to reading by machines that use models (ai-input=no). "
            "Save the page or its JSON and name the file, or say --accept-terms if you have the right to read it so."
        )
    story = story_id(source)
    return f"{SITE}/s/{story}.json" if story else None


def _matches(payload: Payload, columns: Columns) -> bool:
    value = payload.json[0] if payload.json else None
    return isinstance(value, dict) and "short_id" in value and isinstance(value.get("comments"), list)


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    story = value if isinstance(value, dict) else {}
    if not isinstance(story.get("comments"), list):
        raise SourceError(f"{payload.name}: this is no story of Lobsters. Name its JSON, lobste.rs/s/ID.json.")
    opening = _opening(story)
    thread = opening.post_id
    drafts: list[Draft] = []
    above: list[str | None] = []
    for comment in objects(story["comments"]):
        draft = _comment(comment, thread)
        depth = min(_depth(comment), len(above))
        above[depth:] = [draft.post_id]
        if "parent_comment" not in comment:
            draft.parent_id = above[depth - 1] if depth else None
        draft.parent_id = draft.parent_id or thread
        drafts.append(draft)
    strays = len(story["comments"]) - len(drafts)
    return Parsed(
        [opening, *drafts],
        title=text_or_none(story.get("title")) or "",
        url=opening.url,
        claimed=count(story.get("comment_count")),
        replaced_characters=replaced,
        notes=[f"entries of the list that are no comments: {strays:,}"] if strays else [],
    )


def _opening(story: dict[str, Any]) -> Draft:
    identifier = text_or_none(story.get("short_id"))
    text, markup = html_text(words(story.get("description")))
    return Draft(
        post_id=identifier,
        text=text,
        author=_user(story.get("submitter_user")),
        created_us=microseconds(story.get("created_at")),
        score=score_or_none(story.get("score")),
        url=text_or_none(story.get("comments_url")) or text_or_none(story.get("short_id_url")),
        status=body_status(text),
        thread_id=identifier,
        markup=markup,
        opening=True,
    )


def _comment(comment: dict[str, Any], thread: str | None) -> Draft:
    text, markup = html_text(words(comment.get("comment")))
    status = body_status(text)
    if comment.get("is_moderated") is True:
        status = "removed"
    elif comment.get("is_deleted") is True:
        status = "deleted"
    return Draft(
        post_id=text_or_none(comment.get("short_id")),
        text=text,
        parent_id=text_or_none(comment.get("parent_comment")),
        author=_user(comment.get("commenting_user")),
        created_us=microseconds(comment.get("created_at")),
        score=score_or_none(comment.get("score")),
        url=text_or_none(comment.get("short_id_url")) or text_or_none(comment.get("url")),
        status=status,
        thread_id=thread,
        markup=markup,
    )


def _depth(comment: dict[str, Any]) -> int:
    depth, indent = count(comment.get("depth")), count(comment.get("indent_level"))
    return depth if depth is not None else max((indent or 1) - 1, 0)


def _user(value: Any) -> str | None:
    return author_or_none(value.get("username") if isinstance(value, dict) else value)


FORMAT = Format(
    name="lobsters",
    title="Lobsters story JSON, from a file or (with --accept-terms) an address",
    gives="replies, authors, times, scores, permalinks, deleted and moderated comments as joints",
    lacks="texts of deleted and moderated comments, who voted",
    matches=_matches,
    parse=_parse,
    address=_address,
)
