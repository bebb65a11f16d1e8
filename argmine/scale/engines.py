"""Who does the work: this process, or the workers of Ray Data. The work itself is the same function of a partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from argmine.errors import RunError, SettingsError

ENGINES = ("local", "ray")

Item = tuple[int, tuple[int, ...]]
"""The number of a unit of work, and the buckets that it holds."""


class Work(Protocol):
    """What is done with one unit: it writes files, and returns what it counted."""

    def __call__(self, number: int, buckets: tuple[int, ...]) -> dict[str, Any]:
        """Do the work of one unit."""
        ...


class Engine(Protocol):
    """Runs work on units and yields what each counted, in any order."""

    def map(self, make: Callable[[], Work], items: Sequence[Item]) -> Iterator[dict[str, Any]]:
        """Yield the counts of each unit; `make` is called once in every worker."""
        ...

    def close(self) -> None:
        """End what the engine started."""
        ...


class Local:
    """One unit after another, in this process."""

    def map(self, make: Callable[[], Work], items: Sequence[Item]) -> Iterator[dict[str, Any]]:
        """Yield the counts of each unit, in order."""
        work = make()
        for number, buckets in items:
            yield work(number, buckets)

    def close(self) -> None:
        """Nothing was started."""


def open_engine(name: str, address: str, workers: int) -> Engine:
    """Return the engine of that name; raise SettingsError for another, or RunError where Ray is not installed."""
    if name == "local":
        return Local()
    if name != "ray":
        raise SettingsError(f"engine is {name!r}; choose one of {', '.join(ENGINES)}.")
    try:
        import ray.data  # noqa: F401
    except ModuleNotFoundError as error:
        raise RunError(
            'the engine ray is not installed. Run: pip install "argmine[ray]", or use --engine local.'
        ) from error
    from argmine.scale.ray_engine import RayData

    return RayData(address, workers)
