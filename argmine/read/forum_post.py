"""A post as a forum page shows it, and a page as one way of reading it found it."""

from __future__ import annotations

from dataclasses import dataclass, field

from argmine.read.draft import Mark


@dataclass(slots=True)
class Cited:
    """A quotation in a post: where it stands, and what the page says of its source."""

    start: int
    end: int
    keys: tuple[str, ...] = ()
    """Numbers that the quotation's links and attributes hold; one of them may be the quoted post's."""
    cite: str = ""
    """The words that name its author, as "Ann said:"."""


@dataclass(slots=True)
class Post:
    """One post, its fields as they are written on the page."""

    text: str
    marks: list[Mark] = field(default_factory=list)
    key: str | None = None
    author: str | None = None
    time: str | None = None
    score: str | None = None
    url: str | None = None
    above: int | None = None
    """Index of the post that it stands in, where a page nests its replies."""
    cited: list[Cited] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """The posts that one way of reading a page found, in the order of the page."""

    way: str
    posts: list[Post]
    page: int = 1
    pages: int = 1
    claimed: int | None = None
    title: str = ""

    @property
    def n_told(self) -> int:
        """Return how many posts have words."""
        return sum(bool(post.text) for post in self.posts)
