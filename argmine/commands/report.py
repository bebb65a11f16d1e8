"""From sources to a report: `report` for a thread, `archive` for any number of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from argmine.commands.options import COLUMNS, with_knobs, with_options
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.pipeline import Progress

_Codebook = Annotated[
    str | None,
    typer.Option(help="Codebook file, or folder of `argmine learn` [default: the built-in ai_policy]."),
]


@with_options
def report(
    source: Annotated[str, typer.Argument(help="A thread: a URL, a Hacker News item number, or a file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the report [default: from the source's name].")
    ] = None,
    codebook: _Codebook = None,
    format: Annotated[
        str | None, typer.Option(help="Read it as this format, one that `argmine formats` lists [default: by content].")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print how many calls and tokens coding would take, and stop.")
    ] = False,
    **options: Any,
) -> None:
    """Read a thread and write its stance report: page, map, tables, manifest."""
    from argmine.edits import keep_edits
    from argmine.output.folder import check_replaceable
    from argmine.pipeline import analyze, plan_coding
    from argmine.read import Columns

    columns = Columns(**{name: options.pop(f"{name}_column") for name in COLUMNS})
    if dry_run:
        settings = Settings(**options)
        print(plan_coding(source, codebook=codebook, columns=columns, format=format, settings=settings))
        return
    folder = out or Path(_folder_name(source))
    check_replaceable(folder)
    with _progress() as progress:
        settings = Settings(**options)
        analysis = analyze(
            source, codebook=codebook, columns=columns, format=format, settings=settings, progress=progress
        )
        analysis, replayed = keep_edits(analysis, folder)
        progress("write", 0, 0)
        page = analysis.report(folder)
    print(analysis.coverage_line())
    for line in [*analysis.manifest["coder"].get("notes", []), *replayed]:
        print(line)
    print(page)


@with_knobs(
    "unit",
    "languages",
    "model",
    "device",
    "precision",
    "coder",
    "coder_url",
    "stance_threshold",
    "side_threshold",
    "min_cluster_size",
    "offline",
    "timeout_s",
    "cache_dir",
    "seed",
)
def archive(
    sources: Annotated[
        list[str], typer.Argument(help="Dumps (.ndjson, .zst, .gz), Parquet or ConvoKit folders, or fsspec addresses.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the tables and the report.")],
    engine: Annotated[str, typer.Option(help="local, or ray for many machines (argmine[ray]).")] = "local",
    address: Annotated[str, typer.Option(help="Address of a Ray cluster: auto, or ray://HOST:PORT.")] = "",
    workers: Annotated[int, typer.Option(min=0, help="Workers of Ray [default: one a device].")] = 0,
    where: Annotated[
        str, typer.Option(help="Read these only: subreddit=A,B after=2024-01 before=2025 link_id=t3_X.")
    ] = "",
    sample: Annotated[int, typer.Option(min=100, help="Claims that the groups are found on.")] = 50_000,
    codebook: _Codebook = None,
    **options: Any,
) -> None:
    """Run the stages over an archive of any size; a run that was killed goes on where it stopped."""
    from argmine import scale
    from argmine.scale.progress import show_steps

    with show_steps() as progress:
        found = scale.archive(
            sources,
            out,
            engine=engine,
            address=address,
            workers=workers,
            where=where,
            sample=sample,
            codebook=codebook,
            settings=Settings(**options),
            progress=progress,
        )
    print(found.coverage_line())
    print(found.groups_line())
    print(found.report_page)


def _folder_name(source: str) -> str:
    """Return a folder name for a source.

    >>> _folder_name("data/threads/access_act.txt"), _folder_name("https://news.ycombinator.com/item?id=1")
    ('argmine-access_act', 'argmine-news.ycombinator.com-item-id-1')
    """
    if "://" in source:
        return "argmine-" + re.sub(r"[^\w.]+", "-", source.split("://", 1)[1]).strip("-")
    return f"argmine-{Path(source).stem}"


@contextmanager
def _progress() -> Iterator[Progress]:
    """Yield a progress callback that draws a bar a stage on a terminal's standard error, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<14}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield update
