"""The segmenter as a spaCy component: it sets sentence starts, and gives claim starts and kinds to the split stage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from argmine.errors import ArgmineError
from argmine.models import shipped
from argmine.split.features import BLANK_LINE, Tokens, tokens
from argmine.split.network import SENTENCE_FROM, Network

MODEL = shipped("segmenter")
FACTORY = "argmine_segmenter"
WEIGHTS = "weights.safetensors"
_TOKENS_AT_ONCE = 2048


class Segmenter:
    """Sets `token.is_sent_start`; `read` gives everything that the network says of the documents."""

    def __init__(self, network: Network | None = None) -> None:
        self.network = network

    @property
    def weights(self) -> Network:
        """The network; raise ArgmineError where none was read."""
        if self.network is None:
            raise ArgmineError("the segmenter has no weights yet: load the pipeline from its folder with spacy.load.")
        return self.network

    def read(self, docs: Iterable[Doc]) -> Iterator[tuple[Tokens, np.ndarray, np.ndarray]]:
        """Return for each document its tokens, their states and how likely a sentence, and a claim, starts at each."""
        waiting: list[Tokens] = []
        n_tokens = 0
        for doc in docs:
            waiting.append(tokens(doc))
            n_tokens += len(waiting[-1].starts)
            if n_tokens >= _TOKENS_AT_ONCE:
                yield from self._flush(waiting)
                waiting, n_tokens = [], 0
        yield from self._flush(waiting)

    def _flush(self, waiting: list[Tokens]) -> Iterator[tuple[Tokens, np.ndarray, np.ndarray]]:
        if waiting:
            for text, states in zip(waiting, self.weights.states(waiting), strict=True):
                borders = self.weights.borders(states)
                borders[text.features[:, BLANK_LINE] == 1] = 1
                yield text, states, borders

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its sentence starts set."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], **_: Any) -> Iterator[Doc]:
        """Return the documents with their sentence starts set."""
        documents = list(docs)
        for doc, (text, _states, borders) in zip(documents, self.read(documents), strict=True):
            starts = set(text.starts[borders[:, 0] > SENTENCE_FROM].tolist())
            flags = [1 if token.idx in starts or token.i == 0 else -1 for token in doc]
            yield doc.from_array(["SENT_START"], np.array(flags, np.int64).astype(np.uint64)[:, None])  # type: ignore[arg-type]

    def to_disk(self, path: Path, **_: Any) -> None:
        """Write the weights into a folder, as spaCy asks of a component."""
        from safetensors.numpy import save_file

        Path(path).mkdir(parents=True, exist_ok=True)
        save_file(dict(self.weights.weights), Path(path) / WEIGHTS)

    def from_disk(self, path: Path, **_: Any) -> Segmenter:
        """Read the weights back, as float32."""
        from safetensors.numpy import load_file

        self.network = Network(
            {
                name: weight.astype(np.float32) if weight.dtype == np.float16 else weight
                for name, weight in load_file(Path(path) / WEIGHTS).items()
            }
        )
        return self


@Language.factory(FACTORY)
def create(nlp: Language, name: str) -> Segmenter:
    """Return a segmenter for a spaCy pipeline, its weights still to be read."""
    return Segmenter()


@lru_cache(maxsize=1)
def pipeline() -> tuple[Language, Segmenter]:
    """Return the shipped pipeline and its segmenter; raise ArgmineError where its weights are not those of its card."""
    import hashlib

    import spacy

    card = json.loads((MODEL / "card.json").read_text(encoding="utf-8"))
    found = hashlib.sha256((MODEL / FACTORY / WEIGHTS).read_bytes()).hexdigest()
    if found != card["sha256"]:
        raise ArgmineError(
            f"{MODEL / FACTORY / WEIGHTS}: sha256 is {found}, the card says {card['sha256']}. Install argmine again."
        )
    nlp = spacy.load(MODEL)
    segmenter = nlp.get_pipe(FACTORY)
    assert isinstance(segmenter, Segmenter)
    return nlp, segmenter
