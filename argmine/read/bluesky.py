"""A Bluesky thread: the answer of `app.bsky.feed.getPostThread`, nested, or of its second version, flat.

Text is plain; its links and mentions are stretches of UTF-8 bytes beside it. The server shows ten levels at a time.
Live, deeper ones are asked for from where it stopped; in a file they are counted from the replies that a post claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from argmine.errors import SourceError
from argmine.read.addresses import full_link, split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_LINK = "app.bsky.richtext.facet#link"
API = "https://public.api.bsky.app/xrpc"
_PATH = re.compile(r"/profile/([\w.:-]{1,250})/post/(\w{1,40})/?")
_MOST_REQUESTS = 200


def _matches(payload: Payload, columns: Columns) -> bool:
    thread = mapping(payload.json[0]).get("thread") if payload.json else None
    if isinstance(thread, list):
        return any(words(mapping(item, "value").get("$type")).startswith("app.bsky.") for item in thread)
    return words(mapping(thread).get("$type")).startswith("app.bsky.feed.defs#")


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    return parse_threads([mapping(value).get("thread")], replaced=replaced)


def parse_threads(threads: Sequence[Any], *, replaced: int = 0) -> Parsed:
    """Return the posts of a thread as drafts, ancestors of the asked post among them.

    `threads` are the answers about it, a later one going on where an earlier one was cut.
    """
    drafts: dict[str | None, Draft] = {}
    for view, parent, _ in _nodes(threads):
        if _uri(view):
            draft = _draft(view, parent)
            drafts.setdefault(draft.post_id, draft)
    opening = next((draft for draft in drafts.values() if draft.opening), None)
    for draft in drafts.values():
        draft.thread_id = draft.thread_id or (opening.post_id if opening else None)
    return Parsed(
        list(drafts.values()),
        url=opening.url if opening else None,
        stubs=sum(cut_branches(threads).values()),
        replaced_characters=replaced,
    )


def cut_branches(threads: Sequence[Any]) -> dict[str, int]:
    """Return the posts of which fewer replies are shown than they have, and how many are missing under each."""
    shown: dict[str, int] = {}
    claimed: dict[str, int] = {}
    for view, _, n_replies in _nodes(threads):
        uri, number = _uri(view), count(mapping(view, "post").get("replyCount"))
        if uri and number is not None and n_replies is not None:
            shown[uri] = max(shown.get(uri, 0), n_replies)
            claimed[uri] = number
    return {uri: number - shown[uri] for uri, number in claimed.items() if number > shown[uri]}


Node = tuple[dict[str, Any], str | None, int | None]
"""A view of a post, the post that it stands under, and how many replies stand under it (None: not told)."""


def _nodes(threads: Sequence[Any]) -> Iterator[Node]:
    for thread in threads:
        yield from _flat(thread) if isinstance(thread, list) else _nested(mapping(thread))


def _nested(thread: dict[str, Any]) -> list[Node]:
    found: list[Node] = []
    above = mapping(thread, "parent")
    while above:  # of an ancestor only one reply is shown, so nothing tells what was cut there
        found.append((above, _uri(mapping(above, "parent")), None))
        above = mapping(above, "parent")
    waiting = [(thread, _uri(mapping(thread, "parent")))]
    while waiting:
        view, parent = waiting.pop()
        replies = objects(view.get("replies"))
        found.append((view, parent, len(replies)))
        waiting += [(reply, _uri(view)) for reply in reversed(replies)]
    return found


def _flat(thread: list[Any]) -> list[Node]:
    found: list[Node] = []
    for item in objects(thread):
        value = mapping(item, "value")
        more = count(value.get("moreReplies")) or 0
        post = {**mapping(value, "post"), "replyCount": more}
        found.append(({**value, "uri": item.get("uri"), "post": post if value.get("post") else None}, None, 0))
    return found


def _uri(view: dict[str, Any]) -> str | None:
    return text_or_none(mapping(view, "post").get("uri")) or text_or_none(view.get("uri"))


def _draft(view: dict[str, Any], parent: str | None) -> Draft:
    post = mapping(view, "post")
    record = mapping(post, "record")
    reply = mapping(record, "reply")
    uri = _uri(view)
    author = mapping(post, "author")
    text, markup = _text(record)
    answers = text_or_none(mapping(reply, "parent").get("uri"))
    return Draft(
        post_id=uri,
        text=text,
        parent_id=answers or parent,
        author=author_or_none(author.get("handle")) or author_or_none(author.get("did")),
        created_us=microseconds(record.get("createdAt") or post.get("indexedAt")),
        score=score_or_none(post.get("likeCount")),
        url=_permalink(author, uri),
        status=body_status(text) if post else _absence(view),
        thread_id=text_or_none(mapping(reply, "root").get("uri")),
        markup=markup,
        opening=bool(post) and not reply,
    )


def _absence(view: dict[str, Any]) -> str:
    """Return why a post is not shown: gone, or its author and another block each other."""
    kind = words(view.get("$type")).lower()
    return "deleted" if view.get("notFound") or "notfound" in kind else "stub"


def _text(record: dict[str, Any]) -> tuple[str, list[Mark]]:
    """Return the text with shortened links in full, and where links stand."""
    text = words(record.get("text"))
    data = text.encode("utf-8", errors="replace")
    parts: list[str] = []
    marks: list[Mark] = []
    length = at = 0
    for start, end, address in sorted(_links(record)):
        if not at <= start < end <= len(data):
            continue
        before = data[at:start].decode("utf-8", errors="replace")
        link = full_link(data[start:end].decode("utf-8", errors="replace"), address)
        parts += [before, link]
        marks.append((length + len(before), length + len(before) + len(link), "link"))
        length += len(before) + len(link)
        at = end
    parts.append(data[at:].decode("utf-8", errors="replace"))
    return "".join(parts), marks


def _links(record: dict[str, Any]) -> list[tuple[int, int, str]]:
    """Return the links of a post as stretches of bytes, with their address."""
    found = []
    for facet in objects(record.get("facets")):
        start, end = (count(mapping(facet, "index").get(name)) for name in ("byteStart", "byteEnd"))
        for feature in objects(facet.get("features")):
            if feature.get("$type") == _LINK and start is not None and end is not None:
                found.append((start, end, words(feature.get("uri"))))
    return found


def _permalink(author: dict[str, Any], uri: str | None) -> str | None:
    name = text_or_none(author.get("handle")) or text_or_none(author.get("did"))
    return f"https://bsky.app/profile/{name}/post/{uri.rpartition('/')[2]}" if name and uri else None


def named_post(source: str) -> tuple[str, str] | None:
    """Return the account and the key of the post that an address names; None for an address of another kind.

    >>> named_post("https://bsky.app/profile/eli.example.org/post/3kab"), named_post("https://bsky.app/profile/eli.example.org")
    (('eli.example.org', '3kab'), None)
    """
    parts = split_web(source)
    if parts is None or parts.hostname != "bsky.app":
        return None
    found = _PATH.fullmatch(parts.path)
    return (found[1], found[2]) if found else None


def _live(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the server does not show it."""
    account, key = named_post(source) or ("", source)
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


FORMAT = Format(
    name="bluesky",
    title="Bluesky thread (JSON of getPostThread)",
    gives="replies, authors, times, likes, permalinks, posts that are gone or blocked",
    lacks="replies more than ten below the asked post, which are counted",
    matches=_matches,
    parse=_parse,
    address=lambda source, settings: source if named_post(source) else None,
    live=_live,
)
