"""What a format is: how it is told, how it is read, and what it can and cannot give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.payload import Payload
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.read.fetch import Session


def _nowhere(source: str, settings: Settings) -> str | None:
    return None


@dataclass(frozen=True)
class Format:
    """One format. `matches` and `parse` look at content only; both may raise SourceError."""

    name: str
    """One word by which --format takes it."""
    title: str
    gives: str
    """What it can give, as `argmine formats` prints it: a list with commas, no full stop."""
    lacks: str
    """What it cannot give, in the same way; "" if nothing."""
    matches: Callable[[Payload, Columns], bool]
    parse: Callable[[Payload, Columns], Parsed]
    address: Callable[[str, Settings], str | None] = _nowhere
    """Where to fetch what the user named, or None if this format does not know the name."""
    link: Callable[[str], str] | None = None
    """The public address of what the user named, for messages."""
    live: Callable[[str, Session], Parsed] | None = None
    """Read what the user named, by as many requests as it takes; None where the one request for `address` is all."""

    is_text: bool = True
    """Whether its payload is text; of one that is not, only the bytes are read."""

    @property
    def is_live(self) -> bool:
        """Return whether it can be read from an address and not only from a file."""
        return self.live is not None or self.address is not _nowhere
