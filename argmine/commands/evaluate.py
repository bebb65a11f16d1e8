"""Quality on labelled data: `evaluate` and what it measures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

evaluate_app = typer.Typer(help="Measure quality on labelled data, beside named baselines.", no_args_is_help=True)

_DataFolder = Annotated[Path, typer.Argument(help="Folder with datasets/, gold/ and threads/.")]
_SHARED = Path("../shared")


@evaluate_app.command("segmentation")
def evaluate_segmentation(data: _DataFolder = _SHARED) -> None:
    """Sentence and claim borders on test sets that were not trained on."""
    from argmine.evaluate import segmentation

    print(segmentation.run(data))


@evaluate_app.command("kinds")
def evaluate_kinds(data: _DataFolder = _SHARED) -> None:
    """Claim, question, quote or other, on hand-coded sentences that were not trained on."""
    from argmine.evaluate import kinds

    print(kinds.run(data))


@evaluate_app.command("quotations")
def evaluate_quotations(data: _DataFolder = _SHARED) -> None:
    """Share of quoted paragraphs whose source was found."""
    from argmine.evaluate import quotations

    print(quotations.run(data))


@evaluate_app.command("pages")
def evaluate_pages(data: _DataFolder = _SHARED) -> None:
    """How much of a saved forum page is read, and how much beside it."""
    from argmine.evaluate import pages

    print(pages.run(data))


@evaluate_app.command("reading")
def evaluate_reading(
    data: _DataFolder = _SHARED,
    write: Annotated[bool, typer.Option("--write", help="Put the table into docs/formats.md.")] = False,
) -> None:
    """How much of every recorded thread is read, beside a count made without the readers."""
    from argmine.evaluate import reading

    print(reading.write(data) if write else reading.run(data))


@evaluate_app.command("robustness")
def evaluate_robustness(
    n: Annotated[int, typer.Option("--n", min=1, help="Broken copies a format.")] = 1_000,
    seed: Annotated[int, typer.Option(help="Seed of the breaking.")] = 0,
    format: Annotated[list[str] | None, typer.Option(help="Only this format; may be given again.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the work.")] = 1,
) -> None:
    """Whether every reader survives broken copies of its sample threads; exits with 1 if one does not."""
    from argmine.evaluate import robustness

    table, failures = robustness.run(n, seed, format or (), workers)
    print(table)
    if failures:
        raise typer.Exit(1)


@evaluate_app.command("stance")
def evaluate_stance(
    data: _DataFolder = _SHARED,
    figure: Annotated[Path | None, typer.Option(help="Draw how far the probabilities can be trusted, here.")] = None,
) -> None:
    """Frames and sides on hand-coded threads, and on propositions, that no coder was trained on."""
    from argmine.evaluate import stance

    print(stance.run(data, figure))


@evaluate_app.command("groups")
def evaluate_groups(
    data: _DataFolder = _SHARED,
    split: Annotated[str, typer.Option(help="Splits of ArgKP-2021, comma-separated.")] = "dev,test",
) -> None:
    """Groups beside those that people made, and beside BERTopic's recipe on the same vectors."""
    from argmine.evaluate import groups

    print(groups.run(data, split))


@evaluate_app.command("codebooks")
def evaluate_codebooks(
    data: Annotated[Path, typer.Argument(help="Folder with codebooks and their coded claims.")] = Path(
        "data/labelled/codebooks"
    ),
    coder: Annotated[str, typer.Option(help="Coders to measure, comma-separated.")] = "similarity,trained",
) -> None:
    """New codebooks: scores from their text alone, and after 50 and 200 coded claims."""
    from argmine.evaluate import codebooks

    print(codebooks.run(data, coder.split(",")))
