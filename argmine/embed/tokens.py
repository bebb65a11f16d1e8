"""Texts to token numbers, in threads of their own, a window ahead of the device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.weights import Recipe

TOKENIZER = "tokenizer.json"


@dataclass(frozen=True)
class Window:
    """Some neighbouring texts as tokens: text i of the window is `ids[starts[i]:starts[i + 1]]`."""

    first: int
    ids: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text, shape (n_texts,)."""
        return np.diff(self.starts)


def load_tokenizer(folder: Path, recipe: Recipe) -> Any:
    """Return the model's tokenizer, which truncates at the model's limit and never pads."""
    from tokenizers import Tokenizer

    path = folder / TOKENIZER
    if not path.is_file():
        raise EncoderError(f"{folder} has no {TOKENIZER}. Save the model again with a current sentence-transformers.")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(recipe.max_tokens)
    return tokenizer


def tokenize(tokenizer: Any, texts: Sequence[str], first: int = 0) -> Window:
    """Return the texts as one window of tokens; `first` is the place of its first text in the whole input."""
    encodings = tokenizer.encode_batch_fast(list(texts))
    starts = np.zeros(len(encodings) + 1, np.int64)
    np.cumsum([len(encoding) for encoding in encodings], out=starts[1:])
    ids = np.empty(int(starts[-1]), np.int64)
    for row, encoding in enumerate(encodings):
        ids[starts[row] : starts[row + 1]] = encoding.ids
    return Window(first, ids, starts)


def tokenize_ahead(tokenizer: Any, texts: Sequence[str], size: int, prompt: str = "") -> Iterator[Window]:
    """Yield the texts as windows of `size`, in order; another thread prepares the next one meanwhile."""

    def window(first: int) -> Window:
        return tokenize(tokenizer, [prompt + text for text in texts[first : first + size]], first)

    with ThreadPoolExecutor(1, "argmine-tokenize") as thread:
        ahead = None
        for first in range(0, len(texts), size):
            ready, ahead = ahead, thread.submit(window, first)
            if ready is not None:
                yield ready.result()
        if ahead is not None:
            yield ahead.result()
