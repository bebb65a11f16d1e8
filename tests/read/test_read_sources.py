"""Plain text, encodings, and what cannot be read."""

import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from argmine.errors import ArgmineError, SourceError
from argmine.read import FORMATS, Coverage, read
from argmine.settings import Settings

QUICK = hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def test_plain_text_is_a_post_a_paragraph(write):
    text = "> Quoted.\n\nNo, it is not.\u2028Still the same.\r\n   \n[1] https://example.org/a\f\nשלום \x00 e\u0301\n"
    discussion = read(write(text))
    posts = discussion.posts
    assert discussion.format == "text"
    assert list(posts["post_id"]) == ["p1", "p2", "p3", "p4"]
    assert posts["text"][1] == "No, it is not.\u2028Still the same."
    assert posts["text"][3] == "שלום \x00 e\u0301"
    assert posts["author"].isna().all()
    assert posts["parent_id"].isna().all()
    assert discussion.coverage.line() == "read 4 paragraphs"
    assert "authors" in discussion.coverage.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "[1] https://example.org/a\nA reference first.",
        "[deleted]\nA placeholder first.",
        "{sigh} not again\nBraces first.",
        '["Quoted"] he said.\nNo.',
        "Well, I agree\nNo, I do not",
        "Yes; but why.\nNo; because not.",
        "Text, in a first line.\nText, in a second line.",
        "<3 this\nAn angle first.",
        "comments",
        "12345",
    ],
)
def test_prose_that_only_looks_like_data_is_prose(text, write):
    assert read(write(text, "thread.csv")).format == "text"


@pytest.mark.parametrize(
    ("name", "content", "format_name"),
    [
        ("thread.txt", "id,text\n1,Hello.\n", "csv"),
        ("thread.json", "id\ttext\n1\tHello.\n", "csv"),
        ("thread.csv", '{"text": "Hello."}\n{"text": "Bye."}\n', "jsonl"),
        ("thread", '{"text": "Hello."}', "jsonl"),
        ("thread.txt", '[{"body": "Hello."}]', "json"),
        ("thread.csv", "Hello.\nBye.\n", "text"),
        ("thread.json", "comment\nHello there.\nBye.\n", "csv"),
    ],
)
def test_the_content_decides_and_not_the_name(name, content, format_name, write):
    assert read(write(content, name)).format == format_name


def test_a_named_format_decides(write):
    path = write("id,text\n1,Hello.\n")
    assert read(path, format="text").format == "text"
    with pytest.raises(SourceError, match=r"no format 'excel'; choose one of parquet, .*hn_item"):
        read(path, format="excel")


PROSE = "Schön, daß die Größe für Menschen in Köln und Zürich überall gleich ist. Naïve Café-Gäste müssen es hören.\n"


@pytest.mark.parametrize(
    ("data", "note", "replaced"),
    [
        (PROSE.encode(), None, 0),
        (b"\xef\xbb\xbf" + PROSE.encode(), None, 0),
        (b"\xff\xfe" + PROSE.encode("utf-16-le"), "read as utf-16-le", 0),
        (b"\xfe\xff" + PROSE.encode("utf-16-be"), "read as utf-16-be", 0),
        (PROSE.encode("cp1252"), "byte 0xf6 at position 3): read as cp1252", 0),
    ],
)
def test_encodings(data, note, replaced, write):
    discussion = read(write(data))
    assert discussion.posts["text"][0] == PROSE.rstrip("\n")
    assert discussion.coverage.replaced_characters == replaced
    assert any(note in line for line in discussion.coverage.notes) if note else len(discussion.coverage.notes) == 1


def test_a_broken_byte_in_utf_8_is_replaced_and_counted(write):
    discussion = read(write(PROSE.encode() * 3 + b"A broken \xff byte.\n"))
    assert discussion.posts["text"][3] == "A broken \ufffd byte."
    assert discussion.coverage.replaced_characters == 1


BAD = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\n", "the file is empty"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "this is a PNG image"),
    "gzip": (gzip.compress(b"words"), "this is a gzip archive"),
    "zeros": (bytes(5000), "this is a binary file"),
    "program": (bytes(range(256)) * 20, r"not UTF-8 \(byte 0x80 at position 128\)|binary"),
    "page": (b"\n<!DOCTYPE html><html><body>Hi</body></html>", "this page is an empty shell"),
    "number": (b'{"a": 1}', "JSON of no known shape: at the top stands an object with the names a"),
    "no rows": (b"[]", "JSON of no known shape: at the top stands an empty array"),
    "arrays": (b"[[1, 2], [3]]", "at the top stands an array of 2 arrays"),
    "strings": (b'["a", "b"]', "at the top stands an array of 2 strings"),
    "cut short": (b'{"id": 1, "children": [{"text": "wor', "the JSON is broken .* cut short"),
    "cut lines": (b'{"text": "a"}\n{"text": "b', "line 2 is not JSON"),
    "mixed lines": (b'{"text": "a"}\n[1]\n', "line 2 holds an array of 1 number"),
    "header only": (b"id,text\n", "but no rows"),
    "no text": (b'[{"text": ""}, {"text": "[deleted]"}]', r"no text at all \(2 rows"),
    "parquet cut short": (b"PAR1" + bytes(20), "not a readable Parquet file"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_said_in_one_sentence(content, message, write):
    with pytest.raises(SourceError, match=message) as caught:
        read(write(content))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith((".", "…"))


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        read(tmp_path / "nothing.txt")
    with pytest.raises(SourceError, match="this is a folder"):
        read(str(tmp_path))
    with pytest.raises(SourceError, match="cannot be read"):
        read("a\x00b")
    with pytest.raises(SourceError, match="cannot be read"):
        read("x" * 5000)


def test_a_line_of_a_megabyte_and_hostile_cells(write):
    words = "argument " * 120_000
    hostile = "<script>alert(1)</script> =HYPERLINK(1) javascript:alert(1)"
    discussion = read(write(f"{words}\n{hostile}\n"))
    assert list(discussion.posts["text"]) == [words, hostile]


def test_the_hash_is_of_the_bytes(write):
    import hashlib

    assert read(write("Words.")).sha256 == hashlib.sha256(b"Words.").hexdigest()


@given(st.binary(max_size=300))
@QUICK
def test_any_bytes_give_a_discussion_or_a_sentence(write, data):
    try:
        read(write(data))
    except ArgmineError as error:
        assert str(error)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "children", "author", "text", "created_at_i", "story_id", "type", "parent", "time", "by", "x"]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=25,
)


@given(JSON_VALUES)
@QUICK
def test_any_json_gives_a_discussion_or_a_sentence(write, value):
    try:
        read(write(json.dumps(value)))
    except ArgmineError as error:
        assert str(error)


def test_coverage_says_what_counts_and_no_more():
    assert Coverage(read=1200, unit="rows").line() == "read 1,200 rows"
    coverage = Coverage(claimed=5, read=4, stubs=1, self_replies=1, cycles=2, pages_read=1, pages=3)
    assert coverage.line() == (
        "read 4 of 5 comments · 1 stub not loaded · 1 answers itself · 2 reply cycles cut · 1 of 3 pages"
    )
    assert replace(coverage, notes=("x",)).as_dict()["notes"] == ["x"]


def test_every_format_says_what_it_gives_and_lacks():
    assert all(
        name == format_.name and format_.title and format_.gives and format_.lacks for name, format_ in FORMATS.items()
    )


def test_progress_ends_at_the_number_of_posts(write):
    seen = []
    read(write("One.\nTwo.\n"), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)


def test_offline_refuses_an_address():
    with pytest.raises(SourceError, match="offline is set"):
        read("https://news.ycombinator.com/item?id=1", Settings(offline=True))
    with pytest.raises(SourceError, match=r"https://news.ycombinator.com/item\?id=1: .*offline is set"):
        read("1", Settings(offline=True))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_json_in_any_encoding_with_a_mark(encoding, write):
    discussion = read(write('[{"text": "Schön."}]'.encode(encoding)))
    assert (discussion.format, discussion.posts["text"][0]) == ("json", "Schön.")
