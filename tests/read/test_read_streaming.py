"""Archives as streams: every kind that is read, what is set aside, and memory that does not grow."""

import gzip
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet
import pytest
import zstandard

from argmine.errors import SourceError
from argmine.read.streaming import Record, Rejected, expand, size_of, stream

COMMENT = {
    "id": "c1",
    "body": "A &gt; B",
    "link_id": "t3_t1",
    "parent_id": "t3_t1",
    "subreddit": "law",
    "created_utc": "1",
}
SUBMISSION = {"id": "t1", "title": "Ban it?", "selftext": "", "is_self": True, "subreddit": "law", "num_comments": 1}
UTTERANCE = {
    "id": "u1",
    "text": "So.",
    "speaker": "ann",
    "reply-to": None,
    "conversation_id": "u1",
    "meta": {"subreddit": "x"},
}
ITEM = {"id": 8, "by": "ann", "text": "So<p>it is.", "parent": 7, "type": "comment", "time": 1700000000}
ROW = {"comment": "So it is.", "comment_id": "r1", "thread_id": "t9", "user": "ann"}


def written(path, rows):
    data = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows).encode()
    if path.suffix == ".zst":
        packer = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters.from_level(3, window_log=31, enable_ldm=True)
        )
        data = packer.compress(data)
    elif path.suffix == ".gz":
        data = gzip.compress(data)
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("ending", [".ndjson", ".jsonl.gz", ".zst"])
@pytest.mark.parametrize(
    ("row", "post", "thread", "text", "forum"),
    [
        (COMMENT, "c1", "t1", "A > B", "law"),
        (SUBMISSION, "t1", "t1", "Ban it?", "law"),
        (UTTERANCE, "u1", "u1", "So.", "x"),
        (ITEM, "8", None, "So\n\nit is.", None),
        (ROW, "r1", "t9", "So it is.", None),
    ],
)
def test_every_kind_is_read(tmp_path, ending, row, post, thread, text, forum):
    (found,) = stream(written(tmp_path / f"archive{ending}", [row]))
    assert isinstance(found, Record)
    assert (found.draft.post_id, found.draft.thread_id, found.draft.text, found.forum) == (post, thread, text, forum)


def test_parquet_is_read_batch_by_batch(tmp_path):
    table = pa.Table.from_pylist([ROW | {"comment_id": f"r{number}"} for number in range(5_000)])
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    assert [record.draft.post_id for record in stream(str(tmp_path / "rows.parquet"))][4_999] == "r4999"


def test_a_title_stands_beside_its_post(tmp_path):
    first, second = stream(written(tmp_path / "a.ndjson", [SUBMISSION, COMMENT]))
    assert (first.title, second.title) == ("Ban it?", None)
    assert first.draft.opening


def test_what_is_no_record_is_handed_on_with_its_place(tmp_path):
    found = list(stream(written(tmp_path / "a.ndjson", [COMMENT, "{", COMMENT | {"id": "c2"}, "7", {"a": 1}])))
    assert [type(item) for item in found] == [Record, Rejected, Record, Rejected, Rejected]
    assert [item.number for item in found] == [1, 2, 3, 4, 5]
    assert found[1].text == "{"


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(n):
        source = written(tmp_path / f"{n}.zst", [COMMENT | {"id": f"c{number}"} for number in range(n)])
        tracemalloc.start()
        assert sum(1 for _ in stream(source)) == n
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(6_000) < 1.3 * peak(1_500)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.ndjson", b"", "is empty"),
        ("a.zst", b"\x28\xb5\x2f\xfd\x00rest", "archive cannot be read"),
        ("a.gz", b"\x1f\x8bno", "cannot be read"),
        ("a.parquet", b"PAR1 and no more", "not a readable Parquet file"),
        ("a.txt", b"plain words\nand more of them\n", "no archive"),
        ("a.ndjson", b'{"n": 1}\n{"n": 2}\n', "no column looks like the text"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=message):
        list(stream(str(tmp_path / name)))


def test_a_folder_stands_for_its_files(tmp_path):
    for name in ("b.ndjson", "a.zst", "notes.md"):
        written(tmp_path / name, [COMMENT])
    assert [path.rsplit("/", 1)[1] for path in expand(str(tmp_path))] == ["a.zst", "b.ndjson"]
    with pytest.raises(SourceError, match="no such file or folder"):
        expand(str(tmp_path / "none"))
    with pytest.raises(SourceError, match="not read from a web address"):
        expand("https://example.org/a.zst")


def test_an_fsspec_address_is_read():
    import fsspec

    with fsspec.open("memory://dump/a.ndjson", "wb") as file:
        file.write(json.dumps(COMMENT).encode())
    (found,) = stream("memory://dump/a.ndjson")
    assert found.draft.post_id == "c1"
    assert size_of("memory://dump/a.ndjson") > 50
