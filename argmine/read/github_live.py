"""A GitHub issue, pull request or discussion from its address. Discussions need the user's token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from argmine.errors import SourceError
from argmine.read.addresses import split_web
from argmine.read.draft import Parsed
from argmine.read.github import parse_items
from argmine.read.shape import mapping, objects, words

if TYPE_CHECKING:
    from argmine.read.fetch import Session

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


def thread(source: str) -> Thread | None:
    """Return the thread that an address names; None for an address of another kind.

    >>> thread("https://github.com/example/terms/pull/6/files"), thread("https://github.com/example/terms")
    (('example', 'terms', 'pull', '6'), None)
    """
    parts = split_web(source)
    if parts is None or parts.hostname not in ("github.com", "www.github.com"):
        return None
    found = _PATH.fullmatch(parts.path)
    return (found[1], found[2], found[3], found[4]) if found else None


def read_thread(source: str, session: Session) -> Parsed:
    """Return the thread; raise SourceError if the API does not show it."""
    owner, name, kind, number = thread(source) or ("", "", "", source)
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
