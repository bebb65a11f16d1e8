"""JSON rows: an object a line (JSONL, NDJSON), or one array of objects. Names are columns."""

from __future__ import annotations

import json
from typing import Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.format import Format
from argmine.read.json_text import load_json
from argmine.read.payload import Payload
from argmine.read.records import choose_columns, columns_of, parse_table

_GIVES = "whatever names its objects have: text, identifiers, replies, authors, times, scores, permalinks"
_LACKS = "what its objects have no name for"


def _matches_lines(payload: Payload, columns: Columns) -> bool:
    if payload.json is not None:  # one object alone: a row only if it has a text
        return isinstance(payload.json[0], dict) and _has_text(payload.json[0], columns)
    return first_object(payload) is not None


def _has_text(value: Any, columns: Columns) -> bool:
    try:
        choose_columns(columns_of([value]), Columns(text=columns.text), "")
    except SourceError:
        return False
    return True


def first_object(payload: Payload) -> dict[str, Any] | None:
    """Return the object on the first line, or None if none stands there alone."""
    if not payload.is_json:
        return None
    try:
        first, _ = load_json(payload.text.lstrip().partition("\n")[0])
    except json.JSONDecodeError:
        return None
    return first if isinstance(first, dict) else None


def _parse_lines(payload: Payload, columns: Columns) -> Parsed:
    rows, replaced = object_lines(payload)
    return parse_table(columns_of(rows), columns, payload.name, replaced=replaced)


def object_lines(payload: Payload) -> tuple[list[dict[str, Any]], int]:
    """Return the object of every line, and the number of replaced surrogates; raise SourceError for any other line."""
    rows: list[dict[str, Any]] = []
    replaced = 0
    # Only a line feed ends a line here: JSON may hold any other separator within a string.
    for number, line in enumerate(payload.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value, found = load_json(line)
        except json.JSONDecodeError as error:
            raise SourceError(
                f"{payload.name}: line {number:,} is not JSON ({error.msg} at character {error.colno:,}). "
                "If the file was cut short, fetch it again."
            ) from error
        if not isinstance(value, dict):
            raise SourceError(f"{payload.name}: line {number:,} holds {describe(value)}, not an object.")
        rows.append(value)
        replaced += found
    return rows, replaced


def _matches_array(payload: Payload, columns: Columns) -> bool:
    value = payload.json[0] if payload.json else None
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _parse_array(payload: Payload, columns: Columns) -> Parsed:
    value, replaced = payload.json or (None, 0)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise SourceError(f"{payload.name}: this is {describe(value)}, not an array of objects.")
    return parse_table(columns_of(value), columns, payload.name, replaced=replaced)


def describe(value: Any) -> str:
    r"""Return what stands at the top of a JSON value, in words.

    >>> describe({"kind": 1, "data": 2}), describe([]), describe([[1]]), describe(3)
    ('an object with the names kind, data', 'an empty array', 'an array of 1 array', 'a number')
    >>> describe({"two\nlines": 1})
    'an object with the names two lines'
    """
    if isinstance(value, dict):
        names = ", ".join(" ".join(str(name).split())[:40] for name in list(value)[:8])
        more = f" and {len(value) - 8} more" if len(value) > 8 else ""
        return f"an object with the names {names}{more}" if value else "an empty object"
    if isinstance(value, list):
        if not value:
            return "an empty array"
        kind = _kind(value[0])
        return f"an array of {len(value):,} {kind if len(value) == 1 else kind + 's'}"
    return f"a {_kind(value)}" if value is not None else "null"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return kinds.get(type(value), "null")


LINES = Format("jsonl", "JSON Lines: an object a line", _GIVES, _LACKS, _matches_lines, _parse_lines)
ARRAY = Format("json", "JSON: an array of objects", _GIVES, _LACKS, _matches_array, _parse_array)
