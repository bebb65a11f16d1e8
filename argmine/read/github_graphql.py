"""GitHub threads with the names of its GraphQL API: IETF `archive.json`, `gh ... --json`, answers about discussions.

A thread is an object with a body and its `comments`, a list or `nodes`; a discussion's comments have `replies`, a pull
request's `reviews` have `comments`. An archive holds many threads and gives comments no identifiers, so they are
numbered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, score_or_none, text_or_none
from argmine.read.format import Format
from argmine.read.github import github_text
from argmine.read.payload import Payload
from argmine.read.shape import count, mapping, objects
from argmine.read.times import microseconds

_KINDS = ("discussion", "issue", "pullRequest")


def _matches(payload: Payload, columns: Columns) -> bool:
    return bool(payload.json) and bool(_threads(payload.json[0] if payload.json else None)[0])


def _threads(value: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the threads of a file and the repository they are of ("" if it does not say)."""
    top = mapping(value)
    repository = mapping(top, "data", "repository") or mapping(top, "repository")
    found = [mapping(repository, kind) for kind in _KINDS] + [top, *(objects(value) if isinstance(value, list) else ())]
    for holder in (top, repository):
        for name in ("issues", "pulls", "pullRequests", "discussions"):
            found += objects(_nodes(holder.get(name)))
    name = text_or_none(top.get("repo")) or text_or_none(repository.get("nameWithOwner")) or ""
    return [thread for thread in found if _is_thread(thread)], name


def _is_thread(value: dict[str, Any]) -> bool:
    return (
        "createdAt" in value
        and "body" in value
        and "title" in value
        and isinstance(_nodes(value.get("comments")), list)
    )


def _nodes(value: Any) -> Any:
    return value.get("nodes") if isinstance(value, dict) else value


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    threads, repository = _threads(value)
    return parse_threads(threads, repository, replaced=replaced)


def parse_threads(threads: Sequence[dict[str, Any]], repository: str, *, replaced: int = 0) -> Parsed:
    """Return threads as drafts; `repository` is the one that they are of, "" if it is not known."""
    drafts: list[Draft] = []
    claimed: list[int | None] = []
    silent = 0
    for thread in threads:
        found, skipped = _drafts(thread, repository)
        drafts += found
        silent += skipped
        claimed.append(count(mapping(thread, "comments").get("totalCount")))
    only = threads[0] if len(threads) == 1 else {}
    return Parsed(
        drafts,
        title=text_or_none(only.get("title")) or repository,
        url=text_or_none(only.get("url")),
        claimed=_claimed(only, claimed[0]) if only else None,
        replaced_characters=replaced,
        notes=[f"reviews without a word: {silent:,}"] if silent else [],
    )


def _claimed(thread: dict[str, Any], comments: int | None) -> int | None:
    """Return the comments and replies that a thread counts; None where it does not count them."""
    replies = [count(mapping(node, "replies").get("totalCount")) or 0 for node in objects(_nodes(thread["comments"]))]
    return None if comments is None else comments + sum(replies)


def _drafts(thread: dict[str, Any], repository: str) -> tuple[list[Draft], int]:
    """Return the drafts of one thread, and the number of reviews without a word."""
    number = text_or_none(thread.get("number"))
    root = f"{repository}#{number}" if number else text_or_none(thread.get("id")) or "thread"
    drafts = [_draft(thread, root, None, root)]
    drafts[0].opening = True
    silent = 0
    for place, node in enumerate(objects(_nodes(thread.get("comments"))), 1):
        comment = _draft(node, f"{root}-{place}", root, root)
        drafts.append(comment)
        for under, reply in enumerate(objects(_nodes(node.get("replies"))), 1):
            drafts.append(_draft(reply, f"{comment.post_id}-{under}", comment.post_id, root))
    for place, node in enumerate(objects(_nodes(thread.get("reviews"))), 1):
        review = _draft(node, f"{root}-review{place}", root, root)
        said = bool(review.text.strip())
        if said:
            drafts.append(review)
        notes = objects(_nodes(node.get("comments")))
        silent += not said and not notes
        for line, note in enumerate(notes, 1):
            draft = _draft(note, f"{root}-review{place}-{line}", review.post_id if said else root, root)
            # The comments of a review are its author's, and an archive does not say so again.
            draft.author = draft.author or review.author
            drafts.append(draft)
    return drafts, silent


def _draft(node: dict[str, Any], identifier: str, parent: str | None, thread: str) -> Draft:
    text, markup = github_text(node.get("body"))
    author = node.get("author")
    return Draft(
        post_id=identifier if parent is None else text_or_none(node.get("id")) or identifier,
        text=text,
        parent_id=parent,
        author=author_or_none(author.get("login") if isinstance(author, dict) else author),
        created_us=microseconds(node.get("createdAt") or node.get("submittedAt")),
        score=score_or_none(node.get("upvoteCount")),
        url=text_or_none(node.get("url")),
        status=body_status(text),
        thread_id=thread,
        markup=markup,
    )


FORMAT = Format(
    name="github_graphql",
    title="GitHub threads with GraphQL names (IETF archive.json, gh --json, discussions)",
    gives="authors, times, reviews and comments on lines, replies in discussions",
    lacks="who answers whom among the comments of an issue, permalinks of comments in an archive",
    matches=_matches,
    parse=_parse,
)
