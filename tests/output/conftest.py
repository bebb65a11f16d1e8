"""Fixtures of the output tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from chromium import ARGUMENTS, CHROMIUM
from handmade import build

from argmine.analysis import Analysis


@pytest.fixture(scope="session")
def make_analysis() -> Callable[..., Analysis]:
    """The factory `build`: an Analysis from posts written in the test."""
    return build


@pytest.fixture(scope="module")
def browser():
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
