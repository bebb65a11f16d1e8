"""Small partitions, so that a few dozen comments already fill several."""

import pytest

from argmine.scale import plan, sampling
from argmine.scale.generator import write_comments
from argmine.settings import Settings

COMMENTS = 60


@pytest.fixture(autouse=True)
def small_partitions(monkeypatch):
    monkeypatch.setattr(plan, "PARTITION_POSTS", 20)
    monkeypatch.setattr(plan, "BUCKET_POSTS", 4)
    monkeypatch.setattr(sampling, "LEAST_OF_STRATUM", 1)


@pytest.fixture(scope="session")
def dump(tmp_path_factory):
    """A dump of comments in some fifty threads."""
    return write_comments(tmp_path_factory.mktemp("dump") / "RC.ndjson", COMMENTS, seed=3)


@pytest.fixture(scope="session")
def whole(dump, tmp_path_factory):
    """The archive of that dump, from one uninterrupted run of the local engine."""
    from argmine.scale import archive

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "PARTITION_POSTS", 20)
        patch.setattr(plan, "BUCKET_POSTS", 4)
        patch.setattr(sampling, "LEAST_OF_STRATUM", 1)
        return archive(
            [dump], tmp_path_factory.mktemp("whole") / "archive", settings=Settings(coder="similarity"), sample=10
        )


@pytest.fixture(scope="session")
def differing():
    """A function that returns the Parquet files in which two archives differ, and demands the same names of both."""

    def compare(one, other):
        mine = sorted(path.relative_to(one) for path in one.rglob("*.parquet"))
        assert mine
        assert mine == sorted(path.relative_to(other) for path in other.rglob("*.parquet"))
        return [str(path) for path in mine if (one / path).read_bytes() != (other / path).read_bytes()]

    return compare
