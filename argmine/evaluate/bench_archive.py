"""Time and memory of archive runs on generated comments, step by step, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from argmine.errors import RunError
from argmine.scale.generator import write_comments
from argmine.scale.stand_in import write_stand_in
from argmine.scale.variations import write_variations

STAND_IN = "stand-in"
PER_CLAIMS = 100_000
# Steps that one process does, whatever the engine.
_NOT_OF_THE_ENGINE = ("copies", "groups", "report")
_RUN = """
import hashlib, json, resource, sys, time
from argmine.scale import archive
from argmine.settings import Settings

source, out, model, sample, engine, workers = sys.argv[1:]
settings = Settings(model=model, coder="similarity")
begin = time.perf_counter()
found = archive([source], out, settings=settings, sample=int(sample), engine=engine, workers=int(workers))
seconds = time.perf_counter() - begin
used = resource.getrusage(resource.RUSAGE_SELF)
tables = hashlib.sha256()
for path in sorted(found.root.rglob("*.parquet")):
    tables.update(f"{path.relative_to(found.root)} {hashlib.sha256(path.read_bytes()).hexdigest()} ".encode())
names = ("timing", "counts")
print(json.dumps({name: found.manifest[name] for name in names} | {
    "seconds": seconds,
    "cpu_seconds": used.ru_utime + used.ru_stime,
    "peak_mb": used.ru_maxrss // 1024,
    "tables": tables.hexdigest(),
}))
"""


def run(sizes: list[int], model: str, sample: int, threads: Sequence[str] = ()) -> str:
    """Return a table: for each number of comments the claims, the seconds of each step and stage, and peak memory.

    Seconds are the processors', which other work on the machine changes little, but for the last line. `growth` is how
    many times as long a comment takes as with the smaller number in the column before. The comments are generated, or
    those of `threads` repeated with changed words.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = _encoder(folder, model)
        found = [_measure(folder, n, encoder, sample, threads) for n in sizes]
    rows = [["comments", *(f"{n:,}" for n in sizes)], ["claims", *(f"{one['counts']['claims']:,}" for one in found)]]
    for group, title in (("processor_seconds", "{}, s"), ("worker_processor_seconds", "  {} in workers, s")):
        for step in found[0]["timing"][group]:
            seconds = [one["timing"][group][step] for one in found]
            rows.append([title.format(step), *grown(seconds, sizes)])
    for title, key in (("all, s", "cpu_seconds"), ("all on the clock, s", "seconds")):
        rows.append([title, *grown([one[key] for one in found], sizes)])
    rows.append(["peak memory, MB", *(f"{one['peak_mb']:,}" for one in found)])
    return _laid_out(rows)


def compare_engines(sizes: list[int], model: str, sample: int, engine: str, workers: int) -> str:
    """Return a table: the seconds of the local engine and another, what that adds, and whether the tables are equal.

    Counted are starting the engine and its steps: reading, coding and assigning. With two sizes or more, the last line
    has the cost that does not grow with the claims and the one that does, by least squares.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = _encoder(folder, model)
        pairs = [
            (_measure(folder, n, encoder, sample), _measure(folder, n, encoder, sample, (), engine, workers))
            for n in sizes
        ]
    claims = [local["counts"]["claims"] for local, _ in pairs]
    local_s, other_s = ([_engine_seconds(pair[place]) for pair in pairs] for place in (0, 1))
    added = [other - local for local, other in zip(local_s, other_s, strict=True)]
    rows = [
        ["comments", *(f"{n:,}" for n in sizes)],
        ["claims", *(f"{n:,}" for n in claims)],
        ["local, s", *(f"{seconds:.1f}" for seconds in local_s)],
        [f"{engine}, {workers} workers, s", *(f"{seconds:.1f}" for seconds in other_s)],
        [f"{engine} adds, s", *(f"{seconds:.1f}" for seconds in added)],
        ["tables", *("equal" if one["tables"] == other["tables"] else "DIFFERENT" for one, other in pairs)],
    ]
    if len(set(claims)) < 2:
        return _laid_out(rows)
    fixed, each = line_through(claims, added)
    line = f"{engine} adds {fixed:.1f} s to a run and {PER_CLAIMS * each:.1f} s for {PER_CLAIMS:,} claims."
    return f"{_laid_out(rows)}\n{line}"


def grown(seconds: list[float], sizes: list[int]) -> list[str]:
    """Return the seconds as text, each with the growth of the time of one comment since the one before.

    >>> grown([1.0, 11.0], [10, 100])
    ['1.0', '11.0 (growth 1.10)']
    """
    cells = [f"{seconds[0]:.1f}"]
    for place in range(1, len(seconds)):
        before = seconds[place - 1] / sizes[place - 1]
        growth = f" (growth {seconds[place] / sizes[place] / before:.2f})" if before else ""
        cells.append(f"{seconds[place]:.1f}{growth}")
    return cells


def line_through(counts: list[int], seconds: list[float]) -> tuple[float, float]:
    """Return the seconds at a count of nothing and the seconds for each one more, by least squares.

    >>> fixed, each = line_through([0, 10, 20], [1.0, 2.0, 3.0])
    >>> round(fixed, 6), round(each, 6)
    (1.0, 0.1)
    """
    import numpy as np

    each, fixed = np.polyfit(counts, seconds, 1)
    return float(fixed), float(each)


def _encoder(folder: Path, model: str) -> str:
    return str(write_stand_in(folder / "encoder")) if model == STAND_IN else model


def _engine_seconds(found: dict[str, Any]) -> float:
    others: float = sum(found["timing"]["seconds"][step] for step in _NOT_OF_THE_ENGINE)
    return float(found["seconds"]) - others


def _laid_out(rows: list[list[str]]) -> str:
    return "\n".join("  ".join(f"{cell:>22}" if at else f"{cell:<22}" for at, cell in enumerate(row)) for row in rows)


def _measure(
    folder: Path,
    n: int,
    model: str,
    sample: int,
    threads: Sequence[str] = (),
    engine: str = "local",
    workers: int = 0,
) -> dict[str, Any]:
    source = folder / f"{n}.ndjson.zst"
    if not source.exists():
        write_variations(source, threads, n) if threads else write_comments(source, n)
    out = folder / f"archive-{n}-{engine}"
    command = [sys.executable, "-c", _RUN, str(source), str(out), model, str(sample), engine, str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    if done.returncode:
        raise RunError(f"the run on {n:,} comments failed: {done.stderr.strip().splitlines()[-1]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured
