"""A saved page of a Discourse topic: the topic's JSON that it carries, else the posts as its markup shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from argmine.read.addresses import origin
from argmine.read.discourse import Numbers, cooked_text, parse_posts
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.elements import attribute
from argmine.read.format import Format
from argmine.read.json_text import load_json
from argmine.read.payload import Payload
from argmine.read.shape import mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_POSTS = "div.topic-body.crawler-post, article[data-post-id]"


def _matches(payload: Payload, columns: Columns) -> bool:
    return (
        payload.is_markup
        and ("crawler-post" in payload.text or "data-post-id" in payload.text)
        and "discourse" in payload.text.lower()
        and payload.page.css_first(_POSTS) is not None
    )


def _parse(payload: Payload, columns: Columns) -> Parsed:
    page = payload.page
    address = attribute(page.css_first("link[rel=canonical]"), "href")
    base = origin(address)
    topic_id = _topic_of(address.removeprefix(base)) if base else None
    shown = _shown(page, topic_id, address.partition("?")[0])
    topic, replaced = _carried(page, topic_id)
    posts = objects(mapping(topic, "post_stream").get("posts"))
    if posts and len(posts) >= len(shown):
        parsed = parse_posts(posts, topic, base=base, replaced=replaced)
    else:
        title = page.css_first("[itemprop=headline], h1")
        parsed = Parsed(shown, title=(attribute(title, "content") or (title.text().strip() if title else "")))
    more = page.css_first("a[rel=next], link[rel=next]") is not None
    notes = [*parsed.notes, "the topic goes on at another page, which this one links to"] if more else parsed.notes
    return replace(parsed, url=address or parsed.url, notes=notes, pages=2 if more else 1)


def _topic_of(path: str) -> str | None:
    """Return the topic's number in the path of its address.

    >>> _topic_of("/t/my-take/105724/3"), _topic_of("/latest")
    ('105724', None)
    """
    parts = path.partition("?")[0].strip("/").split("/")
    numbers = [part for part in parts[1:] if part.isdecimal()]
    return numbers[0] if parts[0] == "t" and numbers else None


def _carried(page: LexborHTMLParser, topic_id: str | None) -> tuple[dict[str, Any], int]:
    """Return the topic's own JSON, which the page carries for the forum's script, and its replaced surrogates."""
    carrier = attribute(page.css_first("#data-preloaded"), "data-preloaded")
    try:
        parts = mapping(load_json(carrier)[0]) if carrier else {}
        for name, text in parts.items():
            if name.startswith("topic_") and topic_id in (None, name.removeprefix("topic_")):
                value, replaced = load_json(words(text))
                return mapping(value), replaced
    except json.JSONDecodeError:
        pass
    return {}, 0


def _shown(page: LexborHTMLParser, topic_id: str | None, address: str) -> list[Draft]:
    found = [(_number(post), post) for post in page.css(_POSTS)]
    numbers: Numbers = {(topic_id, number): str(number) for number, _ in found if number is not None}
    return [_draft(post, number, topic_id, numbers, address) for number, post in found]


def _number(post: LexborNode) -> int | None:
    number = (post.attributes.get("id") or "").removeprefix("post_")
    return int(number) if number.isdecimal() and len(number) < 10 else None


def _draft(post: LexborNode, number: int | None, topic_id: str | None, numbers: Numbers, address: str) -> Draft:
    text, markup, sources = cooked_text(post.css_first("div.post, div.cooked"), topic_id, numbers)
    name = post.css_first(".creator [itemprop=name], .creator a, .names [data-user-card], [data-user-card]")
    time = post.css_first("time[datetime]")
    rendered = post.css_first(".relative-date[data-time]")
    likes = post.css_first("[itemprop=userInteractionCount]")
    return Draft(
        post_id=None if number is None else str(number),
        text=text,
        author=author_or_none(attribute(name, "data-user-card") or (name.text() if name else None)),
        created_us=microseconds(attribute(time, "datetime") or attribute(rendered, "data-time")),
        score=score_or_none(text_or_none(attribute(likes, "content"))),
        url=f"{address}/{number}" if address and number is not None else None,
        status=body_status(text),
        thread_id=topic_id,
        markup=markup,
        sources=sources,
        opening=number == 1,
    )


FORMAT = Format(
    name="discourse_page",
    title="Discourse topic, saved page",
    gives="authors, times, likes, permalinks, quoted posts; replies where the page carries the topic's data",
    lacks="posts on the topic's other pages; replies in a page without the topic's data",
    matches=_matches,
    parse=_parse,
)
