"""Libraries that only measurements need, which an installation of argmine alone does not have."""

from __future__ import annotations

import importlib
from types import ModuleType

from argmine.errors import ArgmineError


def require(module: str, package: str) -> ModuleType:
    """Return a module; raise ArgmineError, with the command that installs it, if its package is not there.

    >>> require("json", "json").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ArgmineError(
            f"{package} is not installed, and this measurement needs it. Install it with `pip install {package}`."
        ) from error
