"""The two things that a worker does with a partition: posts to coded claims, and coded claims to their groups."""

from __future__ import annotations

import json
from typing import Any

from argmine import tables
from argmine.errors import RunError
from argmine.scale.parquet_files import CODED, GROUPED, THREADS, read_frame, read_vectors, write_table, write_vectors
from argmine.scale.partition import process_partition
from argmine.scale.plan import Folder, Plan, write_json
from argmine.scale.rejected import Aside
from argmine.scale.spool import read_bucket
from argmine.scale.tools import load_tools


class Coding:
    """Posts to coded claims. Made once in each worker; called with the number of a partition and its buckets."""

    stage = "code"

    def __init__(self, folder: Folder, plan: Plan) -> None:
        self.folder, self.plan = folder, plan

    def __call__(self, number: int, buckets: tuple[int, ...]) -> dict[str, Any]:
        """Write the tables of a partition and return its counts; where that was done before, only return them."""
        done = self.folder.counts(number)
        if done.is_file():
            known: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
            return known
        folder = self.folder
        found, rejected = process_partition(self._rows(buckets), load_tools(self.plan))
        with Aside(folder.rejected(f"part-{number:05}"), f"part-{number:05}") as aside:
            for item in rejected:
                aside.add(item)
        write_table(folder.part("posts", number), found.posts, tables.POSTS)
        write_table(folder.part("quotations", number), found.quotations, tables.QUOTATIONS)
        write_table(folder.part("stances", number), found.stances, tables.STANCES)
        write_table(folder.part("threads", number), found.threads, THREADS)
        write_vectors(folder.part("vectors", number), found.claims["claim_id"], found.vectors)
        write_table(folder.coded(number), found.claims, CODED)
        counts = {
            "partition": number,
            "posts": len(found.posts),
            "claims": len(found.claims),
            "rejected": len(rejected),
            "coverage": found.coverage.as_dict(),
            "seconds": found.clock.seconds,
            "processor_seconds": found.clock.processor_seconds,
        }
        write_json(done, counts)
        return counts

    def _rows(self, buckets: tuple[int, ...]) -> list[list[Any]]:
        spools = [self.folder.spool(source) for source in range(len(self.plan.sources))]
        return [row for bucket in buckets for spool in spools for row in read_bucket(spool, bucket)]


class Grouping:
    """Coded claims to claims with their groups and their copies in other threads."""

    stage = "group"

    def __init__(self, folder: Folder, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self._model: Any = None

    def __call__(self, number: int, buckets: tuple[int, ...]) -> dict[str, Any]:
        """Write the claims of a partition with their groups; return how many are in one."""
        from argmine.scale.assign import assign, load_model
        from argmine.scale.copies import link_copies

        done = self.folder.part("claims", number)
        if not done.is_file():
            if self._model is None:
                self._model = load_model(self.folder.model(0))
            source = self.folder.coded(number)
            if not source.is_file():
                raise RunError(f"{source}: is missing. Remove {self.folder.counts(number)} and run again.")
            claims = link_copies(read_frame(source, CODED), number, self.folder.copies)
            placed = assign(claims, read_vectors(self.folder.part("vectors", number)), self._model, self.plan.settings)
            write_table(done, placed, GROUPED)
        return {"partition": number}
