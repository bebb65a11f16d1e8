"""Out to a tool and back: every code and every offset, on text of any script; and what the tools change on the way."""

import json
import zipfile
from xml.etree import ElementTree

import pytest
from handmade import Say, build
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argmine.errors import SourceError
from argmine.import_codes import import_codes, read_codings
from argmine.output.exchange.export import export
from argmine.output.exchange.matching import match
from argmine.output.exchange.units import UTF16, to_unit

TOOLS = ("qdpx", "label-studio", "doccano")
NS = "{urn:QDA-XML:project:1.0}"
SIGNS = st.sampled_from(
    [
        "a",
        "e\u0301",
        "🐕",
        "👩‍👩‍👧",
        "\r\n",
        "\n",
        "\r",
        "\u202b",
        "שלום",
        "سلام",
        "\x0b",
        " ",
        "<&\"'>",
        "\ufeff",
        "\u2028",
    ]
)
PART = st.lists(SIGNS | st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8).map("".join)
SIDES = st.lists(
    st.tuples(st.sampled_from(["dogs", "cars"]), st.sampled_from(["pro", "con", "neutral", "unclear"])),
    max_size=2,
    unique_by=lambda pair: pair[0],
)
THREADS = st.lists(st.lists(st.tuples(PART, SIDES), min_size=1, max_size=4), min_size=1, max_size=3)


def codes_of(analysis):
    stances = analysis.stances
    return set(zip(stances["claim_id"], stances["frame"], stances["side"], strict=True))


def found_in(matched):
    return {
        (claim_id, frame, side)
        for claim_id, by_coder in matched.codes.items()
        for given in by_coder.values()
        for frame, sides in given.items()
        for side in sides
    }


def annotated(path):
    """Turn a Label Studio file's predictions into annotations, as submitting each task does."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        task["annotations"] = [
            {"completed_by": {"id": 1, "email": "ann@example.org"}, "result": task["predictions"][0]["result"]}
        ]
    path.write_text(json.dumps(tasks), encoding="utf-8")


def out_and_in(analysis, tool, folder, **options):
    path = folder / f"codes.{tool}"
    export(analysis, tool, path, **options)
    if tool == "label-studio":
        annotated(path)
    return path


@pytest.mark.parametrize(
    ("tool", "privacy"), [*((tool, "none") for tool in TOOLS), ("qdpx", "pseudonymous"), ("doccano", "pseudonymous")]
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(thread=THREADS)
def test_every_code_and_offset_comes_back(tool, privacy, tmp_path, thread):
    analysis = build([Say("ada", parts) for parts in thread], groups=False)
    path = out_and_in(analysis, tool, tmp_path, privacy=privacy, key=b"k" * 32)
    matched = match(read_codings(path), analysis, b"k" * 32)
    assert found_in(matched) == codes_of(analysis)
    assert set(matched.codes) == set(analysis.claims["claim_id"])
    assert (matched.inexact, matched.unmatched, matched.unit) == (0, [], "")


@pytest.mark.parametrize("tool", [*TOOLS, "csv", "xlsx"])
def test_an_export_read_back_changes_nothing(tool, tmp_path):
    analysis = build()
    changed, found = import_codes(analysis, out_and_in(analysis, tool, tmp_path))
    assert changed == analysis
    assert found.edits == found.conflicts == found.matched.unmatched == []


def changed_project(path, change):
    """Rewrite the project of a .qdpx, as another tool would on saving it."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    project = ElementTree.fromstring(files["project.qde"])
    change(project, files)
    files["project.qde"] = ElementTree.tostring(project)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def code_guid(project, name):
    return next(code.get("guid") for code in project.iter(f"{NS}Code") if code.get("name") == name)


def add_user(project, name="Ann", guid="11111111-1111-1111-1111-111111111111"):
    ElementTree.SubElement(project.find(f"{NS}Users"), f"{NS}User", guid=guid, name=name)
    return guid


def add_coding(project, at, code, user):
    selection = list(project.iter(f"{NS}PlainTextSelection"))[at]
    coding = ElementTree.SubElement(
        selection, f"{NS}Coding", guid="2" * 8 + "-1111-1111-1111-" + f"{at:012d}", creatingUser=user
    )
    ElementTree.SubElement(coding, f"{NS}CodeRef", targetGUID=code_guid(project, code))


def test_a_persons_coding_in_a_project_goes_before_the_machines(tmp_path):
    analysis = build()

    def code(project, files):
        user = add_user(project)
        add_coding(project, 0, "dogs: con", user)
        add_coding(project, 1, "cars: pro", user)

    changed, found = import_codes(analysis, changed_project(out_and_in(analysis, "qdpx", tmp_path), code))
    assert codes_of(changed) - codes_of(analysis) == {("p0:0", "dogs", "con"), ("p0:33", "cars", "pro")}
    assert codes_of(analysis) - codes_of(changed) == {("p0:0", "dogs", "pro")}
    assert found.coders == ["Ann"]
    assert [one.by for one in changed.edits] == ["Ann", "Ann"]
    assert changed.manifest["coder"]["name"].endswith("2 sides given by hand")


def test_a_coding_taken_out_of_a_project_is_taken_out_of_the_run(tmp_path):
    analysis = build()

    def code(project, files):
        first = next(project.iter(f"{NS}PlainTextSelection"))
        first.remove(first.find(f"{NS}Coding"))

    changed, _ = import_codes(analysis, changed_project(out_and_in(analysis, "qdpx", tmp_path), code))
    assert codes_of(analysis) - codes_of(changed) == {("p0:0", "dogs", "pro")}


def test_a_tool_that_counts_utf16_and_changes_line_ends_is_understood(tmp_path):
    analysis = build(
        [Say("ada", [("🐕🐕 Dogs\nare fine.", [("dogs", "pro")]), ("Cars 🐕 are\nnot.", [("cars", "con")])])]
    )

    def code(project, files):
        (name,) = [name for name in files if name.endswith(".txt")]
        text = files[name].decode().replace("\n", "\r\n")
        files[name] = text.encode("utf-8-sig")
        for selection, words in zip(project.iter(f"{NS}PlainTextSelection"), ("Dogs", "Cars"), strict=True):
            start = text.index("🐕") if words == "Dogs" else text.index("Cars")
            end = text.index("fine.") + 5 if words == "Dogs" else len(text)
            places = to_unit("\ufeff" + text, [start + 1, end + 1], UTF16)
            selection.set("startPosition", str(places[0]))
            selection.set("endPosition", str(places[1]))

    changed, found = import_codes(analysis, changed_project(out_and_in(analysis, "qdpx", tmp_path), code))
    assert changed == analysis
    assert found.matched.unit == UTF16
    assert found.matched.inexact == 0


def test_a_stretch_that_a_person_marked_goes_to_the_claims_half_inside_it(tmp_path):
    analysis = build()
    path = out_and_in(analysis, "doccano", tmp_path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines[0]["label"] = [[5, len(lines[0]["text"]) - 3, "cars: con"]]
    lines[1]["label"] = [[0, 4, "Dogs : Neutral"], [2, 9, "weather"]]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    changed, found = import_codes(analysis, path)
    codes = codes_of(changed)
    assert {("p0:0", "cars", "con"), ("p0:33", "cars", "con"), ("p1:0", "dogs", "neutral")} <= codes
    assert not {code for code in codes if code[0] == "p0:0" and code[1] == "dogs"}
    assert found.matched.inexact == 2
    assert any("'weather'" in line for line in found.lines())


def test_coders_who_disagree_leave_the_run_as_it_was_until_one_is_named(tmp_path):
    analysis = build()
    path = out_and_in(analysis, "label-studio", tmp_path)
    tasks = json.loads(path.read_text(encoding="utf-8"))
    other = json.loads(json.dumps(tasks[0]["annotations"][0])) | {"completed_by": 7}
    other["result"][0]["value"]["labels"] = ["dogs: con"]
    tasks[0]["annotations"].append(other)
    path.write_text(json.dumps(tasks), encoding="utf-8")
    changed, found = import_codes(analysis, path)
    assert changed == analysis
    assert found.conflicts == ["p0:0, dogs: coded differently (ann@example.org pro, annotator 7 con), so it stays pro"]
    chosen, _ = import_codes(analysis, path, coder="annotator 7")
    assert ("p0:0", "dogs", "con") in codes_of(chosen)
    with pytest.raises(SourceError, match=r"there are ann@example\.org, annotator 7"):
        import_codes(analysis, path, coder="Bo")


def test_a_post_of_another_text_is_left_out_and_named(tmp_path):
    analysis = build()
    path = out_and_in(analysis, "doccano", tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("safer", "nicer"), encoding="utf-8")
    changed, found = import_codes(analysis, path)
    assert changed == analysis
    assert [line for line in found.lines() if "post p0: its text was changed" in line]


def test_a_file_of_another_run_is_refused(tmp_path):
    path = out_and_in(build(), "qdpx", tmp_path)
    other = build([Say("eve", [("Other words.", [])])])
    other = type(other)(
        **{**vars(other), "posts": other.posts.assign(post_id=["x"]), "claims": other.claims.assign(post_id=["x"])}
    )
    with pytest.raises(SourceError, match="none of its 6 posts is in this run"):
        import_codes(other, path)


BAD_FILES = {
    "empty.json": (b"", "no coded row|row 1"),
    "torn.json": (b'[{"data": {"text": "a"', "line 1, character"),
    "shape.json": (b'[{"data": {"text": "a"}}]', "task 1: data.post_id is null"),
    "offsets.json": (
        b'[{"data": {"text": "a", "post_id": "p0"}, "annotations": [{"result": [{"type": "labels", "value": '
        b'{"start": "0", "end": 1, "labels": []}}]}]}]',
        'task 1, annotation 1, region 1: value.start is "0"',
    ),
    "unlabelled.json": (b'[{"data": {"text": "a", "post_id": "p0"}}]', "none of its 1 tasks has an annotation"),
    "torn.jsonl": (b'{"text": "a", "post_id": "p0", "label": []}\n{"text": ', "line 2: broken JSON"),
    "pair.jsonl": (b'{"text": "a", "post_id": "p0", "label": [[0, 1]]}', "line 1, label 1"),
    "nolabel.jsonl": (b'{"text": "a", "post_id": "p0"}', "line 1: label is null"),
    "bytes.jsonl": (b'{"text": "\xff"}', "not UTF-8 at byte 10"),
    "deep.json": (b"[" * 100_000, "nested too deeply"),
    "half.qdpx": (b"PK\x03\x04 no archive", "not a .qdpx"),
    "value.csv": (b"claim_id,dogs\r\np0:0,pro\r\np1:0,yes\r\n", "row 3, column dogs: the value is 'yes'"),
    "id.csv": (b"claim_id,dogs\r\n0.5,pro\r\n", "row 2, column claim_id: this run has no claim '0.5'"),
    "twice.csv": (b"claim_id,dogs\r\np0:0,pro\r\np0:0,pro\r\n", "row 3, column claim_id: p0:0 is there twice"),
    "columns.csv": (b"id,dogs\r\np0:0,pro\r\n", "row 1: a coded sheet has a column claim_id"),
    "rows.csv": (b"claim_id,dogs\r\n", "no coded row"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_answered_by_file_and_place(tmp_path, name):
    content, words = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"{name}.*({words})".replace("[", r"\[")):
        import_codes(build(), tmp_path / name)


def project_without(part):
    def change(project, files):
        if part == "text":
            del files[next(name for name in files if name.endswith(".txt"))]
        elif part == "codes":
            project.remove(project.find(f"{NS}CodeBook"))
        elif part == "start":
            next(project.iter(f"{NS}PlainTextSelection")).set("startPosition", "x")
        elif part == "code":
            next(project.iter(f"{NS}CodeRef")).set("targetGUID", "nowhere")
        elif part == "sources":
            project.remove(project.find(f"{NS}Sources"))
        elif part == "root":
            project.tag = "Other"

    return change


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("text", "the archive has no Sources/"),
        ("codes", "has no codes"),
        ("start", "selection .*: startPosition is 'x'"),
        ("code", "names no code"),
        ("sources", "no plain-text source"),
        ("root", "begins with 'Other'"),
    ],
)
def test_a_damaged_project_is_answered_by_its_part(tmp_path, part, words):
    path = changed_project(out_and_in(build(), "qdpx", tmp_path), project_without(part))
    with pytest.raises(SourceError, match=f"codes.qdpx.*{words}"):
        import_codes(build(), path)


def test_a_project_with_entities_is_not_read(tmp_path):
    path = tmp_path / "bomb.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", '<!DOCTYPE p [<!ENTITY a "aaaa">]><Project>&a;</Project>')
    with pytest.raises(SourceError, match="document type"):
        import_codes(build(), path)


def test_a_coded_sheet_is_read_under_its_coders(tmp_path):
    analysis = build()
    (tmp_path / "ann.csv").write_text("claim_id;cars;coder\np0:0;con;\np1:0;;\n", encoding="utf-8-sig")
    changed, found = import_codes(analysis, tmp_path / "ann.csv")
    assert codes_of(changed) - codes_of(analysis) == {("p0:0", "cars", "con")}
    assert codes_of(analysis) <= codes_of(changed)
    assert found.coders == ["ann"]
