"""Which cells of linked tables to withhold, so that those about few authors cannot be worked out from the others.

Cell suppression (Cox 1980; Hundepool and others, Statistical Disclosure Control, 2012, chapter 4). A cell about fewer
than k authors is withheld. Then the attack is made: for each such cell, linear programmes give the least and the most
that fit everything published (sums, no negative counts, no more authors than claims, no more authors in a sum than in
its parts together). While they lie closer than k, or while the number of authors can be told, a further cell is
withheld, the one with the fewest authors in an equation with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Sequence


@dataclass(frozen=True, slots=True)
class Cell:
    """A count, and the number of known authors that it is about."""

    key: Any
    n: int
    n_authors: int


@dataclass(frozen=True, slots=True)
class Equation:
    """A total and the parts that sum to it. Authors of the parts may overlap, so theirs sum to at least the total's."""

    total: Any
    parts: tuple[Any, ...]


def suppress(cells: Sequence[Cell], equations: Sequence[Equation], k: int) -> set[Hashable]:
    """Return the keys of the cells to withhold: all about fewer than k authors, and those needed to hide them."""
    primary = [cell.key for cell in cells if cell.n_authors < k]
    hidden: set[Hashable] = set(primary)
    authors = {cell.key: cell.n_authors for cell in cells}
    open_keys = list(primary)
    while open_keys:
        attack = Attack(cells, equations, hidden)
        open_keys = [key for key in open_keys if not _protected(attack, key, k)]
        added = {_helper(key, equations, hidden, authors) for key in open_keys} - {None}
        if not added:
            break
        hidden |= added
    return hidden


def _protected(attack: Attack, key: Any, k: int) -> bool:
    least, most = attack.range_of(key)
    fewest, greatest = attack.range_of(key, authors=True)
    return most - least >= k and greatest > fewest


def _helper(key: Any, equations: Sequence[Equation], hidden: Collection[Any], authors: dict[Any, int]) -> Any:
    """Return the published cell with the fewest authors in an equation with the cell, or else with a hidden one."""
    for near in ({key}, set(hidden)):
        linked = [(e.total, *e.parts) for e in equations if near & {e.total, *e.parts}]
        found = {other for members in linked for other in members if other not in hidden}
        if found:
            return min(found, key=lambda other: (authors[other], str(other)))
    return None


class Attack:
    """What a reader can work out about withheld cells from the published ones."""

    def __init__(self, cells: Sequence[Cell], equations: Sequence[Equation], hidden: Collection[Any]) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        self.place = {cell.key: number for number, cell in enumerate(cells)}
        self.size = len(cells)
        exact: list[dict[int, float]] = []
        at_most: list[dict[int, float]] = [{self.size + at: 1.0, at: -1.0} for at in range(self.size)]
        for equation in equations:
            total, parts = self.place[equation.total], [self.place[part] for part in equation.parts]
            exact.append({total: -1.0} | dict.fromkeys(parts, 1.0))
            at_most.append({self.size + total: 1.0} | {self.size + part: -1.0 for part in parts})
            at_most += [{self.size + part: 1.0, self.size + total: -1.0} for part in parts]
        self.exact, self.at_most = (self._matrix(rows, csr_array) for rows in (exact, at_most))
        known = [cell.key not in hidden for cell in cells]
        values = [cell.n for cell in cells] + [cell.n_authors for cell in cells]
        self.bounds = np.array(
            [(v, v) if shown else (0, np.inf) for v, shown in zip(values, known * 2, strict=True)], dtype=float
        )

    def range_of(self, key: Any, *, authors: bool = False) -> tuple[float, float]:
        """Return the least and the greatest whole number that fit what is published."""
        at = self.place[key] + (self.size if authors else 0)
        return math.ceil(self._extreme(at, 1.0) - 1e-6), _floor(-self._extreme(at, -1.0) + 1e-6)

    def _extreme(self, at: int, sign: float) -> float:
        """Return the least value of sign times the variable, minus infinity where there is none."""
        import numpy as np
        from scipy.optimize import linprog

        goal = np.zeros(2 * self.size)
        goal[at] = sign
        found = linprog(
            goal,
            A_ub=self.at_most,
            b_ub=np.zeros(self.at_most.shape[0]),
            A_eq=self.exact,
            b_eq=np.zeros(self.exact.shape[0]),
            bounds=self.bounds,
            method="highs",
        )
        return float(found.fun) if found.status == 0 else -math.inf

    def _matrix(self, rows: list[dict[int, float]], kind: Any) -> Any:
        places = [(number, at, value) for number, row in enumerate(rows) for at, value in row.items()]
        lines, columns, values = zip(*places, strict=True)
        return kind((values, (lines, columns)), shape=(len(rows), 2 * self.size))


def _floor(value: float) -> float:
    return value if math.isinf(value) else math.floor(value)
