"""Broken copies of files: cut, doubled, spliced, with odd bytes, values and markup. The same seed, the same copy."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from argmine.read.payload import ZSTANDARD

_WITHIN = 0.8
"""Share of the copies of an archive that are broken inside it."""
_TAG = re.compile(rb"<[^<>]{1,300}>")
_VALUE = re.compile(rb'"(?:[^"\\]|\\.){0,200}"|-?\d+(?:\.\d+)?|true|false|null')
_TOKENS = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\udfff", b"&#xD800;", b"&#0;", b"&amp;amp;", b"&", b"<", b">",
    b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\n", b"\r", b"\xe2\x80\xa8", b"NaN", b"Infinity", b"-1",
    b"1e400", b"9" * 30, b"9" * 5_000, b"null", b'""', b"[]", b"{}", b"[" * 2_000, b'{"a":' * 2_000, b"<div>" * 300,
    b"<!--", b"-->", b"]]>", b"<script>", b"</body>", b"<table>", b"<blockquote>", b"<pre>", b"```\n", b"    ", b"> ",
    b"(post deleted by author)", b"[deleted]", b"http://[::1", b"https://example.org/" + b"a" * 3_000,
    b"\xf0\x9f\x98\x80", b"e" + b"\xcc\x81" * 50,
)  # fmt: skip
_DEEP: list[Any] = []
for _ in range(200):
    _DEEP = [_DEEP]
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, 10**400, 1e308, float("nan"), float("inf"), "", " ", "x", "[deleted]",
    "\x00", "&lt;p&gt;", "<p>a<blockquote>b", "0.1.2.3", "..", "9" * 400, "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00Z", "http://[", "https://example.org/\ufffe", "t1_a", "\ud800", [], {}, [None], [[]], [{}],
    {"": None}, {"id": []}, [1, "a", None, {}], {"a": {"b": []}}, _DEEP,
)  # fmt: skip


def mutant(samples: Sequence[bytes], others: Sequence[bytes], seed: str) -> bytes:
    """Return a broken copy of one of the samples; `others` lend pieces. It depends on the arguments alone."""
    rng = random.Random(seed)  # noqa: S311 - chance that must come again, not secrets
    data = rng.choice(samples)
    if data.startswith(ZSTANDARD) and rng.random() < _WITHIN:
        return _within_archive(data, others, rng)
    return _broken(data, others, rng)


def _within_archive(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Return an archive whose content is broken; one that is broken itself shows little of its reader."""
    import zstandard

    content = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    return zstandard.ZstdCompressor(level=1).compress(_broken(content, others, rng))


def _broken(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    for _ in range(1 + min(int(rng.expovariate(0.7)), 6)):
        data = rng.choice(_WAYS)(data, others, rng)
    return data


def _span(data: bytes, rng: random.Random, longest: int = 400) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(1 / 20)) % longest + 1)


def _cut_short(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _leave_out(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.randrange(1, 20) + data[end:]


def _overwrite(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _span(data, rng, 8)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def _insert(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_TOKENS) + data[at:]


def _splice(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    other = rng.choice(others)
    start, end = _span(other, rng, 2_000)
    at, to = _span(data, rng)
    return data[:at] + other[start:end] + data[to:]


def _odd_token(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Replace one value of a JSON text, where it stands, with another of its values or an odd token."""
    found = [match.span() for match in _VALUE.finditer(data)]
    if not found:
        return _insert(data, others, rng)
    start, end = rng.choice(found)
    at, to = rng.choice(found)
    return data[:start] + (data[at:to] if rng.random() < 0.5 else rng.choice(_TOKENS)) + data[end:]


def _odd_tag(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Leave out a tag of a page, or put one elsewhere."""
    found = [match.span() for match in _TAG.finditer(data)]
    if not found:
        return _overwrite(data, others, rng)
    start, end = rng.choice(found)
    if rng.random() < 0.5:
        return data[:start] + data[end:]
    at, _ = rng.choice(found)
    return data[:at] + data[start:end] * rng.choice((1, 1, 1, 50)) + data[at:]


def _odd_value(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Replace, leave out or rename a value anywhere in a JSON file, or in one of its lines."""
    lines = data.split(b"\n")
    row = rng.randrange(len(lines))
    for text, put in ((data, None), (lines[row], row)):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, (dict, list)) and value:
            _change(value, rng)
            changed = json.dumps(value).encode()
            return changed if put is None else b"\n".join([*lines[:put], changed, *lines[put + 1 :]])
    return _odd_token(data, others, rng)


def _change(value: Any, rng: random.Random) -> None:
    """Change one place in a JSON value, deeper places as likely as those above."""
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        here = waiting.pop()
        for key in here if isinstance(here, dict) else range(len(here)):
            places.append((here, key))
            if isinstance(here[key], (dict, list)):
                waiting.append(here[key])
    holder, key = rng.choice(places)
    what = rng.random()
    if what < 0.2:
        del holder[key]
    elif what < 0.4:
        other, name = rng.choice(places)
        # A copy of it, lest a value should come to hold itself.
        holder[key] = json.loads(json.dumps(other[name])) if name in other or isinstance(other, list) else None
    elif what < 0.5 and isinstance(holder, dict):
        holder[f"{key}_"] = holder.pop(key)
    else:
        holder[key] = rng.choice(_VALUES)


_Way = Callable[[bytes, Sequence[bytes], random.Random], bytes]
_WAYS: tuple[_Way, ...] = (
    _cut_short, _leave_out, _repeat, _overwrite, _insert, _splice,
    _odd_token, _odd_token, _odd_tag, _odd_tag, _odd_value, _odd_value, _odd_value,
)  # fmt: skip
