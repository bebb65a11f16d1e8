"""Figures of balance and time: they draw what is counted, and say what they cannot draw."""

import pytest
from handmade import Say, build


def texts(figure):
    """Return every text of a figure."""
    return [one.get_text() for one in figure.findobj(lambda item: hasattr(item, "get_text"))]


def heights(plot):
    """Return the heights of a plot's bars, summed by their sign."""
    bars = [bar.get_height() for bar in plot.patches]
    return sum(height for height in bars if height > 0), sum(height for height in bars if height < 0)


def test_the_timeline_draws_every_coded_claim_once():
    sides = ["pro", "pro", "con", "neutral", "unclear", ""] * 4
    says = [Say("ada", [(f"Dogs {n}.", [("dogs", side)] if side else [])]) for n, side in enumerate(sides)]
    figure = build(says).timeline()
    dogs, cars = figure.axes
    assert heights(dogs) == (16, -4)
    assert heights(cars) == (0, 0)
    assert dogs.get_ylim() == cars.get_ylim()
    assert "a bar for each hour" in " ".join(texts(figure))
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_one_dot_of_time_is_no_timeline():
    figure = build(times=False).timeline()
    assert figure.axes == []
    assert "there is no timeline: fewer than two moments are known" in texts(figure)
    assert "5 codes of claims, 5 without a time" in texts(figure)


@pytest.mark.parametrize("title", ["$\\frac{1}{0}$ <b>", "d" * 300])
def test_the_balance_shows_the_counts_whatever_the_title(title):
    shown = texts(build(title=title).balance())
    assert "4 claims" in shown and "1 claims" not in shown
    assert any(line.startswith("$" if "$" in title else "d") for line in shown)
