"""Fixtures that every test may use."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
THREADS = ROOT / "data" / "threads"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real payloads and labelled data beside the project; the test is skipped where it is absent."""
    if not (SHARED / "DESIGN.md").exists():
        pytest.skip("../shared is not beside the project")
    return SHARED


@pytest.fixture(scope="session")
def threads() -> Path:
    """The folder of sample threads that ships with the project."""
    return THREADS


@pytest.fixture(autouse=True, scope="session")
def private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' cached vectors and pages out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARGMINE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def sample_analysis(threads):
    """The Analysis of the sample thread in the Hacker News shape."""
    from argmine import analyze

    return analyze(threads / "distillation_letter.json")


@pytest.fixture(scope="session")
def sample_run(sample_analysis, tmp_path_factory) -> Path:
    """A run folder of the sample thread."""
    folder = tmp_path_factory.mktemp("sample") / "run"
    sample_analysis.report(folder)
    return folder
