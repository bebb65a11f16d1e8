"""A Mastodon thread: the answer of `GET /api/v1/statuses/ID/context`, with or without the status itself, or statuses.

Only replies that the asked server knows appear. Mentions at the beginning of a reply are addresses, no words, and are
left out; bodies are HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.json_rows import first_object, object_lines
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds
from argmine.settings import Settings

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from argmine.read.fetch import Session

_MENTION_TAG = re.compile(r"<a\s[^>]*\bclass=\"[^\"]*\bmention\b[^>]*>")
_MENTIONS = re.compile(r"\s*(?:@[\w.-]+(?:@[\w.-]+)?[\s,:]+)*(?:@[\w.-]+(?:@[\w.-]+)?\s*\Z)?")


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
    return "quote-inline" in (node.attributes.get("class") or "").split()


def _address(source: str, settings: Settings) -> str | None:
    from argmine.read.mastodon_live import address

    return address(source)


def _live(source: str, session: Session) -> Parsed:
    from argmine.read.mastodon_live import read_thread

    return read_thread(source, session)


FORMAT = Format(
    name="mastodon",
    title="Mastodon thread (status and context of the API)",
    gives="replies, authors, times, favourites, permalinks, content warnings",
    lacks="replies that the asked server does not know, deleted posts",
    matches=_matches,
    parse=_parse,
    address=_address,
    live=_live,
)
