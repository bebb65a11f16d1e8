"""GitHub issues and pull requests as its REST API gives them: issues, comments, reviews and review comments.

A file holds one object, a list of them, or lists of several kinds under names such as `issue`, `comments`, `reviews`.
Bodies are Markdown. Live, issues and pull requests are read so; discussions by GraphQL, for which GitHub wants a token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Mark, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.json_rows import first_object, object_lines
from argmine.read.markdown import line_feeds, markdown_marks
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects, words
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_THREAD = re.compile(r"/repos/([^/\s]+/[^/\s]+)/(?:issues|pulls)/(\d+)")
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
API = "https://api.github.com"
_PATH = re.compile(r"/([\w.-]+)/([\w.-]+)/(issues|pull|discussions)/(\d{1,9})(?:/.*)?")
_MOST_PAGES = 100
_FIELDS = "id body createdAt url upvoteCount author { login }"
_QUERY = f"""query($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ nameWithOwner discussion(number: $number) {{
    number title {_FIELDS}
    comments(first: 50, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      nodes {{ {_FIELDS} replies(first: 100) {{ totalCount nodes {{ {_FIELDS} }} }} }} }}
  }} }}
}}"""

Thread = tuple[str, str, str, str]
"""Owner, repository, kind and number."""


def _matches(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:
        items = _items(payload.json[0])
        return bool(items) and all(map(_maker, items))
    first = first_object(payload)
    return first is not None and _maker(first) is not None


def _items(value: Any) -> list[dict[str, Any]]:
    """Return every object of a file that may be an issue, a comment or a review."""
    if isinstance(value, list):
        return [item for part in value for item in (objects(part) if isinstance(part, list) else objects([part]))]
    top = mapping(value)
    if _maker(top) or not top:
        return [top] if top else []
    return [
        item
        for part in top.values()
        for item in (objects(part) if isinstance(part, list) else objects([part]))
        if _maker(item)
    ]


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or object_lines(payload)
    return parse_items(_items(value), replaced=replaced)


def parse_items(items: Sequence[dict[str, Any]], *, replaced: int = 0) -> Parsed:
    """Return REST objects of any kind as drafts."""
    drafts: list[Draft] = []
    silent = 0
    for item in items:
        make = _maker(item)
        draft = make(item) if make else None
        if draft is not None:
            drafts.append(draft)
        silent += make is _review and draft is None
    openings = [item for item in items if _maker(item) is _issue]
    only = openings[0] if len(openings) == 1 else {}
    numbers = [count(item.get(name)) for item in openings for name in ("comments", "review_comments")]
    threads = {draft.thread_id for draft in drafts}
    # Where comments stand without their issue, their number is not what the issue claims.
    complete = bool(openings) and len(threads) == len(openings)
    return Parsed(
        drafts,
        title=text_or_none(only.get("title")) or "",
        url=text_or_none(only.get("html_url")),
        claimed=sum(filter(None, numbers)) + _with_text(items) if complete else None,
        replaced_characters=replaced,
        notes=[f"reviews without a word: {silent:,}"] if silent else [],
    )


def _with_text(items: Sequence[dict[str, Any]]) -> int:
    """Return how many reviews say something; an issue's own numbers leave them out."""
    return sum(_maker(item) is _review and bool(words(item.get("body")).strip()) for item in items)


def _maker(item: dict[str, Any]) -> Callable[[dict[str, Any]], Draft | None] | None:
    """Return what makes a draft of an object, by its kind; None for an object of another kind."""
    if "pull_request_url" in item and "body" in item:
        return _review if "submitted_at" in item or "state" in item else _review_comment
    if "issue_url" in item and "body" in item and "user" in item:
        return _comment
    if "number" in item and "title" in item and "comments_url" in item:
        return _issue
    return None


def _issue(item: dict[str, Any]) -> Draft:
    thread = thread_id(item.get("url")) or text_or_none(item.get("id"))
    draft = _draft(item, thread, thread)
    draft.opening = True
    return draft


def _comment(item: dict[str, Any]) -> Draft:
    thread = thread_id(item.get("issue_url"))
    draft = _draft(item, text_or_none(item.get("id")), thread)
    draft.parent_id = thread
    return draft


def _review(item: dict[str, Any]) -> Draft | None:
    if not words(item.get("body")).strip():
        return None
    thread = thread_id(item.get("pull_request_url"))
    draft = _draft(item, f"review{text_or_none(item.get('id'))}", thread)
    draft.parent_id = thread
    draft.created_us = microseconds(item.get("submitted_at"))
    return draft


def _review_comment(item: dict[str, Any]) -> Draft:
    """Return a comment on a line; these are numbered apart from the comments on the whole."""
    thread = thread_id(item.get("pull_request_url"))
    draft = _draft(item, f"r{text_or_none(item.get('id'))}", thread)
    answers = text_or_none(item.get("in_reply_to_id"))
    draft.parent_id = f"r{answers}" if answers else thread
    return draft


def _draft(item: dict[str, Any], identifier: str | None, thread: str | None) -> Draft:
    text, markup = github_text(item.get("body"))
    reactions = mapping(item, "reactions").get("+1")
    return Draft(
        post_id=identifier,
        text=text,
        author=author_or_none(mapping(item, "user").get("login")),
        created_us=microseconds(item.get("created_at")),
        score=score_or_none(reactions),
        url=text_or_none(item.get("html_url")),
        status=body_status(text),
        thread_id=thread,
        markup=markup,
    )


def thread_id(address: Any) -> str | None:
    """Return the thread that an address of the API is about.

    >>> thread_id("https://api.github.com/repos/o/r/issues/3"), thread_id("https://example.org")
    ('o/r#3', None)
    """
    found = _THREAD.search(words(address))
    return f"{found[1]}#{found[2]}" if found else None


def github_text(body: Any) -> tuple[str, list[Mark]]:
    r"""Return the text of a body and its marks; what a comment sign hides from every reader is left out.

    >>> github_text("So.<!-- template -->\r\n`x`")
    ('So.\n`x`', [(4, 7, 'code')])
    """
    text = line_feeds(words(body))
    if "<!--" in text:
        text = _HIDDEN.sub("", text)
    return text, markdown_marks(text)


def named_thread(source: str) -> Thread | None:
    """Return the thread that an address names; None for an address of another kind.

    >>> named_thread("https://github.com/example/terms/pull/6/files"), named_thread("https://github.com/example/terms")
    (('example', 'terms', 'pull', '6'), None)
    """
    parts = split_web(source)
    if parts is None or parts.hostname not in ("github.com", "www.github.com"):
        return None
    found = _PATH.fullmatch(parts.path)
    return (found[1], found[2], found[3], found[4]) if found else None


def _live(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the API does not show it."""
    owner, name, kind, number = named_thread(source) or ("", "", "", source)
    if kind == "discussions":
        return _discussion(owner, name, int(number), session)
    base = f"{API}/repos/{owner}/{name}"
    issue = mapping(session.get_json(f"{base}/issues/{number}"))
    items = [issue, *_pages(f"{base}/issues/{number}/comments?per_page=100", session)]
    if kind == "pull" or "pull_request" in issue:
        for part in ("comments", "reviews"):
            items += _pages(f"{base}/pulls/{number}/{part}?per_page=100", session)
    return parse_items(items)


def _pages(address: str, session: Session) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    where: str | None = address
    for _ in range(_MOST_PAGES):
        if where is None:
            break
        answer = session.get(where)
        items += objects(session.as_json(answer))
        where = answer.next_page
    return items


def _discussion(owner: str, name: str, number: int, session: Session) -> Parsed:
    from argmine.read.credentials import has_credential
    from argmine.read.github_graphql import parse_threads

    if not has_credential(urlsplit(API).hostname or ""):
        raise SourceError(
            f"{session.named}: GitHub shows discussions to users with a token only. Set GITHUB_TOKEN to one of yours."
        )
    found: dict[str, Any] = {}
    nodes: list[dict[str, Any]] = []
    after: str | None = None
    for _ in range(_MOST_PAGES):
        variables = {"owner": owner, "name": name, "number": number, "after": after}
        answer = mapping(session.post_json(f"{API}/graphql", content={"query": _QUERY, "variables": variables}))
        found = mapping(answer, "data", "repository", "discussion")
        if not found:
            reasons = [words(error.get("message")) for error in objects(answer.get("errors"))]
            raise SourceError(f"{session.named}: {'; '.join(reasons)[:300] or 'there is no such discussion'}.")
        nodes += objects(mapping(found, "comments").get("nodes"))
        page = mapping(found, "comments", "pageInfo")
        after = words(page.get("endCursor"))
        if page.get("hasNextPage") is not True or not after:
            break
    whole = found | {"comments": {**mapping(found, "comments"), "nodes": nodes}}
    return parse_threads([whole], f"{owner}/{name}")


FORMAT = Format(
    name="github",
    title="GitHub issues and pull requests (JSON of the REST API)",
    gives="replies, authors, times, thumbs up, permalinks, reviews and comments on lines",
    lacks="who answers whom among the comments of an issue",
    matches=_matches,
    parse=_parse,
    address=lambda source, settings: source if named_thread(source) else None,
    live=_live,
)
