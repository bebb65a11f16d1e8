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
    from argmine.analysis import Analysis
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
edit_app = typer.Typer(
    help="Mend groups and codes by hand; each edit is logged and can be replayed.", no_args_is_help=True
)
app.add_typer(codebook_app, name="codebook")
app.add_typer(edit_app, name="edit")
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
    return _with_flags(
        command, [_column_flag(name) for name in _COLUMNS] + [_knob_flag(knob) for knob in fields(Settings)]
    )


def _with_knobs(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command a flag for each of these knobs of Settings."""
    return lambda command: _with_flags(command, [_knob_flag(knob) for knob in fields(Settings) if knob.name in names])


def _with_flags(command: Callable[..., None], added: list[inspect.Parameter]) -> Callable[..., None]:
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
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
    codebook: Annotated[
        str | None,
        typer.Option(help="Codebook file, or folder of `argmine learn` [default: the built-in ai_policy]."),
    ] = None,
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

    columns = Columns(**{name: options.pop(f"{name}_column") for name in _COLUMNS})
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


@app.command()
@_with_knobs(
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
    codebook: Annotated[
        str | None,
        typer.Option(help="Codebook file, or folder of `argmine learn` [default: the built-in ai_policy]."),
    ] = None,
    **options: Any,
) -> None:
    """Run the stages over an archive of any size; a run that was killed goes on where it stopped."""
    from argmine import scale

    with _steps() as progress:
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


@app.command()
def formats() -> None:
    """List the formats that are read: what each can give and what it cannot."""
    from argmine.read.formats import describe_formats

    print(describe_formats())


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


@app.command()
@_with_knobs("coder", "coder_url", "model", "device", "precision", "offline", "timeout_s", "cache_dir", "seed")
def learn(
    codebook: Annotated[str, typer.Argument(help="A codebook file, or ai_policy for the built-in.")],
    sheet: Annotated[Path, typer.Argument(help="Coded claims: a sheet, or a table with a text and a column a frame.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write; --codebook of `argmine report` takes it.")],
    **options: Any,
) -> None:
    """Learn a codebook's frames from coded claims, on top of a coder; print F1 before and after."""
    from argmine.learn.codebook import learn

    print(learn(codebook, sheet, out, Settings(**options)))


_RUN = typer.Argument(help="A folder that `argmine report` wrote.")
_OUT = typer.Option("--out", "-o", help="Folder for the changed run [default: the same one].")
_BY = typer.Option(help="Who made the edit; stands in the log.")


@app.command()
def export(
    run: Annotated[Path, _RUN],
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="One of the formats that docs/exports.md lists.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    privacy: Annotated[str, typer.Option(help="none, pseudonymous (authors and names hidden) or aggregate.")] = "none",
    k: Annotated[int, typer.Option(help="Least authors of a cell in aggregate.")] = 5,
) -> None:
    """Write a run for another tool: csv, parquet, xlsx, jsonl, qdpx, label-studio, doccano, xaif and more."""
    from argmine.analysis import load
    from argmine.output.exchange.export import export
    from argmine.output.exchange.pseudonyms import run_key

    analysis = load(run)
    key = run_key(run) if privacy == "pseudonymous" else None
    done = export(analysis, form, out, privacy=privacy, k=k, key=key)
    print(done.line)
    for path in done.paths:
        print(path)


@app.command("import-codes")
def import_codes(
    run: Annotated[Path, _RUN],
    file: Annotated[Path, typer.Argument(help="A .qdpx, a Label Studio or doccano export, or a coded sheet.")],
    out: Annotated[Path | None, _OUT] = None,
    coder: Annotated[str, typer.Option(help="Take this coder's codings only, where several are in the file.")] = "",
) -> None:
    """Read codes back from another tool or a coded sheet, as edits."""
    from argmine.analysis import load
    from argmine.import_codes import import_codes
    from argmine.output.exchange.pseudonyms import known_key

    analysis, found = import_codes(load(run), file, coder=coder, key=known_key(run), at=_now())
    for line in found.lines():
        print(line)
    if found.edits:
        _write_edited(analysis, run, out)


@edit_app.command("rename")
def edit_rename(
    run: Annotated[Path, _RUN],
    group: Annotated[str, typer.Argument(help="Identifier of the group, as in tables/clusters.csv.")],
    name: Annotated[str, typer.Argument(help="Its new name.")],
    out: Annotated[Path | None, _OUT] = None,
    by: Annotated[str, _BY] = "",
) -> None:
    """Give a group another name."""
    _edit(run, out, action="rename", groups=(group,), name=name, by=by)


@edit_app.command("merge")
def edit_merge(
    run: Annotated[Path, _RUN],
    groups: Annotated[list[str], typer.Argument(help="Identifiers of the groups; the first one stays.")],
    name: Annotated[str, typer.Option(help="A new name [default: that of the first].")] = "",
    out: Annotated[Path | None, _OUT] = None,
    by: Annotated[str, _BY] = "",
) -> None:
    """Make one group of two or more."""
    _edit(run, out, action="merge", groups=tuple(groups), name=name, by=by)


@edit_app.command("split")
def edit_split(
    run: Annotated[Path, _RUN],
    group: Annotated[str, typer.Argument(help="Identifier of the group.")],
    claims: Annotated[
        list[str], typer.Argument(help="Identifiers of the claims that leave it for a group of their own.")
    ],
    name: Annotated[str, typer.Option(help="Name of the new group [default: its most central claim].")] = "",
    out: Annotated[Path | None, _OUT] = None,
    by: Annotated[str, _BY] = "",
) -> None:
    """Put some of a group's claims into a group of their own."""
    _edit(run, out, action="split", groups=(group,), claims=tuple(claims), name=name, by=by)


@edit_app.command("recode")
def edit_recode(
    run: Annotated[Path, _RUN],
    claim: Annotated[str, typer.Argument(help="Identifier of the claim.")],
    frame: Annotated[str, typer.Argument(help="Frame of the codebook.")],
    side: Annotated[str, typer.Argument(help="pro, con, neutral, unclear, or none.")],
    out: Annotated[Path | None, _OUT] = None,
    by: Annotated[str, _BY] = "",
) -> None:
    """Give a claim another side on a frame."""
    _edit(run, out, action="recode", claims=(claim,), frame=frame, side=side, by=by)


@edit_app.command("replay")
def edit_replay(
    run: Annotated[Path, _RUN],
    source: Annotated[Path, typer.Argument(metavar="FROM", help="The run whose edits are made again.")],
    out: Annotated[Path | None, _OUT] = None,
) -> None:
    """Make another run's edits in this one, and list those that do not fit."""
    from argmine.analysis import load
    from argmine.edits import keep_edits

    analysis, lines = keep_edits(load(run), source)
    for line in lines or [f"{source}: no edits are logged there."]:
        print(line)
    if lines:
        _write_edited(analysis, run, out)


@edit_app.command("log")
def edit_log(run: Annotated[Path, _RUN]) -> None:
    """Print the edits made by hand, the oldest first."""
    from argmine.analysis import load

    edits = load(run).edits
    for number, one in enumerate(edits, start=1):
        print("  ".join(part for part in (f"{number:>4}", one.at, one.by, str(one)) if part))
    if not edits:
        print("no edits")


def _edit(run: Path, out: Path | None, **values: Any) -> None:
    from argmine.analysis import load
    from argmine.edits import Edit, edit

    one = Edit(at=_now(), **values)
    changed = edit(load(run), [one])
    print(one)
    _write_edited(changed, run, out)


def _write_edited(analysis: Analysis, run: Path, out: Path | None) -> None:
    from argmine.output.folder import carry_key

    folder = out or run
    page = analysis.report(folder)
    carry_key(run, folder)
    print(page)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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


@contextmanager
def _steps() -> Iterator[Progress]:
    """Yield a progress callback that tells what is done, the rate and the time left: a bar, or a line now and then."""
    from argmine.scale.progress import show_steps

    with show_steps() as progress:
        yield progress


_RUN = typer.Argument(help="Folder of a run, as `argmine report` wrote it.")
_SHEETS = typer.Argument(help="Filled-in sheets, one a coder.")


@app.command()
def sheet(
    run: Annotated[Path, _RUN],
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


@app.command()
def agree(sheets: Annotated[list[Path], _SHEETS]) -> None:
    """How far hand coders agree: alpha, kappas and percent a frame and side, confusion, what they disagree on most."""
    from argmine.evaluate.coders import agree

    print(agree(sheets))


@app.command()
def score(run: Annotated[Path, _RUN], sheets: Annotated[list[Path], _SHEETS]) -> None:
    """How well the run is coded: precision, recall and F1 a frame and side, by filled-in sheets."""
    from argmine.analysis import load

    print(load(run).score(sheets))


@app.command()
def correct(
    run: Annotated[Path, _RUN],
    sheets: Annotated[list[Path], _SHEETS],
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


@app.command()
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


@evaluate_app.command("pages")
def evaluate_pages(data: Annotated[Path, _DATA] = Path("../shared")) -> None:
    """How much of a saved forum page is read, and how much beside it."""
    from argmine.evaluate import pages

    print(pages.run(data))


@evaluate_app.command("reading")
def evaluate_reading(
    data: Annotated[Path, _DATA] = Path("../shared"),
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
    data: Annotated[Path, _DATA] = Path("../shared"),
    figure: Annotated[Path | None, typer.Option(help="Draw how far the probabilities can be trusted, here.")] = None,
) -> None:
    """Frames and sides on hand-coded threads, and on propositions, that no coder was trained on."""
    from argmine.evaluate import stance

    print(stance.run(data, figure))


@evaluate_app.command("groups")
def evaluate_groups(
    data: Annotated[Path, _DATA] = Path("../shared"),
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
