"""GraphML: who answers whom, who speaks for or against what, and who agrees with whom.

Nodes are authors (an unknown author is one node a post) and frames. Edges have a `kind`:

- `reply`: one a post that answers another, from its author to the author answered; `claims` are the post's claims as
  claim_id:start-end in code points, `url` is its permalink.
- `stance`: from an author to a frame, with the number of the author's claims for and against; `weight` is their sum.
- `agreement`: between two authors who both lean to a side on at least one frame; `weight` is +1 for each frame on which
  they lean alike and -1 for each on which they do not. It has no direction, though GraphML gives it one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

from argmine.output.exchange.format import Format
from argmine.output.exchange.writing import xml_safe

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from argmine.output.exchange.material import Material


def _graph(material: Material) -> nx.MultiDiGraph:
    import networkx as nx

    graph = nx.MultiDiGraph(
        title=xml_safe(material.title), made_with=material.made_with, coder=xml_safe(material.coder)
    )
    counts = _counts(material)
    posts = {post.post_id: _key(post.author, post.post_id) for post in material.posts}
    n_posts = Counter(posts.values())
    for post in material.posts:
        key = posts[post.post_id]
        known = post.author is not None
        graph.add_node(
            key, kind="author", label=xml_safe(post.author or "unknown author"), known=known, n_posts=n_posts[key]
        )
    for frame in material.analysis.codebook.frames:
        graph.add_node(
            f"frame: {frame.name}", kind="frame", label=xml_safe(frame.title), proposition=xml_safe(frame.proposition)
        )
    for post in material.posts:
        if post.parent_id in posts:
            graph.add_edge(posts[post.post_id], posts[post.parent_id], **_reply(material, post))
    for (author, name), sides in counts.items():
        graph.add_edge(author, f"frame: {name}", kind="stance", weight=sides["pro"] + sides["con"], **_numbers(sides))
    for (first, second), weight in _agreement(counts).items():
        graph.add_edge(first, second, kind="agreement", weight=weight)
    return graph


def _key(author: str | None, post_id: str) -> str:
    return xml_safe(f"author: {author}" if author else f"post: {post_id}")


def _reply(material: Material, post: Any) -> dict[str, Any]:
    claims = [f"{c.claim_id}:{c.start}-{c.end}" for c in material.claims_of.get(post.post_id, [])]
    values = {"kind": "reply", "weight": 1, "post_id": post.post_id, "claims": " ".join(claims), "url": post.url}
    values["created_at"] = post.created_at
    return {key: xml_safe(v) if isinstance(v, str) else v for key, v in values.items() if v is not None}


def _counts(material: Material) -> dict[tuple[str, str], Counter[str]]:
    """Return how many claims each author has on each side of each frame, repeated claims once."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for claim in material.own_claims:
        if claim.duplicate_of is None:
            for frame, (side, _) in claim.sides.items():
                found[_key(claim.post.author, claim.post.post_id), frame][side] += 1
    return found


def _numbers(sides: Counter[str]) -> dict[str, int]:
    return {f"n_{side}": sides[side] for side in ("pro", "con", "neutral", "unclear")}


def _agreement(counts: dict[tuple[str, str], Counter[str]]) -> dict[tuple[str, str], int]:
    leaning: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (author, frame), sides in counts.items():
        if sides["pro"] != sides["con"]:
            leaning[frame].append((author, 1 if sides["pro"] > sides["con"] else -1))
    found: Counter[tuple[str, str]] = Counter()
    for people in leaning.values():
        for (first, one), (second, other) in combinations(sorted(people), 2):
            found[first, second] += one * other
    return dict(found)


def _write(material: Material, path: Path) -> None:
    import networkx as nx

    nx.write_graphml(_graph(material), path, prettyprint=True)


FORMAT = Format(
    name="graphml",
    title="GraphML network of authors",
    opens_in="Gephi, Cytoscape, igraph, networkx, visone",
    offsets="code points, in the claims of each reply",
    write=_write,
)
