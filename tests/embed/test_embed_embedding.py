"""The stage's verb: input order, each text once, known texts from the store, memory that stays small."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embed_stub import StubEncoder, vectors_of
from embed_texts import sentences
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.embed import embed, embedding, open_store
from argmine.embed.processes import SpreadEncoder
from argmine.errors import EncoderError, RunError
from argmine.settings import Settings

TEXTS = sentences(300)


class StreamingStub(StubEncoder):
    """Hands its vectors out in a shuffled order, three at a time."""

    def stream(self, texts):
        self.encoded.extend(texts)
        order = np.random.default_rng(0).permutation(len(texts))
        for begin in range(0, len(texts), 3):
            rows = order[begin : begin + 3]
            yield rows, vectors_of([texts[row] for row in rows])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.integers(0, 20), max_size=60),
    known=st.lists(st.integers(0, 20), max_size=20),
    streaming=st.booleans(),
    stored=st.booleans(),
    large=st.booleans(),
)
def test_every_row_has_its_own_vector(tmp_path_factory, rows, known, streaming, stored, large):
    texts = [TEXTS[row] for row in rows]
    encoder = StreamingStub() if streaming else StubEncoder()
    store = open_store(tmp_path_factory.mktemp("store")) if stored else None
    if store is not None:
        embed([TEXTS[row] for row in known], StubEncoder(), store=store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "STRIDE", 4)
        patch.setattr(embedding, "WAITING", 5)
        if large:
            patch.setattr(embedding, "LARGEST_IN_MEMORY", 0)
        vectors = embed(texts, encoder, store=store)
    np.testing.assert_array_equal(vectors, vectors_of(texts))
    assert vectors.dtype == np.float32
    expected = set(rows) - (set(known) if stored else set())
    assert sorted(encoder.encoded) == sorted(TEXTS[row] for row in expected)


def test_progress_counts_texts_and_ends_at_the_whole(tmp_path):
    store, seen = open_store(tmp_path), []
    embed(TEXTS[:100], StubEncoder(), store=store)
    embed([*TEXTS, *TEXTS], StubEncoder(), store=store, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (400, 600)
    assert seen[-1] == (600, 600)


def test_what_a_stopped_run_had_encoded_is_kept(tmp_path, monkeypatch):
    class Stopped(StreamingStub):
        def stream(self, texts):
            for number, found in enumerate(super().stream(texts)):
                if number == 50:
                    raise KeyboardInterrupt
                yield found

    monkeypatch.setattr(embedding, "WAITING", 30)
    store = open_store(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        embed(TEXTS, Stopped(), store=store)
    again = StubEncoder()
    embed(TEXTS, again, store=store)
    assert len(again.encoded) == 150


def test_a_result_that_fits_nowhere_is_said(monkeypatch, tmp_path):
    def full(descriptor, n_bytes):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(embedding, "_reserve", full)
    monkeypatch.setattr(embedding, "LARGEST_IN_MEMORY", 0)
    with pytest.raises(RunError, match=r"300 vectors do not fit in .*No space left on device"):
        embed(TEXTS, StubEncoder(), store=open_store(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in kilobytes on Linux alone")
def test_memory_grows_by_less_than_the_result(tmp_path):
    """300,000 vectors are 461 MB; the texts and their keys must be all that stays in memory."""
    code = f"""
import resource, sys
import numpy as np
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from embed_stub import StubEncoder
from argmine.embed import embed, embedding, open_store
class Flat(StubEncoder):
    def encode(self, texts, progress=None):
        return np.full((len(texts), self.dim), 0.5, np.float32)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
embed([f"text {{n}}" for n in range(10_000)], Flat(384), store=open_store(Path({str(tmp_path)!r})))
before = peak()
vectors = embed([f"text {{n}}" for n in range(300_000)], Flat(384), store=open_store(Path({str(tmp_path)!r})))
assert vectors.nbytes > 4.6e8 and vectors[-1, -1] == 0.5
print(peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 250, "MB"


def test_several_processes_give_what_one_gives(exact, monkeypatch):
    monkeypatch.setattr("argmine.embed.processes.SHARE", 25)
    spread = SpreadEncoder(exact, Settings(device="cpu", precision="exact"), 2)
    texts = sentences(60, longest=12)
    np.testing.assert_array_equal(embed(texts, spread), exact.encode(texts))
    assert (spread.device, spread.fingerprint) == ("cpu and 1 more", exact.fingerprint)


def test_a_process_that_cannot_start_is_an_error(exact, monkeypatch, capfd):
    monkeypatch.setattr("argmine.embed.processes.SHARE", 5)
    with pytest.raises(EncoderError, match="ended"):
        SpreadEncoder(exact, Settings(model="no/such", offline=True), 1).encode(TEXTS[:20])
    assert "is no folder" in capfd.readouterr().err
