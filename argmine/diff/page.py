"""A Diff as a page: one HTML file without a script, that asks no host for anything. Every number opens its quotes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from argmine.diff.shares import ANY_SIDE
from argmine.diff.words import described, group_line, headlines, is_clear, points, share, title
from argmine.errors import RunError
from argmine.output.citation import source_title
from argmine.output.page import palette_css, policy
from argmine.output.rendering import asset, environment, known, records, shorten

if TYPE_CHECKING:
    import pandas as pd

    from argmine.diff.comparison import Diff

MOST_QUOTES = 200


@dataclass(frozen=True)
class ShareRow:
    """One row of the table of shares; x's are places in a drawing 200 wide whose middle, 100, is no change."""

    side: str
    share_a: str
    share_b: str
    points: str
    is_clear: bool
    change_x: float | None
    low_x: float | None
    high_x: float | None


@dataclass(frozen=True)
class FrameRows:
    """The rows of one frame: the frame as such, then its sides."""

    title: str
    colour: int
    rows: list[ShareRow]


@dataclass(frozen=True)
class QuoteList:
    """A list of quotes under a heading that counts them. `rest` are those not shown."""

    heading: str
    n: int
    quotes: list[dict[str, str | None]]
    rest: int


def write_diff(diff: Diff, path: Path) -> Path:
    """Write the page and return its path; raise RunError where the disk refuses. The file is whole or not there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(render_diff(diff).encode("utf-8", "replace"))
        partial.replace(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def render_diff(diff: Diff) -> str:
    """Return the page as HTML."""
    from markupsafe import Markup

    style = palette_css() + asset("report.css") + asset("diff.css")
    reach = _reach(diff)
    return (
        environment()
        .get_template("diff.html.j2")
        .render(
            titles=(source_title(diff.a), source_title(diff.b)),
            described=(described(diff.a), described(diff.b)),
            argmine=diff.b.manifest["argmine"],
            is_empty=diff.is_empty,
            headlines=headlines(diff),
            frames=_frame_rows(diff, reach),
            reach=f"{100 * reach:.0f}",
            codes=_code_lists(diff),
            claims=_change_lists(diff.claims, "claim", "why") if diff.n_same_posts else [],
            posts=_change_lists(diff.posts, "post", None) if diff.n_same_posts else [],
            groups=[group_line(row) for row in records(diff.changed_groups())] if diff.n_same_posts else [],
            made=records(diff.made),
            style=Markup(style),  # noqa: S704 - files of this package
            policy=policy(style, ""),
        )
    )


def _reach(diff: Diff) -> float:
    """Return the change at which the bars end: 5, 10, 20, 50 or 100 points, whichever holds all that is drawn."""
    drawn = diff.shares[["change", "low", "high"]].abs().max().max()
    return next((reach for reach in (0.05, 0.1, 0.2, 0.5) if drawn <= reach), 1.0)


def _frame_rows(diff: Diff, reach: float) -> list[FrameRows]:
    order = [*diff.b.codebook.frame_names, *diff.a.codebook.frame_names]

    def place(value: float) -> float | None:
        return None if value != value else round(100 + 100 * value / reach, 2)

    return [
        FrameRows(
            title(diff, frame),
            order.index(frame),
            [
                ShareRow(
                    side="" if row["side"] == ANY_SIDE else row["side"],
                    share_a=share(row["share_a"]),
                    share_b=share(row["share_b"]),
                    points=points(row),
                    is_clear=is_clear(row),
                    change_x=place(row["change"]),
                    low_x=place(row["low"]),
                    high_x=place(row["high"]),
                )
                for row in records(rows)
                if row["side"] == ANY_SIDE or row["share_a"] > 0 or row["share_b"] > 0
            ],
        )
        for frame in dict.fromkeys(order)
        for rows in [diff.shares[diff.shares["frame"] == frame]]
    ]


def _code_lists(diff: Diff) -> list[QuoteList]:
    lists = [
        _quote_list(f"{title(diff, str(frame))}: {before} → {after}", rows, None)
        for (frame, before, after), rows in diff.codes.groupby(["frame", "a", "b"], sort=False)
    ]
    return sorted(lists, key=lambda one: -one.n)


def _change_lists(table: pd.DataFrame, noun: str, note: str | None) -> list[QuoteList]:
    words = {"added": f"{noun}s added in B", "gone": f"{noun}s gone since A", "changed": f"{noun}s with another text"}
    return [
        _quote_list(words[str(change)], rows[rows["text"] != ""] if noun == "post" else rows, note, len(rows))
        for change, rows in table.groupby("change", sort=False)
    ]


def _quote_list(heading: str, rows: pd.DataFrame, note: str | None, n: int | None = None) -> QuoteList:
    quotes: list[dict[str, Any]] = []
    for row in records(rows.head(MOST_QUOTES)):
        text = shorten(row["text"])
        shown = text if len(text) == len(row["text"]) else f"{text}…"
        quotes.append({"text": shown, "author": known(row["author"]), "note": row[note] if note else None})
    return QuoteList(heading, len(rows) if n is None else n, quotes, len(rows) - len(quotes))
