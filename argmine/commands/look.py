"""Commands that only look: `formats` and `doctor` at what is installed, `diff` at two runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from argmine.settings import Settings


def formats() -> None:
    """List the formats that are read: what each can give and what it cannot."""
    from argmine.read.formats import describe_formats

    print(describe_formats())


def doctor(
    model: Annotated[str, typer.Option(help="Encoder to look at.")] = Settings().model,
    device: Annotated[str, typer.Option(help="Device to look at.")] = Settings().device,
) -> None:
    """Print what a run would use: versions, device, threads, model and its hash, network."""
    from argmine.doctor import examine

    for name, value in examine(Settings(model=model, device=device)).items():
        print(f"{name:<24}{value}")


def diff(
    run_a: Annotated[Path, typer.Argument(help="Folder of the earlier run, or of one thread.")],
    run_b: Annotated[Path, typer.Argument(help="Folder of the later run, or of another thread.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write a page, to this .html file.")] = None,
) -> None:
    """What changed between two runs: posts, claims, codes, shares with intervals, groups, settings."""
    from argmine.analysis import load
    from argmine.diff import compare

    found = compare(load(run_a), load(run_b))
    print(found)
    if out:
        print(found.write(out))
