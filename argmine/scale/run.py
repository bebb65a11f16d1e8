"""archive(): the steps of a run in order. Each is done or absent, so a killed run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.errors import ArgmineError, SourceError
from argmine.read.streaming import expand, size_of
from argmine.scale.clock import Clock
from argmine.scale.copies import find_copies
from argmine.scale.engines import Engine, Item, Local, open_engine
from argmine.scale.gather import gather
from argmine.scale.grouping import DEFAULT_SAMPLE, fit_groups
from argmine.scale.plan import MANIFEST, Folder, Plan, begin, make_plan
from argmine.scale.tools import load_tools
from argmine.scale.where import parse_where
from argmine.scale.work import Coding, Grouping
from argmine.settings import Settings

if TYPE_CHECKING:
    import os

    from argmine.codebook import Codebook
    from argmine.scale.opened import Archive

Progress = Callable[[str, int, int], None]
"""Called with a step's name, what is done and what there is to do: records, posts or claims."""


@dataclass(frozen=True)
class _Gathering:
    """Reading a source, as a unit of work."""

    folder: Folder
    plan: Plan
    progress: Callable[[int], None] | None = None

    def __call__(self, number: int, buckets: tuple[int, ...]) -> dict[str, Any]:
        return gather(self.folder, self.plan, number, self.progress or (lambda n_bytes: None))


def archive(
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    engine: str = "local",
    address: str = "",
    workers: int = 0,
    where: str = "",
    sample: int = DEFAULT_SAMPLE,
    codebook: Codebook | str | os.PathLike[str] | None = None,
    settings: Settings | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Archive:
    """Run the stages over files of any size and return the Archive that was written to the folder `out`.

    `sources` are files, folders or fsspec addresses; `where` is a filter as `parse_where` reads it; `sample` is how
    many claims the groups are found on. `engine` is local or ray, with the `address` of a cluster and the number of
    `workers` (0: one a device). A killed run is finished by the same call. Raise an ArgmineError that says what to do.
    """
    from argmine.codebook import BUILT_IN, Codebook, load_codebook
    from argmine.scale.opened import open_archive

    parse_where(where)
    if not isinstance(codebook, Codebook):
        codebook = load_codebook(str(codebook or BUILT_IN))
    files = [file for source in sources for file in expand(str(source))]
    sizes = [size_of(file) for file in files]
    plan = make_plan(files, sizes, where, settings or Settings(), codebook, sample)
    folder = Folder(Path(out).absolute())
    resumed = begin(folder, plan)
    if resumed and (folder.root / MANIFEST).is_file():
        return open_archive(folder.root)
    folder.clear()
    try:
        load_tools(plan)  # what is wrong with a model or a coder is found before anything is read
        runner = open_engine(engine, address, workers)
        try:
            clock = _run(folder, plan, runner, progress)
        finally:
            runner.close()
    except ArgmineError:
        folder.discard_if_nothing_done()
        raise
    from argmine.scale.finish import finish

    finish(folder, plan, engine, clock)
    return open_archive(folder.root)


def _run(folder: Folder, plan: Plan, runner: Engine, progress: Progress) -> Clock:
    clock = Clock()
    found = _gather_all(folder, plan, runner, progress)
    clock.lap("read")
    items = partitions(found, plan)
    if not items:
        left_out, rejected = (sum(counts[name] for counts in found) for name in ("left_out", "rejected"))
        raise SourceError(
            f"{', '.join(plan.sources[:3])}: no post to work on ({left_out:,} left out by the filter, "
            f"{rejected:,} set aside). Check --where and the files."
        )
    posts = {number: _posts_in(found, buckets) for number, buckets in items}
    _each(runner, partial(Coding, folder, plan), items, posts, "code", progress)
    clock.lap("code")
    find_copies(folder)
    clock.lap("copies")
    fit_groups(folder, plan, lambda done, total: progress("groups", done, total))
    clock.lap("groups")
    _each(runner, partial(Grouping, folder, plan), items, posts, "assign", progress)
    clock.lap("assign")
    return clock


def _gather_all(folder: Folder, plan: Plan, runner: Engine, progress: Progress) -> list[dict[str, Any]]:
    total = sum(plan.sizes)
    found = []
    items: list[Item] = [(number, ()) for number in range(len(plan.sources))]
    read = 0

    def tell(n_bytes: int) -> None:
        progress("read", (read + n_bytes) >> 20, max(1, total >> 20))

    # A worker in another process tells only when it has read a whole file.
    work = _Gathering(folder, plan, tell) if isinstance(runner, Local) else _Gathering(folder, plan)
    for counts in runner.map(lambda: work, items):
        found.append(counts)
        read += plan.sizes[plan.sources.index(counts["source"])]
        tell(0)
    return found


def _each(
    runner: Engine, make: Callable[[], Any], items: list[Item], posts: dict[int, int], step: str, progress: Progress
) -> None:
    done, total = 0, sum(posts.values())
    progress(step, 0, total)
    for counts in runner.map(make, items):
        done += posts[counts["partition"]]
        progress(step, done, total)


def partitions(found: list[dict[str, Any]], plan: Plan) -> list[Item]:
    """Return the partitions and the buckets of each: neighbours are joined until there are posts enough."""
    sizes = [0] * plan.n_buckets
    for counts in found:
        for bucket, posts in counts["buckets"].items():
            sizes[int(bucket)] += posts
    items: list[Item] = []
    waiting: list[int] = []
    held = 0
    for bucket, size in enumerate(sizes):
        if not size:
            continue
        if waiting and held + size > plan.partition_posts:
            items.append((len(items), tuple(waiting)))
            waiting, held = [], 0
        waiting.append(bucket)
        held += size
    if waiting:
        items.append((len(items), tuple(waiting)))
    return items


def _posts_in(found: list[dict[str, Any]], buckets: tuple[int, ...]) -> int:
    return sum(counts["buckets"].get(str(bucket), 0) for counts in found for bucket in buckets)
