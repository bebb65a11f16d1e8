"""The findings: up to six plain sentences with numbers, and the intervals beside them."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING

from argmine.output.page_corrections import correction_finding
from argmine.output.prevalence import ANY_SIDE, prevalence
from argmine.output.rendering import Linked, Sentence, claims_href, counted, percent, plural, sentence, thousands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from argmine.output.page_sections import FrameSection, View

LEAST_WITH_A_SIDE = 10
MOST_ACTIVE = 5
Z_95 = 1.96

Intervals = dict[str, tuple[float, float]]


def findings(view: View, frames: Sequence[FrameSection], intervals: Intervals) -> list[Sentence]:
    """Return up to six sentences, the widest first; each number opens the claims that it counts."""
    if view.claims.empty:
        return [("No claim was found in the posts’ own words, so there is nothing to count.",)]
    spoken_to = [section for section in frames if section.n_claims]
    sentences = [_reach(view, frames)]
    if checked := correction_finding(view):
        sentences.append(checked)
    if spoken_to:
        widest = max(spoken_to, key=lambda section: section.n_claims)
        sentences.append(_most_spoken_to(widest, intervals, resampling_unit(view)))
    sided = [section for section in spoken_to if _is_told(section)]
    if spoken_to and not sided:
        sentences.append(sentence("No frame is called one-sided or divided: too few of the claims have a sure side."))
    if sided:
        leaning = max(sided, key=_lean)
        sentences.append(_leaning(leaning) if _beyond_chance(leaning) else _even(leaning))
        others = [section for section in sided if section is not leaning]
        if others:
            sentences.append(_divided(min(others, key=_lean)))
    return [*sentences, *_concentration(view)]


def frame_intervals(view: View) -> Intervals:
    """Return for each frame the interval of its share of the counted claims, where there are enough authors.

    A claim of an unknown author is resampled with its post, as if each post had an author of its own.
    """
    shares = prevalence(view)
    rows = shares[(shares["by"] == "claim") & (shares["side"] == ANY_SIDE)].dropna()
    return {frame: (low, high) for frame, low, high in zip(rows["frame"], rows["low"], rows["high"], strict=True)}


def _reach(view: View, frames: Sequence[FrameSection]) -> Sentence:
    n = len(view.claims)
    speaks = int(view.claims["claim_id"].isin(view.analysis.stances["claim_id"]).sum())
    one = "the codebook’s only frame" if len(frames) == 1 else f"at least one of the codebook’s {len(frames)} frames"
    values: dict[str, str | Linked] = {"n": counted(n), "claims": plural(n, "claim"), "frames": one}
    if not speaks:
        return sentence("None of the {n} {claims} speaks to {frames}.", **values)
    return sentence(
        "{speaks} of {n} {claims} ({share}) {verb} to {frames}; the other {rest} to none.",
        speaks=counted(speaks, inframe="yes"),
        share=percent(speaks / n),
        verb=plural(speaks, "speaks", "speak"),
        rest=counted(n - speaks, inframe="no"),
        **values,
    )


def resampling_unit(view: View) -> str:
    """Return what the intervals are over, in words."""
    return "authors" if view.claims["author"].notna().any() else "posts"


def _is_told(section: FrameSection) -> bool:
    """Return whether enough of a frame's claims have a side, and at most half are unclear: sure sides are no sample."""
    balance = section.balance
    return balance.pro + balance.con >= LEAST_WITH_A_SIDE and balance.unclear <= section.n_claims / 2


def _most_spoken_to(section: FrameSection, intervals: Intervals, unit: str) -> Sentence:
    share = percent(section.share)
    if section.frame.name in intervals:
        low, high = intervals[section.frame.name]
        share += f"; 95\u00a0% interval over {unit} {percent(low)} to {percent(high)}"
    return sentence(
        "{title} is spoken to most: {n} {claims} ({share}), coded {pro} for the proposition, {con} against it, "
        "{neutral} neutral and {unclear} unclear.",
        title=_title(section),
        n=counted(section.n_claims, frame=section.frame.name),
        claims=plural(section.n_claims, "claim"),
        share=share,
        **_sides(section),
    )


def _leaning(section: FrameSection) -> Sentence:
    balance, sides = section.balance, _sides(section)
    lean = max(balance.pro, balance.con) / (balance.pro + balance.con)
    more = "{pro} ({share}) are coded for and {con} against"
    if balance.con > balance.pro:
        more = "{con} ({share}) are coded against and {pro} for"
    return sentence(
        "Opinion is most one-sided on {title}: of the claims with a side, " + more + "; {unclear} more {are} unclear.",
        title=_title(section, inside=True),
        share=percent(lean),
        are=plural(balance.unclear, "is", "are"),
        **sides,
    )


def _beyond_chance(section: FrameSection) -> bool:
    """Return whether the sides differ by more than they would if each were as likely (sign test, 95 %)."""
    balance = section.balance
    return abs(balance.pro - balance.con) > Z_95 * sqrt(balance.pro + balance.con)


def _even(section: FrameSection) -> Sentence:
    return sentence(
        "No frame is clearly one-sided: the widest lead, {pro} for and {con} against on {title}, may be chance; "
        "{unclear} more {are} unclear.",
        title=_title(section, inside=True),
        are=plural(section.balance.unclear, "is", "are"),
        **_sides(section),
    )


def _divided(section: FrameSection) -> Sentence:
    return sentence(
        "Opinion is most divided on {title}: {pro} coded for and {con} against; {unclear} unclear.",
        title=_title(section, inside=True),
        **_sides(section),
    )


def _sides(section: FrameSection) -> dict[str, Linked]:
    frame, balance = section.frame.name, section.balance
    counts = {"pro": balance.pro, "con": balance.con, "neutral": balance.neutral, "unclear": balance.unclear}
    return {side: counted(n, frame=frame, side=side) for side, n in counts.items()}


def _title(section: FrameSection, *, inside: bool = False) -> Linked:
    """Return the frame's title as a link to its section; inside a sentence without the capital, unless it is a name."""
    title = section.frame.title
    lowered = title[0].lower() + title[1:] if inside and title[1:].islower() else title
    return Linked(lowered, f"#frame-{section.colour + 1}")


def _lean(section: FrameSection) -> float:
    balance = section.balance
    return abs(balance.pro / (balance.pro + balance.con) - 0.5)


def _concentration(view: View) -> list[Sentence]:
    n = Counter(view.claims["author"].dropna().tolist())
    if len(n) <= MOST_ACTIVE:
        return []
    names = sorted(n, key=lambda name: (-n[name], name))[:MOST_ACTIVE]
    together, most, all_claims = sum(n[name] for name in names), n[names[0]], len(view.claims)
    return [
        sentence(
            "The {five} most active of {authors} known authors wrote {together} claims ({share}); the most active "
            "alone wrote {most} ({most_share}).",
            five=str(MOST_ACTIVE),
            authors=thousands(len(n)),
            together=Linked(thousands(together), claims_href(author=names), together),
            share=percent(together / all_claims),
            most=counted(most, author=names[0]),
            most_share=percent(most / all_claims),
        )
    ]
