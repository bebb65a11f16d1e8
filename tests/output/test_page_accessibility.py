"""The report page by axe-core's rules for WCAG 2 A and AA: light and dark, wide and narrow, closed and opened."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CHROMIUM
from handmade import build
from test_page_in_browser import corrected

from argmine import load
from argmine.diff import compare
from argmine.output.page import render_page

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"), pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
WIDTHS = {"wide": 1280, "narrow": 400}


@pytest.fixture(scope="module")
def pages(tmp_path_factory, threads):
    """The paths of the pages that are looked at, by name."""
    folder = tmp_path_factory.mktemp("pages")
    sample = load(threads.parents[1] / "reports" / "demo")
    for name, analysis in {"sample": sample, "corrected": corrected(), "empty": build([], groups=False)}.items():
        (folder / f"{name}.html").write_text(render_page(analysis), encoding="utf-8")
    compare(sample, sample).write(folder / "diff.html")
    return folder


def violations(page):
    """Return what axe-core finds, a line each: the rule, what it asks, and the first elements that break it."""
    found = Axe().run(page, options=RULES).response
    assert found["passes"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:5]]} ({len(one['nodes'])})"
        for one in found["violations"]
    ]


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("sample", "wide", "light"),
        ("sample", "wide", "dark"),
        ("sample", "narrow", "light"),
        ("sample", "narrow", "dark"),
        ("corrected", "wide", "dark"),
        ("corrected", "narrow", "light"),
        ("empty", "narrow", "light"),
        ("diff", "wide", "light"),
        ("diff", "narrow", "dark"),
    ],
)
def test_a_page_breaks_no_rule(browser, pages, name, width, scheme):
    size = {"width": WIDTHS[width], "height": 900}
    page = browser.new_page(color_scheme=scheme, viewport=size, reduced_motion="reduce")
    page.goto(f"file://{pages / name}.html")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = violations(page)
    page.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_opened_claim_and_a_filtered_table_break_no_rule(browser, pages, scheme):
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(f"file://{pages / 'sample'}.html#claims?side=con")
    assert page.locator("#chips button").count()
    filtered = violations(page)
    page.locator("#table tbody a").first.click()
    page.wait_for_selector("dialog[open] mark")
    opened = violations(page)
    page.close()
    assert filtered == opened == []
