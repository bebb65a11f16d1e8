"""Ray as the engine: the tables of the local engine, byte for byte, whoever is killed on the way."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from argmine.errors import RunError
from argmine.scale import archive, open_archive, run
from argmine.scale.work import Coding
from argmine.settings import Settings

ray = pytest.importorskip("ray", reason="the extra argmine[ray] is not installed")
# Every test starts Ray and two encoders, and what Ray warns of is in itself.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

RUN = Path(__file__).with_name("scale_run.py")
TWO_WORKERS = {"engine": "ray", "workers": 2, "settings": Settings(coder="similarity"), "sample": 10}


@pytest.fixture
def cluster():
    """Ray with two places for workers, whatever the machine has."""
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture
def dying_once(tmp_path):
    """The work of coding, in place of argmine's; the first worker that has written two tables of a partition dies."""
    marker = tmp_path / "died"

    def make(folder, plan):  # a function in a function: workers do not import the tests, so it travels whole
        class Dying(Coding):
            def __call__(self, number, buckets):
                from argmine.scale import work

                write, written = work.write_table, []

                def write_or_die(*given):
                    if len(written) == 2 and not marker.exists():
                        given[0].parent.mkdir(exist_ok=True)
                        given[0].with_name(f".{given[0].name}.{os.getpid()}").write_bytes(b"half a table")
                        marker.write_text(str(os.getpid()))
                        os.kill(os.getpid(), signal.SIGKILL)
                    written.append(given)
                    write(*given)

                work.write_table = write_or_die
                try:
                    return super().__call__(number, buckets)
                finally:
                    work.write_table = write

        return Dying(folder, plan)

    return make, marker


def test_the_tables_are_those_of_the_local_engine(whole, dump, differing, cluster, tmp_path):
    found = archive([dump], tmp_path / "out", **TWO_WORKERS)
    assert differing(whole.root, found.root) == []
    assert found.manifest["counts"] == whole.manifest["counts"]
    assert found.manifest["archive"]["engine"] == "ray"


def test_a_killed_worker_is_replaced_and_its_partition_done_anew(
    whole, dump, differing, cluster, tmp_path, monkeypatch, dying_once
):
    make, marker = dying_once
    monkeypatch.setattr(run, "Coding", make)
    found = archive([dump], tmp_path / "out", **TWO_WORKERS)
    assert int(marker.read_text()) != os.getpid()
    assert differing(whole.root, found.root) == []
    assert not list(found.root.rglob(".*"))


def test_what_a_worker_finds_wrong_is_raised_as_it_is(dump, cluster, tmp_path, monkeypatch):
    def failing(folder, plan):
        def work(number, buckets):
            raise RunError(f"partition {number} is not on this disk.")

        return work

    monkeypatch.setattr(run, "Coding", failing)
    with pytest.raises(RunError, match="is not on this disk"):
        archive([dump], tmp_path / "out", **TWO_WORKERS)


def test_a_killed_run_is_taken_up_and_ends_in_the_same_bytes(whole, dump, differing, tmp_path):
    out = tmp_path / "archive"
    run_apart = partial(subprocess.run, env=os.environ, capture_output=True, text=True, start_new_session=True)
    killed = run_apart([sys.executable, RUN, dump, out, "code", "ray"])
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(RunError, match="no finished archive"):
        open_archive(out)
    again = run_apart([sys.executable, RUN, dump, out, "never", "ray"])
    assert again.returncode == 0, again.stderr
    assert differing(whole.root, out) == []
