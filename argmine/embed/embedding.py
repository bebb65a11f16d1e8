"""The stage's verb: texts to vectors, each text once, known ones from the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from argmine.embed.store import Store, text_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from argmine.embed.encoder import Encoder

# Texts encoded between two writes to the store.
STRIDE = 4_096


def embed(
    texts: Sequence[str],
    encoder: Encoder,
    *,
    store: Store | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Return unit vectors, float32, shape (n_texts, dim), in input order.

    A text that occurs twice is encoded once. Vectors that the store holds are read from it, and new ones are added to it.
    """
    keys, firsts, back = np.unique(text_keys(texts), return_index=True, return_inverse=True)
    vectors = np.empty((len(keys), encoder.dim), np.float32)
    shelf = store.shelf(encoder.fingerprint, encoder.precision, encoder.dim) if store is not None else None
    missing = np.arange(len(keys)) if shelf is None else np.flatnonzero(~shelf.read(keys, vectors))
    missing = missing[np.argsort(firsts[missing])]
    done = len(keys) - len(missing)
    for begin in range(0, len(missing), STRIDE):
        part = missing[begin : begin + STRIDE]
        vectors[part] = encoder.encode([texts[row] for row in firsts[part]])
        if shelf is not None:
            shelf.append(keys[part], vectors[part])
        done += len(part)
        if progress is not None:
            progress(done, len(keys))
    return vectors[back]
