"""A run in human hands: `edit` by hand, `export` to another tool, and `import-codes` from there, as edits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from argmine.commands.options import RunFolder

if TYPE_CHECKING:
    from argmine.analysis import Analysis

edit_app = typer.Typer(
    help="Mend groups and codes by hand; each edit is logged and can be replayed.", no_args_is_help=True
)

_ChangedRun = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder for the changed run [default: the same one].")
]
_Editor = Annotated[str, typer.Option(help="Who made the edit; stands in the log.")]


@edit_app.command("rename")
def edit_rename(
    run: RunFolder,
    group: Annotated[str, typer.Argument(help="Identifier of the group, as in tables/clusters.csv.")],
    name: Annotated[str, typer.Argument(help="Its new name.")],
    out: _ChangedRun = None,
    by: _Editor = "",
) -> None:
    """Give a group another name."""
    _edit(run, out, action="rename", groups=(group,), name=name, by=by)


@edit_app.command("merge")
def edit_merge(
    run: RunFolder,
    groups: Annotated[list[str], typer.Argument(help="Identifiers of the groups; the first one stays.")],
    name: Annotated[str, typer.Option(help="A new name [default: that of the first].")] = "",
    out: _ChangedRun = None,
    by: _Editor = "",
) -> None:
    """Make one group of two or more."""
    _edit(run, out, action="merge", groups=tuple(groups), name=name, by=by)


@edit_app.command("split")
def edit_split(
    run: RunFolder,
    group: Annotated[str, typer.Argument(help="Identifier of the group.")],
    claims: Annotated[
        list[str], typer.Argument(help="Identifiers of the claims that leave it for a group of their own.")
    ],
    name: Annotated[str, typer.Option(help="Name of the new group [default: its most central claim].")] = "",
    out: _ChangedRun = None,
    by: _Editor = "",
) -> None:
    """Put some of a group's claims into a group of their own."""
    _edit(run, out, action="split", groups=(group,), claims=tuple(claims), name=name, by=by)


@edit_app.command("recode")
def edit_recode(
    run: RunFolder,
    claim: Annotated[str, typer.Argument(help="Identifier of the claim.")],
    frame: Annotated[str, typer.Argument(help="Frame of the codebook.")],
    side: Annotated[str, typer.Argument(help="pro, con, neutral, unclear, or none.")],
    out: _ChangedRun = None,
    by: _Editor = "",
) -> None:
    """Give a claim another side on a frame."""
    _edit(run, out, action="recode", claims=(claim,), frame=frame, side=side, by=by)


@edit_app.command("replay")
def edit_replay(
    run: RunFolder,
    source: Annotated[Path, typer.Argument(metavar="FROM", help="The run whose edits are made again.")],
    out: _ChangedRun = None,
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
def edit_log(run: RunFolder) -> None:
    """Print the edits made by hand, the oldest first."""
    from argmine.analysis import load

    edits = load(run).edits
    for number, one in enumerate(edits, start=1):
        print("  ".join(part for part in (f"{number:>4}", one.at, one.by, str(one)) if part))
    if not edits:
        print("no edits")


def export(
    run: RunFolder,
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


def import_codes(
    run: RunFolder,
    file: Annotated[Path, typer.Argument(help="A .qdpx, a Label Studio or doccano export, or a coded sheet.")],
    out: _ChangedRun = None,
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
