"""The report of an archive: one page that opens offline, and its counts as CSV beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine.output.csv_tables import guard
from argmine.output.rendering import asset, environment, percent, records, safe_url
from argmine.scale import counts
from argmine.scale.plan import REPORT, Folder

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pandas as pd

    from argmine.codebook import Codebook

N_FORUMS, N_THREADS, N_QUOTES = 20, 10, 5


def write_report(
    connection: duckdb.DuckDBPyConnection, folder: Folder, codebook: Codebook, manifest: dict[str, Any]
) -> None:
    """Write `report.html` and `counts/*.csv`; whatever they say is counted by the database."""
    languages, seed = manifest["settings"]["languages"], manifest["settings"]["seed"]
    found = {
        "frames": counts.frames(connection, codebook, languages),
        "months": counts.by_month(connection, languages),
        "forums": counts.by_forum(connection, languages, N_FORUMS),
        "threads": counts.top_threads(connection, languages, N_THREADS),
        "quotes": counts.drawn_quotes(connection, languages, N_QUOTES, seed),
        "authors": counts.concentration(connection, codebook, languages),
    }
    (folder.root / "counts").mkdir(exist_ok=True)
    for name, table in found.items():
        _write_csv(folder.root / "counts" / f"{name}.csv", table)
    page = _render(found, codebook, manifest)
    (folder.root / REPORT).write_text(page, encoding="utf-8", errors="replace")


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    safe = table.map(lambda cell: guard(cell) if isinstance(cell, str) else cell)
    safe.to_csv(path, index=False, lineterminator="\r\n")


def _render(found: dict[str, pd.DataFrame], codebook: Codebook, manifest: dict[str, Any]) -> str:
    from markupsafe import Markup

    template = environment().get_template("archive.html.j2")
    quotes = [row | {"href": safe_url(row["url"])} for row in _rows(found["quotes"])]
    return template.render(
        style=Markup(asset("archive.css")),  # noqa: S704 - a file of this package
        codebook=codebook,
        manifest=manifest,
        counts=manifest["counts"],
        groups=manifest["groups"],
        frames=_rows(found["frames"]),
        months=_crossed(found["months"], "month", codebook),
        forums=_crossed(found["forums"], "forum", codebook),
        threads=[row | {"href": safe_url(row["url"])} for row in _rows(found["threads"])],
        quotes=quotes,
        authors=_rows(found["authors"]),
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows, each by column name, a missing cell as None."""
    return records(table.astype(object).where(table.notna(), None))


def _crossed(table: pd.DataFrame, by: str, codebook: Codebook) -> list[dict[str, Any]]:
    """Return one row a month or forum: its counted claims, and the claims and share of each frame in it."""
    rows: dict[str, dict[str, Any]] = {}
    for one in _rows(table):
        row = rows.setdefault(str(one[by]), {"name": one[by], "n_all": one["n_all"], "frames": {}})
        row["frames"][one["frame"]] = (one["n_claims"], percent(one["n_claims"] / one["n_all"]))
    nothing = (0, percent(0))
    return [
        row | {"frames": [row["frames"].get(name, nothing) for name in codebook.frame_names]} for row in rows.values()
    ]
