"""What reading gives back: the posts, what their markup said, and how much of the thread was read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MARKUP_COLUMNS = ("post_id", "start", "end", "how", "source_post_id", "source_author")
MARKUP_KINDS = ("italic", "blockquote", "aside", "code", "link")
_ONE_OF = {"stories": "story", "entries": "entry"}


@dataclass(frozen=True)
class Columns:
    """The names of a table's columns, where the user gives them; None means: found by name."""

    text: str | None = None
    id: str | None = None
    parent: str | None = None
    author: str | None = None
    time: str | None = None
    url: str | None = None
    score: str | None = None
    thread: str | None = None


def counted(number: int, unit: str) -> str:
    """Return a number with the name, given in the plural, of what it counts.

    >>> counted(1, "comments"), counted(1, "entries"), counted(1412, "comments")
    ('1 comment', '1 entry', '1,412 comments')
    """
    return f"{number:,} {_ONE_OF.get(unit, unit.removesuffix('s')) if number == 1 else unit}"


@dataclass(frozen=True)
class Coverage:
    """How much of a thread was read, and what was odd about it. Every number counts posts unless it says otherwise."""

    claimed: int | None = None
    """Comments that the source says there are; None where it does not say."""
    read: int = 0
    """Comments, rows or paragraphs that were read, deleted ones among them; a thread's opening post is not counted."""
    deleted: int = 0
    removed: int = 0
    dead: int = 0
    stubs: int = 0
    """Comments that the source names without their text."""
    dangling_parents: int = 0
    """Posts that answer a post which was not read."""
    self_replies: int = 0
    cycles: int = 0
    """Rings of posts that answer one another; each was cut open at its earliest post."""
    duplicate_ids: int = 0
    """Posts whose identifier an earlier post already had; each was kept under a new one."""
    empty: int = 0
    """Comments with neither text nor a reason for its absence."""
    replaced_characters: int = 0
    """Characters that are no text (half a surrogate pair, a byte that is not UTF-8) and became U+FFFD."""
    pages_read: int = 1
    pages: int = 1
    notes: tuple[str, ...] = ()
    """Sentences on anything else that a reader of the result should know."""
    unit: str = "comments"
    """What a post is in this source: comments, rows or paragraphs."""

    def line(self) -> str:
        """Return one line for people; parts that are zero are left out.

        >>> Coverage(claimed=1412, read=485, stubs=177, deleted=60).line()
        'read 485 of 1,412 comments · 177 stubs not loaded · 60 deleted'
        """
        whole = self.read if self.claimed is None else self.claimed
        of = f"{self.read:,} of " if whole != self.read else ""
        parts = [f"read {of}{counted(whole, self.unit)}"]
        oddities = (
            (self.stubs, "stubs not loaded", "stub not loaded"),
            (self.deleted, "deleted", "deleted"),
            (self.removed, "removed", "removed"),
            (self.dead, "dead", "dead"),
            (self.empty, "without text", "without text"),
            (self.dangling_parents, "answer posts that are not here", "answers a post that is not here"),
            (self.self_replies, "answer themselves", "answers itself"),
            (self.cycles, "reply cycles cut", "reply cycle cut"),
            (self.duplicate_ids, "repeated identifiers", "repeated identifier"),
            (self.replaced_characters, "characters replaced", "character replaced"),
        )
        parts += [f"{count:,} {one if count == 1 else many}" for count, many, one in oddities if count]
        if self.pages_read != self.pages:
            parts.append(f"{self.pages_read:,} of {self.pages:,} pages")
        return " · ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts by name, as the manifest records them."""
        return asdict(self) | {"notes": list(self.notes)}


@dataclass(frozen=True)
class Discussion:
    """A thread as it was read. `posts` is the table tables.POSTS, in reading order.

    `markup` has the columns post_id, start, end, how: stretches of `posts.text` (code points) whose markup says what
    they are, with how one of italic (a whole paragraph), blockquote, aside, code, link. Where the source names whose
    words a quotation repeats, source_post_id (a post of `posts`) and source_author say so: an extra parent of the post.
    """

    posts: pd.DataFrame
    markup: pd.DataFrame
    coverage: Coverage
    title: str
    url: str | None
    source: str
    """The source as the user named it, or "DataFrame"."""
    format: str
    sha256: str
    """Hash of the bytes that were read; of a DataFrame, of its posts in reading order."""
