"""Codings as another tool's file holds them, before they are matched with a run's claims."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argmine.errors import SourceError
from argmine.output.exchange.units import CODE_POINTS

MACHINE = "argmine"
"""Stands for the coder of the run itself, whose codings an export carries along."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A coded stretch: where the file has it, and its label (None: looked at and given none)."""

    place: str
    post: str
    start: int
    end: int
    label: str | None
    coder: str


@dataclass(frozen=True)
class Coded:
    """What a file of codings holds.

    `texts` are the texts that the offsets are about, by post; `unit` is what the tool counts offsets in. `seen` are the
    posts that each coder looked at, where each has a coding of their own; None where all share one coding. A claim of a
    post that was looked at, without a stretch, speaks to no frame. `aliases` are other names of posts.
    """

    file: str
    stretches: list[Stretch]
    texts: dict[str, str]
    seen: dict[str, set[str]] | None
    unit: str = CODE_POINTS
    aliases: dict[str, str] = field(default_factory=dict)


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; raise SourceError where it cannot be read or is empty."""
    try:
        data = path.read_bytes()
    except IsADirectoryError as error:
        raise SourceError(f"{path}: this is a folder. Name one file of codings.") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if not data.strip():
        raise SourceError(f"{path}: the file is empty. Export the codings again.")
    return data


def read_text(path: Path) -> str:
    """Return the file's text; raise SourceError where it is not UTF-8."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not UTF-8 at byte {error.start}. Export the codings again, as UTF-8.") from error


def parse_json(text: str, place: str) -> Any:
    """Return the JSON value; raise SourceError naming the place where it is broken."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{place}: broken JSON: {error.msg} at line {error.lineno}, character {error.colno}. Export it again."
        ) from error
    except RecursionError as error:
        raise SourceError(f"{place}: nested too deeply to be an export of codings. Export it again.") from error


def need(value: Any, kind: type | tuple[type, ...], place: str, what: str) -> Any:
    """Return the value; raise SourceError naming its place where it is not of the kind."""
    wanted = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        shown = json.dumps(value, ensure_ascii=False, default=str)[:60]
        raise SourceError(f"{place}: {what} is {shown}. Was the file edited by hand? Export it again.")
    return value
