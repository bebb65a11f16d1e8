"""The summary of an Analysis that a notebook shows: title, coverage, and the balance of each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.output.citation import source_title
from argmine.output.page_sections import View, frame_sections
from argmine.output.palette import frame_colour
from argmine.output.rendering import environment

if TYPE_CHECKING:
    from argmine.analysis import Analysis


def summary_html(analysis: Analysis) -> str:
    """Return a fragment of HTML with its styles inside it, every value escaped."""
    sections = frame_sections(View(analysis))
    return (
        environment()
        .get_template("summary.html.j2")
        .render(
            title=source_title(analysis),
            coverage=analysis.coverage_line(),
            rows=[(section, frame_colour(section.colour)) for section in sections],
            n_groups=len(analysis.clusters),
        )
    )
