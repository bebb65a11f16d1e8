"""Codebooks: the built-in one, one of your own, and the file and line of each mistake."""

import pytest

from argmine.codebook import Codebook, load_codebook
from argmine.errors import CodebookError

SMALL = """\
name: housing
frames:
  rent_cap:
    proposition: Cities should cap rents.
    examples:
      pro: [Rents must be capped now.]
      con: [A cap makes flats scarce.]
background: [I moved last year.]
"""

MISTAKES = [
    ("", 1, "empty"),
    ("name: x\n", 1, "`frames` is missing"),
    ("frames: [a, b]\n", 1, "`key: value`"),
    ("frames: {}\n", 1, "no frame"),
    ("frames:\n  a:\n    proposition: P.\n    exampels: {}\n", 4, "unknown key 'exampels'"),
    ("frames:\n  a:\n    title: T\n", 3, "no `proposition`"),
    ("frames:\n  a:\n    proposition: P.\n    examples:\n      for: [x]\n", 5, "the side 'for'"),
    ("frames:\n  a:\n    proposition: P.\n    examples:\n      pro: x\n", 5, "should be a list"),
    ("frames:\n  a:\n    proposition: P.\n    threshold: much\n", 4, "from 0 to 1"),
    ("frames:\n  a:\n    proposition: P.\n  a:\n    proposition: Q.\n", 4, "twice"),
    ("frames:\n  a: {proposition: P.\n", 3, "not valid YAML"),
    ("frames:\n  a:\n    proposition: [P]\n", 3, "should be one text"),
]


def test_the_built_in_codebook_has_the_four_frames():
    codebook = load_codebook()
    assert codebook.frame_names == ["fair_use", "hypocrisy", "national_security", "open_weights"]
    for frame in codebook.frames:
        assert all(frame.examples[side] for side in ("pro", "con", "neutral"))


def test_a_codebook_survives_the_manifest():
    codebook = load_codebook()
    assert Codebook.from_dict(codebook.as_dict()) == codebook


def test_a_small_codebook_is_enough(tmp_path):
    path = tmp_path / "housing.yaml"
    path.write_text(SMALL, encoding="utf-8")
    codebook = load_codebook(path)
    assert codebook.frames[0].title == "Rent cap"
    assert codebook.frames[0].examples == {"pro": ("Rents must be capped now.",), "con": ("A cap makes flats scarce.",)}
    assert codebook.background == ("I moved last year.",)


def test_layout_does_not_change_the_hash(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(SMALL, encoding="utf-8")
    spaced = tmp_path / "b.yaml"
    spaced.write_text("# a comment\n\n" + SMALL, encoding="utf-8")
    assert load_codebook(path).sha256 == load_codebook(spaced).sha256


@pytest.mark.parametrize(("text", "line", "complaint"), MISTAKES)
def test_a_mistake_is_named_with_its_line(tmp_path, text, line, complaint):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError) as error:
        load_codebook(path)
    assert f"mine.yaml, line {line}:" in str(error.value)
    assert complaint in str(error.value)


def test_a_missing_file_and_a_wrong_encoding_are_said(tmp_path):
    with pytest.raises(CodebookError, match="no such codebook"):
        load_codebook(tmp_path / "none.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: café".encode("latin-1"))
    with pytest.raises(CodebookError, match="not UTF-8 at byte 9"):
        load_codebook(path)


def test_an_unknown_frame_is_said():
    with pytest.raises(CodebookError, match="no frame 'x'"):
        load_codebook().frame("x")
