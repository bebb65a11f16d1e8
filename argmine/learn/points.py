"""Train the encoder that groups are found with: sentences that make the same point come to lie close together.

    python -m argmine.learn.points ../shared/datasets -o FOLDER

It starts from the default encoder and learns from debates whose sentences are known by the point that they make, with
the supervised contrastive loss (Khosla and others 2020) within each debate: the other points of the same debate are
what a point must be told from. Nothing of the debates that groups are measured on is learned from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.embed.weights import find_model
from argmine.learn.stance_network import WARM_UP, Network, export_encoder
from argmine.learn.stance_readings import key_points
from argmine.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    import torch

TEMPERATURE = 0.07
BATCH = 64
OF_A_POINT = 4
"""Sentences in a batch, and how many of them make the same point."""
LEAST_OF_A_CLAIM = 6
HELD_OUT = 6
"""One debate in so many is held out while choices are made."""


@dataclass(frozen=True)
class Said:
    """A sentence of a debate: the points that it makes, and those that it surely does not make."""

    text: str
    points: frozenset[str]
    others: frozenset[str]


Debates = Mapping[str, Sequence[Said]]


def gather(labelled: Path, datasets: Path) -> dict[str, list[Said]]:
    """Return the debates to learn from: our own, those of ArgKP-2021 and of Perspectrum, train splits alone."""
    perspectrum = perspectrum_debates(datasets / "perspectrum", "train")
    return own_debates(labelled) | key_point_debates(datasets / "argkp2021" / "kpm_data", "train") | perspectrum


def debates(folder: Path, pattern: str = "points_*.jsonl") -> dict[str, list[dict[str, Any]]]:
    """Return for each proposition debated its sentences: text, stance (1, -1, 0) and the point made, "" for none."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            sentence = json.loads(line)
            found.setdefault(sentence["topic"], []).append(sentence)
    return found


def own_debates(folder: Path, pattern: str = "points_*.jsonl") -> dict[str, list[Said]]:
    """Return our own debates; a point itself counts as a sentence that makes it."""
    found = {}
    for topic, sentences in debates(folder, pattern).items():
        points = frozenset(one["point"] for one in sentences if one["point"])
        pairs = [(point, point) for point in sorted(points)] + [(one["text"], one["point"]) for one in sentences]
        found[topic] = [Said(text, frozenset({point} - {""}), points - {point}) for text, point in pairs]
    return found


def key_point_debates(folder: Path, split: str) -> dict[str, list[Said]]:
    """Return the topics of a split of ArgKP-2021; a pair that its coders left undecided says nothing."""
    arguments, points, labels = key_points(folder, split)
    found: dict[str, list[Said]] = {}
    for number, point in points.items():
        others = {other for other, row in points.items() if row["topic"] == point["topic"]} - {number}
        found.setdefault(point["topic"], []).append(Said(point["key_point"], frozenset({number}), frozenset(others)))
    for number, argument in arguments.items():
        of_topic = {point: row for point, row in points.items() if row["topic"] == argument["topic"]}
        made = {point for point in of_topic if labels.get((number, point)) == "1"}
        others = {
            point
            for point, row in of_topic.items()
            if labels.get((number, point)) == "0" or row["stance"] != argument["stance"]
        }
        found[argument["topic"]].append(Said(argument["argument"], frozenset(made), frozenset(others)))
    return found


def perspectrum_debates(folder: Path, split: str) -> dict[str, list[Said]]:
    """Return the claims of a split of Perspectrum whose perspectives people joined where they mean the same."""
    pool, splits, claims = (
        json.loads((folder / f"{name}_v1.0.json").read_text(encoding="utf-8"))
        for name in ("perspective_pool", "dataset_split", "perspectrum_with_answers")
    )
    texts = {one["pId"]: one["text"] for one in pool}
    found = {}
    for claim in claims:
        clusters: dict[int, set[str]] = {}
        for place, cluster in enumerate(claim["perspectives"]):
            for number in cluster["pids"]:
                clusters.setdefault(number, set()).add(str(place))
        every = frozenset(str(place) for place in range(len(claim["perspectives"])))
        if splits[str(claim["cId"])] == split and len(clusters) >= LEAST_OF_A_CLAIM:
            found[claim["text"]] = [
                Said(texts[number], frozenset(made), every - made) for number, made in clusters.items()
            ]
    return found


Batch = list[tuple[str, Said]]
"""Sentences, each with the name of its debate."""


def batches(learned: Debates, chooser: random.Random) -> Iterator[Batch]:
    """Yield the sentences in batches of few debates with several of each point; each at most once.

    What is left of a debate when all its sentences make one point has nothing to be told from and is left out.
    """
    chunks = [chunk for topic in learned for chunk in _chunks(topic, learned[topic], chooser)]
    chooser.shuffle(chunks)
    batch: Batch = []
    for chunk in chunks:
        if batch and len(batch) + len(chunk) > BATCH:
            yield batch
            batch = []
        batch = [*batch, *chunk]
    yield batch


def _chunks(topic: str, sentences: Sequence[Said], chooser: random.Random) -> Iterator[Batch]:
    by_point: dict[str, list[Said]] = {}
    for said in sentences:
        by_point.setdefault(min(said.points, default=""), []).append(said)
    for own in by_point.values():
        chooser.shuffle(own)
    while len(by_point) > 1:
        chunk: Batch = []
        for point in chooser.sample(list(by_point), len(by_point)):
            own, room = by_point[point], BATCH - len(chunk)
            chunk += [(topic, own.pop()) for _ in range(min(OF_A_POINT, len(own), room))]
        by_point = {point: own for point, own in by_point.items() if own}
        yield chunk


def contrast(vectors: torch.Tensor, batch: Batch) -> torch.Tensor | None:
    """Return the mean loss of the sentences that share a point with another of the batch, None where none does.

    Each pair of the same point is held against all pairs of its first sentence that are surely of different points.
    """
    import torch

    same, different = (torch.zeros((len(batch), len(batch)), dtype=torch.bool) for _ in range(2))
    for row, (topic, one) in enumerate(batch):
        for column, (other_topic, other) in enumerate(batch):
            same[row, column] = row != column and topic == other_topic and bool(one.points & other.points)
            different[row, column] = topic != other_topic or _differ(one, other)
    paired = same.any(1)
    if not paired.any():
        return None
    likeness = vectors @ vectors.T / TEMPERATURE
    against = torch.logsumexp(likeness.masked_fill(~different, -1e4), dim=1, keepdim=True)
    of_pairs = torch.logaddexp(likeness, against) - likeness
    return ((of_pairs * same).sum(1)[paired] / same.sum(1)[paired]).mean()


def _differ(one: Said, other: Said) -> bool:
    return bool((one.points and one.points <= other.others) or (other.points and other.points <= one.others))


def train(network: Network, learned: Debates, epochs: int, rate: float, seed: int) -> Iterator[int]:
    """Train the network, with the same result for the same seed; yield the number of each epoch after it."""
    import torch

    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.01, fused=True)
    chooser = random.Random(seed)  # noqa: S311
    plan = [list(batches(learned, chooser)) for _ in range(epochs)]
    begin, step, total = time.monotonic(), 0, sum(map(len, plan))
    for epoch, planned in enumerate(plan):
        network.encoder.train()
        for batch in planned:
            for group in optimizer.param_groups:
                group["lr"] = rate * min((step + 1) / (WARM_UP * total), 1.0) * max(1 - step / total, 0.0)
            loss = contrast(network.vectors(network.encode([said.text for _, said in batch])), batch)
            step += 1
            if loss is None:
                continue
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if step % 50 == 0:
                print(f"step {step} of {total}, loss {loss.item():.3f}, {time.monotonic() - begin:.0f} s", flush=True)
        yield epoch


def pair_precision(network: Network, held_out: Debates) -> float:
    """Return the average precision, a debate on average, of telling pairs that share a point by their likeness."""
    from sklearn.metrics import average_precision_score

    found = []
    for sentences in held_out.values():
        pointed = [said for said in sentences if said.points]
        vectors = network.embed([said.text for said in pointed])
        pairs = np.triu_indices(len(pointed), 1)
        shared = [bool(pointed[one].points & pointed[other].points) for one, other in zip(*pairs, strict=True)]
        if any(shared):
            found.append(average_precision_score(shared, (vectors @ vectors.T)[pairs]))
    return float(np.mean(found))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write the encoder; with --try hold some debates out and print how well their pairs are told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", type=Path, help="folder with perspectrum/ and argkp2021/")
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/points"))
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder for the encoder")
    parser.add_argument("--try", dest="trial", action="store_true", help="hold out one debate in six")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)

    model_folder = find_model(DEFAULT_MODEL, offline=True)
    learned = gather(given.labelled, given.datasets)
    held_out: Debates = own_debates(given.labelled, "test_points_*.jsonl")
    if given.trial:
        held_out = {topic: said for topic, said in learned.items() if _is_held_out(topic)}
        learned = {topic: said for topic, said in learned.items() if topic not in held_out}
    n_sentences = sum(map(len, learned.values()))
    print(f"{len(learned)} debates, {n_sentences:,} sentences to learn from; {len(held_out)} held out", flush=True)
    network = Network(model_folder, 1, given.seed)
    print(f"pairs of the same point, average precision before: {pair_precision(network, held_out):.3f}", flush=True)
    for epoch in train(network, learned, given.epochs, given.rate, given.seed):
        print(f"after epoch {epoch}: {pair_precision(network, held_out):.3f}", flush=True)
    print(f"sha256 {export_encoder(network, model_folder, given.out)}")


def _is_held_out(topic: str) -> bool:
    return int(hashlib.sha256(topic.encode()).hexdigest(), 16) % HELD_OUT == 0


if __name__ == "__main__":
    main()
