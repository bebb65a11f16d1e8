"""Groups for every claim from those found on a sample: by the nearest claims of the sample, with a confidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.scale.parquet_files import as_matrix, schema_of, write_arrow
from argmine.tables import CLUSTERS, Column, Table

if TYPE_CHECKING:
    import pandas as pd

N_NEIGHBOURS = 15
# A claim is as near as claims of groups are to theirs, or it is in none: this share of those is farther.
FARTHEST_SHARE = 0.05
LEAST_SHARE = 0.5
LEAST_WORDS = 3
_BLOCK = 4_096

SAMPLE = Table(
    "sample",
    "a claim that the groups were found on",
    ("claim_id",),
    (
        Column("claim_id", "string", "the claim", required=True),
        Column("cluster_id", "string", "its group; empty where it is in none"),
        Column("x", "number", "horizontal position on the map, no unit"),
        Column("y", "number", "vertical position on the map, no unit"),
    ),
)


@dataclass(frozen=True)
class Model:
    """Groups found on a sample: unit vectors, shape (m, dim), and for each its group's number in `names`, or -1."""

    claim_ids: list[str]
    vectors: np.ndarray
    labels: np.ndarray
    positions: np.ndarray
    names: list[str]
    clusters: pd.DataFrame
    farthest: float


def make_model(claims: pd.DataFrame, vectors: np.ndarray, clusters: pd.DataFrame) -> Model:
    """Return the model of a sample's claims, as the cluster stage placed them."""
    names = sorted(clusters["cluster_id"])
    number = {name: place for place, name in enumerate(names)}
    labels = np.array([number.get(name, -1) for name in claims["cluster_id"]], np.int64)
    return Model(
        claims["claim_id"].tolist(),
        vectors,
        labels,
        claims[["x", "y"]].to_numpy(float),
        names,
        clusters,
        _farthest(vectors, labels),
    )


def save_model(folder: Path, model: Model) -> None:
    """Write a model into a folder; the sample comes last, so that a folder with one is whole."""
    import pyarrow as pa

    group = [model.names[label] if label >= 0 else None for label in model.labels.tolist()]
    columns = [pa.array(model.claim_ids, pa.string()), pa.array(group, pa.string()), *map(pa.array, model.positions.T)]
    flat = pa.array(np.ascontiguousarray(model.vectors).reshape(-1), pa.float32())
    vectors = pa.FixedSizeListArray.from_arrays(flat, max(1, model.vectors.shape[1]))
    sample = pa.table(columns, schema=schema_of(SAMPLE)).append_column("vector", vectors)
    clusters = pa.Table.from_pandas(model.clusters, schema=schema_of(CLUSTERS), preserve_index=False)
    write_arrow(folder / "clusters.parquet", clusters)
    write_arrow(folder / "sample.parquet", sample)


def load_model(folder: Path) -> Model:
    """Return the model in a folder."""
    import pyarrow.parquet

    from argmine.tables import conform

    sample = pyarrow.parquet.read_table(folder / "sample.parquet")
    clusters = conform(pyarrow.parquet.read_table(folder / "clusters.parquet").to_pandas(), CLUSTERS)
    frame = sample.drop_columns("vector").to_pandas()
    return make_model(frame, as_matrix(sample["vector"]), clusters)


@dataclass(frozen=True)
class Placement:
    """For each claim the number of its group or -1, how sure, why not, and a position; all of length n."""

    labels: np.ndarray
    confidence: np.ndarray
    reasons: list[str]
    positions: np.ndarray


def place(vectors: np.ndarray, model: Model) -> Placement:
    """Return the groups of claims by the vote of their nearest claims of the sample, weighted by their similarity.

    `confidence` is the share of the vote that the group got; below LEAST_SHARE, or farther from its neighbours than
    nearly all claims of groups are from theirs, a claim is in none.
    """
    n, k = len(vectors), min(N_NEIGHBOURS, len(model.vectors))
    labels, confidence = np.full(n, -1), np.zeros(n)
    positions = np.full((n, 2), np.nan)
    reasons = ["no groups were found"] * n
    if not k or not model.names:
        return Placement(labels, confidence, reasons, positions)
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        near, similarity = _nearest(vectors[rows], model.vectors, k)
        voted, shares, others = _vote(model.labels[near], similarity, len(model.names))
        far = similarity.mean(axis=1) < model.farthest
        sure = (shares >= LEAST_SHARE) & ~far
        labels[rows] = np.where(sure, voted, -1)
        confidence[rows] = shares.round(4)
        weight = similarity[:, :, None]
        positions[rows] = (model.positions[near] * weight).sum(axis=1) / weight.sum(axis=1)
        reasons[rows] = [
            "" if in_one else "far from all groups" if away or not several else _between(several)
            for in_one, away, several in zip(sure.tolist(), far.tolist(), others.tolist(), strict=True)
        ]
    return Placement(labels, confidence, reasons, positions)


def _between(n_groups: int) -> str:
    return "between groups" if n_groups > 1 else "at the edge of a group"


def _nearest(vectors: np.ndarray, sample: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest rows of the sample, nearest first, and their cosine similarities, none below a hundredth."""
    import torch

    best = torch.topk(torch.from_numpy(vectors @ sample.T), k, dim=1, sorted=False)
    found, near = best.values.numpy(), best.indices.numpy()
    order = np.lexsort((near, -found), axis=1)
    return np.take_along_axis(near, order, axis=1), np.maximum(np.take_along_axis(found, order, axis=1), 0.01)


def _vote(labels: np.ndarray, weight: np.ndarray, n_groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the group with most votes, its share of all votes, and how many groups got any; each of shape (n,)."""
    votes = np.zeros((len(labels), n_groups + 1))
    np.add.at(votes, (np.arange(len(labels))[:, None], labels), weight)  # none, -1, is the last column
    voted = votes[:, :-1].argmax(axis=1)
    shares = votes[np.arange(len(labels)), voted] / votes.sum(axis=1)
    return voted, shares, (votes[:, :-1] > 0).sum(axis=1)


def _farthest(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean similarity to its neighbours that nearly all claims of groups have."""
    inside = np.flatnonzero(labels >= 0)
    if len(inside) < 2:
        return 1.0
    means = []
    chosen = inside[:: max(1, len(inside) // 2_000)]
    for start in range(0, len(chosen), _BLOCK):
        _, similarity = _nearest(vectors[chosen[start : start + _BLOCK]], vectors, min(N_NEIGHBOURS + 1, len(vectors)))
        means.append(similarity[:, 1:].mean(axis=1))  # the first is the claim itself
    return float(np.quantile(np.concatenate(means), FARTHEST_SHARE))


def left_out(claims: pd.DataFrame, languages: str) -> np.ndarray:
    """Return for each claim why it cannot be in a group, in the words of the cluster stage; "" where it can."""
    reason = np.full(len(claims), "", dtype=object)
    reason[np.array([len(text.split()) < LEAST_WORDS for text in claims["text"]], bool)] = "too short"
    reason[~claims["language"].isin([*languages.split(","), "und"]).to_numpy()] = "other language"
    reason[claims["duplicate_of"].notna().to_numpy()] = "repeats another claim"
    reason[~claims["kind"].isin(("claim", "question")).to_numpy()] = "not a claim"
    return reason


def assign(claims: pd.DataFrame, vectors: np.ndarray, model: Model, settings: dict[str, Any]) -> pd.DataFrame:
    """Return a partition's claims with group, confidence, reason and position filled in.

    Claims of the sample keep the group that they were found in.
    """
    import pandas as pd

    reason = left_out(claims, settings["languages"])
    rows = np.flatnonzero(reason == "")
    placed = place(vectors[rows], model)
    labels, confidence = np.full(len(claims), -1), np.full(len(claims), np.nan)
    positions = np.full((len(claims), 2), np.nan)
    labels[rows], positions[rows] = placed.labels, placed.positions
    reason[rows] = placed.reasons
    row_of = dict(zip(model.claim_ids, range(len(model.claim_ids)), strict=True))
    for row, claim_id in zip(rows.tolist(), claims["claim_id"].iloc[rows], strict=True):
        if claim_id in row_of:
            mine = row_of[claim_id]
            labels[row], positions[row] = model.labels[mine], model.positions[mine]
            reason[row] = "" if labels[row] >= 0 else reason[row] or "at the edge of a group"
    confidence[rows] = placed.confidence
    confidence[labels < 0] = np.nan
    return claims.assign(
        cluster_id=pd.Series([model.names[label] if label >= 0 else None for label in labels.tolist()], dtype=object),
        cluster_confidence=confidence,
        unassigned_reason=pd.Series(reason, dtype=object),
        x=positions[:, 0].round(4),
        y=positions[:, 1].round(4),
    )
