"""Whether every reader survives what it was not made for: broken copies of sample threads, from a fixed seed.

Each copy must give a Discussion whose marks lie within its texts, or an ArgmineError of one sentence; within 5 seconds
of the processor's time and 1 GiB. What becomes of a copy depends on its number, not on how the work is shared out.
"""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from argmine.errors import ArgmineError, SourceError
from argmine.evaluate.mutants import mutant
from argmine.read import FORMATS, Discussion, read

SAMPLES = Path(__file__).parents[2] / "data" / "threads"
LONGEST_S = 5.0
"""Seconds of the processor's time, so that a busy machine makes no reader look slow; asleep it is 20 times that."""
_ASLEEP = 20
MOST_MEMORY = 2**30
_LARGE = 16_000
"""Bytes. A fault of a reader shows in a small file as well, so a large sample is tried only where there is none."""
_CORPUS = "utterances.jsonl"
_SHARE = 500
"""Copies that a process takes at a time."""
_SHOWN = 20
_LONGEST_MESSAGE = 2_000


class _Overdue(BaseException):
    """Raised within a read that takes too long; no handler of the code under test takes it for its own."""


@dataclass
class Tally:
    """What became of the mutants of one format: counts, seconds of the slowest, and every failure in words."""

    read: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        """Return both as one."""
        return Tally(
            self.read + other.read,
            self.refused + other.refused,
            max(self.slowest_s, other.slowest_s),
            self.failures + other.failures,
        )


def run(n: int, seed: int = 0, names: Sequence[str] = (), workers: int = 1) -> tuple[str, int]:
    """Return a table of what became of n mutants a format, and the number of failures.

    `names` are the formats to try, all if empty; `workers` is the number of processes. Raise SourceError for an unknown
    format, or one without a sample.
    """
    for name in names:
        if name not in FORMATS:
            raise SourceError(f"there is no format {name!r}; choose one of {', '.join(FORMATS)}.")
    tallies = try_formats(names or tuple(FORMATS), n, seed, workers)
    lines = [f"{n:,} mutants a format, seed {seed}; every second one read as its format whatever it looks like", ""]
    lines.append(f"{'format':<22}{'read':>10}{'refused':>10}{'failed':>10}{'slowest s':>12}")
    for name, tally in tallies.items():
        numbers = f"{tally.read:>10,}{tally.refused:>10,}{len(tally.failures):>10,}{tally.slowest_s:>12.3f}"
        lines.append(f"{name:<22}{numbers}")
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    lines += ["", *failures[:_SHOWN]] if failures else []
    return "\n".join(lines), len(failures)


def try_formats(names: Sequence[str], n: int, seed: int, workers: int = 1) -> dict[str, Tally]:
    """Return what became of n mutants of each format, in `workers` processes.

    Raise SourceError for a format without a sample.
    """
    shares = [(name, range(start, min(start + _SHARE, n))) for name in names for start in range(0, n, _SHARE)]
    tallies = {name: Tally() for name in names}
    if workers == 1:
        samples = sample_files()
        for name, numbers in shares:
            tallies[name] += try_format(name, samples, numbers, seed)
        return tallies
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [(name, numbers, pool.submit(_try_share, name, numbers, seed)) for name, numbers in shares]
        for name, numbers, future in waiting:
            try:
                tallies[name] += future.result()
            except BrokenProcessPool:
                tallies[name].failures.append(
                    f"{name} {numbers.start}-{numbers.stop - 1}: not tried, a process was killed"
                )
    return tallies


def _try_share(name: str, numbers: range, seed: int) -> Tally:
    return try_format(name, sample_files(), numbers, seed)


@cache
def sample_files() -> Mapping[str, list[bytes]]:
    """Return the bytes of the sample threads by the name of the format that reads them; small ones where there are."""
    if not SAMPLES.is_dir():
        raise SourceError(
            f"{SAMPLES}: the sample threads are not beside the package. Run this in the project's folder."
        )
    samples: dict[str, list[bytes]] = {}
    for path in sorted([*SAMPLES.iterdir(), *(SAMPLES / "formats").iterdir()]):
        if path.is_dir() and not (path / _CORPUS).exists():
            continue
        data = (path / _CORPUS if path.is_dir() else path).read_bytes()
        samples.setdefault(read(path).format, []).append(data)
    return {name: [data for data in files if len(data) < _LARGE] or files for name, files in samples.items()}


def try_format(name: str, samples: Mapping[str, list[bytes]], numbers: range, seed: int) -> Tally:
    """Return what became of the mutants of a format's samples that have these numbers."""
    if name not in samples:
        raise SourceError(f"there is no sample thread of the format {name!r} in {SAMPLES / 'formats'}. Add one.")
    others = [data for kind in sorted(samples) for data in samples[kind]]
    tally = Tally()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mutant"
        for number in numbers:
            path.write_bytes(mutant(samples[name], others, f"{seed}/{name}/{number}"))
            _try(partial(read, path, format=name if number % 2 else None), f"{name} {number}", tally)
    return tally


def _try(reading: Callable[[], Discussion], label: str, tally: Tally) -> None:
    memory = _peak_memory()
    begun = time.process_time()
    failure = ""
    try:
        with _alarm(LONGEST_S):
            discussion = reading()
        failure = _unsound(discussion)
        tally.read += not failure
    except ArgmineError as error:
        tally.refused += 1
        message = str(error)
        if len(message) > _LONGEST_MESSAGE or "\n" in message or not message.endswith((".", "…")):
            failure = f"an error that is no sentence, of {len(message):,} characters: {message[:200]!r}"
    except _Overdue:
        failure = f"not done after {LONGEST_S:g} s"
    except (Exception, RecursionError) as error:  # noqa: BLE001 - whatever escapes is what is looked for
        failure = f"{type(error).__name__}: {str(error)[:200]}"
    seconds = time.process_time() - begun
    tally.slowest_s = max(tally.slowest_s, seconds)
    if not failure and seconds > LONGEST_S:
        failure = f"took {seconds:.1f} s"
    if not failure and _peak_memory() - memory > MOST_MEMORY:
        failure = f"took {(_peak_memory() - memory) / 2**20:,.0f} MiB"
    if failure:
        tally.failures.append(f"{label}: {failure}")


def _unsound(discussion: Discussion) -> str:
    """Return what is wrong with a discussion, "" if nothing."""
    lengths = dict(
        zip(discussion.posts["post_id"].tolist(), discussion.posts["text"].fillna("").str.len(), strict=True)
    )
    marks = zip(*(discussion.markup[name].tolist() for name in ("post_id", "start", "end")), strict=True)
    for post_id, start, end in marks:
        if not 0 <= start < end <= lengths.get(post_id, -1):
            return f"a mark at {start}-{end} outside its text of {lengths.get(post_id)} characters"
    if not discussion.coverage.line() or len(lengths) != len(discussion.posts):
        return "two posts with one identifier"
    return ""


def _peak_memory() -> int:
    """Return the most bytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise _Overdue after some seconds."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Overdue

    clocks = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {number: signal.signal(number, ring) for number in clocks}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _ASLEEP * seconds)
    try:
        yield
    finally:
        for number, clock in clocks.items():
            signal.setitimer(clock, 0)
            signal.signal(number, before[number])
