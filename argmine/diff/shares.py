"""How shares of claims differ between two runs, with intervals from resampling authors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine.tables import SIDES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from argmine.analysis import Analysis

ANY_SIDE = "any"
LEAST_AUTHORS = 10
N_RESAMPLES = 1_000
_BLOCK = 100
COLUMNS = ["frame", "side", "n_a", "n_b", "share_a", "share_b", "change", "low", "high"]


def shares(a: Analysis, b: Analysis, same_posts: set[str]) -> pd.DataFrame:
    """Return one row a frame and side: claims and share in each run, the change b − a, its 95 % interval.

    Side `any` is the frame as such; shares are of the counted claims. A frame that only one codebook has, has missing
    values for the other run. An author of both runs is drawn with the claims of both; within those of A alone, of B
    alone and of both, as many are drawn as there are (a stratified bootstrap by clusters, Davison and Hinkley 1997,
    sections 3.2 and 3.8). A claim of an unknown author is drawn with its post. There is no interval where a run has
    fewer than LEAST_AUTHORS authors.
    """
    import numpy as np
    import pandas as pd

    cells = [(frame, side) for frame in _frames(a, b) for side in (ANY_SIDE, *SIDES)]
    tallies = [_tally(run, cells, same_posts, name) for run, name in ((a, "A"), (b, "B"))]
    units = sorted({*tallies[0].index, *tallies[1].index})
    counts_a, counts_b = (tally.reindex(units, fill_value=0).to_numpy(dtype=float) for tally in tallies)
    found_a, found_b = (_shares(counts.sum(axis=0)) for counts in (counts_a, counts_b))
    lows, highs = intervals(counts_a, counts_b, a.manifest["settings"]["seed"])
    rows = []
    for place, (frame, side) in enumerate(cells):
        known_a, known_b = frame in a.codebook.frame_names, frame in b.codebook.frame_names
        n_a, n_b = int(counts_a[:, place].sum()), int(counts_b[:, place].sum())
        row: dict[str, Any] = {"frame": frame, "side": side}
        row |= {"n_a": n_a, "share_a": found_a[place]} if known_a else {"n_a": None, "share_a": np.nan}
        row |= {"n_b": n_b, "share_b": found_b[place]} if known_b else {"n_b": None, "share_b": np.nan}
        row["change"] = row["share_b"] - row["share_a"]
        row |= {"low": lows[place], "high": highs[place]} if known_a and known_b else {"low": np.nan, "high": np.nan}
        rows.append(row)
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.astype({"n_a": "Int64", "n_b": "Int64"}).round(dict.fromkeys(COLUMNS[4:], 4))


def _frames(a: Analysis, b: Analysis) -> list[str]:
    return list(dict.fromkeys([*a.codebook.frame_names, *b.codebook.frame_names]))


def _tally(run: Analysis, cells: list[tuple[str, str]], same_posts: set[str], name: str) -> pd.DataFrame:
    """Return for each author the claims in each cell, and last all claims; shape (n_authors, n_cells + 1)."""
    import pandas as pd

    claims = run.counted_claims()[["claim_id", "post_id"]].merge(run.posts[["post_id", "author"]], on="post_id")
    nobody = [f"\0{'' if post_id in same_posts else name}{post_id}" for post_id in claims["post_id"]]
    author = claims["author"].where(claims["author"].notna(), pd.Series(nobody, index=claims.index, dtype="str"))
    coded = claims.assign(author=author).merge(run.stances[["claim_id", "frame", "side"]], on="claim_id")
    tally = pd.DataFrame(0, index=pd.Index(sorted(set(author))), columns=range(len(cells) + 1))
    for place, (frame, side) in enumerate(cells):
        here = coded[(coded["frame"] == frame) & ((coded["side"] == side) | (side == ANY_SIDE))]
        tally[place] = here["author"].value_counts().reindex(tally.index, fill_value=0)
    tally[len(cells)] = author.value_counts().reindex(tally.index, fill_value=0)
    return tally


def _shares(sums: np.ndarray) -> np.ndarray:
    """Return the shares of sums whose last column is the total, 0 where there is nothing."""
    import numpy as np

    return np.asarray(sums[..., :-1] / np.maximum(sums[..., -1:], 1))


def intervals(counts_a: np.ndarray, counts_b: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper ends of the change in each cell; missing where a run has too few authors.

    Row i of both arrays is about one author: the claims in each cell, and last all claims; 0 where not in that run.
    """
    import numpy as np

    n_cells = counts_a.shape[1] - 1
    in_a, in_b = counts_a[:, -1] > 0, counts_b[:, -1] > 0
    if min(in_a.sum(), in_b.sum()) < LEAST_AUTHORS:
        return np.full(n_cells, np.nan), np.full(n_cells, np.nan)
    random = np.random.default_rng(seed)
    strata = [np.flatnonzero(chosen) for chosen in (in_a & ~in_b, in_b & ~in_a, in_a & in_b)]
    changes = np.empty((N_RESAMPLES, n_cells))
    for start in range(0, N_RESAMPLES, _BLOCK):
        weights = np.zeros((_BLOCK, len(in_a)))
        for rows in strata:
            if len(rows):
                weights[:, rows] = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=_BLOCK)
        changes[start : start + _BLOCK] = _shares(weights @ counts_b) - _shares(weights @ counts_a)
    low, high = np.quantile(changes, (0.025, 0.975), axis=0)
    return low, high
