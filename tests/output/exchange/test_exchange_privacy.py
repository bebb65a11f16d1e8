"""What must not get out: names, permalinks, the key, and counts about few authors, also by working them out."""

import csv
import json
import stat
import zipfile

import numpy as np
import pandas as pd
import pytest
from handmade import Say, build
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from argmine.errors import RunError, SettingsError
from argmine.output.exchange.aggregate import aggregate, cells_of
from argmine.output.exchange.export import export
from argmine.output.exchange.formats import FORMATS
from argmine.output.exchange.masking import MASK, Masker, mask
from argmine.output.exchange.material import Material
from argmine.output.exchange.pseudonyms import pseudonymous, run_key
from argmine.output.exchange.suppression import Cell, Equation, suppress

KEY = b"0123456789abcdef0123456789abcdef"
THREAD = (
    Say("AdaLovelace", [("Dogs are fine, says brinewater.", [("dogs", "pro")])], url="https://forum.example/t/41"),
    Say("brine_water", [("As AdaLovelace said: no.", [("dogs", "con")]), ("Mail me at me@brine.org!", [])], answers=0),
    Say("brinewater", [("See https://forum.example/t/41#3 and u/brine_water.", [("dogs", "pro")])], answers=1),
    Say("José 🐕", [("JOSÉ 🐕 agrees with adalovelace's point.", [("cars", "pro")])], answers=1),
)
SECRETS = ("adalovelace", "brine", "josé", "forum.example", "https://example.org", "somebody", "p1:", "abab")


@pytest.fixture(scope="module")
def named():
    return build(THREAD)


def content_of(path):
    """Return all text in a file, that of the parts of an archive too."""
    if path.read_bytes().startswith(b"PAR1"):
        return "\n".join("\n".join(map(str, values)) for _, values in pd.read_parquet(path).items())
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", errors="replace")
    with zipfile.ZipFile(path) as archive:
        return "".join(name + archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist())


@pytest.mark.parametrize("name", FORMATS)
def test_no_name_address_identifier_or_key_is_in_a_pseudonymous_export(named, tmp_path, name):
    path = tmp_path / "out"
    export(named, name, path, privacy="pseudonymous", key=KEY)
    content = content_of(path).casefold()
    assert [secret for secret in SECRETS if secret in content] == []
    for form in (KEY.decode(), KEY.hex()):
        assert form not in content
    plain = tmp_path / "plain"
    export(named, name, plain)
    assert [secret for secret in ("adalovelace", "brine") if secret not in content_of(plain).casefold()] == []


def test_pseudonyms_are_stable_and_need_the_key(named):
    authors = {}
    for key in (KEY, KEY, b"x" * 32):
        shown = pseudonymous(named, key).analysis.posts["author"].tolist()
        authors.setdefault(key, []).append(shown)
    assert authors[KEY][0] == authors[KEY][1]
    assert len(set(authors[KEY][0])) == 4
    assert not set(authors[KEY][0]) & set(authors[b"x" * 32][0])
    with pytest.raises(SettingsError, match="need the run's key"):
        export(named, "csv", "x.csv", privacy="pseudonymous")


def test_masked_words_are_shown_as_masked_and_not_called_verbatim(named):
    material = pseudonymous(named, KEY)
    claims = {claim.text: claim.verbatim for claim in material.claims}
    assert claims == {
        "Dogs are fine, says [masked].": False,
        "As [masked] said: no.": False,
        "Mail me at [masked]!": False,
        "See [masked] and [masked].": False,
        "[masked] agrees with [masked]'s point.": False,
    }
    assert all(claim.verbatim for claim in Material(named).claims)


def test_offsets_hold_in_the_masked_texts(named):
    shown = pseudonymous(named, KEY).analysis
    texts = dict(zip(shown.posts["post_id"], shown.posts["text"], strict=True))
    for table in (shown.claims, shown.quotes):
        assert len(table)
        for row in table.itertuples():
            assert texts[row.post_id][row.start : row.end] == row.text
    assert set(shown.stances["claim_id"]) <= set(shown.claims["claim_id"])
    assert shown.posts["url"].isna().all()
    assert set(shown.posts["parent_id"].dropna()) <= set(shown.posts["post_id"])


NAMES = st.text(st.characters(categories=("L", "N", "S", "P", "Zs")), min_size=1, max_size=9).filter(
    lambda n: n.strip()
)


@given(names=st.lists(NAMES, min_size=1, max_size=4), words=st.lists(st.text(max_size=12), max_size=5), data=st.data())
def test_no_name_is_left_standing_alone(names, words, data):
    text = " | ".join([*words, data.draw(st.sampled_from(names)), *words])
    masked = mask(text, Masker.of(names, []))
    assert MASK in masked.text
    assert mask(masked.text, Masker.of([n for n in names if n not in MASK], [])).text == masked.text
    for at in range(len(text) + 1):
        assert 0 <= masked.place(at) <= masked.place(at, end=True) <= len(masked.text)


def test_words_that_only_hold_a_name_are_left():
    masker = Masker.of(["ann", "Bo", "x"], ["https://www.site.org/a"])
    text = "Anna and Bob x-rayed bo at www.site.org/q and https://other.org; ann's Ann, Bo!"
    assert mask(text, masker).text == (
        f"Anna and Bob {MASK}-rayed bo at {MASK} and https://other.org; {MASK}'s {MASK}, {MASK}!"
    )


def test_the_key_is_private_made_once_and_checked(tmp_path):
    key = run_key(tmp_path)
    path = tmp_path / "pseudonyms.key"
    assert run_key(tmp_path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("not a key")
    with pytest.raises(RunError, match=r"pseudonyms\.key: not a key"):
        run_key(tmp_path)


def crowd(seed):
    """Return an Analysis of many authors whose sides are uneven, so that some cells are small and some are not."""
    random = np.random.default_rng(seed)
    says = []
    for _ in range(120):
        frame = "dogs" if random.random() < 0.6 else "cars"
        side = ("pro", "con", "neutral", "unclear")[int(random.choice(4, p=[0.6, 0.3, 0.07, 0.03]))]
        codes = [(frame, side)] if random.random() < 0.8 else []
        says.append(Say(f"user{random.integers(40)}", [("Some words.", codes)]))
    return build(says)


def published(analysis, folder, k=5):
    """Return the exported rows as a reader of the file has them."""
    path = folder / "counts.csv"
    export(analysis, "csv", path, privacy="aggregate", k=k)
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def worked_out(rows):
    """Return the range of each withheld count that fits the file: sums of sides, of frames, of groups.

    The reader's own reasoning, written apart from the package: every total that the file names is the sum of its parts.
    """
    keys = [(row["counted"], row["frame"], row["side"], row["group"]) for row in rows]
    place = {key: at for at, key in enumerate(keys)}
    sums = []
    for key in keys:
        for axis in (1, 2, 3):
            if key[axis] == "all":
                parts = [k for k in keys if k[axis] != "all" and (*k[:axis], "all", *k[axis + 1 :]) == key]
                if parts:
                    line = np.zeros(len(keys))
                    line[place[key]] = -1
                    line[[place[part] for part in parts]] = 1
                    sums.append(line)
    bounds = [(int(row["n"]),) * 2 if row["n"] else (0, None) for row in rows]
    ranges = {}
    for key, row in zip(keys, rows, strict=True):
        if not row["n"]:
            ends = []
            for sign in (1, -1):
                goal = np.zeros(len(keys))
                goal[place[key]] = sign
                found = linprog(goal, A_eq=np.array(sums), b_eq=np.zeros(len(sums)), bounds=bounds)
                ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
            ranges[key] = (ends[0], ends[1])
    return ranges


@pytest.mark.parametrize("seed", range(4))
def test_a_suppressed_count_cannot_be_worked_out_from_the_other_tables(tmp_path, seed):
    analysis = crowd(seed)
    rows = published(analysis, tmp_path)
    true = {tuple(cell.key): cell for cell in cells_of(analysis)[0]}
    shown = [row for row in rows if row["status"] == "published"]
    assert shown
    assert all(int(row["n_authors"]) >= 5 for row in shown)
    ranges = worked_out(rows)
    small = [key for key, cell in true.items() if cell.n_authors < 5]
    assert small
    for key in small:
        least, most = ranges[key]
        assert least <= true[key].n <= most
        assert most - least >= 5 - 1e-6, f"{key} is {true[key].n}, and the file says {least} to {most}"


def test_the_same_attack_finds_a_count_that_is_only_left_blank(tmp_path):
    analysis = crowd(0)
    rows = published(analysis, tmp_path)
    true = {tuple(cell.key): cell for cell in cells_of(analysis)[0]}
    for row in rows:
        cell = true[row["counted"], row["frame"], row["side"], row["group"]]
        row["n"] = str(cell.n) if cell.n_authors >= 5 else ""
    ranges = worked_out(rows)
    assert any(most - least < 1e-6 for least, most in ranges.values())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(st.integers(0, 14), min_size=2, max_size=3), min_size=2, max_size=3).filter(
        lambda t: len({len(r) for r in t}) == 1
    )
)
def test_any_small_table_is_protected(table):
    n_rows, n_columns = len(table), len(table[0])
    cells, equations = [], []
    for r in range(n_rows + 1):
        for c in range(n_columns + 1):
            rows = table if r == n_rows else [table[r]]
            n = sum(sum(row) if c == n_columns else row[c] for row in rows)
            cells.append(Cell((r, c), n, n))
    equations += [Equation((r, n_columns), tuple((r, c) for c in range(n_columns))) for r in range(n_rows + 1)]
    equations += [Equation((n_rows, c), tuple((r, c) for r in range(n_rows))) for c in range(n_columns + 1)]
    hidden = suppress(cells, equations, 5)
    line = np.array(
        [[1.0 if cell.key in e.parts else -1.0 if cell.key == e.total else 0.0 for cell in cells] for e in equations]
    )
    bounds = [(0, None) if cell.key in hidden else (cell.n, cell.n) for cell in cells]
    for at, cell in enumerate(cells):
        if cell.n_authors < 5:
            assert cell.key in hidden
            goal = np.eye(len(cells))[at]
            low = linprog(goal, A_eq=line, b_eq=np.zeros(len(line)), bounds=bounds)
            high = linprog(-goal, A_eq=line, b_eq=np.zeros(len(line)), bounds=bounds)
            assert high.status == 3 or -high.fun - low.fun >= 5 - 1e-6


def test_aggregate_holds_no_text_and_says_when_nothing_can_be_published(tmp_path, named):
    analysis = crowd(1)
    for name in ("csv", "jsonl", "parquet", "xlsx"):
        export(analysis, name, tmp_path / name, privacy="aggregate")
        assert "Some words" not in content_of(tmp_path / name)
        assert "user1" not in content_of(tmp_path / name)
    with pytest.raises(SettingsError, match="names 4 authors"):
        export(named, "csv", tmp_path / "few", privacy="aggregate")
    with pytest.raises(SettingsError, match="k is 1"):
        aggregate(analysis, 1)
    lines = [json.loads(line) for line in (tmp_path / "jsonl").read_text().splitlines()]
    assert {line["k"] for line in lines} == {5}
