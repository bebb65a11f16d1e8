"""What a format is: how it is told, how it is read, and what it can and cannot give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.payload import Payload
from argmine.settings import Settings


def _nowhere(source: str, settings: Settings) -> str | None:
    return None


@dataclass(frozen=True)
class Format:
    """One format. `matches` and `parse` look at content only; both may raise SourceError."""

    name: str
    title: str
    gives: str
    lacks: str
    matches: Callable[[Payload, Columns], bool]
    parse: Callable[[Payload, Columns], Parsed]
    address: Callable[[str, Settings], str | None] = _nowhere
    """Where to fetch what the user named, or None if this format does not know the name."""
    link: Callable[[str], str] | None = None
    """The public address of what the user named, for messages."""
