"""The map as a figure: what it writes, where labels go, and what it draws of very many claims."""

from dataclasses import replace

import numpy as np
import pytest
from handmade import Say, build

from argmine.output import figures
from argmine.output.labels import place_labels

COUNTS = {"claims": 5, "posts_with_text": 4, "authors": 3, "share_in_a_frame": 0.8}


def texts(figure):
    return [one.get_text() for one in figure.findobj(lambda item: hasattr(item, "get_text"))]


def test_the_title_of_a_nameless_thread_is_the_file_without_its_folder():
    shown = texts(build(title="", counts=COUNTS).map())
    assert "dogs.json" in shown
    assert not any("/home" in text for text in shown)


def test_an_unstable_group_is_labelled_in_italics_and_the_note_says_so():
    analysis = build(counts=COUNTS)
    for stability, style in ((0.8, "normal"), (0.3, "italic")):
        figure = replace(analysis, clusters=analysis.clusters.assign(stability=stability)).map()
        (label,) = [
            one for one in figure.findobj(lambda item: hasattr(item, "get_text")) if one.get_text() == "dogs, park"
        ]
        assert label.get_fontstyle() == style
        assert any("in italics" in text for text in texts(figure)) == (style == "italic")


def test_of_very_many_claims_some_are_drawn_and_the_note_counts_them(monkeypatch):
    monkeypatch.setattr(figures, "MOST_DRAWN", 10)
    says = [Say("ada", [(f"Dogs are reason number {n}.", [])]) for n in range(25)]
    figure = build(says, counts={"claims": 25, "posts_with_text": 25, "authors": 1, "share_in_a_frame": 0.0}).map()
    drawn = sum(len(one.get_offsets()) for one in figure.axes[0].collections)
    assert drawn == 9
    assert any("9 of 25 claims are drawn" in text for text in texts(figure))


@pytest.mark.parametrize("seed", range(4))
def test_labels_cover_no_other_label(seed):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6))
    FigureCanvasAgg(figure)
    plot = figure.add_subplot()
    random = np.random.default_rng(seed)
    points = random.normal(size=(400, 2))
    plot.scatter(*points.T)
    places = random.normal(scale=0.7, size=(14, 2))
    figure.draw_without_rendering()
    drawn = place_labels(plot, [(f"word {n}, word, other", *places[n]) for n in range(14)], points)
    assert len(drawn) >= 10
    boxes = [one.get_window_extent() for one in drawn]
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
