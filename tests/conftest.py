"""Fixtures that every test may use."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real payloads and labelled data beside the project; the test is skipped where it is absent."""
    if not (SHARED / "DESIGN.md").exists():
        pytest.skip("../shared is not beside the project")
    return SHARED


@pytest.fixture(autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test's cached vectors and pages out of the user's cache."""
    monkeypatch.setenv("ARGMINE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
