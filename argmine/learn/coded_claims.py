"""Coded claims: a sheet of `argmine sheet`, or any table with the claims' text and a column a frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.errors import SheetError
from argmine.evaluate.sheet import CODES
from argmine.evaluate.sheet_reading import read_sheet, table_rows
from argmine.output.csv_tables import unguard
from argmine.read.encoding import decode

if TYPE_CHECKING:
    from argmine.codebook import Codebook
    from argmine.stance.coder import Encode, InContext

_TEXT = ("claim", "text")
_PARENT = ("in_answer_to", "parent")
_BEFORE = "before"
_IN_ITS_POST = "in_its_post"
_MARK = "⟦"


@dataclass(frozen=True)
class CodedClaim:
    """A claim, what stands before it in its post, the post that it answers, and its code for each frame coded."""

    text: str
    codes: dict[str, str]
    before: str = ""
    parent: str = ""


def read_coded_claims(path: Path, codebook: Codebook) -> list[CodedClaim]:
    """Return the coded claims of a sheet; raise SheetError with file, row and column for what cannot be used.

    A table that `argmine sheet` did not write needs a column text (or claim) and a column for at least one frame; an
    empty cell there means none. Columns before and parent (or in_answer_to) are read where they are.
    """
    rows = _rows(path)
    for number, (_, cells) in enumerate(rows):
        header = [cell.casefold() for cell in cells]
        if {"claim_id", "done"} <= set(header):
            return _of_sheet(path, [(at, cells) for at, cells in rows[number + 1 :]], header, codebook)
        if set(header) & set(_TEXT):
            return _of_table(path, rows[number], rows[number + 1 :], codebook)
    raise SheetError(
        f"{path}: there is no row of column names with claim_id or text. Name the columns in the first row."
    )


def in_context(claims: Sequence[CodedClaim], encode: Encode) -> InContext:
    """Return the claims as a thread of their own: each in a post after what stood before it, under its parent post."""
    import numpy as np
    import pandas as pd

    from argmine.stance.coder import InContext

    posts: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    rows = []

    def add(thread: str, post_id: str, parent_id: str | None, parts: list[str]) -> None:
        posts.append({"post_id": post_id, "parent_id": parent_id, "thread_id": thread, "text": "".join(parts)})
        start = 0
        for part in parts:
            text = part.strip()
            if text:
                spans.append({"post_id": post_id, "start": start, "end": start + len(text), "text": text})
            start += len(part)

    for number, claim in enumerate(claims):
        if claim.parent:
            add(str(number), f"{number}a", None, [claim.parent])
        before = f"{claim.before.strip()} " if claim.before.strip() else ""
        add(str(number), f"{number}b", f"{number}a" if claim.parent else None, [before, claim.text])
        rows.append(len(spans) - 1)
    described = pd.DataFrame(spans)
    described["claim_id"] = described["post_id"] + ":" + described["start"].astype(str)
    claim_table = tables.conform(described.assign(kind="claim", language="en"), tables.CLAIMS)
    post_table = tables.conform(pd.DataFrame(posts).assign(depth=0, status="ok"), tables.POSTS)
    return InContext(claim_table, post_table, encode(claim_table["text"].tolist()), np.array(rows))


def _of_sheet(path: Path, rows: list[tuple[int, list[str]]], header: list[str], codebook: Codebook) -> list[CodedClaim]:
    """Return the coded rows of a sheet that `argmine sheet` wrote."""
    sheet = read_sheet(path)
    lacking = [name for name in codebook.frame_names if name not in sheet.frames]
    if lacking:
        raise SheetError(
            f"{path}: there is no column for the frame {lacking[0]}; the sheet has {', '.join(sheet.frames)}. Is "
            "it the sheet of another codebook?"
        )
    cells_of = dict(rows)
    found = []
    for row in sheet.rows:
        cells = dict(zip(header, cells_of[row.number], strict=False))
        before, mark, _ = cells.get(_IN_ITS_POST, "").partition(_MARK)
        codes = {name: code for name, code in row.codes.items() if name in codebook.frame_names}
        if codes and row.text:
            found.append(CodedClaim(row.text, codes, before if mark else "", cells.get("in_answer_to", "")))
    if not found:
        raise SheetError(f"{path}: no row is coded yet. Fill in the frames' columns, or put x under done for none.")
    return found


def _of_table(
    path: Path, top: tuple[int, list[str]], rows: list[tuple[int, list[str]]], codebook: Codebook
) -> list[CodedClaim]:
    """Return the rows of a table with a text and a column a frame."""
    header = [name if name in codebook.frame_names else name.casefold() for name in top[1]]
    frames = [name for name in codebook.frame_names if name in header]
    if not frames:
        raise SheetError(
            f"{path}, row {top[0]}: there is no column of a frame; the codebook's frames are "
            f"{', '.join(codebook.frame_names)}, the columns are {', '.join(filter(None, top[1]))}."
        )
    found = []
    for number, cells in rows:
        values = {name: unguard(cell) for name, cell in zip(header, cells, strict=False)}
        text = next((values[name] for name in _TEXT if values.get(name)), "")
        if not any(cells):
            continue
        if not text:
            raise SheetError(f"{path}, row {number}, column text: it is empty. Put the claim's words there.")
        codes = {}
        for name in frames:
            code = values.get(name, "").casefold() or CODES[0]
            if code not in CODES:
                raise SheetError(
                    f"{path}, row {number}, column {name}: {values[name][:99]!r} is not one of {', '.join(CODES)}"
                    ", or an empty cell for none."
                )
            codes[name] = code
        parent = next((values[name] for name in _PARENT if values.get(name)), "")
        found.append(CodedClaim(text, codes, values.get(_BEFORE, ""), parent))
    if not found:
        raise SheetError(f"{path}: the table has no rows below its column names.")
    return found


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows with their numbers, also where the signs between cells are semicolons or tabs."""
    rows = table_rows(path)
    data = path.read_bytes()
    if data.startswith(b"PK") or len(rows[0][1]) != 1 or any("claim_id" in map(str.casefold, row) for _, row in rows):
        return rows
    for delimiter in ";\t":
        if delimiter in rows[0][1][0]:
            text, _, _ = decode(data, str(path))
            again = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            return [(number, [cell.strip() for cell in cells]) for number, cells in enumerate(again, start=1)]
    return rows
