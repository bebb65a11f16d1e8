"""Sheets out and back: blinded, drawn with known probabilities, and every damage answered by file, row and column."""

import csv
import json
from dataclasses import replace
from datetime import time

import numpy as np
import pytest
from openpyxl import load_workbook

from argmine.errors import SheetError
from argmine.evaluate.coders import agree
from argmine.evaluate.sheet import AFTER, BEFORE, CODES, record_of
from argmine.evaluate.sheet_reading import read_sheet, read_sheets
from argmine.evaluate.strata import NO_FRAME, Draw, draw


def rows_of(path):
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.reader(lines))


def write(path, rows, encoding="utf-8", delimiter=",", errors="strict"):
    with path.open("w", newline="", encoding=encoding, errors=errors) as lines:
        csv.writer(lines, delimiter=delimiter).writerows(rows)
    return path


def header_of(rows):
    return next(place for place, row in enumerate(rows) if row[0] == "claim_id")


def fill(path, code, stop=None):
    """Fill a CSV sheet in: `code(claim_id, frame)` gives each cell, "" for none; rows from `stop` on stay empty."""
    rows = rows_of(path)
    top = header_of(rows)
    frames = rows[top][len(BEFORE) : -len(AFTER)]
    for row in rows[top + 1 :][:stop]:
        for place, frame in enumerate(frames, start=len(BEFORE)):
            row[place] = code(row[0][1:-1], frame)
        row[-2] = "x"
    return write(path, rows)


def as_the_machine(analysis):
    columns = (analysis.stances[name] for name in ("claim_id", "frame", "side"))
    given = {(claim_id, frame): side for claim_id, frame, side in zip(*columns, strict=True)}
    return lambda claim_id, frame: given.get((claim_id, frame), "")


@pytest.fixture
def sheet(parks, tmp_path):
    """A filled-in sheet of 40 claims."""
    path = tmp_path / "anna.csv"
    parks.sheet(path, 40, coder="anna")
    return fill(path, as_the_machine(parks))


# ---- the draw --------------------------------------------------------------------------------------------------------


def test_every_claim_can_be_drawn_and_the_record_says_how_probably(parks, tmp_path):
    drawn = parks.sheet(tmp_path / "s.csv", 40)
    kept = json.loads((tmp_path / "s.draw.json").read_text(encoding="utf-8"))
    claims = {claim_id for one in kept["strata"] for claim_id in one["claims"]}
    assert claims == set(parks.counted_claims()["claim_id"])
    assert NO_FRAME in {one["name"] for one in kept["strata"]}
    assert len(drawn.order) == 40
    for one in kept["strata"]:
        assert one["inclusion_probability"] == len(one["drawn"]) / len(one["claims"]) > 0
    assert Draw.read(tmp_path / "s.draw.json") == drawn


def test_claims_of_a_stratum_are_equally_likely(parks):
    counts = dict.fromkeys(parks.counted_claims()["claim_id"], 0)
    for seed in range(40):
        drawn = draw(parks, 40, seed=seed)
        for claim_id in drawn.order:
            counts[claim_id] += 1
    for stratum in drawn.strata:
        expected = 40 * stratum.inclusion_probability
        spread = np.sqrt(expected * (1 - stratum.inclusion_probability))
        assert all(abs(counts[claim_id] - expected) <= 4.5 * spread + 1e-9 for claim_id in stratum.claims)


def test_coders_share_a_part_and_the_same_coder_gets_the_same(parks):
    anna, ben = (set(draw(parks, 40, coder=coder).order) for coder in ("anna", "ben"))
    assert 20 <= len(anna & ben) < 40
    assert draw(parks, 40, coder="anna") == draw(parks, 40, coder="anna")
    both = [draw(parks, 40, coder=coder, overlap=1.0) for coder in ("anna", "ben")]
    assert set(both[0].order) == set(both[1].order)
    assert both[0].order != both[1].order
    assert [one.claims for one in draw(parks, 40, coder="ben").strata] == [one.claims for one in both[0].strata]


@pytest.mark.parametrize(("n", "n_drawn"), [(2, 2), (7, 7), (40, 40), (10_000, 120)])
def test_any_size_draws_that_many(parks, n, n_drawn):
    drawn = draw(parks, n)
    assert len(set(drawn.order)) == n_drawn
    assert all(one.drawn for one in drawn.strata)


# ---- the sheet -------------------------------------------------------------------------------------------------------


def test_a_sheet_is_blinded(parks, tmp_path):
    parks.sheet(tmp_path / "s.csv", 120)
    rows = rows_of(tmp_path / "s.csv")
    top = header_of(rows)
    assert rows[top] == [*BEFORE, "dogs", "cars", *AFTER]
    for row in rows[top + 1 :]:
        assert row[len(BEFORE) :] == [""] * 4
        assert "author " not in " ".join(row)
    places = [row[0] for row in rows[top + 1 :]]
    assert places != sorted(places)
    assert all(code in rows[0][0] for code in CODES)
    assert any("Dogs should be allowed in every park." in row[0] for row in rows[:top])


def test_a_row_shows_the_claim_in_its_post_and_what_it_answers(parks, tmp_path):
    parks.sheet(tmp_path / "s.csv", 120)
    rows = {row[0]: dict(zip(BEFORE, row, strict=False)) for row in rows_of(tmp_path / "s.csv")}
    row = rows["[p7:0]"]
    assert row["in_its_post"] == f"⟦{row['claim']}⟧"
    assert row["in_answer_to"] == "Reason 6 why dogs or cars do a park no good."


def test_odd_texts_are_safe_and_come_back(parks, tmp_path):
    for name in ("s.csv", "s2.xlsx"):
        parks.sheet(tmp_path / name, 120)
        sheet = read_sheets([tmp_path / name], parks)[0]
        assert len(sheet.rows) == 120
        assert sheet.n_coded == 0
    cells = [cell for row in rows_of(tmp_path / "s.csv") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_an_xlsx_has_drop_downs_and_no_formula(parks, tmp_path):
    parks.sheet(tmp_path / "s.xlsx", 30)
    book = load_workbook(tmp_path / "s.xlsx")
    sheet = book["claims"]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"G3:H32": '"none,pro,con,neutral,unclear"', "I3:I32": '"x"'}
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.value is None or isinstance(cell.value, str) for row in sheet.iter_rows() for cell in row)
    assert "Allowed: none, pro" in sheet["G2"].comment.text
    assert "dogs: Dogs should be allowed in every park." in book["codebook"]["A2"].value


def test_work_is_never_overwritten(parks, sheet, sample_run_folder):
    before = sheet.read_bytes()
    with pytest.raises(SheetError, match=r"anna\.csv: exists already"):
        parks.sheet(sheet, 40)
    with pytest.raises(SheetError, match=r"anna\.draw\.json: exists already"):
        parks.sheet(sheet.with_suffix(".xlsx"), 40)
    assert sheet.read_bytes() == before
    with pytest.raises(SheetError, match="a run's folder"):
        parks.sheet(sample_run_folder / "s.csv", 40)


def test_a_failure_leaves_no_file(parks, tmp_path):
    with pytest.raises(SheetError, match=r"written as \.csv or \.xlsx"):
        parks.sheet(tmp_path / "s.ods", 40)
    with pytest.raises(SheetError, match="cannot be written"):
        parks.sheet(tmp_path / "none" / "s.csv", 40)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def sample_run_folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text("{}")
    return folder


# ---- what people and spreadsheets do to a sheet ----------------------------------------------------------------------


def test_what_was_filled_in_comes_back(parks, sheet):
    found = read_sheets([sheet], parks)[0]
    wanted = as_the_machine(parks)
    assert found.coder == "anna"
    assert found.n_coded == 40
    for row in found.rows:
        assert row.codes == {frame: wanted(row.claim_id, frame) or "none" for frame in ("dogs", "cars")}


def test_an_empty_cell_is_none_only_where_the_row_is_done(parks, tmp_path):
    parks.sheet(tmp_path / "s.csv", 10)
    rows = rows_of(tmp_path / "s.csv")
    top = header_of(rows)
    rows[top + 1][6:9] = ["Pro ", "", ""]
    rows[top + 2][6:9] = ["", "", "X"]
    codes = [row.codes for row in read_sheet(write(tmp_path / "s.csv", rows)).rows]
    assert codes[:3] == [{"dogs": "pro"}, {"dogs": "none", "cars": "none"}, {}]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ";"), ("utf-8", "\t"), ("utf-16", "\t"), ("cp1252", ";"), ("latin-1", ","), ("utf-8-sig", ",")],
)
def test_what_spreadsheets_save_is_read(parks, sheet, encoding, delimiter):
    wanted = read_sheet(sheet)
    rows = rows_of(sheet)
    found = read_sheets([write(sheet, rows, encoding, delimiter, errors="replace")], parks)[0]
    assert [(row.claim_id, row.codes) for row in found.rows] == [(row.claim_id, row.codes) for row in wanted.rows]


def test_sorted_rows_lost_notes_and_own_columns_do_no_harm(parks, sheet):
    rows = rows_of(sheet)
    top = header_of(rows)
    changed = [[*rows[top], "mood"], *([*row, "fine"] for row in sorted(rows[top + 1 :]))]
    wanted = {row.claim_id: row.codes for row in read_sheet(sheet).rows}
    found = read_sheets([write(sheet, changed)], parks)[0]
    assert {row.claim_id: row.codes for row in found.rows} == wanted


def place(rows, number):
    return rows[header_of(rows) + number]


def set_cell(number, column, value):
    def damage(rows):
        place(rows, number)[rows[header_of(rows)].index(column)] = value

    return damage


def swap_claims(rows):
    """Sort one column without the others."""
    at = BEFORE.index("claim")
    one, other = place(rows, 1), place(rows, 2)
    one[at], other[at] = other[at], one[at]


def repeat_row(rows):
    rows.append(list(place(rows, 1)))


def double_column(name):
    def damage(rows):
        at = rows[header_of(rows)].index(name)
        for row in rows[header_of(rows) :]:
            row.insert(at, row[at])

    return damage


def drop_column(name):
    def damage(rows):
        at = rows[header_of(rows)].index(name)
        for row in rows[header_of(rows) :]:
            del row[at]

    return damage


def drop_header(rows):
    del rows[header_of(rows)]


DAMAGES = {
    "a changed claim id": (set_cell(2, "claim_id", "[p999:0]"), ["row 6", "column claim_id", "p999:0", "no claim of"]),
    "an id turned into a time": (set_cell(1, "claim_id", "08:30:00"), ["row 5", "column claim_id", "08:30:00", "date"]),
    "an id turned into a number": (set_cell(3, "claim_id", "1.2E+07"), ["row 7", "column claim_id", "1.2E+07"]),
    "an empty id": (set_cell(1, "claim_id", ""), ["row 5", "column claim_id", "the id is empty"]),
    "an unknown value": (set_cell(4, "dogs", "for"), ["row 8", "column dogs", "'for'", "none, pro, con, neutral"]),
    "an unknown mark": (set_cell(4, "done", "maybe"), ["row 8", "column done", "'maybe'"]),
    "a column sorted alone": (swap_claims, ["row 5", "column claim", "sorted", "row 6 claim"]),
    "a row twice": (repeat_row, ["row 45", "column claim_id", "row 5 too"]),
    "a missing frame": (drop_column("cars"), ["row 4", "column cars is missing", "dogs, cars"]),
    "a frame that is there twice": (double_column("cars"), ["row 4", "column cars is there twice"]),
    "a missing claim_id": (drop_column("claim_id"), ["claim_id"]),
    "a missing done": (drop_column("done"), ["row 4", "column done", "missing"]),
    "a missing header": (drop_header, ["no row of column names"]),
    "two coders": (set_cell(1, "coder", "ben"), ["column coder", "anna, ben"]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_sheet_is_answered_by_file_row_and_column(parks, sheet, name):
    damage, words = DAMAGES[name]
    rows = rows_of(sheet)
    damage(rows)
    before = write(sheet, rows).read_bytes()
    with pytest.raises(SheetError) as caught:
        read_sheets([sheet], parks)
    for word in ("anna.csv", *words):
        assert word in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)
    assert sheet.read_bytes() == before


def test_a_changed_id_is_told_from_the_text(parks, sheet):
    rows = rows_of(sheet)
    number = next(n for n, row in enumerate(rows) if len(row) > 4 and row[4].startswith("Reason"))
    right, rows[number][0] = rows[number][0], "[p999:0]"
    with pytest.raises(SheetError) as caught:
        read_sheets([write(sheet, rows)], parks)
    assert f"is that of claim {right}" in str(caught.value)


def test_every_bad_cell_is_named_at_once(parks, sheet):
    rows = rows_of(sheet)
    for number in range(1, 13):
        set_cell(number, "dogs", "for")(rows)
    with pytest.raises(SheetError, match=r"row 5, column dogs.*Also wrong: row 6 dogs,.* and 3 more\."):
        read_sheets([write(sheet, rows)], parks)


@pytest.mark.parametrize("value", [time(8, 30), 46_000, 8.5])
def test_an_xlsx_id_that_became_a_time_or_a_number(parks, tmp_path, value):
    parks.sheet(tmp_path / "s.xlsx", 20)
    book = load_workbook(tmp_path / "s.xlsx")
    book["claims"]["A4"].value = value
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(SheetError, match=r"s\.xlsx, row 4, column claim_id: .*a number or a date"):
        read_sheets([tmp_path / "s.xlsx"], parks)


BAD_FILES = {
    "empty.csv": (b"", "empty"),
    "blank.csv": (b" \r\n \n", "empty"),
    "torn.xlsx": (b"PK\x03\x04torn", "not a readable spreadsheet"),
    "prose.csv": (b"Dear colleague, the sheet follows.", "no row of column names"),
    "binary.csv": (bytes(range(256)) * 8, "binary.csv"),
    "bare.csv": (b"claim_id,claim,permalink,dogs,cars,done\r\n", "no rows"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_sheet_is_answered(tmp_path, name):
    content, word = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SheetError, match=word):
        read_sheet(tmp_path / name)


def test_a_missing_file_is_answered(tmp_path):
    with pytest.raises(SheetError, match=r"none\.csv: cannot be read"):
        read_sheet(tmp_path / "none.csv")


# ---- sheets together -------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(parks, tmp_path):
    """Two coders' sheets; ben takes every tenth claim on dogs for con."""
    machine = as_the_machine(parks)
    for coder in ("anna", "ben"):
        parks.sheet(tmp_path / f"{coder}.csv", 60, coder=coder)
    fill(tmp_path / "anna.csv", machine)

    def ben(claim_id, frame):
        return "con" if frame == "dogs" and int(claim_id[1:].split(":")[0]) % 10 == 0 else machine(claim_id, frame)

    fill(tmp_path / "ben.csv", ben)
    return [tmp_path / "anna.csv", tmp_path / "ben.csv"]


def test_agreement_of_two_coders(pair):
    found = agree(pair)
    table = found.table.set_index(["frame", "on"])
    assert table.loc[("cars", "frame"), ["percent", "alpha", "cohen", "fleiss"]].tolist() == [1, 1, 1, 1]
    assert 0 < table.loc[("dogs", "frame"), "alpha"] < 1
    assert table.loc[("dogs", "frame"), "alpha_low"] < table.loc[("dogs", "frame"), "alpha"]
    assert set(found.disagreements["frame"]) == {"dogs"}
    assert (found.disagreements["ben"] == "con").all()
    assert found.confusion["dogs"].to_numpy().sum() == table.loc[("dogs", "frame"), "n_claims"]
    assert "2 coders (anna, ben)" in str(found)
    assert "most disagreed on" in str(found)


def test_three_coders(parks, pair, tmp_path):
    parks.sheet(tmp_path / "cy.csv", 60, coder="cy")
    fill(tmp_path / "cy.csv", as_the_machine(parks), stop=30)
    found = agree([*pair, tmp_path / "cy.csv"])
    assert found.coders == ("anna", "ben", "cy")
    assert "mean of the pairs" in str(found)


def test_sheets_that_do_not_belong_together(parks, pair, tmp_path):
    with pytest.raises(SheetError, match="two coders or more"):
        agree(pair[:1])
    with pytest.raises(SheetError, match="its coder is anna, and so is"):
        agree([pair[0], pair[0]])
    rows = rows_of(pair[1])
    drop_column("cars")(rows)
    with pytest.raises(SheetError, match=r"its frames are dogs; those of .*anna\.csv are dogs, cars"):
        agree([pair[0], write(pair[1], rows)])
    parks.sheet(tmp_path / "cy.csv", 8, coder="cy")
    fill(tmp_path / "cy.csv", as_the_machine(parks))
    with pytest.raises(SheetError, match="other strata"):
        parks.score([pair[0], tmp_path / "cy.csv"])


def test_a_coder_who_is_always_right_scores_one(parks, sheet):
    table = parks.score([sheet]).table
    seen = table[table["n_hits"] > 0]
    assert (seen[["precision", "recall", "f1"]] == 1).all(axis=None)
    assert ((table["recall_low"] < 1) | table["recall"].isna()).any()


def test_a_row_that_was_not_drawn_has_no_weight(parks, pair):
    rows, others = rows_of(pair[0]), rows_of(pair[1])
    mine = {row[0] for row in rows}
    rows.append(next(row for row in others[header_of(others) + 1 :] if row[0] not in mine))
    rows[-1][1] = "anna"
    with pytest.raises(SheetError, match=r"anna\.csv, row 65, column claim_id: .*was not drawn for this sheet"):
        parks.score([write(pair[0], rows)])


def test_a_renamed_sheet_still_finds_its_record(parks, sheet):
    sheet.rename(sheet.with_name("anna (done).csv"))
    assert "anna" in parks.score([sheet.with_name("anna (done).csv")]).sample
    record_of(sheet).unlink()
    with pytest.raises(SheetError, match="record of its draw is missing"):
        parks.score([sheet.with_name("anna (done).csv")])


def test_a_coder_who_stops_early_is_told_what_is_lacking(parks, tmp_path):
    parks.sheet(tmp_path / "s.csv", 60)
    fill(tmp_path / "s.csv", as_the_machine(parks), stop=45)
    assert "15 rows not coded yet" in parks.score([tmp_path / "s.csv"]).sample
    fill_none = rows_of(tmp_path / "s.csv")
    for row in fill_none[header_of(fill_none) + 1 :]:
        row[6:9] = ["", "", ""]
    with pytest.raises(SheetError, match=r"none of the .* claims of the stratum .* is coded"):
        parks.score([write(tmp_path / "s.csv", fill_none)])


# ---- correction ------------------------------------------------------------------------------------------------------


def test_corrections_are_kept_with_the_run_and_the_codes_stay(parks, pair, tmp_path):
    from argmine import load

    corrected = parks.correct(pair)
    assert corrected.stances.equals(parks.stances)
    assert parks.corrections().empty
    table = corrected.corrections()
    assert set(table["by"]) == {"claim", "author"}
    raw = table[(table["by"] == "claim") & (table["side"] == "any")].set_index("frame")["raw"]
    assert raw.round(4).to_dict() == parks.frames().set_index("frame")["share"].to_dict()
    assert ((table["low"] <= table["corrected"]) & (table["corrected"] <= table["high"])).all()
    corrected.report(tmp_path / "run2")
    assert load(tmp_path / "run2") == corrected
    page = (tmp_path / "run2" / "report.html").read_text(encoding="utf-8")
    assert 'id="corrected"' in page
    assert "2 people coded" in page


def test_with_every_claim_coded_the_correction_is_the_truth(parks, tmp_path):
    parks.sheet(tmp_path / "s.csv", 500)
    fill(tmp_path / "s.csv", lambda claim_id, frame: "pro" if claim_id < "p5" else "")
    table = parks.correct([tmp_path / "s.csv"]).corrections()
    pro = table[(table["by"] == "claim") & (table["side"] == "pro")]
    truth = sum(claim_id < "p5" for claim_id in parks.counted_claims()["claim_id"]) / 120
    assert pro[["corrected", "low", "high"]].to_numpy() == pytest.approx(truth, abs=1e-6)


def test_a_run_that_holds_the_hand_codes_is_refused(parks, sheet):
    claim_id = read_sheet(sheet).rows[0].claim_id
    edited = replace(
        parks, manifest=parks.manifest | {"edits": [{"action": "recode", "claims": [claim_id], "frame": "dogs"}]}
    )
    with pytest.raises(SheetError, match="recoded by hand"):
        edited.correct([sheet])
