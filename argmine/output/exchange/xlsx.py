"""Excel: the flat table with drop-downs for the sides, and a sheet that says what each column means.

Every text is stored as text, so none is run as a formula. XML cannot hold most control characters, and Excel no cell
over 32,767 characters: a text that had to be changed for it is marked as not verbatim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine.output.exchange import flat
from argmine.output.exchange.format import Format
from argmine.output.exchange.writing import xml_safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from argmine.output.exchange.material import Material
    from argmine.tables import Column

LONGEST_CELL = 32_767


def write_table(columns: Sequence[Column], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the sheets `claims` and `columns`; a column with allowed values gets a drop-down."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("claims")
    _append(sheet, [column.name for column in columns])
    for row in rows:
        _append(sheet, flat.in_order(columns, _holdable(row)))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 60 if column.name == "text" else 16
        if column.allowed:
            choice = DataValidation("list", formula1=f'"{",".join(column.allowed)}"', allow_blank=True)
            choice.add(f"{letter}2:{letter}{max(len(rows) + 1, 2)}")
            sheet.add_data_validation(choice)
    meanings = book.create_sheet("columns")
    _append(meanings, ["column", "type", "meaning", "allowed"])
    for column in columns:
        _append(meanings, [column.name, column.type, column.meaning, ", ".join(column.allowed)])
    book.save(path)


def _holdable(row: dict[str, Any]) -> dict[str, Any]:
    changed = {key: _cell(value) for key, value in row.items()}
    if "verbatim" in row and changed["text"] != row["text"]:
        changed["verbatim"] = "no"
    return changed


def _cell(value: Any) -> Any:
    """Return a text that a cell can hold: a carriage return would be read back as a line feed, so it is one."""
    if not isinstance(value, str):
        return value
    return xml_safe(value).replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_CELL]


def _append(sheet: Any, values: list[Any]) -> None:
    from openpyxl.cell import WriteOnlyCell

    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"
        cells.append(cell)
    sheet.append(cells)


def _write(material: Material, path: Path) -> None:
    write_table(flat.columns(material), flat.rows(material), path)


FORMAT = Format(
    name="xlsx",
    title="Excel, one row a claim, with drop-downs",
    opens_in="Excel, LibreOffice, Google Sheets",
    offsets="code points",
    write=_write,
    write_table=write_table,
)
