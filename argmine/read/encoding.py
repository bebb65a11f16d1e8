"""Bytes to text: UTF-8 if it can be, else what the file declares, else what its bytes look like."""

from __future__ import annotations

import codecs
import re

from argmine.errors import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)["']?\s*[=:]\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 4_096
_DETECT_WITHIN = 200_000
_WESTERN = ("cp125", "latin", "iso8859_1", "iso8859_15", "mac_", "hp_roman")
# A UTF-8 file with at most one broken byte in this many characters beyond ASCII is a UTF-8 file with an accident.
_SOUND_TO_BROKEN = 10


def decode(data: bytes, name: str, declared: str | None = None) -> tuple[str, int, str]:
    """Return the text, the number of characters replaced by U+FFFD, and a note ("" for sound UTF-8).

    `declared` is the encoding that a server named. Raise SourceError, with the byte and its position, if none fits.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_marked(data[len(bom) :], encoding, name, len(bom))
    try:
        return data.decode("utf-8"), 0, ""
    except UnicodeDecodeError as error:
        where = f"byte 0x{data[error.start]:02x} at position {error.start:,}"
    for candidate in (_declared_in(data), declared):
        found = _try(data, candidate)
        if found is not None:
            return found, 0, f"not UTF-8 ({where}): read as {candidate}, which it declares"
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    if sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", text))) >= _SOUND_TO_BROKEN * broken:
        return text, broken, f"not quite UTF-8 ({where}): {broken:,} characters could not be read"
    detected = _detected(data)
    found = _try(data, detected)
    if found is None:
        raise SourceError(f"{name}: not UTF-8 ({where}), and no other encoding fits. Save it as UTF-8.")
    return found, 0, f"not UTF-8 ({where}): read as {detected}, which its bytes look like"


def _decode_marked(data: bytes, encoding: str, name: str, offset: int) -> tuple[str, int, str]:
    note = "" if encoding == "utf-8" else f"read as {encoding}, which its first bytes say"
    try:
        return data.decode(encoding), 0, note
    except UnicodeDecodeError as error:
        text = data.decode(encoding, errors="replace")
        broken = text.count("\ufffd")
        if broken * _SOUND_TO_BROKEN > len(text):
            byte = f"byte 0x{data[error.start]:02x} at position {error.start + offset:,}"
            raise SourceError(
                f"{name}: its first bytes say {encoding}, but {byte} is not. Save it as UTF-8."
            ) from error
        return text, broken, note or f"not quite UTF-8: {broken:,} characters could not be read"


def _declared_in(data: bytes) -> str | None:
    if data[:1024].lstrip()[:1] != b"<":
        return None
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    return found.group(1).decode("ascii") if found else None


def _try(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError):
        return None


def _detected(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    # Without a byte order mark, UTF-16 is the detector's favourite wrong answer for a short Western text.
    found = [
        match for match in from_bytes(data[:_DETECT_WITHIN]) if not match.encoding.startswith(("utf_16", "utf_32"))
    ]
    if not found:
        return None
    names = [match.encoding for match in found]
    western = found[0].coherence == 0 or names[0].startswith(_WESTERN)
    return "cp1252" if "cp1252" in names and western else names[0]
