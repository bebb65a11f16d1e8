"""The report page in a real browser: numbers open their claims, the address keeps the state, nothing is requested."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pandas as pd
import pytest
from chromium import CHROMIUM
from handmade import THREAD, Say, build

from argmine.output.page import write_page
from argmine.tables import QUOTATIONS, SIDES, conform

HOSTILE = (
    "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>",
    "javascript:window.harmed=1",
    "\u202eesrever\u202c <a href='javascript:window.harmed=1'>x</a>",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """Open an Analysis' page; on leaving, no request, console error or uncaught exception may have happened."""

    @contextmanager
    def open_page(analysis, address="", **context):
        path = tmp_path_factory.mktemp("page") / "report.html"
        write_page(analysis, path)
        page = browser.new_page(reduced_motion="reduce", **context)
        page.set_default_timeout(5_000)
        complaints = []
        page.on("request", lambda request: complaints.append(request.url) if request.url != f"file://{path}" else None)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"file://{path}{address}")
        yield page
        harmed = page.evaluate("window.harmed")
        page.close()
        assert complaints == []
        assert harmed is None

    return open_page


@pytest.fixture(scope="module")
def long_thread():
    return build(
        [
            Say(
                f"author {n % 17}",
                [(f"Dogs are reason number {n} to go out.", [("dogs", ("pro", "con")[n % 2])] if n % 3 else [])],
            )
            for n in range(120)
        ]
    )


def n_rows(page):
    return int(page.get_attribute("#status", "data-n"))


def test_every_number_opens_exactly_that_many_claims(opened, long_thread):
    for analysis in (build(), long_thread):
        with opened(analysis) as page:
            links = page.eval_on_selector_all("a[data-n]", "all => all.map(a => [a.getAttribute('href'), a.dataset.n])")
            assert len(links) > 20
            wrong = page.evaluate(
                """links => links.filter(([href, n]) => {
                    history.pushState(null, '', href);
                    dispatchEvent(new PopStateEvent('popstate'));
                    return document.getElementById('status').dataset.n !== n;
                })""",
                links,
            )
            assert wrong == []


def test_a_click_on_a_number_filters_the_table_and_the_address_says_so(opened):
    with opened(build()) as page:
        page.click(".balances a[href='#claims?frame=dogs&side=con']")
        assert page.url.endswith("#claims?frame=dogs&side=con")
        assert page.locator("#table tbody tr").count() == 1
        assert "Dogs scare my children 🐕 every week." in page.inner_text("#table tbody")
        assert page.locator("#claims h2").evaluate("h => h.getBoundingClientRect().top") < 400
        page.go_back()
        assert n_rows(page) == 5


def test_a_shared_address_restores_the_filters(opened):
    with opened(build(), "#claims?frame=dogs&side=pro&author=ada") as page:
        assert n_rows(page) == 1
        assert page.input_value("select[name=frame]") == "dogs"
        assert page.input_value("select[name=side]") == "pro"
        assert page.input_value("input[name=author]") == "ada"
        page.click("#chips button >> text=Clear all")
        assert n_rows(page) == 5


def test_a_shared_address_opens_a_claim(opened):
    with opened(build(), "#claim=p1%3A0") as page:
        assert page.inner_text("dialog[open] mark") == "Dogs scare my children 🐕 every week."


def test_search_and_selects_narrow_the_table(opened):
    with opened(build()) as page:
        page.fill("input[name=q]", "PARK dogs")
        page.wait_for_selector("#status[data-n='1']")
        assert "q=PARK" in page.url
        page.fill("input[name=q]", "")
        page.wait_for_selector("#status[data-n='5']")
        page.select_option("select[name=side]", "unclear")
        assert n_rows(page) == 1
        page.check("input[name=all]")
        page.select_option("select[name=side]", "")
        assert n_rows(page) == 7


def test_a_quote_opens_in_its_post_below_what_it_answers(opened):
    with opened(build()) as page:
        page.click(".quote a[href='#claim=p1%3A0']")
        dialog = page.locator("dialog[open]")
        assert dialog.locator("mark").inner_text() == "Dogs scare my children 🐕 every week."
        assert "Dogs make a park safer at night. I walk there daily." in dialog.locator(".parent").inner_text()
        assert dialog.locator("a >> text=permalink").get_attribute("href") == "https://example.org/2"
        page.keyboard.press("Escape")
        assert page.locator("dialog[open]").count() == 0
        page.wait_for_function("!location.href.includes('claim=')")
        page.wait_for_function("document.activeElement.getAttribute('href') === '#claim=p1%3A0'")


def test_words_quoted_from_others_are_set_apart_in_the_post(opened):
    analysis = build()
    quotation = {"post_id": "p1", "start": 0, "end": 10, "source_post_id": "p0", "source_author": "ada", "how": "test"}
    quotations = conform(pd.DataFrame([quotation]), QUOTATIONS)
    with opened(replace(analysis, quotations=quotations), "#claim=p1%3A0") as page:
        assert page.inner_text("dialog[open] mark .quoted") == "Dogs scare"
        assert page.inner_text("dialog[open] mark") == "Dogs scare my children 🐕 every week."
        assert "words quoted from ada" in page.inner_text("dialog[open]")


_SCROLL_TO_THE_END = """async () => {
    const box = document.getElementById("rows"), seen = new Map(), gaps = [];
    let most = 0;
    for (let last = -1; box.scrollTop !== last; ) {
        last = box.scrollTop;
        const rows = [...document.querySelectorAll("#table tbody:not(.gap) tr")];
        const at = (row) => Number(row.getAttribute("aria-rowindex")) - 2;
        for (const row of rows) seen.set(at(row), row.cells[0].innerText);
        most = Math.max(most, rows.length);
        const [top, frame] = [box.getBoundingClientRect(), rows.map((row) => row.getBoundingClientRect())];
        gaps.push(Math.max(0, Math.min(...frame.map((one) => one.top)) - top.top - 80));
        gaps.push(Math.max(0, top.bottom - Math.max(...frame.map((one) => one.bottom))));
        box.scrollTop += box.clientHeight * 0.9;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    return { seen: [...seen.entries()].sort((a, b) => a[0] - b[0]), most, gap: Math.max(...gaps) };
}"""


def test_scrolling_the_table_shows_every_claim_once_and_never_a_gap(opened, long_thread):
    with opened(long_thread) as page:
        found = page.evaluate(_SCROLL_TO_THE_END)
        assert found["seen"] == [[row, text] for row, text in enumerate(long_thread.claims["text"])]
        assert found["most"] < len(long_thread.claims)
        assert found["gap"] < 2
        page.wait_for_url("**page=*")


def test_a_shared_address_opens_the_table_at_its_place(opened, long_thread):
    with opened(long_thread, "#claims?page=3") as page:
        top = page.locator("#rows").bounding_box()["y"]
        row = page.locator("#table tr[aria-rowindex='52']")
        assert row.inner_text().startswith("Dogs are reason number 50 to")
        assert abs(row.bounding_box()["y"] - top) < 80


def test_the_map_is_read_and_opened_with_the_keyboard(opened):
    with opened(build()) as page:
        page.focus("#plot")
        page.keyboard.press("ArrowRight")
        first = page.inner_text("#plot-reader")
        page.keyboard.press("ArrowRight")
        second = page.inner_text("#plot-reader")
        assert first and second and first != second
        assert page.inner_text("#plot-live")
        page.keyboard.press("Enter")
        assert page.inner_text("dialog[open] mark") in second


def test_a_click_on_a_mark_opens_its_claim(opened):
    with opened(build(), viewport={"width": 1280, "height": 1000}) as page:
        height = page.locator("#plot").bounding_box()["height"]
        page.locator("#plot").click(position={"x": 28, "y": height - 28})
        assert page.inner_text("dialog[open] mark") == "Dogs make a park safer at night."


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_no_harm(opened, text):
    says = [Say(text, [(text, [("dogs", "con")])], url=text), *THREAD]
    with opened(build(says, title=text), "#claim=p0%3A0") as page:
        assert page.inner_text("dialog[open] mark") == text
        page.keyboard.press("Escape")
        page.click(".sides blockquote a >> nth=0")
        assert page.locator("a[href^=javascript]").count() == 0


def test_a_line_of_a_megabyte_is_shortened_until_asked_for(opened):
    line = "word " * 200_000 + "end."
    with opened(build([Say("ada", [(line, [("dogs", "pro")])]), *THREAD]), "#claim=p0%3A0") as page:
        assert len(page.inner_text("dialog[open]")) < 20_000
        page.click("dialog[open] button >> text=show all")
        assert page.text_content("dialog[open] mark") == line


@pytest.mark.parametrize("width", [400, 768, 1280])
def test_no_sideways_scroll(opened, width):
    says = [Say("a" * 90, [("b" * 300, [("dogs", "con")])], url=f"https://example.org/{'c' * 300}"), *THREAD]
    with opened(build(says, title="d" * 120), viewport={"width": width, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click(".sides blockquote a >> nth=0")
        assert page.evaluate("document.querySelector('dialog').scrollWidth") <= width


@pytest.mark.parametrize(
    "changes",
    [
        {"says": [], "groups": False},
        {"says": [Say("ada", [("I walk there daily.", [])])], "groups": False},
        {"says": [Say(None, [], status="deleted")], "groups": False, "times": False},
    ],
    ids=["no posts", "one claim", "one deleted post"],
)
def test_tiny_threads_read_without_error(opened, changes):
    with opened(build(**changes)) as page:
        assert page.locator("h2").count() >= 7


def test_prints_to_pdf_with_every_quote(opened):
    with opened(build()) as page:
        assert page.pdf().startswith(b"%PDF")
        assert page.locator("details:not(.technical):not([open])").count() == 0


def corrected():
    """The Analysis made by hand, as if corrected; of one label nothing is known."""
    rows = [
        {"by": by, "frame": frame, "side": side, "raw": raw}
        | dict(zip(("corrected", "low", "high"), (None,) * 3 if side == "unclear" else (0.3, 0.1, 0.55), strict=True))
        for by in ("claim", "author")
        for frame in ("dogs", "cars")
        for side, raw in zip(
            ("any", *SIDES), (0.8, 0.2, 0.2, 0.2, 0.2) if frame == "dogs" else (0.2, 0.2, 0, 0, 0), strict=True
        )
    ]
    return build(
        corrections={
            "rows": rows,
            "n_coders": 2,
            "n_coded": 4,
            "n_claims": 5,
            "sample": "s",
            "method": "m",
        }
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_raw_and_corrected_shares_stand_side_by_side(opened, scheme):
    with opened(corrected(), color_scheme=scheme) as page:
        row = page.locator("#corrected tr", has_text="Dogs").first
        assert row.locator("td").all_inner_texts()[1:3] == ["80\u00a0%", "30\u00a0% 10\u00a0% to 55\u00a0%"]
        assert "not known" in page.inner_text("#corrected")
        assert "2 people coded 4 of the claims by hand" in page.inner_text("#corrected")
        assert "Corrected by a sample of 4 claims" in page.inner_text("#findings")
        row.locator("a.number").click()
        assert n_rows(page) == 4
    with opened(build()) as page:
        assert page.locator("#corrected, nav a >> text=Raw and corrected").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_corrected_shares_fit_the_window(opened, width):
    with opened(corrected(), viewport={"width": width, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('#corrected .scroll').scrollWidth") <= width


def test_a_long_table_leaves_no_empty_pages_in_print(opened, long_thread):
    with opened(long_thread, viewport={"width": 680, "height": 900}) as page:
        pages = page.pdf(format="A4").count(b"/Type /Page\n")
        assert 2 < pages < 12
        page.emulate_media(media="print")
        assert page.locator("#table .gap:visible").count() == 0


def test_a_frame_without_a_side_says_so_once(opened):
    says = [Say("ada", [("Dogs are in the park.", [("dogs", "unclear")])]), *THREAD[3:]]
    with opened(build(says)) as page:
        text = page.inner_text("#frame-1")
        assert "No claim is coded for or against the proposition; of 1 the side is unclear." in text
        assert page.locator("#frame-1 .side").count() == 0


def test_the_map_sets_unstable_groups_apart(opened):
    analysis = build()
    with opened(analysis) as page:
        assert page.locator("#plot-labels a").count() == 1
        assert page.locator("#plot-labels .unstable").count() == 0
    with opened(replace(analysis, clusters=analysis.clusters.assign(stability=0.4))) as page:
        assert page.locator("#plot-labels .unstable").count() == 1
        assert "A label in italics names an unstable group." in page.inner_text("#map")
