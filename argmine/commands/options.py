"""What commands share: the folder of a run, and flags made from the knobs of Settings and the columns of a table."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from argmine.settings import Settings

RunFolder = Annotated[Path, typer.Argument(help="Folder of a run, as `argmine report` wrote it.")]

COLUMNS = ("text", "id", "parent", "author", "time", "url", "score", "thread")


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with a flag for each knob of Settings and each column of a table, as they are declared."""
    return _with_flags(
        command, [_column_flag(name) for name in COLUMNS] + [_knob_flag(knob) for knob in fields(Settings)]
    )


def with_knobs(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
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
