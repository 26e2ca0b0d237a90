"""Plots and pages of explanations: colours of signs, positions, and self-contained pages."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from glassnet import Dataset, Network, Options, fit
from glassnet.cli.explain.step_text import print_step
from glassnet.errors import ShapeError
from glassnet.explain.hidden import HiddenSpace
from glassnet.explain.step import trace, trace_step, worked_example
from glassnet.explain.why import Neighbours, why
from glassnet.html.page import sample_uri
from glassnet.html.step import step_html, step_page
from glassnet.plots.hidden import draw_hidden
from glassnet.plots.signed import pool_extremes, signed_colours
from glassnet.plots.step import draw_step
from glassnet.plots.tone import shades
from glassnet.plots.weights import draw_weights
from glassnet.plots.why import draw_why
from support.samples import digits, small_model


def test_colour_shows_the_sign_and_opacity_the_size():
    colours = signed_colours([[-2.0, 0.0, 1.0]])[0].astype(int)
    assert colours[0, 2] > colours[0, 0], "negative values must be blue"
    assert colours[2, 0] > colours[2, 2], "positive values must be orange"
    assert colours[:, 3].tolist() == [255, 0, 128]
    assert signed_colours(np.zeros((2, 2)))[..., 3].max() == 0


def test_pooling_keeps_the_largest_absolute_value_of_each_block():
    matrix = np.zeros((10, 4))
    matrix[5, 3], matrix[9, 0], matrix[8, 0] = -7, 2, 1
    small = pool_extremes(matrix, 5)
    assert small.shape == (5, 4)
    assert (small[2, 3], small[4, 0]) == (-7, 2)
    assert np.count_nonzero(small) == 2


def test_weights_are_drawn_at_the_position_of_their_input():
    weights = np.zeros((3, 16))
    weights[1, 6] = 1
    axes = draw_weights(weights, ["a", "b", "c"], (4, 4))
    picture = axes[1].images[0].get_array()
    assert np.argwhere(picture[..., 3] > 0).tolist() == [[1, 2]]
    with pytest.raises(ShapeError):
        draw_weights(weights, ["a"], (4, 4))


def test_names_of_nodes_do_not_overlap():
    words = [f"node {node}: 1.52\nsaturated" for node in range(20)]
    axes = draw_weights(np.ones((20, 16)), words, (4, 4))
    FigureCanvasAgg(axes[0].figure).draw()
    boxes = [panel.xaxis.label.get_window_extent() for panel in axes]
    pictures = [panel.get_window_extent() for panel in axes]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in [*boxes[:i], *pictures])


def test_why_draws_sample_contributions_counterfactual_and_nearest_samples():
    model = small_model()
    data = digits(30)
    samples = Dataset(data.inputs[:, 300:316], data.labels % 3, 3, (4, 4), "s")
    found = why(model, samples.inputs[4], Neighbours(model, samples))
    axes = draw_why(found, (4, 4), ["one", "two", "three"])
    assert len(axes) == 8
    assert "predicted" in axes[0].get_title(loc="left")
    np.testing.assert_array_equal(axes[1].images[-1].get_array()[..., 3].ravel() > 0, np.abs(found.inputs) > 0)
    own = Figure().subplots(1, 8)
    assert draw_why(found, (4, 4), axes=own)[0] is own[0]
    with pytest.raises(ShapeError):
        draw_why(found, (4, 4), axes=own[:4])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("targets", "panels"), [("values", 2), ("multilabel", 3)])
def test_why_draws_a_regression_or_a_label(targets, panels, language):
    data = digits(60)
    values = np.column_stack([data.labels > 4, data.labels % 2]) * (1.0 if targets == "multilabel" else 2.5)
    samples = Dataset(data.inputs[:, 300:316], np.arange(60), 2, (4, 4), "s", values=values)
    output = "sigmoid" if targets == "multilabel" else "identity"
    options = Options(rule="gradient", targets=targets, output=output, hidden=(6,), epochs=3, engine="reference")
    model = fit(samples, options).model
    found = why(model, samples.inputs[4], Neighbours(model, samples), output=1)
    axes = draw_why(found, (4, 4), ["high", "odd"], language=language)
    assert len(axes) == panels + 5
    titles = [panel.get_title(loc="left") for panel in axes]
    assert "odd" in titles[0]
    assert all("high" not in title for title in titles)
    assert "(orange)" in titles[1] or "（橙）" in titles[1]


def test_a_page_is_self_contained():
    network = Network([16, 30, 4], rule="notes", seed=0)
    rng = np.random.default_rng(0)
    page = step_page(trace_step(network, rng.random((1, 16)), rng.random((1, 4)), 0.2), "a <title>", ["of <row 3>"])
    assert page.startswith("<!doctype html>")
    assert "a &lt;title&gt;" in page
    assert "of &lt;row 3&gt;" in page
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:image/png;base64,)", page) == []
    assert "prefers-color-scheme: dark" in page


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Use English whatever the locale of the machine."""
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")


def test_small_matrices_are_printed():
    html = step_html(worked_example())
    assert "<img" not in html
    for number in ("0.42", "0.88", "0.32", "4.4"):
        assert f">{number}</td>" in html


def test_a_step_shows_a_photograph_unchanged():
    """Photographs are neither inverted nor stretched, whatever the scaling of the inputs."""
    data = digits(30)
    samples = Dataset(data.inputs[:, 300:316] // 2 + 60, data.labels % 3, 3, (4, 4), "s", reading="photo")
    model = fit(samples, Options(hidden=(5,), epochs=1, engine="reference")).model
    step = trace(model, samples.take(slice(2, 3)))
    assert sample_uri(samples.inputs[2], (4, 4), photo=True) in step_html(step)
    assert 'class="digit"' in step_html(step), "a photograph must not be inverted in dark mode, as ink is"
    drawn = np.asarray(draw_step(step)[0].images[0].get_array())[..., 0].ravel()
    assert drawn.tolist() == shades(samples.inputs[2:3], (4, 4), photo=True).ravel().tolist()
    assert {"raw", "photo"} & set(step.to_dict()) == set()
    ink = replace(samples, reading="")
    drawn_ink = trace(fit(ink, Options(hidden=(5,), epochs=1, engine="reference")).model, ink.take(slice(2, 3)))
    assert 'class="digit ink"' in step_html(drawn_ink)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_outputs_have_the_names_of_their_classes(capsys, language):
    data = digits(60)
    names = ("Iris setosa of the north", "b <2>", "猫")
    samples = Dataset(data.inputs[:, 300:316], data.labels % 3, 3, (4, 4), "s", class_names=names)
    step = trace(fit(samples, Options(hidden=(5,), epochs=1, engine="reference")).model, samples.take(slice(2, 3)))
    assert step.to_dict()["class_names"] == list(names)
    page = step_html(step, language=language)
    for name in ("Iris setosa of the north", "b &lt;2&gt;", "猫"):
        assert f'<th scope="row">{name}</th>' in page
    assert re.search(r'<th scope="row">\d →（Iris|b &lt;|猫）', page) or step.layers[-1].weight.size <= 64
    panels = draw_step(step, language=language)
    outputs, *others = panels[7:10]
    assert [label.get_text() for label in outputs.get_yticklabels()] == ["Iris set…", "b <2>", "猫"]
    assert not any(label.get_text() for panel in others for label in panel.get_yticklabels())
    print_step(step, language)
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)


def test_many_or_unnamed_outputs_have_numbers():
    network = Network([16, 30, 14], rule="notes", seed=0)
    step = trace_step(network, np.ones((1, 16)), np.ones((1, 14)), 0.2)
    assert [step.node_name(layer, 3) for layer in step.layers] == ["3", "3"]
    named = replace(step, class_names=tuple("abcdefghijklmn"))
    assert [named.node_name(layer, 3) for layer in named.layers] == ["3", "d"]
    labels = draw_step(named)[7].get_yticklabels()
    assert not any(label.get_text().isalpha() for label in labels)


def _drawn(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def _do_not_overlap(texts, renderer):
    boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
    return not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])


@pytest.mark.parametrize(("hidden", "written"), [(2, True), (4, True), (8, False)])
def test_numbers_in_cells_do_not_overlap(hidden, written):
    """Small matrices show their numbers if there is room."""
    network = Network([3, hidden, 3], rule="notes", seed=0)
    rng = np.random.default_rng(0)
    panels = draw_step(trace_step(network, rng.random((1, 3)), rng.random((1, 3)), 0.2))
    renderer = _drawn(panels[0].figure)
    for axes in panels:
        assert _do_not_overlap(axes.texts, renderer)
    assert any(axes.texts for axes in panels[-5:]) == written


def test_the_label_of_an_axis_is_inside_the_figure_even_with_long_tick_labels():
    """With tick labels of seven characters on the vertical axis."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(40, 2)) * [1, 0.004]
    space = HiddenSpace(points, np.arange(40) % 2, 2, (1.0, 0.0), 1, 8)
    axes = draw_hidden(space)
    canvas = FigureCanvasAgg(axes.figure)
    canvas.draw()
    assert axes.yaxis.label.get_window_extent(canvas.get_renderer()).x0 > 0
