"""Seconds of each step: on the wall, and of the processors, which other work on the machine hardly changes."""

from __future__ import annotations

import time


class Clock:
    """Times steps of this process, one after the other, from when it is made."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.processor_seconds: dict[str, float] = {}
        self._begin = time.perf_counter(), time.process_time()

    def lap(self, step: str) -> None:
        """Note the time since the last lap as that of a step."""
        now = time.perf_counter(), time.process_time()
        self.seconds[step], self.processor_seconds[step] = (
            round(end - begin, 3) for end, begin in zip(now, self._begin, strict=True)
        )
        self._begin = now
