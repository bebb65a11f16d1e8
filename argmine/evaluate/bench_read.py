"""Speed of reading a file, beside the plainest way to take in the same bytes with the library that is made for it."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable
from pathlib import Path

from argmine.evaluate.extras import require
from argmine.read import read
from argmine.read.payload import ZSTANDARD

Baseline = tuple[str, Callable[[], object]]


def run(path: Path, repeats: int = 5) -> str:
    """Return the seconds of the processor's time that reading a file takes, those of its baseline, and their ratio.

    Both are measured in this process, in turn, and the least of the repeats counts. Raise SourceError for a file that
    cannot be read.
    """
    discussion = read(path)
    name, baseline = baseline_of(path, discussion.format)
    ours, theirs = least_seconds([lambda: read(path), baseline], repeats)
    return "\n".join(
        [
            f"{path}: {discussion.format}, {len(discussion.posts):,} posts, {path.stat().st_size:,} bytes",
            f"{name:<34}{theirs * 1e3:>10,.1f} ms",
            f"{'argmine':<34}{ours * 1e3:>10,.1f} ms, {ours / theirs:.1f} times the baseline",
        ]
    )


def baseline_of(path: Path, format_name: str) -> Baseline:
    """Return the name and the work of the baseline for a file that was read as a format."""
    data = path.read_bytes()
    if data.startswith(ZSTANDARD):
        return "zstandard, decompressing alone", lambda: _decompress(data)
    if format_name == "parquet":
        import pyarrow.parquet

        return "pyarrow, to Python values", lambda: pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    if format_name == "csv":
        return "csv.reader", lambda: list(csv.reader(io.StringIO(data.decode("utf-8", errors="replace"))))
    if data.lstrip()[:1] == b"<":
        lxml_html = require("lxml.html", "lxml")
        return "lxml.html, the tree alone", lambda: lxml_html.fromstring(data)
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            json.loads(data)
        except ValueError:
            return "json.loads, line by line", lambda: [json.loads(line) for line in data.splitlines() if line.strip()]
        return "json.loads", lambda: json.loads(data)
    return "decoding as UTF-8", lambda: data.decode("utf-8", errors="replace")


def least_seconds(works: list[Callable[[], object]], repeats: int) -> list[float]:
    """Return the least of the processor's seconds that each work took, over that many turns."""
    least = [float("inf")] * len(works)
    for _ in range(repeats):
        for at, work in enumerate(works):
            begun = time.process_time()
            work()
            least[at] = min(least[at], time.process_time() - begun)
    return least


def _decompress(data: bytes) -> None:
    import zstandard

    archive = zstandard.ZstdDecompressor(max_window_size=2**31)
    with archive.stream_reader(io.BytesIO(data), read_across_frames=True) as stream:
        while stream.read(2**20):
            pass
