"""The segmenter's network in torch, for training; `export` gives the weights that `argmine.split.network` runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from argmine.split.features import N_FEATURES, Tokens
from argmine.split.network import DILATIONS, GAP, HASH_ROWS, KINDS_READ, POOLED_EXTRAS, word_rows

HIDDEN = 64
_WORD_DROPOUT = 0.08
_HASH_DROPOUT = 0.15


@dataclass(frozen=True)
class Example:
    """One document: its tokens, where sentences and claims start (0 or 1), which of the two is known, its kinds.

    `kinds` are (first token, after last, index in KINDS_READ).
    """

    tokens: Tokens
    starts: np.ndarray
    known: tuple[bool, bool]
    kinds: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Batch:
    """Documents laid end to end with GAP empty places between: tensors of shape (n_places, ...)."""

    words: torch.Tensor
    hashes: torch.Tensor
    features: torch.Tensor
    mask: torch.Tensor
    starts: torch.Tensor
    known: torch.Tensor
    spans: torch.Tensor
    kinds: torch.Tensor


def batch(examples: Sequence[Example], word_keys: np.ndarray) -> Batch:
    """Return the examples as one batch."""
    n_places = sum(len(example.starts) + GAP for example in examples)
    words, hashes = np.zeros(n_places, np.int64), np.zeros((n_places, len(HASH_ROWS)), np.int64)
    features, mask = np.zeros((n_places, N_FEATURES), np.float32), np.zeros((n_places, 1), np.float32)
    starts, known = np.zeros((n_places, 2), np.float32), np.zeros((n_places, 2), np.float32)
    kinds: list[tuple[int, int, int]] = []
    place = 0
    for example in examples:
        here = slice(place, place + len(example.starts))
        keys = example.tokens.keys
        words[here] = word_rows(word_keys, keys[:, 0])
        hashes[here] = np.stack([keys[:, i] % np.uint64(n) for i, n in enumerate(HASH_ROWS)], axis=1)
        features[here], mask[here] = example.tokens.features, 1
        starts[here], known[here] = example.starts, example.known
        kinds += [(first + place, last + place, kind) for first, last, kind in example.kinds]
        place += len(example.starts) + GAP
    spans = torch.tensor([kind[:2] for kind in kinds], dtype=torch.int64).reshape(-1, 2)
    labels = torch.tensor([kind[2] for kind in kinds], dtype=torch.int64)
    of = torch.from_numpy
    return Batch(of(words), of(hashes), of(features), of(mask), of(starts), of(known), spans, labels)


class TrainedNetwork(nn.Module):
    """The computation of `argmine.split.network.Network`, with dropout."""

    def __init__(self, vectors: np.ndarray, width: int, dropout: float) -> None:
        super().__init__()
        self.width, self.dropout = width, dropout
        self.vectors: torch.Tensor
        self.register_buffer("vectors", torch.from_numpy(vectors))
        self.words = nn.Linear(vectors.shape[1], width, bias=False)
        tables = [nn.Embedding(rows, width) for rows in HASH_ROWS]
        for table in tables:
            nn.init.normal_(table.weight, std=0.1)
        self.hashes = nn.ModuleList(tables)
        self.features = nn.Linear(N_FEATURES, width)
        self.embed = nn.LayerNorm(width)
        self.layers = nn.ModuleList([nn.Linear(3 * width, 2 * width) for _ in DILATIONS])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in DILATIONS])
        self.borders = nn.Linear(width, 2)
        self.kind = nn.Sequential(
            nn.Linear(3 * width + POOLED_EXTRAS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, len(KINDS_READ))
        )

    def forward(self, given: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of the borders, shape (n_places, 2), and of the kinds, shape (n_spans, 3)."""
        states = self._states(given)
        drop = functional.dropout(states, self.dropout, self.training)
        return self.borders(drop), self.kind(
            functional.dropout(_pooled(states, given.spans), self.dropout, self.training)
        )

    def _states(self, given: Batch) -> torch.Tensor:
        states: torch.Tensor
        words, keep = given.words, torch.ones(len(given.words), 1)
        if self.training:
            words = torch.where(torch.rand(words.shape) < _WORD_DROPOUT, 0, words)
            keep = (torch.rand(keep.shape) >= _HASH_DROPOUT).float()
        states = self.words(self.vectors[words]) + self.features(given.features)
        for number, table in enumerate(self.hashes):
            states = states + table(given.hashes[:, number]) * (keep if number == 0 else 1)
        states = functional.dropout(self.embed(states) * given.mask, self.dropout, self.training)
        for layer, norm, dilation in zip(self.layers, self.norms, DILATIONS, strict=True):
            edge = states.new_zeros(dilation, self.width)
            window = torch.cat([torch.cat([edge, states[:-dilation]]), states, torch.cat([states[dilation:], edge])], 1)
            both = layer(window)
            most = torch.maximum(both[:, : self.width], both[:, self.width :])
            states = norm(states + functional.dropout(most, self.dropout, self.training)) * given.mask
        return states

    def export(self, word_keys: np.ndarray) -> dict[str, np.ndarray]:
        """Return the weights under the names of `argmine.split.network`: tables as float16, the rest as float32."""
        state = {name: value.detach() for name, value in self.state_dict().items()}
        weights = {"words": (state["vectors"] @ state["words.weight"].T).half()}
        for number in range(len(HASH_ROWS)):
            weights[f"hash.{number}"] = state[f"hashes.{number}.weight"].half()
        for number in range(len(DILATIONS)):
            for part in ("weight", "bias"):
                weights[f"layer.{number}.{part}"] = state[f"layers.{number}.{part}"]
                weights[f"layer.{number}.norm.{part}"] = state[f"norms.{number}.{part}"]
        for part in ("weight", "bias"):
            for name in ("features", "embed", "borders"):
                weights[f"{name}.{part}"] = state[f"{name}.{part}"]
            weights[f"kind.0.{part}"], weights[f"kind.1.{part}"] = state[f"kind.0.{part}"], state[f"kind.2.{part}"]
        return {name: value.contiguous().numpy() for name, value in weights.items()} | {"word_keys": word_keys}


def _pooled(states: torch.Tensor, spans: torch.Tensor) -> torch.Tensor:
    lengths = spans[:, 1] - spans[:, 0]
    owner = torch.repeat_interleave(torch.arange(len(spans)), lengths)
    first = torch.cumsum(lengths, 0) - lengths
    inside = torch.arange(len(owner)) - first[owner] + spans[owner, 0]
    rows = states[inside]
    width = states.shape[1]
    mean = states.new_zeros(len(spans), width).index_add(0, owner, rows) / lengths[:, None]
    most = states.new_full((len(spans), width), -1e9).scatter_reduce(0, owner[:, None].expand(-1, width), rows, "amax")
    flags = torch.stack([lengths / 20.0, (lengths < 4).float(), (lengths < 8).float(), (lengths > 25).float()], 1)
    return torch.cat([mean, most, states[spans[:, 1] - 1], flags], 1)
