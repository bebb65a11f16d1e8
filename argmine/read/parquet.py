"""Parquet: a table with typed columns."""

from __future__ import annotations

import io
from typing import Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.format import Format
from argmine.read.payload import Payload
from argmine.read.records import parse_table

_MAGIC = b"PAR1"


def _matches(payload: Payload, columns: Columns) -> bool:
    return payload.data.startswith(_MAGIC)


def _parse(payload: Payload, columns: Columns) -> Parsed:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(io.BytesIO(payload.data))
        found: dict[str, list[Any]] = {name: table[name].to_pylist() for name in table.column_names}
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SourceError(f"{payload.name}: not a readable Parquet file: {reason}. Write or fetch it again.") from error
    return parse_table(found, columns, payload.name)


FORMAT = Format(
    name="parquet",
    title="Parquet table",
    gives="whatever columns it has: text, identifiers, replies, authors, times, scores, permalinks",
    lacks="what it has no column for",
    matches=_matches,
    parse=_parse,
    is_text=False,
)
