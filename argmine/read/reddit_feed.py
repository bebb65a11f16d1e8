"""A Reddit thread as its feed gives it (`https://www.reddit.com/comments/ID/.rss`, Atom). It says who, not to whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, body_status
from argmine.read.elements import words_at
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.payload import Payload
from argmine.read.reddit_thing import bare_id, moderator_note, user_name
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_OFF, _ON = "<!-- SC_OFF -->", "<!-- SC_ON -->"
_THREAD = re.compile(r"<id>\s*t1_")
FLAT = "the feed names no parents, so every comment stands by itself"


def _matches(payload: Payload, columns: Columns) -> bool:
    return payload.is_markup and "<feed" in payload.text[:2_000] and bool(_THREAD.search(payload.text))


def _parse(payload: Payload, columns: Columns) -> Parsed:
    drafts = [_draft(entry) for entry in payload.page.css("entry")]
    opening = drafts[0] if drafts and drafts[0].opening else None
    if not any(not draft.opening for draft in drafts):
        raise SourceError(f"{payload.name}: this feed of Reddit holds no comments. Name the feed of a thread.")
    for draft in drafts:
        draft.thread_id = opening.post_id if opening else None
        draft.opening = draft is opening
    return Parsed(
        drafts,
        title=words_at(payload.page, "entry title" if opening else "feed > title, entry title"),
        url=opening.url if opening else None,
        notes=[FLAT, *moderator_note(drafts)],
    )


def _draft(entry: LexborNode) -> Draft:
    name = words_at(entry, "id")
    body = entry.css_first("content")
    content = body.text() if body is not None else ""
    start, end = content.find(_OFF), content.rfind(_ON)
    text, markup = html_text(content[start + len(_OFF) : end if end > start else None]) if start >= 0 else ("", [])
    link = entry.css_first("link[href]")
    opening = name.startswith("t3_")
    status = body_status(text)
    return Draft(
        post_id=bare_id(name),
        text=text,
        author=user_name(words_at(entry, "author name")),
        created_us=microseconds(words_at(entry, "published") or words_at(entry, "updated")),
        url=link.attributes.get("href") if link is not None else None,
        status=status,
        markup=markup,
        opening=opening,
    )


FORMAT = Format(
    name="reddit_feed",
    title="Reddit thread, its feed (Atom)",
    gives="authors, times, permalinks",
    lacks="replies, scores, deleted comments, comments beyond the feed's limit",
    matches=_matches,
    parse=_parse,
)
