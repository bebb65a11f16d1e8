"""Segment files: blocks of keys and vectors, each with its checksums, added at the end and never changed.

A block is a header (magic, version, rows, dim, CRC-32 of keys, of vectors, of the header), then the keys, 16 bytes
each, then the vectors, float32, little-endian. A block cut short at the end of a file is one whose writer died: it does
not count, and the next writer takes its bytes away.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"argmine\n"
VERSION = 1
KEY_BYTES = 16
_FIELDS = struct.Struct("<8sIIIII")
_CHECK = struct.Struct("<I")
HEADER_BYTES = _FIELDS.size + _CHECK.size


@dataclass(frozen=True)
class Block:
    """One block of a segment: its place in the file, its size, and the checksum its vectors should have."""

    start: int
    rows: int
    dim: int
    vectors_crc: int

    @property
    def keys_start(self) -> int:
        """First byte of the keys."""
        return self.start + HEADER_BYTES

    @property
    def vectors_start(self) -> int:
        """First byte of the vectors."""
        return self.keys_start + self.rows * KEY_BYTES

    @property
    def end(self) -> int:
        """Byte after the block."""
        return self.vectors_start + self.rows * self.dim * 4


@dataclass
class Segment:
    """A segment file, mapped for reading: its sound blocks, where they end, and whether anything in it is damaged."""

    path: Path
    blocks: list[Block] = field(default_factory=list)
    end: int = 0
    damaged: bool = False
    bytes: Any = b""

    def keys(self, block: Block) -> NDArray[np.uint64]:
        """Return the block's keys, shape (rows, 2)."""
        return np.frombuffer(self.bytes, "<u8", block.rows * 2, block.keys_start).reshape(-1, 2)

    def vectors(self, block: Block) -> NDArray[np.float32]:
        """Return the block's vectors, shape (rows, dim), as a view of the file."""
        return np.frombuffer(self.bytes, "<f4", block.rows * block.dim, block.vectors_start).reshape(-1, block.dim)

    def is_sound(self, block: Block) -> bool:
        """Return whether the block's vectors have their checksum."""
        return zlib.crc32(memoryview(self.bytes)[block.vectors_start : block.end]) == block.vectors_crc

    def release(self) -> None:
        """Let the system take back the memory of the pages read so far."""
        if isinstance(self.bytes, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.bytes.madvise(mmap.MADV_DONTNEED)


def pack(keys: NDArray[np.uint64], vectors: NDArray[np.float32]) -> bytes:
    """Return a block as bytes: keys of shape (n, 2), vectors of shape (n, dim)."""
    key_bytes = np.ascontiguousarray(keys, "<u8").tobytes()
    vector_bytes = np.ascontiguousarray(vectors, "<f4").tobytes()
    fields = _FIELDS.pack(MAGIC, VERSION, *vectors.shape, zlib.crc32(key_bytes), zlib.crc32(vector_bytes))
    return fields + _CHECK.pack(zlib.crc32(fields)) + key_bytes + vector_bytes


def open_segment(path: Path, dim: int) -> Segment:
    """Return a segment with the blocks whose header and keys are sound, mapped for reading."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        segment = Segment(path, bytes=mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b"")
    for block in _blocks(segment.bytes, size):
        if block is None or block.dim != dim:
            segment.damaged = True
            break
        segment.blocks.append(block)
        segment.end = block.end
    return segment


def sound_end(path: Path) -> int:
    """Return the byte after the last whole block of a segment file, whose keys and vectors are not checked."""
    with path.open("rb") as file:
        end, size = 0, os.fstat(file.fileno()).st_size
        while (block := _header(file.read(HEADER_BYTES), end)) is not None and block.end <= size:
            end = block.end
            file.seek(end)
    return end


def _blocks(content: Any, size: int) -> Iterator[Block | None]:
    """Yield the blocks that are whole; None where the next one's header or keys are damaged."""
    start = 0
    while start + HEADER_BYTES <= size:
        block = _header(content[start : start + HEADER_BYTES], start)
        if block is None:
            yield None
            return
        if block.end > size:
            return
        key_crc = _FIELDS.unpack(content[start : start + _FIELDS.size])[4]
        if zlib.crc32(memoryview(content)[block.keys_start : block.vectors_start]) != key_crc:
            yield None
            return
        yield block
        start = block.end


def _header(header: bytes, start: int) -> Block | None:
    if len(header) < HEADER_BYTES:
        return None
    fields = header[: _FIELDS.size]
    magic, version, rows, dim, _, vectors_crc = _FIELDS.unpack(fields)
    if (magic, version) != (MAGIC, VERSION) or _CHECK.unpack_from(header, _FIELDS.size)[0] != zlib.crc32(fields):
        return None
    return Block(start, rows, dim, vectors_crc)
