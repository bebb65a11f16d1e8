"""xAIF: the Argument Interchange Format's JSON form with the text and its locators around it.

Each counted claim is a locution (L) of its author, asserted (YA) as an information node (I); each frame's proposition
is an information node. A claim for a proposition supports it by an inference node (RA), one against it attacks it by a
conflict node (CA). A reply is a transition (TA) from the first claim of the post answered to the first of the answer.
Claims coded neutral or unclear have no relation. What AIF has no place for stands under `argmine`: for each locution
the claim, post, code-point offsets and permalink, and every side with its confidence.
"""

from __future__ import annotations

import html
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from argmine.output.exchange.format import Format

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.output.exchange.material import CodedClaim, Material

RELATIONS = {"pro": ("RA", "Default Inference"), "con": ("CA", "Default Conflict")}


class _Graph:
    """Nodes and edges with running numbers."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, int]] = []

    def node(self, kind: str, text: str) -> int:
        self.nodes.append({"nodeID": len(self.nodes), "text": text, "type": kind})
        return len(self.nodes) - 1

    def chain(self, *nodes: int) -> None:
        for origin, target in pairwise(nodes):
            self.edges.append({"edgeID": len(self.edges), "fromID": origin, "toID": target})


def _document(material: Material) -> dict[str, Any]:
    graph = _Graph()
    frames = {frame.name: graph.node("I", frame.proposition) for frame in material.analysis.codebook.frames}
    people: dict[str, int] = {}
    locutions, locators = [], []
    spoken: dict[str, int] = {}
    for claim in material.own_claims:
        speech = graph.node("L", claim.text)
        content = graph.node("I", claim.text)
        graph.chain(speech, graph.node("YA", "Asserting"), content)
        spoken.setdefault(claim.post.post_id, speech)
        locutions.append({"nodeID": speech, "personID": people.setdefault(claim.author_key, len(people))})
        locators.append(_locator(claim, speech))
        for frame, (side, _) in claim.sides.items():
            if side in RELATIONS:
                graph.chain(content, graph.node(*RELATIONS[side]), frames[frame])
    for post in material.posts:
        if post.post_id in spoken and post.parent_id in spoken:
            graph.chain(spoken[post.parent_id], graph.node("TA", "Default Transition"), spoken[post.post_id])
    participants = [{"participantID": number, "firstname": name, "surname": ""} for name, number in people.items()]
    return {
        "AIF": {
            "nodes": graph.nodes,
            "edges": graph.edges,
            "locutions": locutions,
            "participants": participants,
            "schemefulfillments": None,
            "descriptorfulfillments": None,
        },
        "dialog": True,
        "ova": [],
        "text": {"txt": _marked_text(material, {locator["claim_id"]: locator["nodeID"] for locator in locators})},
        "argmine": {
            "made_with": material.made_with,
            "title": material.title,
            "coder": material.coder,
            "offsets": "Unicode code points of the post's text, the end not included",
            "frames": [{"nodeID": node, "frame": name} for name, node in frames.items()],
            "locators": locators,
        },
    }


def _locator(claim: CodedClaim, node: int) -> dict[str, Any]:
    sides = [{"frame": f, "side": side, "confidence": sure} for f, (side, sure) in claim.sides.items()]
    return {
        "nodeID": node,
        "claim_id": claim.claim_id,
        "post_id": claim.post.post_id,
        "start": claim.start,
        "end": claim.end,
        "url": claim.post.url,
        "verbatim": claim.verbatim,
        "sides": sides,
    }


def _marked_text(material: Material, nodes: dict[str, int]) -> str:
    """Return the posts as HTML, each claim in a span with its node's number, as OVA shows them."""
    parts = []
    for post in material.posts:
        parts.append(f"<b>{html.escape(post.author or 'unknown author')}</b> ")
        done = 0
        for claim in material.claims_of.get(post.post_id, []):
            words = html.escape(post.text[claim.start : claim.end])
            parts.append(html.escape(post.text[done : claim.start]))
            parts.append(f'<span class="highlighted" id="{nodes[claim.claim_id]}">{words}</span>')
            done = claim.end
        parts.append(html.escape(post.text[done:]) + "<br><br>")
    return "".join(parts)


def _write(material: Material, path: Path) -> None:
    path.write_text(json.dumps(_document(material), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


FORMAT = Format(
    name="xaif",
    title="xAIF, the Argument Interchange Format as JSON",
    opens_in="OVA, oAMF modules, AIFdb tools",
    offsets="code points, under argmine.locators",
    write=_write,
)
