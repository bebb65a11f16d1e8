"""Parts of a page that may not be there: what is absent is as good as empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode


def attribute(node: LexborNode | None, name: str) -> str:
    """Return an attribute of an element; "" where it has none, or there is no element."""
    return (node.attributes.get(name) or "") if node is not None else ""


def classes(node: LexborNode | None) -> list[str]:
    """Return the classes of an element, in order."""
    return attribute(node, "class").split()


def words_at(node: LexborNode | LexborHTMLParser | None, selector: str) -> str:
    r"""Return the words of the first element that a selector finds, apart by single spaces; "" where there is none.

    >>> from argmine.read.html_text import parse_html
    >>> page = parse_html("<p class='a b'><i>So\n it is.</i></p>")
    >>> words_at(page, "i"), words_at(page, "b"), classes(page.css_first("p")), attribute(None, "class")
    ('So it is.', '', ['a', 'b'], '')
    """
    found = node.css_first(selector) if node is not None else None
    return " ".join(found.text().split()) if found is not None else ""


def child(node: LexborNode | None, fits: Callable[[LexborNode], bool]) -> LexborNode | None:
    """Return the first element that stands directly within another and fits, or None."""
    here = node.first_child if node is not None else None
    while here is not None and not (here.is_element_node and fits(here)):
        here = here.next
    return here


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the elements that an element stands within, the nearest first."""
    here = node.parent
    while here is not None:
        if here.is_element_node:
            yield here
        here = here.parent
