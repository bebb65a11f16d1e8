"""The stage's verb: texts to vectors, each text once, known ones from the store."""

from __future__ import annotations

import mmap
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from argmine.embed.encoder import Streaming
from argmine.embed.store import Shelf, Store, text_keys
from argmine.errors import RunError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.encoder import Encoder

# What waits to be written to the store is at most this many vectors, or this old: a killed run loses no more.
WAITING = 4_096
WAITING_S = 2.0
# A result beyond this many bytes lies in a file that the system pages in as it is read: memory stays free for the work.
LARGEST_IN_MEMORY = 256 << 20
# Rows handled at a time where all pass through memory once.
STRIDE = 16_384


def embed(
    texts: Sequence[str],
    encoder: Encoder,
    *,
    store: Store | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Return unit vectors, float32, shape (n_texts, dim), in input order.

    A text that occurs twice is encoded once. Vectors that the store holds are read from it, new ones are added to it.
    A very large result is an array over an unnamed file. `progress` gets the texts done and all texts. Raise RunError
    where the disk is full: what was stored until then is kept.
    """
    keys = text_keys(texts)
    firsts, first_of = _distinct(keys)
    sheet = _Sheet((len(texts), encoder.dim), store.folder if store is not None else None)
    shelf = store.shelf(encoder.fingerprint, encoder.precision, encoder.dim) if store is not None else None
    missing = _fill_from(shelf, keys, firsts, sheet) if shelf is not None else firsts
    repeats = len(texts) - len(firsts)
    done = len(texts) - len(missing)
    if progress is not None and done:
        progress(done, len(texts))
    waiting = _Waiting(shelf)
    for rows, vectors in _stream(encoder, [texts[row] for row in missing]):
        sheet.put(missing[rows], vectors)
        waiting.add(keys[missing[rows]], vectors)
        done += len(rows)
        if progress is not None:
            progress(done, len(texts))
    waiting.flush()
    if repeats:
        sheet.repeat(first_of)
    return sheet.array()


def _distinct(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first row of each distinct key, ascending, and for every row the first row with its key."""
    _, firsts, back = np.unique(keys.view("V16").ravel(), return_index=True, return_inverse=True)
    return np.sort(firsts), firsts[back]


def _fill_from(shelf: Shelf, keys: NDArray[np.uint64], firsts: NDArray[np.int64], sheet: _Sheet) -> NDArray[np.int64]:
    """Return the rows among `firsts` that the shelf does not hold; the others are now in the sheet."""
    missing = []
    for begin in range(0, len(firsts), STRIDE):
        rows = firsts[begin : begin + STRIDE]
        held = shelf.read(keys[rows], sheet.vectors, rows)
        missing.append(rows[~held])
        sheet.release()
    return np.concatenate([np.empty(0, np.int64), *missing])


def _stream(encoder: Encoder, texts: list[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    if isinstance(encoder, Streaming):
        yield from encoder.stream(texts)
        return
    for begin in range(0, len(texts), WAITING):
        part = texts[begin : begin + WAITING]
        yield np.arange(begin, begin + len(part)), encoder.encode(part)


class _Waiting:
    """Vectors on their way to the shelf, written in blocks that are worth a write."""

    def __init__(self, shelf: Shelf | None) -> None:
        self._shelf = shelf
        self._parts: list[tuple[NDArray[np.uint64], NDArray[np.float32]]] = []
        self._since = time.monotonic()

    def add(self, keys: NDArray[np.uint64], vectors: NDArray[np.float32]) -> None:
        if self._shelf is None:
            return
        self._parts.append((keys, vectors))
        if sum(len(part) for part, _ in self._parts) >= WAITING or time.monotonic() - self._since > WAITING_S:
            self.flush()

    def flush(self) -> None:
        if self._shelf is not None and self._parts:
            self._shelf.append(*(np.concatenate(part) for part in zip(*self._parts, strict=True)))
            self._parts = []
        self._since = time.monotonic()


class _Sheet:
    """The result while it is filled: in memory, or over an unnamed file where it is large."""

    def __init__(self, shape: tuple[int, int], folder: Path | None) -> None:
        self._map: mmap.mmap | None = None
        self._unreleased = 0
        n_bytes = shape[0] * shape[1] * 4
        if n_bytes <= LARGEST_IN_MEMORY:
            self.vectors = np.empty(shape, np.float32)
            return
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                _reserve(file.fileno(), n_bytes)
                self._map = mmap.mmap(file.fileno(), n_bytes)
        except OSError as error:
            raise RunError(
                f"{n_bytes / 1e9:.1f} GB for {shape[0]:,} vectors do not fit in {folder or tempfile.gettempdir()}: "
                f"{error.strerror}. Free some space, or set ARGMINE_CACHE_DIR to another folder."
            ) from error
        self.vectors = np.frombuffer(self._map, np.float32).reshape(shape)

    def put(self, rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        self.vectors[rows] = vectors
        self._unreleased += len(rows)
        if self._unreleased >= STRIDE:
            self.release()

    def repeat(self, first_of: NDArray[np.int64]) -> None:
        """Copy to each row the vector of the first row with its text."""
        rows = np.flatnonzero(first_of != np.arange(len(first_of)))
        for begin in range(0, len(rows), STRIDE):
            part = rows[begin : begin + STRIDE]
            self.put(part, self.vectors[first_of[part]])

    def release(self) -> None:
        """Let the system take back the pages written so far: they are safe in the file."""
        self._unreleased = 0
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def array(self) -> NDArray[np.float32]:
        self.release()
        return self.vectors


def _reserve(descriptor: int, n_bytes: int) -> None:
    """Give the file its whole size on the disk now: a disk that fills up later would kill the process."""
    import os

    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, n_bytes)
    else:
        os.ftruncate(descriptor, n_bytes)
