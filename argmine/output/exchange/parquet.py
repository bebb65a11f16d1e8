"""Parquet: the flat table with its types and the meaning of each column in the file's metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine.output.exchange import flat
from argmine.output.exchange.format import Format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from argmine.output.exchange.material import Material
    from argmine.tables import Column


def write_table(columns: Sequence[Column], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the rows as one table; a column's meaning is its field's `description`."""
    import pyarrow as pa
    import pyarrow.parquet

    types = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}
    schema = pa.schema([pa.field(c.name, types[c.type], metadata={"description": c.meaning}) for c in columns])
    values = [[row[column.name] for row in rows] for column in columns]
    arrays = [pa.array(found, field.type) for found, field in zip(values, schema, strict=True)]
    pyarrow.parquet.write_table(pa.table(arrays, schema=schema), path)


def _write(material: Material, path: Path) -> None:
    write_table(flat.columns(material), flat.rows(material), path)


FORMAT = Format(
    name="parquet",
    title="Parquet, one row a claim",
    opens_in="pandas, R (arrow), DuckDB, Polars",
    offsets="code points",
    write=_write,
    write_table=write_table,
)
