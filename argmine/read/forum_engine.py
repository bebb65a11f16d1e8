"""What is known of a forum engine's pages: the selectors of the parts of a post."""

from __future__ import annotations

from dataclasses import dataclass

Where = tuple[str, ...]


@dataclass(frozen=True)
class Engine:
    """The selectors of one engine; `post` finds the posts of a page, the others look inside one."""

    name: str
    post: str
    body: Where
    author: Where
    time: Where
    identifier: Where = ("@id",)
    """A value whose last number is the post's; without a number, it is the identifier itself."""
    link: Where = ()
    score: Where = ()
    drop: str = ""
    """Elements of a body that its author did not write: signatures, notes of changes, buttons."""
    quote: str = "blockquote"
    """Elements of a body that hold somebody else's words."""
    cite: str = "cite"
    """Elements of a quote that name its author; they are left out."""
    answers: str = ""
    """Links of a body that name the post it answers; they are left out."""
    pages: str = ""
    """Elements whose text is the number of a page of the thread."""
    page: str = ""
    """The element whose text is the number of this page."""
    parent: Where = ()
    """A value whose last number is that of the post that a post answers."""
    preview: str = ""
    """Links that the engine labels with the title of the page they lead to; the address alone is kept."""


ON_EVERY_PAGE = (
    "script, style, noscript, template, button, form, select, "
    "[hidden], [aria-hidden=true]:not(img), .sr-only, .visually-hidden, .screen-reader-text, .u-srOnly"
)
"""Elements that no reader sees as part of a post, whatever engine wrote the page."""
