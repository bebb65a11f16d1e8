"""A Lemmy thread: the comment list of its API (`/api/v3/comment/list`, also v4), or the data that a saved page embeds.

A comment's place stands in its `path`: `0.A.B` is comment B under comment A. Bodies are Markdown. Live, the post is
asked for, then the pages of its comment list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.addresses import origin, split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.json_rows import first_object, object_lines
from argmine.read.json_text import load_json
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from argmine.read.fetch import Session

NameOf = Callable[[dict[str, Any]], str | None]

_EMBEDDED = re.compile(r"window\.isoData\s*=\s*")
# The page's data is JavaScript, whose `undefined` is no JSON; within a string it is a word like any other.
_UNDEFINED = re.compile(r'"(?:[^"\\]|\\.)*"|\bundefined\b', re.DOTALL)
_PATH = re.compile(r"/post/(\d{1,12})(?:/\d+)?/?")
_COMMENTS_A_PAGE = 50
_MOST_PAGES = 400


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.is_markup:
        return "window.isoData" in payload.text and bool(_views(_embedded(payload)[0])[1])
    if payload.json is not None:
        post, comments = _views(payload.json[0])
        return bool(comments) or (bool(post) and "commentsRes" in mapping(payload.json[0]))
    first = first_object(payload)
    return first is not None and _is_view(first)


def _is_view(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(mapping(value, "comment").get("path"), str)


def _embedded(payload: Payload) -> tuple[Any, int]:
    """Return the data of a saved page, and the number of replaced surrogates; (None, 0) if it cannot be read."""
    for script in payload.page.css("script"):
        code = script.text()
        found = _EMBEDDED.search(code)
        if found:
            data = _UNDEFINED.sub(lambda match: "null" if match[0] == "undefined" else match[0], code[found.end() :])
            return _load_start(data.strip().rstrip(";"))
    return None, 0


def _load_start(code: str) -> tuple[Any, int]:
    """Return the value that a script begins with, and the number of replaced surrogates; (None, 0) if there is none."""
    try:
        return load_json(code)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            return None, 0
        end = error.pos
    # The page sets its colours in the same script. An escape is mended one for one, so the place is right.
    try:
        return load_json(code[:end])
    except json.JSONDecodeError:
        return None, 0


def _views(value: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the view of the post, empty if there is none, and the views of comments, wherever a source keeps them."""
    if isinstance(value, list):
        return {}, [view for view in objects(value) if _is_view(view)]
    top = mapping(value)
    if _is_view(top):
        return {}, [top]
    route = mapping(top, "routeData") or top
    post = mapping(route, "postRes", "data", "post_view") or mapping(route, "post_view")
    # v4 answers with `items`.
    for holder in (mapping(route, "commentsRes", "data"), route):
        for name in ("comments", "items"):
            comments = [view for view in objects(holder.get(name)) if _is_view(view)]
            if comments:
                return post, comments
    return post, []


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = _embedded(payload) if payload.is_markup else payload.json or object_lines(payload)
    post, comments = _views(value)
    return parse_views(post, comments, replaced=replaced)


def parse_views(post: dict[str, Any], comments: Sequence[dict[str, Any]], *, replaced: int = 0) -> Parsed:
    """Return the drafts of a post's view (empty where there is none) and of the views of its comments."""
    known = {text_or_none(mapping(view, "post").get("id")) for view in comments}
    about = mapping(post, "post") or (mapping(comments[0], "post") if comments and len(known) == 1 else {})
    name_of = _names([post, *comments])
    drafts = [_opening(post, name_of)] if post else []
    drafts += [_comment(view, name_of) for view in comments]
    claimed = count(mapping(post, "counts").get("comments")) if post else None
    if claimed is None and post:
        claimed = count(mapping(post, "post").get("comments"))
    return Parsed(
        drafts,
        title=text_or_none(about.get("name")) or "",
        url=text_or_none(about.get("ap_id")),
        claimed=claimed,
        replaced_characters=replaced,
    )


def _opening(view: dict[str, Any], name_of: NameOf) -> Draft:
    post = mapping(view, "post")
    draft = _draft(view, post, words(post.get("body")), f"p{text_or_none(post.get('id'))}", None)
    return replace(draft, author=name_of(mapping(view, "creator")), opening=True)


def _comment(view: dict[str, Any], name_of: NameOf) -> Draft:
    comment = mapping(view, "comment")
    path = words(comment.get("path")).split(".")
    thread = text_or_none(comment.get("post_id"))
    parent = path[-2] if len(path) > 2 else f"p{thread}" if thread else None
    draft = _draft(view, comment, words(comment.get("content")), text_or_none(comment.get("id")), parent)
    return replace(draft, author=name_of(mapping(view, "creator")))


def _draft(view: dict[str, Any], item: dict[str, Any], body: str, identifier: str | None, parent: str | None) -> Draft:
    text = line_feeds(body)
    status = body_status(text)
    if item.get("deleted") is True:
        status = "deleted"
    elif item.get("removed") is True:
        status = "removed"
    thread = text_or_none(item.get("post_id")) or text_or_none(item.get("id"))
    score = mapping(view, "counts").get("score")
    return Draft(
        post_id=identifier,
        text=text,
        parent_id=parent,
        # In v3 times are called `published`, in v4 `published_at`.
        created_us=microseconds(item.get("published") or item.get("published_at")),
        score=score_or_none(item.get("score") if score is None else score),
        url=text_or_none(item.get("ap_id")),
        status=status,
        thread_id=f"p{thread}" if thread else None,
        markup=markdown_marks(text),
    )


def _names(views: Sequence[dict[str, Any]]) -> NameOf:
    """Return how accounts are called in a thread: by name, and with the instance where two share one."""
    accounts: dict[str, set[str | None]] = {}
    for view in views:
        creator = mapping(view, "creator")
        accounts.setdefault(words(creator.get("name")), set()).add(_home(creator))

    def name_of(creator: dict[str, Any]) -> str | None:
        name, home = author_or_none(creator.get("name")), _home(creator)
        return f"{name}@{home}" if name and home and len(accounts[words(creator.get("name"))]) > 1 else name

    return name_of


def _home(creator: dict[str, Any]) -> str | None:
    parts = split_web(words(creator.get("actor_id")) or words(creator.get("ap_id")))
    return parts.hostname if parts else None


def post_address(source: str) -> str | None:
    """Return where the API gives the post that an address names; None for an address of another kind.

    >>> post_address("https://lemmy.example.org/post/900")
    'https://lemmy.example.org/api/v3/post?id=900'
    """
    parts = split_web(source)
    found = _PATH.fullmatch(parts.path) if parts else None
    return f"{origin(source)}/api/v3/post?id={found[1]}" if found else None


def _live(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the address leads to none."""
    where = post_address(source) or source
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


FORMAT = Format(
    name="lemmy",
    title="Lemmy thread (comment list of the API, or a saved page)",
    gives="replies, authors, times, scores, permalinks, deleted and removed comments",
    lacks="the post itself in a bare comment list, comments on the list's other pages",
    matches=_matches,
    parse=_parse,
    address=lambda source, settings: post_address(source),
    live=_live,
)
