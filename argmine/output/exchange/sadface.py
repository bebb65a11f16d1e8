"""SADFace: atoms for propositions and claims, joined by `support` and `conflict` schemes; posts as resources.

An atom's source names the resource (the post's verbatim text), the claim's text, its offset and its length, in code
points. Atoms are never joined directly (SADFace's rule); a claim coded neutral or unclear, or that speaks to no frame,
is an atom without an edge.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from argmine.output.exchange.format import Format
from argmine.output.exchange.material import guid

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.output.exchange.material import CodedClaim, Material, Post

SCHEMES = {"pro": "support", "con": "conflict"}


def _document(material: Material) -> dict[str, Any]:
    frames = material.analysis.codebook.frames
    nodes = [_atom(guid("frame", f.name), f.proposition, [], {"frame": f.name, "title": f.title}) for f in frames]
    edges: list[dict[str, str]] = []
    for claim in material.own_claims:
        nodes.append(_atom(guid("claim", claim.claim_id), claim.text, [_source(claim)], _about(claim)))
        for frame, (side, _) in claim.sides.items():
            if side not in SCHEMES:
                continue
            scheme = guid("scheme", f"{claim.claim_id}\0{frame}")
            nodes.append({"id": scheme, "type": "scheme", "name": SCHEMES[side], "metadata": {}})
            edges.append(_edge(guid("claim", claim.claim_id), scheme))
            edges.append(_edge(scheme, guid("frame", frame)))
    when = (material.finished_at or "1970-01-01T00:00:00Z").removesuffix("Z")
    core = {
        "id": guid("document", material.title),
        "version": "0.5",
        "title": material.title,
        "description": material.analysis.coverage_line(),
        "analyst_name": material.coder,
        "analyst_email": "",
        "created": when,
        "edited": when,
        "notes": f"Made with {material.made_with}. Offsets and lengths are Unicode code points.",
    }
    resources = [_resource(post) for post in material.posts]
    return {"metadata": {"core": core}, "resources": resources, "nodes": nodes, "edges": edges}


def _atom(identifier: str, text: str, sources: list[dict[str, Any]], about: dict[str, Any]) -> dict[str, Any]:
    return {"id": identifier, "type": "atom", "text": text, "sources": sources, "metadata": {"argmine": about}}


def _source(claim: CodedClaim) -> dict[str, Any]:
    return {
        "id": guid("source", claim.claim_id),
        "resource_id": guid("post", claim.post.post_id),
        "text": claim.text,
        "offset": claim.start,
        "length": claim.end - claim.start,
    }


def _about(claim: CodedClaim) -> dict[str, Any]:
    sides = {frame: {"side": side, "confidence": sure} for frame, (side, sure) in claim.sides.items()}
    return {"claim_id": claim.claim_id, "author": claim.post.author, "verbatim": claim.verbatim, "sides": sides}


def _edge(origin: str, target: str) -> dict[str, str]:
    return {"id": guid("edge", f"{origin}\0{target}"), "source_id": origin, "target_id": target}


def _resource(post: Post) -> dict[str, Any]:
    about = {"post_id": post.post_id, "author": post.author, "created_at": post.created_at, "parent_id": post.parent_id}
    metadata: dict[str, Any] = {"argmine": about}
    if post.url:
        metadata["url"] = post.url
    return {"id": guid("post", post.post_id), "type": "text", "content": post.text, "metadata": metadata}


def _write(material: Material, path: Path) -> None:
    path.write_text(json.dumps(_document(material), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


FORMAT = Format(
    name="sadface",
    title="SADFace argument document",
    opens_in="SADFace, MonkeyPuzzle, ArgDB",
    offsets="code points: offset and length of each source",
    write=_write,
)
