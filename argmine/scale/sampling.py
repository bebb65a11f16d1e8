"""A sample of an archive's claims that keeps every month and forum in proportion, the same for the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from argmine.scale.database import connect, counted, files, frame, literal, month
from argmine.scale.parquet_files import as_matrix

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from argmine.scale.plan import Folder

LEAST_WORDS = 3
# A stratum gets at least this many, where it has them: a small forum is not lost in a large archive.
LEAST_OF_STRATUM = 5
_ALL = 2**64


def draw(
    folder: Folder, claims: Path, n: int, seed: int, languages: str, copies: Path | None
) -> tuple[pd.DataFrame, np.ndarray, pd.Series]:
    """Return (claims, their vectors, their posts' authors) of about n claims that can be grouped, by claim_id.

    Strata are the months and forums; within one, claims are drawn by a hash of their identifier and the seed.
    """
    with connect(folder.work / "scratch") as connection:
        connection.execute(f"CREATE TEMP TABLE strata AS {_eligible(folder, claims, languages, copies)}")
        sizes = connection.execute("SELECT stratum, count(*) FROM strata GROUP BY stratum ORDER BY stratum").fetchall()
        _choose(connection, sizes, n, seed)
        chosen = frame(
            connection,
            f"""
            SELECT c.*, p.author FROM chosen JOIN {files(claims)} c USING (claim_id)
            JOIN {files(folder.root / "posts")} p USING (post_id) ORDER BY c.claim_id
            """,
        )
        vectors = connection.sql(
            f"SELECT v.vector FROM chosen JOIN {files(folder.root / 'vectors')} v USING (claim_id) ORDER BY claim_id"
        ).to_arrow_table()
    return chosen.drop(columns="author"), as_matrix(vectors["vector"]), chosen["author"]


def _eligible(folder: Folder, claims: Path, languages: str, copies: Path | None) -> str:
    """Return SQL for the claims that can be in a group, each with its stratum."""
    repeated = ""
    if copies is not None:
        repeated = f"AND c.claim_id NOT IN (SELECT claim_id FROM read_parquet({literal(str(copies))}))"
    return f"""
        SELECT c.claim_id, concat({month("p")}, ' ', coalesce(t.forum, '')) AS stratum
        FROM {files(claims)} c JOIN {files(folder.root / "posts")} p USING (post_id)
        LEFT JOIN {files(folder.root / "threads")} t USING (thread_id)
        WHERE {counted(languages, "c")} AND len(string_split_regex(trim(c.text), '\\s+')) >= {LEAST_WORDS} {repeated}
    """


def _choose(connection: duckdb.DuckDBPyConnection, sizes: list[tuple[str, int]], n: int, seed: int) -> None:
    """Make the table `chosen` of identifiers: every stratum's share, the claims with the least hashes."""
    quotas = share([size for _, size in sizes], n)
    connection.execute("CREATE TEMP TABLE quotas (stratum VARCHAR, quota BIGINT, below UBIGINT)")
    rows = [
        (stratum, quota, min(_ALL - 1, int(_ALL * (quota + 6 * quota**0.5 + 20) / size)))
        for (stratum, size), quota in zip(sizes, quotas, strict=True)
    ]
    if rows:
        connection.executemany("INSERT INTO quotas VALUES (?, ?, ?)", rows)
    connection.execute(
        f"""
        CREATE TEMP TABLE chosen AS SELECT claim_id FROM (
          SELECT claim_id, stratum, quota, below, md5_number_lower(concat({seed}, ':', claim_id)) AS h
          FROM strata JOIN quotas USING (stratum)
        ) WHERE h <= below QUALIFY row_number() OVER (PARTITION BY stratum ORDER BY h, claim_id) <= quota
        """
    )


def share(sizes: list[int], n: int) -> list[int]:
    """Return how many of each stratum are drawn: in proportion, but LEAST_OF_STRATUM where there are as many.

    >>> share([100, 1_000_000, 3], 1_000), share([3, 2], 10)
    ([5, 1000, 3], [3, 2])
    """
    total = sum(sizes)
    if total <= n:
        return sizes
    return [min(size, max(LEAST_OF_STRATUM, round(n * size / total))) for size in sizes]
