"""A finished archive: lazy access to its tables, its counts, and samples of it as an Analysis."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.codebook import Codebook
from argmine.errors import RunError
from argmine.scale.plan import MANIFEST, REPORT, TABLES, Folder

if TYPE_CHECKING:
    import os

    import duckdb
    import pandas as pd
    import pyarrow.dataset

    from argmine.analysis import Analysis


@dataclass(frozen=True, eq=False)
class Archive:
    """An archive's folder. Nothing is loaded until it is asked for, and then only what the question needs."""

    root: Path
    codebook: Codebook
    manifest: dict[str, Any]

    @property
    def report_page(self) -> Path:
        """The path of the report."""
        return self.root / REPORT

    def table(self, name: str) -> pyarrow.dataset.Dataset:
        """Return a table as a pyarrow Dataset: posts, quotations, claims, stances, vectors or threads."""
        import pyarrow.dataset

        if name not in TABLES:
            raise RunError(f"{self.root}: there is no table {name!r}; tables are {', '.join(TABLES)}.")
        return pyarrow.dataset.dataset(self.root / name, format="parquet", exclude_invalid_files=False)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a DuckDB connection with a view of each table; its queries read only the columns that they name."""
        from argmine.scale.database import connect, open_tables

        connection = connect()
        open_tables(connection, Folder(self.root), TABLES)
        return connection

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a query over the tables."""
        from argmine.scale.database import frame

        with self.connect() as connection:
            return frame(connection, query)

    def frames(self) -> pd.DataFrame:
        """Return one row a frame, as `Analysis.frames` does: claims, authors, share of all claims, claims a side."""
        from argmine.scale.counts import frames

        with self.connect() as connection:
            return frames(connection, self.codebook, self.manifest["settings"]["languages"])

    def sample(self, n: int, seed: int = 0) -> Analysis:
        """Return an Analysis of n claims drawn at random, repeated ones once; all of them where there are no more.

        Its posts are those of the claims and the posts that they answer. Shares in it estimate those of the archive.
        """
        from argmine.scale.sample import sample

        return sample(self, n, seed)

    def coverage_line(self) -> str:
        """Return the run in one line: what was read and set aside, claims, how many speak to a frame."""
        counts = self.manifest["counts"]
        parts = [self.manifest["coverage"]["line"]]
        parts += [f"{counts['left_out']:,} left out by the filter"] if counts["left_out"] else []
        parts += [f"{counts['rejected']:,} set aside"] if counts["rejected"] else []
        parts.append(f"{counts['claims']:,} claims")
        parts.append(f"{counts['share_in_a_frame']:.0%} speak to a frame".replace("%", " %"))
        return " · ".join(parts)

    def groups_line(self) -> str:
        """Return in one line how many groups there are, and how far they hang on the sample they were found on."""
        groups = self.manifest["groups"]
        changed = f"{groups['share_that_would_change']:.0%}".replace("%", " %")
        return (
            f"{groups['groups']:,} groups found on {groups['sample']:,} claims · {changed} of "
            f"{groups['compared_claims']:,} claims would change their group with another sample"
        )

    def __repr__(self) -> str:
        return f"Archive in {self.root}: {self.coverage_line()}"


def open_archive(folder: str | os.PathLike[str]) -> Archive:
    """Return the archive that `argmine archive` wrote into that folder; raise RunError where it holds no whole one."""
    root = Path(folder)
    try:
        manifest = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        values = {name: value for name, value in manifest["codebook"].items() if name != "sha256"}
        described = manifest["archive"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{root}: no finished archive here ({MANIFEST} is missing or not ours). Name the folder that -o named, or "
            "run `argmine archive` again to finish it."
        ) from error
    codebook = Codebook.from_dict(values)
    if described.get("codebook_folder"):
        codebook = replace(codebook, folder=Path(described["codebook_folder"]))
    return Archive(root, codebook, manifest)
