"""Encoders: what every one offers, the packed one, and the choice between them."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from argmine.embed.batches import Batch, cut
from argmine.embed.devices import Precision, choose_device, count_devices, describe, is_out_of_memory, worker_threads
from argmine.embed.library import LibraryEncoder
from argmine.embed.packed import PackedModel
from argmine.embed.processes import SpreadEncoder
from argmine.embed.tokens import load_tokenizer, tokenize_ahead
from argmine.embed.weights import find_model, fingerprint, load_weights, read_recipe, verify
from argmine.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.weights import Recipe
    from argmine.settings import Settings

Progress = Callable[[int, int], None]

# Texts tokenized at a time: enough that neighbours in length fill a batch, few enough that memory stays small.
WINDOW = 16_384

log = logging.getLogger("argmine.embed")


class Encoder(Protocol):
    """Turns texts into unit vectors, and says what decides them.

    `sha256` is of the weights. `fingerprint` covers the tokenizer, the pooling, the prompt and the longest text too:
    equal fingerprints and precisions mean equal vectors, and the store is keyed by them.
    """

    name: str
    sha256: str
    fingerprint: str
    dim: int
    device: str
    precision: Precision
    path: str
    max_tokens: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32, shape (n_texts, dim), in input order."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """An encoder that hands out vectors as they are ready."""

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows of the input, their unit vectors), in any order, each row once."""
        ...


class PackedEncoder:
    """The package's own forward pass. A text's vector is the same whatever else is encoded beside it."""

    path = "packed"

    def __init__(self, name: str, sha256: str, recipe: Recipe, tokenizer: Any, model: PackedModel, budget: int) -> None:
        self.name, self.sha256, self.fingerprint = name, sha256, fingerprint(sha256, recipe)
        self.dim, self.max_tokens = recipe.dim, recipe.max_tokens
        self.device = model.device.name
        self.precision = model.device.precision
        self._recipe, self._tokenizer, self._model = recipe, tokenizer, model
        self._budget = budget
        self._halving = threading.Lock()

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows of the input, their unit vectors), batch by batch, each row once."""
        workers = self._model.device.workers
        running: deque[Future[list[tuple[Batch, NDArray[np.float32]]]]] = deque()
        with worker_threads(self._model.device) as pool:
            for window in tokenize_ahead(self._tokenizer, texts, WINDOW, self._recipe.prompt):
                fair = -(-len(window.ids) // workers)
                for batch in cut(window, min(self._budget, fair)):
                    running.append(pool.submit(self._run, batch))
                    while len(running) > 2 * workers:
                        yield from self._results(running.popleft())
            while running:
                yield from self._results(running.popleft())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32, shape (n_texts, dim), in input order."""
        return collect(self.stream(texts), len(texts), self.dim, progress)

    def _run(self, batch: Batch) -> list[tuple[Batch, NDArray[np.float32]]]:
        """Return the batch and its vectors; where memory runs out, in halves, and the budget shrinks."""
        try:
            return [(batch, self._model.vectors(batch))]
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if len(batch.rows) == 1:
                raise EncoderError(
                    f"{self.device} has no memory left for one text of {len(batch.ids)} tokens. "
                    "Free some, or choose another device."
                ) from error
        with self._halving:
            if len(batch.ids) <= self._budget:
                self._budget = max(1, len(batch.ids) // 2)
                log.warning("%s: out of memory; batches now hold %d tokens.", self.device, self._budget)
        return [result for half in batch.halves() for result in self._run(half)]

    @staticmethod
    def _results(
        future: Future[list[tuple[Batch, NDArray[np.float32]]]],
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        for batch, vectors in future.result():
            yield batch.rows, vectors


def collect(
    stream: Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]], n_texts: int, dim: int, progress: Progress | None
) -> NDArray[np.float32]:
    """Return what a stream yields as one array, shape (n_texts, dim), in input order."""
    vectors = np.empty((n_texts, dim), np.float32)
    done = 0
    for rows, found in stream:
        vectors[rows] = found
        done += len(rows)
        if progress is not None:
            progress(done, n_texts)
    return vectors


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that the settings name, ready to run; raise EncoderError where it cannot be had or trusted.

    Where the machine has several GPUs, long inputs are shared among all of them.
    """
    first = load_on(settings, 0)
    n_devices = count_devices(settings)
    return SpreadEncoder(first, settings, n_devices) if n_devices > 1 else first


def load_on(settings: Settings, index: int) -> Encoder:
    """Return the encoder on one device, by the device's number."""
    folder = find_model(settings.model, offline=settings.offline)
    sha256 = verify(folder, settings.model)
    device = choose_device(settings, index)
    recipe = read_recipe(folder)
    if recipe is None:
        return LibraryEncoder(settings.model, sha256, folder, device)
    model = PackedModel(recipe, load_weights(folder), device)
    budget = device.token_budget(recipe.bytes_per_token)
    return PackedEncoder(settings.model, sha256, recipe, load_tokenizer(folder, recipe), model, budget)


def describe_device(settings: Settings) -> dict[str, Any]:
    """Return what `argmine doctor` says: the device, its precision and why, its workers, and the path of the model.

    Raise EncoderError for a device or a model that is not here. Nothing is downloaded.
    """
    packed = read_recipe(find_model(settings.model, offline=True)) is not None
    path = PackedEncoder.path if packed else LibraryEncoder.path
    return {"model": settings.model, "path": path, **describe(settings)}
