"""Filled-in coding sheets back to codes. What a spreadsheet or a slip damaged is answered by file, row and column."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SheetError, SourceError
from argmine.evaluate.sheet import CODES, claim_cell
from argmine.output.csv_tables import unguard
from argmine.read.encoding import decode

if TYPE_CHECKING:
    from argmine.analysis import Analysis

_NEEDED = ("claim_id", "claim", "permalink", "done")
_YES = ("x", "✓", "yes", "y", "true", "1", "done")
_DELIMITERS = (",", ";", "\t")
_NAMED_ROWS = 8


@dataclass(frozen=True)
class CodedRow:
    """One row of a sheet: its number in the file, its claim as the sheet shows it, and a code a frame.

    A frame that is not in `codes` was not coded.
    """

    number: int
    claim_id: str
    text: str
    codes: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet as one coder filled it in; its column names stand in row `header_row` of the file."""

    path: Path
    coder: str
    frames: tuple[str, ...]
    rows: tuple[CodedRow, ...]
    header_row: int

    @property
    def n_coded(self) -> int:
        """Return how many rows have a code in at least one frame."""
        return sum(bool(row.codes) for row in self.rows)


@dataclass
class _Problems:
    """Collects what is wrong with a file, so that all of it is said at once."""

    file: str
    found: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, row: int, column: str, complaint: str) -> None:
        self.found.append((row, column, complaint))

    def answer(self) -> None:
        """Raise SheetError with the first problem and the places of the others, if there are any."""
        if not self.found:
            return
        (row, column, complaint), *others = self.found
        text = f"{self.file}, row {row}, column {column}: {complaint}"
        if others:
            places = ", ".join(f"row {row} {column}" for row, column, _ in others[:_NAMED_ROWS])
            more = f" and {len(others) - _NAMED_ROWS:,} more" if len(others) > _NAMED_ROWS else ""
            text += f" Also wrong: {places}{more}."
        raise SheetError(text)


def read_sheets(paths: Sequence[str | Path], analysis: Analysis | None = None) -> list[Sheet]:
    """Return the sheets; raise SheetError where one cannot be used, names a coder twice or differs in its frames.

    With an Analysis, each row is held against it: the frames, the claims and their texts must be those of the run.
    """
    if not paths:
        raise SheetError("no sheet is named. Name at least one filled-in sheet.")
    sheets = [read_sheet(Path(path)) for path in paths]
    by_coder: dict[str, Sheet] = {}
    for sheet in sheets:
        if sheet.coder in by_coder:
            raise SheetError(
                f"{sheet.path}: its coder is {sheet.coder}, and so is that of {by_coder[sheet.coder].path}. Give one "
                "sheet a coder; to hold two rounds of one coder together, change the name in the column coder."
            )
        by_coder[sheet.coder] = sheet
        if sheet.frames != sheets[0].frames:
            raise SheetError(
                f"{sheet.path}: its frames are {', '.join(sheet.frames)}; those of {sheets[0].path} are "
                f"{', '.join(sheets[0].frames)}. Is a column missing or renamed?"
            )
    if analysis is not None:
        for sheet in sheets:
            _hold_against(sheet, analysis)
    else:
        _hold_together(sheets)
    return sheets


def read_sheet(path: Path) -> Sheet:
    """Return one sheet, CSV (comma, semicolon or tab) or XLSX; raise SheetError with file, row and column."""
    table = table_rows(path)
    top, header = next(
        ((number, cells) for number, cells in table if "claim_id" in [cell.casefold() for cell in cells]), (0, [])
    )
    if not header:
        raise SheetError(
            f"{path}: no row of column names with claim_id. Is this a sheet that `argmine sheet` wrote? Put the row "
            "of column names back."
        )
    names = [cell.casefold() for cell in header]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise SheetError(
            f"{path}, row {top}, column {missing[0]}: this column is missing; there are "
            f"{', '.join(filter(None, header))}. Put it back, as `argmine sheet` wrote it."
        )
    first, last = names.index("permalink") + 1, len(names) - 1 - names[::-1].index("done")
    frames = [name for name in header[first:last] if name]
    if not frames:
        raise SheetError(f"{path}, row {top}: there is no frame's column between permalink and done. Put them back.")
    at = {name: names.index(name) for name in ("claim_id", "claim")} | {"done": last}
    if "coder" in names[:first]:
        at["coder"] = names.index("coder")
    problems = _Problems(str(path))
    columns = {name: first + place for place, name in enumerate(header[first:last]) if name}
    rows, coders = [], set()
    for number, cells in table:
        if number <= top or not any(cells):
            continue
        cells = [*cells, *[""] * (len(header) - len(cells))]
        rows.append(_row(number, cells, at, columns, problems))
        coders.add(cells[at["coder"]] if "coder" in at else "")
    _refuse_repeats(rows, problems)
    coders.discard("")
    if len(coders) > 1:
        problems.add(top, "coder", f"names {len(coders)} coders: {', '.join(sorted(coders))}. Keep one sheet a coder.")
    problems.answer()
    if not rows:
        raise SheetError(f"{path}: the sheet has no rows below its column names.")
    return Sheet(path, coders.pop() if coders else path.stem, tuple(frames), tuple(rows), top)


def _row(number: int, cells: list[str], at: dict[str, int], frames: dict[str, int], problems: _Problems) -> CodedRow:
    claim_id = cells[at["claim_id"]]
    if not (claim_id.startswith("[") and claim_id.endswith("]")):
        what = f"{claim_id!r} is not an id in square brackets" if claim_id else "the id is empty"
        problems.add(
            number,
            "claim_id",
            f"{what}; a spreadsheet may have turned it into a number or a date. Paste it back from the sheet as it "
            "was written, which `argmine sheet` writes again for the same -n, --for and --seed.",
        )
    done = cells[at["done"]].casefold()
    if done and done not in _YES:
        problems.add(number, "done", f"{cells[at['done']]!r} is neither x nor empty.")
    codes = {}
    for frame, place in frames.items():
        code = cells[place].casefold()
        if code and code not in CODES:
            problems.add(number, frame, f"{cells[place]!r} is not an allowed value; allowed: {', '.join(CODES)}.")
        elif code or done:
            codes[frame] = code or "none"
    return CodedRow(number, claim_id[1:-1], cells[at["claim"]], codes)


def _refuse_repeats(rows: list[CodedRow], problems: _Problems) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row.claim_id in seen:
            problems.add(
                row.number, "claim_id", f"claim {row.claim_id} stands in row {seen[row.claim_id]} too. Keep one."
            )
        seen.setdefault(row.claim_id, row.number)


def _hold_against(sheet: Sheet, analysis: Analysis) -> None:
    """Raise SheetError where frames, ids or texts are not those of the run."""
    wanted = analysis.codebook.frame_names
    problems = _Problems(str(sheet.path))
    lacking = [name for name in wanted if name not in sheet.frames]
    if lacking or len(sheet.frames) != len(wanted):
        strange = [name for name in sheet.frames if name not in wanted]
        twice = [name for place, name in enumerate(sheet.frames) if name in sheet.frames[:place]]
        column = (lacking or strange or twice)[0]
        problem = "is missing" if lacking else "is no frame of the run" if strange else "is there twice"
        raise SheetError(
            f"{sheet.path}, row {sheet.header_row}: the column {column} {problem}; the run's frames are "
            f"{', '.join(wanted)}, the sheet's columns between permalink and done are {', '.join(sheet.frames)}. Your "
            "own columns belong behind done."
        )
    texts = dict(zip(analysis.claims["claim_id"], analysis.claims["text"], strict=True))
    by_print: dict[str, list[str]] = {}
    for claim_id, text in texts.items():
        by_print.setdefault(_fingerprint(claim_cell(text)), []).append(claim_id)
    for row in sheet.rows:
        same = by_print.get(_fingerprint(row.text), []) if _fingerprint(row.text) else []
        hint = f" The text in this row is that of claim [{same[0]}]." if len(same) == 1 else ""
        if row.claim_id not in texts:
            problems.add(
                row.number,
                "claim_id",
                f"{row.claim_id!r} is no claim of this run. Was it changed, or is it another run's sheet?{hint}",
            )
        elif _fingerprint(row.text) != _fingerprint(claim_cell(texts[row.claim_id])):
            problems.add(
                row.number,
                "claim",
                f"the text is not that of claim {row.claim_id}. Was one column sorted without the others?{hint}",
            )
    problems.answer()


def _hold_together(sheets: list[Sheet]) -> None:
    """Raise SheetError where sheets show different texts for one claim."""
    seen: dict[str, tuple[str, Path]] = {}
    for sheet in sheets:
        problems = _Problems(str(sheet.path))
        for row in sheet.rows:
            text, path = seen.setdefault(row.claim_id, (_fingerprint(row.text), sheet.path))
            if text != _fingerprint(row.text):
                problems.add(
                    row.number,
                    "claim",
                    f"claim {row.claim_id} has another text in {path}. Was one column sorted without the others?",
                )
        problems.answer()


def _fingerprint(text: str) -> str:
    """Return what survives a wrong encoding and a spreadsheet's hand: the ASCII letters and digits.

    >>> _fingerprint("It’s «naïve», 3 times!"), _fingerprint("Itâ€™s Â«naÃ¯veÂ», 3 times!")
    ('Itsnave3times', 'Itsnave3times')
    """
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())


def table_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a file, each with its number as a spreadsheet shows it, cells stripped."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path}: cannot be read: {error.strerror or error}.") from error
    if not data.strip():
        raise SheetError(f"{path}: the file is empty.")
    rows = _xlsx_rows(data, path) if data.startswith(b"PK") else _csv_rows(data, path)
    return [(number, [cell.strip() for cell in cells]) for number, cells in enumerate(rows, start=1)]


def _csv_rows(data: bytes, path: Path) -> list[list[str]]:
    try:
        text, _, _ = decode(data, str(path))
    except SourceError as error:
        raise SheetError(str(error)) from error
    best: list[list[str]] = []
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
        except csv.Error as error:
            raise SheetError(f"{path}: not a readable table: {error}. Save it again as CSV or XLSX.") from error
        if any("claim_id" in (cell.strip().casefold() for cell in row) and len(row) > 1 for row in rows):
            return [[unguard(cell) for cell in row] for row in rows]
        best = best or rows
    return best


def _xlsx_rows(data: bytes, path: Path) -> list[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [
            [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        ]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise SheetError(f"{path}: not a readable spreadsheet: {error}. Save it as XLSX or CSV.") from error
    for rows in sheets:
        if any("claim_id" in (cell.strip().casefold() for cell in row) for row in rows):
            return rows
    return sheets[0] if sheets else []
