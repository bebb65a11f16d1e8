"""How well groups agree with those that people made, beside BERTopic's recipe on the same vectors in the same run."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from argmine.errors import SourceError
from argmine.learn.stance_readings import key_points

if TYPE_CHECKING:
    import numpy as np

ARGKP = {"dev": "kpm_data", "test": "test_data", "train": "kpm_data"}
LEAST_TEXTS = 20
MOST_LINES = 30


@dataclass(frozen=True)
class Debate:
    """The arguments of one topic, and for each the group that people put it in."""

    topic: str
    texts: list[str]
    gold: list[str]


@dataclass(frozen=True)
class Agreement:
    """How far found groups agree with people's; those in no group count as one group more in V-measure and ARI."""

    v_measure: float
    ari: float
    unassigned: float
    n_found: int
    n_gold: int

    @property
    def within_two(self) -> bool:
        """Whether there are at most twice and at least half as many groups as people made."""
        return self.n_gold <= 2 * self.n_found and self.n_found <= 2 * self.n_gold


def run(shared: Path, split: str = "dev,test") -> str:
    """Return the table of agreement a topic and on average; `shared` holds `datasets/`.

    ArgKP-2021: the arguments of a topic that match exactly one key point, which is their gold group. Perspectrum: the
    test claims with at least LEAST_TEXTS perspectives, gold the clusters of equivalent ones. Of more than MOST_LINES
    topics only the mean is given. Raise SourceError where the data is not there.
    """
    from argmine.embed import load_encoder
    from argmine.pipeline import encoders_of, vectors_to_group
    from argmine.settings import Settings

    settings = Settings()
    encoders = encoders_of(load_encoder(settings), settings)
    sets = {
        f"ArgKP-2021, {split}": [one for name in split.split(",") for one in argkp_debates(shared, name)],
        "Perspectrum, test": perspectrum_debates(shared),
    }
    lines = ["V-measure, ARI, share in no group, groups found / gold", ""]
    for name, debates in sets.items():
        default = [encoders.texts(one.texts) for one in debates]
        pairs = zip(debates, default, strict=True)
        own = [vectors_to_group(one.texts, vectors, encoders, settings)[0] for one, vectors in pairs]
        lines += [f"{name}: {len(debates)} topics, {sum(len(one.texts) for one in debates):,} texts"]
        for who, group, vectors in (
            ("argmine", ours, own),
            ("BERTopic's recipe on the same vectors", bertopic_recipe, own),
            ("argmine on the default encoder's vectors", ours, default),
            ("BERTopic's recipe on those", bertopic_recipe, default),
        ):
            pairs = zip(debates, vectors, strict=True)
            found = [agreement(group(debate.texts, mine), debate.gold) for debate, mine in pairs]
            lines += [f"  {who}", *_rows(debates, found)]
        lines.append("")
    return "\n".join(lines).rstrip()


def argkp_debates(shared: Path, split: str) -> list[Debate]:
    """Return the topics of a split of ArgKP-2021, with the arguments that match exactly one key point."""
    folder = shared / "datasets" / "argkp2021" / ARGKP.get(split, split)
    if not (folder / f"arguments_{split}.csv").is_file():
        raise SourceError(f"{folder}: no split {split!r} of ArgKP-2021 here. Name the folder that holds datasets/.")
    arguments, _, labels = key_points(folder, split)
    matched: dict[str, list[str]] = {}
    for (argument, point), label in labels.items():
        if label == "1":
            matched.setdefault(argument, []).append(point)
    topics: dict[str, list[tuple[str, str]]] = {}
    for argument, points in matched.items():
        if len(points) == 1:
            row = arguments[argument]
            topics.setdefault(row["topic"], []).append((row["argument"], points[0]))
    return [Debate(topic, *map(list, zip(*rows, strict=True))) for topic, rows in sorted(topics.items())]


def perspectrum_debates(shared: Path) -> list[Debate]:
    """Return the test claims of Perspectrum that have enough perspectives; one in two clusters is left out.

    So is a claim with a perspective of the train split, which some claims share: the encoder of points learned it.
    """
    folder = shared / "datasets" / "perspectrum"
    if not (folder / "perspective_pool_v1.0.json").is_file():
        raise SourceError(f"{folder}: Perspectrum is not here. Name the folder that holds datasets/.")
    pool, split, claims = (
        json.loads((folder / f"{name}_v1.0.json").read_text(encoding="utf-8"))
        for name in ("perspective_pool", "dataset_split", "perspectrum_with_answers")
    )
    texts = {one["pId"]: one["text"] for one in pool}
    learned = {
        texts[number]
        for claim in claims
        for cluster in claim["perspectives"]
        for number in cluster["pids"]
        if split[str(claim["cId"])] == "train"
    }
    found = []
    for claim in claims:
        n_clusters = Counter(number for cluster in claim["perspectives"] for number in set(cluster["pids"]))
        rows = [
            (texts[number], str(place))
            for place, cluster in enumerate(claim["perspectives"])
            for number in sorted(set(cluster["pids"]))
            if n_clusters[number] == 1
        ]
        seen = any(text in learned for text, _ in rows)
        if split[str(claim["cId"])] == "test" and len(rows) >= LEAST_TEXTS and not seen:
            found.append(Debate(claim["text"], *map(list, zip(*rows, strict=True))))
    return found


def ours(texts: list[str], vectors: np.ndarray) -> np.ndarray:
    """Return the groups of the shipped stage at its defaults."""
    import pandas as pd

    from argmine import tables
    from argmine.cluster import cluster
    from argmine.settings import Settings

    rows = {"post_id": [f"p{row}" for row in range(len(texts))], "text": texts}
    claims = pd.DataFrame(rows).assign(kind="claim", language="en", start=0, end=[len(text) for text in texts])
    claims = tables.conform(claims.assign(claim_id=claims["post_id"] + ":0"), tables.CLAIMS)
    authors = pd.Series(rows["post_id"], dtype="str")
    return pd.factorize(cluster(claims, vectors, authors, Settings()).claims["cluster_id"])[0]


def bertopic_recipe(texts: list[str], vectors: np.ndarray) -> np.ndarray:
    """Return the groups of BERTopic's pipeline at its documented defaults (Grootendorst 2022), with a fixed seed.

    UMAP of 15 neighbours to 5 dimensions by cosine with min_dist 0, then HDBSCAN of at least 10, euclidean, excess of
    mass. Its topic representation comes after the groups and does not change them.
    """
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on the seed, and inside the two libraries
        import hdbscan
        import umap

        layout = umap.UMAP(
            n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42, n_jobs=1
        ).fit_transform(vectors)
        model = hdbscan.HDBSCAN(min_cluster_size=10, metric="euclidean", cluster_selection_method="eom")
        return np.asarray(model.fit_predict(layout))


def agreement(found: np.ndarray, gold: list[str]) -> Agreement:
    """Return how far found group numbers agree with gold.

    >>> import numpy as np
    >>> agreement(np.array([0, 0, 1, -1]), ["a", "a", "b", "b"]).unassigned
    0.25
    """
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    return Agreement(
        v_measure=float(v_measure_score(gold, found)),
        ari=float(adjusted_rand_score(gold, found)),
        unassigned=float((found < 0).mean()),
        n_found=len(set(found[found >= 0].tolist())),
        n_gold=len(set(gold)),
    )


def _rows(debates: list[Debate], found: list[Agreement]) -> list[str]:
    lines = [
        f"    {debate.topic[:56]:<58}{one.v_measure:>6.2f}{one.ari:>6.2f}{one.unassigned:>6.0%}"
        f"{one.n_found:>5} / {one.n_gold}"
        for debate, one in zip(debates, found, strict=True)
    ]
    if len(lines) > MOST_LINES:
        lines = []
    n = len(found)
    mean = {name: sum(getattr(one, name) for one in found) / n for name in ("v_measure", "ari", "unassigned")}
    near = sum(one.within_two for one in found)
    summary = f"    {'mean':<58}{mean['v_measure']:>6.2f}{mean['ari']:>6.2f}{mean['unassigned']:>6.0%}"
    return [*lines, f"{summary}     {near} of {n} within a factor of two"]
