"""Ray Data as the engine: a pool of workers, each with its own encoder; a lost worker is started again by Ray."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from argmine.errors import ArgmineError, RunError
from argmine.scale.engines import Item, Work


class _Worker:
    """What Ray starts in each process of the pool."""

    def __init__(self, make: Callable[[], Work]) -> None:
        self._work = make()

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        import json

        try:
            counts = self._work(int(row["number"]), tuple(int(one) for one in row["buckets"]))
        except ArgmineError as error:  # it is the user's to mend, so it must not be tried again
            return {"counts": "", "kind": type(error).__name__, "error": str(error)}
        return {"counts": json.dumps(counts), "kind": "", "error": ""}


class RayData:
    """Units as the rows of a dataset, mapped by a pool of workers: one a device, or as many as are asked for."""

    def __init__(self, address: str, workers: int) -> None:
        import ray

        # Workers take as many threads as this process would, so that their numbers are its numbers, to the last bit.
        threads = {"OMP_NUM_THREADS": str(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)}
        kept = {name: os.environ[name] for name in ("ARGMINE_CACHE_DIR",) if name in os.environ}
        self._started = not ray.is_initialized()
        if self._started:
            try:
                ray.init(
                    address=address or None,
                    runtime_env={"env_vars": threads | kept},
                    include_dashboard=False if not address else None,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                )
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise RunError(f"Ray cannot be reached at {address or 'this machine'}: {error}.") from error
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        self._devices = int(resources.get("GPU", 0))
        self._workers = workers or self._devices or max(1, int(resources.get("CPU", 1)) // 2)

    def map(self, make: Callable[[], Work], items: Sequence[Item]) -> Iterator[dict[str, Any]]:
        """Yield the counts of each unit, as they are done; raise what a worker raised that the user can mend."""
        import json

        import ray.data

        if not items:
            return
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        rows = [{"number": number, "buckets": list(buckets)} for number, buckets in items]
        size = min(self._workers, len(rows))
        share = min(1.0, self._devices / size) if self._devices else 0
        done = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
            _Worker,  # type: ignore[arg-type]  # a class of callables, which the pool makes
            fn_constructor_args=(make,),
            compute=ray.data.ActorPoolStrategy(size=size),
            num_gpus=share,
            num_cpus=1,
        )
        for row in done.iter_rows():
            if row["kind"]:
                import argmine.errors

                raise getattr(argmine.errors, row["kind"], RunError)(row["error"])
            yield json.loads(row["counts"])

    def close(self) -> None:
        """Leave the cluster, and end it where it was started here."""
        import ray

        if self._started:
            ray.shutdown()
