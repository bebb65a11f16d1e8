"""A Lemmy thread from its address: the post, then the pages of its comment list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.draft import Parsed
from argmine.read.lemmy import parse_views
from argmine.read.shape import mapping, objects

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_PATH = re.compile(r"/post/(\d{1,12})(?:/\d+)?/?")
_COMMENTS_A_PAGE = 50
_MOST_PAGES = 400


def address(source: str) -> str | None:
    """Return where the API gives the post that an address names; None for an address of another kind.

    >>> address("https://lemmy.example.org/post/900")
    'https://lemmy.example.org/api/v3/post?id=900'
    """
    parts = split_web(source)
    found = _PATH.fullmatch(parts.path) if parts else None
    return f"{origin(source)}/api/v3/post?id={found[1]}" if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the address leads to none."""
    where = address(source) or source
    post = mapping(session.get_json(where), "post_view")
    if not post:
        raise SourceError(f"{session.named}: the site's answer is no Lemmy post. Save the page and name the file.")
    base, _, number = where.partition("/api/v3/post?id=")
    comments: dict[Any, dict[str, Any]] = {}
    for page in range(1, _MOST_PAGES + 1):
        # Without type_=All, comments on posts of other instances are left out.
        query = f"post_id={number}&type_=All&sort=Old&limit={_COMMENTS_A_PAGE}&page={page}"
        found = objects(mapping(session.get_json(f"{base}/api/v3/comment/list?{query}")).get("comments"))
        before = len(comments)
        comments.update((mapping(view, "comment").get("path"), view) for view in found)
        if len(comments) == before:
            break
    return parse_views(post, list(comments.values()))
