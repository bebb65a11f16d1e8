"""The end of a run: counts over the whole archive, its report, its manifest."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from argmine.read.discussion import Coverage
from argmine.scale.database import connect, open_tables
from argmine.scale.plan import MANIFEST, TABLES, Folder, Plan, write_json
from argmine.scale.tools import load_tools

if TYPE_CHECKING:
    from collections.abc import Iterable

    from argmine.scale.clock import Clock

_COUNTED = ("read", "deleted", "removed", "dead", "stubs", "dangling_parents", "self_replies", "cycles",
            "duplicate_ids", "empty", "replaced_characters")  # fmt: skip


def finish(folder: Folder, plan: Plan, engine: str, clock: Clock) -> None:
    """Write the counts, the report and, last of all, the manifest; then remove what was only needed on the way."""
    import argmine
    from argmine.pipeline import versions
    from argmine.scale.counts import failed_quotes, totals
    from argmine.scale.report import write_report

    sources = [_read(folder.spool(number) / "counts.json") for number in range(len(plan.sources))]
    parts = [_read(path) for path in sorted((folder.work / "counts").glob("*.json"))]
    tools = load_tools(plan)
    encoder = tools.encoder
    with connect(folder.work / "scratch") as connection:
        open_tables(connection, folder, TABLES)
        languages = plan.settings["languages"]
        counts = totals(connection, languages) | {
            "records": sum(source["records"] for source in sources),
            "left_out": sum(source["left_out"] for source in sources),
            "rejected": sum(part["rejected"] for part in [*sources, *parts]),
            "quotes_checked": sum(part["claims"] for part in parts),
            "quotes_failed": failed_quotes(connection),
        }
        coverage = add_up(part["coverage"] for part in parts)
        manifest: dict[str, Any] = {
            "argmine": argmine.__version__,
            "source": {
                "name": ", ".join(plan.sources[:3]) + (" …" if len(plan.sources) > 3 else ""),
                "title": "",
                "url": None,
                "format": "archive",
                "sha256": plan.sha256,
            },
            "coverage": {"line": coverage.line(), **coverage.as_dict()},
            "settings": plan.settings,
            "codebook": {"sha256": tools.codebook.sha256, **plan.codebook},
            "encoder": {
                name: getattr(encoder, name) for name in ("name", "sha256", "dim", "device", "precision", "path")
            },
            "coder": tools.coder.describe(tools.codebook),
            "groups": _read(folder.work / "fitted.json"),
            "versions": versions(),
            "archive": {
                "sources": [
                    {name: source[name] for name in ("source", "records", "posts", "left_out", "rejected")}
                    for source in sources
                ],
                "where": plan.where,
                "sample": plan.sample,
                "partitions": len(parts),
                "engine": engine,
                "codebook_folder": plan.codebook_folder,
            },
            "timing": {
                "finished_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "seconds": clock.seconds,
                "processor_seconds": clock.processor_seconds,
                "worker_seconds": _in_workers("seconds", parts),
                "worker_processor_seconds": _in_workers("processor_seconds", parts),
            },
            "counts": counts,
        }
        write_report(connection, folder, tools.codebook, manifest)
    folder.clear()
    clock.lap("report")  # the manifest holds its times
    write_json(folder.root / MANIFEST, manifest)
    shutil.rmtree(folder.work, ignore_errors=True)


def add_up(coverages: Iterable[dict[str, Any]]) -> Coverage:
    """Return the coverage of all partitions together."""
    total = dict.fromkeys(_COUNTED, 0)
    for one in coverages:
        for name in _COUNTED:
            total[name] += int(one[name])
    return replace(Coverage(), **total)  # type: ignore[arg-type]  # the counts are whole numbers, every one


def _in_workers(kind: str, parts: list[dict[str, Any]]) -> dict[str, float]:
    """Return the seconds of a kind that workers spent in each stage, all partitions together."""
    stages = dict.fromkeys(stage for part in parts for stage in part[kind])
    return {stage: round(sum(part[kind].get(stage, 0.0) for part in parts), 3) for stage in stages}


def _read(path: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
