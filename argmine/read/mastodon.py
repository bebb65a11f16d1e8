"""A Mastodon thread: the answer of `GET /api/v1/statuses/ID/context`, with or without the status itself, or statuses.

Only replies that the asked server knows appear, also live. Mentions at the beginning of a reply are addresses, no
words, and are left out; bodies are HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.elements import classes
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.json_rows import first_object, object_lines
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from argmine.read.fetch import Session

_MENTION_TAG = re.compile(r"<a\s[^>]*\bclass=\"[^\"]*\bmention\b[^>]*>")
_MENTIONS = re.compile(r"\s*(?:@[\w.-]+(?:@[\w.-]+)?[\s,:]+)*(?:@[\w.-]+(?:@[\w.-]+)?\s*\Z)?")
_PATH = re.compile(r"/(?:web/)?(?:@[\w.-]+(?:@[\w.:-]+)?|users/[\w.-]+/statuses)/(\d{5,25})(?:/.*)?")
_LIMIT = 60
"""Replies that a server shows without a login."""


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        value = payload.json[0]
        return _is_context(value) or _is_status(value) or (bool(value) and len(_statuses(value)) == len(value))
    first = first_object(payload)
    return first is not None and _is_status(first)


def _is_context(value: Any) -> bool:
    top = mapping(value)
    inner = mapping(top, "context") or top
    return isinstance(inner.get("ancestors"), list) and isinstance(inner.get("descendants"), list)


def _is_status(value: Any) -> bool:
    return isinstance(value, dict) and "in_reply_to_id" in value and "content" in value and "account" in value


def _statuses(value: Any) -> list[dict[str, Any]]:
    """Return the statuses of a context, the one it is about among them where the file holds it, or of a list."""
    if isinstance(value, list):
        return [one for one in objects(value) if _is_status(one)]
    top = mapping(value)
    inner = mapping(top, "context") or top
    middle = [one for one in (top, *top.values()) if _is_status(one)]
    return [
        *[one for one in objects(inner.get("ancestors")) if _is_status(one)],
        *middle,
        *[one for one in objects(inner.get("descendants")) if _is_status(one)],
    ]


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or object_lines(payload)
    return parse_statuses(_statuses(value), replaced=replaced)


def parse_statuses(statuses: Sequence[dict[str, Any]], *, replaced: int = 0) -> Parsed:
    """Return statuses as drafts; the one that answers nothing opens the thread, if it is alone in that."""
    roots = [status for status in statuses if status.get("in_reply_to_id") is None]
    opening = roots[0] if len(roots) == 1 else {}
    drafts = [_draft(status) for status in statuses]
    thread = text_or_none(opening.get("id"))
    for draft, status in zip(drafts, statuses, strict=True):
        draft.opening = status is opening
        draft.thread_id = thread
    return Parsed(
        drafts,
        url=text_or_none(opening.get("url")),
        claimed=count(opening.get("replies_count")) if len(statuses) == 1 else None,
        replaced_characters=replaced,
    )


def _draft(status: dict[str, Any]) -> Draft:
    parent = text_or_none(status.get("in_reply_to_id"))
    text, markup = _body(status, reply=parent is not None)
    account = mapping(status, "account")
    return Draft(
        post_id=text_or_none(status.get("id")),
        text=text,
        parent_id=parent,
        author=author_or_none(account.get("acct")) or author_or_none(account.get("username")),
        created_us=microseconds(status.get("created_at")),
        score=score_or_none(status.get("favourites_count")),
        url=text_or_none(status.get("url")) or text_or_none(status.get("uri")),
        status=body_status(text),
        markup=markup,
    )


def _body(status: dict[str, Any], *, reply: bool) -> tuple[str, list[Mark]]:
    # A mention's address is the account's, which the name says already.
    html = _MENTION_TAG.sub("<a>", words(status.get("content")))
    text, markup = html_text(html, skip=_is_left_out)
    if reply and text.startswith("@"):
        found = _MENTIONS.match(text)
        cut = found.end() if found else 0
        text = text[cut:]
        markup = [(start - cut, end - cut, how) for start, end, how in markup if start >= cut]
    warning = words(status.get("spoiler_text")).strip()
    if warning:  # what stands above the fold is the author's own
        shift = len(warning) + 2 * bool(text)
        text = f"{warning}\n\n{text}" if text else warning
        markup = [(start + shift, end + shift, how) for start, end, how in markup]
    return text, markup


def _is_left_out(node: LexborNode) -> bool:
    """Return whether an element is not shown: the address of a quoted post, for readers that cannot show the post."""
    return "quote-inline" in classes(node)


def status_address(source: str) -> str | None:
    """Return where the API gives the status that an address names; None for an address of another kind.

    >>> status_address("https://social.example.org/@al/101234567890")
    'https://social.example.org/api/v1/statuses/101234567890'
    """
    parts = split_web(source)
    found = _PATH.fullmatch(parts.path) if parts else None
    return f"{origin(source)}/api/v1/statuses/{found[1]}" if found else None


def _live(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the address leads to none."""
    where = status_address(source) or source
    status = mapping(session.get_json(where))
    if "content" not in status or "account" not in status:
        raise SourceError(f"{session.named}: the site's answer is no Mastodon status. Save the thread as a file.")
    context = mapping(session.get_json(f"{where}/context"))
    ancestors, descendants = objects(context.get("ancestors")), objects(context.get("descendants"))
    parsed = parse_statuses([*ancestors, status, *descendants])
    if len(descendants) < _LIMIT:
        return parsed
    note = f"a server shows {_LIMIT} replies to readers without a login: there may be more"
    return replace(parsed, notes=[*parsed.notes, note])


FORMAT = Format(
    name="mastodon",
    title="Mastodon thread (status and context of the API)",
    gives="replies, authors, times, favourites, permalinks, content warnings",
    lacks="replies that the asked server does not know, deleted posts",
    matches=_matches,
    parse=_parse,
    address=lambda source, settings: status_address(source),
    live=_live,
)
