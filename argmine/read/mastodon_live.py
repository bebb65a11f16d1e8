"""A Mastodon thread from the address of one of its statuses: the status, and its context."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.draft import Parsed
from argmine.read.mastodon import parse_statuses
from argmine.read.shape import mapping, objects

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_PATH = re.compile(r"/(?:web/)?(?:@[\w.-]+(?:@[\w.:-]+)?|users/[\w.-]+/statuses)/(\d{5,25})(?:/.*)?")
_LIMIT = 60
"""Replies that a server shows without a login."""


def address(source: str) -> str | None:
    """Return where the API gives the status that an address names; None for an address of another kind.

    >>> address("https://social.example.org/@al/101234567890")
    'https://social.example.org/api/v1/statuses/101234567890'
    """
    parts = split_web(source)
    found = _PATH.fullmatch(parts.path) if parts else None
    return f"{origin(source)}/api/v1/statuses/{found[1]}" if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the address leads to none."""
    where = address(source) or source
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
