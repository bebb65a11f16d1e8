"""Learning a codebook from coded claims: the sheet, the heads, the folder and what refuses it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from argmine.codebook import Codebook, Frame, load_codebook
from argmine.embed import load_encoder
from argmine.errors import ArgmineError, CodebookError, SheetError
from argmine.evaluate import codebooks
from argmine.learn.codebook import learn
from argmine.learn.coded_claims import CodedClaim, in_context, read_coded_claims
from argmine.learn.heads import coded_as, cross_validated, fit_head, folds, frame_f1, side_f1
from argmine.pipeline import encoders_of
from argmine.settings import Settings
from argmine.stance import Encoders, code, load_coder
from argmine.stance.coder import FrameScores
from argmine.stance.learned import features

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "labelled" / "codebooks"
BOOK = Codebook("made", (Frame("rent", "Rent", "Cap rents."), Frame("bike", "Bike", "Build lanes.")))


def made(n=120, seed=0):
    """Return vectors, a coder that cannot tell, and codes that the vectors show."""
    random = np.random.default_rng(seed)
    codes = [("none", "none", "pro", "con")[i % 4] for i in range(n)]
    vectors = random.normal(scale=0.3, size=(n, 8))
    vectors[:, 0] += [code != "none" for code in codes]
    vectors[:, 1] += [{"pro": 1, "con": -1}.get(code, 0) for code in codes]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, FrameScores(np.full(n, 0.4), np.full((n, 3), 1 / 3)), codes


def test_heads_learn_what_the_coder_cannot_tell_and_are_judged_on_other_claims():
    vectors, base, codes = made()
    before = coded_as(base, None, Settings(stance_threshold=0.5))
    after = coded_as(cross_validated(vectors, base, codes, 0), None, Settings(stance_threshold=0.5))
    assert frame_f1(codes, before).value == 0
    score = frame_f1(codes, after)
    assert 0.8 < score.value <= 1
    assert score.low <= score.value <= score.high
    assert side_f1(codes, after).value > side_f1(codes, before).value
    shuffled = list(np.random.default_rng(1).permutation(codes))
    guessed = coded_as(cross_validated(vectors, base, shuffled, 0), None, Settings(stance_threshold=0.5))
    assert frame_f1(shuffled, guessed).value < 0.7


def test_the_same_seed_gives_the_same_head_and_folds_spread_the_codes():
    vectors, base, codes = made()
    read = features(vectors, base)
    first, second = fit_head(read, codes), fit_head(read, codes)
    assert np.array_equal(first.speaks, second.speaks)
    assert first.labels == ("pro", "con")
    of = folds(codes, 5, 3)
    assert np.array_equal(of, folds(codes, 5, 3))
    assert {sum(of[i] == k for i in range(120) if codes[i] == "pro") for k in range(5)} == {6}
    assert fit_head(read, ["none"] * 120) is None


def test_sides_seen_too_seldom_keep_the_coders_own():
    vectors, base, codes = made(40)
    head = fit_head(features(vectors, base), ["pro" if code == "con" else code for code in codes])
    assert head.labels == ()
    assert np.array_equal(head.apply(features(vectors, base), base).sides, base.sides)


def write(path, header, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_plain_table_is_read(tmp_path, delimiter):
    path = write(
        tmp_path / "t.csv",
        ["Text", "parent", "rent"],
        [["Cap them, now.", "Rents rise.", "Pro"], ["No.", "", ""], ["Hm", "", "unclear"]],
        delimiter,
    )
    assert read_coded_claims(path, BOOK) == [
        CodedClaim("Cap them, now.", {"rent": "pro"}, parent="Rents rise."),
        CodedClaim("No.", {"rent": "none"}),
        CodedClaim("Hm", {"rent": "unclear"}),
    ]


def test_a_coding_sheet_is_read_with_its_context(tmp_path):
    header = ["claim_id", "coder", "in_answer_to", "in_its_post", "claim", "permalink", "rent", "bike", "done", "note"]
    rows = [
        ["[a:5]", "Ann", "Rents rise.", "Well. ⟦Cap them.⟧ Now.", "Cap them.", "", "pro", "", "x", ""],
        ["[b:0]", "Ann", "", "⟦No.⟧", "No.", "", "con", "", "", ""],
        ["[c:0]", "Ann", "", "⟦Not coded.⟧", "Not coded.", "", "", "", "", ""],
    ]
    found = read_coded_claims(write(tmp_path / "s.csv", header, rows), BOOK)
    assert found == [
        CodedClaim("Cap them.", {"rent": "pro", "bike": "none"}, "Well. ", "Rents rise."),
        CodedClaim("No.", {"rent": "con"}),
    ]


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        (["text", "house"], ["x", "pro"], "rent, bike"),
        (["text", "rent"], ["x", "maybe"], "row 2, column rent: 'maybe'"),
        (["text", "rent"], ["", "pro"], "row 2, column text"),
        (["words", "rent"], ["x", "pro"], "claim_id or text"),
        (["text", "rent"], [], "no rows"),
    ],
)
def test_a_table_that_cannot_be_used_is_said_by_row_and_column(tmp_path, header, row, said):
    with pytest.raises(SheetError, match=said):
        read_coded_claims(write(tmp_path / "t.csv", header, [row] if row else []), BOOK)


def test_claims_stand_in_their_context():
    def encode(texts):
        return np.array([[float(len(text)), 1.0] for text in texts])

    coded = [CodedClaim("Cap them.", {}, "Well.", "Rents rise."), CodedClaim("No.", {})]
    claims = in_context(coded, encode)
    assert claims.texts == ["Cap them.", "No."]
    assert claims.contexts == [("Well. ", "Rents rise."), ("", "")]
    assert claims.vectors[claims.rows][:, 0].tolist() == [9.0, 3.0]


def test_a_frame_that_nobody_coded_has_no_score():
    nothing = np.array([], dtype=object)
    assert (str(frame_f1([], nothing)), str(side_f1([], nothing))) == ("-", "-")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learned")
    codebook = load_codebook(FOLDER / "city_bikes.yaml")
    coded = codebooks.read_jsonl(FOLDER / "city_bikes.jsonl", codebook)
    rare = "scooter_ban"
    rows, n_rare = [], 0
    for one in coded:
        n_rare += one.codes[rare] != "none"
        codes = one.codes | ({rare: "none"} if n_rare > 10 else {})
        rows.append([one.text, one.parent, *codes.values()])
    sheet = write(folder / "sheet.csv", ["text", "parent", *codebook.frame_names], rows)
    return learn(str(FOLDER / "city_bikes.yaml"), sheet, folder / "out", Settings(coder="similarity"))


def test_what_was_learned_is_said_and_written(lesson):
    text = str(lesson)
    assert "150 coded claims" in text
    assert "scooter_ban: keeps the coder's answers: only 10 coded claims speak to it, and 20 are needed" in text
    by_name = {frame.name: frame for frame in lesson.frames}
    assert by_name["bike_lanes"].after is not None
    assert by_name["scooter_ban"].after is None
    assert sorted(path.name for path in lesson.folder.iterdir()) == ["README.md", "codebook.yaml", "heads.json"]
    assert sum(path.stat().st_size for path in lesson.folder.iterdir()) < 500_000
    heads = json.loads((lesson.folder / "heads.json").read_text())
    card = (lesson.folder / "README.md").read_text()
    assert heads["codebook_sha256"] in card
    assert heads["encoder_sha256"] in card
    assert set(heads["heads"]) == {frame.name for frame in lesson.frames if frame.head is not None}
    assert heads["heads"]
    assert "rental fleet" not in card


def test_the_folder_is_a_codebook_that_codes_through_the_same_door(lesson):
    settings = Settings(coder="similarity")
    encoders = encoders_of(load_encoder(settings), settings)
    plain, learned = load_codebook(FOLDER / "city_bikes.yaml"), load_codebook(lesson.folder)
    claims = in_context(codebooks.read_jsonl(FOLDER / "city_bikes.jsonl", plain), encoders.texts)
    stances = {}
    for name, codebook in (("plain", plain), ("learned", learned)):
        coder = load_coder(settings, codebook)
        stances[name] = code(claims.claims, claims.posts, claims.vectors, codebook, coder, encoders, settings)
    changed = {frame.name for frame in lesson.frames if frame.head is not None}
    for frame in plain.frame_names:
        mine, theirs = (one[one["frame"] == frame].reset_index(drop=True) for one in stances.values())
        assert mine.equals(theirs) == (frame not in changed)
    described = load_coder(settings, learned).describe(learned)
    assert "learned from coded claims" in described["name"]
    assert set(described["learned"]["scores"]) == set(plain.frame_names)
    assert json.dumps(learned.as_dict()) == json.dumps(plain.as_dict())


def copy_of(lesson, tmp_path, **changes):
    import shutil

    folder = shutil.copytree(lesson.folder, tmp_path / "copy")
    heads = folder / "heads.json"
    heads.write_text(json.dumps(json.loads(heads.read_text()) | changes))
    return folder


def test_another_encoder_coder_or_codebook_is_refused(lesson, tmp_path):
    codebook = load_codebook(lesson.folder)
    with pytest.raises(CodebookError, match="--coder similarity"):
        load_coder(Settings(coder="trained"), codebook)
    coder = load_coder(Settings(coder="similarity"), codebook)
    with pytest.raises(CodebookError, match="encoder"):
        coder.score(None, codebook, Encoders(lambda texts: None, lambda folder: None, sha256="f" * 64), print)
    folder = copy_of(lesson, tmp_path)
    path = folder / "codebook.yaml"
    path.write_text(path.read_text().replace("bicycle", "bike"))
    with pytest.raises(CodebookError, match="changed after"):
        load_coder(Settings(coder="similarity"), load_codebook(folder))


@pytest.mark.parametrize(
    "changes",
    [
        {"heads": {"bike_lanes": {"speaks": [], "labels": ["pro"], "sides": []}}},
        {"heads": {"other": {}}},
        {"format": 9},
    ],
)
def test_a_damaged_folder_is_said(lesson, tmp_path, changes):
    with pytest.raises(CodebookError, match=r"heads\.json"):
        load_coder(Settings(coder="similarity"), load_codebook(copy_of(lesson, tmp_path, **changes)))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ArgmineError, match="not a folder that argmine learn wrote"):
        learn("ai_policy", tmp_path / "none.csv", tmp_path, Settings())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_codebook_survives_being_written(lesson):
    original = replace(load_codebook(FOLDER / "city_bikes.yaml"), folder=None)
    assert load_codebook(lesson.folder).sha256 == original.sha256


@pytest.mark.parametrize("name", ["city_bikes", "nuclear_power", "remote_work"])
def test_the_codebooks_for_measuring_are_sound(name):
    codebook = load_codebook(FOLDER / f"{name}.yaml")
    coded = codebooks.read_jsonl(FOLDER / f"{name}.jsonl", codebook)
    assert len(coded) >= 150
    assert len({one.text for one in coded}) == len(coded)
    examples = {text for frame in codebook.frames for texts in frame.examples.values() for text in texts}
    assert not examples & {one.text for one in coded}
    for frame in codebook.frames:
        codes = [one.codes[frame.name] for one in coded]
        assert min(codes.count("pro"), codes.count("con")) >= 10
        assert all(4 <= len(frame.examples[side]) <= 6 for side in ("pro", "con", "neutral"))
    assert f"| `{name}` | {len(coded)} |" in (FOLDER / "README.md").read_text()
