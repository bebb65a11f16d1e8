"""How much of every recorded thread is read, and how much of it rightly, beside a count made without the readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import ArgmineError, SourceError
from argmine.evaluate.told import Told, tell

if TYPE_CHECKING:
    from argmine.read import Discussion

THREADS = Path("threads")
DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"
TABLE_BEGINS = "<!-- the table below is written by `argmine evaluate reading --write` -->"
_SKIPPED = ("generic_html",)  # pages of forums have a measure of their own, `argmine evaluate pages`
_SUFFIXES = (".json", ".jsonl", ".ndjson", ".zst", ".html", ".rss", ".yaml")
_CORPUS = "utterances.jsonl"
_NAMES = ("payload", "read as", "comments in it", "read", "parents right", "authors right", "times right")


@dataclass(frozen=True)
class Row:
    """What became of one payload. Pairs are (right, told): of what the payload tells, how much was read so."""

    payload: str
    format: str
    comments: int | None
    read: int
    parents: tuple[int, int] | None = None
    authors: tuple[int, int] | None = None
    times: tuple[int, int] | None = None
    unit: str = "comments"
    note: str = ""

    @property
    def is_complete(self) -> bool:
        """Return whether every comment was read, with all that is told of it."""
        return (
            self.comments is not None
            and self.read == self.comments
            and all(right == told for right, told in filter(None, (self.parents, self.authors, self.times)))
        )


def run(shared: Path) -> str:
    """Return the table as Markdown; raise SourceError where the recorded threads are not in `shared`."""
    return as_markdown(measure(shared))


def write(shared: Path) -> Path:
    """Put the table into the documentation and return that file; raise SourceError where either is missing."""
    if not DOCUMENT.is_file():
        raise SourceError(f"{DOCUMENT}: there is no such file. Run this in the project's folder.")
    before, mark, _ = DOCUMENT.read_text(encoding="utf-8").partition(TABLE_BEGINS)
    if not mark:
        raise SourceError(f"{DOCUMENT}: the line {TABLE_BEGINS!r} is missing. Put it where the table should stand.")
    DOCUMENT.write_text(f"{before}{TABLE_BEGINS}\n\n{run(shared)}\n", encoding="utf-8")
    return DOCUMENT


def measure(shared: Path) -> list[Row]:
    """Return a row for each recorded payload below `shared`, in order of their names."""
    if not (shared / THREADS).is_dir():
        raise SourceError(f"{shared / THREADS}: not found. Name the folder that holds threads/.")
    counts = _provenance(shared / THREADS / "PROVENANCE.tsv")
    return [_row(path, shared / THREADS, counts) for path in sorted(_payloads(shared / THREADS))]


def _payloads(threads: Path) -> Iterator[Path]:
    for path in threads.rglob("*"):
        # Of a corpus the folder is what a user names; one of its files stands for it.
        beside = path.name != _CORPUS and (path.parent / _CORPUS).exists()
        if path.is_file() and path.suffix in _SUFFIXES and not beside and not set(path.parts) & set(_SKIPPED):
            yield path


def _provenance(path: Path) -> dict[str, int]:
    """Return how many comments whoever gathered the payloads counted in each."""
    if not path.is_file():
        return {}
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return {row[0]: int(row[6]) for row in rows if len(row) > 6 and row[6].isdigit()}


def _row(path: Path, threads: Path, counts: dict[str, int]) -> Row:
    from argmine.read import read

    name = path.relative_to(threads).as_posix()
    try:
        told = tell(path)
    except (ValueError, KeyError, TypeError, StopIteration):  # not of the shape that its folder's name says
        told = None
    counted = counts.get(name) if told is None else len({one.id for one in told})
    try:
        discussion = read(path.parent if path.name == _CORPUS else path)
    except ArgmineError as error:
        return Row(name, "none", counted, 0, note=str(error).partition(": ")[2].partition(". ")[0].rstrip("."))
    if not told:
        coverage = discussion.coverage
        return Row(name, discussion.format, counted, coverage.read, unit=coverage.unit)
    return _compared(name, discussion, told)


def _compared(name: str, discussion: Discussion, told: Sequence[Told]) -> Row:
    posts = discussion.posts
    columns = (posts[column].astype(object) for column in ("post_id", "parent_id", "author", "created_at"))
    found = {
        post_id: (_bare(parent), author, time.timestamp() if time == time and time is not None else None)
        for post_id, parent, author, time in zip(
            *(column.where(column.notna(), None) for column in columns), strict=True
        )
    }
    pairs = [(one, found[one.id]) for one in {one.id: one for one in told}.values() if one.id in found]
    parents = [one.parent == there[0] for one, there in pairs if one.parent is not None]
    authors = [one.author == there[1] for one, there in pairs if one.author is not None]
    times = [there[2] is not None and abs(one.time - there[2]) < 1 for one, there in pairs if one.time is not None]
    return Row(
        name,
        discussion.format,
        len({one.id for one in told}),
        len(pairs),
        (sum(parents), len(parents)),
        (sum(authors), len(authors)),
        (sum(times), len(times)),
    )


def _bare(parent: str | None) -> str | None:
    """Return an identifier without the prefix that Reddit puts before it."""
    return parent[3:] if parent and parent[:3] in ("t1_", "t3_") else parent


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown, and a line of totals under it."""
    lines = ["| " + " | ".join(_NAMES) + " |", "|---|---|" + "---:|" * 5]
    for row in rows:
        unit = "" if row.unit == "comments" else f" {row.unit}"
        cells = [f"`{row.payload}`", row.note or f"`{row.format}`"]
        cells += ["not counted" if row.comments is None else f"{row.comments:,}", f"{row.read:,}{unit}"]
        cells += map(_pair, (row.parents, row.authors, row.times))
        lines.append("| " + " | ".join(cells) + " |")
    counted = [row for row in rows if row.comments]
    whole = sum(row.is_complete for row in counted)
    total, found = sum(row.comments or 0 for row in counted), sum(row.read for row in counted)
    lines += ["", f"Payloads with comments: {len(counted)}, of these read whole and right: {whole}. "]
    lines[-1] += f"Comments: {total:,} counted, {found:,} read."
    return "\n".join(lines)


def _pair(pair: tuple[int, int] | None) -> str:
    return f"{pair[0]:,} of {pair[1]:,}" if pair and pair[1] else "not told"
