"""An Analysis to one file of another tool, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine.errors import SettingsError
from argmine.output.exchange import aggregate
from argmine.output.exchange.formats import FORMATS, find_format
from argmine.output.exchange.material import Material
from argmine.output.exchange.pseudonyms import pseudonymous
from argmine.output.exchange.writing import replaced

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.analysis import Analysis

PRIVACY = ("none", "pseudonymous", "aggregate")


@dataclass(frozen=True)
class Exported:
    """The files written, and one line on what is in them."""

    paths: tuple[Path, ...]
    line: str


def export(
    analysis: Analysis,
    name: str,
    path: Path,
    *,
    privacy: str = "none",
    k: int = aggregate.DEFAULT_K,
    key: bytes | None = None,
) -> Exported:
    """Write the Analysis in the format of that name and say what was written.

    `privacy` is one of PRIVACY; `pseudonymous` needs the run's key, `aggregate` the least authors of a cell. Raise
    SettingsError for what does not go together, RunError where the file cannot be written; a failure leaves no file.
    """
    form = find_format(name)
    if privacy not in PRIVACY:
        raise SettingsError(f"privacy is {privacy!r}; choose one of {', '.join(PRIVACY)}.")
    if privacy == "aggregate":
        return _export_counts(analysis, name, path, k)
    if privacy == "pseudonymous" and key is None:
        raise SettingsError("pseudonyms need the run's key: export from the run folder, or give `key`.")
    material = pseudonymous(analysis, key) if privacy == "pseudonymous" and key else Material(analysis)
    paths = [path]
    if form.companion:
        ending, text = form.companion
        paths.append(path.with_name(path.name + ending))
        with replaced(paths[1]) as partial:
            partial.write_text(text(material), encoding="utf-8")
    with replaced(path) as partial:
        form.write(material, partial)
    line = f"{len(material.claims):,} claims of {len(material.posts):,} posts · offsets: {form.offsets}"
    if material.privacy == "pseudonymous":
        line += f" · authors as pseudonyms, {len(material.masked):,} posts with masked names, no permalinks"
    return Exported(tuple(paths), line)


def _export_counts(analysis: Analysis, name: str, path: Path, k: int) -> Exported:
    write_table = find_format(name).write_table
    if write_table is None:
        holding = [form.name for form in FORMATS.values() if form.write_table]
        raise SettingsError(
            f"aggregate has counts and no texts, which {name} cannot hold; choose {', '.join(holding)}."
        )
    rows = aggregate.aggregate(analysis, k)
    with replaced(path) as partial:
        write_table(aggregate.COLUMNS, rows, partial)
    hidden = sum(row["status"] == "suppressed" for row in rows)
    return Exported(
        (path,), f"{len(rows):,} counts, {hidden:,} suppressed so that none is about fewer than {k} authors"
    )
