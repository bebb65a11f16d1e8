"""The folder that a run writes, whole or not at all, and reads back to the byte."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine import tables
from argmine.errors import RunError
from argmine.output.csv_tables import read_table, write_tables

if TYPE_CHECKING:
    from argmine.analysis import Analysis

MANIFEST = "run.json"
VECTORS = "vectors.npy"
REPORT = "report.html"
KEY = "pseudonyms.key"
"""The key of pseudonymous exports: it belongs to the folder, not to the Analysis, and stays when a run is rewritten."""


def write_run(analysis: Analysis, folder: Path) -> Path:
    """Write the run and return the path of its report page.

    Everything is written beside the folder first and then renamed. An existing folder is replaced only when it is empty
    or holds an argmine run; raise RunError otherwise, or where the disk refuses.
    """
    check_replaceable(folder)
    partial = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    old = folder.parent / f".{folder.name}.{os.getpid()}.old"
    try:
        partial.mkdir(parents=True)
        _write_files(analysis, partial)
        carry_key(folder, partial)
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
    except OSError as error:
        raise RunError(f"{folder}: cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return folder / REPORT


def carry_key(origin: Path, folder: Path) -> None:
    """Copy the key of pseudonyms from one run folder to another that has none, so that pseudonyms stay the same."""
    if (origin / KEY).is_file() and not (folder / KEY).exists():
        shutil.copy2(origin / KEY, folder / KEY)


def check_replaceable(folder: Path) -> None:
    """Raise RunError where writing a run would overwrite something that is not one."""
    if folder.is_file():
        raise RunError(f"{folder}: this is a file. Name a folder for the report.")
    if folder.is_dir() and any(folder.iterdir()) and not _is_run(folder):
        raise RunError(f"{folder}: this folder holds something that is not an argmine run. Name another, or empty it.")


def read_run(folder: Path) -> Analysis:
    """Return the Analysis that was written there; raise RunError where a file is missing or damaged."""
    import numpy as np

    from argmine.analysis import Analysis
    from argmine.codebook import Codebook

    if not _is_run(folder):
        raise RunError(
            f"{folder}: no argmine run here ({MANIFEST} is missing or not ours). Name the folder that -o named."
        )
    manifest = _read_manifest(folder)
    try:
        vectors = np.load(folder / VECTORS, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RunError(f"{folder / VECTORS}: cannot be read: {error}. Run the report again.") from error
    loaded = {table.name: read_table(folder / "tables", table) for table in tables.TABLES}
    n_claims = len(loaded["claims"])
    if len(vectors) != n_claims:
        raise RunError(
            f"{folder}: {len(vectors)} vectors for {n_claims} claims. Was a file changed? Run the report again."
        )
    values = {name: value for name, value in manifest["codebook"].items() if name != "sha256"}
    return Analysis(**loaded, vectors=vectors, codebook=Codebook.from_dict(values), manifest=manifest)


def _write_files(analysis: Analysis, folder: Path) -> None:
    import numpy as np

    from argmine.output.figures import save_map
    from argmine.output.page import write_page

    write_tables(analysis, folder / "tables")
    np.save(folder / VECTORS, analysis.vectors)
    save_map(analysis, folder)
    write_page(analysis, folder / REPORT)
    text = json.dumps(analysis.manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _is_run(folder: Path) -> bool:
    try:
        return "argmine" in _read_manifest(folder)
    except RunError:
        return False


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / MANIFEST}: cannot be read: {error}.") from error
    if not isinstance(manifest, dict):
        raise RunError(f"{folder / MANIFEST}: not a manifest.")
    return manifest
