"""Counts without texts, in which no number is about fewer than k authors, and none can be worked out.

The counts are of codings (a claim that speaks to a frame) by frame and side, with every sum; and of claims, by group
and by whether they speak to a frame. A repeated claim is counted once. Unknown authors are not authors that can be
counted, so they do not help a cell over k.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from argmine.errors import SettingsError
from argmine.output.exchange.masking import Masker, mask
from argmine.output.exchange.suppression import Cell, Equation, suppress
from argmine.tables import SIDES, Column

if TYPE_CHECKING:
    from argmine.analysis import Analysis

ALL = "all"
NONE = "none"
DEFAULT_K = 5

COLUMNS = (
    Column("counted", "string", "codings (a claim and a frame it speaks to), or claims"),
    Column("frame", "string", "frame; all for the sum; for claims: any (speaks to a frame) or none"),
    Column("side", "string", "side; all for the sum"),
    Column("group", "string", "number of the group, the largest first; none for no group; all for the sum"),
    Column("keyphrases", "string", "the group's most distinctive phrases"),
    Column("n", "integer", "how many; empty where suppressed"),
    Column("n_authors", "integer", "by how many known authors; empty where suppressed"),
    Column("status", "string", "published; or suppressed: fewer authors than k, or needed to hide such a cell"),
    Column("k", "integer", "least authors of a published cell"),
)

Key = tuple[str, str, str, str]


def aggregate(analysis: Analysis, k: int = DEFAULT_K) -> list[dict[str, Any]]:
    """Return the rows of COLUMNS; raise SettingsError for a k below 2 or a source of fewer than k known authors."""
    if k < 2:
        raise SettingsError(f"k is {k}; a cell is protected by 2 authors at least.")
    n_authors = analysis.posts["author"].nunique()
    if n_authors < k:
        raise SettingsError(
            f"the source names {n_authors} authors, so no count is about {k} or more: nothing to publish."
        )
    cells, equations = cells_of(analysis)
    hidden = suppress(cells, equations, k)
    masker = Masker.of(analysis.posts["author"].dropna(), [])
    keyphrases = [mask(phrases, masker).text for phrases in analysis.clusters["keyphrases"]]
    phrases = dict(zip(_group_numbers(analysis).values(), keyphrases, strict=True))
    rows = []
    for cell, key in zip(cells, _keys(cells), strict=True):
        shown = key not in hidden
        counted, frame, side, group = key
        rows.append(
            {"counted": counted, "frame": frame, "side": side, "group": group, "k": k}
            | {"keyphrases": phrases.get(group, "") if shown else ""}
            | {"n": cell.n if shown else None, "n_authors": cell.n_authors if shown else None}
            | {"status": "published" if shown else "suppressed"}
        )
    return rows


def cells_of(analysis: Analysis) -> tuple[list[Cell], list[Equation]]:
    """Return every cell with its counts, and every equation that a reader knows to hold between cells."""
    members = _members(analysis)
    frames = analysis.codebook.frame_names
    groups = [*_group_numbers(analysis).values(), NONE]
    equations: list[Equation] = [
        *(Equation(("codings", f, ALL, ALL), tuple(("codings", f, s, ALL) for s in SIDES)) for f in [*frames, ALL]),
        *(Equation(("codings", ALL, s, ALL), tuple(("codings", f, s, ALL) for f in frames)) for s in [*SIDES, ALL]),
        Equation(("claims", ALL, ALL, ALL), tuple(("claims", ALL, ALL, g) for g in groups)),
        Equation(("claims", ALL, ALL, ALL), (("claims", "any", ALL, ALL), ("claims", NONE, ALL, ALL))),
    ]
    keys = dict.fromkeys(key for equation in equations for key in (*equation.parts, equation.total))
    ordered = sorted(keys, key=lambda key: (key[0] == "claims", key[3] != ALL))
    return [Cell(key, len(members[key]), len({a for a in members[key] if a})) for key in ordered], equations


def _members(analysis: Analysis) -> dict[Key, list[str]]:
    """Return for each cell the author of each thing that it counts, an empty text for an unknown one."""
    members: dict[Key, list[str]] = defaultdict(list)
    counted = analysis.counted_claims().merge(analysis.posts[["post_id", "author"]], on="post_id", how="left")
    numbers = _group_numbers(analysis)
    author_of = {}
    coded = set(analysis.stances["claim_id"])
    for claim_id, author, cluster in zip(counted["claim_id"], counted["author"], counted["cluster_id"], strict=True):
        author_of[claim_id] = author if isinstance(author, str) else ""
        speaks = "any" if claim_id in coded else NONE
        for frame, group in ((ALL, ALL), (speaks, ALL), (ALL, numbers.get(cluster, NONE))):
            members["claims", frame, ALL, group].append(author_of[claim_id])
    stances = analysis.stances
    for claim_id, frame, side in zip(stances["claim_id"], stances["frame"], stances["side"], strict=True):
        if claim_id in author_of:
            for f, s in {(f, s) for f in (frame, ALL) for s in (side, ALL)}:
                members["codings", f, s, ALL].append(author_of[claim_id])
    return members


def _group_numbers(analysis: Analysis) -> dict[str, str]:
    """Return a number for each group, since its identifier and its name come from one author's claim."""
    return {cluster_id: str(number) for number, cluster_id in enumerate(analysis.clusters["cluster_id"], start=1)}


def _keys(cells: list[Cell]) -> list[Any]:
    return [cell.key for cell in cells]
