"""A Discourse topic from its address: the topic's JSON, then its other posts in batches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.discourse import parse_posts
from argmine.read.draft import Parsed
from argmine.read.shape import mapping, objects

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_PATH = re.compile(r"((?:/[^/]+){0,2}?)/t/(?:[^/]*[^/\d][^/]*/)?(\d{1,10})(?:\.json)?(?:/\d+)?/?")
_POSTS_A_REQUEST = 50
_MOST_REQUESTS = 200


def address(source: str) -> str | None:
    """Return where the JSON of the topic stands that an address names; None for an address of another kind.

    >>> address("https://forum.example.org/t/should-models-pay/77/3?u=ada"), address("https://example.org/t/77/3")
    ('https://forum.example.org/t/77.json', 'https://example.org/t/77.json')
    """
    parts = split_web(source)
    found = _PATH.fullmatch(parts.path) if parts else None
    return f"{origin(source)}{found[1]}/t/{found[2]}.json" if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the topic; raise SourceError if the address leads to none."""
    where = address(source) or source
    topic = mapping(session.get_json(where))
    stream = mapping(topic, "post_stream")
    posts = objects(stream.get("posts"))
    if not posts:
        raise SourceError(f"{session.named}: the site's answer is no Discourse topic. Save the page and name the file.")
    known = {post.get("id") for post in posts}
    named = stream.get("stream")
    missing = [one for one in named if isinstance(one, int) and one not in known] if isinstance(named, list) else []
    for at in range(0, min(len(missing), _MOST_REQUESTS * _POSTS_A_REQUEST), _POSTS_A_REQUEST):
        query = urlencode([("post_ids[]", one) for one in missing[at : at + _POSTS_A_REQUEST]])
        found: Any = session.get_json(f"{where.removesuffix('.json')}/posts.json?{query}")
        posts += objects(mapping(found, "post_stream").get("posts"))
    return parse_posts(posts, topic, base=where.rpartition("/t/")[0])
