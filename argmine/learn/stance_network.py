"""The stance coder under training: the default encoder with a linear head, and how it is trained."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from argmine.embed.weights import WEIGHTS, WORD_VECTORS
from argmine.learn.stance_readings import SIDES, Reading
from argmine.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from pathlib import Path

    import torch

MOST_TOKENS = 160
BATCH_TOKENS = 3_000
WARM_UP = 0.06
DROPOUT = 0.1
SCALE = 12.0
N_LOGITS = 1 + len(SIDES)
"""Of a question: whether the claim speaks to the proposition or frame, then its sides."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: passes over its readings, and the learning rate after a short rise, which falls to 0.

    A side counts `side_weight` times as much in the loss as speaking to what was asked.
    """

    epochs: int
    rate: float
    side_weight: float


class Network:
    """The encoder with N_LOGITS logits for each of so many questions. Its word vectors stay as they are."""

    def __init__(self, model_folder: Path, n_questions: int, seed: int) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import BertModel

        torch.manual_seed(seed)
        self.n_questions = n_questions
        self.encoder = BertModel.from_pretrained(
            model_folder, add_pooling_layer=False, hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT
        )
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, N_LOGITS * n_questions)
        self.tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MOST_TOKENS)

    def parameters(self) -> list[torch.nn.Parameter]:
        """Return what is trained."""
        return [p for p in (*self.encoder.parameters(), *self.head.parameters()) if p.requires_grad]

    def logits(self, ids: list[list[int]]) -> torch.Tensor:
        """Return logits of shape (n, n_questions, N_LOGITS) from the unit vectors of token ids."""
        found = self.head(self.vectors(ids) * SCALE)
        return found.view(len(ids), self.n_questions, N_LOGITS)  # type: ignore[no-any-return]

    def vectors(self, ids: list[list[int]]) -> torch.Tensor:
        """Return the unit vectors of token ids, shape (n, dim)."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        padded, mask = _padded(ids)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.encoder(input_ids=padded, attention_mask=mask).last_hidden_state
        weight = mask[:, :, None].float()
        return F.normalize((states.float() * weight).sum(1) / weight.sum(1), dim=1)

    def predict(self, texts: list[str]) -> np.ndarray:
        """Return the logits of texts, shape (n, n_questions, N_LOGITS)."""
        return self._in_batches(texts, self.logits, (self.n_questions, N_LOGITS))

    def embed(self, texts: list[str]) -> np.ndarray:
        """Return the unit vectors of texts, float32, shape (n, dim)."""
        return self._in_batches(texts, self.vectors, (self.encoder.config.hidden_size,))

    def _in_batches(
        self, texts: list[str], compute: Callable[[list[list[int]]], torch.Tensor], shape: tuple[int, ...]
    ) -> np.ndarray:
        import torch

        self.encoder.eval()  # type: ignore[no-untyped-call]
        encoded = self.encode(texts)
        found = np.zeros((len(texts), *shape), np.float32)
        with torch.inference_mode():
            for batch in _batches(np.array([len(ids) for ids in encoded]), random.Random(0)):  # noqa: S311
                found[batch] = compute([encoded[row] for row in batch]).numpy()
        return found

    def save(self, path: Path) -> None:
        """Write encoder and head as they are, float32."""
        from safetensors.torch import save_file

        tensors = {f"encoder.{name}": tensor for name, tensor in self.encoder.state_dict().items()}
        save_file(tensors | {f"head.{name}": tensor for name, tensor in self.head.state_dict().items()}, path)

    def load(self, path: Path) -> None:
        """Take over what `save` wrote."""
        from safetensors.torch import load_file

        tensors = load_file(path)
        for name, part in (("encoder.", self.encoder), ("head.", self.head)):
            part.load_state_dict({k.removeprefix(name): tensor for k, tensor in tensors.items() if k.startswith(name)})

    def encode(self, texts: list[str]) -> list[list[int]]:
        """Return each text's token ids."""
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]


def train(
    network: Network,
    readings: list[Reading],
    recipe: Recipe,
    seed: int,
    after_epoch: Callable[[int], object],
) -> None:
    """Train the network, with the same result for the same seed."""
    import torch

    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.01, fused=True)
    chooser = random.Random(seed)  # noqa: S311
    encoded = network.encode([reading.text for reading in readings])
    lengths = np.array([len(ids) for ids in encoded])
    labels = _labels(readings)
    begin, step, total = time.monotonic(), 0, 0
    for epoch in range(recipe.epochs):
        network.encoder.train()
        rows = np.array([row for row, reading in enumerate(readings) if chooser.random() < reading.share])
        plan = _batches(lengths[rows], chooser)
        total = total or len(plan) * recipe.epochs
        for batch in plan:
            for group in optimizer.param_groups:
                group["lr"] = recipe.rate * min((step + 1) / (WARM_UP * total), 1.0) * max(1 - step / total, 0.0)
            chosen = rows[batch]
            loss = _loss(network.logits([encoded[row] for row in chosen]), labels[chosen], recipe.side_weight)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % 50 == 0:
                print(f"step {step} of {total}, loss {loss.item():.3f}, {time.monotonic() - begin:.0f} s", flush=True)
        after_epoch(epoch)


def _labels(readings: list[Reading]) -> torch.Tensor:
    """Return the side toward what each question asks, shape (n, n_questions): its number, or -1 for none."""
    import torch

    return torch.tensor([[-1 if side == "none" else SIDES.index(side) for side in r.sides] for r in readings])


def _loss(logits: torch.Tensor, labels: torch.Tensor, side_weight: float) -> torch.Tensor:
    """Return the mean loss a reading: of speaking to what was asked, and of the side where it does."""
    import torch.nn.functional as F  # noqa: N812

    speaks = labels >= 0
    of_speaking = F.binary_cross_entropy_with_logits(logits[..., 0], speaks.float(), reduction="sum")
    of_sides = F.cross_entropy(logits[..., 1:][speaks], labels[speaks], reduction="sum")
    return (of_speaking + side_weight * of_sides) / len(labels)


def _padded(ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    padded = torch.zeros((len(ids), max(map(len, ids))), dtype=torch.long)
    mask = torch.zeros_like(padded)
    for row, numbers in enumerate(ids):
        padded[row, : len(numbers)] = torch.tensor(numbers)
        mask[row, : len(numbers)] = 1
    return padded, mask


def _batches(lengths: np.ndarray, chooser: random.Random) -> list[np.ndarray]:
    """Return batches of rows of like length, at most BATCH_TOKENS each with padding, in random order."""
    order = np.array(sorted(range(len(lengths)), key=lambda row: (int(lengths[row]) // 6, chooser.random())))
    found, start = [], 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * lengths[order[start : stop + 1]].max() <= BATCH_TOKENS:
            stop += 1
        found.append(order[start:stop])
        start = stop
    chooser.shuffle(found)
    return found


def export_encoder(network: Network, model_folder: Path, out: Path) -> str:
    """Write the encoder as a folder for the embedding core, in float16 without the word vectors; return its sha256."""
    import torch
    from safetensors.torch import save_file

    tensors = {
        name: tensor.to(torch.float16).contiguous()
        for name, tensor in network.encoder.state_dict().items()
        if not name.startswith("embeddings.")
    }
    (out / "1_Pooling").mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / WEIGHTS)
    for name in ("modules.json", "tokenizer.json", "1_Pooling/config.json"):
        shutil.copyfile(model_folder / name, out / name)
    config = json.loads((model_folder / "config.json").read_text(encoding="utf-8")) | {WORD_VECTORS: DEFAULT_MODEL}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (out / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": MOST_TOKENS}) + "\n", encoding="utf-8")
    return hashlib.sha256((out / WEIGHTS).read_bytes()).hexdigest()
