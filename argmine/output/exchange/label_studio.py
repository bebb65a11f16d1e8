"""Label Studio: tasks in its JSON form, one a post; the run's coding as predictions, people's as annotations.

Offsets (`value.start`, `value.end`) are code points of `data.text`, the end not included, as Label Studio's
editor counts. The labelling configuration is written beside the tasks: paste it under Settings, Labeling Interface.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from argmine.errors import SourceError
from argmine.output.exchange.coded import Coded, Stretch, need, parse_json, read_text
from argmine.output.exchange.format import Format
from argmine.output.exchange.material import NO_FRAME, guid, label
from argmine.output.exchange.writing import xml_safe
from argmine.output.palette import frame_colour
from argmine.tables import SIDES

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.output.exchange.material import CodedClaim, Material, Post


def _write(material: Material, path: Path) -> None:
    tasks = [_task(material, post) for post in material.posts]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _task(material: Material, post: Post) -> dict[str, Any]:
    claims = material.claims_of.get(post.post_id, [])
    regions = [region for claim in claims for region in _regions(claim)]
    data: dict[str, Any] = {"text": post.text, "post_id": post.post_id, "author": post.author, "url": post.url}
    data |= {"created_at": post.created_at, "parent_id": post.parent_id, "verbatim": post.verbatim}
    return {"data": data, "predictions": [{"model_version": material.coder, "result": regions}]}


def _regions(claim: CodedClaim) -> list[dict[str, Any]]:
    labels = [label(frame, side) for frame, (side, _) in claim.sides.items()] or [NO_FRAME]
    scores: list[float | None] = [sure for _, sure in claim.sides.values()]
    scores = scores or [None]
    return [
        {
            "id": guid("region", f"{claim.claim_id}\0{name}")[:10],
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": claim.start, "end": claim.end, "text": claim.text, "labels": [name]},
            "meta": {"claim_id": [claim.claim_id]},
        }
        | ({"score": score} if score is not None else {})
        for name, score in zip(labels, scores, strict=True)
    ]


def configuration(material: Material) -> str:
    """Return the labelling configuration: one label a frame and side, one for no frame, and the post's text."""
    rows = ["<View>", '  <Labels name="label" toName="text">']
    for order, frame in enumerate(material.analysis.codebook.frame_names):
        for side in SIDES:
            value = quoteattr(xml_safe(label(frame, side)))
            rows.append(f"    <Label value={value} background={quoteattr(frame_colour(order))}/>")
    rows.append(f'    <Label value={quoteattr(NO_FRAME)} background="#999999"/>')
    rows += ["  </Labels>", '  <Header value="$author" size="5"/>', '  <Text name="text" value="$text"/>', "</View>"]
    return "\n".join(rows) + "\n"


def _read(path: Path) -> Coded:
    tasks = need(parse_json(read_text(path), str(path)), list, str(path), "the whole file")
    texts: dict[str, str] = {}
    stretches: list[Stretch] = []
    seen: dict[str, set[str]] = {}
    for number, task in enumerate(tasks, start=1):
        place = f"{path}: task {number}"
        data = need(need(task, dict, place, "the task").get("data"), dict, place, "data")
        post = need(data.get("post_id"), str, place, "data.post_id")
        texts[post] = need(data.get("text"), str, place, "data.text")
        for order, annotation in enumerate(need(task.get("annotations") or [], list, place, "annotations"), start=1):
            here = f"{place}, annotation {order}"
            if need(annotation, dict, here, "the annotation").get("was_cancelled"):
                continue
            coder = _coder(annotation.get("completed_by"))
            seen.setdefault(coder, set()).add(post)
            stretches += _stretches(annotation, post, coder, here)
    if not seen:
        raise SourceError(f"{path}: none of its {len(tasks):,} tasks has an annotation. Label and submit some first.")
    return Coded(str(path), stretches, texts, seen)


def _stretches(annotation: dict[str, Any], post: str, coder: str, place: str) -> list[Stretch]:
    found = []
    for number, region in enumerate(need(annotation.get("result"), list, place, "result"), start=1):
        here = f"{place}, region {number}"
        if need(region, dict, here, "the region").get("type") != "labels":
            continue
        value = need(region.get("value"), dict, here, "value")
        start, end = (need(value.get(name), int, here, f"value.{name}") for name in ("start", "end"))
        for name in need(value.get("labels"), list, here, "value.labels"):
            chosen = None if name == NO_FRAME else str(name)
            found.append(Stretch(here, post, start, end, chosen, coder))
    return found


def _coder(value: Any) -> str:
    """Return the annotator's name: an id, or the address that newer versions export.

    >>> _coder(3), _coder({"id": 3, "email": "ann@example.org"}), _coder(None)
    ('annotator 3', 'ann@example.org', 'unnamed coder')
    """
    if isinstance(value, dict):
        value = value.get("email") or value.get("id")
    return f"annotator {value}" if isinstance(value, int) else str(value or "unnamed coder")


FORMAT = Format(
    name="label-studio",
    title="Label Studio tasks",
    opens_in="Label Studio",
    offsets="code points",
    write=_write,
    read=_read,
    companion=(".config.xml", configuration),
)
