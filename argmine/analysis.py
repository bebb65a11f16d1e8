"""The frozen result of a run: tables, vectors, codebook and manifest; saved to a folder and loaded back to the byte."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.codebook import Codebook
from argmine.tables import SIDES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure
    from plotly.graph_objects import Figure as InteractiveFigure

    from argmine.edits import Conflict, Edit
    from argmine.evaluate.scoring import Scores
    from argmine.evaluate.strata import Draw


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result of a run. `vectors` are unit vectors, float32, shape (n_claims, dim); row i is about claim i."""

    posts: pd.DataFrame
    quotations: pd.DataFrame
    claims: pd.DataFrame
    stances: pd.DataFrame
    clusters: pd.DataFrame
    quotes: pd.DataFrame
    vectors: np.ndarray
    codebook: Codebook
    manifest: dict[str, Any]

    def frames(self) -> pd.DataFrame:
        """Return one row a frame: claims, authors, share of all claims, and claims a side.

        A claim that repeats an earlier one is counted once. `n_authors` counts known authors, `n_unknown_author` the
        claims whose author the source does not name. `share` is of all counted claims, as `counted_claims` gives them.
        """
        import pandas as pd

        counted = self.counted_claims()
        coded = counted.merge(self.stances, on="claim_id").merge(self.posts[["post_id", "author"]], on="post_id")
        rows = []
        for frame in self.codebook.frames:
            here = coded[coded["frame"] == frame.name]
            sides = here["side"].value_counts()
            rows.append(
                {
                    "frame": frame.name,
                    "n_claims": len(here),
                    "n_authors": here["author"].nunique(),
                    "n_unknown_author": int(here["author"].isna().sum()),
                    "share": round(len(here) / len(counted), 4) if len(counted) else 0.0,
                    **{side: int(sides.get(side, 0)) for side in SIDES},
                }
            )
        columns = ["frame", "n_claims", "n_authors", "n_unknown_author", "share", *SIDES]
        return pd.DataFrame(rows, columns=columns)

    def prevalence(self) -> pd.DataFrame:
        """Return how much speaks to each frame and side, by claim, author and vote, with 95 % intervals over authors.

        Columns by, frame, side, share, low, high; side `any` is the frame as such. See `argmine.output.prevalence`.
        """
        from argmine.output.page_sections import View
        from argmine.output.prevalence import prevalence

        return prevalence(View(self))

    def counted_claims(self) -> pd.DataFrame:
        """Return the claims that shares are counted over: claims and questions, coded language, no duplicates."""
        claims = self.claims
        languages = self.manifest["settings"]["languages"].split(",")
        own_words = claims["kind"].isin(("claim", "question"))
        return claims[own_words & claims["duplicate_of"].isna() & claims["language"].isin([*languages, "und"])]

    def coverage_line(self) -> str:
        """Return the run in one line: what was read, claims, how many speak to a frame, failed quote checks."""
        counts = self.manifest["counts"]
        parts = [self.manifest["coverage"]["line"], f"{counts['claims']:,} claims"]
        parts.append(f"{counts['share_in_a_frame']:.0%} speak to a frame".replace("%", " %"))
        if counts["claims_in_other_languages"]:
            parts.append(f"{counts['claims_in_other_languages']:,} in other languages, not coded")
        parts.append(f"{counts['quotes_failed']} quotes failed the check")
        return " · ".join(parts)

    def map(self) -> Figure:
        """Return the stance map as a matplotlib Figure."""
        from argmine.output.figures import draw_map

        return draw_map(self)

    def balance(self) -> Figure:
        """Return the balance of each frame, con against pro, as a matplotlib Figure."""
        from argmine.output.charts import draw_balance

        return draw_balance(self)

    def timeline(self) -> Figure:
        """Return each frame's claims over time, pro above the line and con below it, as a matplotlib Figure."""
        from argmine.output.charts import draw_timeline

        return draw_timeline(self)

    def interactive_map(self) -> InteractiveFigure:
        """Return the stance map as a plotly Figure: hover to read a claim."""
        from argmine.output.interactive import draw_interactive_map

        return draw_interactive_map(self)

    def rename(self, group: str, name: str, *, by: str = "") -> Analysis:
        """Return the Analysis with a group renamed, and the edit logged; raise EditError for an unknown group."""
        return self._edited(action="rename", groups=(group,), name=name, by=by)

    def merge(self, *groups: str, name: str = "", by: str = "") -> Analysis:
        """Return the Analysis with the groups merged into the first of them; raise EditError for an unknown group."""
        return self._edited(action="merge", groups=groups, name=name, by=by)

    def split(self, group: str, claims: Sequence[str], *, name: str = "", by: str = "") -> Analysis:
        """Return the Analysis with these claims in a group of their own; raise EditError for one that is not there."""
        return self._edited(action="split", groups=(group,), claims=tuple(claims), name=name, by=by)

    def recode(self, claim_id: str, frame: str, side: str, *, by: str = "") -> Analysis:
        """Return the Analysis with a claim's side on a frame given by hand: a side, or `none`.

        Raise EditError for an unknown claim, frame or side.
        """
        return self._edited(action="recode", claims=(claim_id,), frame=frame, side=side, by=by)

    def replay(self, edits: Sequence[Edit]) -> tuple[Analysis, list[Conflict]]:
        """Return the Analysis with another run's edits made, and those that do not fit (see `argmine.edits`)."""
        from argmine.edits import replay

        return replay(self, edits)

    @property
    def edits(self) -> list[Edit]:
        """The edits made by hand, the oldest first."""
        from argmine.edits import edits_of

        return edits_of(self)

    def _edited(self, **values: Any) -> Analysis:
        from argmine.edits import Edit, edit

        return edit(self, [Edit(**values)])

    def export(
        self, form: str, path: str | Path, *, privacy: str = "none", k: int = 5, key: bytes | None = None
    ) -> tuple[Path, ...]:
        """Write the Analysis in an exchange format (`csv`, `qdpx`, `label-studio`, …) and return the paths written.

        `privacy` is none, pseudonymous (with the `key` of a run) or aggregate (no cell of fewer than `k` authors).
        """
        from argmine.output.exchange.export import export

        return export(self, form, Path(path), privacy=privacy, k=k, key=key).paths

    def report(self, folder: str | Path) -> Path:
        """Write everything that a run writes into the folder and return the path of the report page.

        An existing folder is replaced only when it holds an argmine run; raise RunError otherwise. A failure leaves no
        half-written folder.
        """
        from argmine.output.folder import write_run

        return write_run(self, Path(folder))

    def sheet(self, path: str | Path, n: int = 200, *, coder: str = "", overlap: float = 0.5, seed: int = 0) -> Draw:
        """Write a blinded coding sheet (.csv or .xlsx) of n claims and return its draw, whose record stands beside it.

        Sheets for several coders share the part `overlap` of each stratum. Raise SheetError where the file exists.
        """
        from argmine.evaluate.sheet import write_sheet

        return write_sheet(self, Path(path), n, coder=coder, overlap=overlap, seed=seed)

    def score(self, sheets: Sequence[str | Path]) -> Scores:
        """Return precision, recall and F1 of the codes, held against filled-in sheets of this run."""
        from argmine.evaluate.scoring import score

        return score(self, sheets)

    def correct(self, sheets: Sequence[str | Path]) -> Analysis:
        """Return this Analysis with prevalence corrected by filled-in sheets; its report shows raw and corrected."""
        from argmine.evaluate.correction import correct

        return correct(self, sheets)

    def corrections(self) -> pd.DataFrame:
        """Return raw and corrected prevalence with 95 % intervals: by (claim or author), frame, side, raw, corrected,
        low, high. Side `any` is the frame as such. The table is empty where nothing was corrected.
        """
        import pandas as pd

        columns = ["by", "frame", "side", "raw", "corrected", "low", "high"]
        return pd.DataFrame(self.manifest.get("corrections", {}).get("rows", []), columns=columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Analysis):
            return NotImplemented
        import numpy as np
        import pandas as pd

        for name in (field.name for field in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, pd.DataFrame):
                same = mine.equals(theirs)
            elif isinstance(mine, np.ndarray):
                same = np.array_equal(mine, theirs)
            else:
                same = mine == theirs
            if not same:
                return False
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Analysis of {self.manifest['source']['name']}: {self.coverage_line()}"

    def _repr_html_(self) -> str:
        from argmine.output.summary import summary_html

        return summary_html(self)


def load(folder: str | Path) -> Analysis:
    """Return the Analysis that `Analysis.report` wrote into that folder; raise RunError where it holds no whole run."""
    from argmine.output.folder import read_run

    return read_run(Path(folder))
