"""Speed on this machine: `bench` and what it measures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from argmine.settings import Settings

bench_app = typer.Typer(help="Measure speed on this machine, beside named baselines.", no_args_is_help=True)


@bench_app.command("embed")
def bench_embed(
    n: Annotated[int, typer.Option("--n", min=64, help="Texts to embed.")] = 2_000,
    device: Annotated[str, typer.Option(help="Device to measure.")] = Settings().device,
) -> None:
    """Speed of the embedding core beside encode() of sentence-transformers, and under the machine's ceilings."""
    from argmine.evaluate import bench_embed

    print(bench_embed.run(n=n, device=device))


@bench_app.command("archive")
def bench_archive(
    n: Annotated[list[int] | None, typer.Option("--n", min=100, help="Comments; may be given again.")] = None,
    model: Annotated[str, typer.Option(help="Encoder; stand-in is a small static one.")] = "stand-in",
    sample: Annotated[int, typer.Option(min=100, help="Claims that the groups are found on.")] = 5_000,
    engine: Annotated[str, typer.Option(help="local, or ray beside it: what Ray adds.")] = "local",
    workers: Annotated[int, typer.Option(min=1, help="Workers of Ray.")] = 2,
    thread: Annotated[
        list[str] | None,
        typer.Option(help="A thread whose comments are repeated with changed words, in place of generated ones."),
    ] = None,
) -> None:
    """Time and memory of an archive run on generated comments, step by step, and how they grow."""
    from argmine.evaluate import bench_archive

    sizes = n or [1_000, 10_000]
    if engine == "local":
        print(bench_archive.run(sizes, model, sample, thread or ()))
    else:
        print(bench_archive.compare_engines(sizes, model, sample, engine, workers))


@bench_app.command("stages")
def bench_stages(
    claims: Annotated[str, typer.Option(help="Numbers of claims, comma-separated.")] = "1000,10000",
    model: Annotated[str, typer.Option(help="Encoder; stand-in is a small static one.")] = Settings().model,
    coder: Annotated[str, typer.Option(help="What codes the claims.")] = Settings().coder,
) -> None:
    """Time of each stage of a report on generated threads, how it grows, and peak memory."""
    from argmine.evaluate import bench_stages

    print(bench_stages.run(claims, model, coder))


@bench_app.command("start")
def bench_start(
    thread: Annotated[Path, typer.Argument(help="A saved Hacker News item.")],
    repeats: Annotated[int, typer.Option(min=1, help="Interleaved repeats.")] = 3,
) -> None:
    """Wall time of a whole report, cold, beside the naive script with the same libraries."""
    from argmine.evaluate import bench_start

    print(bench_start.run(thread, repeats))


@bench_app.command("read")
def bench_read(
    thread: Annotated[Path, typer.Argument(help="A saved thread of any format.")],
    repeats: Annotated[int, typer.Option(min=1, help="Turns; the fastest counts.")] = 5,
) -> None:
    """Time of reading a file beside json.loads, lxml or zstandard alone on the same bytes."""
    from argmine.evaluate import bench_read

    print(bench_read.run(thread, repeats))
