"""Tables as Parquet files, written whole or not at all, with the columns that `argmine.tables` declares."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.errors import RunError
from argmine.tables import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

THREADS = Table(
    "threads",
    "a thread of the archive",
    ("thread_id",),
    (
        Column("thread_id", "string", "identifier of the thread", required=True),
        Column("forum", "string", "subreddit or forum; empty where the source names none"),
        Column("title", "string", "title of its opening post; empty where that was not read"),
        Column("n_posts", "integer", "posts that were read, deleted ones among them", required=True),
    ),
)
CLUSTER_CONFIDENCE = Column("cluster_confidence", "number", "share of the nearest claims that are in the same group")
COPY_KEY = Column("copy_key", "integer", "hash of the words of a claim that is long enough to be a copy")
CODED = Table("claims", tables.CLAIMS.row, tables.CLAIMS.key, (*tables.CLAIMS.columns, COPY_KEY))
GROUPED = Table("claims", tables.CLAIMS.row, tables.CLAIMS.key, (*tables.CLAIMS.columns, CLUSTER_CONFIDENCE))

ROW_GROUP = 50_000


def schema_of(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "datetime": pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([pa.field(c.name, types[c.type], metadata={"meaning": c.meaning}) for c in table.columns])


def write_table(path: Path, frame: pd.DataFrame, table: Table) -> None:
    """Write a table to a file."""
    import pyarrow as pa

    write_arrow(path, pa.Table.from_pandas(tables.conform(frame, table), schema=schema_of(table), preserve_index=False))


def write_vectors(path: Path, claim_ids: pd.Series, vectors: np.ndarray) -> None:
    """Write unit vectors, float32, shape (n, dim), beside the claims that they are of, as lists of a fixed size."""
    import pyarrow as pa

    flat = pa.array(vectors.reshape(-1), pa.float32())
    lists = pa.FixedSizeListArray.from_arrays(flat, max(1, vectors.shape[1]))
    write_arrow(path, pa.table({"claim_id": pa.array(claim_ids, pa.string()), "vector": lists}))


def read_vectors(path: Path) -> np.ndarray:
    """Return the vectors of a partition, float32, shape (n, dim)."""
    import pyarrow.parquet

    return as_matrix(pyarrow.parquet.read_table(path, columns=["vector"])["vector"])


def as_matrix(column: Any) -> np.ndarray:
    """Return a column of lists of equal length as an array, float32, shape (n, length)."""
    import numpy as np

    if not len(column):
        return np.empty((0, getattr(column.type, "list_size", 0)), np.float32)
    parts = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate(parts).reshape(len(column), -1)


def read_frame(path: Path, table: Table) -> pd.DataFrame:
    """Return the table that a file holds."""
    import pandas as pd
    import pyarrow.parquet

    # Without a type of its own, a column of whole numbers with gaps would pass through floats and lose digits.
    whole = {pyarrow.int64(): pd.Int64Dtype()}
    return tables.conform(pyarrow.parquet.read_table(path).to_pandas(types_mapper=whole.get), table)


def write_arrow(path: Path, table: pa.Table) -> None:
    """Write an Arrow table to a Parquet file, whole or not at all; raise RunError where the disk refuses."""
    import pyarrow.parquet

    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(table, partial, compression="zstd", row_group_size=ROW_GROUP)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise RunError(f"{path}: cannot be written: {error.strerror or error}. Free some space there.") from error
