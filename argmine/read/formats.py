"""Every format that is read, in the order in which they are tried: the more particular before the more general."""

from __future__ import annotations

import json

from argmine.errors import SourceError
from argmine.read import delimited, hn_item, hn_list, json_rows, parquet, plain_text
from argmine.read.discussion import Columns
from argmine.read.format import Format
from argmine.read.json_text import load_json
from argmine.read.payload import Payload

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        parquet.FORMAT,
        hn_item.FORMAT,
        hn_list.FORMAT,
        json_rows.ARRAY,
        json_rows.LINES,
        delimited.FORMAT,
        plain_text.FORMAT,
    )
}


def detect(payload: Payload, columns: Columns) -> Format:
    """Return the first format that the content matches; raise SourceError, saying what was found, if none does."""
    for format_ in FORMATS.values():
        if format_.matches(payload, columns):
            return format_
    if payload.is_markup:
        raise SourceError(
            f"{payload.name}: this is an HTML or XML page, and pages are not read. "
            "Save the thread as text or JSON, or give its address."
        )
    if payload.json is not None:
        raise SourceError(
            f"{payload.name}: JSON of no known shape: at the top stands {json_rows.describe(payload.json[0])}. "
            "Known are a Hacker News item, an array of objects, and an object a line."
        )
    raise SourceError(
        f"{payload.name}: the JSON is broken ({_break(payload.text)}). If it was cut short, fetch it again."
    )


def _break(text: str) -> str:
    try:
        load_json(text)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno:,}, character {error.colno:,}"
    return "no value"
