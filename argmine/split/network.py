"""The segmenter's network: a dilated convolution over token embeddings, run with NumPy alone.

Each token's vector is a sum of rows of hash tables (Weinberger et al. 2009; thinc's HashEmbed), a word vector and a
projection of its features. Layers of width-3 dilated convolutions with maxout and layer normalisation (thinc's
MaxoutWindowEncoder, with the dilations of Yu and Koltun 2016) give it context; a linear layer reads from the result
whether a sentence or a claim starts at the token, and a small one over the pooled tokens of a stretch reads its kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from argmine.split.features import N_FEATURES, Tokens

HASH_ROWS = (8192, 1024, 4096, 2048)
DILATIONS = (1, 2, 4, 8, 1)
GAP = max(DILATIONS)
POOLED_EXTRAS = 4
KINDS_READ = ("claim", "question", "other")
# The least probabilities of a border, chosen on EWT dev and CDCP dev.
SENTENCE_FROM = 0.7
CLAIM_FROM = 0.5
_EPSILON = 1e-5


@dataclass(frozen=True)
class Network:
    """The weights by name, as `argmine.learn.segmenter` writes them, tables and matrices float32."""

    weights: Mapping[str, np.ndarray]

    @property
    def width(self) -> int:
        """The length of a token's vector."""
        return int(self.weights["features.bias"].shape[0])

    def states(self, texts: Sequence[Tokens]) -> list[np.ndarray]:
        """Return the vectors of the tokens of each text, float32, shape (n_tokens, width)."""
        places, total = [], 0
        for text in texts:
            places.append(total)
            total += len(text.starts) + GAP
        vectors = np.zeros((total, self.width), np.float32)
        mask = np.zeros((total, 1), np.float32)
        for place, text in zip(places, texts, strict=True):
            vectors[place : place + len(text.starts)] = self._embed(text)
            mask[place : place + len(text.starts)] = 1
        vectors = self._normalise(vectors, "embed")
        vectors *= mask
        for number, dilation in enumerate(DILATIONS):
            vectors = self._layer(vectors, number, dilation)
            vectors *= mask
        return [vectors[place : place + len(text.starts)] for place, text in zip(places, texts, strict=True)]

    def borders(self, states: np.ndarray) -> np.ndarray:
        """Return how likely a sentence, and a claim, starts at each token: float32, shape (n_tokens, 2)."""
        return _sigmoid(states @ self.weights["borders.weight"].T + self.weights["borders.bias"])

    def kinds(self, states: np.ndarray, spans: np.ndarray) -> np.ndarray:
        """Return the probabilities of KINDS_READ for stretches of tokens, float32, shape (n_spans, 3).

        `spans` are (first, after last) rows of `states`, int64, shape (n_spans, 2), none empty.
        """
        hidden = np.maximum(pooled(states, spans) @ self.weights["kind.0.weight"].T + self.weights["kind.0.bias"], 0)
        scores = hidden @ self.weights["kind.1.weight"].T + self.weights["kind.1.bias"]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32)

    def _embed(self, text: Tokens) -> np.ndarray:
        vectors = text.features @ self.weights["features.weight"].T + self.weights["features.bias"]
        for column, rows in enumerate(HASH_ROWS):
            vectors += self.weights[f"hash.{column}"][(text.keys[:, column] % np.uint64(rows)).astype(np.int64)]
        vectors += self.weights["words"][word_rows(self.weights["word_keys"], text.keys[:, 0])]
        return np.asarray(vectors, np.float32)

    def _layer(self, vectors: np.ndarray, number: int, dilation: int) -> np.ndarray:
        window = np.empty((len(vectors), 3 * self.width), np.float32)
        window[:dilation, : self.width] = 0
        window[dilation:, : self.width] = vectors[:-dilation]
        window[:, self.width : 2 * self.width] = vectors
        window[:-dilation, 2 * self.width :] = vectors[dilation:]
        window[-dilation:, 2 * self.width :] = 0
        both = window @ self.weights[f"layer.{number}.weight"].T
        both += self.weights[f"layer.{number}.bias"]
        added = np.maximum(both[:, : self.width], both[:, self.width :])
        added += vectors
        return self._normalise(added, f"layer.{number}.norm")

    def _normalise(self, vectors: np.ndarray, name: str) -> np.ndarray:
        """Return the vectors normalised, in place."""
        vectors -= vectors.mean(axis=1, keepdims=True)
        scale = np.sqrt(np.einsum("ij,ij->i", vectors, vectors)[:, None] / vectors.shape[1] + _EPSILON)
        vectors /= scale
        vectors *= self.weights[f"{name}.weight"]
        vectors += self.weights[f"{name}.bias"]
        return vectors


def word_rows(known: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Return the row of each word in the vector table: 1 + its place in `known`, which is sorted; 0 if not there."""
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[places] == keys, places + 1, 0)


def pooled(states: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Return mean, maximum and last vector of each stretch and its length: (n_spans, 3 * width + POOLED_EXTRAS)."""
    lengths = spans[:, 1] - spans[:, 0]
    inside = np.repeat(spans[:, 0] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
    rows, first = states[inside], np.concatenate([[0], np.cumsum(lengths)[:-1]])
    mean = np.add.reduceat(rows, first, axis=0) / lengths[:, None]
    flags = np.stack([lengths / 20.0, lengths < 4, lengths < 8, lengths > 25], axis=1)
    return np.concatenate(
        [mean, np.maximum.reduceat(rows, first, axis=0), states[spans[:, 1] - 1], flags], axis=1, dtype=np.float32
    )


def random_weights(width: int, n_words: int) -> dict[str, np.ndarray]:
    """Return weights of the right names and shapes, for tests and timing."""
    draw = np.random.default_rng(0)
    shapes = {
        "features.weight": (width, N_FEATURES),
        "features.bias": (width,),
        "words": (n_words + 1, width),
        "borders.weight": (2, width),
        "borders.bias": (2,),
        "embed.weight": (width,),
        "embed.bias": (width,),
        "kind.0.weight": (64, 3 * width + POOLED_EXTRAS),
        "kind.0.bias": (64,),
        "kind.1.weight": (3, 64),
        "kind.1.bias": (3,),
    }
    for column, rows in enumerate(HASH_ROWS):
        shapes[f"hash.{column}"] = (rows, width)
    for number in range(len(DILATIONS)):
        shapes[f"layer.{number}.weight"], shapes[f"layer.{number}.bias"] = (2 * width, 3 * width), (2 * width,)
        shapes[f"layer.{number}.norm.weight"], shapes[f"layer.{number}.norm.bias"] = (width,), (width,)
    weights = {name: draw.normal(size=shape).astype(np.float32) * np.float32(0.1) for name, shape in shapes.items()}
    return weights | {"word_keys": np.sort(draw.integers(0, 2**63, n_words).astype(np.uint64))}


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)
