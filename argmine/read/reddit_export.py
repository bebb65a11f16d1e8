"""Reddit threads as tools export them, with replies inside replies: PRAW scripts, and URS in all its styles.

The older style names things for people (`Comment ID`, `Date Created`), keeps every comment in a list under its
identifier and nests replies as `child`; the newer has the API's names and `replies`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, body_status, score_or_none
from argmine.read.format import Format
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.reddit_thing import SITE, bare_id, comment_draft, is_comment, moderator_note, user_name
from argmine.read.shape import count, mapping, words
from argmine.read.times import microseconds

_DATE = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_LOOKED_AT = 200
_ZONE = "times are as the exporting tool wrote them, without a zone, and taken as UTC"


def _matches(payload: Payload, columns: Columns) -> bool:
    value = payload.json[0] if payload.json else None
    waiting = [value]
    for _ in range(_LOOKED_AT):
        if not waiting:
            break
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here[:2]
        elif isinstance(here, dict):
            if _is_titled(here) or (is_comment(here) and isinstance(here.get("replies"), list)):
                return True
            if "submission_metadata" in here or "livestream_settings" in here:
                return True
            waiting += list(here.values())[:4]
    return False


def _is_titled(value: dict[str, Any]) -> bool:
    return "Comment ID" in value and "Parent ID" in value


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    root = value if isinstance(value, dict) else {}
    drafts: list[Draft] = []
    naive = False
    waiting: list[tuple[Any, str | None]] = [(value, None)]
    while waiting:
        here, parent = waiting.pop()
        if isinstance(here, list):
            waiting += [(item, parent) for item in reversed(here)]
        elif isinstance(here, dict):
            if _is_titled(here):
                drafts.append(_titled_draft(here))
                naive = True
            elif is_comment(here):
                draft = _comment_draft(here, parent)
                drafts.append(draft)
                naive = naive or isinstance(here.get("created_utc"), str)
                waiting.append((here.get("replies"), draft.post_id))
            else:
                inner = [item for name, item in here.items() if name not in ("submission", "submission_metadata")]
                waiting += [(item, parent) for item in reversed(inner)]
    if not drafts:
        raise SourceError(f"{payload.name}: this is an export of Reddit's, and no comment is in it. Export it again.")
    post = mapping(root, "data", "submission_metadata")
    thread = _thread(drafts, post)
    for draft in drafts:
        draft.thread_id = draft.thread_id or thread
    opening = _opening(post, thread)
    return Parsed(
        [*([opening] if opening else []), *drafts],
        title=words(post.get("title")) or words(mapping(root, "scrape_settings").get("title")),
        url=opening.url if opening else (f"{SITE}/comments/{thread}/" if thread else None),
        claimed=count(post.get("num_comments")),
        replaced_characters=replaced,
        notes=[*([_ZONE] if naive else []), *moderator_note(drafts)],
    )


def _comment_draft(thing: dict[str, Any], parent: str | None) -> Draft:
    draft = comment_draft(thing | {"created_utc": None, "created": None}, escaped=False, parent=parent)
    draft.created_us = _created(thing.get("created_utc", thing.get("created")))
    return draft


def _titled_draft(thing: dict[str, Any]) -> Draft:
    text = line_feeds(words(thing.get("Text")))
    return Draft(
        post_id=bare_id(thing.get("Comment ID")),
        text=text,
        parent_id=bare_id(thing.get("Parent ID")),
        author=user_name(thing.get("Author")),
        created_us=_created(thing.get("Date Created")),
        score=score_or_none(thing.get("Upvotes")),
        status=body_status(text),
        markup=markdown_marks(text),
        thread_id=_thread_of(thing.get("Parent ID")),
    )


def _thread_of(parent: Any) -> str | None:
    return bare_id(parent) if words(parent).startswith("t3_") else None


def _thread(drafts: list[Draft], post: dict[str, Any]) -> str | None:
    """Return the one thread that the comments name, or the submission's own permalink does."""
    named = {draft.thread_id for draft in drafts if draft.thread_id}
    if len(named) == 1:
        return named.pop()
    parts = words(post.get("permalink")).split("/comments/")
    return (parts[1].split("/")[0] or None) if len(parts) > 1 and not named else None


def _opening(post: dict[str, Any], thread: str | None) -> Draft | None:
    if not post or not thread:
        return None
    text = line_feeds(words(post.get("selftext")))
    permalink = words(post.get("permalink"))
    return Draft(
        post_id=thread,
        text=text,
        author=user_name(post.get("author")),
        created_us=_created(post.get("created_utc")),
        score=score_or_none(post.get("score")),
        url=SITE + permalink if permalink.startswith("/") else permalink or f"{SITE}/comments/{thread}/",
        status=body_status(text),
        thread_id=thread,
        markup=markdown_marks(text),
        opening=True,
    )


def _created(value: Any) -> int | None:
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 40 else None
    if found is None:
        return microseconds(value)
    month, day, year, hour, minute, second = map(int, found.groups())
    try:
        return microseconds(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None


FORMAT = Format(
    name="reddit_export",
    title="Reddit thread exported by a PRAW script or by URS (JSON, replies nested)",
    gives="replies, authors, times, scores, deleted and removed comments as joints",
    lacks="permalinks in the older style, the zone of its times, comments that the tool did not ask for",
    matches=_matches,
    parse=_parse,
)
