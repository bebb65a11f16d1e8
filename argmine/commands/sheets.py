"""Coding by hand: `sheet` draws claims, `agree` compares coders, `score` and `correct` hold a run against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from argmine.commands.options import RunFolder
from argmine.settings import Settings

_Sheets = Annotated[list[Path], typer.Argument(help="Filled-in sheets, one a coder.")]


def sheet(
    run: RunFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="The sheet: a .csv, or an .xlsx with drop-downs.")],
    n: Annotated[int, typer.Option("--n", "-n", min=2, help="Claims to draw.")] = 200,
    coder: Annotated[str, typer.Option("--for", help="Name of the coder whom the sheet is for.")] = "",
    overlap: Annotated[
        float, typer.Option(min=0, max=1, help="Share of each stratum that the sheets of all coders have in common.")
    ] = 0.5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draw.")] = Settings().seed,
) -> None:
    """Draw a blinded sample of a run's claims to code by hand, ready for a spreadsheet."""
    from argmine.analysis import load
    from argmine.evaluate.sheet import record_of

    drawn = load(run).sheet(out, n, coder=coder, overlap=overlap, seed=seed)
    print(f"{drawn}\n{out}\n{record_of(out)}: the record of the draw; keep it, and do not show it to the coder")


def agree(sheets: _Sheets) -> None:
    """How far hand coders agree: alpha, kappas and percent a frame and side, confusion, what they disagree on most."""
    from argmine.evaluate.coders import agree

    print(agree(sheets))


def score(run: RunFolder, sheets: _Sheets) -> None:
    """How well the run is coded: precision, recall and F1 a frame and side, by filled-in sheets."""
    from argmine.analysis import load

    print(load(run).score(sheets))


def correct(
    run: RunFolder,
    sheets: _Sheets,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the corrected run.")],
) -> None:
    """Correct the prevalence of frames and sides for the coder's errors, and write the run with both figures."""
    from argmine.analysis import load
    from argmine.evaluate.correction import correction_lines
    from argmine.output.folder import check_replaceable

    check_replaceable(out)
    corrected = load(run).correct(sheets)
    page = corrected.report(out)
    print(correction_lines(corrected))
    print(page)
