"""Claims that are said word for word in several threads: each counts once, where it was said first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.scale.database import connect, files, literal

if TYPE_CHECKING:
    import pandas as pd

    from argmine.scale.plan import Folder

_LAST = 2**62
_TOGETHER = 20_000


def find_copies(folder: Folder) -> None:
    """Write the claims that repeat one of another thread, by partition, each with the first; once for a run."""
    if folder.copies.is_file():
        return
    partial = folder.copies.with_name(f".copies.{os.getpid()}")
    with connect(folder.work / "scratch") as connection:
        connection.execute(
            f"""
            COPY (
              WITH said AS (
                SELECT c.copy_key, c.claim_id, regexp_extract(c.filename, 'part-(\\d+)', 1)::BIGINT AS part,
                       coalesce(epoch_us(p.created_at), {_LAST}) AS moment
                FROM {files(folder.work / "claims", named=True)} c JOIN {files(folder.root / "posts")} p USING (post_id)
                WHERE c.copy_key IS NOT NULL
              ), firsts AS (
                SELECT copy_key, arg_min(claim_id, (moment, claim_id)) AS first FROM said
                GROUP BY copy_key HAVING count(*) > 1
              )
              SELECT part, claim_id, first FROM said JOIN firsts USING (copy_key) WHERE claim_id <> first
              ORDER BY part, claim_id
            ) TO {literal(str(partial))} (FORMAT parquet, ROW_GROUP_SIZE {_TOGETHER})
            """
        )
    partial.replace(folder.copies)


def link_copies(claims: pd.DataFrame, number: int, copies: Path) -> pd.DataFrame:
    """Return a partition's claims with `duplicate_of` filled in for those that repeat a claim of another thread."""
    import pyarrow.parquet

    # Only the part of the file that speaks of this partition is read.
    mine = pyarrow.parquet.read_table(copies, columns=["claim_id", "first"], filters=[("part", "=", number)])
    if not len(mine):
        return claims
    first = dict(zip(mine["claim_id"].to_pylist(), mine["first"].to_pylist(), strict=True))
    known = claims["duplicate_of"]
    linked = known.where(known.notna(), claims["claim_id"]).map(first)
    return claims.assign(duplicate_of=linked.where(linked.notna(), known))
