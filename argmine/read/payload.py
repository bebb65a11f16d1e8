"""What a source holds, before a format is chosen: its bytes, and on demand its text and its JSON."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.read.encoding import decode
from argmine.read.json_text import load_json

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""The first bytes of a Zstandard archive."""
_HEAD = 65_536
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (ZSTANDARD, "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"OggS", "a sound or video"),
    (b"ID3", "a sound"),
)
_BINARY_WITHIN = 65_536
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_CORPUS = "utterances.jsonl"
_CONTROL_SHARE = 0.1
_CONTROL_LEAST = 16
# Plain text may well begin with a bracket: [1] https://…, [deleted], {sigh}.
_JSON_START = re.compile(r'\s*(?:\{\s*(?:"(?:[^"\\]|\\.){0,200}"\s*:|\}\s*$)|\[\s*(?:\{\s*["}]|\[\s*[\[{"0-9]|\]\s*$))')
_MARKUP_START = re.compile(r"\s*<(?:!--|(?:!doctype|html|head|body|\?xml|rss|feed)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Payload:
    """The bytes of a source, and its name for messages.

    A Zstandard archive may be far larger than memory: of a file of that kind `data` is only the beginning, and `path`
    leads to the whole.
    """

    data: bytes
    name: str
    declared_encoding: str | None = None
    path: Path | None = None
    folder: Path | None = None
    """The folder that the user named, of a source that is one."""

    def open(self) -> io.BufferedReader | io.BytesIO:
        """Return a stream of all the bytes."""
        return self.path.open("rb") if self.path else io.BytesIO(self.data)

    @cached_property
    def decoded(self) -> tuple[str, int, str]:
        """Return the text, the number of replaced characters, a note on the encoding; raise SourceError if binary."""
        for magic, what in _MAGIC:
            if self.data.startswith(magic):
                raise SourceError(f"{self.name}: this is {what}, not a thread. Name a text, JSON, CSV or Parquet file.")
        text, replaced, note = decode(self.data, self.name, self.declared_encoding)
        sample = text[:_BINARY_WITHIN].encode("utf-8", errors="replace")
        control = len(sample) - len(sample.translate(None, _CONTROL))
        if control > _CONTROL_LEAST and control > _CONTROL_SHARE * len(sample):
            raise SourceError(
                f"{self.name}: this is a binary file (control characters: {control:,} of {len(sample):,} bytes). "
                "Name a text, JSON, CSV or Parquet file."
            )
        return text, replaced, note

    @property
    def text(self) -> str:
        """Return the content as text."""
        return self.decoded[0]

    @property
    def is_json(self) -> bool:
        """Return whether the content is JSON, or begins as an object or an array of objects does."""
        return bool(_JSON_START.match(self.text)) or self.json is not None

    @property
    def is_markup(self) -> bool:
        """Return whether the content begins as a page or a feed does."""
        return bool(_MARKUP_START.match(self.text[:1_000]))

    @cached_property
    def json(self) -> tuple[Any, int] | None:
        """Return the value and the number of replaced surrogates; None if the content is not one JSON value."""
        if not self.text[:1_000].lstrip().startswith(("{", "[")):
            return None
        try:
            return load_json(self.text)
        except json.JSONDecodeError:
            return None

    def beside(self, name: str) -> Any:
        """Return the JSON value of another file in the folder that the user named; None if there is none to read."""
        try:
            text = (self.folder / name).read_text(encoding="utf-8", errors="replace") if self.folder else ""
            return load_json(text)[0] if text else None
        except (OSError, json.JSONDecodeError):
            return None

    @cached_property
    def page(self) -> LexborHTMLParser:
        """Return the tree of a page; raise SourceError if its tags nest too deep to be one."""
        from argmine.read.html_text import parse_html

        return parse_html(self.text, self.name)

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the bytes, in hexadecimal."""
        with self.open() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def open_file(path: str | os.PathLike[str]) -> Payload:
    """Return the payload of a file; raise SourceError if it is missing, a folder, unreadable or empty."""
    file = Path(path)
    name = str(path)
    try:
        if file.is_dir():
            if not (file / _CORPUS).is_file():
                raise SourceError(f"{name}: this is a folder, and no ConvoKit corpus. Name one file in it.")
            return checked(Payload((file / _CORPUS).read_bytes(), name, folder=file))
        with file.open("rb") as stream:
            if stream.read(len(ZSTANDARD)) == ZSTANDARD:
                return Payload(ZSTANDARD + stream.read(_HEAD), name, path=file)
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"{name}: there is no such file. Check the path, or give a full https:// address.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(f"{name[:200]}: cannot be read: {reason}.") from error
    return checked(Payload(data, name))


def checked(payload: Payload) -> Payload:
    """Return the payload; raise SourceError if it is empty."""
    if not payload.data.strip():
        raise SourceError(f"{payload.name}: the file is empty ({len(payload.data):,} bytes, no text).")
    return payload
