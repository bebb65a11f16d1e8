"""A Diff in words: the lines that the terminal shows and that the page begins with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from argmine.diff.shares import ANY_SIDE, LEAST_AUTHORS
from argmine.output.rendering import percent, plural, records, shorten, thousands

if TYPE_CHECKING:
    import pandas as pd

    from argmine.analysis import Analysis
    from argmine.diff.comparison import Diff

MOST_ROWS = 12
WIDTH = 100


def lines(diff: Diff) -> list[str]:
    """Return the account of a Diff, a line each, for a terminal of 120 columns."""
    found = [f"A  {described(diff.a)}", f"B  {described(diff.b)}", ""]
    if diff.is_empty:
        return [*found, "Nothing differs: the same posts, claims, codes and groups, made in the same way."]
    found += [*headlines(diff), ""]
    found += _share_lines(diff)
    found += _listed("codes that changed", diff.codes, _code_line)
    if diff.n_same_posts:
        found += _listed("groups", diff.changed_groups(), group_line)
    found += _listed(
        "made differently", diff.made, lambda row: f"{row['what']}: {_short(row['a'])} → {_short(row['b'])}"
    )
    return found


def described(run: Analysis) -> str:
    """Return a run in one line: title and coverage."""
    source = run.manifest["source"]
    return f"{_short(source['title'] or source['name'], 60)} · {run.manifest['coverage']['line']}"


def headlines(diff: Diff) -> list[str]:
    """Return what differs in whole sentences: posts, claims, codes, groups, and what that may come from."""
    if not diff.n_same_posts:
        said = ["No post is the same in both runs: these are two threads, and claims and groups cannot be matched."]
    else:
        said = [_posts_sentence(diff), _claims_sentence(diff), _codes_sentence(diff), _groups_sentence(diff)]
    if diff.made_differently:
        said.append("The runs were made differently: a change may come from that, and not from the thread.")
    if diff.shares["low"].isna().all():
        said.append(f"There are no intervals: a run has fewer than {LEAST_AUTHORS} authors, or no frame is in both.")
    else:
        said.append(clear_sentence(diff))
    return said


def clear_sentence(diff: Diff) -> str:
    """Return which shares changed by more than the choice of authors explains."""
    clear = [row for row in records(diff.shares) if row["side"] == ANY_SIDE and is_clear(row)]
    if not clear:
        return "No frame's share changed by more than the choice of authors explains (95 % intervals contain 0)."
    named = "; ".join(f"{title(diff, row['frame'])} {points(row)}" for row in clear)
    return f"More than the choice of authors explains (95 % intervals without 0): {named}."


def points(row: dict[str, Any]) -> str:
    """Return the change of a share in points with its interval, or an empty text where there is none.

    >>> points({"change": 0.031, "low": -0.004, "high": 0.06})
    '+3.1 points (−0.4 to +6.0)'
    """
    if math.isnan(row["change"]):
        return ""
    interval = "" if math.isnan(row["low"]) else f" ({_signed(row['low'])} to {_signed(row['high'])})"
    return f"{_signed(row['change'])} points{interval}"


def title(diff: Diff, frame: str) -> str:
    """Return the title of a frame, as the codebook of B has it, or that of A."""
    for run in (diff.b, diff.a):
        for one in run.codebook.frames:
            if one.name == frame:
                return one.title
    raise KeyError(frame)


def group_line(row: dict[str, Any]) -> str:
    """Return what became of one group, in words."""
    if row["change"] == "vanished":
        return f"vanished: “{row['name_a']}” ({row['n_a']} claims): {row['went']}"
    if row["change"] == "appeared":
        return f"appeared: “{row['name_b']}” ({row['n_b']} claims): {row['went']}"
    name = row["name_b"] if row["name_a"] == row["name_b"] else f"{row['name_a']}” → “{row['name_b']}"
    overlap = percent(row["overlap"])
    return f"{row['change']}: “{name}”, {row['n_a']} → {row['n_b']} claims, overlap of the shared ones {overlap}"


def _posts_sentence(diff: Diff) -> str:
    n = _counts(diff.posts)
    words = f"{thousands(diff.n_same_posts)} {plural(diff.n_same_posts, 'post is', 'posts are')} the same"
    return f"{words}; {n['added']} added, {n['gone']} gone, {n['changed']} with another text."


def _claims_sentence(diff: Diff) -> str:
    n = _counts(diff.claims)
    words = f"{thousands(diff.n_same_claims)} {plural(diff.n_same_claims, 'claim is', 'claims are')} counted in both"
    return f"{words}; {n['added']} added, {n['gone']} gone."


def _codes_sentence(diff: Diff) -> str:
    n = diff.codes["claim_id"].nunique()
    if not n:
        return "No claim that is counted in both runs is coded differently."
    return f"{thousands(n)} of the claims counted in both {plural(n, 'is', 'are')} coded differently."


def _groups_sentence(diff: Diff) -> str:
    kinds = diff.groups["change"].value_counts()
    order = ("same", "renamed", "changed", "vanished", "appeared")
    parts = [f"{kinds[kind]} {kind}" for kind in order if kind in kinds]
    return f"Groups: {', '.join(parts)}." if parts else "Neither run has groups."


def _counts(table: pd.DataFrame) -> dict[str, str]:
    n = table["change"].value_counts()
    return {change: thousands(int(n.get(change, 0))) for change in ("added", "gone", "changed")}


def _share_lines(diff: Diff) -> list[str]:
    found = [f"{'share of all claims':<42}{'A':>9}{'B':>9}   change, with its 95 % interval over authors"]
    for row in records(diff.shares):
        if row["side"] == ANY_SIDE:
            name = shorten(title(diff, row["frame"]), 40)
        elif not (row["share_a"] > 0 or row["share_b"] > 0):
            continue
        else:
            name = f"  {row['side']}"
        mark = " *" if is_clear(row) else ""
        found.append(f"{name:<42}{share(row['share_a']):>9}{share(row['share_b']):>9}   {points(row)}{mark}".rstrip())
    if any(line.endswith(" *") for line in found):
        found.append("* the interval does not contain 0")
    return [*found, ""]


def share(value: float) -> str:
    """Return a share in percent; "not coded" where the run's codebook does not have the frame."""
    return "not coded" if math.isnan(value) else percent(value)


def is_clear(row: dict[str, Any]) -> bool:
    """Say whether the interval of a change does not contain 0."""
    return bool(row["low"] > 0 or row["high"] < 0)


def _signed(value: float) -> str:
    shown = f"{abs(100 * value):.1f}"
    return shown if shown == "0.0" else f"{'−' if value < 0 else '+'}{shown}"


def _code_line(row: dict[str, Any]) -> str:
    return f"{row['frame']}: {row['a']} → {row['b']}  {row['claim_id']}  {_short(row['text'])}"


def _short(text: str, longest: int = 70) -> str:
    line = " ".join(str(text).split())
    return f"{shorten(line, longest)}…" if len(line) > longest else line


def _listed(heading: str, table: pd.DataFrame, line: Any) -> list[str]:
    if table.empty:
        return []
    rows = records(table)
    rest = [f"  … and {len(rows) - MOST_ROWS:,} more"] if len(rows) > MOST_ROWS else []
    return [heading, *(f"  {line(row)}" for row in rows[:MOST_ROWS]), *rest, ""]
