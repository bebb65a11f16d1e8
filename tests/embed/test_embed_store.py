"""The store: what is put in comes out, whoever writes, whoever dies, whatever breaks."""

import errno
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from embed_stub import StubEncoder, vectors_of
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.embed import embed, open_store
from argmine.embed import segments as segments_module
from argmine.embed import store as store_module
from argmine.embed.store import text_keys
from argmine.errors import RunError

TEXTS = [f"text {number}" for number in range(100)]
WRITER = Path(__file__).with_name("embed_writer.py")


def shelf_of(folder, dim=8):
    return open_store(folder).shelf("f" * 64, "float32", dim)


def put(shelf, texts):
    shelf.append(text_keys(texts), vectors_of(texts, shelf.dim))


def held(shelf, texts):
    """Which texts the shelf holds; fails where it returns a vector that is not the text's own."""
    out = np.full((len(texts), shelf.dim), np.nan, np.float32)
    found = shelf.read(text_keys(texts), out, np.arange(len(texts)))
    np.testing.assert_array_equal(out[found], vectors_of(texts, shelf.dim)[found])
    assert np.isnan(out[~found]).all()
    return found


def segment_files(folder):
    return sorted(folder.rglob("*.vectors"))


@settings(max_examples=40, deadline=None)
@given(parts=st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20), max_size=6))
def test_what_is_put_in_comes_out(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("store")
    shelf = shelf_of(folder)
    for part in parts:
        put(shelf, part)
    known = {text for part in parts for text in part}
    asked = [*known, *(text + " never stored" for text in known)]
    np.testing.assert_array_equal(held(shelf_of(folder), asked), [text in known for text in asked])


def test_a_second_run_encodes_nothing(tmp_path):
    store, encoder = open_store(tmp_path), StubEncoder()
    first = embed(TEXTS, encoder, store=store)
    again = embed(TEXTS[::-1], encoder, store=store)
    assert encoder.encoded == TEXTS
    np.testing.assert_array_equal(again, first[::-1])


def test_models_and_precisions_are_kept_apart(tmp_path):
    store = open_store(tmp_path)
    for change in ({}, {"fingerprint": "a" * 64}, {"precision": "bfloat16"}):
        encoder = StubEncoder()
        for name, value in change.items():
            setattr(encoder, name, value)
        embed(TEXTS, encoder, store=store)
        assert encoder.encoded == TEXTS


def test_keys_with_one_beginning_are_told_apart(tmp_path):
    keys = np.array([[7, 1], [7, 2], [7, 3], [9, 1]], np.uint64)
    vectors = np.arange(32, dtype=np.float32).reshape(4, 8)
    shelf_of(tmp_path).append(keys, vectors)
    out = np.zeros((5, 8), np.float32)
    asked = np.array([[7, 3], [7, 4], [7, 1], [9, 1], [9, 0]], np.uint64)
    assert shelf_of(tmp_path).read(asked, out, np.arange(5)).tolist() == [True, False, True, True, False]
    np.testing.assert_array_equal(out[[0, 2, 3]], vectors[[2, 0, 3]])


def test_segments_are_closed_at_their_size(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "SEGMENT_BYTES", 2_000)
    shelf = shelf_of(tmp_path)
    for begin in range(0, 100, 10):
        put(shelf, TEXTS[begin : begin + 10])
    assert len(segment_files(tmp_path)) == 3
    assert held(shelf_of(tmp_path), TEXTS).all()


@pytest.mark.parametrize("kept", [0, 1, 31, 32, 40, 200, 511])
def test_a_torn_end_costs_only_its_block(tmp_path, kept):
    shelf = shelf_of(tmp_path)
    put(shelf, TEXTS[:50])
    (file,) = segment_files(tmp_path)
    whole = file.stat().st_size
    put(shelf, TEXTS[50:60])
    assert whole + kept < file.stat().st_size
    with file.open("r+b") as handle:
        handle.truncate(whole + kept)
    opened = shelf_of(tmp_path)
    np.testing.assert_array_equal(held(opened, TEXTS), np.arange(100) < 50)
    put(opened, TEXTS[50:])
    assert held(shelf_of(tmp_path), TEXTS).all()


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_byte_is_found_and_only_its_segment_recomputed(tmp_path, monkeypatch, seed, caplog):
    monkeypatch.setattr(store_module, "SEGMENT_BYTES", 2_000)
    store, dice = open_store(tmp_path), random.Random(seed)
    for begin in range(0, 100, 10):
        embed(TEXTS[begin : begin + 10], StubEncoder(), store=store)
    files = segment_files(tmp_path)
    broken = dice.choice(files)
    content = bytearray(broken.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    broken.write_bytes(content)
    encoder = StubEncoder()
    np.testing.assert_array_equal(embed(TEXTS, encoder, store=store), vectors_of(TEXTS))
    in_segment = range(files.index(broken) * 40, min(100, files.index(broken) * 40 + 40))
    assert encoder.encoded
    assert {TEXTS.index(text) for text in encoder.encoded} <= set(in_segment)
    assert "was damaged" in caplog.text
    again = StubEncoder()
    embed(TEXTS, again, store=store)
    assert again.encoded == []


def test_a_full_disk_stops_with_a_sentence_and_a_store_that_opens(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    embed(TEXTS[:50], StubEncoder(), store=store)
    real = os.write

    def full(descriptor, block):
        real(descriptor, block[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(RunError, match=r"No space left on device.*What it held is safe.*ARGMINE_CACHE_DIR"):
        embed(TEXTS, StubEncoder(), store=store)
    monkeypatch.undo()
    np.testing.assert_array_equal(held(shelf_of(tmp_path), TEXTS), np.arange(100) < 50)
    embed(TEXTS, StubEncoder(), store=store)
    assert held(shelf_of(tmp_path), TEXTS).all()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are Unix's")
def test_a_real_limit_on_file_size_is_a_full_disk(tmp_path):
    code = f"""
import resource, sys
sys.path.insert(0, {str(WRITER.parent)!r})
from test_embed_store import *
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
try:
    embed([f"text {{n}}" for n in range(40)], StubEncoder(), store=open_store(Path({str(tmp_path)!r})))
    embed(TEXTS, StubEncoder(), store=open_store(Path({str(tmp_path)!r})))
except RunError as error:
    sys.exit(f"told: {{error}}")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "told: the vector store" in done.stderr, done.stderr
    np.testing.assert_array_equal(held(shelf_of(tmp_path), TEXTS), np.arange(100) < 40)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"file.*cannot be used"):
        open_store(tmp_path / "file" / "store")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ARGMINE_CACHE_DIR": "{}/own"}, "own/vectors"),
        ({"ARGMINE_CACHE_DIR": "", "XDG_CACHE_HOME": "{}/xdg"}, "xdg/argmine/vectors"),
        ({"ARGMINE_CACHE_DIR": "", "XDG_CACHE_HOME": "", "HOME": "{}/home"}, "home/.cache/argmine/vectors"),
    ],
)
def test_where_the_store_lies_by_default(tmp_path, monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    assert open_store().folder == tmp_path / expected
    assert open_store().folder.is_dir()


def test_no_block_can_be_read_at_another_dimension(tmp_path):
    put(shelf_of(tmp_path, 8), TEXTS)
    assert not held(shelf_of(tmp_path, 16), TEXTS).any()


@pytest.mark.slow
def test_nothing_stored_is_lost_when_the_writers_are_killed_fifty_times(tmp_path):
    """Two writers at a time share the store, and each is killed at a random moment while the other writes."""
    dice, said = random.Random(4), {}
    for kill in range(0, 50, 2):
        writers = {
            f"writer {kill + number}": subprocess.Popen(
                [sys.executable, str(WRITER), str(tmp_path), f"writer {kill + number}"],
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(2)
        }
        for name, process in writers.items():
            first = int(process.stdout.readline())
            try:
                process.wait(dice.uniform(0, 0.15))
            except subprocess.TimeoutExpired:
                process.kill()
            lines = [line for line in process.stdout.read().split("\n")[:-1] if line]
            said[name] = int(lines[-1]) if lines else first
            process.stdout.close()
            process.wait()
    assert len(said) == 50
    texts = [f"{name} {number}" for name, count in said.items() for number in range(count)]
    shelf = shelf_of(tmp_path, 64)
    assert held(shelf, texts).all()
    assert all(segments_module.open_segment(file, 64).damaged is False for file in segment_files(tmp_path))
