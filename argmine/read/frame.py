"""A pandas DataFrame: a table that is in memory already."""

from __future__ import annotations

from typing import Any

from argmine.errors import SourceError
from argmine.read.discussion import Columns
from argmine.read.draft import Parsed
from argmine.read.records import parse_table

NAME = "DataFrame"


def parse_frame(frame: Any, columns: Columns) -> Parsed:
    """Return the rows as drafts; the index is not read. Raise SourceError as for any table, or for another type."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        kind = type(frame).__name__
        raise SourceError(f"a {kind} is no source. Give a path, an address, an item number as text, or a DataFrame.")
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"{NAME}: the column {twice[0]!r} is there twice. Rename one of them.")
    cells = {name: frame.iloc[:, at].astype(object) for at, name in enumerate(names)}
    table = {name: values.where(values.notna(), None).tolist() for name, values in cells.items()}
    return parse_table(table, columns, NAME)
