"""How well a run's coder did, by a hand-coded sample: precision, recall and F1 a frame and side, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from argmine.analysis import Analysis

STATISTICS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Scores:
    """Scores by frame and side; side `any` is the frame as such.

    `table` has frame, side, n_hits (what the coder gave, in the whole run), n_coded, and for precision, recall and f1
    the value with `_low` and `_high`; NaN where the sample cannot tell.
    """

    table: pd.DataFrame
    sample: str

    def __str__(self) -> str:
        """Return the scores as a table of text, with what was coded above it."""
        lines = [self.sample, f"{'frame':<20}{'side':<9}{'hits':>6}  " + "".join(f"{n:<22}" for n in STATISTICS)]
        for row in self.table.to_dict("records"):
            cells = [interval(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in STATISTICS]
            lines.append(
                f"{row['frame']:<20}{row['side']:<9}{row['n_hits']:>6,}  " + "".join(f"{c:<22}" for c in cells)
            )
        lines.append("weighted by inclusion probability; in brackets 95 % intervals; - where the sample cannot tell")
        return "\n".join(line.rstrip() for line in lines)


def score(analysis: Analysis, sheets: Sequence[str | Path]) -> Scores:
    """Return precision, recall and F1 of the run's codes against the sheets; raise SheetError as `read_sheets` does.

    Each claim counts with one over its inclusion probability. A claim that several people coded counts as right to the
    extent that they agree with the run.
    """
    import numpy as np
    import pandas as pd

    from argmine.evaluate import estimators
    from argmine.evaluate.error_totals import errors
    from argmine.evaluate.hand_coded import LABELS, hand_coded

    coded = hand_coded(analysis, sheets)
    rows = []
    for frame, one in coded.frames.items():
        for label in LABELS:
            found = errors(one.sample, one.hit[label], np.ones(coded.n_claims), one.truth[label])
            row = {
                "frame": frame,
                "side": label,
                "n_hits": int(one.hit[label].sum()),
                "n_coded": len(one.sample.rows),
            }
            for name in STATISTICS:
                estimate = getattr(estimators, name)(found)
                row |= {name: float(estimate.value), f"{name}_low": float(estimate.low)}
                row |= {f"{name}_high": float(estimate.high)}
            rows.append(row)
    return Scores(pd.DataFrame(rows), coded.line())


def interval(value: float, low: float, high: float) -> str:
    """Return a number with its interval, or a dash where there is none.

    >>> interval(0.5, 0.25, 0.75), interval(float("nan"), 0.0, 1.0)
    ('0.50 (0.25 to 0.75)', '-')
    """
    if value != value:
        return "-"
    ends = [f"{end:.2f}".replace("-0.00", "0.00") for end in (value, low, high)]
    return f"{ends[0]} ({ends[1]} to {ends[2]})" if low == low else ends[0]
