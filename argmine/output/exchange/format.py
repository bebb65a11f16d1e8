"""What an exchange format is: what opens it, how it is written, and how codings in it are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argmine.output.exchange.coded import Coded
from argmine.output.exchange.material import Material
from argmine.tables import Column


@dataclass(frozen=True)
class Format:
    """One format. `write` fills the path that it is given; `beside` names further files that it writes next to it."""

    name: str
    title: str
    opens_in: str
    offsets: str
    write: Callable[[Material, Path], None]
    write_table: Callable[[Sequence[Column], Sequence[dict[str, Any]], Path], None] | None = None
    """How a plain table is written; None for a format that holds texts only and so no counts."""
    read: Callable[[Path], Coded] | None = None
    """How codings are read back; None for a format that is only written, or read as a sheet."""
    companion: tuple[str, Callable[[Material], str]] | None = None
    """The ending of a second file, written beside the first, and its text."""
