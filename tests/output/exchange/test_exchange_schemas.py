"""Each format as its own documentation asks: REFI-QDA, AIF and SADFace against schemas, the others as they are read."""

import json
import re
import zipfile
from pathlib import Path

import jsonschema
import networkx as nx
import pandas as pd
import pytest
from handmade import THREAD, Say, build
from lxml import etree

from argmine.errors import RunError, SettingsError
from argmine.output.exchange.export import export
from argmine.output.exchange.formats import FORMATS

HERE = Path(__file__).parent
NASTY = (
    *THREAD,
    Say(
        "=cmd()",
        [("=1+1 is\r\nno formula \x0b here", [("dogs", "pro")]), ('{"a": [1]} <b>& "q"</b>', [("cars", "con")])],
    ),
    Say("לאה", [("\u202bכלבים לא שייכים לפארק e\u0301\U0001f415", [("dogs", "con")])], answers=0),
)


@pytest.fixture(scope="module")
def nasty():
    return build(NASTY)


def exported(analysis, name, folder, **options):
    path = folder / f"out.{name}"
    export(analysis, name, path, **options)
    return path


def schema(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def project_of(path):
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("project.qde")), {
            name: archive.read(name) for name in archive.namelist() if name != "project.qde"
        }


def test_a_qdpx_is_valid_against_the_schema(nasty, tmp_path):
    project, sources = project_of(exported(nasty, "qdpx", tmp_path))
    rules = etree.XMLSchema(etree.parse(HERE / "refi_qda_project.xsd"))
    rules.assertValid(project)
    paths = [s.get("plainTextPath") for s in project.iter("{*}TextSource")]
    assert {path.replace("internal://", "Sources/") for path in paths} == set(sources)


def test_the_schema_refuses_what_refi_qda_does(nasty, tmp_path):
    project, _ = project_of(exported(nasty, "qdpx", tmp_path))
    rules = etree.XMLSchema(etree.parse(HERE / "refi_qda_project.xsd"))
    reference = next(project.iter("{*}CodeRef"))
    reference.set("targetGUID", "00000000-0000-0000-0000-000000000000")
    assert not rules.validate(project)
    reference.attrib.clear()
    assert not rules.validate(project)


def test_a_qdpx_has_coder_codes_memos_and_permalinks(nasty, tmp_path):
    project, _ = project_of(exported(nasty, "qdpx", tmp_path))
    assert next(project.iter("{*}User")).get("name") == "argmine: a hand"
    names = [code.get("name") for code in project.iter("{*}Code")]
    assert {"dogs", "dogs: pro", "dogs: unclear", "groups", "group g1: Dogs make a park safer"} <= set(names)
    assert "selection without a coding" in next(project.iter("{*}Note")).findtext("{*}PlainTextContent")
    described = [d.text for d in project.iter("{*}Description")]
    assert any("permalink: https://example.org/2" in text for text in described)


def test_xaif_is_valid_and_its_nodes_are_linked_as_aif_allows(nasty, tmp_path):
    document = json.loads(exported(nasty, "xaif", tmp_path).read_text(encoding="utf-8"))
    jsonschema.validate(document, schema("aif.schema.json"))
    kinds = {node["nodeID"]: node["type"] for node in document["AIF"]["nodes"]}
    links = {(kinds[edge["fromID"]], kinds[edge["toID"]]) for edge in document["AIF"]["edges"]}
    assert links == {
        ("L", "YA"),
        ("YA", "I"),
        ("I", "RA"),
        ("RA", "I"),
        ("I", "CA"),
        ("CA", "I"),
        ("L", "TA"),
        ("TA", "L"),
    }
    people = {person["participantID"] for person in document["AIF"]["participants"]}
    assert {locution["personID"] for locution in document["AIF"]["locutions"]} == people
    assert "<b>&" not in document["text"]["txt"].replace("<b>", "", 1)


def test_sadface_is_valid_and_atoms_are_never_joined_directly(nasty, tmp_path):
    document = json.loads(exported(nasty, "sadface", tmp_path).read_text(encoding="utf-8"))
    jsonschema.validate(document, schema("sadface.schema.json"))
    kinds = {node["id"]: node["type"] for node in document["nodes"]}
    assert document["edges"]
    for edge in document["edges"]:
        assert {kinds[edge["source_id"]], kinds[edge["target_id"]]} == {"atom", "scheme"}


def test_every_format_that_has_offsets_says_where_each_claim_is(nasty, tmp_path):
    texts = dict(zip(nasty.posts["post_id"], nasty.posts["text"], strict=True))
    claims = {row.claim_id: row for row in nasty.claims.itertuples()}
    xaif = json.loads(exported(nasty, "xaif", tmp_path).read_text(encoding="utf-8"))
    nodes = {node["nodeID"]: node["text"] for node in xaif["AIF"]["nodes"]}
    for found in xaif["argmine"]["locators"]:
        assert texts[found["post_id"]][found["start"] : found["end"]] == nodes[found["nodeID"]]
    sadface = json.loads(exported(nasty, "sadface", tmp_path).read_text(encoding="utf-8"))
    resources = {resource["id"]: resource["content"] for resource in sadface["resources"]}
    sources = [source for node in sadface["nodes"] for source in node.get("sources", [])]
    for source in sources:
        at = source["offset"]
        assert resources[source["resource_id"]][at : at + source["length"]] == source["text"]
    argdown = exported(nasty, "argdown", tmp_path).read_text(encoding="utf-8")
    data = [json.loads(f"{{{inside}}}") for inside in re.findall(r"\{(\"claim_id.*)\}$", argdown, re.MULTILINE)]
    assert len(data) == len(nasty.stances)
    for found in data:
        claim = claims[found["claim_id"]]
        assert (found["start"], found["end"], found["post_id"]) == (claim.start, claim.end, claim.post_id)
    assert len(sources) == len(xaif["argmine"]["locators"]) == len(nasty.claims) - 2


def test_argdown_escapes_its_own_signs(nasty, tmp_path):
    text = exported(nasty, "argdown", tmp_path).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if '\\{"a"' in line)
    assert line.startswith("  - [cars ")
    assert '\\{"a": \\[1\\]\\} \\<b\\>& "q"\\<\\/b\\>' in line


def test_graphml_holds_replies_stances_and_agreement(tmp_path):
    says = (
        Say("ada", [("Dogs make a park safer.", [("dogs", "pro")])]),
        Say("bo", [("Dogs scare my children.", [("dogs", "con")])], answers=0, url="https://example.org/2"),
        Say("cy", [("Dogs are good.", [("dogs", "pro"), ("cars", "unclear")])], answers=1),
        Say(None, [("Dogs are bad.", [("dogs", "con")])], answers=1),
    )
    graph = nx.read_graphml(exported(build(says), "graphml", tmp_path))
    edges = list(graph.edges(data=True))
    replies = {(a, b): d for a, b, d in edges if d["kind"] == "reply"}
    assert set(replies) == {("author: bo", "author: ada"), ("author: cy", "author: bo"), ("post: p3", "author: bo")}
    assert replies["author: bo", "author: ada"]["claims"] == "p1:0:0-23"
    assert replies["author: bo", "author: ada"]["url"] == "https://example.org/2"
    agree = {(a, b): d["weight"] for a, b, d in edges if d["kind"] == "agreement"}
    assert agree["author: ada", "author: bo"] == -1
    assert agree["author: ada", "author: cy"] == 1
    assert agree["author: bo", "post: p3"] == 1
    stances = [(a, b, d["n_pro"], d["n_con"]) for a, b, d in edges if d["kind"] == "stance" and d["weight"]]
    assert ("author: cy", "frame: dogs", 1, 0) in stances


def test_flat_files_hold_the_same_rows(nasty, tmp_path):
    csv_rows = pd.read_csv(exported(nasty, "csv", tmp_path), dtype=str, keep_default_na=False)
    parquet = pd.read_parquet(exported(nasty, "parquet", tmp_path))
    lines = [json.loads(line) for line in exported(nasty, "jsonl", tmp_path).read_text("utf-8").split("\n") if line]
    xlsx = pd.read_excel(exported(nasty, "xlsx", tmp_path), sheet_name="claims")
    ids = nasty.claims["claim_id"].tolist()
    assert csv_rows["claim_id"].tolist() == parquet["claim_id"].tolist() == xlsx["claim_id"].tolist() == ids
    assert [line["text"] for line in lines] == parquet["text"].tolist() == nasty.claims["text"].tolist()
    for table in (parquet, xlsx):
        assert table["start"].tolist() == nasty.claims["start"].tolist()
        assert table["dogs"].fillna("").tolist() == csv_rows["dogs"].tolist()
    assert csv_rows["dogs"].tolist()[:2] == ["pro", ""]


def test_no_cell_of_a_spreadsheet_is_a_formula_and_a_changed_text_says_so(nasty, tmp_path):
    from openpyxl import load_workbook

    raw = exported(nasty, "csv", tmp_path).read_text("utf-8-sig")
    assert "'=1+1 is" in raw
    assert "'=cmd()" in raw
    book = load_workbook(exported(nasty, "xlsx", tmp_path))
    cells = [cell for row in book["claims"].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [v.sqref for v in book["claims"].data_validations.dataValidation]
    rows = pd.read_excel(tmp_path / "out.xlsx", sheet_name="claims").set_index("claim_id")
    assert rows.loc["p7:0", "verbatim"] == "no"
    assert rows.loc["p0:0", "verbatim"] == "yes"


def test_label_studio_tasks_name_labels_of_the_configuration(nasty, tmp_path):
    tasks = json.loads(exported(nasty, "label-studio", tmp_path).read_text(encoding="utf-8"))
    config = etree.fromstring((tmp_path / "out.label-studio.config.xml").read_bytes())
    labels = {label.get("value") for label in config.iter("Label")}
    regions = [region for task in tasks for region in task["predictions"][0]["result"]]
    assert {name for region in regions for name in region["value"]["labels"]} <= labels
    assert {r["from_name"] for r in regions} == {config.find("Labels").get("name")}
    assert {r["to_name"] for r in regions} == {config.find("Text").get("name")}
    for task in tasks:
        for region in task["predictions"][0]["result"]:
            value = region["value"]
            assert task["data"]["text"][value["start"] : value["end"]] == value["text"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_bytes(nasty, tmp_path, name):
    if name == "xlsx":  # a workbook carries the time of its making
        return
    first = exported(nasty, name, tmp_path).read_bytes()
    assert exported(nasty, name, tmp_path).read_bytes() == first


@pytest.mark.parametrize("name", FORMATS)
def test_a_thread_without_claims_is_exported_too(tmp_path, name):
    assert exported(build([Say(None, [], status="deleted")], groups=False), name, tmp_path).is_file()


def test_a_failed_export_leaves_no_file(nasty, tmp_path):
    (tmp_path / "folder").mkdir()
    for path, error in ((tmp_path / "folder", RunError), (tmp_path / "no" / "x.csv", RunError)):
        with pytest.raises(error, match=re.escape(str(path))):
            export(nasty, "csv", path)
    with pytest.raises(SettingsError, match="choose one of csv, parquet"):
        export(nasty, "docx", tmp_path / "x")
    with pytest.raises(SettingsError, match="which qdpx cannot hold"):
        export(nasty, "qdpx", tmp_path / "x", privacy="aggregate")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
