"""Labelled texts for training and measuring the segmenter: each is a text with the offsets of its borders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from argmine.errors import SourceError


@dataclass(frozen=True)
class Unit:
    """One claim unit as labelled: its words, its kind, its marks."""

    text: str
    kind: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Labelled:
    """One document: paragraphs of sentences of units, and what stands after each sentence but the last.

    `sentences_known` is False where only the borders of claims were labelled (each is then a sentence of its own here),
    `claims_known` is False where only those of sentences were.
    """

    name: str
    paragraphs: tuple[tuple[tuple[Unit, ...], ...], ...]
    joints: tuple[tuple[str, ...], ...]
    sentences_known: bool = True
    claims_known: bool = True
    kinds_known: bool = False


@dataclass
class Laid:
    """A document as one text: offsets of its paragraphs, sentences and units, with the units themselves."""

    text: str
    paragraphs: list[int] = field(default_factory=list)
    sentences: list[tuple[int, int]] = field(default_factory=list)
    units: list[tuple[int, int, Unit]] = field(default_factory=list)


def lay(document: Labelled, break_: str = "\n\n") -> Laid:
    """Return the document as one text, its paragraphs joined by `break_`, with every offset in it."""
    laid = Laid("")
    parts: list[str] = []
    length = 0

    def put(text: str) -> None:
        nonlocal length
        parts.append(text)
        length += len(text)

    for number, (paragraph, joints) in enumerate(zip(document.paragraphs, document.joints, strict=True)):
        if number:
            put(break_)
        laid.paragraphs.append(length)
        for place, sentence in enumerate(paragraph):
            if place:
                put(joints[place - 1])
            start = length
            for unit in sentence:
                inner = length + len(unit.text) - len(unit.text.lstrip())
                put(unit.text)
                laid.units.append((inner, length, unit))
            laid.sentences.append((start, length))
    laid.text = "".join(parts)
    return laid


def read_ewt(path: Path) -> list[Labelled]:
    """Return the documents of a CoNLL-U file of UD English-EWT, paragraphs as `# newdoc` and `# newpar` say.

    Raise SourceError where the file is absent or holds no document.
    """
    documents: list[Labelled] = []
    name, fresh = "", True
    paragraphs: list[list[tuple[Unit, ...]]] = []
    joints: list[list[str]] = []

    def close() -> None:
        if paragraphs:
            documents.append(
                Labelled(
                    name, tuple(map(tuple, paragraphs)), tuple(tuple(gaps[:-1]) for gaps in joints), claims_known=False
                )
            )

    for block in _text(path).split("\n\n"):
        lines = block.splitlines()
        text = next((line[9:] for line in lines if line.startswith("# text = ")), None)
        if text is None:
            continue
        for line in lines:
            if line.startswith("# newdoc"):
                close()
                name, paragraphs, joints, fresh = line.partition("=")[2].strip(), [], [], True
            elif line.startswith("# newpar"):
                fresh = True
        if fresh:
            paragraphs.append([])
            joints.append([])
            fresh = False
        paragraphs[-1].append((Unit(text, ""),))
        joints[-1].append("" if lines[-1].endswith("SpaceAfter=No") else " ")
    close()
    if not documents:
        raise SourceError(f"{path}: no document found. Name a CoNLL-U file of UD English-EWT.")
    return documents


def read_cdcp(folder: Path) -> list[Labelled]:
    """Return the comments of one split of CDCP (a folder of .txt and .ann.json), each proposition a unit.

    Raise SourceError where the folder holds none.
    """
    documents = []
    for path in sorted(folder.glob("*.ann.json")):
        text = path.with_name(path.name.replace(".ann.json", ".txt")).read_text(encoding="utf-8")
        offsets = json.loads(path.read_text(encoding="utf-8"))["prop_offsets"]
        documents.append(_propositions(path.name.partition(".")[0], text, offsets))
    if not documents:
        raise SourceError(f"{folder}: no .ann.json file found. Name a split of CDCP, such as cdcp/train.")
    return documents


def _propositions(name: str, text: str, offsets: list[list[int]]) -> Labelled:
    sentences, gaps, end = [], [], None
    for start, stop in sorted(offsets):
        piece = text[start:stop]
        start += len(piece) - len(piece.lstrip())
        if not piece.strip():
            continue
        if end is not None:
            gaps.append(text[end:start])
        end = start + len(piece.strip())
        sentences.append((Unit(piece.strip(), ""),))
    return Labelled(name, (tuple(sentences),), (tuple(gaps),), sentences_known=False)


def read_claims(path: Path) -> list[Labelled]:
    """Return the comments of a file as data/labelled/claims/README.md has them; raise SourceError for a bad line."""
    documents = []
    for number, line in enumerate(_text(path).rstrip("\n").split("\n"), 1):
        try:
            documents.append(_comment(json.loads(line)))
        except (KeyError, IndexError, TypeError, json.JSONDecodeError) as error:
            raise SourceError(f"{path}, line {number}: not a labelled comment ({error}). See its README.") from error
    return documents


def _comment(row: dict[str, Any]) -> Labelled:
    paragraphs, joints = [], []
    for paragraph in row["paragraphs"]:
        sentences = paragraph["sentences"] if isinstance(paragraph, dict) else paragraph
        gaps = paragraph["joints"] if isinstance(paragraph, dict) else [" "] * (len(sentences) - 1)
        paragraphs.append(tuple(tuple(_units(sentence)) for sentence in sentences))
        joints.append(tuple(gaps))
    return Labelled(
        row["id"], tuple(paragraphs), tuple(joints), claims_known=not row.get("sentences_only", False), kinds_known=True
    )


def _units(sentence: list[list[Any]]) -> Iterator[Unit]:
    for text, kind, *marks in sentence:
        yield Unit(text, kind, tuple(marks[0]) if marks else ())


def _text(path: Path) -> str:
    if not path.is_file():
        raise SourceError(f"{path}: no such file. The training data is described in argmine/models/README.md.")
    return path.read_text(encoding="utf-8")
