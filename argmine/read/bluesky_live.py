"""A Bluesky thread from the address of one of its posts.

The server shows ten levels at a time; deeper ones are asked for from where it stopped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.bluesky import cut_branches, parse_threads
from argmine.read.draft import Parsed
from argmine.read.shape import mapping, words

if TYPE_CHECKING:
    from argmine.read.fetch import Session

API = "https://public.api.bsky.app/xrpc"
_PATH = re.compile(r"/profile/([\w.:-]{1,250})/post/(\w{1,40})/?")
_MOST_REQUESTS = 200


def post(source: str) -> tuple[str, str] | None:
    """Return the account and the key of the post that an address names; None for an address of another kind.

    >>> post("https://bsky.app/profile/eli.example.org/post/3kab"), post("https://bsky.app/profile/eli.example.org")
    (('eli.example.org', '3kab'), None)
    """
    parts = split_web(source)
    if parts is None or parts.hostname != "bsky.app":
        return None
    found = _PATH.fullmatch(parts.path)
    return (found[1], found[2]) if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the server does not show it."""
    account, key = post(source) or ("", source)
    if not account.startswith("did:"):
        query = urlencode({"handle": account})
        account = words(mapping(session.get_json(f"{API}/com.atproto.identity.resolveHandle?{query}")).get("did"))
    uri = f"at://{account}/app.bsky.feed.post/{key}"
    threads = [_ask(uri, session)]
    if not words(mapping(threads[0]).get("$type")).endswith("#threadViewPost"):
        raise SourceError(f"{session.named}: the post is gone, or its author hides it. Check the address.")
    asked = {uri}
    for _ in range(_MOST_REQUESTS):
        deeper = [uri for uri in cut_branches(threads) if uri not in asked]
        if not deeper:
            break
        asked.add(deeper[0])
        threads.append(_ask(deeper[0], session))
    return parse_threads(threads)


def _ask(uri: str, session: Session) -> Any:
    query = urlencode({"uri": uri, "depth": 1000, "parentHeight": 1000})
    return mapping(session.get_json(f"{API}/app.bsky.feed.getPostThread?{query}")).get("thread")
