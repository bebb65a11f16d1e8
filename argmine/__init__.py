"""argmine: from a discussion thread to a stance report that can be cited."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from argmine.analysis import Analysis, load
    from argmine.codebook import Codebook, load_codebook
    from argmine.diff import compare
    from argmine.errors import ArgmineError
    from argmine.evaluate.coders import agree
    from argmine.pipeline import analyze
    from argmine.scale.opened import open_archive
    from argmine.scale.run import archive
    from argmine.settings import Settings

_HOMES = {
    "agree": "argmine.evaluate.coders",
    "analyze": "argmine.pipeline",
    "archive": "argmine.scale.run",
    "open_archive": "argmine.scale.opened",
    "Analysis": "argmine.analysis",
    "compare": "argmine.diff",
    "load": "argmine.analysis",
    "Codebook": "argmine.codebook",
    "load_codebook": "argmine.codebook",
    "Settings": "argmine.settings",
    "ArgmineError": "argmine.errors",
}

__all__ = [
    "Analysis",
    "ArgmineError",
    "Codebook",
    "Settings",
    "__version__",
    "agree",
    "analyze",
    "archive",
    "compare",
    "load",
    "load_codebook",
    "open_archive",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for, so that `import argmine` stays light."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'argmine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
