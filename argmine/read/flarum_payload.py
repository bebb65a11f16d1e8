"""The posts that a Flarum page carries for its own scripts: JSON:API, with the numbers and times its markup lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from argmine.read.draft import text_or_none
from argmine.read.forum_engines import FLARUM
from argmine.read.forum_post import Post, Reading
from argmine.read.forum_select import body_text
from argmine.read.html_text import parse_html
from argmine.read.json_text import load_json
from argmine.read.shape import mapping, objects, words

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_PAYLOAD = "script#flarum-json-payload"


def flarum_payload(page: LexborHTMLParser, base: str) -> Reading:
    """Return the posts of a discussion by their numbers; none where the page carries none."""
    script = page.css_first(_PAYLOAD)
    try:
        carried = load_json(script.text(deep=True))[0] if script is not None else None
    except json.JSONDecodeError:
        carried = None
    document = mapping(carried, "apiDocument")
    included = objects(document.get("included"))
    names = {
        text_or_none(one.get("id")): words(mapping(one, "attributes").get("displayName")) or None
        for one in included
        if one.get("type") == "users"
    }
    discussion = mapping(document, "data")
    stated = mapping(discussion, "attributes")
    number = text_or_none(discussion.get("id"))
    address = base if number and f"/d/{number}" in base else ""
    found = [one for one in included if one.get("type") == "posts" and mapping(one, "attributes").get("contentHtml")]
    found.sort(key=lambda one: _number(mapping(one, "attributes").get("number")))
    posts = [_post(one, names, base, address) for one in found]
    claimed = stated.get("commentCount")
    return Reading(
        "Flarum's own data",
        posts,
        claimed=claimed - 1 if isinstance(claimed, int) and claimed > 0 else None,
        title=words(stated.get("title")),
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _post(one: dict[str, Any], names: dict[str | None, str | None], base: str, address: str) -> Post:
    stated = mapping(one, "attributes")
    body = parse_html(words(stated.get("contentHtml")), "a post").body
    assert body is not None, "the parser gives every document a body"
    text, marks, cited = body_text(body, FLARUM, base)
    user = mapping(one, "relationships", "user", "data")
    return Post(
        text,
        marks,
        key=text_or_none(one.get("id")),
        author=names.get(text_or_none(user.get("id"))),
        time=words(stated.get("createdAt")) or None,
        url=f"{address}/{_number(stated.get('number'))}" if address else None,
        cited=cited,
    )
