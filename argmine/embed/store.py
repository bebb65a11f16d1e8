"""Vectors kept on disk, found again by model, precision and text; safe for several processes and for sudden death."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from argmine.embed.segments import KEY_BYTES, Block, Segment, open_segment, pack, sound_end
from argmine.errors import RunError

if TYPE_CHECKING:
    from filelock import FileLock
    from numpy.typing import NDArray

# A full segment is left alone and the next begun: damage then costs at most this much.
SEGMENT_BYTES = 64 << 20
# A killed process loses nothing that was written; a machine without power loses at most this much.
SYNC_EVERY_S = 2.0

log = logging.getLogger("argmine.embed")


@dataclass(frozen=True)
class Store:
    """A folder of vectors, with a shelf for each model and precision."""

    folder: Path

    def shelf(self, fingerprint: str, precision: str, dim: int) -> Shelf:
        """Return the vectors kept for one model at one precision; raise RunError where they cannot be read."""
        folder = self.folder / f"{fingerprint[:24]}-{precision}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return Shelf(folder, dim)
        except OSError as error:
            raise _refusal(folder, error) from error


class Shelf:
    """The vectors of one model at one precision, as they stood when it was opened."""

    def __init__(self, folder: Path, dim: int) -> None:
        self.folder, self.dim = folder, dim
        self._synced_at = 0.0
        self._tail: tuple[Path, int] | None = None
        self._open()

    def __len__(self) -> int:
        """Return how many vectors were found at opening."""
        return len(self._prefixes)

    def read(self, keys: NDArray[np.uint64], out: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which keys are held, shape (n,), and copy the vector of key i to `out[rows[i]]`.

        A block whose bytes have changed is left out, and its segment is written anew from its sound blocks.
        """
        places = self._find(keys)
        held = places >= 0
        blocks = np.full(len(keys), -1, np.int32)
        blocks[held] = self._block_of[places[held]]
        for number in np.unique(blocks[held]):
            segment, block = self._blocks[number]
            wanted = np.flatnonzero(blocks == number)
            if segment.is_sound(block):
                out[rows[wanted]] = segment.vectors(block)[self._row_of[places[wanted]]]
            else:
                segment.damaged = True
                held[wanted] = False
            segment.release()
        for segment in {id(segment): segment for segment, _ in self._blocks if segment.damaged}.values():
            self._repair(segment)
        return held

    def append(self, keys: NDArray[np.uint64], vectors: NDArray[np.float32]) -> None:
        """Add vectors, shape (n, dim), under their keys, shape (n, 2): all, or none and RunError."""
        block = pack(keys, vectors)
        try:
            with self._lock():
                self._write(block)
        except OSError as error:
            raise _refusal(self.folder, error) from error

    def _open(self) -> None:
        segments = [open_segment(path, self.dim) for path in sorted(self.folder.glob("*.vectors"))]
        self._blocks: list[tuple[Segment, Block]] = [(part, block) for part in segments for block in part.blocks]
        for segment in segments:
            if segment.damaged:
                self._repair(segment)
        counts = np.array([block.rows for _, block in self._blocks], np.int64)
        keys = np.concatenate([np.empty((0, 2), np.uint64), *(part.keys(block) for part, block in self._blocks)])
        order = np.argsort(keys[:, 0], kind="stable")
        self._prefixes, self._suffixes = keys[order, 0], keys[order, 1]
        starts = np.cumsum(counts) - counts
        self._block_of = np.repeat(np.arange(len(counts), dtype=np.int32), counts)[order]
        self._row_of = (order - np.repeat(starts, counts)[order]).astype(np.int32)

    def _find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each key in the index, shape (n,); -1 where it is not held."""
        found = np.full(len(keys), -1, np.int64)
        if not len(self._prefixes):
            return found
        places = np.searchsorted(self._prefixes, keys[:, 0])
        open_rows = np.arange(len(keys))
        while len(open_rows):
            open_rows = open_rows[places[open_rows] < len(self._prefixes)]
            open_rows = open_rows[self._prefixes[places[open_rows]] == keys[open_rows, 0]]
            match = self._suffixes[places[open_rows]] == keys[open_rows, 1]
            found[open_rows[match]] = places[open_rows[match]]
            open_rows = open_rows[~match]
            places[open_rows] += 1
        return found

    def _write(self, block: bytes) -> None:
        path, end = self._tail or self._last_segment()
        if not path.exists() or path.stat().st_size != end:
            path, end = self._last_segment()
        with path.open("r+b" if path.exists() else "xb", buffering=0) as file:
            file.truncate(end)
            file.seek(end)
            try:
                written = 0
                while written < len(block):
                    written += os.write(file.fileno(), memoryview(block)[written:])
            except OSError:
                file.truncate(end)
                raise
            if time.monotonic() - self._synced_at > SYNC_EVERY_S:
                os.fsync(file.fileno())
                self._synced_at = time.monotonic()
        end += len(block)
        self._tail = (path, end) if end < SEGMENT_BYTES else None

    def _last_segment(self) -> tuple[Path, int]:
        paths = sorted(self.folder.glob("*.vectors"))
        if paths:
            end = sound_end(paths[-1])
            if end < SEGMENT_BYTES:
                return paths[-1], end
        number = int(paths[-1].stem) + 1 if paths else 0
        return self.folder / f"{number:08}.vectors", 0

    def _repair(self, segment: Segment) -> None:
        """Write a damaged segment anew from its sound blocks, unless another process did, and say what was lost."""
        segment.damaged = False
        with self._lock():
            fresh = open_segment(segment.path, self.dim)
            sound = [block for block in fresh.blocks if fresh.is_sound(block)]
            if not fresh.damaged and len(sound) == len(fresh.blocks):
                return
            replacement = segment.path.with_suffix(".repaired")
            with replacement.open("wb") as file:
                for block in sound:
                    file.write(memoryview(fresh.bytes)[block.start : block.end])
                file.flush()
                os.fsync(file.fileno())
            replacement.replace(segment.path)
        kept = sum(block.rows for block in sound)
        log.warning("%s was damaged: %d of its vectors are sound, the others are computed again.", segment.path, kept)

    def _lock(self) -> FileLock:
        from filelock import FileLock

        return FileLock(self.folder / "lock")


def text_keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return the hash of each text (BLAKE2b, 16 bytes), shape (n_texts, 2)."""
    keys = bytearray(len(texts) * KEY_BYTES)
    for row, text in enumerate(texts):
        keys[row * KEY_BYTES : (row + 1) * KEY_BYTES] = hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()
    return np.frombuffer(keys, "<u8").reshape(-1, 2)


def open_store(folder: Path | None = None) -> Store:
    """Return the store in a folder: `vectors` in $ARGMINE_CACHE_DIR, or `argmine/vectors` in the user's cache.

    Raise RunError where the folder cannot be made.
    """
    if folder is None:
        own = os.environ.get("ARGMINE_CACHE_DIR")
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(own or Path(cache) / "argmine") / "vectors"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refusal(folder, error) from error
    return Store(folder)


def _refusal(folder: Path, error: OSError) -> RunError:
    return RunError(
        f"the vector store {folder} cannot be used: {error.strerror or error}. What it held is safe. "
        "Free some space there, or set ARGMINE_CACHE_DIR to another folder."
    )
