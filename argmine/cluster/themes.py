"""The upper level of the hierarchy: groups joined into themes, where there are many."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from argmine.cluster.names import distinctive_phrases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

LEAST_GROUPS = 12
N_WORDS = 3


@dataclass(frozen=True)
class Theme:
    """Groups that lie close together: the phrases that set them apart from the other themes, and their identifiers."""

    name: str
    groups: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the values as the manifest records them."""
        return asdict(self) | {"groups": list(self.groups)}


def find_themes(members: Mapping[str, Sequence[int]], vectors: np.ndarray, texts: Sequence[str]) -> tuple[Theme, ...]:
    """Return the themes, the largest first; none where there are fewer than LEAST_GROUPS groups.

    `members` holds the rows of each group in `vectors`, shape (n, dim), and `texts`. The groups' mean vectors, less the
    mean of all, are joined by average linkage on their cosine into as many themes as the root of the number of groups.
    """
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering

    if len(members) < LEAST_GROUPS:
        return ()
    ids = list(members)
    centres = np.array([vectors[np.asarray(rows)].mean(axis=0) for rows in members.values()], dtype=float)
    centres -= centres.mean(axis=0)
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    model = AgglomerativeClustering(n_clusters=round(math.sqrt(len(ids))), metric="cosine", linkage="average")
    labels = model.fit_predict(centres)
    joined = [[ids[place] for place in np.flatnonzero(labels == label)] for label in np.unique(labels)]
    joined.sort(key=lambda groups: (-sum(len(members[group]) for group in groups), groups))
    words_of = [" ".join(texts[row] for group in groups for row in members[group]) for groups in joined]
    phrases = distinctive_phrases(words_of)
    return tuple(
        Theme(", ".join(words[:N_WORDS]), tuple(sorted(groups, key=lambda group: (-len(members[group]), group))))
        for groups, words in zip(joined, phrases, strict=True)
    )
