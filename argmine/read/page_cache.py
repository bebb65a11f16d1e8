"""Answers of servers kept on disk, with what a server needs to say that nothing has changed since."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_FOLDER = "pages"


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


class PageCache:
    """A folder with a file for each address; whoever finds a damaged one finds nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / _FOLDER

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

    def keep(self, kept: Kept) -> bool:
        """Keep an answer in place of an earlier one for its address; return whether the folder could be written."""
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
            return False
        return True

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
