"""Time of each stage of a report, and peak memory, on generated threads of growing size; each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from argmine.errors import RunError, SettingsError
from argmine.evaluate.bench_archive import grown
from argmine.scale.generator import write_comments
from argmine.scale.stand_in import write_stand_in

STAND_IN = "stand-in"
CLAIMS_A_COMMENT = 3.6
"""What the generator's comments hold, about."""
SMALLEST = 10
_RUN = """
import json, resource, sys, time
from pathlib import Path
from argmine import analyze
from argmine.settings import Settings

source, out, model, coder = sys.argv[1:]
begun, processor = {}, {}

def note(stage, done, total):
    now = time.process_time()
    begun.setdefault(stage, now)
    processor[stage] = round(now - begun[stage], 2)

given = {"model": model} if model else {}
found = analyze(source, settings=Settings(coder=coder, **given), progress=note)
start = time.perf_counter()
note("write", 0, 0)
page = found.report(out)
note("write", 1, 1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({
    "seconds": found.manifest["timing"]["seconds"] | {"write": round(time.perf_counter() - start, 3)},
    "processor": processor,
    "claims": found.manifest["counts"]["claims"],
    "groups": len(found.clusters),
    "umap": "umap" in sys.modules or "hdbscan" in sys.modules,
    "peak_mb": peak // 1024,
    "page_mb": round(Path(page).stat().st_size / 1e6, 1),
}))
"""


def run(claims: str, model: str, coder: str) -> str:
    """Return a table: for each number of claims the seconds of each stage, their growth, memory and the page's size.

    `claims` are numbers with commas between them, as "1000,10000"; threads of about so many claims are generated. Under
    the seconds of the clock stand those of the processors, all threads together, which other work on the machine does
    not lengthen; their growth is how many times as long a claim takes as with the number in the column before. `model`
    is an encoder, empty for the default, or stand-in for a small static one. No text is in the cache before a run.
    """
    sizes = sizes_of(claims)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoder = str(write_stand_in(folder / "encoder")) if model == STAND_IN else model
        found = [_measure(folder, n, encoder, coder) for n in sizes]
    counted = [one["claims"] for one in found]
    rows = [["claims", *(f"{n:,}" for n in counted)]]
    for stage in found[0]["seconds"]:
        rows.append([f"{stage}, s", *(f"{one['seconds'][stage]:.1f}" for one in found)])
        rows.append(["  of processors, s", *grown([one["processor"][stage] for one in found], counted)])
    rows.append(["together, s", *(f"{sum(one['seconds'].values()):.1f}" for one in found)])
    rows.append(["  of processors, s", *grown([sum(one["processor"].values()) for one in found], counted)])
    rows.append(["groups", *(f"{one['groups']:,}" for one in found)])
    rows.append(["UMAP and HDBSCAN", *("used" if one["umap"] else "not loaded" for one in found)])
    rows.append(["peak memory, MB", *(f"{one['peak_mb']:,}" for one in found)])
    rows.append(["page, MB", *(f"{one['page_mb']}" for one in found)])
    return "\n".join("  ".join(f"{cell:>22}" if at else f"{cell:<18}" for at, cell in enumerate(row)) for row in rows)


def sizes_of(claims: str) -> list[int]:
    """Return the numbers; raise SettingsError for what is no list of whole numbers of at least SMALLEST.

    >>> sizes_of("1000,10000")
    [1000, 10000]
    """
    try:
        sizes = [int(one) for one in claims.replace("_", "").split(",")]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) < SMALLEST:
        raise SettingsError(f"claims is {claims!r}; give numbers of at least {SMALLEST}, as 1000,10000,100000.")
    return sizes


def _measure(folder: Path, n: int, model: str, coder: str) -> dict[str, Any]:
    import os

    source = write_comments(folder / f"{n}.ndjson", max(3, round(n / CLAIMS_A_COMMENT)))
    command = [sys.executable, "-c", _RUN, str(source), str(folder / f"run-{n}"), model, coder]
    environment = os.environ | {"ARGMINE_CACHE_DIR": str(folder / f"cache-{n}")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - our code
    if done.returncode:
        raise RunError(f"the run on {n:,} claims failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured
