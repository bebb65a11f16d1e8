"""An RSS or Atom feed of comments, of any site. A reply is known where an entry names what it answers (RFC 4685), or
where it begins with WordPress's words for it.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Draft, Parsed, author_or_none, body_status, text_or_none
from argmine.read.format import Format
from argmine.read.html_text import html_text
from argmine.read.payload import Payload
from argmine.read.times import microseconds

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<\?[^>]*>\s*|<!--.*?-->\s*|<!doctype[^>\[]*>\s*)*<(?:[a-z]+:)?(?:rss|feed|rdf)\b",
    re.I | re.S,
)
_IN_REPLY = re.compile(r"\s*(?:<p>)?\s*In reply to <a href=\"([^\"]*)\"[^>]*>[^<]*</a>\s*\.?\s*(?:</p>)?", re.I)
_ADDRESS_AND_NAME = re.compile(r"\S+@\S+\s+\(([^)]+)\)")


def _matches(payload: Payload, columns: Columns) -> bool:
    return bool(_START.match(payload.text[:4_000]))


def _parse(payload: Payload, columns: Columns) -> Parsed:
    root = _tree(payload)
    entries = [node for node in root.iter() if _name(node) in ("item", "entry")]
    if not entries:
        raise SourceError(f"{payload.name}: the feed has no entries. Give the address of a feed of comments.")
    channel = next((node for node in root.iter() if _name(node) == "channel"), root)
    drafts = [_draft(entry) for entry in entries]
    fragments = {comment_in(address): draft.post_id for draft in drafts for address in (draft.post_id, draft.url)}
    for draft in drafts:
        if draft.parent_id is not None:
            draft.parent_id = fragments.get(comment_in(draft.parent_id), draft.parent_id)
    return Parsed(
        drafts,
        title=_text_of(channel, "title"),
        unit="entries",
        url=_link(channel),
        notes=["a feed holds the newest entries only, and most do not say who answers whom"],
    )


def _tree(payload: Payload) -> Element:
    from xml.etree import ElementTree

    if "<!ENTITY" in payload.text:
        raise SourceError(f"{payload.name}: the feed declares entities, which no feed needs. Name another file.")
    try:
        return ElementTree.fromstring(payload.text.lstrip("\ufeff \t\r\n"))  # noqa: S314 - no entities, checked above
    except (ElementTree.ParseError, ValueError) as error:
        raise SourceError(f"{payload.name}: the feed is broken XML ({error}). Fetch it again.") from error


def _draft(entry: Element) -> Draft:
    html, is_html = _body(entry)
    answered = _IN_REPLY.match(html) if is_html else None
    text, markup = html_text(html[answered.end() :] if answered else html) if is_html else (html.strip(), [])
    named = next((node.get("ref") or node.get("href") for node in entry if _name(node) == "in-reply-to"), None)
    link = _link(entry)
    return Draft(
        post_id=text_or_none(_text_of(entry, "id") or _text_of(entry, "guid")) or link,
        text=text,
        parent_id=text_or_none(named) or (answered[1] if answered else None),
        author=author_or_none(_author(entry)),
        created_us=microseconds(
            next(
                (found for name in ("published", "pubDate", "date", "updated") if (found := _text_of(entry, name))),
                None,
            )
        ),
        url=link,
        status=body_status(text),
        markup=markup,
    )


def _body(entry: Element) -> tuple[str, bool]:
    """Return the longest form of an entry's text, and whether it is HTML."""
    parts = {_name(node): node for node in reversed(entry)}
    for name in ("encoded", "content", "description", "summary"):
        node = parts.get(name)
        if node is None:
            continue
        kind = node.get("type", "text" if _name(entry) == "entry" else "html")
        if kind == "xhtml":
            return _as_html(node), True
        if node.text and node.text.strip():
            return node.text, kind not in ("text", "text/plain")
    return _text_of(entry, "title"), False


def _as_html(node: Element) -> str:
    parts: list[str] = []
    waiting: list[Element | str] = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            parts.append(here)
            continue
        name = _name(here)
        address = f' href="{escape(here.get("href") or "")}"' if name == "a" else ""
        parts += [f"<{name}{address}>", escape(here.text or "")]
        waiting.append(f"</{name}>")
        for child in reversed(here):
            waiting += [escape(child.tail or ""), child]
    return "".join(parts)


def _author(entry: Element) -> str:
    for node in entry:
        if _name(node) == "author" and len(node):
            return _text_of(node, "name")
        if _name(node) == "creator":
            return (node.text or "").strip()
    author = _text_of(entry, "author")
    found = _ADDRESS_AND_NAME.fullmatch(author)  # RSS asks for an address, with the name in brackets
    return found[1] if found else author


def _link(node: Element) -> str | None:
    for child in node:
        if _name(child) == "link" and child.get("rel", "alternate") == "alternate":
            return text_or_none(child.get("href") or child.text)
    return None


def _text_of(node: Element, name: str) -> str:
    return next(("".join(child.itertext()).strip() for child in node if _name(child) == name), "")


def _name(node: Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def comment_in(address: str | None) -> str:
    """Return the part of an address that names a comment in its page; the whole, where there is none.

    >>> comment_in("https://a.org/?p=1#comment-5"), comment_in("tag:a.org,2020:1")
    ('comment-5', 'tag:a.org,2020:1')
    """
    try:
        return urlsplit(address or "").fragment or (address or "")
    except ValueError:
        return address or ""


FORMAT = Format(
    name="feed",
    title="RSS or Atom feed of comments",
    gives="authors, times, permalinks; replies where the feed names them",
    lacks="scores, older entries, mostly replies",
    matches=_matches,
    parse=_parse,
)
