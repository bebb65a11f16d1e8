"""Models that read two texts together and answer with labels: inference, zero-shot, and others of that shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.batches import runs
from argmine.embed.devices import choose_device
from argmine.embed.weights import find_model, verify
from argmine.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.devices import Device
    from argmine.settings import Settings

# A pair longer than this is cut at its longer text, whatever the model says that it could read.
MOST_TOKENS = 512
CHARACTERS_PER_TOKEN = 4


class PairModel:
    """A sequence classifier over pairs of texts, run by transformers in float32 in batches of pairs of like length."""

    def __init__(self, name: str, sha256: str, folder: Path, device: Device) -> None:
        self.name, self.sha256, self.device = name, sha256, device.name
        self._tokenizer, self._model = _load(name, folder, device)
        config = self._model.config
        self.labels: tuple[str, ...] = tuple(str(config.id2label[place]) for place in range(config.num_labels))
        limits = (self._tokenizer.model_max_length, getattr(config, "max_position_embeddings", 0))
        self._most_tokens = int(min(MOST_TOKENS, *(limit for limit in limits if limit and limit > 0)))
        self._budget = device.usual_rows

    def logits(
        self, pairs: Sequence[tuple[str, str]], progress: Callable[[int, int], None] = lambda done, total: None
    ) -> NDArray[np.float32]:
        """Return a logit for each label, float32, shape (n_pairs, n_labels), in input order."""
        import torch

        found = np.zeros((len(pairs), len(self.labels)), np.float32)
        lengths = [
            min(len(first) + len(second) + 1, self._most_tokens * CHARACTERS_PER_TOKEN) for first, second in pairs
        ]
        done = 0
        with torch.inference_mode():
            for rows in runs(np.array(lengths, np.int64), self._budget * CHARACTERS_PER_TOKEN):
                batch = self._tokenizer(
                    [pairs[row][0] for row in rows],
                    [pairs[row][1] for row in rows],
                    padding=True,
                    truncation=True,
                    max_length=self._most_tokens,
                    return_tensors="pt",
                ).to(self.device)
                found[rows] = self._model(**batch).logits.float().cpu().numpy()
                done += len(rows)
                progress(done, len(pairs))
        return found


def load_pair_model(name: str, settings: Settings) -> PairModel:
    """Return the model of that name: a folder, or one on the hub; raise EncoderError where it cannot be had or used."""
    folder = find_model(name, offline=settings.offline)
    return PairModel(name, verify(folder, name), folder, choose_device(settings))


def _load(name: str, folder: Path, device: Device) -> tuple[Any, Any]:
    """Return tokenizer and model; raise EncoderError for one whose answering layer is not among its weights."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model, report = AutoModelForSequenceClassification.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, output_loading_info=True, dtype=torch.float32
        )
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise EncoderError(f"model {name}: transformers cannot load {folder} as a classifier: {reason}") from error
    learned = {parameter for parameter, _ in model.named_parameters()}
    missing = sorted(learned & set(report["missing_keys"]))
    if missing:
        raise EncoderError(
            f"model {name}: {folder} holds no weights for {missing[0]}, so its answers would be random. Name a model "
            "that was trained to classify pairs of texts."
        )
    return tokenizer, model.to(device.name).eval()
