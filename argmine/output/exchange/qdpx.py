"""REFI-QDA project (.qdpx), written: opens in ATLAS.ti, MAXQDA, NVivo, QualCoder, Quirkos, Dedoose, Transana.

A project is a ZIP of `project.qde` (XML of the namespace urn:QDA-XML:project:1.0, REFI-QDA 1.5) and the sources as
plain text. Each post is a source of its own, so that `startPosition` and `endPosition` are the claim's offsets: code
points of the plain text, the end not included. The text lies in a file, byte for byte, because XML would turn CR LF
into LF. A claim that speaks to no frame is a selection without a coding.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from argmine.output.citation import plain_citation
from argmine.output.exchange.format import Format
from argmine.output.exchange.material import guid
from argmine.output.exchange.qdpx_reading import NAMESPACE, PROJECT, SOURCES, read
from argmine.output.exchange.writing import xml_safe
from argmine.output.palette import frame_colour
from argmine.tables import SIDES

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.output.exchange.material import CodedClaim, Material, Post

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that ZIP knows; the same bytes for the same run
_NAME_LENGTH = 60


def _write(material: Material, path: Path) -> None:
    project = _project(material)
    ElementTree.indent(project)
    with zipfile.ZipFile(path, "w") as archive:
        _add(archive, PROJECT, ElementTree.tostring(project, encoding="utf-8", xml_declaration=True))
        for post in material.posts:
            _add(archive, f"{SOURCES}/{guid('post', post.post_id)}.txt", post.text.encode("utf-8"))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _project(material: Material) -> ElementTree.Element:
    coder = guid("user", material.coder)
    project = ElementTree.Element(
        "Project", xmlns=NAMESPACE, name=_name(material.title), origin=material.made_with, creatingUserGUID=coder
    )
    if material.finished_at:
        project.set("creationDateTime", material.finished_at)
    users = ElementTree.SubElement(project, "Users")
    ElementTree.SubElement(users, "User", guid=coder, name=xml_safe(material.coder))
    codes = ElementTree.SubElement(ElementTree.SubElement(project, "CodeBook"), "Codes")
    _frame_codes(material, codes)
    _group_codes(material, codes)
    if material.posts:
        sources = ElementTree.SubElement(project, "Sources")
        for number, post in enumerate(material.posts, start=1):
            _source(material, sources, post, number, coder)
    notes = ElementTree.SubElement(project, "Notes")
    memo = guid("note", "run")
    note = ElementTree.SubElement(notes, "Note", guid=memo, name="About this coding", creatingUser=coder)
    ElementTree.SubElement(note, "PlainTextContent").text = _memo(material)
    ElementTree.SubElement(project, "NoteRef", targetGUID=memo)
    return project


def _memo(material: Material) -> str:
    analysis = material.analysis
    lines = [
        analysis.coverage_line(),
        f"Coded by {material.coder}. Read the passages before you cite a figure.",
        "A selection without a coding is a claim that speaks to no frame. Offsets are code points.",
    ]
    if material.privacy == "none":
        lines.insert(0, plain_citation(analysis))
    else:
        lines.append("Authors are pseudonyms; user names in texts are masked as [masked], so those are not verbatim.")
    return xml_safe("\n".join(lines))


def _frame_codes(material: Material, codes: ElementTree.Element) -> None:
    for order, frame in enumerate(material.analysis.codebook.frames):
        colour = frame_colour(order)
        code = _code(codes, guid("frame", frame.name), frame.name, frame.proposition, codable=False, colour=colour)
        for side in SIDES:
            meaning = getattr(frame, side, "") or f"{side} toward: {frame.proposition}"
            _code(code, _side_guid(frame.name, side), f"{frame.name}: {side}", meaning, colour=colour)


def _group_codes(material: Material, codes: ElementTree.Element) -> None:
    clusters = material.analysis.clusters
    if clusters.empty:
        return
    parent = _code(codes, guid("groups", ""), "groups", "Groups of similar claims, found by meaning.", codable=False)
    for cluster_id, name, phrases in zip(clusters["cluster_id"], clusters["name"], clusters["keyphrases"], strict=True):
        _code(parent, guid("group", cluster_id), f"group {cluster_id}: {name}", phrases)


def _code(
    parent: ElementTree.Element, identifier: str, name: str, meaning: str, *, codable: bool = True, colour: str = ""
) -> ElementTree.Element:
    code = ElementTree.SubElement(
        parent, "Code", guid=identifier, name=xml_safe(name), isCodable="true" if codable else "false"
    )
    if colour:
        code.set("color", colour)
    if meaning:
        ElementTree.SubElement(code, "Description").text = xml_safe(meaning)
    return code


def _source(material: Material, sources: ElementTree.Element, post: Post, number: int, coder: str) -> None:
    identifier = guid("post", post.post_id)
    source = ElementTree.SubElement(
        sources,
        "TextSource",
        guid=identifier,
        name=_name(f"{number:05d} {post.author or 'unknown author'}"),
        plainTextPath=f"internal://{identifier}.txt",
        creatingUser=coder,
    )
    about = {"post_id": post.post_id, "author": post.author, "posted": post.created_at}
    about |= {"permalink": post.url, "answers": post.parent_id}
    lines = [f"{key}: {value}" for key, value in about.items() if value]
    ElementTree.SubElement(source, "Description").text = xml_safe("\n".join(lines))
    for claim in material.claims_of.get(post.post_id, []):
        _selection(source, claim, coder)


def _selection(source: ElementTree.Element, claim: CodedClaim, coder: str) -> None:
    selection = ElementTree.SubElement(
        source,
        "PlainTextSelection",
        guid=guid("claim", claim.claim_id),
        name=_name(" ".join(claim.text.split())),
        startPosition=str(claim.start),
        endPosition=str(claim.end),
        creatingUser=coder,
    )
    lines = [f"claim_id: {claim.claim_id}"]
    lines += [f"{frame}: {side}, confidence {sure:.2f}" for frame, (side, sure) in claim.sides.items()]
    lines += [f"permalink: {claim.post.url}"] if claim.post.url else []
    lines += [] if claim.verbatim else ["not verbatim: user names are masked"]
    ElementTree.SubElement(selection, "Description").text = xml_safe("\n".join(lines))
    chosen = [(_side_guid(frame, side), f"{frame}\0{side}") for frame, (side, _) in claim.sides.items()]
    chosen += [(guid("group", claim.cluster_id), "group")] if claim.cluster_id else []
    for target, what in chosen:
        coding = ElementTree.SubElement(
            selection, "Coding", guid=guid("coding", f"{claim.claim_id}\0{what}"), creatingUser=coder
        )
        ElementTree.SubElement(coding, "CodeRef", targetGUID=target)


def _side_guid(frame: str, side: str) -> str:
    return guid("side", f"{frame}\0{side}")


def _name(text: str) -> str:
    return xml_safe(text)[:_NAME_LENGTH]


FORMAT = Format(
    name="qdpx",
    title="REFI-QDA project",
    opens_in="ATLAS.ti, MAXQDA, NVivo, QualCoder, Quirkos",
    offsets="code points of the plain-text source",
    write=_write,
    read=read,
)
