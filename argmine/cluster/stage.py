"""The stage: claims and vectors in; groups, positions and reasons out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argmine import tables
from argmine.cluster import layout as layouts
from argmine.cluster.groups import find_groups, reasons, stability
from argmine.cluster.names import distinctive_phrases, most_central, most_telling, shorten
from argmine.cluster.placing import N_NEIGHBOURS, farthest_in_groups, place_by_vote
from argmine.cluster.sweep import Choice, sweep
from argmine.cluster.themes import Theme, find_themes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from argmine.settings import Settings

LEAST_CLAIMS = 20
LEAST_WORDS = 3
MOST_LAID_OUT = 20_000
"""UMAP and HDBSCAN see at most this many claims; beyond it, the others join the groups of a sample."""


@dataclass(frozen=True)
class Clustering:
    """`claims` with cluster_id, unassigned_reason, x and y filled in; the groups; and how they were found, in words.

    `sweep` holds the sizes that were tried, where the settings name none; `themes` the groups joined, where many.
    """

    claims: pd.DataFrame
    clusters: pd.DataFrame
    method: str
    sweep: tuple[Choice, ...] = ()
    themes: tuple[Theme, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What was found for n claims: group numbers, how stable each is, reasons, positions, and how, in words."""

    labels: np.ndarray
    steady: dict[int, float]
    reasons: list[str]
    positions: np.ndarray
    method: str
    choices: tuple[Choice, ...]


def cluster(
    claims: pd.DataFrame, vectors: np.ndarray, authors: pd.Series, settings: Settings, *, most: int = MOST_LAID_OUT
) -> Clustering:
    """Return the groups of similar claims and a position for each claim that has one.

    `authors` gives the author of each claim's post, row by row. Only claims and questions in a language that the
    encoder reads are grouped, a repeated one once; every other claim carries the reason. Noise stays noise. Above
    `most` claims the groups are found on a sample of that many, drawn by a hash of the identifiers, and each other
    claim takes the group of its nearest claims of the sample, or the reason why not.
    """
    import numpy as np
    import pandas as pd

    reason = _reasons_to_leave_out(claims, settings)
    rows = np.flatnonzero(reason == "")
    chosen = vectors[rows]
    n = len(rows)
    cluster_ids = np.full(len(claims), None, dtype=object)
    position = np.full((len(claims), 2), np.nan)
    groups = tables.empty(tables.CLUSTERS)
    choices: tuple[Choice, ...] = ()
    themes: tuple[Theme, ...] = ()

    if n < LEAST_CLAIMS:
        method = f"no groups: {n} claims are too few (at least {LEAST_CLAIMS}); positions are principal components"
        reason[rows] = "too few claims to group"
        position[rows] = layouts.principal_axes(chosen)
    else:
        found = _find(claims["claim_id"].iloc[rows].tolist(), chosen, settings, most)
        method, choices, labels = found.method, found.choices, found.labels
        reason[rows], position[rows] = found.reasons, found.positions
        ids, groups = _describe(claims.iloc[rows], chosen, labels, found.steady, authors.iloc[rows])
        cluster_ids[rows] = [ids.get(label) for label in labels]
        members = {ids[number]: np.flatnonzero(labels == number).tolist() for number in ids}
        themes = find_themes(members, chosen, claims["text"].iloc[rows].tolist())

    placed = claims.assign(
        cluster_id=pd.Series(cluster_ids, index=claims.index),
        unassigned_reason=pd.Series(reason, index=claims.index),
        x=np.round(position[:, 0], 4),
        y=np.round(position[:, 1], 4),
    )
    return Clustering(tables.conform(placed, tables.CLAIMS), groups, method, choices, themes)


def _reasons_to_leave_out(claims: pd.DataFrame, settings: Settings) -> np.ndarray:
    import numpy as np

    reason = np.full(len(claims), "", dtype=object)
    words = np.array([len(text.split()) for text in claims["text"]], dtype=int)
    reason[words < LEAST_WORDS] = "too short"
    reason[~claims["language"].isin([*settings.languages.split(","), "und"]).to_numpy()] = "other language"
    reason[claims["duplicate_of"].notna().to_numpy()] = "repeats another claim"
    reason[~claims["kind"].isin(("claim", "question")).to_numpy()] = "not a claim"
    return reason


def _find(claim_ids: Sequence[str], vectors: np.ndarray, settings: Settings, most: int) -> _Found:
    """Return the groups of claims, all laid out together or, where they are more than `most`, by a sample of them."""
    import numpy as np

    if len(vectors) <= most:
        return _find_together(vectors, settings)
    order = [hashlib.sha256(f"{settings.seed}:{claim_id}".encode()).digest() for claim_id in claim_ids]
    sample = np.sort(np.array(sorted(range(len(order)), key=order.__getitem__)[:most]))
    rest = np.setdiff1d(np.arange(len(vectors)), sample)
    found = _find_together(vectors[sample], settings)
    near = farthest_in_groups(vectors[sample], found.labels)
    placed = place_by_vote(vectors[rest], vectors[sample], found.labels, found.positions, near)
    labels, positions = np.full(len(vectors), -1), np.full((len(vectors), 2), np.nan)
    reason = np.full(len(vectors), "", dtype=object)
    labels[sample], positions[sample], reason[sample] = found.labels, found.positions, found.reasons
    labels[rest], positions[rest], reason[rest] = placed.labels, placed.positions, placed.reasons
    method = (
        f"{found.method}, on a sample of {most:,} claims; each other claim takes the group for which the "
        f"{N_NEIGHBOURS} nearest claims of the sample vote"
    )
    return _Found(labels, found.steady, reason.tolist(), positions, method, found.choices)


def _find_together(vectors: np.ndarray, settings: Settings) -> _Found:
    grouping, drawing, neighbours = _lay_out(vectors, settings)
    choices: tuple[Choice, ...] = ()
    if settings.min_cluster_size:
        size = min(settings.min_cluster_size, len(vectors))
        labels = find_groups(grouping, size)
    else:
        size, labels, choices = sweep(grouping)
    found_in = f"UMAP to {layouts.N_GROUPING_DIMENSIONS} dimensions, HDBSCAN"
    method = f"{found_in} with groups of at least {size} claims"
    steady = stability(grouping, labels, size, settings.seed)
    return _Found(labels, steady, reasons(labels, neighbours), drawing, method, choices)


def _lay_out(vectors: np.ndarray, settings: Settings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coordinates to group in, coordinates to draw, and the neighbours' indices."""
    neighbours = layouts.nearest_neighbours(vectors, min(layouts.N_NEIGHBOURS, len(vectors)))
    grouping = layouts.umap_layout(vectors, neighbours, layouts.N_GROUPING_DIMENSIONS, settings.seed)
    drawing = layouts.umap_layout(vectors, neighbours, 2, settings.seed)
    return grouping, drawing, neighbours[0]


def _describe(
    claims: pd.DataFrame, vectors: np.ndarray, labels: np.ndarray, steady: dict[int, float], authors: pd.Series
) -> tuple[dict[int, str], pd.DataFrame]:
    """Return the identifier of each group number, and the table of groups, largest first."""
    import numpy as np
    import pandas as pd

    numbers = [int(number) for number in np.unique(labels) if number >= 0]
    if not numbers:
        return {}, tables.empty(tables.CLUSTERS)
    texts = claims["text"].tolist()
    members = {number: np.flatnonzero(labels == number) for number in numbers}
    phrases = distinctive_phrases([" ".join(texts[row] for row in rows) for rows in members.values()])
    ids, found = {}, []
    for (number, rows), words in zip(members.items(), phrases, strict=True):
        centre = rows[most_central(vectors[rows], [texts[row] for row in rows])]
        ids[number] = "g" + hashlib.sha256(claims["claim_id"].iloc[centre].encode()).hexdigest()[:6]
        found.append(
            {
                "cluster_id": ids[number],
                "name": shorten(texts[rows[most_telling(vectors[rows], [texts[row] for row in rows], words)]]),
                "keyphrases": "; ".join(words),
                "n_claims": len(rows),
                "n_authors": authors.iloc[rows].nunique(),
                "stability": steady[number],
            }
        )
    groups = pd.DataFrame(found).sort_values(["n_claims", "cluster_id"], ascending=[False, True])
    return ids, tables.conform(groups, tables.CLUSTERS)
