"""CSV and its kin: cells apart by comma, semicolon, tab or bar, quoted as RFC 4180 says, with a row of names on top."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.format import Format
from argmine.read.payload import Payload
from argmine.read.records import SYNONYMS, known_as_text, parse_table

_DELIMITERS = (",", "\t", ";", "|")
_SNIFFED = 65_536
_SNIFFED_ROWS = 50
_LONGEST_NAME = 60
_STOPS = (".", "!", "?", ":")
_limit_lock = threading.Lock()


def _matches(payload: Payload, columns: Columns) -> bool:
    return not payload.is_json and not payload.is_markup and _delimiter(payload.text, columns) is not None


def _parse(payload: Payload, columns: Columns) -> Parsed:
    delimiter = _delimiter(payload.text, columns) or ","
    with _cells_of_any_size(len(payload.text)):
        try:
            rows = [row for row in csv.reader(io.StringIO(payload.text, newline=""), delimiter=delimiter) if row]
        except csv.Error as error:
            raise SourceError(f"{payload.name}: not a readable table: {error}. Export it again as CSV.") from error
    if not rows:
        raise SourceError(f"{payload.name}: the table has no rows.")
    names = _unique(rows[0])
    width = len(names)
    body = rows[1:]
    ragged = sum(len(row) != width for row in body)
    table = {name: [row[at] if at < len(row) else None for row in body] for at, name in enumerate(names)}
    notes = [f"rows that do not have {width} cells, as the first has: {ragged:,}"] if ragged else []
    return parse_table(table, columns, payload.name, notes=notes)


def _unique(header: list[str]) -> list[str]:
    """Return the names of the columns, none twice."""
    names: list[str] = []
    for at, cell in enumerate(header):
        name = cell.strip() or f"column {at + 1}"
        while name in names:
            name += "'"
        names.append(name)
    return names


def _delimiter(text: str, columns: Columns) -> str | None:
    """Return the delimiter, or None if the text is no table.

    It is one if a name in its first row is known for a text, or is the one that the user gave; else if its rows all
    have as many cells as the first, which then reads like names and not like prose.
    """
    sample = text[:_SNIFFED]
    first_line = sample.partition("\n")[0].strip()
    ranks = [
        (_rank(_sample_rows(sample, delimiter, cut=len(text) > _SNIFFED), delimiter, columns), -at)
        for at, delimiter in enumerate(_DELIMITERS)
        if delimiter in first_line
    ]
    rank, at = max(ranks, default=(0, 0))
    if rank:
        return _DELIMITERS[-at]
    lonely = first_line.strip('"')
    return "," if "\n" in text and (lonely in SYNONYMS["text"] or lonely == columns.text) else None


def _rank(rows: list[list[str]], delimiter: str, columns: Columns) -> int:
    """Return how well the rows read as a table: 0 for not at all, more for more columns and for a known text column."""
    if not rows or len(rows[0]) < 2:
        return 0
    names = [name.strip() for name in rows[0]]
    even, like_names = _is_even(rows), _reads_like_names(rows[0], delimiter)
    if columns.text in names or (
        any(map(known_as_text, names)) and ((even and len(rows) > 2) or like_names or not any(map(_spaced, names)))
    ):
        return 1_000_000 + len(names)
    return len(names) if even and like_names else 0


def _spaced(name: str) -> bool:
    return len(name.split()) > 1


def _sample_rows(sample: str, delimiter: str, *, cut: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    with _cells_of_any_size(len(sample)):
        try:
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                if row:
                    rows.append(row)
                if len(rows) > _SNIFFED_ROWS:
                    break
        except csv.Error:
            return []
    return rows[:-1] if cut and len(rows) > 1 else rows


def _is_even(rows: list[list[str]]) -> bool:
    return len(rows) >= 2 and all(len(row) == len(rows[0]) for row in rows)


def _reads_like_names(header: list[str], delimiter: str) -> bool:
    """Return whether cells look like the names of columns; prose has a space after a comma and ends with a stop."""
    return (
        all(len(cell) <= _LONGEST_NAME and len(cell.split()) <= 4 and not cell.endswith(_STOPS) for cell in header)
        and len(set(header)) == len(header)
        and not (delimiter in ",;" and any(cell.startswith(" ") for cell in header))
    )


@contextmanager
def _cells_of_any_size(size: int) -> Iterator[None]:
    """Lift the csv module's limit of 131,072 characters a cell; it is one for the whole process."""
    with _limit_lock:
        before = csv.field_size_limit(max(size, 131_072))
        try:
            yield
        finally:
            csv.field_size_limit(before)


FORMAT = Format(
    name="csv",
    title="CSV, TSV and other delimited tables",
    gives="whatever columns it has: text, identifiers, replies, authors, times, scores, permalinks",
    lacks="what it has no column for",
    matches=_matches,
    parse=_parse,
)
