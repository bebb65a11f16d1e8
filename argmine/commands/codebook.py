"""Codebooks: `codebook show` and `codebook check` one, and `learn` its frames from coded claims."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from argmine.commands.options import with_knobs
from argmine.settings import Settings

codebook_app = typer.Typer(help="Look at a codebook, or check one that you are writing.", no_args_is_help=True)


@codebook_app.command("show")
def codebook_show(
    file: Annotated[str, typer.Argument(help="A codebook file, or ai_policy for the built-in.")] = "ai_policy",
) -> None:
    """Print a codebook's frames: propositions, sides, number of examples."""
    from argmine.codebook import EXAMPLE_SIDES, load_codebook

    codebook = load_codebook(file)
    print(f"{codebook.name}: {codebook.description}".rstrip(": "))
    for frame in codebook.frames:
        print(f"\n{frame.name} ({frame.title})\n  {frame.proposition}")
        for side in EXAMPLE_SIDES:
            print(f"  {side:8}{getattr(frame, side)} [{len(frame.examples.get(side, ()))} examples]")


@codebook_app.command("check")
def codebook_check(file: Annotated[str, typer.Argument(help="A codebook file.")]) -> None:
    """Check a codebook and name the file and line of what is wrong."""
    from argmine.codebook import load_codebook

    codebook = load_codebook(file)
    thin = [frame.name for frame in codebook.frames if sum(map(len, frame.examples.values())) < 4]
    print(f"{file}: {len(codebook.frames)} frames, no error.")
    if thin:
        print(f"Fewer than 4 examples, so the coder will often be wrong: {', '.join(thin)}.")


@with_knobs("coder", "coder_url", "model", "device", "precision", "offline", "timeout_s", "cache_dir", "seed")
def learn(
    codebook: Annotated[str, typer.Argument(help="A codebook file, or ai_policy for the built-in.")],
    sheet: Annotated[Path, typer.Argument(help="Coded claims: a sheet, or a table with a text and a column a frame.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write; --codebook of `argmine report` takes it.")],
    **options: Any,
) -> None:
    """Learn a codebook's frames from coded claims, on top of a coder; print F1 before and after."""
    from argmine.learn.codebook import learn

    print(learn(codebook, sheet, out, Settings(**options)))
