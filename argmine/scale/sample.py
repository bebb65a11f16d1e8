"""A sample of an archive as an Analysis, with which everything can be done that is done with a thread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from argmine import tables
from argmine.scale.database import frame
from argmine.scale.parquet_files import as_matrix

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from argmine.analysis import Analysis
    from argmine.scale.opened import Archive


def sample(archive: Archive, n: int, seed: int) -> Analysis:
    """Return an Analysis of n claims drawn by a hash of their identifier and the seed; see `Archive.sample`."""
    from argmine.analysis import Analysis
    from argmine.pipeline import count_run
    from argmine.quotes import choose_quotes, failed_quotes

    with archive.connect() as connection:
        claims = _draw(connection, n, seed)
        posts = _posts(connection)
        quotations = tables.conform(_of_chosen(connection, "quotations", "post_id"), tables.QUOTATIONS)
        stances = tables.conform(_of_chosen(connection, "stances", "claim_id"), tables.STANCES)
        order = connection.sql(
            "SELECT v.vector FROM chosen JOIN vectors v USING (claim_id) ORDER BY place"
        ).to_arrow_table()
    vectors = as_matrix(order["vector"])
    clusters = _clusters(archive, claims, posts)
    coverage = f"{len(claims):,} claims drawn from an archive of {archive.manifest['counts']['claims']:,}"
    settings = archive.manifest["settings"]
    analysis = Analysis(
        posts=posts,
        quotations=quotations,
        claims=claims,
        stances=stances,
        clusters=clusters,
        quotes=choose_quotes(posts, claims, stances, clusters, vectors, settings["quotes_per_list"]),
        vectors=vectors,
        codebook=archive.codebook,
        manifest={name: value for name, value in archive.manifest.items() if name not in ("counts", "archive")}
        | {"coverage": {**archive.manifest["coverage"], "line": coverage}, "sample": {"n": n, "seed": seed}},
    )
    failed = failed_quotes(posts, analysis.claims) + failed_quotes(posts, analysis.quotes)
    return replace(analysis, manifest=analysis.manifest | {"counts": count_run(analysis, failed)})


def _draw(connection: duckdb.DuckDBPyConnection, n: int, seed: int) -> pd.DataFrame:
    """Return the drawn claims in the order of their posts' threads and times, and make the table `chosen` of them."""
    connection.execute(
        f"""
        CREATE TEMP TABLE chosen AS
        SELECT claim_id, post_id, row_number() OVER (ORDER BY p.thread_id, p.created_at, post_id, start) AS place
        FROM (SELECT claim_id, post_id, start FROM claims WHERE duplicate_of IS NULL
              ORDER BY md5_number_lower(concat({seed}, ':', claim_id)), claim_id LIMIT {int(n)}) c
        JOIN posts p USING (post_id)
        """
    )
    found = frame(connection, "SELECT c.* FROM chosen JOIN claims c USING (claim_id) ORDER BY chosen.place")
    return tables.conform(found, tables.CLAIMS)


def _posts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the posts of the drawn claims, and those that these answer."""
    found = frame(
        connection,
        """
        WITH mine AS (SELECT DISTINCT post_id FROM chosen),
        above AS (SELECT DISTINCT p.parent_id AS post_id FROM mine JOIN posts p USING (post_id)
                  WHERE p.parent_id IS NOT NULL)
        SELECT p.* FROM posts p WHERE post_id IN (SELECT post_id FROM mine UNION SELECT post_id FROM above)
        ORDER BY thread_id, created_at, post_id
        """,
    )
    return tables.conform(found, tables.POSTS)


def _of_chosen(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> pd.DataFrame:
    order = "place, start" if table == "quotations" else "place, frame"
    inner = "SELECT post_id, min(place) AS place FROM chosen GROUP BY post_id" if key == "post_id" else "FROM chosen"
    return frame(connection, f"SELECT t.* FROM ({inner}) JOIN {table} t USING ({key}) ORDER BY {order}")


def _clusters(archive: Archive, claims: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Return the groups that have claims in the sample, with their counts there."""
    import pyarrow.parquet

    groups = pyarrow.parquet.read_table(archive.root / "groups" / "clusters.parquet").to_pandas()
    mine = claims.dropna(subset=["cluster_id"]).merge(posts[["post_id", "author"]], on="post_id")
    counts = mine.groupby("cluster_id").agg(n_claims=("claim_id", "size"), n_authors=("author", "nunique"))
    kept = groups.drop(columns=["n_claims", "n_authors"]).merge(counts, on="cluster_id")
    kept = kept.sort_values(["n_claims", "cluster_id"], ascending=[False, True])
    return tables.conform(kept, tables.CLUSTERS)
