"""A Discourse topic as the forum's API gives it: `GET /t/ID.json`, or post objects in a list or a line each.

A post names the one that it answers by its number in the topic. A quotation is an `aside` that names the quoted post,
so each one is an extra parent: its words are marked and their source is kept. Previews of linked pages are nobody's
words and are left out. Live, the topic's JSON comes first, then its other posts in batches.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, Quoted, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.elements import attribute, classes
from argmine.read.format import Format
from argmine.read.html_text import node_text, parse_html
from argmine.read.json_rows import first_object, object_lines
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from argmine.read.fetch import Session

Numbers = Mapping[tuple[str | None, int], str]
"""Identifiers of posts by topic and number in it."""

_SMALL_ACTION = 3
_LIKE = 2
_LEFT_OUT = frozenset(("onebox", "anchor", "footnote-ref", "footnote-backref", "lightbox-wrapper", "quote-controls"))
_HOST = re.compile(r"/user_avatar/([a-z0-9][a-z0-9.-]{1,250})/", re.IGNORECASE)
_PATH = re.compile(r"((?:/[^/]+){0,2}?)/t/(?:[^/]*[^/\d][^/]*/)?(\d{1,10})(?:\.json)?(?:/\d+)?/?")
_POSTS_A_REQUEST = 50
_MOST_REQUESTS = 200


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        value = payload.json[0]
        posts = value if isinstance(value, list) else [value]
        return bool(_stream(value)) or (bool(posts) and all(map(_is_post, posts)))
    first = first_object(payload)
    return first is not None and _is_post(first)


def _stream(value: Any) -> dict[str, Any]:
    stream = mapping(value, "post_stream")
    return stream if isinstance(stream.get("posts"), list) else {}


def _is_post(value: Any) -> bool:
    return isinstance(value, dict) and "post_number" in value and ("cooked" in value or "raw" in value)


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or object_lines(payload)
    topic = mapping(value) if _stream(value) else {}
    rows = value if isinstance(value, list) else [value]
    posts = objects(_stream(value).get("posts")) if topic else [row for row in objects(rows) if _is_post(row)]
    return parse_posts(posts, topic, replaced=replaced)


def parse_posts(
    posts: Sequence[dict[str, Any]], topic: Mapping[str, Any], *, base: str = "", replaced: int = 0
) -> Parsed:
    """Return post objects as drafts. `topic` is the answer of `/t/ID.json`, or empty; `base` is the forum's address."""
    base = base or _base(posts)
    kept = [post for post in posts if post.get("post_type") != _SMALL_ACTION]
    topic_id = text_or_none(topic.get("id"))
    numbers = _numbers(kept, topic_id)
    drafts = [_draft(post, topic_id, numbers, base) for post in kept]
    topics = {draft.thread_id for draft in drafts}
    openings = [post for post in kept if post.get("post_number") == 1]
    title = text_or_none(topic.get("title")) or _only({words(post.get("topic_title")) for post in openings})
    known = {post.get("id") for post in posts if isinstance(post.get("id"), int)}
    stream = mapping(topic, "post_stream").get("stream")
    claimed = count(topic.get("posts_count"))
    left_out = len(posts) - len(kept)
    return Parsed(
        drafts,
        title=title,
        url=_permalink(base, topic or (kept[0] if len(topics) == 1 and kept else {}), topic_id or _only(topics), None),
        claimed=None if claimed is None else max(claimed - 1, 0),
        replaced_characters=replaced,
        notes=[f"notices of the forum (closed, moved, pinned) that are no comments: {left_out:,}"] if left_out else [],
        stubs=len({one for one in stream if isinstance(one, int)} - known) if isinstance(stream, list) else 0,
    )


def _numbers(posts: Sequence[dict[str, Any]], topic_id: str | None) -> Numbers:
    numbers: dict[tuple[str | None, int], str] = {}
    for post in posts:
        number, identifier = count(post.get("post_number")), text_or_none(post.get("id"))
        if number is not None and identifier is not None:
            numbers.setdefault((topic_id or text_or_none(post.get("topic_id")), number), identifier)
    return numbers


def _draft(post: dict[str, Any], topic_id: str | None, numbers: Numbers, base: str) -> Draft:
    topic = topic_id or text_or_none(post.get("topic_id"))
    number = count(post.get("post_number"))
    sources: dict[tuple[int, int], Quoted] = {}
    if isinstance(post.get("cooked"), str):
        text, markup, sources = cooked_text(parse_html(post["cooked"], "a post").body, topic, numbers)
    else:
        text = line_feeds(words(post.get("raw")))
        markup = markdown_marks(text)
    status = body_status(text)
    if post.get("user_deleted"):
        status = "deleted"
    elif post.get("deleted_at") or post.get("hidden"):
        status = "removed"
    answers = count(post.get("reply_to_post_number"))
    return Draft(
        post_id=text_or_none(post.get("id")),
        text=text,
        parent_id=None if answers is None else numbers.get((topic, answers), f"post {answers}"),
        author=author_or_none(post.get("username")),
        created_us=microseconds(post.get("created_at")),
        score=_likes(post.get("actions_summary")),
        url=_permalink(base, post, topic, number),
        status=status,
        thread_id=topic,
        markup=markup,
        sources=sources,
        opening=number == 1,
    )


def cooked_text(
    node: LexborNode | None, topic: str | None, numbers: Numbers
) -> tuple[str, list[Mark], dict[tuple[int, int], Quoted]]:
    """Return the text of a post's HTML, its marks, and of each quotation the post and the author that it names."""
    text, marks = node_text(node, skip=is_left_out)
    sources: dict[tuple[int, int], Quoted] = {}
    if node is None or not any(how == "blockquote" for _, _, how in marks):
        return text, marks, sources
    waiting = [(start, end) for start, end, how in marks if how == "blockquote"]
    for aside in node.css("aside.quote"):
        quotation = aside.css_first("blockquote")
        quoted, _ = node_text(quotation, skip=is_left_out)
        place = next((place for place in waiting if text[place[0] : place[1]] == quoted), None)
        if place is None:
            continue
        waiting.remove(place)
        number = text_or_none(attribute(aside, "data-post"))
        there = text_or_none(aside.attributes.get("data-topic")) or topic
        found = numbers.get((there, int(number))) if number and number.isdecimal() and len(number) < 10 else None
        sources[place] = (found, author_or_none(aside.attributes.get("data-username")))
    return text, marks, sources


def is_left_out(node: LexborNode) -> bool:
    """Return whether an element of a post is no part of what its author wrote."""
    own = classes(node)
    if "title" in own and "quote" in classes(node.parent):
        return True
    return not _LEFT_OUT.isdisjoint(own) and not ("onebox" in own and node.tag not in ("aside", "pre"))


def _likes(actions: Any) -> float | None:
    if not isinstance(actions, list):
        return None
    return next((score_or_none(one.get("count")) for one in objects(actions) if one.get("id") == _LIKE), 0.0)


def _base(posts: Sequence[dict[str, Any]]) -> str:
    """Return the forum's address from its users' pictures, whose path names the host."""
    hosts = Counter(found[1] for post in posts if (found := _HOST.search(words(post.get("avatar_template")))))
    return f"https://{hosts.most_common(1)[0][0]}" if hosts else ""


def _permalink(base: str, post: Mapping[str, Any], topic: str | None, number: int | None) -> str | None:
    if not base or not topic:
        return None
    slug = text_or_none(post.get("topic_slug")) or text_or_none(post.get("slug")) or "-"
    return f"{base}/t/{slug}/{topic}" + (f"/{number}" if number is not None else "")


def _only(values: set[Any]) -> Any:
    return next(iter(values)) if len(values) == 1 else ""


def topic_address(source: str) -> str | None:
    """Return where the JSON of the topic stands that an address names; None for an address of another kind.

    >>> topic_address("https://forum.example.org/t/should-models-pay/77/3?u=ada")
    'https://forum.example.org/t/77.json'
    >>> topic_address("https://example.org/t/77/3")
    'https://example.org/t/77.json'
    """
    parts = split_web(source)
    found = _PATH.fullmatch(parts.path) if parts else None
    return f"{origin(source)}{found[1]}/t/{found[2]}.json" if found else None


def _live(source: str, session: Session) -> Parsed:
    """Return the topic; raise SourceError if the address leads to none."""
    where = topic_address(source) or source
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


FORMAT = Format(
    name="discourse",
    title="Discourse topic (JSON of /t/ID.json, or its posts)",
    gives="replies, quoted posts and their authors, authors, times, likes, permalinks, deleted posts",
    lacks="posts beyond those that the file holds, which are counted",
    matches=_matches,
    parse=_parse,
    address=lambda source, settings: topic_address(source),
    live=_live,
)
