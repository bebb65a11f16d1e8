"""A coding sheet: a blinded sample of a run's claims, ready for a spreadsheet.

The sheet says nothing of what the machine coded. Which strata its claims come from stands in the record of the draw,
beside the sheet, which is not for the coder.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SheetError
from argmine.evaluate.strata import draw
from argmine.output.csv_tables import guard
from argmine.tables import SIDES

if TYPE_CHECKING:
    from argmine.analysis import Analysis
    from argmine.codebook import Codebook
    from argmine.evaluate.strata import Draw

CODES = ("none", *SIDES)
BEFORE = ("claim_id", "coder", "in_answer_to", "in_its_post", "claim", "permalink")
AFTER = ("done", "note")
DONE = "x"
FORMATS = (".csv", ".xlsx")
RECORD = ".draw.json"

_LONGEST = 32_000  # a cell of a spreadsheet holds 32,767 characters
_AROUND = 700
_PARENT = 700
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDTHS = {"claim_id": 16, "coder": 10, "in_answer_to": 40, "in_its_post": 60, "claim": 50, "permalink": 20, "note": 30}


def write_sheet(
    analysis: Analysis, path: Path, n: int = 200, *, coder: str = "", overlap: float = 0.5, seed: int = 0
) -> Draw:
    """Write a sheet (.csv or .xlsx) and, beside it, the record of its draw; return the draw.

    Raise SheetError where a file of that name exists already, since it may hold codes, the suffix is another, or the
    folder is a run's.
    """
    if path.suffix.lower() not in FORMATS:
        raise SheetError(f"{path}: a sheet is written as {' or '.join(FORMATS)}, by the ending of its name.")
    if (path.parent / "run.json").exists():
        raise SheetError(f"{path}: this is a run's folder, which a new run replaces. Name a place outside of it.")
    record = record_of(path)
    for file in (path, record):
        if file.exists():
            raise SheetError(f"{file}: exists already and may hold work. Name another file, or move this one away.")
    drawn = draw(analysis, n, coder=coder, overlap=overlap, seed=seed)
    rows = sheet_rows(analysis, drawn)
    write = _write_xlsx if path.suffix.lower() == ".xlsx" else _write_csv
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        write(rows, notes(analysis.codebook), partial)
        drawn.save(record)
        partial.rename(path)
    except OSError as error:
        raise SheetError(f"{path}: cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
        if not path.exists():
            record.unlink(missing_ok=True)
    return drawn


def record_of(path: Path) -> Path:
    """Return where the record of a sheet's draw stands.

    >>> record_of(Path("codes/anna.xlsx")).name
    'anna.draw.json'
    """
    return path.with_name(path.stem + RECORD)


def sheet_rows(analysis: Analysis, drawn: Draw) -> list[dict[str, str]]:
    """Return the rows of a sheet, by column name; the frames' cells are empty."""
    posts = {row["post_id"]: row for row in analysis.posts.to_dict("records")}
    claims = {row["claim_id"]: row for row in analysis.claims.to_dict("records")}
    rows = []
    for claim_id in drawn.order:
        claim = claims[claim_id]
        post = posts[claim["post_id"]]
        parent = posts.get(post["parent_id"]) if isinstance(post["parent_id"], str) else None
        rows.append(
            {
                "claim_id": f"[{claim_id}]",
                "coder": drawn.coder,
                "in_answer_to": _cut(parent["text"], _PARENT) if parent else "",
                "in_its_post": _context(post["text"], int(claim["start"]), int(claim["end"])),
                "claim": claim_cell(claim["text"]),
                "permalink": post["url"] if isinstance(post["url"], str) else "",
                **dict.fromkeys((f"frame {name}" for name in analysis.codebook.frame_names), ""),
                **dict.fromkeys(AFTER, ""),
            }
        )
    return rows


def claim_cell(text: str) -> str:
    """Return a claim as a sheet's cell holds it: without control characters, cut where no cell would hold it."""
    return _UNPRINTABLE.sub("\ufffd", _cut(text, _LONGEST))


def notes(codebook: Codebook) -> list[str]:
    """Return the lines above the header: how to code, then what each frame means."""
    how = (
        f"# How to code: read the claim in its post. In each frame's column write {', '.join(CODES[:-1])} or "
        f"{CODES[-1]}: none if the claim does not speak to the proposition, unclear if it does but its side cannot be "
        f"told. Then write {DONE} under done: the row's empty cells then count as none. Without it an empty cell "
        "counts as not coded. Leave the other columns as they are; your own thoughts go under note."
    )
    lines = [how]
    for frame in codebook.frames:
        sides = " ".join(
            f"{side}: {getattr(frame, side)}" for side in ("pro", "con", "neutral") if getattr(frame, side)
        )
        extra = [f"Includes {'; '.join(frame.include)}."] if frame.include else []
        extra += [f"Excludes {'; '.join(frame.exclude)}."] if frame.exclude else []
        lines.append(" ".join([f"# {frame.name}: {frame.proposition}", sides, *extra]).strip())
    return lines


def _context(text: str, start: int, end: int) -> str:
    """Return the post around the claim, which stands between ⟦ and ⟧."""
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before = ("… " if first else "") + text[first:start]
    after = text[end:last] + (" …" if last < len(text) else "")
    return _UNPRINTABLE.sub("\ufffd", f"{before}⟦{_cut(text[start:end], _LONGEST - 2 * _AROUND - 8)}⟧{after}")


def _cut(text: str, longest: int) -> str:
    return _UNPRINTABLE.sub("\ufffd", text if len(text) <= longest else text[:longest].rstrip() + " …")


def _header(rows: list[dict[str, str]]) -> list[str]:
    return [name.removeprefix("frame ") for name in rows[0]]


def _write_csv(rows: list[dict[str, str]], lines: list[str], path: Path) -> None:
    # The mark at the front is how spreadsheets know UTF-8.
    with path.open("w", newline="", encoding="utf-8-sig", errors="replace") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows([line] for line in lines)
        writer.writerow([guard(name) for name in _header(rows)])
        writer.writerows([guard(cell) for cell in row.values()] for row in rows)


def _write_xlsx(rows: list[dict[str, str]], lines: list[str], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = "claims"
    header = _header(rows)
    frames = header[len(BEFORE) : -len(AFTER)]
    explained = dict(zip(frames, lines[1:], strict=True))
    top = Alignment(wrap_text=True, vertical="top")

    def put(row: int, column: int, text: str) -> None:
        cell = sheet.cell(row, column)
        cell.value, cell.data_type, cell.number_format = text or None, "s" if text else "n", "@"
        cell.alignment = top

    put(1, 1, lines[0])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(header))
    sheet.row_dimensions[1].height = 48
    for column, name in enumerate(header, start=1):
        put(2, column, name)
        cell = sheet.cell(2, column)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E9EEF3")
        if len(BEFORE) < column <= len(header) - len(AFTER):
            cell.comment = Comment(f"Allowed: {', '.join(CODES)}\n{explained[name]}", "argmine", width=420, height=220)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, max(14, len(name) + 2))
    for number, row in enumerate(rows, start=3):
        for column, text in enumerate(row.values(), start=1):
            put(number, column, text)
    last = len(rows) + 2
    for first, final, allowed in (
        (len(BEFORE) + 1, len(header) - len(AFTER), CODES),
        (len(header) - 1, len(header) - 1, (DONE,)),
    ):
        rule = DataValidation("list", formula1=f'"{",".join(allowed)}"', allow_blank=True, showErrorMessage=True)
        rule.error, rule.errorTitle = f"Choose one of: {', '.join(allowed)}.", "Not an allowed value"
        rule.add(f"{get_column_letter(first)}3:{get_column_letter(final)}{last}")
        sheet.add_data_validation(rule)
    sheet.freeze_panes = "A3"
    explanations = book.create_sheet("codebook")
    explanations.column_dimensions["A"].width = 120
    for number, line in enumerate(lines, start=1):
        cell = explanations.cell(number, 1)
        cell.value, cell.data_type, cell.alignment = line.removeprefix("# "), "s", top
    book.save(path)
