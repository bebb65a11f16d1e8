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


def find_copies(folder: Folder) -> None:
    """Write the claims that repeat one of another thread, each with the first that says it; once for a run."""
    if folder.copies.is_file():
        return
    partial = folder.copies.with_name(f".copies.{os.getpid()}")
    with connect(folder.work / "scratch") as connection:
        connection.execute(
            f"""
            COPY (
              WITH said AS (
                SELECT c.copy_key, c.claim_id, coalesce(epoch_us(p.created_at), {_LAST}) AS moment
                FROM {files(folder.work / "claims")} c JOIN {files(folder.root / "posts")} p USING (post_id)
                WHERE c.copy_key IS NOT NULL
              )
              SELECT copy_key, arg_min(claim_id, (moment, claim_id)) AS first FROM said
              GROUP BY copy_key HAVING count(*) > 1 ORDER BY copy_key
            ) TO {literal(str(partial))} (FORMAT parquet)
            """
        )
    partial.replace(folder.copies)


def link_copies(claims: pd.DataFrame, copies: Path) -> pd.DataFrame:
    """Return a partition's claims with `duplicate_of` filled in for those that repeat a claim of another thread."""
    import pyarrow as pa

    with connect() as connection:
        keys = pa.array(claims["copy_key"], pa.int64(), from_pandas=True)
        connection.register("said", pa.table({"claim_id": pa.array(claims["claim_id"], pa.string()), "copy_key": keys}))
        rows = connection.execute(
            f"SELECT claim_id, first FROM said JOIN read_parquet({literal(str(copies))}) USING (copy_key) "
            "WHERE first <> claim_id"
        ).fetchall()
    first: dict[str, str] = dict(rows)
    if not first:
        return claims
    known = claims["duplicate_of"]
    linked = known.where(known.notna(), claims["claim_id"]).map(first)
    return claims.assign(duplicate_of=linked.where(linked.notna(), known))
