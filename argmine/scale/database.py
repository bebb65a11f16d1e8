"""DuckDB over the Parquet files of an archive: it counts and joins within a bound of memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from argmine.scale.plan import Folder

MEMORY = "1GB"


def connect(scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that spills to the scratch folder beyond its memory, and gives the same rows every time."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY})
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
        connection.execute(f"SET temp_directory = {literal(str(scratch))}")
    connection.execute("SET enable_progress_bar = false")
    return connection


def literal(text: str) -> str:
    """Return a text as SQL writes it.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def files(folder: Path, *, named: bool = False) -> str:
    """Return SQL that reads the partitions in a folder, with the column `filename` where they are to be named."""
    return f"read_parquet({literal(str(folder / 'part-*.parquet'))}{', filename = true' if named else ''})"


def frame(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    """Return the answer to a query."""
    found: pd.DataFrame = connection.sql(query).to_arrow_table().to_pandas()
    return found


def month(alias: str) -> str:
    """Return SQL for the month of a post's time, as 2024-03, in UTC wherever the database runs."""
    return f"strftime(make_timestamp(epoch_us({alias}.created_at)), '%Y-%m')"


def open_tables(connection: duckdb.DuckDBPyConnection, folder: Folder, names: tuple[str, ...]) -> None:
    """Make a view of each table of an archive."""
    for name in names:
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {files(folder.root / name)}")


def counted(languages: str, alias: str = "") -> str:
    """Return the SQL condition of the claims that shares are counted over, as `Analysis.counted_claims` has them."""
    dot = f"{alias}." if alias else ""
    coded = ", ".join(literal(code.strip()) for code in [*languages.split(","), "und"])
    return f"{dot}kind IN ('claim', 'question') AND {dot}duplicate_of IS NULL AND {dot}language IN ({coded})"
