"""Encoders: what every one offers, the packed one, and the choice between them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from argmine.embed.batches import cut
from argmine.embed.devices import Device, choose_device
from argmine.embed.packed import PackedModel
from argmine.embed.tokens import TOKENIZER, load_tokenizer, tokenize_ahead
from argmine.embed.weights import Recipe, find_model, load_weights, read_recipe, verify
from argmine.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.settings import Settings

Progress = Callable[[int, int], None]

# Texts tokenized at a time: enough that neighbours in length fill a batch, few enough that memory stays small.
WINDOW = 16_384


class Encoder(Protocol):
    """Turns texts into unit vectors, and says what decides them.

    `sha256` is of the weights. `fingerprint` also covers the tokenizer, the pooling, the prompt and the longest text: equal
    fingerprints and precisions mean equal vectors, and the store is keyed by them.
    """

    name: str
    sha256: str
    fingerprint: str
    dim: int
    device: str
    precision: str
    path: str
    max_tokens: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32, shape (n_texts, dim), in input order."""
        ...


class PackedEncoder:
    """The package's own forward pass: packed batches, weights laid out once."""

    path = "packed"

    def __init__(self, name: str, sha256: str, fingerprint: str, recipe: Recipe, tokenizer: Any, model: PackedModel) -> None:
        self.name, self.sha256, self.fingerprint = name, sha256, fingerprint
        self.dim, self.max_tokens = recipe.dim, recipe.max_tokens
        self.device, self.precision = model.device.name, model.device.precision
        self._recipe, self._tokenizer, self._model = recipe, tokenizer, model

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows of the input, their unit vectors), batch by batch, in any order."""
        budget = self._model.device.token_budget(8 * (4 * self._recipe.dim + self._recipe.inner))
        for window in tokenize_ahead(self._tokenizer, texts, WINDOW, self._recipe.prompt):
            for batch in cut(window, budget):
                yield batch.rows, self._model.vectors(batch)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32, shape (n_texts, dim), in input order."""
        vectors = np.empty((len(texts), self.dim), np.float32)
        done = 0
        for rows, found in self.stream(texts):
            vectors[rows] = found
            done += len(rows)
            if progress is not None:
                progress(done, len(texts))
        return vectors


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that the settings name, ready to run; raise EncoderError where it cannot be had or trusted."""
    folder = find_model(settings.model, offline=settings.offline)
    sha256 = verify(folder, settings.model)
    device = choose_device(settings)
    recipe = read_recipe(folder)
    if recipe is None:
        raise EncoderError(f"model {settings.model}: only BERT-like encoders are supported yet.")
    return _packed(settings.model, sha256, folder, recipe, device)


def _packed(name: str, sha256: str, folder: Path, recipe: Recipe, device: Device) -> PackedEncoder:
    tokenizer = load_tokenizer(folder, recipe)
    model = PackedModel(recipe, load_weights(folder), device)
    decisive = f"{sha256} {hashlib.sha256((folder / TOKENIZER).read_bytes()).hexdigest()} {recipe}"
    return PackedEncoder(name, sha256, hashlib.sha256(decisive.encode()).hexdigest(), recipe, tokenizer, model)
