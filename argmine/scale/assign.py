"""Groups for every claim from those found on a sample: by the nearest claims of the sample, with a confidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from argmine.cluster.placing import Placement, farthest_in_groups, place_by_vote
from argmine.scale.parquet_files import as_matrix, schema_of, write_arrow
from argmine.tables import CLUSTERS, Column, Table

if TYPE_CHECKING:
    import pandas as pd

LEAST_WORDS = 3

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
        farthest_in_groups(vectors, labels),
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


def place(vectors: np.ndarray, model: Model) -> Placement:
    """Return the groups of claims by the vote of their nearest claims of the sample; see `place_by_vote`."""
    return place_by_vote(vectors, model.vectors, model.labels, model.positions, model.farthest)


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
