"""The findings: up to five plain sentences with numbers, and the intervals beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from argmine.output.rendering import Linked, Sentence, claims_href, counted, percent, plural
from argmine.output.page_sections import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from argmine.output.page_sections import FrameSection

LEAST_WITH_A_SIDE = 10
LEAST_AUTHORS = 10
N_RESAMPLES = 1000
MOST_ACTIVE = 5


def findings(view: View, frames: Sequence[FrameSection]) -> list[Sentence]:
    """Return up to five sentences, the widest first; each number opens the claims that it counts."""
    n, n_frames = len(view.claims), len(frames)
    if not n:
        return [("No claim was found in the posts’ own words, so there is nothing to count.",)]
    in_a_frame = int(view.claims["claim_id"].isin(view.analysis.stances["claim_id"]).sum())
    of_frames = "the codebook’s only frame" if n_frames == 1 else f"at least one of the codebook’s {n_frames} frames"
    if not in_a_frame:
        return [("None of the ", counted(n), f" {plural(n, 'claim')} speaks to {of_frames}."), *_concentration(view)]
    sentences: list[Sentence] = [
        (
            *(counted(in_a_frame, inframe="yes"), " of ", counted(n), f" {plural(n, 'claim')} ({percent(in_a_frame / n)}) "),
            f"{'speaks' if in_a_frame == 1 else 'speak'} to {of_frames}; the other ",
            *(counted(n - in_a_frame, inframe="no"), " to none." if n - in_a_frame != 1 else " to none."),
        )
    ]
    ranked = sorted(frames, key=lambda section: (-section.n_claims, section.colour))
    sentences.append(_most_spoken_to(ranked[0], view))
    divided = [section for section in ranked if section.balance.pro + section.balance.con >= LEAST_WITH_A_SIDE]
    if divided:
        leaning = max(divided, key=lambda section: (_lean(section), -section.colour))
        sentences.append(_leaning(leaning))
        others = [section for section in divided if section is not leaning]
        if others:
            sentences.append(_even(min(others, key=lambda section: (_lean(section), section.colour))))
    return [*sentences, *_concentration(view)]


def share_interval(inside: np.ndarray, total: np.ndarray, seed: int) -> tuple[float, float] | None:
    """Return the 95 % percentile interval of sum(inside) / sum(total) over resampled authors; None below LEAST_AUTHORS.

    `inside` and `total` hold one number an author, shape (n_authors,). Bootstrap by clusters (Davison and Hinkley 1997,
    section 3.8).
    """
    import numpy as np

    if len(total) < LEAST_AUTHORS:
        return None
    random = np.random.default_rng(seed)
    shares = np.empty(N_RESAMPLES)
    for number in range(N_RESAMPLES):
        drawn = random.integers(0, len(total), size=len(total))
        shares[number] = inside[drawn].sum() / max(int(total[drawn].sum()), 1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)


def frame_intervals(view: View) -> dict[str, tuple[float, float]]:
    """Return for each frame the interval of its share of the counted claims, where there are enough authors.

    A claim of an unknown author is resampled with its post, as if each post had an author of its own.
    """
    import numpy as np

    claims = view.claims
    authors = claims["author"].where(claims["author"].notna(), "\0" + claims["post_id"])
    codes = authors.factorize()[0]
    total = np.bincount(codes) if len(codes) else np.zeros(0, dtype=int)
    found = {}
    for frame in view.analysis.codebook.frame_names:
        speaks = claims["claim_id"].isin(view.analysis.stances.query("frame == @frame")["claim_id"]).to_numpy()
        inside = np.bincount(codes[speaks], minlength=len(total))
        interval = share_interval(inside, total, view.analysis.manifest["settings"]["seed"])
        if interval:
            found[frame] = interval
    return found


def _most_spoken_to(section: FrameSection, view: View) -> Sentence:
    frame, balance = section.frame.name, section.balance
    by = f" by {section.n_authors:,} known {plural(section.n_authors, 'author')}" if section.n_authors else ""
    return (
        f"{section.frame.title} is spoken to most: ",
        *(counted(section.n_claims, frame=frame), f" {plural(section.n_claims, 'claim')}{by}, coded "),
        *(counted(balance.pro, frame=frame, side="pro"), " for the proposition, "),
        *(counted(balance.con, frame=frame, side="con"), " against it, "),
        *(counted(balance.neutral, frame=frame, side="neutral"), " neutral and "),
        *(counted(balance.unclear, frame=frame, side="unclear"), " unclear."),
    )


def _leaning(section: FrameSection) -> Sentence:
    frame, balance = section.frame.name, section.balance
    side, other, words = ("pro", "con", "for") if balance.pro >= balance.con else ("con", "pro", "against")
    more, fewer = getattr(balance, side), getattr(balance, other)
    return (
        f"Opinion is most one-sided on {section.frame.title.lower()}: of the claims with a side, ",
        *(counted(more, frame=frame, side=side), f" ({percent(more / (more + fewer))}) are coded {words} and "),
        *(counted(fewer, frame=frame, side=other), f" {'against' if words == 'for' else 'for'}."),
    )


def _even(section: FrameSection) -> Sentence:
    frame, balance = section.frame.name, section.balance
    return (
        f"It is most divided on {section.frame.title.lower()}: ",
        *(counted(balance.pro, frame=frame, side="pro"), " coded for and "),
        *(counted(balance.con, frame=frame, side="con"), " against."),
    )


def _lean(section: FrameSection) -> float:
    balance = section.balance
    return abs(balance.pro / (balance.pro + balance.con) - 0.5)


def _concentration(view: View) -> list[Sentence]:
    n = view.claims["author"].dropna().value_counts()
    if len(n) <= MOST_ACTIVE:
        return []
    names = sorted(n.index, key=lambda name: (-n[name], name))[:MOST_ACTIVE]
    together, all_claims = int(n[names].sum()), len(view.claims)
    return [
        (
            f"The {MOST_ACTIVE} most active of {len(n):,} known authors wrote ",
            *(Linked(f"{together:,}", claims_href(author=names), together), f" claims ({percent(together / all_claims)}); "),
            *("the most active alone wrote ", counted(int(n[names[0]]), author=names[0])),
            f" ({percent(int(n[names[0]]) / all_claims)}).",
        )
    ]
