"""Argdown: each frame's proposition with the claims that support (+) or attack (-) it.

A claim's words are put on one line and Argdown's signs in them escaped, so they are not verbatim; the data in braces
behind them give the post, the code-point offsets, the permalink, the author and the confidence. Claims coded neutral or
unclear stand below, without a relation; claims that speak to no frame are left out, and their number is given.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from argmine.output.exchange.format import Format

if TYPE_CHECKING:
    from pathlib import Path

    from argmine.codebook import Frame
    from argmine.output.exchange.material import CodedClaim, Material

_SIGNS = re.compile(r"([\\\[\]<>{}#@*_/|^~`+-])")
_RELATIONS = {"pro": "+", "con": "-"}


def _write(material: Material, path: Path) -> None:
    claims = material.own_claims
    silent = sum(not claim.sides for claim in claims)
    head = {"title": material.title, "author": material.coder}
    lines = ["===", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()), "===", ""]
    for frame in material.analysis.codebook.frames:
        lines += _section(frame, [claim for claim in claims if frame.name in claim.sides])
    lines += [f"// {silent} claims speak to no frame and are left out.", ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _section(frame: Frame, claims: list[CodedClaim]) -> list[str]:
    lines = [f"# {escape(frame.title)}", "", f"[{title(frame.name)}]: {escape(frame.proposition)}"]
    rest = []
    for claim in claims:
        side, sure = claim.sides[frame.name]
        statement = f"[{title(f'{frame.name} {claim.claim_id}')}]: {escape(claim.text)} {_data(claim, side, sure)}"
        if side in _RELATIONS:
            lines.append(f"  {_RELATIONS[side]} {statement}")
        else:
            rest += [statement, ""]
    return [*lines, "", *rest]


def _data(claim: CodedClaim, side: str, sure: float) -> str:
    """Return the claim's data as one YAML flow mapping, in which braces may stand only at its ends."""
    data = {
        "claim_id": claim.claim_id,
        "post_id": claim.post.post_id,
        "start": claim.start,
        "end": claim.end,
        "side": side,
        "confidence": round(sure, 4),
        "author": claim.post.author,
        "url": claim.post.url,
        "verbatim": claim.verbatim,
    }
    known = {key: value for key, value in data.items() if value is not None}
    inside = json.dumps(known, ensure_ascii=False)[1:-1].replace("{", "\\u007b").replace("}", "\\u007d")
    return f"{{{inside}}}"


def escape(text: str) -> str:
    r"""Return the text on one line, with a backslash before each sign that Argdown would read.

    >>> escape("no [link]\nhere")
    'no \\[link\\] here'
    """
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def title(text: str) -> str:
    """Return a statement's title without the brackets and line ends that would end it.

    >>> title("post[1]:0")
    'post(1):0'
    """
    return " ".join(text.translate({ord("["): "(", ord("]"): ")"}).split())


FORMAT = Format(
    name="argdown",
    title="Argdown argument map",
    opens_in="Argdown in VS Code or the browser sandbox",
    offsets="code points, in the data of each statement",
    write=_write,
)
