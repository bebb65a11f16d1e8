"""The `argmine` command: parse, call one function, print."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from argmine import __version__
from argmine.errors import ArgmineError, SettingsError
from argmine.settings import Settings

if TYPE_CHECKING:
    from argmine.pipeline import Progress

app = typer.Typer(
    help="From a discussion thread to a stance report that can be cited.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
codebook_app = typer.Typer(help="Look at a codebook, or check one that you are writing.", no_args_is_help=True)
bench_app = typer.Typer(help="Measure speed on this machine, beside named baselines.", no_args_is_help=True)
evaluate_app = typer.Typer(help="Measure quality on labelled data, beside named baselines.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")
app.add_typer(bench_app, name="bench")
app.add_typer(evaluate_app, name="evaluate")

_COLUMNS = ("text", "id", "parent", "author", "time", "url", "score", "thread")


def main() -> None:
    """Run the command; an ArgmineError is one sentence on standard error and exit code 1, or 2 for a wrong setting."""
    try:
        app()
    except SettingsError as error:
        sys.exit(_say(error, 2))
    except ArgmineError as error:
        sys.exit(_say(error, 1))


def _say(error: ArgmineError, code: int) -> int:
    print(f"argmine: {error}", file=sys.stderr)
    return code


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with a flag for each knob of Settings and each column of a table, as they are declared."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [_column_flag(name) for name in _COLUMNS] + [_knob_flag(knob) for knob in fields(Settings)]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in (*own, *added)}
    return command


def _column_flag(name: str) -> inspect.Parameter:
    help_text = f"Column of a table that holds the {name}, where its name does not tell."
    option = typer.Option(f"--{name}-column", help=help_text, rich_help_panel="Tables", show_default=False)
    return inspect.Parameter(
        f"{name}_column", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )


def _knob_flag(knob: Any) -> inspect.Parameter:
    flag = "--" + knob.name.replace("_", "-")
    choices = f" One of {', '.join(knob.metadata['choices'])}." if knob.metadata["choices"] else ""
    option = typer.Option(
        flag,
        help=knob.metadata["reason"] + choices,
        min=knob.metadata["low"],
        max=knob.metadata["high"],
        rich_help_panel="Settings",
    )
    kind = type(knob.default)
    return inspect.Parameter(
        knob.name, inspect.Parameter.KEYWORD_ONLY, default=knob.default, annotation=Annotated[kind, option]
    )


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
@_with_options
def report(
    source: Annotated[str, typer.Argument(help="A thread: a URL, a Hacker News item number, or a file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the report [default: from the source's name].")
    ] = None,
    codebook: Annotated[str | None, typer.Option(help="Codebook file [default: the built-in ai_policy].")] = None,
    **options: Any,
) -> None:
    """Read a thread and write its stance report: page, map, tables, manifest."""
    from argmine.output.folder import check_replaceable
    from argmine.pipeline import analyze
    from argmine.read import Columns

    folder = out or Path(_folder_name(source))
    check_replaceable(folder)
    columns = Columns(**{name: options.pop(f"{name}_column") for name in _COLUMNS})
    with _progress() as progress:
        analysis = analyze(source, codebook=codebook, columns=columns, settings=Settings(**options), progress=progress)
        progress("write", 0, 0)
        page = analysis.report(folder)
    print(analysis.coverage_line())
    print(page)


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


@app.command()
def doctor(
    model: Annotated[str, typer.Option(help="Encoder to look at.")] = Settings().model,
    device: Annotated[str, typer.Option(help="Device to look at.")] = Settings().device,
) -> None:
    """Print what a run would use: versions, device, threads, model and its hash, network."""
    from argmine.doctor import examine

    for name, value in examine(Settings(model=model, device=device)).items():
        print(f"{name:<24}{value}")


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


@bench_app.command("embed")
def bench_embed(
    n: Annotated[int, typer.Option("--n", min=64, help="Texts to embed.")] = 2_000,
    device: Annotated[str, typer.Option(help="Device to measure.")] = Settings().device,
) -> None:
    """Speed of the embedding core beside encode() of sentence-transformers, and under the machine's ceilings."""
    from argmine.evaluate import bench_embed

    print(bench_embed.run(n=n, device=device))


@bench_app.command("start")
def bench_start(
    thread: Annotated[Path, typer.Argument(help="A saved Hacker News item.")],
    repeats: Annotated[int, typer.Option(min=1, help="Interleaved repeats.")] = 3,
) -> None:
    """Wall time of a whole report, cold, beside the naive script with the same libraries."""
    from argmine.evaluate import bench_start

    print(bench_start.run(thread, repeats))


_DATA = typer.Argument(help="Folder with datasets/, gold/ and threads/.")


@evaluate_app.command("segmentation")
def evaluate_segmentation(data: Annotated[Path, _DATA] = Path("../shared")) -> None:
    """Sentence and claim borders on test sets that were not trained on."""
    from argmine.evaluate import segmentation

    print(segmentation.run(data))


@evaluate_app.command("kinds")
def evaluate_kinds(data: Annotated[Path, _DATA] = Path("../shared")) -> None:
    """Claim, question, quote or other, on hand-coded sentences that were not trained on."""
    from argmine.evaluate import kinds

    print(kinds.run(data))


@evaluate_app.command("quotations")
def evaluate_quotations(data: Annotated[Path, _DATA] = Path("../shared")) -> None:
    """Share of quoted paragraphs whose source was found."""
    from argmine.evaluate import quotations

    print(quotations.run(data))


@evaluate_app.command("stance")
def evaluate_stance(data: Annotated[Path, _DATA] = Path("../shared")) -> None:
    """Frames and sides on hand-coded threads that no coder was trained on."""
    from argmine.evaluate import stance

    print(stance.run(data))
