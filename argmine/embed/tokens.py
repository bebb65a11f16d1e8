"""Texts to token numbers, in threads of their own, a window ahead of the device."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.weights import TOKENIZER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.weights import Recipe


# Windows in preparation: one thread takes the tokenizer's results over while the other's tokenizer works.
AHEAD = 2


@dataclass(frozen=True)
class Window:
    """Some neighbouring texts as tokens: text i of the window is `ids[starts[i]:starts[i + 1]]`."""

    first: int
    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text, shape (n_texts,)."""
        return np.diff(self.starts)


def load_tokenizer(folder: Path, recipe: Recipe) -> Any:
    """Return the model's tokenizer, which truncates at the model's limit and never pads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(recipe.max_tokens)
    return tokenizer


def tokenize(tokenizer: Any, texts: Sequence[str], first: int = 0) -> Window:
    """Return the texts as one window of tokens; `first` is the place of its first text in the whole input."""
    encodings = tokenizer.encode_batch_fast(list(texts))
    starts = np.zeros(len(encodings) + 1, np.int64)
    np.cumsum([len(encoding) for encoding in encodings], out=starts[1:])
    ids = np.empty(int(starts[-1]), np.int32)
    for row, encoding in enumerate(encodings):
        ids[starts[row] : starts[row + 1]] = encoding.ids
    return Window(first, ids, starts)


def tokenize_ahead(tokenizer: Any, texts: Sequence[str], size: int, prompt: str = "") -> Iterator[Window]:
    """Yield the texts as windows of `size`, in order; other threads prepare the next ones meanwhile."""

    def window(first: int) -> Window:
        return tokenize(tokenizer, [prompt + text for text in texts[first : first + size]], first)

    with ThreadPoolExecutor(AHEAD, "argmine-tokenize") as threads:
        ahead: deque[Future[Window]] = deque()
        for first in range(0, len(texts), size):
            ahead.append(threads.submit(window, first))
            if len(ahead) > AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
