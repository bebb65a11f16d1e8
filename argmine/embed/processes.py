"""One encoder a device, each in a process of its own, for a machine with several GPUs.

A worker is `python -m argmine.embed.processes`: it reads frames of texts from its standard input and writes frames of
vectors to its standard output. A frame is its length, 8 bytes, little-endian, and then JSON or float32.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING

import numpy as np

from argmine.errors import ArgmineError, EncoderError
from argmine.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.encoder import Encoder, Progress

# Texts sent to a worker at a time.
SHARE = 16_384


class SpreadEncoder:
    """An encoder that shares long inputs among several devices; short ones stay on the first."""

    def __init__(self, first: Encoder, settings: Settings, n_devices: int) -> None:
        self.name, self.sha256, self.fingerprint = first.name, first.sha256, first.fingerprint
        self.dim, self.max_tokens = first.dim, first.max_tokens
        self.device, self.precision, self.path = f"{first.device} and {n_devices - 1} more", first.precision, first.path
        self._first, self._settings, self._n_devices = first, settings, n_devices

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows of the input, their unit vectors), a share at a time; raise EncoderError where a worker dies."""
        if len(texts) <= SHARE:
            yield np.arange(len(texts)), self._first.encode(texts)
            return
        workers = [_Worker(self._settings, index) for index in range(self._n_devices)]
        free: SimpleQueue[_Worker] = SimpleQueue()
        for worker in workers:
            free.put(worker)

        def share(begin: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            worker = free.get()
            try:
                vectors = worker.encode(texts[begin : begin + SHARE], self.dim)
            finally:
                free.put(worker)
            return np.arange(begin, begin + len(vectors)), vectors

        running: deque[Future[tuple[NDArray[np.int64], NDArray[np.float32]]]] = deque()
        try:
            with ThreadPoolExecutor(len(workers), "argmine-share") as pool:
                for begin in range(0, len(texts), SHARE):
                    running.append(pool.submit(share, begin))
                    if len(running) > 2 * len(workers):
                        yield running.popleft().result()
                while running:
                    yield running.popleft().result()
        finally:
            for worker in workers:
                worker.close()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32, shape (n_texts, dim), in input order."""
        from argmine.embed.encoder import collect

        return collect(self.stream(texts), len(texts), self.dim, progress)


class _Worker:
    """The near end of one worker process."""

    def __init__(self, settings: Settings, index: int) -> None:
        self._index = index
        command = [sys.executable, "-m", "argmine.embed.processes"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        self._say({"settings": asdict(settings), "index": index})

    def encode(self, texts: Sequence[str], dim: int) -> NDArray[np.float32]:
        assert self._process.stdout is not None
        self._say(list(texts))
        answer = _read_frame(self._process.stdout)
        if answer is None:
            raise EncoderError(
                f"the encoder's process for device {self._index} ended with status {self._process.wait()}; "
                "its message stands above. Run again: what was stored is kept."
            )
        return np.frombuffer(answer, "<f4").reshape(-1, dim)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _say(self, what: object) -> None:
        assert self._process.stdin is not None
        try:
            _write_frame(self._process.stdin, json.dumps(what).encode())
        except BrokenPipeError as error:
            raise EncoderError(
                f"the encoder's process for device {self._index} ended; its message stands above."
            ) from error


def main() -> None:
    """Answer frames of texts with frames of vectors until the input ends."""
    from argmine.embed.encoder import load_on

    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What any library prints goes to the errors from here on: it would break the frames.
    os.dup2(2, 1)
    start = json.loads(_read_frame(source) or b"{}")
    try:
        encoder = load_on(Settings(**start["settings"]), start["index"])
        while (frame := _read_frame(source)) is not None:
            _write_frame(sink, encoder.encode(json.loads(frame)).astype("<f4").tobytes())
    except ArgmineError as error:
        sys.exit(str(error))


def _write_frame(sink: IO[bytes], content: bytes) -> None:
    sink.write(len(content).to_bytes(8, "little"))
    sink.write(content)
    sink.flush()


def _read_frame(source: IO[bytes]) -> bytes | None:
    head = source.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "little")
    content = source.read(size)
    return content if len(content) == size else None


if __name__ == "__main__":
    main()
