"""Time and memory of archive runs on generated comments, step by step, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from argmine.errors import RunError
from argmine.scale.generator import write_comments
from argmine.scale.stand_in import write_stand_in

STAND_IN = "stand-in"
_RUN = """
import json, resource, sys
from argmine.scale import archive
from argmine.settings import Settings

source, out, model, sample = sys.argv[1:]
found = archive([source], out, settings=Settings(model=model, coder="similarity"), sample=int(sample))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"timing": found.manifest["timing"], "counts": found.manifest["counts"], "peak_mb": peak // 1024}))
"""


def run(sizes: list[int], model: str, sample: int) -> str:
    """Return a table: for each number of comments the claims, the seconds of each step and stage, and peak memory.

    `growth` is how many times as long a comment takes as with the smaller number in the column before.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = str(write_stand_in(folder / "encoder")) if model == STAND_IN else model
        found = [_measure(folder, n, encoder, sample) for n in sizes]
    rows = [["comments", *(f"{n:,}" for n in sizes)], ["claims", *(f"{one['counts']['claims']:,}" for one in found)]]
    for group in ("seconds", "worker_seconds"):
        for step in found[0]["timing"][group]:
            seconds = [one["timing"][group][step] for one in found]
            rows.append([f"{step}, s" if group == "seconds" else f"  {step} in workers, s", *_grown(seconds, sizes)])
    rows.append(["peak memory, MB", *(f"{one['peak_mb']:,}" for one in found)])
    return "\n".join("  ".join(f"{cell:>22}" if at else f"{cell:<22}" for at, cell in enumerate(row)) for row in rows)


def _grown(seconds: list[float], sizes: list[int]) -> list[str]:
    """Return the seconds as text, each with the growth of the time of one comment since the one before.

    >>> _grown([1.0, 11.0], [10, 100])
    ['1.0', '11.0 (growth 1.10)']
    """
    cells = [f"{seconds[0]:.1f}"]
    for place in range(1, len(seconds)):
        before = seconds[place - 1] / sizes[place - 1]
        growth = f" (growth {seconds[place] / sizes[place] / before:.2f})" if before else ""
        cells.append(f"{seconds[place]:.1f}{growth}")
    return cells


def _measure(folder: Path, n: int, model: str, sample: int) -> dict[str, Any]:
    source = write_comments(folder / f"{n}.ndjson.zst", n)
    command = [sys.executable, "-c", _RUN, str(source), str(folder / f"archive-{n}"), model, str(sample)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    if done.returncode:
        raise RunError(f"the run on {n:,} comments failed: {done.stderr.strip().splitlines()[-1]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured
