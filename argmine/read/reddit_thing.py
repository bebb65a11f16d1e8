"""A Reddit comment or submission, as its API, its dumps and the tools that export it write it, to a draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from argmine.read.draft import Draft, Mark, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.times import microseconds

SITE = "https://www.reddit.com"
_PREFIX = re.compile(r"t[0-9]_")
_USER = re.compile(r"/?u/(?=.)")
_AUTOMATIC = ("automoderator",)


def bare_id(value: Any) -> str | None:
    """Return an identifier without the kind before it.

    >>> bare_id("t1_kod0bkd"), bare_id("kod0bkd"), bare_id(None)
    ('kod0bkd', 'kod0bkd', None)
    """
    identifier = text_or_none(value)
    if identifier is None:
        return None
    return _PREFIX.sub("", identifier, count=1) if _PREFIX.match(identifier) else identifier


def user_name(value: Any) -> str | None:
    """Return an author's name without u/ before it; None for a deleted account.

    >>> user_name("/u/alienth"), user_name("u/alienth"), user_name("[deleted]")
    ('alienth', 'alienth', None)
    """
    name = author_or_none(value)
    return author_or_none(_USER.sub("", name, count=1)) if name and _USER.match(name) else name


def is_comment(thing: Any) -> bool:
    """Return whether an object is a comment of Reddit's."""
    if not isinstance(thing, dict) or not isinstance(thing.get("body"), str):
        return False
    return any(isinstance(thing.get(name), str) and _PREFIX.match(thing[name]) for name in ("link_id", "parent_id"))


def is_submission(thing: Any) -> bool:
    """Return whether an object is a submission of Reddit's, a thread's opening post."""
    return (
        isinstance(thing, dict)
        and isinstance(thing.get("title"), str)
        and "body" not in thing
        and ("selftext" in thing or "is_self" in thing)
        and ("subreddit" in thing or "permalink" in thing or "num_comments" in thing)
    )


def comment_draft(thing: dict[str, Any], *, escaped: bool, parent: str | None = None) -> Draft:
    """Return a comment's draft. `escaped` says whether its body has entities, where its HTML does not tell."""
    identifier = bare_id(thing.get("id")) or bare_id(thing.get("name"))
    thread = bare_id(thing.get("link_id"))
    text, marks, status = _body(thing, "body", escaped)
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=bare_id(thing.get("parent_id")) or parent,
        author=user_name(thing.get("author")),
        created_us=microseconds(thing.get("created_utc", thing.get("created"))),
        score=None if thing.get("score_hidden") is True else score_or_none(thing.get("score", thing.get("ups"))),
        url=_permalink(thing, thread, identifier),
        status=status,
        thread_id=thread,
        markup=marks,
    )


def submission_draft(thing: dict[str, Any], *, escaped: bool, titled: bool = False) -> Draft:
    """Return a submission's draft, which opens a thread; `titled` puts its title before its text."""
    identifier = bare_id(thing.get("id")) or bare_id(thing.get("name"))
    text, marks, status = _body(thing, "selftext", escaped)
    title = submission_title(thing, escaped=escaped)
    if titled and title:
        kept = text if status == "ok" else ""
        offset = len(title) + 2
        marks = [(start + offset, end + offset, how) for start, end, how in marks] if kept else []
        text, status = f"{title}\n\n{kept}" if kept else title, "ok"
    return Draft(
        post_id=identifier,
        text=text,
        author=user_name(thing.get("author")),
        created_us=microseconds(thing.get("created_utc", thing.get("created"))),
        score=score_or_none(thing.get("score", thing.get("ups"))),
        url=_permalink(thing, identifier, None),
        status=status,
        thread_id=identifier,
        markup=marks,
        opening=True,
    )


def submission_title(thing: dict[str, Any], *, escaped: bool) -> str:
    """Return a submission's title."""
    title = text_or_none(thing.get("title")) or ""
    return decode_body(title) if _is_escaped(thing, "selftext", escaped) else title


def decode_body(body: str) -> str:
    """Return a body with the three entities that the API writes decoded, once.

    >>> decode_body("&gt; R&amp;D &amp;gt;")
    '> R&D &gt;'
    """
    return body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in body else body


def moderator_note(drafts: Sequence[Draft]) -> list[str]:
    """Return a note if automatic notices are among the comments."""
    count = sum((draft.author or "").lower() in _AUTOMATIC and not draft.opening for draft in drafts)
    return [f"comments by AutoModerator, a program: {count:,}"] if count else []


def _body(thing: dict[str, Any], name: str, escaped: bool) -> tuple[str, list[Mark], str]:
    value = thing.get(name)
    text = value if isinstance(value, str) else ""
    if _is_escaped(thing, name, escaped):
        text = decode_body(text)
    text = line_feeds(text)
    status = body_status(text)
    if status == "ok" and name == "selftext" and not text.strip() and isinstance(thing.get("removed_by_category"), str):
        status = "deleted" if thing["removed_by_category"] in ("deleted", "author") else "removed"
    return text, markdown_marks(text), status


def _is_escaped(thing: dict[str, Any], name: str, escaped: bool) -> bool:
    """Return whether bodies have entities: their HTML, where it is there, is escaped in the same way."""
    html = thing.get(f"{name}_html")
    return html.startswith("&lt;") if isinstance(html, str) and html else escaped


def _permalink(thing: dict[str, Any], thread: str | None, comment: str | None) -> str | None:
    permalink = text_or_none(thing.get("permalink"))
    if permalink:
        return SITE + permalink if permalink.startswith("/") else permalink
    if not thread:
        return None
    return f"{SITE}/comments/{thread}/_/{comment}/" if comment else f"{SITE}/comments/{thread}/"
