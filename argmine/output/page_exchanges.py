"""Claim and counter-claim: pairs along replies that speak to the same frame on opposite sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from argmine.output.page_sections import make_quote
from argmine.output.rendering import known, records

if TYPE_CHECKING:
    from argmine.output.page_sections import Quote, View

MOST_EXCHANGES = 3
_OPPOSITE = {"pro": "con", "con": "pro"}


@dataclass(frozen=True)
class Exchange:
    """A claim, its side, and a claim on the other side in a post that answers it."""

    side: str
    claim: Quote
    answer_side: str
    answer: Quote


@dataclass(frozen=True)
class Exchanges:
    """The surest pairs of a frame, surest first, and how many answering posts there are in all."""

    n_answers: int
    shown: list[Exchange]


def exchanges(view: View) -> dict[str, Exchanges]:
    """Return the exchanges of each frame that has any.

    A pair is as sure as the product of its two confidences. Each post appears at most once in what is shown, and nobody
    answers themselves.
    """
    sided: dict[tuple[str, str, str], dict[str, Any]] = {}
    for claim in records(view.coded[view.coded["side"].isin(_OPPOSITE)]):
        key = claim["frame"], claim["post_id"], claim["side"]
        if key not in sided or claim["confidence"] > sided[key]["confidence"]:
            sided[key] = claim
    pairs: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for (frame, post_id, side), answer in sided.items():
        parent = known(view.posts[post_id]["parent_id"])
        answered = sided.get((frame, parent, _OPPOSITE[side])) if parent else None
        if answered is not None and not (known(answer["author"]) and answer["author"] == answered["author"]):
            pairs.setdefault(frame, []).append((answered, answer))
    return {
        frame: Exchanges(len({answer["post_id"] for _, answer in found}), _surest(found, view))
        for frame, found in pairs.items()
    }


def _surest(pairs: list[tuple[dict[str, Any], dict[str, Any]]], view: View) -> list[Exchange]:
    used: set[str] = set()
    shown: list[Exchange] = []
    for claim, answer in sorted(pairs, key=lambda pair: -pair[0]["confidence"] * pair[1]["confidence"]):
        ids = {claim["post_id"], answer["post_id"]}
        if len(shown) < MOST_EXCHANGES and not ids & used:
            used |= ids
            shown.append(Exchange(claim["side"], make_quote(claim, view), answer["side"], make_quote(answer, view)))
    return shown
