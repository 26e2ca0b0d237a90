"""Plots show the values they are given, change no global state, and are written completely or not at all."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from glassnet.errors import DataError, FileError, OptionError, ShapeError
from glassnet.plots import digit_lines, draw_confusion, draw_curve, draw_digits, new_axes, save
from glassnet.plots.tone import darkness

HISTORY = {
    "progress": [0.5, 1.0, 1.5, 2.0],
    "loss": [0.4, 0.2, 0.15, 0.1],
    "accuracy": [0.6, 0.9, 0.95, 0.97],
    "epoch": [1, 2],
    "validation_loss": [0.21, 0.12],
    "validation_accuracy": [0.91, 0.96],
}
MATRIX = np.array([[90, 3, 0], [1, 80, 6], [0, 0, 0]])


def some_digits(n: int = 7, features: int = 784) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (n, features), dtype=np.uint8)


def tiles(axes, n: int, high: int, wide: int, columns: int) -> np.ndarray:
    """Cut the digits out of the drawn sheet, using only its size."""
    sheet = axes.images[0].get_array()
    lines = -(-n // columns)
    down, across = sheet.shape[0] // lines, sheet.shape[1] // columns
    left = (across - wide) // 2
    corners = [(i // columns * down, i % columns * across + left) for i in range(n)]
    return np.stack([sheet[y : y + high, x : x + wide] for y, x in corners])


def lay_out(axes) -> None:
    """Draw without a file, so that every text has a position."""
    FigureCanvasAgg(axes.figure).draw()


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


class TestDigits:
    @pytest.mark.parametrize("image_shape", [None, (14, 56)])
    @pytest.mark.parametrize("columns", [1, 3, 10])
    def test_pixels_are_drawn_inverted(self, columns, image_shape):
        digits = some_digits()
        axes = draw_digits(digits, image_shape=image_shape, columns=columns)
        high, wide = image_shape or (28, 28)
        drawn = tiles(axes, 7, high, wide, min(columns, 7))
        for channel in range(3):
            assert np.array_equal(drawn[..., channel].reshape(7, -1), 255 - digits)

    def test_a_pixel_of_a_digit_becomes_a_whole_number_of_pixels_in_the_file(self, tmp_path):
        digits = some_digits(10)
        path = save(draw_digits(digits), tmp_path / "digits.png")
        with Image.open(path) as file:
            picture = np.asarray(file.convert("L"))
        rows = np.flatnonzero((picture < 255).any(axis=1))
        columns = np.flatnonzero((picture < 255).any(axis=0))
        digit = picture[rows[0] : rows[0] + 112, columns[0] : columns[0] + 112]
        assert np.array_equal(digit[2::4, 2::4].ravel(), 255 - digits[0])
        assert np.array_equal(digit, digit[::4, ::4].repeat(4, axis=0).repeat(4, axis=1))

    def test_the_background_of_the_digits_is_white(self):
        axes = draw_digits(np.full((3, 16), 255, np.uint8), [1, 2, 3])
        assert (axes.images[0].get_array() == 0).sum() == 3 * 16 * 3

    def test_wrong_predictions_differ_in_text_frame_and_colour(self):
        axes = draw_digits(some_digits(4), labels=[7, 2, 1, 0], answers=[1, 2, 1, 6])
        assert texts(axes) == ["7, predicted 1", "2", "1", "0, predicted 6"]
        colours = [to_rgba(text.get_color()) for text in axes.texts]
        assert colours[0] == colours[3] != colours[1] == colours[2]
        [frames] = axes.collections
        assert len(frames.get_paths()) == 2
        assert frames.get_paths()[0].get_extents().size == pytest.approx([28, 28])

    def test_no_frame_where_all_are_right(self):
        assert not draw_digits(some_digits(2), [4, 5], [4, 5]).collections

    @pytest.mark.parametrize(
        "names", [(12, 13), ("circles", "squares"), ("a name of great length", "another such one")]
    )
    def test_captions_are_below_their_digit_and_do_not_overlap(self, names):
        axes = draw_digits(some_digits(20), labels=names[:1] * 20, answers=names[1:] * 20)
        assert (axes.texts[0].get_text() == "circles\npredicted squares") == (names[0] == "circles")
        lay_out(axes)
        boxes = [text.get_window_extent() for text in axes.texts]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
        frames = [axes.transData.transform_bbox(p.get_extents()) for p in axes.collections[0].get_paths()]
        assert not any(box.overlaps(frame) for box in boxes for frame in frames)

    def test_each_line_of_a_title_is_inside_the_figure(self):
        axes = draw_digits(some_digits(3), title="one\ntwo\nthree")
        lay_out(axes)
        assert axes.get_title(loc="left") == "one\ntwo\nthree"
        title, page = axes._left_title.get_window_extent(), axes.figure.bbox
        assert page.y0 < title.y0 < title.y1 < page.y1

    def test_scaled_inputs_are_drawn_like_their_bytes(self):
        digits = some_digits()
        digits[0, :2] = 0, 255
        scaled = digits / 255 * 0.99 + 0.01
        drawn = [draw_digits(inputs).images[0].get_array() for inputs in (digits, scaled)]
        assert np.array_equal(*drawn)

    def test_sixteen_grey_levels_use_the_whole_range(self):
        assert darkness(np.array([0, 8, 16], np.uint8)).tolist() == [0, 128, 255]

    @pytest.mark.parametrize(
        ("inputs", "rest"),
        [
            (np.zeros(784), {}),
            (np.zeros((0, 784)), {}),
            (np.zeros((2, 28, 28)), {}),
            (np.zeros((2, 10)), {}),
            (np.zeros((2, 784)), {"image_shape": (28, 27)}),
            (np.zeros((2, 784)), {"image_shape": (-28, -28)}),
            (np.zeros((2, 784)), {"labels": [1]}),
            (np.zeros((2, 784)), {"answers": [1, 2, 3]}),
        ],
    )
    def test_wrong_shapes_are_refused(self, inputs, rest):
        with pytest.raises(ShapeError) as caught:
            draw_digits(inputs, **rest)
        assert caught.value.code == "GN050"

    def test_values_that_cannot_be_drawn_are_refused(self):
        with pytest.raises(DataError, match="NaN"):
            draw_digits(np.full((1, 16), np.nan))
        with pytest.raises(OptionError, match="columns"):
            draw_digits(some_digits(), columns=0)


class TestCurve:
    def test_lines_are_the_history(self):
        upper, lower = draw_curve(HISTORY)
        for axes, name, factor in ((upper, "accuracy", 100), (lower, "loss", 1)):
            training, validation = axes.lines
            assert np.allclose(training.get_xydata().T, [HISTORY["progress"], np.multiply(HISTORY[name], factor)])
            expected = [HISTORY["epoch"], np.multiply(HISTORY[f"validation_{name}"], factor)]
            assert np.allclose(validation.get_xydata().T, expected)
        assert upper.get_xlim() == lower.get_xlim() == (0, 2)

    def test_lines_are_named_with_their_last_value(self):
        upper, lower = draw_curve(HISTORY)
        assert texts(upper) == ["validation 96.00%", "training 97.00%"]
        assert texts(lower) == ["training 0.1", "validation 0.12"]

    def test_names_of_close_lines_do_not_overlap(self):
        close = HISTORY | {"validation_loss": [0.2, 0.1], "validation_accuracy": [0.9, 0.9701]}
        both = draw_curve(close)
        lay_out(both[0])
        for axes in both:
            one, other = (text.get_window_extent() for text in axes.texts)
            assert not one.overlaps(other)
            assert max(one.x1, other.x1) < axes.figure.bbox.width

    def test_a_regression_has_the_loss_alone(self):
        [axes] = draw_curve({"progress": [1, 2], "loss": [3, 2]})
        [tested] = draw_curve({"progress": [1, 2], "loss": [3, 2], "tested": [2], "test_loss": [2.5]})
        assert [line.get_xydata().tolist() for line in tested.lines][1:] == [[[2.0, 2.5]]]
        assert len(axes.lines) == 1

    @pytest.mark.parametrize("loss", [[np.nan], [np.inf], [0.0], [-3.0]])
    def test_any_loss_can_be_drawn(self, loss, tmp_path):
        save(draw_curve({"progress": [1], "loss": loss, "accuracy": [1.0]}), tmp_path / "curve.png")

    @pytest.mark.parametrize(
        "change",
        [{"loss": [1]}, {"loss": [], "progress": [], "accuracy": []}, {"validation_loss": [1.0]}, {"loss": [[1] * 4]}],
    )
    def test_lists_that_do_not_fit_are_refused(self, change):
        with pytest.raises(ShapeError, match=r"loss|accuracy"):
            draw_curve(HISTORY | change)

    @pytest.mark.parametrize("missing", ["progress", "loss", "epoch"])
    def test_a_missing_list_is_named(self, missing):
        with pytest.raises(ShapeError, match=f"key '{missing}' is missing"):
            draw_curve({key: value for key, value in HISTORY.items() if key != missing})

    def test_each_panel_has_one_axes(self):
        with pytest.raises(ShapeError, match="expected 2"):
            draw_curve(HISTORY, new_axes())


class TestConfusion:
    def test_counts_are_in_their_cells(self):
        axes = draw_confusion(MATRIX)
        drawn = {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in axes.texts}
        expected = {(i, j): str(n) for (i, j), n in np.ndenumerate(MATRIX) if n or i == j}
        assert drawn == expected
        assert axes.get_title(loc="left") == "accuracy 94.44%: 170 of 180 correct"

    def test_the_colour_scale_depends_on_mistakes_and_not_on_the_diagonal(self):
        cells = draw_confusion(MATRIX).images[0].get_array()
        light = cells.sum(axis=2)
        assert light[1, 2] < light[0, 1] < light[1, 0] < light[0, 2] == 3
        assert np.ptp(light[[0, 1, 2], [0, 1, 2]]) == 0
        assert np.array_equal(cells, draw_confusion(MATRIX + np.diag([900, 0, 7])).images[0].get_array())

    def test_numbers_have_enough_contrast(self):
        axes = draw_confusion(np.arange(100).reshape(10, 10))
        cells = axes.images[0].get_array()

        def luminance(rgb):
            rgb = np.asarray(rgb)[:3]
            linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
            return linear @ [0.2126, 0.7152, 0.0722]

        for text in axes.texts:
            x, y = map(int, text.get_position())
            dark, light = sorted([luminance(to_rgba(text.get_color())), luminance(cells[y, x])])
            assert (light + 0.05) / (dark + 0.05) > 3.5

    @pytest.mark.parametrize("k", [10, 20])
    def test_numbers_fit_their_cells(self, k):
        axes = draw_confusion(np.full((k, k), 9999))
        lay_out(axes)
        boxes = [text.get_window_extent() for text in axes.texts]
        cell = axes.get_window_extent().width / k
        assert max(box.width for box in boxes) < cell

    def test_names_are_inside_the_figure_and_do_not_overlap(self):
        names = ["T-shirt/top", "Trouser", "Ankle boot", "an endless name of a class"]
        axes = draw_confusion(np.eye(4, dtype=int), names)
        lay_out(axes)
        for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
            boxes = [label.get_window_extent() for label in labels]
            assert min(min(box.x0, box.y0) for box in boxes) > 0
            assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
        for label in (axes.xaxis.label, axes.yaxis.label):
            assert min(label.get_window_extent().x0, label.get_window_extent().y0) > 0

    def test_many_classes_have_no_numbers(self):
        axes = draw_confusion(np.ones((31, 31), int))
        assert not axes.texts
        assert axes.images[0].get_array().shape[:2] == (31, 31)

    @pytest.mark.parametrize("matrix", [np.zeros(3), np.zeros((2, 3)), np.zeros((0, 0))])
    def test_wrong_shapes_are_refused(self, matrix):
        with pytest.raises(ShapeError, match=re.escape(str(matrix.shape))):
            draw_confusion(matrix)
        with pytest.raises(ShapeError, match="2 names, expected 3"):
            draw_confusion(MATRIX, ["a", "b"])

    @pytest.mark.parametrize("value", [-1, 0.5, np.nan])
    def test_a_value_that_is_not_a_count_is_rejected(self, value):
        with pytest.raises(DataError, match="counts"):
            draw_confusion([[1, value], [0, 1]])

    def test_no_samples_and_no_mistakes_are_drawn(self, tmp_path):
        assert draw_confusion(np.zeros((2, 2), int)).get_title(loc="left") == "no samples"
        save(draw_confusion([[1]]), tmp_path / "confusion.png")


class TestTerminal:
    @pytest.mark.parametrize("image_shape", [(28, 28), (7, 5)])
    def test_a_half_block_shows_two_rows(self, image_shape):
        pixels = some_digits(1, image_shape[0] * image_shape[1])[0]
        lines = digit_lines(pixels, image_shape, colour=True, encoding="utf-8")
        upper, lower = [], []
        for line in lines:
            assert line.endswith("\x1b[0m")
            runs = re.findall("\x1b\\[38;5;(\\d+);48;5;(\\d+)m(▀+)", line)
            upper.append([int(run[0]) for run in runs for _ in run[2]])
            lower.append([int(run[1]) for run in runs for _ in run[2]])
        shown = np.stack([upper, lower], axis=1).reshape(-1, image_shape[1])
        grey = np.where(shown == 231, 255, np.where(shown == 16, 0, (shown - 232) * 10 + 8))
        expected = 255 - pixels.reshape(image_shape).astype(int)
        assert np.abs(grey[: image_shape[0]] - expected).max() < 16
        assert (grey[image_shape[0] :] == 255).all()

    @pytest.mark.parametrize(("colour", "encoding"), [(False, "utf-8"), (True, "ascii"), (True, "latin-1")])
    def test_plain_characters_are_used_if_blocks_cannot_be_encoded(self, colour, encoding):
        pixels = np.zeros((28, 28), np.uint8)
        pixels[4, 3] = 255
        pixels[11, 5] = 128
        lines = digit_lines(pixels, colour=colour, encoding=encoding)
        assert [len(line) for line in lines] == [28] * 14
        assert (lines[2][3], lines[5][5]) == ("@", "+")
        assert sum(character != " " for line in lines for character in line) == 2

    def test_wrong_shape_is_refused(self):
        with pytest.raises(ShapeError):
            digit_lines(np.zeros(784), (28, 29), colour=False)

    def test_terminal_output_does_not_import_matplotlib(self):
        code = "import sys, glassnet.plots as p; p.digit_lines; sys.exit('matplotlib' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def draw_all(axes=None):
    digits, upper, lower, confusion = axes or [None] * 4
    return [
        draw_digits(some_digits(), range(7), [0, 1, 1, 3, 4, 5, 6], axes=digits),
        *draw_curve(HISTORY, axes=axes and [upper, lower]),
        draw_confusion(MATRIX, axes=confusion),
    ]


class TestAllPlots:
    def test_the_axes_passed_in_are_the_ones_returned(self):
        axes = new_axes(2, 2, size=(9, 9))
        assert all(one is other for one, other in zip(draw_all(axes), axes, strict=True))

    def test_no_global_state_changes(self, tmp_path):
        before = dict(mpl.rcParams)
        pyplot_before = "matplotlib.pyplot" in sys.modules
        for number, axes in enumerate(draw_all()):
            save(axes, tmp_path / f"{number}.png")
        assert dict(mpl.rcParams) == before
        assert ("matplotlib.pyplot" in sys.modules) == pyplot_before

    def test_plots_do_not_depend_on_the_style_of_the_user(self, tmp_path):
        style = {"image.origin": "lower", "axes.grid": True, "axes.facecolor": "black", "savefig.facecolor": "black"}
        style |= {"text.color": "white", "axes.labelcolor": "white", "grid.linestyle": ":", "xtick.color": "white"}
        plain = [save(axes, tmp_path / f"plain{i}.png").read_bytes() for i, axes in enumerate(draw_all())]
        with mpl.rc_context(style):
            styled = [save(axes, tmp_path / f"styled{i}.png").read_bytes() for i, axes in enumerate(draw_all())]
        assert styled == plain

    def test_axes_do_not_overlap_and_stay_inside(self):
        boxes = [axes.get_position() for axes in new_axes(2, 3, size=(9, 6))]
        assert len(boxes) == 6
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
        assert all(0 < box.x0 < box.x1 < 1 and 0 < box.y0 < box.y1 < 1 for box in boxes)
        assert boxes[0].y0 > boxes[3].y1
        assert boxes[0].x1 < boxes[1].x0


class TestSave:
    def test_a_figure_or_its_axes(self, tmp_path):
        [axes] = new_axes(size=(2, 1))
        for number, what in enumerate([axes, [axes], axes.figure]):
            path = save(what, tmp_path / f"{number}.png", dpi=100)
            with Image.open(path) as picture:
                assert picture.size == (200, 100)

    def test_the_old_file_is_unchanged_if_drawing_fails(self, tmp_path, monkeypatch):
        def fail(*_arguments, **_options):
            raise RuntimeError("cannot draw")

        path = tmp_path / "a.png"
        path.write_bytes(b"old")
        monkeypatch.setattr(Figure, "draw", fail)
        with pytest.raises(RuntimeError, match="cannot draw"):
            save(new_axes(), path)
        assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.png", b"old")]

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    @pytest.mark.parametrize(
        ("number", "code"), [(errno.ENOSPC, "GN004"), (errno.EACCES, "GN003"), (errno.EIO, "GN003")]
    )
    def test_the_old_file_is_unchanged_if_writing_fails(self, tmp_path, monkeypatch, step, number, code):
        def fail(*_arguments):
            raise OSError(number, os.strerror(number))

        path = tmp_path / "a.png"
        path.write_bytes(b"old")
        monkeypatch.setattr(os, step, fail)
        with pytest.raises(FileError, match=re.escape(str(path))) as caught:
            save(new_axes(), path)
        assert caught.value.code == code
        assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.png", b"old")]

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_read_only_folder_is_rejected(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_bytes(b"old")
        tmp_path.chmod(0o500)
        try:
            with pytest.raises(FileError) as caught:
                save(new_axes(), path)
        finally:
            tmp_path.chmod(0o700)
        assert caught.value.code == "GN003"
        assert path.read_bytes() == b"old"

    def test_unusable_paths_are_rejected(self, tmp_path):
        (tmp_path / "file").write_bytes(b"")
        (tmp_path / "folder").mkdir()
        for path, code in [("none/a.png", "GN001"), ("folder", "GN002"), ("file/a.png", "GN001")]:
            with pytest.raises(FileError) as caught:
                save(new_axes(), tmp_path / path)
            assert caught.value.code == code
        assert sorted(file.name for file in tmp_path.rglob("*")) == ["file", "folder"]
