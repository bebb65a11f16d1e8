"""The `argmine` command: every command in the order of `argmine --help`, and how an error ends it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from argmine import __version__
from argmine.commands.bench import bench_app
from argmine.commands.codebook import codebook_app, learn
from argmine.commands.edit import edit_app, export, import_codes
from argmine.commands.evaluate import evaluate_app
from argmine.commands.look import diff, doctor, formats
from argmine.commands.report import archive, report
from argmine.commands.sheets import agree, correct, score, sheet
from argmine.errors import ArgmineError, SettingsError

_COMMANDS: tuple[Callable[..., None], ...] = (
    report,
    archive,
    formats,
    doctor,
    learn,
    export,
    import_codes,
    sheet,
    agree,
    score,
    correct,
    diff,
)

app = typer.Typer(
    help="From a discussion thread to a stance report that can be cited.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in _COMMANDS:
    app.command()(_command)
app.add_typer(codebook_app, name="codebook")
app.add_typer(edit_app, name="edit")
app.add_typer(bench_app, name="bench")
app.add_typer(evaluate_app, name="evaluate")


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


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit
