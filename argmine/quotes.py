"""An Analysis' tables to chosen quotes: representative, of different authors, each proved against its post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine import tables

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DIVERSITY = 0.35
LONGEST_WORDS = 60
READS_BADLY = 0.5
"""What is left of the relevance of a claim that is no whole sentence, points back, or is too short or too long."""


def choose_quotes(
    posts: pd.DataFrame,
    claims: pd.DataFrame,
    stances: pd.DataFrame,
    clusters: pd.DataFrame,
    vectors: np.ndarray,
    quotes_per_list: int,
) -> pd.DataFrame:
    """Return the quotes for each frame and side and for each group, best first.

    A list shows an author at most once, and an unknown author's claims as if each had one of its own. Within a list,
    quotes are central to their set, read well alone, and are unlike those above them (maximal marginal relevance,
    Carbonell and Goldstein 1998). A group's quotes carry how far they stand for it against the thread's other claims
    that have a place on the map; see `argmine.representativeness`.
    """
    import numpy as np
    import pandas as pd

    from argmine.representativeness import nearness, representativeness

    joined = claims.merge(posts[["post_id", "author", "url"]], on="post_id", how="left")
    eligible = (joined["kind"].isin(("claim", "question")) & joined["duplicate_of"].isna()).to_numpy()
    row_of = dict(zip(joined["claim_id"], range(len(joined)), strict=True))
    lists: list[tuple[tuple[Any, Any, str | None], np.ndarray, np.ndarray]] = []
    for (frame, side), group in stances[stances["side"] != "unclear"].groupby(["frame", "side"], sort=False):
        rows = np.array([row_of[claim_id] for claim_id in group["claim_id"]])
        lists.append(((frame, side, None), rows, group["confidence"].to_numpy()))
    for cluster_id in clusters["cluster_id"]:
        rows = np.flatnonzero((joined["cluster_id"] == cluster_id).to_numpy())
        lists.append(((None, None, cluster_id), rows, np.ones(len(rows))))

    voters = np.flatnonzero(eligible & joined["x"].notna().to_numpy())
    voting, vote_of = vectors[voters], {row: vote for vote, row in enumerate(voters.tolist())}
    group_of = [group if isinstance(group, str) else None for group in joined["cluster_id"].iloc[voters]]
    near = nearness(voting, group_of)
    chosen = []
    for (frame, side, cluster_id), rows, weight in lists:
        keep = eligible[rows]
        ranked = _rank(joined, vectors, rows[keep], weight[keep], quotes_per_list)
        stands: list[tuple[float | None, float | None]] = [(None, None)] * len(ranked)
        if cluster_id is not None and all(row in vote_of for row in ranked):
            mine = np.array([group == cluster_id for group in group_of], bool)
            stands = [*representativeness([vote_of[row] for row in ranked], mine, voting, near)]
        for rank, (row, (ratio, z)) in enumerate(zip(ranked, stands, strict=True), start=1):
            claim = joined.iloc[row]
            chosen.append(
                {"frame": frame, "side": side, "cluster_id": cluster_id, "rank": rank}
                | {name: claim[name] for name in ("claim_id", "post_id", "start", "end", "text", "author", "url")}
                | {"representativeness": ratio, "significance": z}
            )
    return tables.conform(pd.DataFrame(chosen), tables.QUOTES) if chosen else tables.empty(tables.QUOTES)


def failed_quotes(posts: pd.DataFrame, quoted: pd.DataFrame) -> int:
    """Return how many rows do not satisfy `post.text[start:end] == text`."""
    texts = dict(zip(posts["post_id"], posts["text"], strict=True))
    columns = (quoted[name] for name in ("post_id", "start", "end", "text"))
    return sum(texts[post_id][start:end] != text for post_id, start, end, text in zip(*columns, strict=True))


def _rank(claims: pd.DataFrame, vectors: np.ndarray, rows: np.ndarray, weight: np.ndarray, most: int) -> list[int]:
    """Return up to `most` rows, best first."""
    import numpy as np

    from argmine.cluster.names import reads_alone

    if not len(rows):
        return []
    mine = vectors[rows]
    centre = mine.mean(axis=0)
    alone = [reads_alone(text, LONGEST_WORDS) for text in claims["text"].iloc[rows]]
    readable = np.where(alone, 1.0, READS_BADLY)
    relevance = (mine @ centre) / max(float(np.linalg.norm(centre)), 1e-9) * weight * readable
    authors = claims["author"].iloc[rows].tolist()
    taken: list[int] = []
    seen: set[str] = set()
    similar = np.zeros(len(rows))
    while len(taken) < most:
        value = (1 - DIVERSITY) * relevance - DIVERSITY * similar
        value[[i in taken or authors[i] in seen for i in range(len(rows))]] = -np.inf
        best = int(value.argmax())
        if value[best] == -np.inf:
            break
        taken.append(best)
        if isinstance(authors[best], str):
            seen.add(authors[best])
        similar = np.maximum(similar, mine @ mine[best])
    return [int(rows[i]) for i in taken]
