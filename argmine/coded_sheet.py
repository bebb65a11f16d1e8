"""A coded sheet, CSV or Excel: a column `claim_id` and a column a frame with pro, con, neutral, unclear or nothing."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from typing import TYPE_CHECKING, Any

from argmine.errors import SheetError, SourceError
from argmine.evaluate.sheet_reading import read_sheets
from argmine.output.csv_tables import unguard
from argmine.tables import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from argmine.analysis import Analysis

Codes = dict[str, dict[str, dict[str, set[str]]]]
"""The sides by claim, coder and frame."""

_NONE = ("", "none", "no frame")
_HEADER_WITHIN = 60


def read_coded_sheet(path: Path, analysis: Analysis, names: dict[str, str]) -> Codes:
    """Return by claim the sides that the sheet gives, by frame, under its `coder` column or the file's name.

    The sheet is one that `argmine sheet` wrote, or an export as CSV or Excel; `names` gives the run's id of each claim
    id that it may use. A frame that is not coded keeps what the run says. Raise SheetError or SourceError with file,
    row and column for an unknown claim or value, a claim that is there twice, and a sheet without claims or frames.
    """
    rows = _rows(path)
    if any({"claim_id", "done"} <= {str(cell).strip().casefold() for cell in cells} for cells in rows[:_HEADER_WITHIN]):
        return _of_coding_sheet(path, analysis)
    header = [str(cell or "").strip() for cell in rows[0]] if rows else []
    frames = [name for name in analysis.codebook.frame_names if name in header]
    if "claim_id" not in header or not frames:
        wanted = ", ".join(analysis.codebook.frame_names)
        raise SourceError(f"{path}: row 1: a coded sheet has a column claim_id and columns of frames ({wanted}).")
    kept = _current(analysis, [name for name in analysis.codebook.frame_names if name not in frames])
    codes: Codes = {}
    for number, cells in enumerate(rows[1:], start=2):
        row = dict(zip(header, (str("" if cell is None else cell) for cell in cells), strict=False))
        if not any(row.values()):
            continue
        claim_id, coder = unguard(row.get("claim_id", "")), row.get("coder", "").strip() or path.stem
        if claim_id not in names:
            raise SourceError(
                f"{path}: row {number}, column claim_id: this run has no claim {claim_id!r}. "
                "Did a spreadsheet turn the ids into numbers or times? Import that column as text."
            )
        claim_id = names[claim_id]
        if coder in codes.setdefault(claim_id, {}):
            raise SourceError(f"{path}: row {number}, column claim_id: {claim_id} is there twice. Remove one row.")
        given = {frame: _side(row.get(frame, ""), f"{path}: row {number}, column {frame}") for frame in frames}
        codes[claim_id][coder] = given | kept.get(claim_id, {})
    if not codes:
        raise SourceError(f"{path}: the sheet has no coded row.")
    return codes


def _of_coding_sheet(path: Path, analysis: Analysis) -> Codes:
    """Return the codes of a sheet of `argmine sheet`, of its coded rows only."""
    (sheet,) = read_sheets([path], analysis)
    frames = analysis.codebook.frame_names
    kept = _current(analysis, frames)
    codes: Codes = {}
    for row in sheet.rows:
        if row.codes:
            given = {frame: {code} - {"none"} for frame, code in row.codes.items()}
            codes[row.claim_id] = {sheet.coder: kept.get(row.claim_id, {}) | given}
    if not codes:
        raise SheetError(f"{path}: no row is coded yet. Fill in the frames' columns, or put x under done for none.")
    return codes


def _side(cell: str, place: str) -> set[str]:
    value = cell.strip().casefold()
    if value in _NONE:
        return set()
    if value not in SIDES:
        raise SourceError(f"{place}: the value is {cell!r}; allowed are {', '.join(SIDES)}, or an empty cell for none.")
    return {value}


def _current(analysis: Analysis, frames: Iterable[str]) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    stances = analysis.stances[analysis.stances["frame"].isin(list(frames))]
    for claim_id, frame, side in zip(stances["claim_id"], stances["frame"], stances["side"], strict=True):
        found.setdefault(claim_id, {})[frame] = {side}
    return found


def _rows(path: Path) -> list[list[Any]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if data.startswith(b"PK"):
        return _workbook_rows(data, path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not UTF-8 at byte {error.start}. Save the sheet as CSV UTF-8, or as .xlsx."
        ) from error
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    csv.field_size_limit(sys.maxsize)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise SourceError(f"{path}: not a readable CSV: {error}. Save the sheet again, or as .xlsx.") from error


def _workbook_rows(data: bytes, path: Path) -> list[list[Any]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise SourceError(f"{path}: not a readable workbook: {error}. Save the sheet again as .xlsx.") from error
