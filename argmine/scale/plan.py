"""What an archive run was asked to do, and where everything lies in its folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.errors import RunError
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.codebook import Codebook

PLAN = "plan.json"
MANIFEST = "run.json"
REPORT = "report.html"
TABLES = ("posts", "quotations", "claims", "stances", "vectors", "threads")
"""The partitioned tables of an archive; the last two are its own."""

BUCKET_POSTS = 2_500
PARTITION_POSTS = 5_000
MOST_BUCKETS = 65_536
# Bytes of a record, by how its file ends: what decides the number of buckets, which are joined again where too small.
_RECORD_BYTES = {".zst": 200, ".gz": 250, ".parquet": 200}
_USUAL_RECORD_BYTES = 600


@dataclass(frozen=True)
class Plan:
    """One run: its files, what is read of them, and every setting that its tables depend on."""

    sources: tuple[str, ...]
    sizes: tuple[int, ...]
    where: str
    settings: dict[str, Any]
    codebook: dict[str, Any]
    codebook_folder: str | None
    sample: int
    n_buckets: int
    partition_posts: int

    def __hash__(self) -> int:
        return hash(self.sha256)

    @property
    def sha256(self) -> str:
        """Return the hash of the plan: of two runs with equal ones, each can finish what the other began."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def make_plan(
    files: list[str], sizes: list[int], where: str, settings: Settings, codebook: Codebook, sample: int
) -> Plan:
    """Return the plan of a run; the number of buckets follows from the sizes of the files."""
    posts = sum(
        size / _RECORD_BYTES.get(Path(file).suffix, _USUAL_RECORD_BYTES)
        for file, size in zip(files, sizes, strict=True)
    )
    return Plan(
        tuple(files),
        tuple(sizes),
        where,
        settings.as_dict(),
        codebook.as_dict(),
        str(codebook.folder) if codebook.folder else None,
        sample,
        min(MOST_BUCKETS, max(1, round(posts / BUCKET_POSTS))),
        PARTITION_POSTS,
    )


@dataclass(frozen=True)
class Folder:
    """The folder of an archive run."""

    root: Path

    def part(self, table: str, number: int) -> Path:
        """Return the file of one partition of a table."""
        return self.root / table / f"part-{number:05}.parquet"

    @property
    def work(self) -> Path:
        """What a run needs until it has ended."""
        return self.root / "work"

    def spool(self, source: int) -> Path:
        """Return the folder of the posts that were read from one source."""
        return self.work / "spool" / f"{source:05}"

    def coded(self, number: int) -> Path:
        """Return the file of a partition's claims before copies are linked and groups are given."""
        return self.work / "claims" / f"part-{number:05}.parquet"

    def counts(self, number: int) -> Path:
        """Return the file that says what a partition held."""
        return self.work / "counts" / f"{number:05}.json"

    @property
    def copies(self) -> Path:
        """Claims that are said in several threads, each with the first that says it."""
        return self.work / "copies.parquet"

    def model(self, number: int) -> Path:
        """Return the folder of what was fitted on a sample: 0 is the run's, 1 another sample's for comparison."""
        return self.root / "groups" if number == 0 else self.work / f"groups-{number}"

    def rejected(self, name: str) -> Path:
        """Return the file of the records of a source or a partition that were set aside."""
        return self.root / "rejected" / f"{name}.jsonl"

    def discard_if_nothing_done(self) -> None:
        """Remove what a run has written that failed before any post was kept: it can then begin anew otherwise."""
        counts = [json.loads(path.read_text(encoding="utf-8")) for path in self.work.glob("spool/*/counts.json")]
        if any(one["posts"] for one in counts):
            return
        for path in (self.work, self.root / "rejected"):
            shutil.rmtree(path, ignore_errors=True)
        (self.root / PLAN).unlink(missing_ok=True)
        if self.root.is_dir() and not any(self.root.iterdir()):
            self.root.rmdir()

    def clear(self) -> None:
        """Remove what a killed run or worker had half written."""
        places = [self.root / name for name in (*TABLES, "groups", "rejected")]
        places += [self.work, *(self.work / name for name in ("spool", "claims", "counts"))]
        for stale in [path for place in places for path in place.glob(".*")]:
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()


def begin(folder: Folder, plan: Plan) -> bool:
    """Write the plan into the folder and return False, or return True where the same run was begun there.

    Raise RunError where the folder holds anything else.
    """
    path = folder.root / PLAN
    if folder.root.is_file():
        raise RunError(f"{folder.root}: this is a file. Name a folder for the archive.")
    if path.is_file():
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: cannot be read: {error}. Name another folder.") from error
        mine = json.loads(json.dumps(asdict(plan)))
        differing = sorted(name for name in mine if begun.get(name) != mine[name])
        if differing:
            raise RunError(
                f"{folder.root}: a run with other {', '.join(differing)} was begun here. "
                "Name another folder, or give what that run was given."
            )
        return True
    if folder.root.is_dir() and any(folder.root.iterdir()):
        raise RunError(f"{folder.root}: this folder holds something that is not an archive run. Name another.")
    write_json(path, asdict(plan))
    return False


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all; raise RunError where the disk refuses."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}.") from error
