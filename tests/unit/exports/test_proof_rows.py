"""Rows for proofs: their answers are the portable ones, made rows have every kind of value, and data are read."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pytest

from glassnet import Dataset, GlassnetError, Model, Network, Options, Scaling, Targets, fit, read_table
from glassnet.data.dataset import SampleLayout
from glassnet.exports.rows import proof_rows
from glassnet.model.portable import portable_form
from glassnet.preprocess.tabular.rows import RowEncoder
from support import portable
from support.exported import CITIES, MODELS, mixed_csv, mixed_table, model_of
from support.samples import digits, npz, png, small_model, table


def portable_outputs(model, rows, quantize=None):
    form = portable_form(model)
    return portable.outputs(form.quantised() if quantize else form, rows.inputs)


@pytest.mark.parametrize("kind", MODELS)
def test_the_answers_are_those_of_portable_arithmetic(kind):
    model = model_of(kind)
    for quantize in (None, "int8"):
        rows = proof_rows(model, quantize=quantize, count=60)
        wanted = portable_outputs(model, rows, quantize)
        assert rows.outputs.tobytes() == wanted.tobytes()
        assert np.array_equal(rows.predicted, model.targets.invert(wanted))
        assert rows.labels is None
        assert len(rows) == 60 or kind == "many words"  # each word needs a row
    again = proof_rows(model, count=60)
    assert again.inputs.tobytes() == rows.inputs.tobytes()


@pytest.mark.parametrize(
    ("kind", "dtype"), [("bytes", np.uint8), ("floats", np.float32), ("far from 0", np.float64)], ids=str
)
def test_made_samples_fill_the_training_range(kind, dtype):
    model = model_of(kind)
    raw = proof_rows(model).raw
    assert raw.dtype == dtype
    if kind == "bytes":
        assert (raw.min(), raw.max()) == (0, 255)
        assert 0.3 < np.mean((raw == 0).mean(axis=1) > 0.5) < 0.4
    else:
        inputs = model.scaling.apply(raw[np.arange(len(raw)) % 3 > 0])
        assert 2 < np.abs(inputs).max() < 4
        assert inputs.std() > 1


def encoded_one_by_one(model, values):
    """Encode the values of each row alone, by code that makes no table of them."""
    encoder, epoch = RowEncoder(model.columns), datetime(1970, 1, 1)
    dates = {one.name for one in model.columns.inputs if hasattr(one, "first")}
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    for row in rows:
        row |= {name: row[name] if row[name] is None else epoch + timedelta(microseconds=row[name]) for name in dates}
    return np.concatenate([encoder.row(row) for row in rows])


def test_rows_for_an_imported_network_have_negative_values_as_its_training_range_is_not_known():
    network = Network((4, 3, 2), ("tanh", "softmax"), loss="cross_entropy", rule="gradient")
    scaling, receipt = Scaling("unit", 1.0, 1.0, 0.0), {"imported": {"class": "MLPClassifier"}}
    layout = SampleLayout(bounded=False)
    rows = proof_rows(Model(network, scaling, Targets.named("one-hot", 2), receipt=receipt, layout=layout), count=90)
    assert str(rows.source) == "random values, as the training range is not known"
    assert rows.raw.min() == -3
    assert rows.raw.max() == 3


@pytest.mark.parametrize("data", [None, mixed_table()], ids=["made", "table"])
def test_values_of_a_table_are_what_its_inputs_encode(data):
    model = model_of("table")
    rows = proof_rows(model, data)
    assert encoded_one_by_one(model, rows.values).tobytes() == rows.encoded.tobytes()
    types = {name: {type(value) for value in values} for name, values in rows.values.items()}
    other = type(None)
    assert types == {"age": {float, other}, "income": {float, other}, "city, of birth": {str, other},
                     "member": {bool, other}, "joined": {int, other}}  # fmt: skip
    assert not any(value != value for values in rows.values.values() for value in values)


def test_made_rows_of_a_table_have_all_words_and_extreme_values():
    model = model_of("table")
    values = proof_rows(model).values
    assert {name: column[0] for name, column in values.items()} == dict.fromkeys(values)
    assert {*values["city, of birth"]} > {*CITIES, None}
    assert len({*values["city, of birth"]}) == len(CITIES) + 2
    numbers = [one for name in ("age", "income") for one in values[name] if one is not None]
    assert min(numbers) < -1e150 < 1e150 < max(numbers)
    assert {*model.columns.inputs[1].edges} < {*numbers}
    assert 0.05 < np.mean([age is None for age in values["age"]]) < 0.15
    joined = [day for day in values["joined"] if day is not None]
    assert max(joined) - min(joined) > 4000 * 86_400e6


def test_a_model_of_mnist_is_compared_on_its_test_digits():
    model = fit(digits(100), Options(hidden=(3,), epochs=1, engine="reference")).model
    rows = proof_rows(model, most=500)
    assert (rows.source, len(rows), rows.raw.dtype) == ("mnist (test)", 500, np.uint8)
    assert rows.labels.tolist() == digits(10_000).labels[::20].tolist()


@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "none"])
@pytest.mark.parametrize("form", ["csv", "npz", "images", "dataset", "array"])
def test_data_of_every_form_give_the_same_rows(tmp_path, form, labelled):
    model = small_model()
    lines = [list(map(int, line.split(","))) for line in table().decode().split()]
    lines = [[label, *(pixel // 3 for pixel in pixels)] for label, *pixels in lines]  # dark paper is not inverted
    inputs, labels = np.array(lines, np.uint8)[:, 1:], np.array(lines)[:, 0]
    path = tmp_path / form
    if form == "csv":
        path.write_text("".join(",".join(map(str, line if labelled else line[1:])) + "\n" for line in lines))
    elif form == "npz":
        path.write_bytes(npz(x_test=inputs.reshape(-1, 4, 4), y_test=labels, x_train=inputs[:1], y_train=labels[:1]))
        labelled = True
    elif form == "images":
        path.mkdir()
        for number, pixels in enumerate(inputs):
            (path / f"{number:02}.png").write_bytes(png(pixels.reshape(4, 4)))
        labelled = False
    elif form == "dataset":
        path = Dataset(inputs, labels, 3, (4, 4), "these")
        labelled = True
    else:
        path, labelled = inputs, False
    rows = proof_rows(model, path)
    assert rows.raw.tobytes() == inputs.tobytes()
    assert (None if rows.labels is None else rows.labels.tolist()) == (labels.tolist() if labelled else None)
    assert rows.source == {"dataset": "these", "array": "data"}.get(form, str(path))


def test_a_file_of_a_table_needs_no_target(tmp_path):
    model, (file, bare) = model_of("table"), (tmp_path / "t.csv", tmp_path / "bare.csv")
    file.write_text(mixed_csv(), encoding="utf-8")
    read_table(file).frame.drop("left", "hot", "wet", "cost", "weight").write_csv(bare)
    with_classes, without = proof_rows(model, file), proof_rows(model, bare)
    assert without.labels is None
    assert with_classes.encoded.tobytes() == without.encoded.tobytes()
    names = [model.name_of(label) for label in with_classes.labels]
    assert names == mixed_table()["left"]


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("bytes", np.full((2, 16), 0.5), "GN017"),
        ("bytes", np.full((2, 16), 256), "GN017"),
        ("bytes", np.full((2, 16), -1), "GN017"),
        ("bytes", np.zeros((2, 15)), "GN050"),
        ("bytes", np.zeros((0, 16)), "GN010"),
        ("bytes", np.full((2, 16), math.nan), "GN018"),
        ("bytes", "missing.csv", "GN001"),
        ("bytes", digits(3), "GN017"),
        ("table", {"age": [3]}, "GN060"),
        ("table", {name: [] for name in mixed_table()}, "GN010"),
        ("table", 5, "GN065"),
    ],
)
def test_data_that_do_not_fit_are_refused(kind, data, code):
    with pytest.raises(GlassnetError) as problem:
        proof_rows(model_of(kind), data)
    assert problem.value.code == code


@pytest.mark.parametrize("beyond", [1e39, -3e38], ids=["value", "output"])
def test_samples_beyond_float32_are_refused(beyond):
    network = Network((1, 1), ("identity",), rule="gradient")
    network.parameters.flat[...] = 2
    model = Model(network, Scaling.named("unit", 1.0), Targets("values", 1, offset=(0.0,), scale=(1.0,)))
    with pytest.raises(GlassnetError, match="data, row 1: its values or outputs") as problem:
        proof_rows(model, [[0.5], [beyond], [1.0]])
    assert problem.value.code == "GN017"
    assert len(proof_rows(model, [[0.5], [1e38]])) == 2


def test_of_many_rows_some_at_equal_distances_are_used():
    rows = np.arange(160).reshape(10, 16)
    used = proof_rows(small_model(), rows, most=4).raw
    assert used.tolist() == rows[[0, 2, 5, 7]].tolist()
