"""CSV: UTF-8 with a byte order mark, so that Excel reads it as UTF-8, and with formula-safe cells."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from argmine.output.csv_tables import guard
from argmine.output.exchange import flat
from argmine.output.exchange.format import Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from argmine.output.exchange.material import Material
    from argmine.tables import Column


def write_table(columns: Sequence[Column], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the rows; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    with path.open("w", newline="", encoding="utf-8-sig") as lines:
        writer = csv.writer(lines, lineterminator="\r\n")
        writer.writerow([guard(column.name) for column in columns])
        for row in rows:
            writer.writerow([_cell(value) for value in flat.in_order(columns, row)])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return guard(value) if isinstance(value, str) else repr(value)


def _write(material: Material, path: Path) -> None:
    write_table(flat.columns(material), flat.rows(material), path)


FORMAT = Format(
    name="csv",
    title="CSV, one row a claim",
    opens_in="Excel, LibreOffice, R, pandas",
    offsets="code points",
    write=_write,
    write_table=write_table,
)
