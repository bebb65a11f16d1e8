"""Tables as CSV that a spreadsheet opens without running anything, with a data dictionary beside them.

A text cell that a spreadsheet would take for a formula gets one apostrophe in front; so does one that already has
apostrophes before such a character, so that reading can undo it exactly.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.errors import RunError, TableError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from argmine.analysis import Analysis
    from argmine.tables import Column, Table

FORMULA_NOTE = (
    "A text cell that begins with = + - @, a tab or a carriage return (their full-width forms too), or with "
    "apostrophes before one of these, has one apostrophe put in front, so that no spreadsheet runs it. Offsets count "
    "without it. To get the verbatim text, remove one leading apostrophe from such cells; argmine.load does."
)
DICTIONARY = "datapackage.json"

_DANGEROUS = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"''*[=+\-@\t\r＝＋－＠]")
_FRICTIONLESS_TYPES = {"string": "string", "integer": "integer", "number": "number", "datetime": "datetime"}


def guard(text: str) -> str:
    """Return the cell that is safe to open.

    >>> guard("=1+1"), guard("plain"), guard("'=1"), guard("'tis")
    ("'=1+1", 'plain', "''=1", "'tis")
    """
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguard(cell: str) -> str:
    """Return the text that `guard` made safe.

    >>> [unguard(guard(text)) for text in ("=1", "'=1", "''", "-", "'tis")]
    ['=1', "'=1", "''", '-', "'tis"]
    """
    return cell[1:] if _GUARDED.match(cell) else cell


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Write each table as UTF-8 CSV, and the data dictionary (Frictionless Table Schema) beside them."""
    folder.mkdir(parents=True)
    resources = []
    for table in tables.TABLES:
        path = folder / f"{table.name}.csv"
        _write_table(getattr(analysis, table.name), table, path)
        resources.append(_resource(table, path))
    package = {
        "profile": "tabular-data-package",
        "name": "argmine-run",
        "description": f"Tables of one argmine run. {FORMULA_NOTE}",
        "resources": resources,
    }
    (folder / DICTIONARY).write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_table(folder: Path, table: Table) -> pd.DataFrame:
    """Return the table that `write_tables` wrote; raise RunError where the file is missing or not as declared.

    A table of an older run may lack optional columns at its end; they come back empty.
    """
    import pandas as pd

    path = folder / f"{table.name}.csv"
    csv.field_size_limit(sys.maxsize)
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path}: cannot be read: {error}.") from error
    n_columns = len(rows[0]) if rows else 0
    if not n_columns or rows[0] != table.names[:n_columns] or any(one.required for one in table.columns[n_columns:]):
        raise RunError(f"{path}: the columns should be {', '.join(table.names)}.")
    if any(len(row) != n_columns for row in rows):
        raise RunError(f"{path}: a row has the wrong number of cells. Was the file edited?")
    cells = list(zip(*rows[1:], strict=True)) or [()] * n_columns
    values = {}
    for column, found in zip(table.columns, cells, strict=False):
        parsed = []
        for row, cell in enumerate(found, start=2):
            try:
                parsed.append(_parse(cell, column))
            except ValueError as error:
                raise RunError(f"{path}: row {row}, column {column.name}: {cell!r} is not a {column.type}.") from error
        values[column.name] = pd.Series(parsed, dtype=object)
    try:
        return tables.conform(pd.DataFrame(values), table)
    except TableError as error:
        raise RunError(f"{path}: {error}") from error


def _write_table(frame: pd.DataFrame, table: Table, path: Path) -> None:
    columns = [[_format(value, column) for value in frame[column.name]] for column in table.columns]
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\r\n")  # RFC 4180; a lone \r in a cell is then quoted too
        writer.writerow(table.names)
        writer.writerows(zip(*columns, strict=True))


def _format(value: Any, column: Column) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    if column.type == "string":
        return guard(value)
    if column.type == "datetime":
        precise = value.isoformat(timespec="microseconds" if value.microsecond else "seconds")
        return str(precise).replace("+00:00", "Z")
    if column.type == "number" and float(value).is_integer():
        return str(int(value))
    return repr(float(value)) if column.type == "number" else str(value)


def _parse(cell: str, column: Column) -> Any:
    if column.type == "string":
        return unguard(cell)
    if cell == "":
        return None
    if column.type == "integer":
        return int(cell)
    return float(cell) if column.type == "number" else cell


def _resource(table: Table, path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "name": table.name,
        "path": path.name,
        "profile": "tabular-data-resource",
        "title": table.row,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": [_field(column) for column in table.columns], "primaryKey": _primary_key(table)},
    }


def _primary_key(table: Table) -> list[str]:
    return list(table.key) if all(c.required for c in table.columns if c.name in table.key) else []


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required and column.name != "text" else {}
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    field = {"name": column.name, "type": _FRICTIONLESS_TYPES[column.type], "description": column.meaning}
    return field | ({"constraints": constraints} if constraints else {})
