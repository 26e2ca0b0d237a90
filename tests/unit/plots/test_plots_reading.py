"""Pictures of readings: labels cover nothing, and stages show what was removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from glassnet import plots
from glassnet.handwriting.reading import Digit, Reading
from glassnet.handwriting.reasons import Reason
from glassnet.plots.palette import BLUE, VERMILION
from glassnet.segmentation.paper import Ink


def reading(lines: int, columns: int, pitch: tuple[float, float], size: tuple[int, int], seed: int = 1) -> Reading:
    """A reading of digits of about 40 pixels, `pitch` (down, across) apart; the size is (width, height) at least."""
    rng = np.random.default_rng(seed)
    width, height = (
        max(least, int(count * gap) + 20) for least, count, gap in zip(size, (columns, lines), pitch[::-1], strict=True)
    )
    mask = np.zeros((height, width), bool)
    digits = []
    for line in range(lines):
        for column in range(columns):
            left, top = int(column * pitch[1] + rng.integers(0, 9)), int(line * pitch[0] + rng.integers(0, 9))
            right, bottom = min(width, left + int(rng.integers(8, 40))), min(height, top + int(rng.integers(34, 46)))
            mask[top:bottom, left:right] |= np.eye(bottom - top, right - left, dtype=bool)
            sure = bool(rng.random() < 0.9)
            digits.append(
                Digit(
                    (left, top, right, bottom),
                    line,
                    int(rng.integers(10)),
                    float(rng.uniform(0.5, 1) if sure else rng.uniform(0, 0.5)),
                    sure,
                    np.full(10, 0.1),
                    np.zeros((28, 28), np.uint8),
                    None if sure else Reason.UNCLEAR,
                )
            )
    strength = mask.astype(np.float32)
    ink = Ink(strength, np.ones((height, width, 3), np.float32), False, 0.8, 0.01)
    picture = Image.fromarray(np.where(mask, 0, 230).astype(np.uint8)).convert("RGB")
    return Reading(tuple(digits), picture, ink, mask, np.zeros_like(mask))


SHEETS = {
    "single digit": (1, 1, (60, 60), (200, 150)),
    "digit that fills the photo": (1, 1, (40, 40), (10, 10)),
    "digit in the corner of a portrait": (1, 1, (40, 40), (300, 900)),
    "one line": (1, 12, (60, 52), (200, 60)),
    "one column": (12, 1, (60, 52), (60, 200)),
    "loose": (4, 6, (90, 80), (0, 0)),
    "10 lines of 11": (10, 11, (70, 60), (0, 0)),
    "tight lines": (10, 11, (50, 48), (0, 0)),
    "tighter lines": (10, 11, (46, 44), (0, 0)),
    "overlapping": (6, 8, (40, 34), (0, 0)),
}


def boxes_and_labels(axes) -> tuple[list, list]:
    """The extents of the boxes and of the labels, with the white around these."""
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    axes.apply_aspect()
    for text in axes.texts:
        text.update_bbox_position_size(renderer)
    labels = [text.get_bbox_patch().get_window_extent(renderer) for text in axes.texts]
    return [frame.get_window_extent(renderer) for frame in axes.patches], labels


def overlap(one, other, slack: float = 0.3) -> bool:
    """Whether two extents have more in common than the rounding of a pixel."""
    return (
        min(one.x1, other.x1) - max(one.x0, other.x0) > slack and min(one.y1, other.y1) - max(one.y0, other.y0) > slack
    )


@pytest.mark.parametrize("name", SHEETS)
def test_a_label_covers_no_other_label_and_no_other_digit(name):
    read = reading(*SHEETS[name])
    axes = plots.draw_reading(read)
    frames, labels = boxes_and_labels(axes)
    assert len(frames) == len(read.digits)
    assert len(labels) == len(read.digits) or name == "overlapping"
    assert [label for i, label in enumerate(labels) if any(overlap(label, one) for one in labels[:i])] == []
    for text, label in zip(axes.texts, labels, strict=True):
        covered = [k for k, frame in enumerate(frames) if overlap(label, frame)]
        assert len(covered) <= 1, text.get_text()
        if covered:
            assert text.get_text().startswith(str(read.digits[covered[0]].answer)), "it may only cover its own box"
        assert text.get_fontsize() >= 8
    figure = axes.figure.bbox
    assert all(figure.x0 <= one.x0 + 1 and one.x1 <= figure.x1 + 1 for one in labels)
    assert all(figure.y0 <= one.y0 + 1 and one.y1 <= figure.y1 + 1 for one in labels)


def test_labels_have_confidences_where_there_is_room_for_them():
    for name in ("loose", "single digit", "one line"):
        assert all("%" in text.get_text() for text in plots.draw_reading(reading(*SHEETS[name])).texts), name


def test_small_axes_have_labels_of_uncertain_digits_only():
    read = reading(*SHEETS["10 lines of 11"])
    [axes] = plots.new_axes(size=(2, 2))
    plots.draw_reading(read, axes)
    assert len(axes.patches) == len(read.digits)
    assert all("?" in text.get_text() for text in axes.texts)


def test_stages_show_what_was_removed():
    read = reading(*SHEETS["loose"])
    without = plots.draw_stages(read)
    read.removed[60:62] = True
    read.mask[60:62] = True
    for language, word in (("en", "removed"), ("zh", "去除")):
        panels = plots.draw_stages(read, language=language)
        assert [text.get_text() for text in without[3].texts] == []
        [legend] = panels[3].texts
        assert word in legend.get_text()
        shown = np.asarray(panels[3].images[0].get_array())
        assert np.abs(shown[60] / 255 - to_rgb(VERMILION)).max() < 0.02
        assert np.abs(np.asarray(without[3].images[0].get_array())[60] / 255 - to_rgb(VERMILION)).max() > 0.5


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("single digit", "en"),
        ("digit that fills the photo", "zh"),
        ("digit in the corner of a portrait", "zh"),
        ("one column", "en"),
        ("one line", "zh"),
        ("loose", "en"),
    ],
)
def test_stages_are_legible(name, language):
    read = replace(reading(*SHEETS[name]), turned=90)
    read.removed[0] = True
    panels = plots.draw_stages(read, language=language)
    figure = panels[0].figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    for panel in panels:
        panel.apply_aspect()
    texts = [text for panel in panels for text in (panel._left_title, *panel.texts)]
    assert min(text.get_fontsize() for text in texts) >= 8
    titles = [panel._left_title.get_window_extent(renderer) for panel in panels]
    legend = panels[3].texts[0].get_window_extent(renderer)
    assert not any(one.overlaps(other) for i, one in enumerate([*titles, legend]) for other in titles[:i])
    assert "90°" in panels[0].get_title(loc="left")
    assert figure.get_figwidth() < 12
    if len(read.digits) == 1:
        side = panels[4].get_window_extent().height / figure.dpi
        assert side > 2, "a single digit is drawn large"


def test_a_photo_without_digits_says_so():
    read = replace(reading(*SHEETS["loose"]), digits=())
    for language, words in (("en", "no digit found"), ("zh", "没有找到数字")):
        panels = plots.draw_stages(read, language=language)
        assert [text.get_text() for text in panels[4].texts] == [words]
    assert list(plots.draw_reading(read).texts) == []


def test_sure_and_uncertain_digits_differ_in_colour_and_shape():
    read = reading(*SHEETS["10 lines of 11"])
    axes = plots.draw_reading(read)
    for digit, frame in zip(read.digits, axes.patches, strict=True):
        assert np.allclose(frame.get_edgecolor()[:3], to_rgb(BLUE if digit.sure else VERMILION))
        assert (frame.get_linestyle() in ("-", "solid")) == digit.sure


def test_a_line_that_is_not_digits_has_one_label_in_the_language():
    read = replace(reading(*SHEETS["loose"]), other_lines=(1, 3))
    for language, words in (("en", "not digits"), ("zh", "不是数字")):
        texts = [text.get_text() for text in plots.draw_reading(read, language=language).texts]
        assert texts.count(words) == 2
        assert len(texts) == 2 + sum(digit.line in (0, 2) for digit in read.digits)
