"""A Reddit thread as its API gives it: the two listings of a thread's JSON, the answers of `morechildren`, or both.

`more` stubs stand where the API leaves comments out; each that nothing in the file fills is counted. The same objects
come from Arctic Shift's API (`{"data": [...]}`) and from recordings of requests (`{"request_uri", "response"}`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed
from argmine.read.format import Format
from argmine.read.payload import Payload
from argmine.read.reddit_thing import (
    SITE,
    bare_id,
    comment_draft,
    is_comment,
    is_submission,
    moderator_note,
    submission_draft,
    submission_title,
)
from argmine.read.shape import count
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.read.fetch import Session

_KINDS = ("Listing", "t1", "t3", "more")
_LOOKED_AT = 40


@dataclass
class Things:
    """What a thread's JSON holds, in order of appearance."""

    comments: dict[str, tuple[dict[str, Any], str | None]] = field(default_factory=dict)
    """Comments by a key of their own, each with the identifier of the comment that it is nested in."""
    submissions: list[dict[str, Any]] = field(default_factory=list)
    stubs: list[dict[str, Any]] = field(default_factory=list)
    repeated: int = 0
    strays: int = 0

    def unfilled(self) -> list[dict[str, Any]]:
        """Return the stubs whose comments are not all here, each once."""
        known = set(self.comments)
        parents = {bare_id(comment.get("parent_id")) for comment, _ in self.comments.values()}
        stubs = {(str(stub.get("id")), str(stub.get("parent_id"))): stub for stub in self.stubs}
        return [stub for stub in stubs.values() if missing_children(stub, known, parents)]


def missing_children(stub: dict[str, Any], known: set[str], parents: set[str | None]) -> list[str]:
    """Return the identifiers that a stub names and that are not known; of "continue this thread", its parent."""
    children = stub.get("children")
    named = [str(child) for child in children] if isinstance(children, list) else []
    if named:
        return [child for child in named if child not in known]
    parent = bare_id(stub.get("parent_id"))
    return [] if parent is None or parent in parents else [parent]


def collect(value: Any, things: Things | None = None) -> Things:
    """Return the comments, submissions and stubs in a JSON value, whichever of the API's wrappers hold them."""
    things = things or Things()
    waiting: list[tuple[Any, str | None]] = [(value, None)]
    while waiting:
        here, parent = waiting.pop()
        if isinstance(here, list):
            waiting += [(item, parent) for item in reversed(here)]
        elif isinstance(here, dict):
            waiting += [(inner, above) for inner, above in reversed(list(_take(here, parent, things)))]
        elif here is not None and here != "":
            things.strays += 1
    return things


def _take(here: dict[str, Any], parent: str | None, things: Things) -> Iterator[tuple[Any, str | None]]:
    """Keep one object; yield what stands within it and the comment that it stands under."""
    kind, data = here.get("kind"), here.get("data")
    if kind in _KINDS and isinstance(data, dict):
        if kind == "Listing":
            yield data.get("children"), parent
        elif kind == "more":
            things.stubs.append(data)
        elif kind == "t3":
            things.submissions.append(data)
        else:
            yield from _take_comment(data, parent, things)
    elif is_comment(here):
        yield from _take_comment(here, parent, things)
    elif is_submission(here):
        things.submissions.append(here)
    else:
        for name in ("response", "json", "data", "things"):
            if isinstance(here.get(name), (dict, list)):
                yield here[name], parent


def _take_comment(data: dict[str, Any], parent: str | None, things: Things) -> Iterator[tuple[Any, str | None]]:
    identifier = bare_id(data.get("id")) or bare_id(data.get("name"))
    key = identifier or f" {len(things.comments)}"
    if key in things.comments and things.comments[key][0].get("body") == data.get("body"):
        things.repeated += 1
    else:
        while key in things.comments:
            key += " "
        things.comments[key] = (data, parent)
    yield data.get("replies"), identifier


def parse_things(things: Things, name: str, *, replaced: int = 0, escaped: bool = True) -> Parsed:
    """Return the drafts; raise SourceError if there are neither comments nor submissions."""
    if not things.comments and not things.submissions:
        raise SourceError(f"{name}: this is Reddit's JSON, and no comment is in it. Fetch the thread again.")
    post = things.submissions[0] if len(things.submissions) == 1 else None
    drafts: list[Draft] = [
        submission_draft(thing, escaped=escaped, titled=post is None) for thing in things.submissions
    ]
    opening = drafts[0].post_id if post else None
    for thing, parent in things.comments.values():
        draft = comment_draft(thing, escaped=escaped, parent=parent or opening)
        draft.thread_id = draft.thread_id or opening
        drafts.append(draft)
    stubs = things.unfilled()
    return Parsed(
        drafts,
        title=submission_title(post, escaped=escaped) if post else "",
        url=drafts[0].url if post else _common_thread(drafts),
        claimed=count(post.get("num_comments")) if post else None,
        replaced_characters=replaced,
        stubs=len(stubs),
        notes=[*_notes(things, stubs), *moderator_note(drafts)],
    )


def _notes(things: Things, stubs: list[dict[str, Any]]) -> list[str]:
    notes = []
    hidden = sum(count(stub.get("count")) or 0 for stub in stubs)
    if hidden:
        notes.append(f"comments behind the stubs, as Reddit counts them: {hidden:,}")
    if things.repeated:
        notes.append(f"comments that came twice with the same text, kept once: {things.repeated:,}")
    if things.strays:
        notes.append(f"values in the listing that are no comments: {things.strays:,}")
    return notes


def _common_thread(drafts: list[Draft]) -> str | None:
    threads = {draft.thread_id for draft in drafts}
    thread = threads.pop() if len(threads) == 1 else None
    return f"{SITE}/comments/{thread}/" if thread else None


def _matches(payload: Payload, columns: Columns) -> bool:
    value = payload.json[0] if payload.json else None
    for _ in range(_LOOKED_AT):
        if isinstance(value, list):
            value = value[0] if value else None
        elif not isinstance(value, dict):
            return False
        elif value.get("kind") in _KINDS and isinstance(value.get("data"), dict):
            return True
        elif is_comment(value) or is_submission(value):
            return "replies" not in value or not isinstance(value["replies"], list) or not value["replies"]
        else:
            inner = [
                value[name]
                for name in ("response", "json", "data", "things")
                if isinstance(value.get(name), (dict, list))
            ]
            value = inner[0] if inner and set(value) <= _WRAPPERS else None
    return False


_WRAPPERS = {"response", "json", "data", "things", "errors", "request_uri", "request_body", "error", "metadata"}


def _parse(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    return parse_things(collect(value), payload.name, replaced=replaced)


def _address(source: str, settings: Settings) -> str | None:
    from argmine.read.reddit_live import thread_id

    thread = thread_id(source)
    return f"{SITE}/comments/{thread}/" if thread else None


def _live(source: str, session: Session) -> Parsed:
    from argmine.read.reddit_live import read_thread

    return read_thread(source, session)


FORMAT = Format(
    name="reddit_listing",
    title="Reddit thread: JSON of its API or of Arctic Shift, from a file or an address",
    gives="replies, authors, times, scores, permalinks, deleted and removed comments as joints, the number of stubs",
    lacks="comments behind its `more` stubs",
    matches=_matches,
    parse=_parse,
    address=_address,
    link=lambda source: _address(source, Settings()) or source,
    live=_live,
)
