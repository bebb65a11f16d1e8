"""Which groups of one run are in another: by the claims that the two runs share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from argmine.output.rendering import records

if TYPE_CHECKING:
    import pandas as pd

    from argmine.analysis import Analysis

LEAST_OVERLAP = 0.5
COLUMNS = ["change", "cluster_a", "name_a", "n_a", "cluster_b", "name_b", "n_b", "overlap", "went"]


def groups(a: Analysis, b: Analysis, shared: set[str]) -> pd.DataFrame:
    """Return one row a group of either run: same, renamed, changed, vanished or appeared.

    Two groups are one where their Jaccard overlap on the `shared` claims is above LEAST_OVERLAP; a group has at most
    one such partner. `went` says, for a group without one, where its shared claims are in the other run.
    """
    import pandas as pd

    members_a, members_b = _members(a, shared), _members(b, shared)
    rows_b = {row["cluster_id"]: row for row in records(b.clusters)}
    rows: list[dict[str, Any]] = []
    taken = set()
    for row in records(a.clusters):
        mine = members_a.get(row["cluster_id"], set())
        partner, overlap = _partner(mine, members_b)
        values = _side(row, "a") | {"overlap": round(overlap, 3)}
        if partner is None:
            rows.append({"change": "vanished", "went": _went(mine, members_b, rows_b)} | values)
            continue
        taken.add(partner)
        other = rows_b[partner]
        same = overlap == 1 and row["n_claims"] == other["n_claims"]
        change = "changed" if not same else "same" if row["name"] == other["name"] else "renamed"
        rows.append({"change": change} | values | _side(other, "b"))
    rows_a = {row["cluster_id"]: row for row in records(a.clusters)}
    for row in records(b.clusters):
        if row["cluster_id"] not in taken:
            mine = members_b.get(row["cluster_id"], set())
            came = {"went": _went(mine, members_a, rows_a), "overlap": round(_partner(mine, members_a)[1], 3)}
            rows.append({"change": "appeared"} | came | _side(row, "b"))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"n_a": "Int64", "n_b": "Int64"})


def _side(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {f"cluster_{name}": row["cluster_id"], f"name_{name}": row["name"], f"n_{name}": row["n_claims"]}


def _members(run: Analysis, shared: set[str]) -> dict[str, set[str]]:
    claims = run.claims[run.claims["cluster_id"].notna() & run.claims["claim_id"].isin(shared)]
    return {str(group): set(found) for group, found in claims.groupby("cluster_id")["claim_id"]}


def _partner(mine: set[str], others: dict[str, set[str]]) -> tuple[str | None, float]:
    """Return the group that overlaps most, where that is enough, and the overlap."""
    overlaps = {other: len(mine & found) / len(mine | found) for other, found in others.items() if mine & found}
    if not overlaps:
        return None, 0.0
    best = min(overlaps, key=lambda other: (-overlaps[other], other))
    return best if overlaps[best] > LEAST_OVERLAP else None, overlaps[best]


def _went(mine: set[str], others: dict[str, set[str]], rows: dict[str, dict[str, Any]]) -> str:
    """Return in words where the claims are in the other run, most first."""
    if not mine:
        return "none of its claims is in the other run"
    found = Counter({other: len(mine & theirs) for other, theirs in others.items() if mine & theirs})
    parts = [f"{n} in “{rows[other]['name']}”" for other, n in sorted(found.items(), key=lambda one: (-one[1], one[0]))]
    rest = len(mine) - sum(found.values())
    return "; ".join([*parts[:3], *([f"{rest} in no group"] if rest else [])])
