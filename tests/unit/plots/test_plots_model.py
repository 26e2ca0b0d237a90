"""Plots of a model show the values they are given: hidden space, reliability, augmentation and a step."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from glassnet import Dataset, Network, Options
from glassnet.errors import DataError, OptionError, ShapeError
from glassnet.explain.hidden import HiddenSpace, _principal_components, hidden_space
from glassnet.explain.step import trace_step, worked_example
from glassnet.model.evaluate import Reliability, class_scores
from glassnet.nn.random import Purpose, key
from glassnet.plots import draw_augmentation, draw_confusion, draw_hidden, draw_reliability, draw_step, draw_weights
from glassnet.preprocess.augment.distort import distort
from support.samples import digits, small_model


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def some_space(labels, classes: int) -> HiddenSpace:
    labels = np.asarray(labels)
    points = np.random.default_rng(3).normal(size=(len(labels), 2)) + 5 * np.stack([labels % 10, labels // 10], axis=1)
    return HiddenSpace(points, labels, classes, (0.5, 0.2), 1, 8)


class TestHiddenSpace:
    def test_points_keep_the_distances_of_a_plane(self):
        rng = np.random.default_rng(0)
        plane = rng.normal(size=(50, 2)) * [3, 1]
        rotated = plane @ np.linalg.qr(rng.normal(size=(7, 7)))[0][:2] + 4
        points, explained = _principal_components(rotated)
        distances = np.linalg.norm(plane[:, None] - plane, axis=2)
        np.testing.assert_allclose(np.linalg.norm(points[:, None] - points, axis=2), distances, atol=1e-12)
        assert sum(explained) == pytest.approx(1)
        assert explained[0] > explained[1]
        np.testing.assert_allclose(points.var(axis=0) / plane.var(axis=0).sum(), explained)

    def test_the_signs_of_the_axes_do_not_depend_on_the_order_of_samples(self):
        hidden = np.random.default_rng(1).random((30, 5))
        points, _ = _principal_components(hidden)
        np.testing.assert_allclose(_principal_components(hidden[::-1])[0][::-1], points, atol=1e-12)

    @pytest.mark.parametrize("hidden", [np.zeros((1, 4)), np.ones((6, 3)), np.arange(5.0)[:, None]])
    def test_fewer_than_two_dimensions_can_be_drawn(self, hidden):
        points, explained = _principal_components(hidden)
        assert points.shape == (len(hidden), 2)
        assert np.isfinite(points).all()
        assert 0 <= sum(explained) <= 1 + 1e-12

    def test_the_requested_layer_and_samples_are_used(self):
        model = small_model()
        data = Dataset(np.arange(48, dtype=np.uint8).reshape(3, 16), np.array([0, 1, 2]), 3, (4, 4), "s")
        space = hidden_space(model, data)
        assert (space.layer, space.nodes, space.labels.tolist()) == (1, 5, [0, 1, 2])
        with pytest.raises(OptionError, match="hidden layers 1 to 1"):
            hidden_space(model, data, 2)
        with pytest.raises(DataError):
            hidden_space(model, digits(2))

    @pytest.mark.parametrize(
        ("labels", "classes"), [([0], 1), ([2, 2, 2], 3), (np.arange(400) % 100, 100), (np.arange(40) % 20, 20)]
    )
    def test_each_class_is_named_once_next_to_its_points(self, labels, classes):
        axes = draw_hidden(some_space(labels, classes))
        FigureCanvasAgg(axes.figure).draw()
        present = sorted(set(np.asarray(labels).tolist()))
        assert texts(axes) == [str(label) for label in present]
        assert [len(group.get_offsets()) for group in axes.collections] == np.bincount(labels)[present].tolist()
        styles = {(tuple(group.get_facecolor()[0]), str(group.get_paths()[0].vertices)) for group in axes.collections}
        assert len(styles) == min(len(present), 77)
        assert (axes.get_legend() is not None) == (len(present) <= 20)

    def test_long_names_are_only_in_the_legend(self):
        axes = draw_hidden(some_space([0, 1], 2), ["Ankle boot", "猫"])
        assert texts(axes) == []
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["Ankle boot", "猫"]

    def test_the_number_of_names_must_match_the_classes(self):
        with pytest.raises(ShapeError, match="2, expected 3"):
            draw_hidden(some_space([0, 1], 3), ["a", "b"])


class TestReliability:
    def test_points_gaps_counts_and_error_are_the_given_values(self):
        nan = np.nan
        found = Reliability(
            np.linspace(0, 1, 5),
            np.array([0, 3, 0, 7]),
            np.array([nan, 0.4, nan, 0.9]),
            np.array([nan, 0.5, nan, 0.8]),
            0.1,
        )
        upper, lower = draw_reliability(found)
        np.testing.assert_allclose(upper.lines[1].get_xydata(), [[40, 50], [90, 80]])
        gaps = [segment.tolist() for segment in upper.collections[0].get_segments()]
        np.testing.assert_allclose(gaps, [[[40, 40], [40, 50]], [[90, 90], [90, 80]]])
        assert [bar.get_height() for bar in lower.patches] == [0, 3, 0, 7]
        assert texts(lower) == ["3", "7"]
        assert upper.get_title(loc="left") == "expected calibration error 10.00%"

    def test_one_bin_and_many(self):
        for bins in (1, 50):
            counts = np.zeros(bins, int)
            counts[-1] = 4
            mean = np.where(counts, 1.0, np.nan)
            _, lower = draw_reliability(Reliability(np.linspace(0, 1, bins + 1), counts, mean, mean, 0.0))
            FigureCanvasAgg(lower.figure).draw()
            assert texts(lower) == (["4"] if bins == 1 else [])


def test_scores_of_each_class():
    scores = class_scores(np.array([[8, 2, 0], [1, 4, 0], [0, 0, 0]]))
    np.testing.assert_allclose(scores.recall, [0.8, 0.8, np.nan])
    np.testing.assert_allclose(scores.precision, [8 / 9, 4 / 6, np.nan])
    np.testing.assert_allclose(scores.f1, [16 / 19, 8 / 11, np.nan])
    assert (scores.samples.tolist(), scores.answers.tolist()) == ([10, 5, 0], [9, 6, 0])


class TestAugmentation:
    OPTIONS = Options(rotate=12.0, shift=2.0, seed=4)

    def cells(self, axes, columns: int) -> np.ndarray:
        """Cut the images out of the sheet, shape (lines, columns, 28, 28)."""
        sheet = np.asarray(axes.images[0].get_array())
        lines = (len(sheet) + 3) // 31
        return np.array(
            [[sheet[31 * i : 31 * i + 28, 31 * j : 31 * j + 28] for j in range(columns)] for i in range(lines)]
        )

    def test_samples_are_drawn_unchanged_and_as_augmented_in_training(self):
        data = digits(20)
        axes = draw_augmentation(data.inputs, self.OPTIONS, [3, 11])
        cells = self.cells(axes, 2)
        assert texts(axes) == [
            "original", "rotate, up to 12°", "shift, up to 2 px",
            "all combined, epoch 1", "all combined, epoch 2", "all combined, epoch 3",
        ]  # fmt: skip
        assert np.array_equal(cells[0].reshape(2, -1), 255 - data.inputs[[3, 11]])
        for epoch in range(3):
            seen = distort(data.inputs, np.array([3, 11]), (28, 28), self.OPTIONS, key(4, Purpose.AUGMENTATION, epoch))
            assert np.abs(cells[3 + epoch].reshape(2, -1) - (255 - seen)).max() <= 1

    def test_each_column_of_one_sample_is_an_epoch(self):
        cells = self.cells(draw_augmentation(digits(20).inputs, self.OPTIONS, [3]), 10)
        assert (cells[0, 1:] == 255).all()
        assert len({cell.tobytes() for cell in cells[-1]}) == 10

    def test_a_single_kind_of_augmentation_is_not_drawn_twice(self):
        assert len(texts(draw_augmentation(digits(20).inputs, Options(zoom=0.2), [3, 4]))) == 4
        assert len(texts(draw_augmentation(digits(20).inputs, Options(zoom=0.2), [3]))) == 3

    def test_missing_options_or_wrong_inputs_are_rejected(self):
        inputs = digits(20).inputs
        with pytest.raises(OptionError, match="all are 0"):
            draw_augmentation(inputs, Options())
        with pytest.raises(OptionError, match="colours"):
            draw_augmentation(np.zeros((2, 48), np.uint8), self.OPTIONS, image_shape=(4, 4))
        for rows in ([20], [-1], [], [[1]]):
            with pytest.raises(ShapeError, match="rows"):
                draw_augmentation(inputs, self.OPTIONS, rows)
        with pytest.raises(ShapeError, match="inputs"):
            draw_augmentation(inputs[0], self.OPTIONS)


class TestStep:
    def test_the_worked_example_shows_the_numbers_of_the_notes(self):
        axes = draw_step(worked_example())
        assert len(axes) == 1 + 2 * 5
        assert texts(axes[6]) == ["2", "3", "1", "4"]
        assert [bar.get_width() for bar in axes[8].patches] == pytest.approx([0.8, 0.5])
        assert "loss 0.445 before" in texts(axes[0])[0]

    def test_bars_and_matrices_show_the_values_of_the_step(self):
        network = Network([16, 30, 4], rule="gradient", seed=0)
        rng = np.random.default_rng(0)
        step = trace_step(network, rng.random((3, 16)), rng.random((3, 4)), 0.2)
        axes = draw_step(step)
        for number, layer in enumerate(step.layers):
            layer_axes, way = axes[1 + 5 * number : 6 + 5 * number], layer.ways["gradient"]
            for panel, values in zip(layer_axes[1:4], (layer.activations, way.error, way.delta), strict=True):
                assert [bar.get_width() for bar in panel.patches] == pytest.approx(values[0].tolist())
            for panel, matrix in ((layer_axes[0], layer.weight), (layer_axes[4], way.change)):
                signs = np.asarray(panel.images[0].get_array())
                assert np.array_equal(signs[..., 0] > signs[..., 2], matrix > 0)
        assert axes[7].collections[0].get_segments()[2][0][0] == pytest.approx(step.targets[0, 2])

    def test_a_step_that_changes_nothing_can_be_drawn(self):
        network = Network([4, 3, 2], rule="notes", seed=0)
        inputs = np.zeros((1, 4))
        axes = draw_step(trace_step(network, inputs, network.outputs(inputs), 0.2))
        FigureCanvasAgg(axes[0].figure).draw()


class TestOddInputs:
    @pytest.mark.parametrize("k", [1, 100])
    def test_confusion_of_one_class_and_of_a_hundred(self, k):
        axes = draw_confusion(np.eye(k, dtype=int), [f"类别 {label}" for label in range(k)], language="zh")
        FigureCanvasAgg(axes.figure).draw()

    def test_weights_that_are_nan_are_rejected_and_many_can_be_drawn(self):
        with pytest.raises(DataError, match="NaN"):
            draw_weights(np.full((1, 4), np.nan))
        with pytest.raises(OptionError, match="columns"):
            draw_weights(np.ones((1, 4)), columns=0)
        assert len(draw_weights(np.ones((13, 16)), columns=5)[0].figure.axes) == 13
