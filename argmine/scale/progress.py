"""How far a run is: what is done of what there is to do, the rate, the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

UNITS = {"read": "MiB", "code": "posts", "groups": "steps", "assign": "posts"}
EVERY_S = 30.0


@contextmanager
def show_steps() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a progress callback that draws a bar a step on a terminal, and elsewhere writes a line now and then."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    with Progress(
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as bars:
        tasks: dict[str, Any] = {}
        rates = _Rates()

        def update(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=None, told="")
            bars.update(tasks[step], completed=done, total=total or None, told=rates.tell(step, done, total))

        yield update


class _Rates:
    """Tells what is done of a step, and how fast since its first report: what an earlier run did is not counted."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[float, int]] = {}

    def tell(self, step: str, done: int, total: int) -> str:
        now = time.monotonic()
        begin, first = self._began.setdefault(step, (now, done))
        line = f"{done:,} of {total:,} {UNITS.get(step, '')}".rstrip()
        if done <= first or now <= begin:
            return line
        rate = (done - first) / (now - begin)
        return f"{line} · {rate:,.0f} a second"

    def left_s(self, step: str, done: int, total: int) -> float | None:
        begin, first = self._began[step]
        return (total - done) * (time.monotonic() - begin) / (done - first) if done > first else None


class _Lines:
    def __init__(self) -> None:
        self._rates = _Rates()
        self._told: dict[str, float] = {}

    def __call__(self, step: str, done: int, total: int) -> None:
        line = self._rates.tell(step, done, total)
        now = time.monotonic()
        if done < total and now - self._told.get(step, -EVERY_S) < EVERY_S:
            return
        self._told[step] = now
        left = self._rates.left_s(step, done, total)
        ends = f" · {left / 60:,.1f} min left" if left and done < total else ""
        sys.stderr.write(f"{step:<8}{line}{ends}\n")
        sys.stderr.flush()
