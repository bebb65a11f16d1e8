"""Answers of servers kept on disk, with what a server needs to say that nothing has changed since."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from argmine.read.answers import Answer

_FOLDER = "pages"
_FRESH_S = 600.0
"""Seconds for which an answer is used again, where the server does not say."""


@dataclass(frozen=True)
class Kept:
    """An answer in the cache. `fetched_at` and `fresh_until` are seconds since 1970 UTC."""

    address: str
    body: bytes
    encoding: str | None
    etag: str | None
    last_modified: str | None
    next_page: str | None
    fetched_at: float
    fresh_until: float

    @property
    def is_fresh(self) -> bool:
        """Return whether it may be used without asking the server again."""
        return now() < self.fresh_until

    def validators(self) -> dict[str, str]:
        """Return the headers that ask the server whether it still holds."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.last_modified} if self.last_modified else {}


class PageCache:
    """A folder with a file for each address; whoever finds a damaged one finds nothing. It counts what is used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / _FOLDER
        self._n_used = 0
        self._oldest: float | None = None
        self._unwritable = False

    def find(self, address: str) -> Kept | None:
        """Return what is kept for an address, or None."""
        try:
            head, _, body = self._file(address).read_bytes().partition(b"\n")
            fields = json.loads(head)
            digest = fields.pop("sha256")
            kept = Kept(body=body, **fields)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        return kept if kept.address == address and digest == hashlib.sha256(body).hexdigest() else None

    def use(self, kept: Kept) -> Answer:
        """Return what is kept as the answer that it was."""
        self._n_used += 1
        self._oldest = min(self._oldest or kept.fetched_at, kept.fetched_at)
        return Answer(kept.body, kept.encoding, kept.address, kept.next_page)

    def renew(self, kept: Kept, headers: Mapping[str, str]) -> Answer:
        """Return what is kept, and keep it for longer, because the server says that it still holds."""
        seconds = fresh_for(headers.get("cache-control", ""), _FRESH_S)
        self._write(replace(kept, fresh_until=now() + (seconds or 0.0)))
        return self.use(kept)

    def keep(self, address: str, answer: Answer, headers: Mapping[str, str]) -> None:
        """Keep what an address answered, in place of what it did before, unless its headers forbid it."""
        seconds = fresh_for(headers.get("cache-control", ""), _FRESH_S)
        if seconds is not None:
            self._write(
                Kept(
                    address=address,
                    body=answer.body,
                    encoding=answer.encoding,
                    etag=headers.get("etag"),
                    last_modified=headers.get("last-modified"),
                    next_page=answer.next_page,
                    fetched_at=now(),
                    fresh_until=now() + seconds,
                )
            )

    def notes(self, n_answers: int) -> list[str]:
        """Return what a reader of the result should know: how many of the answers are from here, and how old."""
        notes = []
        if self._oldest is not None:
            when = datetime.fromtimestamp(self._oldest, UTC).strftime("%Y-%m-%d %H:%M UTC")
            notes.append(f"answers from the cache: {self._n_used:,} of {n_answers:,}, the oldest of {when}")
        if self._unwritable:
            notes.append(f"the cache in {self.folder} cannot be written, so nothing was kept")
        return notes

    def _write(self, kept: Kept) -> None:
        fields = asdict(kept)
        body = fields.pop("body")
        head = json.dumps(fields | {"sha256": hashlib.sha256(body).hexdigest()}).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(head + b"\n" + body)
            Path(name).replace(self._file(kept.address))
        except OSError:
            self._unwritable = True

    def _file(self, address: str) -> Path:
        return self.folder / hashlib.sha256(address.encode("utf-8", errors="surrogatepass")).hexdigest()


def open_cache(folder: str = "") -> PageCache:
    """Return the cache in a folder: the one given, else $ARGMINE_CACHE_DIR, else `argmine` in the user's cache."""
    named = folder or os.environ.get("ARGMINE_CACHE_DIR")
    if named:
        return PageCache(Path(named).expanduser())
    users = os.environ.get("XDG_CACHE_HOME")
    return PageCache((Path(users) if users else Path.home() / ".cache") / "argmine")


def fresh_for(cache_control: str, usual_s: float) -> float | None:
    """Return the seconds for which an answer may be used without asking again; None if it must not be kept.

    >>> fresh_for("public, max-age=60", 600), fresh_for("", 600), fresh_for("no-store", 600), fresh_for("no-cache", 9)
    (60.0, 600, None, 0.0)
    """
    wishes = {
        part.partition("=")[0].strip().lower(): part.partition("=")[2].strip(' "') for part in cache_control.split(",")
    }
    if "no-store" in wishes:
        return None
    if "no-cache" in wishes:
        return 0.0
    age = wishes.get("max-age", "")
    return float(age) if age.isascii() and age.isdigit() and len(age) < 9 else usual_s


def now() -> float:
    """Return the seconds since 1970 UTC."""
    return time.time()
