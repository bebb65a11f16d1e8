"""What a worker loads once: the encoder, the coder and the codebook of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from argmine.codebook import Codebook
    from argmine.embed.encoder import Encoder
    from argmine.scale.plan import Plan
    from argmine.stance import Encoders
    from argmine.stance.coder import Coder

# Texts that are asked for again with every partition: a codebook's sentences.
REMEMBERED = 10_000


@dataclass(frozen=True)
class Tools:
    """Everything that turns posts into tables."""

    settings: Settings
    codebook: Codebook
    encoder: Encoder
    coder: Coder
    encoders: Encoders


@lru_cache(maxsize=1)
def load_tools(plan: Plan) -> Tools:
    """Return the tools of a run, ready to work; those of the last run that were asked for are kept."""
    from argmine.embed import load_encoder, load_pair_model
    from argmine.stance import Encoders, load_coder

    settings, codebook = Settings(**plan.settings), codebook_of(plan)
    encoder = load_encoder(settings)
    of_folders: dict[Path, Callable[[Sequence[str]], np.ndarray]] = {}

    def of_folder(folder: Path) -> Callable[[Sequence[str]], np.ndarray]:
        if folder not in of_folders:
            of_folders[folder] = _remembering(load_encoder(replace(settings, model=str(folder))))
        return of_folders[folder]

    encoders = Encoders(_remembering(encoder), of_folder, partial(load_pair_model, settings=settings), encoder.sha256)
    return Tools(settings, codebook, encoder, load_coder(settings, codebook), encoders)


def codebook_of(plan: Plan) -> Codebook:
    """Return the codebook that the plan holds."""
    from argmine.codebook import Codebook

    codebook = Codebook.from_dict(plan.codebook)
    return replace(codebook, folder=Path(plan.codebook_folder)) if plan.codebook_folder else codebook


def _remembering(encoder: Encoder) -> Callable[[Sequence[str]], np.ndarray]:
    """Return a function that embeds, and knows the vectors of short lists of texts that come again.

    The store on disk that a thread's run keeps its vectors in is left alone: an archive is too large for it.
    """
    from argmine.embed import embed

    known: dict[tuple[str, ...], np.ndarray] = {}

    def encode(texts: Sequence[str]) -> np.ndarray:
        key = tuple(texts)
        if key in known:
            return known[key]
        vectors = embed(texts, encoder)
        if sum(map(len, known), len(key)) <= REMEMBERED:
            known[key] = vectors
        return vectors

    return encode
