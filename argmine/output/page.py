"""The report page: one HTML file that opens offline and asks no host for anything."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from argmine.output import palette
from argmine.output.citation import bibtex, command, plain_citation, source_name, source_title
from argmine.output.findings import findings, frame_intervals, resampling_unit
from argmine.output.page_corrections import corrections, edits_line
from argmine.output.page_data import data_block
from argmine.output.page_exchanges import exchanges
from argmine.output.page_people import most_active, timeline
from argmine.output.page_sections import View, frame_sections, group_sections, reasons_for_no_group, themes
from argmine.output.page_shares import courses, three_ways
from argmine.output.prevalence import LEAST_AUTHORS
from argmine.output.rendering import Linked, asset, counted, described, environment, moment, plural, safe_url

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from argmine.analysis import Analysis

N_QUOTES_OPEN = 3
_LIGHTER = 0.38
_NO_FRAME_IN_THE_DARK = "#4B545E"


def write_page(analysis: Analysis, path: Path) -> None:
    """Write the page, the same bytes for the same Analysis."""
    # A file name on disk may hold bytes that are no UTF-8; they must not cost the reader the page.
    path.write_bytes(render_page(analysis).encode("utf-8", "replace"))


def render_page(analysis: Analysis) -> str:
    """Return the page as HTML. Its policy allows this page's own style and script, and nothing from anywhere else."""
    from markupsafe import Markup

    style, script = palette_css() + asset("report.css"), asset("report.js")
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            **_content(analysis),
            style=Markup(style),  # noqa: S704 - files of this package
            script=Markup(script),  # noqa: S704
            data=Markup(data_block(analysis)),  # noqa: S704 - escaped as JSON: no <, > or & is left in it
            policy=policy(style, script),
        )
    )


def _content(analysis: Analysis) -> dict[str, Any]:
    view = View(analysis)
    manifest = analysis.manifest
    frames = frame_sections(view)
    groups = group_sections(view)
    intervals = frame_intervals(view)
    first, last = _span(analysis.posts)
    return {
        "title": source_title(analysis),
        "source_url": safe_url(manifest["source"]["url"]) or safe_url(manifest["source"]["name"]),
        "source_name": source_name(analysis),
        "first_post": first,
        "last_post": last,
        "coverage": analysis.coverage_line(),
        "manifest": manifest,
        "counts": manifest["counts"],
        "coder": manifest["coder"],
        "quality": _quality(manifest["coder"].get("quality")),
        "codebook": analysis.codebook,
        "findings": findings(view, frames, intervals),
        "frames": frames,
        "intervals": intervals,
        "unit": resampling_unit(view),
        "three_ways": three_ways(view),
        "courses": courses(view),
        "exchanges": exchanges(view),
        "corrections": corrections(view),
        "edits": edits_line(manifest),
        "least_authors": LEAST_AUTHORS,
        "shown": N_QUOTES_OPEN,
        "groups": groups,
        "themes": themes(analysis, groups),
        "reasons": reasons_for_no_group(view),
        "n_claims": len(view.claims),
        "n_ungrouped": int(view.claims["cluster_id"].isna().sum()),
        "n_placed": int(analysis.claims["x"].notna().sum()),
        "n_authors": int(view.claims["author"].nunique()),
        "n_unknown_author": int(view.claims["author"].isna().sum()),
        "active": most_active(view),
        "timeline": timeline(view),
        "left_out": _left_out(view),
        "citation": plain_citation(analysis),
        "bibtex": bibtex(analysis),
        "command": command(analysis),
        "technical": _technical(analysis),
    }


def _span(posts: pd.DataFrame) -> tuple[str | None, str | None]:
    times = posts["created_at"].dropna()
    return (moment(times.min()), moment(times.max())) if len(times) else (None, None)


def _quality(given: Any) -> str:
    if isinstance(given, dict):
        return ", ".join(f"{name} {value}" for name, value in described(given))
    return str(given or "")


def _left_out(view: View) -> list[tuple[str, Linked]]:
    """Return what is not counted, in words, each with how many claims the table then shows."""
    claims = view.analysis.claims
    repeats = claims["duplicate_of"].notna()
    own = claims["kind"].isin(("claim", "question"))
    foreign = claims[own & ~repeats & ~claims["claim_id"].isin(view.claims["claim_id"])]
    languages = ", ".join(sorted(foreign["language"].unique()))
    read = view.analysis.manifest["settings"]["languages"]
    kinds = claims[~repeats]["kind"]
    rows = [
        (
            int(repeats.sum()),
            "repeat",
            "repeated from elsewhere in the thread; counted once, where they first stand",
        ),
        (int((kinds == "quote").sum()), "quote", "of somebody else’s words"),
        (int((kinds == "other").sum()), "other", "without a claim: references, code, greetings"),
        (len(foreign), "language", f"in languages that are not coded ({languages}); this run reads {read}"),
    ]
    return [(f"{plural(n, 'stretch', 'stretches')} {words}", counted(n, why=why)) for n, why, words in rows if n]


def _technical(analysis: Analysis) -> list[tuple[str, list[tuple[str, str]]]]:
    manifest = analysis.manifest
    hashes = {
        "input": manifest["source"]["sha256"],
        "codebook": analysis.codebook.sha256,
        "encoder": manifest["encoder"]["sha256"],
    }
    return [
        ("Settings", described(manifest["settings"])),
        ("Versions", [("argmine", str(manifest["argmine"])), *described(manifest["versions"])]),
        ("Encoder", described({name: value for name, value in manifest["encoder"].items() if name != "sha256"})),
        ("SHA-256", described(hashes)),
    ]


def policy(style: str, script: str) -> str:
    """Return a content security policy that allows this style and this script, and nothing from anywhere else."""

    def allowed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {allowed(style)}; script-src {allowed(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def palette_css() -> str:
    """Return the frames' colours as CSS, lighter on a dark ground."""
    light = [f".frame-{order}{{--frame:{colour}}}" for order, colour in enumerate(palette.FRAME_COLOURS)]
    dark = [f".frame-{order}{{--frame:{_lighter(colour)}}}" for order, colour in enumerate(palette.FRAME_COLOURS)]
    light.append(f".frame-none{{--frame:{palette.NO_FRAME_COLOUR}}}")
    dark.append(f".frame-none{{--frame:{_NO_FRAME_IN_THE_DARK}}}")
    return "\n".join([*light, "@media screen and (prefers-color-scheme: dark) {", *dark, "}", ""])


def _lighter(colour: str) -> str:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * _LIGHTER):02X}" for part in parts)
