"""The package: its examples, its names, its borders."""

import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import argmine.read

MODULES = sorted(f"argmine.read.{module.name}" for module in pkgutil.iter_modules(argmine.read.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_names_are_the_documented_ones():
    assert argmine.read.__all__ == ["FORMATS", "Columns", "Coverage", "Discussion", "read"]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_only_fetch_can_open_a_socket():
    network = {"httpx", "socket", "urllib.request", "http.client", "requests", "ssl", "asyncio"}
    files = Path(argmine.read.__path__[0]).glob("*.py")
    assert {path.name for path in files if imports(path) & network} == {"fetch.py"}
