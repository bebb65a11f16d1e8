"""A Reddit thread from its address, by the ways that are open in 2026, best first; each says what it lacks.

With the user's own credentials: the API, whole, its stubs asked for. Else the Arctic Shift archive, then the thread's
feed. Reddit's pages and their JSON answer nobody without a login.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.payload import Payload
from argmine.read.reddit_feed import FORMAT as FEED
from argmine.read.reddit_listing import Things, collect, missing_children, parse_things
from argmine.read.reddit_thing import bare_id
from argmine.read.shape import mapping, words

if TYPE_CHECKING:
    from argmine.read.fetch import Session

API = "https://oauth.reddit.com"
TOKENS = "https://www.reddit.com/api/v1/access_token"
ARCHIVE = "https://arctic-shift.photon-reddit.com"
FEEDS = "https://www.reddit.com"
_IDS_A_REQUEST = 100
_ARCHIVE_IDS_A_REQUEST = 500
_ARCHIVE_LIMIT = 9_999
_MOST_REQUESTS = 300
_HOST = re.compile(r"(?:(?:www|old|new|np|m|i|sh|amp)\.)?reddit\.com")
_PATH = re.compile(r"(?:/(?:r|user|u)/[^/]+)?/(?:comments|gallery)/([a-z0-9]{2,12})(?:/.*)?")
_SHORT = re.compile(r"/([a-z0-9]{2,12})/?")


def thread_id(source: str) -> str | None:
    """Return the thread that an address names, or None.

    >>> thread_id("https://old.reddit.com/r/science/comments/1rku5x9/hair/o8n5/"), thread_id("https://redd.it/1rku5x9")
    ('1rku5x9', '1rku5x9')
    """
    parts = split_web(source)
    if parts is None:
        return None
    host = parts.hostname or ""
    pattern = _PATH if _HOST.fullmatch(host) else _SHORT if host in ("redd.it", "www.redd.it") else None
    found = pattern.fullmatch(parts.path.lower()) if pattern else None
    return found[1] if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError, with what each way answered, if none of them led to it."""
    thread = thread_id(source) or source
    failures: list[str] = []
    for name, way, lacks in _ways():
        try:
            parsed = way(thread, session)
        except SourceError as error:
            reason = str(error).removeprefix(f"{session.named}: ").rstrip(".")
            failures.append(f"{name}: {reason}")
            continue
        before = [f"tried first, in vain: {failure}" for failure in failures]
        return replace(parsed, notes=[f"read from {name}, {lacks}", *before, *parsed.notes])
    raise SourceError(
        f"{session.named}: no way to this thread is open now. {'. '.join(failures)}. Save the thread as a file, or set "
        "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET to the credentials of an application of your own."
    )


def _ways() -> Iterator[tuple[str, Callable[[str, Session], Parsed], str]]:
    if os.environ.get("REDDIT_TOKEN") or (
        os.environ.get("REDDIT_CLIENT_ID") and os.environ.get("REDDIT_CLIENT_SECRET")
    ):
        yield "Reddit's API", _by_api, "which lacks the texts of deleted and removed comments"
    archive = "which lacks the newest comments, and later changes of scores and texts"
    yield "the Arctic Shift archive", _by_archive, archive
    yield "Reddit's feed", _by_feed, "which lacks replies, scores and all comments beyond its limit"


def _by_api(thread: str, session: Session) -> Parsed:
    if not os.environ.get("REDDIT_TOKEN"):
        basic = f"{os.environ['REDDIT_CLIENT_ID'].strip()}:{os.environ['REDDIT_CLIENT_SECRET'].strip()}"
        answer = session.post_json(TOKENS, form={"grant_type": "client_credentials"}, basic=basic)
        token = words(mapping(answer).get("access_token"))
        if not token:
            raise SourceError(f"{session.named}: Reddit gives no token for REDDIT_CLIENT_ID. Check it and its secret.")
        session.grant(urlsplit(API).hostname or "", f"Bearer {token}")
    things = collect(session.get_json(f"{API}/comments/{thread}?raw_json=1&limit=500"))

    def ask(ids: list[str]) -> Any:
        query = {"api_type": "json", "raw_json": "1", "link_id": f"t3_{thread}", "children": ",".join(ids)}
        return session.get_json(f"{API}/api/morechildren?{urlencode(query)}")

    def follow(comment: str) -> Any:
        return session.get_json(f"{API}/comments/{thread}/_/{comment}?raw_json=1&limit=500")

    _fill(things, ask, follow, _IDS_A_REQUEST)
    return _parse(things, session, escaped=False)


def _by_archive(thread: str, session: Session) -> Parsed:
    post = session.get_json(f"{ARCHIVE}/api/posts/ids?ids={thread}")
    things = collect(mapping(post).get("data"))
    tree = session.get_json(f"{ARCHIVE}/api/comments/tree?link_id=t3_{thread}&limit={_ARCHIVE_LIMIT}")
    collect(mapping(tree).get("data"), things)
    if not things.comments:
        raise SourceError(f"{session.named}: it holds no comment of the thread {thread}. Try again some hours later.")

    def ask(ids: list[str]) -> Any:
        return mapping(session.get_json(f"{ARCHIVE}/api/comments/ids?ids={','.join(ids)}")).get("data")

    _fill(things, ask, None, _ARCHIVE_IDS_A_REQUEST)
    return _parse(things, session, escaped=True)


def _by_feed(thread: str, session: Session) -> Parsed:
    answer = session.get(f"{FEEDS}/comments/{thread}/.rss?limit=500")
    payload = Payload(answer.body, session.named, answer.encoding)
    if not FEED.matches(payload, Columns()):
        raise SourceError(f"{session.named}: the answer is no feed of a thread with comments. Try again later.")
    return FEED.parse(payload, Columns())


def _parse(things: Things, session: Session, *, escaped: bool) -> Parsed:
    things.submissions[1:] = []  # the thread's own post comes again with every part of it that is asked for
    return parse_things(things, session.named, escaped=escaped)


def _fill(
    things: Things, ask: Callable[[list[str]], Any], follow: Callable[[str], Any] | None, ids_a_request: int
) -> None:
    """Ask for what the stubs stand for, until there are none, nothing more comes, or it has been asked too often."""
    asked: set[str] = set()
    for _ in range(_MOST_REQUESTS):
        known = set(things.comments)
        parents = {bare_id(comment.get("parent_id")) for comment, _ in things.comments.values()}
        missing: dict[str, None] = {}
        deeper: dict[str, None] = {}
        for stub in things.stubs:
            named = bool(stub.get("children"))
            into = missing if named else deeper
            into.update(dict.fromkeys(missing_children(stub, known, parents)))
        wanted = [child for child in missing if child not in asked][:ids_a_request]
        if wanted:
            asked.update(wanted)
            collect(ask(wanted), things)
            continue
        below = [comment for comment in deeper if f"under {comment}" not in asked]
        if not below or follow is None:
            return
        asked.add(f"under {below[0]}")
        collect(follow(below[0]), things)
