"""What people changed, as plain values: raw and corrected prevalence side by side, and the edits made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from argmine.output.rendering import Linked, Sentence, claims_href, percent, plural, sentence
from argmine.tables import SIDES

if TYPE_CHECKING:
    from argmine.output.page_sections import View

ANY = "any"
BYS = ("claim", "author")
_EDITS = {"rename": "renamed", "merge": "merged", "split": "split", "recode": "given by hand"}
_SCALES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Cell:
    """One prevalence, raw and corrected, in words and as places on the drawing's scale, 0 to 100."""

    raw: str | Linked
    corrected: str
    interval: str
    raw_x: float
    corrected_x: float | None
    low_x: float
    high_x: float


@dataclass(frozen=True)
class FrameCorrections:
    """The rows of one frame: a side and a cell for each of BYS, None where authors are not known."""

    title: str
    href: str
    colour: int
    rows: list[tuple[str, list[Cell | None]]]


@dataclass(frozen=True)
class Corrections:
    """What the section shows. `scale` is the share at the right end of each drawing."""

    frames: list[FrameCorrections]
    coders: str
    n_coded: int
    sample: str
    method: str
    scale: str
    by_author: bool


def corrections(view: View) -> Corrections | None:
    """Return the section's values, or None where the run was not corrected."""
    found = view.analysis.manifest.get("corrections")
    if not found:
        return None
    rows = {(row["by"], row["frame"], row["side"]): row for row in found["rows"]}
    most = max(max(row["raw"], row["high"] or 0.0) for row in found["rows"])
    scale = next(one for one in _SCALES if most <= one + 1e-9)
    return Corrections(
        frames=[
            FrameCorrections(
                title=frame.title,
                href=f"#frame-{order + 1}",
                colour=order,
                rows=[
                    (side, [_cell(rows.get((by, frame.name, side)), scale, view) for by in BYS])
                    for side in (ANY, *SIDES)
                ],
            )
            for order, frame in enumerate(view.analysis.codebook.frames)
        ],
        coders=_people(found["n_coders"]),
        n_coded=found["n_coded"],
        sample=found["sample"],
        method=found["method"],
        scale=percent(scale),
        by_author=any(by == "author" for by, _, _ in rows),
    )


def correction_finding(view: View) -> Sentence | None:
    """Return the sentence about the frame that is spoken to most once corrected, or None without corrections."""
    found = view.analysis.manifest.get("corrections", {"rows": []})
    whole = [row for row in found["rows"] if row["by"] == "claim" and row["side"] == ANY]
    rows = [row for row in whole if row["corrected"] is not None]
    if not rows:
        return None
    row = max(rows, key=lambda one: float(one["corrected"]))
    order = view.analysis.codebook.frame_names.index(row["frame"])
    return sentence(
        "Corrected by a sample of {n} claims that {coders} coded by hand, {title} is spoken to most: by {corrected} of "
        "the claims (95\u00a0% interval {low} to {high}), where the coder alone counts {raw}.",
        n=f"{found['n_coded']:,}",
        coders=_people(found["n_coders"]),
        title=Linked(view.analysis.codebook.frames[order].title, f"#frame-{order + 1}"),
        corrected=Linked(percent(row["corrected"]), "#corrected"),
        low=percent(row["low"]),
        high=percent(row["high"]),
        raw=percent(row["raw"]),
    )


def edits_line(manifest: dict[str, Any]) -> str:
    """Return in one line what was edited by hand, without who did it; an empty text where nothing was.

    >>> edits_line({"edits": [{"action": "rename", "groups": ["g1"]}, {"action": "merge", "groups": ["g1", "g2"]}]})
    '1 group renamed, 2 groups merged'
    >>> edits_line({"edits": [{"action": "recode"}], "edits_in_conflict": [{"action": "recode"}]})
    '1 side given by hand; 1 edit of an earlier run no longer fits and was not made'
    """
    parts = []
    for action, done in _EDITS.items():
        made = [edit for edit in manifest.get("edits", []) if edit["action"] == action]
        n = sum(len(edit["groups"]) for edit in made) if action == "merge" else len(made)
        if n:
            parts.append(f"{n:,} {plural(n, 'side' if action == 'recode' else 'group')} {done}")
    left = len(manifest.get("edits_in_conflict", []))
    fits = plural(left, "no longer fits and was", "no longer fit and were")
    conflicts = [f"{left:,} {plural(left, 'edit')} of an earlier run {fits} not made"] if left else []
    return "; ".join([", ".join(parts)] * bool(parts) + conflicts)


def _cell(row: dict[str, Any] | None, scale: float, view: View) -> Cell | None:
    if row is None:
        return None
    raw: str | Linked = percent(row["raw"])
    if row["by"] == "claim":
        coded = view.coded[view.coded["frame"] == row["frame"]]
        n = len(coded) if row["side"] == ANY else int((coded["side"] == row["side"]).sum())
        filters = {"frame": row["frame"]} | ({} if row["side"] == ANY else {"side": row["side"]})
        raw = Linked(percent(row["raw"]), claims_href(**filters), n)
    known = row["corrected"] is not None
    return Cell(
        raw=raw,
        corrected=percent(row["corrected"]) if known else "not known",
        interval=f"{percent(row['low'])} to {percent(row['high'])}" if known else "",
        raw_x=_place(row["raw"], scale),
        corrected_x=_place(row["corrected"], scale) if known else None,
        low_x=_place(row["low"], scale) if known else 0.0,
        high_x=_place(row["high"], scale) if known else 0.0,
    )


def _place(share: float, scale: float) -> float:
    return round(100 * share / scale, 2)


def _people(n: int) -> str:
    """Return how many people, as a sentence says it.

    >>> _people(1), _people(3)
    ('one person', '3 people')
    """
    return "one person" if n == 1 else f"{n:,} people"
