"""REFI-QDA project (.qdpx), read: the codings of a project that was exported here and coded in another tool.

A source is known by its guid, or by the `post_id:` line of its description where a tool gave it another guid; a text is
never searched for. Offsets are read as code points; the caller tries UTF-16 where those fit better.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from argmine.errors import SourceError
from argmine.output.exchange.coded import MACHINE, Coded, Stretch, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "urn:QDA-XML:project:1.0"
PROJECT = "project.qde"
SOURCES = "Sources"
LARGEST_BYTES = 1 << 30
_GROUPS = "groups"


def read(path: Path) -> Coded:
    """Return the codings; raise SourceError, naming the part of the project, where it is not as REFI-QDA says."""
    archive = _open(path)
    project = _parse(archive, path)
    users = {user.get("guid", "").lower(): user.get("name") or "unnamed coder" for user in _all(project, "User")}
    codes = _codes(project, path)
    stretches: list[Stretch] = []
    texts: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for source in _all(project, "TextSource"):
        post, place = source.get("guid", "").lower(), f"{path}: source {source.get('name') or source.get('guid')!r}"
        aliases[post] = _post(source)
        if post in texts:
            raise SourceError(f"{place}: this post is there twice. Remove one of the copies and export again.")
        texts[post] = _text(archive, source, place)
        stretches += _stretches(source, post, place, codes, users)
    if not texts:
        raise SourceError(f"{path}: the project holds no plain-text source. Export it with its sources.")
    kept = [stretch for stretch in stretches if stretch.label != _GROUPS]
    return Coded(str(path), kept, texts, seen=None, aliases=aliases)


def _open(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(read_bytes(path)))
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{path}: not a .qdpx, which is a ZIP archive. Export a REFI-QDA project, not a codebook."
        ) from error
    size = sum(entry.file_size for entry in archive.infolist())
    if size > LARGEST_BYTES:
        raise SourceError(
            f"{path}: {size:,} bytes unpacked, over the {LARGEST_BYTES:,} that are read. Export fewer sources."
        )
    return archive


def _entry(archive: zipfile.ZipFile, name: str, place: str) -> bytes:
    by_name = {entry.filename.lower(): entry for entry in archive.infolist()}
    if name.lower() not in by_name:
        raise SourceError(f"{place}: the archive has no {name}. Export the project again, with its sources.")
    try:
        return archive.read(by_name[name.lower()])
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise SourceError(f"{place}: {name} in the archive is damaged: {error}. Export the project again.") from error


def _parse(archive: zipfile.ZipFile, path: Path) -> ElementTree.Element:
    content = _entry(archive, PROJECT, str(path))
    if b"<!DOCTYPE" in content or "<!DOCTYPE".encode("utf-16-le") in content:
        raise SourceError(f"{path}: {PROJECT} declares a document type, which REFI-QDA has not; it is not read.")
    try:
        project = ElementTree.fromstring(content)  # noqa: S314  no document type, so no entities to expand
    except ElementTree.ParseError as error:
        raise SourceError(f"{path}: {PROJECT} is broken XML: {error}. Export the project again.") from error
    if project.tag != f"{{{NAMESPACE}}}Project":
        raise SourceError(f"{path}: {PROJECT} begins with {project.tag!r}, not with a REFI-QDA Project.")
    return project


def _codes(project: ElementTree.Element, path: Path) -> dict[str, str]:
    """Return the name of each code by guid; every code below `groups` is called that."""
    names: dict[str, str] = {}

    def walk(code: ElementTree.Element, inside: str) -> None:
        name = code.get("name") or ""
        mine = _GROUPS if _GROUPS in (name, inside) else name
        names[code.get("guid", "").lower()] = mine
        for child in code.findall(f"{{{NAMESPACE}}}Code"):
            walk(child, mine)

    for codes in _all(project, "Codes"):
        for code in codes.findall(f"{{{NAMESPACE}}}Code"):
            walk(code, "")
    if not names:
        raise SourceError(f"{path}: the project has no codes. Code it first, or export it with its codebook.")
    return names


def _post(source: ElementTree.Element) -> str:
    """Return the post_id of the source's description, or nothing where a tool has removed that line."""
    description = source.findtext(f"{{{NAMESPACE}}}Description") or ""
    for line in description.splitlines():
        if line.startswith("post_id: "):
            return line.removeprefix("post_id: ")
    return ""


def _text(archive: zipfile.ZipFile, source: ElementTree.Element, place: str) -> str:
    inside = source.findtext(f"{{{NAMESPACE}}}PlainTextContent")
    location = source.get("plainTextPath")
    if inside is not None and not location:
        return inside
    if not location or not location.startswith("internal://"):
        raise SourceError(f"{place}: its plain text is not in the archive ({location}). Export with internal sources.")
    content = _entry(archive, f"{SOURCES}/{location.removeprefix('internal://')}", place)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{place}: its plain text is not UTF-8 at byte {error.start}. Export it again.") from error


def _stretches(
    source: ElementTree.Element, post: str, place: str, codes: dict[str, str], users: dict[str, str]
) -> list[Stretch]:
    found = []
    for selection in source.findall(f"{{{NAMESPACE}}}PlainTextSelection"):
        where = f"{place}, selection {selection.get('guid')}"
        start, end = (_integer(selection, name, where) for name in ("startPosition", "endPosition"))
        codings = selection.findall(f"{{{NAMESPACE}}}Coding")
        for coding in codings:
            reference = coding.find(f"{{{NAMESPACE}}}CodeRef")
            target = "" if reference is None else reference.get("targetGUID", "").lower()
            if target not in codes:
                raise SourceError(f"{where}: its coding names no code of the codebook ({target!r}). Export again.")
            user = coding.get("creatingUser") or selection.get("creatingUser") or ""
            found.append(Stretch(where, post, start, end, codes[target], coder_name(users.get(user.lower(), user))))
    return found


def coder_name(name: str) -> str:
    """Return the coder's name, or MACHINE for the run's own coder.

    >>> coder_name("argmine: similarity to the codebook"), coder_name("Ann"), coder_name("")
    ('argmine', 'Ann', 'unnamed coder')
    """
    return MACHINE if name.startswith(f"{MACHINE}:") else name or "unnamed coder"


def _integer(selection: ElementTree.Element, name: str, where: str) -> int:
    value = selection.get(name, "")
    if not value.strip().lstrip("-").isdecimal():
        raise SourceError(f"{where}: {name} is {value!r}, not a whole number. Export the project again.")
    return int(value)


def _all(project: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return list(project.iter(f"{{{NAMESPACE}}}{tag}"))
