"""The posts that a page states for machines as JSON-LD, in schema.org's words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from argmine.read.forum_post import Post, Reading
from argmine.read.html_text import html_text
from argmine.read.json_text import load_json

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SCRIPTS = "script[type='application/ld+json']"
_OPENING = frozenset("DiscussionForumPosting SocialMediaPosting Question".split())
_REPLY = frozenset("Comment Answer UserComments".split())
_ARTICLE = frozenset("Article NewsArticle BlogPosting".split())
"""A page may open its thread with one of these; without replies it is no thread."""
_TEXT = ("text", "articleBody", "commentText", "description")
_TIME = ("datePublished", "dateCreated", "commentTime")
_AUTHOR = ("author", "creator")
_KEY = ("identifier", "@id", "url")
_SCORE = ("upvoteCount",)
_CLAIMED = ("commentCount", "answerCount")
_LIKES = ("LikeAction", "VoteAction")
_REPLIES = ("CommentAction", "ReplyAction", "WriteAction")
_TAG = re.compile(r"<[a-zA-Z/][^<>]*>|&(?:#\w{1,7}|[a-zA-Z]{2,20});")
_NUMBER = re.compile(r"\d{1,18}")
_MOST_NODES = 200_000


def linked_data(page: LexborHTMLParser, base: str) -> Reading:
    """Return the posts of a page's JSON-LD in the order in which they stand, and what it states of the whole."""
    nodes = [node for script in page.css(_SCRIPTS) for node in _nodes(_load(script.text(deep=True)))]
    kinds = [_kinds(node) for node, _ in nodes]
    has_replies = any(kind & _REPLY for kind in kinds)
    index_of: dict[int, int] = {}
    posts: list[Post] = []
    seen: set[tuple[str | None, str | None, str]] = set()
    title, claimed = "", None
    for (node, above), kind in zip(nodes, kinds, strict=True):
        opens = bool(kind & _OPENING) or (has_replies and bool(kind & _ARTICLE))
        if not opens and not kind & _REPLY:
            continue
        if opens and not title:
            title = _words(node, ("headline", "name"))
            claimed = _claimed(node)
        post = _post(node, base)
        sign = (post.author, post.time, post.text)
        if not post.text or sign in seen:
            continue
        seen.add(sign)
        post.above = index_of.get(above) if above is not None else None
        index_of[id(node)] = len(posts)
        posts.append(post)
    return Reading("JSON-LD", posts, claimed=claimed, title=title)


def _load(text: str) -> Any:
    bare = text.strip().removeprefix("<![CDATA[").removesuffix("]]>")
    try:
        return load_json(bare)[0]
    except json.JSONDecodeError:
        pass
    try:
        # Line feeds inside its strings are the commonest fault of hand-made JSON-LD.
        return json.loads(bare, strict=False)
    except (ValueError, RecursionError):  # broken otherwise too, or a whole number of thousands of digits
        return None


def _nodes(value: Any) -> list[tuple[dict[str, Any], int | None]]:
    """Return every object, in the order in which they stand, with the identity of the object that holds it."""
    found: list[tuple[dict[str, Any], int | None]] = []
    waiting: list[tuple[Any, int | None]] = [(value, None)]
    while waiting and len(found) < _MOST_NODES:
        here, above = waiting.pop()
        if isinstance(here, dict):
            found.append((here, above))
            waiting += [(inner, id(here)) for inner in reversed(list(here.values())) if isinstance(inner, (dict, list))]
        elif isinstance(here, list):
            waiting += [(inner, above) for inner in reversed(here) if isinstance(inner, (dict, list))]
    return found


def _kinds(node: dict[str, Any]) -> set[str]:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {name.rpartition("/")[2] for name in names if isinstance(name, str)}


def _post(node: dict[str, Any], base: str) -> Post:
    written = _words(node, _TEXT)
    text, marks = html_text(written, base=base) if _TAG.search(written) else (written.strip(), [])
    key = _words(node, _KEY)
    numbers = _NUMBER.findall(key)
    return Post(
        text,
        marks,
        key=numbers[-1] if numbers else key or None,
        author=_author(node),
        time=_words(node, _TIME) or None,
        score=_score(node),
        url=_words(node, ("url", "@id")) or None,
    )


def _words(node: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        said = node.get(name)
        if isinstance(said, str) and said.strip():
            return said.strip()
        if isinstance(said, int) and not isinstance(said, bool):
            return str(said)
    return ""


def _author(node: dict[str, Any]) -> str | None:
    for name in _AUTHOR:
        stated = node.get(name)
        for one in stated if isinstance(stated, list) else [stated]:
            said = _words(one, ("name", "alternateName")) if isinstance(one, dict) else one
            if isinstance(said, str) and said.strip():
                return said.strip()
    return None


def _counts(node: dict[str, Any], actions: tuple[str, ...]) -> str | None:
    stated = node.get("interactionStatistic")
    for one in stated if isinstance(stated, list) else [stated]:
        if not isinstance(one, dict):
            continue
        kind = one.get("interactionType")
        said = kind if isinstance(kind, str) else _words(kind, ("@type", "@id")) if isinstance(kind, dict) else ""
        if said.endswith(actions):
            return _words(one, ("userInteractionCount",)) or None
    return None


def _score(node: dict[str, Any]) -> str | None:
    return _words(node, _SCORE) or _counts(node, _LIKES)


def _claimed(node: dict[str, Any]) -> int | None:
    said = _words(node, _CLAIMED) or _counts(node, _REPLIES) or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None
