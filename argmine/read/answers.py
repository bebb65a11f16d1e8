"""What a server answers: its body, within limits of size and time, and the JSON in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from argmine.errors import SourceError
from argmine.read.json_text import load_json
from argmine.read.walls import find_wall, wall_message

LARGEST_BODY = 256 * 2**20
"""Bytes of an answer after decompression; a thread of 100,000 comments has about 60 MiB."""
_CODINGS = ("", "identity", "gzip", "x-gzip", "deflate")


@dataclass(frozen=True)
class Answer:
    """The body of an answer, decompressed, and the encoding that the server named for it."""

    body: bytes
    encoding: str | None
    url: str
    next_page: str | None = None
    """Where the Link header says that the next page is."""


@dataclass(frozen=True)
class Deadline:
    """Until when, on the clock that never goes back, a whole answer may take; `seconds` is how long that was."""

    seconds: float
    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the one that many seconds from now."""
        return cls(seconds, time.monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        """Return whether the time is up."""
        return time.monotonic() > self.at


def refuse_coding(coding: str, named: str) -> None:
    """Raise SourceError for a compression that a single step might unpack beyond any limit."""
    if coding.strip().lower() not in _CODINGS:  # one within another, or one of another kind
        raise SourceError(f"{named}: the answer is compressed as {coding[:40]!r}. Download it and name the file.")


def whole_body(parts: Iterable[bytes], named: str, deadline: Deadline) -> bytes:
    """Return the body whose decompressed parts these are; raise SourceError if it is too large or takes too long."""
    kept = []
    size = 0
    for part in parts:
        kept.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            raise SourceError(
                f"{named}: the answer is larger than {LARGEST_BODY // 2**20} MiB. Download it and name the file."
            )
        if deadline.is_over:
            raise SourceError(
                f"{named}: the answer has not ended after {deadline.seconds:g} s. Raise timeout_s, or try again later."
            )
    return b"".join(kept)


def json_of(answer: Answer, named: str) -> Any:
    """Return the JSON of an answer; raise SourceError, naming a login or block page, where it is something else."""
    text = answer.body.decode("utf-8-sig", errors="replace")
    try:
        return load_json(text)[0]
    except json.JSONDecodeError as error:
        wall = find_wall(text) if "<" in text[:200] else None
        if wall:
            raise SourceError(f"{named}: {wall_message(wall)}") from error
        if text.lstrip().startswith("<"):
            raise SourceError(
                f"{named}: the server sent a page in place of JSON. Try again later, or name a saved file."
            ) from error
        raise SourceError(
            f"{named}: the JSON of the answer is broken ({error.msg} at character {error.pos:,} of {len(text):,}). "
            "Try again later."
        ) from error
