"""The report page as text: what it holds, what it refuses to hold, and that it is the same every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from handmade import THREAD, Say, build
from hypothesis import given, settings
from hypothesis import strategies as st

from argmine.output.citation import bibtex, command, plain_citation
from argmine.output.page import render_page, write_page
from argmine.output.page_data import data_block, page_data
from argmine.output.page_exchanges import exchanges
from argmine.output.page_sections import View
from argmine.output.page_shares import courses
from argmine.output.prevalence import intervals
from argmine.output.summary import summary_html
from argmine.settings import Settings

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }} {% include 'x' %}",
    "javascript:alert(1)",
    "\u202etxet desrever\u202c and <b>bold</b>",
    "\u2028\u2029 <!-- <script>",
    "]]> &lt;script&gt; &amp;",
)
ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "ftp://example.org/",
    "//example.org/",
    "http:",
    "x",
)


BY_HAND = build()


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes, and the text of its script elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside = ""
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.inside = tag if tag in self.raw else ""

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside:
            self.raw[self.inside].append(data)


def embedded(page: str) -> dict:
    return json.loads(Elements(page).raw["script"][0])


def test_same_analysis_gives_the_same_bytes(tmp_path):
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        write_page(build(), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_run_s_clock_is_not_on_the_page():
    page = render_page(build(timing={"started_at": "2031-12-31T23:59:59Z", "seconds": {"read": 1.2345}}))
    assert "2031-12-31" not in page
    assert "1.2345" not in page


def test_every_claim_can_be_cut_from_its_post():
    analysis = build()
    data = embedded(render_page(analysis))
    claims, posts = data["claims"], data["posts"]
    cut = [posts["text"][p][s:e] for p, s, e in zip(claims["post"], claims["start"], claims["end"], strict=True)]
    assert cut == analysis.claims["text"].tolist()
    assert claims["id"] == analysis.claims["claim_id"].tolist()


def test_the_policy_allows_only_the_page_s_own_style_and_script():
    elements = Elements(render_page(build()))
    policy = next(a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for text in (elements.raw["style"][0], elements.raw["script"][1]):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy


def test_the_page_needs_nothing_from_elsewhere():
    for tag, attributes in Elements(render_page(build())).found:
        assert not attributes.keys() & {"src", "srcset", "data", "poster", "style", "background"}, (tag, attributes)
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert not [name for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    says = [Say(text, [(text, [("dogs", "con")])], url=f"https://example.org/{text}"), *THREAD]
    page = render_page(build(says, title=text, coder={"name": text, "quality": text}))
    tame = render_page(build([Say("x", [("y", [("dogs", "con")])], url="https://example.org/"), *THREAD]))
    tags, tame_tags = ([tag for tag, _ in Elements(one).found] for one in (page, tame))
    assert tags.count("script") == 2
    assert set(tags) == set(tame_tags)
    assert embedded(page)["posts"]["text"][0] == text


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_web_addresses_become_links(address):
    page = render_page(build([Say("eve", [("Dogs bite.", [("dogs", "con")])], url=address), *THREAD], url=address))
    for _, attributes in Elements(page).found:
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "https://example.org/")), href
    assert embedded(page)["posts"]["url"][0] is None


def test_links_to_other_hosts_pass_nothing_on():
    links = [a for tag, a in Elements(render_page(build())).found if tag == "a" and not a["href"].startswith("#")]
    assert links
    assert all(link["rel"] == "noopener noreferrer nofollow" for link in links)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_the_data_block_cannot_leave_its_element(text):
    analysis = BY_HAND
    block = data_block(replace(analysis, posts=analysis.posts.assign(text=text)))
    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block)["posts"]["text"][0] == text


def test_a_line_of_a_megabyte_is_shown_shortened_and_stored_once():
    line = "word " * 200_000 + "end."
    page = render_page(build([Say("ada", [(line, [("dogs", "pro")])]), *THREAD]))
    assert len(page) < 1_300_000
    assert page.count("word " * 1000) == 1 or page.count("end.") == 1
    assert "show all" in page


def test_numbers_and_words_of_the_small_thread():
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", render_page(build()).split("<header")[1].split("<script")[0]))
    assert (
        "4 of 5 claims (80 %) speak to at least one of the codebook’s 2 frames; the other 1 to none."
        in text.replace("\xa0", " ")
    )
    assert "1 stretch in languages that are not coded (de); this run reads en" in text
    assert "1 stretch of somebody else’s words" in text
    assert "Dogs should be allowed in every park." in text
    assert "author unknown" in text


def test_unknown_authors_are_counted_apart_and_never_as_one():
    says = [Say(None, [(f"Dogs bark, they say, {n}.", [("dogs", "con")])]) for n in range(12)]
    page = render_page(build(says))
    assert "by authors whom the source does not name" in page
    assert "1 known author" not in page
    assert "The source names no authors" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups": False}, "No groups were found (no groups: too few claims)"),
        ({"says": [Say("ada", [("I walk there daily.", [])])], "groups": False}, "None of the"),
        ({"says": [], "groups": False}, "there is nothing to count"),
        ({"says": [Say("ada", [], status="deleted")], "groups": False}, "There is no map"),
        ({"times": False}, "The source gives no times, or only one"),
        ({"coder": {"name": "a hand", "quality": {"frame_f1": 0.61}}}, "frame f1 0.61"),
        ({"coder": {"name": "a hand"}}, "This run carries no score of the coder"),
    ],
)
def test_what_is_missing_is_said(changes, words):
    assert words in render_page(build(**changes))


def test_the_reader_s_folders_stay_private():
    page = render_page(build(url=None))
    assert "/home/somebody" not in page
    assert "dogs.json" in page


def ends(hits, n_claims):
    """Return the ends of the interval of a share: hits a author, each of so many claims."""
    low, high = intervals(np.array(hits, dtype=float)[:, None], np.full(len(hits), float(n_claims)), seed=0)
    return low[0], high[0]


def test_interval_holds_the_share_and_narrows_with_more_authors():
    few = ends([1, 0] * 10, 2)
    many = ends([1, 0] * 200, 2)
    assert few[0] < 0.25 < few[1]
    assert many[0] < 0.25 < many[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert np.isnan(ends([1] * 9, 1)).all()


def test_prevalence_counts_claims_authors_and_votes():
    says = [
        Say("ada", [("Dogs run.", [("dogs", "pro")])] * 3),
        Say("bo", [("Cats sit.", []), ("Dogs bark.", [("dogs", "con")])]),
    ]
    analysis = build([*says, Say("cy", [("Rain falls.", [])]), Say(None, [("Dogs dig.", [("dogs", "pro")])])])
    voted = replace(analysis, posts=analysis.posts.assign(score=[1.0, 8.0, 3.0, -5.0]))
    share = voted.prevalence().set_index(["by", "frame", "side"])["share"]
    assert share["claim", "dogs", "any"] == pytest.approx(5 / 7, abs=1e-4)
    assert share["author", "dogs", "any"] == pytest.approx((1 + 0.5 + 0) / 3, abs=1e-4)
    assert share["vote", "dogs", "any"] == pytest.approx((1 + 4) / 12, abs=1e-4)
    assert share["vote", "dogs", "con"] == pytest.approx(4 / 12, abs=1e-4)
    assert "by vote" in render_page(voted)
    assert set(analysis.prevalence()["by"]) == {"claim", "author"}
    nameless = build([Say(None, [("Dogs dig.", [("dogs", "pro")])])])
    assert set(nameless.prevalence()["by"]) == {"claim"}


def test_stance_is_followed_over_time_and_down_the_tree():
    answers = [Say(f"a{n}", [(f"Dogs are fine {n}.", [("dogs", ("pro", "con")[n % 2])])], answers=0) for n in range(8)]
    over_time, down = courses(View(build([Say("ada", [("Dogs?", [])]), *answers])))
    assert [total.n for _, total, _ in over_time.rows] == [2, 2, 2, 3]
    assert [(name, total.n) for name, total, _ in down.rows] == [("first posts", 1), ("1 step down", 8)]
    dogs = down.rows[1][2][0]
    assert {side: linked.n for side, linked in dogs.items()} == {"con": 4, "pro": 4}
    assert dogs["con"].href == "#claims?frame=dogs&side=con&depth=1"
    assert courses(View(build([Say("ada", [("Dogs?", [])])]))) == []


def test_citation_names_source_version_and_hash():
    analysis = build(title="50% of {dogs} & cats_\\ ~^")
    for text in (plain_citation(analysis), bibtex(analysis)):
        assert "https://example.org/thread" in text
        assert "argmine 0.1.0" in text
        assert "ab" * 32 in text
    assert r"50\% of \{dogs\} \& cats\_\textbackslash{} \textasciitilde{}\textasciicircum{}" in bibtex(analysis)
    assert bibtex(analysis).count("{") == bibtex(analysis).count("}")


def test_command_says_what_differs_from_the_defaults_and_quotes_for_the_shell():
    changed = replace(Settings(), seed=7, offline=True).as_dict()
    source = {"name": "/tmp/my thread.json", "title": "", "url": None, "format": "test", "sha256": "ab" * 32}
    analysis = build(settings=changed, source=source)
    assert command(analysis) == "argmine report 'my thread.json' -o out --offline --seed 7 --codebook parks.yaml"


def test_counted_claims_are_marked_in_the_data():
    analysis = build()
    data = page_data(analysis)
    counted = [claim for claim, one in zip(data["claims"]["id"], data["claims"]["counted"], strict=True) if one]
    assert counted == analysis.counted_claims()["claim_id"].tolist()


@pytest.mark.parametrize("text", HOSTILE)
def test_notebook_summary_is_escaped_and_short(text):
    frame = replace(build().codebook.frames[0], title=text)
    summary = summary_html(
        build(title=text, codebook=replace(build().codebook, frames=(frame, build().codebook.frames[1])))
    )
    tags = {tag for tag, _ in Elements(summary).found}
    assert tags <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "span", "svg", "rect", "caption"}
    assert len(summary) < 8_000


@pytest.mark.parametrize(("n_by_ada", "said"), [(2, False), (6, True)])
def test_one_author_who_writes_much_of_a_frame_is_pointed_out(n_by_ada, said):
    names = ["ada"] * n_by_ada + [f"author {n}" for n in range(10)]
    page = render_page(build([Say(name, [("Dogs bark.", [("dogs", "con")])]) for name in names]))
    assert ("one author wrote" in page) == said


@pytest.mark.parametrize(
    ("n_unclear", "said"), [(4, "Opinion is most one-sided on"), (40, "No frame is called one-sided or divided")]
)
def test_a_frame_whose_sides_are_mostly_unclear_is_not_called_one_sided(n_unclear, said):
    sides = ["pro"] * 12 + ["unclear"] * n_unclear
    thread = [Say(f"author {n}", [(f"Dogs, part {n}.", [("dogs", side)])]) for n, side in enumerate(sides)]
    page = render_page(build(thread))
    assert said in page
    assert ("one-sided on" in page) == (n_unclear < 12)


@pytest.mark.parametrize(("n_con", "said"), [(7, "may be chance"), (1, "Opinion is most one-sided on")])
def test_a_small_lead_is_not_called_one_sided(n_con, said):
    sides = ["pro"] * 12 + ["con"] * n_con
    page = render_page(
        build([Say(f"author {n}", [(f"Dogs, part {n}.", [("dogs", side)])]) for n, side in enumerate(sides)])
    )
    assert said in page
    assert ("may be chance" in page) == (n_con == 7)


def test_counter_claims_stand_in_answers_from_the_other_side():
    says = [
        Say("ada", [("Dogs are good company.", [("dogs", "pro")])]),
        Say("bo", [("Dogs bite.", [("dogs", "con")])], answers=0),
        Say("ada", [("Mine never bit anyone.", [("dogs", "pro")]), ("Cars do worse.", [("cars", "pro")])], answers=1),
        Say("ada", [("On second thoughts, no dogs.", [("dogs", "con")])], answers=0),
        Say("cy", [("Dogs are fine by me.", [("dogs", "pro")])], answers=0),
        Say(None, [("Then let them bite you.", [("dogs", "con")])], answers=4),
    ]
    found = exchanges(View(build(says)))
    assert found.keys() == {"dogs"}
    assert found["dogs"].n_answers == 3
    pairs = {(pair.side, pair.claim.text, pair.answer_side, pair.answer.text) for pair in found["dogs"].shown}
    assert pairs == {
        ("pro", "Dogs are good company.", "con", "Dogs bite."),
        ("pro", "Dogs are fine by me.", "con", "Then let them bite you."),
    }


def test_the_sweep_and_the_themes_are_shown_where_the_run_has_them():
    sweep = [
        {"min_cluster_size": size, "n_groups": n, "unassigned": 0.25, "likeness": 0.9, "chosen": size == 7}
        for size, n in ((5, 9), (7, 6))
    ]
    themes = [{"name": "dogs, parks", "groups": ["g1", "edited away"]}, {"name": "gone", "groups": ["edited away"]}]
    made = build()
    page = render_page(made)
    assert "Least size of a group" not in page and "Themes" not in page
    groups = made.manifest["groups"] | {"sweep": sweep, "themes": themes}
    page = render_page(replace(made, manifest=made.manifest | {"groups": groups}))
    assert re.search(r'class="chosen"><th[^>]*>7 \(chosen\)</th><td class="num">6</td><td class="num">25\s%</td>', page)
    assert "2 sizes tried" in page
    assert "dogs, parks" in page and '<a href="#group-g1">' in page and "gone <span" not in page
