"""Encoders whose forward pass is sentence-transformers' own: every model that the packed path does not cover."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.batches import runs
from argmine.embed.weights import fingerprint
from argmine.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.devices import Device, Precision
    from argmine.embed.encoder import Progress

# Only lengths relative to each other matter here: texts are sorted and cut into batches before they are tokenized.
CHARACTERS_PER_TOKEN = 4
DECISIVE = ("*.json", "*.txt", "*.model", "*.safetensors")


class LibraryEncoder:
    """A model run by sentence-transformers in float32, in batches of texts of like length."""

    path = "sentence-transformers"
    precision: Precision = "float32"

    def __init__(self, name: str, sha256: str, folder: Path, device: Device) -> None:
        self.name, self.sha256, self.device = name, sha256, device.name
        self.fingerprint = fingerprint(sha256, _hashes(folder))
        self._model: Any = _load(name, folder, device)
        self.dim = int(self._model.encode([""], show_progress_bar=False).shape[1])
        longest = self._model.max_seq_length
        self.max_tokens = int(longest) if longest and math.isfinite(longest) else 0
        self._budget = device.usual_rows * CHARACTERS_PER_TOKEN

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows of the input, their unit vectors), batch by batch, each row once."""
        longest = (self.max_tokens or self._budget) * CHARACTERS_PER_TOKEN
        lengths = np.array([min(len(text), longest) + 1 for text in texts], np.int64)
        for rows in runs(lengths, self._budget):
            batch = [texts[row] for row in rows]
            vectors = self._model.encode(
                batch, batch_size=len(batch), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
            yield rows, np.asarray(vectors, np.float32)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32, shape (n_texts, dim), in input order."""
        from argmine.embed.encoder import collect

        return collect(self.stream(texts), len(texts), self.dim, progress)


def _load(name: str, folder: Path, device: Device) -> Any:
    from sentence_transformers import SentenceTransformer

    pickled = [path for path in folder.rglob("*.bin") if not (path.parent / "model.safetensors").is_file()]
    if pickled:
        raise EncoderError(
            f"model {name}: {pickled[0]} is a pickle, which can run code, so it is not loaded. Save it as safetensors."
        )
    try:
        return SentenceTransformer(str(folder), device=device.name, model_kwargs={"use_safetensors": True})
    except (OSError, ValueError, ImportError, KeyError) as error:
        raise EncoderError(f"model {name}: sentence-transformers cannot load {folder}: {error}") from error


def _hashes(folder: Path) -> str:
    """Return the sha256 of every file in the folder that can decide a vector, by name."""
    files = sorted(path for pattern in DECISIVE for path in folder.rglob(pattern))
    return " ".join(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
