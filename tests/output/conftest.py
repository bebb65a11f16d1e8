"""Fixtures of the output tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from handmade import build

from argmine.analysis import Analysis


@pytest.fixture(scope="session")
def make_analysis() -> Callable[..., Analysis]:
    """The factory `build`: an Analysis from posts written in the test."""
    return build
