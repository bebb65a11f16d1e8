"""doccano: JSON lines for a sequence-labelling project, one a post, with `label` as [start, end, name].

doccano counts UTF-16 code units, as JavaScript does, so offsets are turned into those and back (leave "Count grapheme
clusters as one character" off, and "Allow overlapping entities" on). The further keys come back as they went in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from argmine.errors import SourceError
from argmine.output.exchange.coded import Coded, Stretch, need, parse_json, read_text
from argmine.output.exchange.format import Format
from argmine.output.exchange.material import NO_FRAME, label
from argmine.output.exchange.units import UTF16, to_unit

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.output.exchange.material import Material, Post

_CODER = "doccano"


def _write(material: Material, path: Path) -> None:
    with path.open("w", newline="\n", encoding="utf-8") as lines:
        for post in material.posts:
            lines.write(json.dumps(_line(material, post), ensure_ascii=False) + "\n")


def _line(material: Material, post: Post) -> dict[str, Any]:
    labels, places = [], []
    for claim in material.claims_of.get(post.post_id, []):
        start, end = to_unit(post.text, [claim.start, claim.end], UTF16)
        names = [label(frame, side) for frame, (side, _) in claim.sides.items()] or [NO_FRAME]
        labels += [[start, end, name] for name in names]
        places.append(f"{claim.claim_id} {claim.start} {claim.end}")
    return {
        "text": post.text,
        "label": labels,
        "post_id": post.post_id,
        "author": post.author or "",
        "url": post.url or "",
        "created_at": post.created_at or "",
        "parent_id": post.parent_id or "",
        "verbatim": "yes" if post.verbatim else "no",
        "claims_in_code_points": "; ".join(places),
    }


def _read(path: Path) -> Coded:
    texts: dict[str, str] = {}
    stretches: list[Stretch] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}: line {number}"
        row = need(parse_json(line, place), dict, place, "the line")
        post = need(row.get("post_id", row.get("meta", {}).get("post_id")), str, place, "post_id")
        if post in texts:
            raise SourceError(f"{place}: the post {post} is there twice. Export the project of one coder.")
        texts[post] = need(row.get("text", row.get("data")), str, place, "text")
        for order, entry in enumerate(_entries(row, place), start=1):
            stretches.append(_stretch(entry, post, f"{place}, label {order}"))
    if not texts:
        raise SourceError(f"{path}: no line holds a post. Export the project again, as JSONL.")
    return Coded(str(path), stretches, texts, {_CODER: set(texts)}, UTF16)


def _entries(row: dict[str, Any], place: str) -> list[Any]:
    """Return the labels, from the plain form or from that of a project with relations."""
    found = row.get("label", row.get("labels", row.get("entities")))
    return list(need(found, list, place, "label"))


def _stretch(entry: Any, post: str, place: str) -> Stretch:
    if isinstance(entry, dict):
        entry = [entry.get("start_offset"), entry.get("end_offset"), entry.get("label")]
    if len(need(entry, list, place, "the label")) != 3:
        raise SourceError(f"{place}: {entry} is not [start, end, name]. Export the project again, as JSONL.")
    start, end = (need(value, int, place, "an offset") for value in entry[:2])
    name = need(entry[2], str, place, "the name")
    return Stretch(place, post, start, end, None if name == NO_FRAME else name, _CODER)


FORMAT = Format(
    name="doccano",
    title="doccano sequence labelling, JSONL",
    opens_in="doccano",
    offsets="UTF-16 code units; code points in claims_in_code_points",
    write=_write,
    read=_read,
)
