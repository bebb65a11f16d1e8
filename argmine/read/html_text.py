"""HTML to text: paragraphs apart by a blank line, links with their address, and marks for what the markup says.

For the bodies of comments, whatever site wrote them. Nothing here recurses, so no depth of nesting is too deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from argmine.read.addresses import full_link
from argmine.read.draft import Mark
from argmine.read.html_limits import refuse_monsters

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_CELLS = frozenset(("td", "th"))
_HIDDEN = frozenset("script style template noscript head button input select textarea svg iframe object math".split())
_MARKED = {"blockquote": "blockquote", "pre": "code", "code": "code", "a": "link"}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SMILEY = re.compile("emoji|smil|emoticon|inlineimg")
_NOTHING, _BLANK, _LINE, _PARAGRAPH = range(4)
_GAPS = ("", " ", "\n", "\n\n")

Skip = Callable[["LexborNode"], bool]
Places = dict[int, tuple[int, int]]
"""Start and end of the text of an element, by its `mem_id`."""


def parse_html(text: str, name: str = "the HTML") -> LexborHTMLParser:
    """Return the tree of a page or a fragment; raise SourceError if it is larger or deeper than pages are."""
    from selectolax.lexbor import LexborHTMLParser

    refuse_monsters(text, name)
    return LexborHTMLParser(text)


def html_text(html: str, *, skip: Skip | None = None, base: str = "") -> tuple[str, list[Mark]]:
    r"""Return the text of a fragment and its marks: blockquote, code and link, as code points of the text.

    `skip` tells the elements to leave out; `base` is the address against which links are resolved.

    >>> html_text("<p>See <a href='https://a.org/x'>this</a>:</p><blockquote><p>So &amp; so.</p></blockquote>")
    ('See this (https://a.org/x):\n\nSo & so.', [(4, 26, 'link'), (29, 37, 'blockquote')])
    """
    if "<" not in html and "&" not in html:
        return _SPACE.sub(" ", html).strip(" "), []
    return node_text(parse_html(html).body, skip=skip, base=base)


def node_text(
    node: LexborNode | None,
    *,
    skip: Skip | None = None,
    base: str = "",
    quote: Skip | None = None,
    places: Places | None = None,
    bare: Container[int] = (),
) -> tuple[str, list[Mark]]:
    """Return the text of an element and its marks, as html_text does; ("", []) for no element.

    `quote` tells the elements that hold somebody else's words, where they are not the blockquotes. `places` is filled
    with where the text of each of them stands. `bare` are the links, by `mem_id`, of which the address alone is wanted.
    """
    if node is None:
        return "", []
    writer = _Writer(base, quote, places, bare)
    here: LexborNode | None = node
    while here is not None:
        entered = _enter(here, writer, skip)
        if entered and here.first_child is not None:
            here = here.first_child
            continue
        if entered and here.is_element_node:
            writer.leave(str(here.tag), here.mem_id)
        here = _after(here, node, writer)
    return writer.finish()


def _after(here: LexborNode, top: LexborNode, writer: _Writer) -> LexborNode | None:
    """Return the node that follows one whose inside is done; leave every element that ends with it."""
    while here.mem_id != top.mem_id:
        if here.next is not None:
            return here.next
        parent = here.parent
        if parent is None:
            return None
        writer.leave(str(parent.tag), parent.mem_id)
        here = parent
    return None


def _enter(node: LexborNode, writer: _Writer, skip: Skip | None) -> bool:
    """Write a text, or enter an element; return whether its inside is wanted."""
    if node.is_text_node:
        writer.write(node.text_content or "")
        return False
    if not node.is_element_node:
        return False
    tag = str(node.tag)
    if tag == "br":
        writer.gap(_LINE)
        return False
    if tag == "img":
        if _SMILEY.search(node.attributes.get("class") or ""):
            sign = node.attributes.get("alt") or ""
            writer.write("" if sign.isascii() and sign.isalpha() else sign)
        return False
    if tag in _HIDDEN or (skip is not None and skip(node)):
        return False
    writer.enter(tag, node)
    return True


class _Writer:
    """Collects words; a gap is written only once words follow it, so no mark begins or ends with space."""

    def __init__(self, base: str, quote: Skip | None, places: Places | None, bare: Container[int]) -> None:
        self.base = base
        self.quote = quote
        self.places = places
        self.bare = bare
        self.parts: list[str] = []
        self.length = 0
        self.pending = _NOTHING
        self.preformatted = 0
        self.marks: list[Mark] = []
        self.open: list[tuple[int, str, str, int, int]] = []
        """Marked elements that are open: id, mark, address, length and number of parts when they began."""

    def gap(self, kind: int) -> None:
        self.pending = max(self.pending, kind) if kind != _LINE or self.pending != _LINE else _PARAGRAPH

    def write(self, text: str) -> None:
        if self.preformatted:
            self.put(text)
            return
        words = _SPACE.sub(" ", text)
        if words.startswith(" "):
            self.gap(_BLANK)
        bare = words.strip(" ")
        if bare.isspace():  # an unbreakable space alone only keeps a line open
            self.gap(_BLANK)
        elif bare:
            self.put(bare)
            if words.endswith(" "):
                self.gap(_BLANK)

    def put(self, text: str) -> None:
        if not text:
            return
        if self.parts and self.pending:
            self.parts.append(_GAPS[self.pending])
            self.length += len(_GAPS[self.pending])
        self.pending = _NOTHING
        self.parts.append(text)
        self.length += len(text)

    def enter(self, tag: str, node: LexborNode) -> None:
        if tag in _BLOCKS:
            self.gap(_PARAGRAPH)
        elif tag in _CELLS:
            self.gap(_BLANK)
        how = self._how(tag, node)
        if how:
            address = (node.attributes.get("href") or "") if how == "link" else ""
            self.open.append((node.mem_id, how, address, self.length, len(self.parts)))
        self.preformatted += tag == "pre"

    def _how(self, tag: str, node: LexborNode) -> str:
        """Return the mark of an element, "" for none."""
        if tag == "code" and self.preformatted:
            return ""
        if self.quote is not None and (tag == "blockquote" or tag not in _MARKED):
            return "blockquote" if self.quote(node) else ""
        return _MARKED.get(tag, "")

    def leave(self, tag: str, key: int) -> None:
        self.preformatted -= tag == "pre"
        if self.open and self.open[-1][0] == key:
            _, how, address, length, n_parts = self.open.pop()
            self.mark(key, how, address, length, n_parts)
        if tag in _BLOCKS:
            self.gap(_PARAGRAPH)
        elif tag in _CELLS:
            self.gap(_BLANK)

    def mark(self, key: int, how: str, address: str, length: int, n_parts: int) -> None:
        """Mark what was written since an element began; the gap before its first words is none of it."""
        if n_parts < len(self.parts) and length and self.parts[n_parts] in _GAPS:
            length += len(self.parts[n_parts])
            n_parts += 1
        if n_parts >= len(self.parts):
            return
        if how == "link":
            label = "".join(self.parts[n_parts:])
            words = full_link("" if key in self.bare else label, self._resolved(address))
            self.parts[n_parts:] = [words]
            self.length += len(words) - len(label)
        if how == "code":
            self._trim_lines(n_parts)
        if self.length > length:
            self.marks.append((length, self.length, how))
            if how == "blockquote" and self.places is not None:
                self.places[key] = (length, self.length)

    def _resolved(self, address: str) -> str:
        try:
            return urljoin(self.base, address) if self.base else address
        except ValueError:  # an address with half a bracket in its host
            return address

    def _trim_lines(self, n_parts: int) -> None:
        """Take the line feeds off the end of preformatted text: they only set it apart."""
        text = "".join(self.parts[n_parts:])
        bare = text.rstrip("\n")
        self.parts[n_parts:] = [bare]
        self.length -= len(text) - len(bare)

    def finish(self) -> tuple[str, list[Mark]]:
        text = "".join(self.parts)
        marks = {(start, min(end, len(text)), how) for start, end, how in self.marks if start < min(end, len(text))}
        return text, sorted(marks)
