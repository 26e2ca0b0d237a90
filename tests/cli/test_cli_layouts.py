"""Other layouts of numeric files: a certain layout is used, reported and stored in the model, others are rejected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import glassnet
from glassnet.data.queries import load_inputs
from glassnet.errors import ModelFileError
from glassnet.model.file import file_bytes, header_of, load_model, tensors_of
from support.cli import doctor, run
from support.samples import csv_of, digits, npz

pytestmark = pytest.mark.usefixtures("without_cross_validation")

QUICK = ("--epochs", 1, "--hidden", 5, "--engine", "reference", "--no-plot")
COUNT = 300


def pixels(rows: slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
    data = digits(COUNT)
    return data.inputs[rows].astype(float), data.labels[rows]


PLACES = {
    "first": lambda x, y: np.column_stack([y, x]),
    "last": lambda x, y: np.column_stack([x, y]),
    "one-hot last": lambda x, y: np.column_stack([x, np.eye(10)[y]]),
    "one-hot first": lambda x, y: np.column_stack([np.eye(10)[y], x]),
    "targets of the notes": lambda x, y: np.column_stack([x, np.eye(10)[y] * 0.98 + 0.01]),
}
RANGES = {
    "bytes": lambda x: x,
    "0 to 1": lambda x: x / 255,
    "-1 to 1": lambda x: x / 127.5 - 1,
    "black and white": lambda x: (x > 127) * 1.0,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("scale", RANGES)
def test_samples_are_independent_of_label_column_and_range(place, scale, folder):
    """The data equal those from the notes' format; the range 0 to 1 is that of --input-max 1."""
    x, y = pixels()
    (folder / "rows.csv").write_text(csv_of(PLACES[place](RANGES[scale](x), y)))
    data = glassnet.load_data("rows.csv")
    wanted = RANGES[scale](x) if scale in ("0 to 1", "black and white") else x
    np.testing.assert_array_equal(data.labels, y)
    np.testing.assert_allclose(data.inputs, wanted, atol=1e-6)
    assert data.maximum == (255 if scale in ("bytes", "-1 to 1") else 1)
    assert (data.inputs.dtype == np.uint8) == (data.maximum == 255)
    assert (data.classes, data.image_shape) == (10, (28, 28))
    assert len(data.remarks) == (place != "first") + (scale != "bytes")


@pytest.mark.parametrize(
    ("place", "scale"),
    [
        ("first", "-1 to 1"),
        ("last", "black and white"),
        ("one-hot last", "-1 to 1"),
        ("one-hot first", "bytes"),
        ("targets of the notes", "black and white"),
    ],
)
def test_a_model_reads_later_files_in_the_layout_of_training(place, scale, folder):
    x, y = pixels()
    values = PLACES[place](RANGES[scale](x), y)
    (folder / "rows.csv").write_text(csv_of(values))
    outcome = run("train", "rows.csv", *QUICK, "-o", "m.safetensors", "--checkpoint", "c.safetensors")
    assert outcome.code == 0, outcome.err
    notices = [line for line in outcome.err.splitlines() if line.startswith("rows.csv: ")]
    assert len(notices) == (place != "first") + (scale != "bytes")
    assert run("info", "--verify", "m.safetensors", "rows.csv").code == 0
    model, data = load_model("m.safetensors"), glassnet.load_data("rows.csv")
    assert model.layout == data.layout
    answers = model.predict(data.inputs).tolist()
    accuracy = float(np.mean(np.array(answers) == y))
    assert run("test", "m.safetensors", "rows.csv", "--json").json()["accuracy"] == pytest.approx(accuracy, abs=1e-4)
    for rows in ([3], [0, 7, 8]):  # too few to detect the layout
        (folder / "few.csv").write_text(csv_of(values[rows]))
        got = run("query", "m.safetensors", "few.csv", "--json").json()
        assert [one["answer"] for one in got] == [answers[row] for row in rows]
    (folder / "bare.csv").write_text(csv_of(RANGES[scale](x)[:4]))
    got = run("query", "m.safetensors", "bare.csv", "--json").json()
    assert [one["answer"] for one in got] == answers[:4]


def test_a_resumed_run_reads_the_file_in_the_same_layout(folder):
    x, y = pixels()
    (folder / "rows.csv").write_text(csv_of(PLACES["one-hot last"](RANGES["-1 to 1"](x), y)))
    run("train", "rows.csv", *QUICK, "-o", "a.safetensors", "--checkpoint", "c.safetensors", "--checkpoint-every", 1)
    outcome = run("train", "--resume", "c.safetensors", "-o", "b.safetensors")
    assert outcome.code == 0, outcome.err
    assert (folder / "a.safetensors").read_bytes() == (folder / "b.safetensors").read_bytes()


def test_a_model_trained_in_python_can_be_verified(folder):
    x, y = pixels()
    (folder / "rows.csv").write_text(csv_of(PLACES["last"](RANGES["0 to 1"](x), y)))
    options = glassnet.Options(epochs=1, hidden=(5,), engine="reference")
    data = glassnet.load_data("rows.csv")
    fitted = glassnet.fit(data, options)
    glassnet.save_model(fitted.model, "m.safetensors")
    assert run("info", "--verify", "m.safetensors", "rows.csv").code == 0


def test_test_data_can_have_their_labels_in_another_column(folder):
    x, y = pixels()
    (folder / "train.csv").write_text(csv_of(PLACES["last"](x[:200], y[:200])))
    (folder / "test.csv").write_text(csv_of(PLACES["first"](x[200:], y[200:])))
    for first, second in (("train.csv", "test.csv"), ("test.csv", "train.csv")):
        outcome = run("train", first, "--test", second, *QUICK, "-o", "m.safetensors", "--force", "--json")
        assert outcome.code == 0, outcome.err
        test = glassnet.load_data(second, part="test", like=glassnet.load_data(first))
        np.testing.assert_array_equal(test.labels, y[200:] if second == "test.csv" else y[:200])
        again = run("test", "m.safetensors", second, "--json").json()
        assert again["accuracy"] == outcome.json()["accuracy"]


def test_archives_with_negative_values(folder):
    x, y = pixels()
    (folder / "rows.npz").write_bytes(npz(x=(x / 127.5 - 1).astype(np.float32).reshape(-1, 28, 28), y=y))
    data = glassnet.load_data("rows.npz")
    np.testing.assert_array_equal(data.inputs, x)
    assert data.inputs.dtype == np.uint8
    run("train", "rows.npz", *QUICK, "-o", "m.safetensors")
    assert run("info", "--verify", "m.safetensors", "rows.npz").code == 0
    assert load_model("m.safetensors").layout.signed


def seeded(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape)


FOR_THE_DOCTOR = {
    "standardised.csv": lambda x, y: csv_of(np.column_stack([y, (x / 255 - 0.1307) / 0.3081])),
    "standardised.npz": lambda x, y: npz(x=(x / 255 - 0.1307) / 0.3081, y=y),
    "shifted.csv": lambda x, y: csv_of(np.column_stack([y, x - 128])),
    "table-last.csv": lambda x, y: csv_of(np.column_stack([np.abs(seeded((COUNT, 4))), y % 3])),
    "table-one-hot.csv": lambda x, y: csv_of(np.column_stack([np.abs(seeded((COUNT, 4))), np.eye(3)[y % 3]])),
}


@pytest.mark.parametrize("name", FOR_THE_DOCTOR)
def test_an_uncertain_layout_is_rejected_with_advice_that_works(name, folder):
    x, y = pixels()
    content = FOR_THE_DOCTOR[name](x, y)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    line = run("train", name, *QUICK).refused("GN015" if "table" in name else "GN014", name)
    assert f"'glassnet doctor {name} --fix OUT.{name[-3:]}'" in line
    copy = f"copy{name[-4:]}"
    assert run("doctor", name, "--fix", copy).code == 0
    assert run("train", copy, *QUICK).code == 0
    np.testing.assert_array_equal(glassnet.load_data(copy).labels, y if "table" not in name else y % 3)


def test_a_table_of_negative_numbers_is_rejected_with_advice_to_set_a_target(folder):
    values = np.column_stack([np.arange(60) % 2, 3 * seeded((60, 5))])
    (folder / "rows.csv").write_text(csv_of(values))
    line = run("train", "rows.csv", *QUICK).refused("GN014", "glassnet train rows.csv --target COLUMN", "column1")
    assert "doctor" not in line
    assert run("train", "rows.csv", "--target", "column1", *QUICK).code == 0
    (folder / "rows.npz").write_bytes(npz(x=values[:, 1:], y=values[:, 0].astype(int)))
    run("train", "rows.npz", *QUICK).refused("GN014", "--target COLUMN", "CSV")


HONEST = {
    "binary pixels and a binary label": lambda x, y, random: np.column_stack([y % 2, x > 127]),
    "a label that is rare": lambda x, y, random: np.column_stack([y == 0, x]),
    "a table whose last column is 0 or 1": lambda x, y, random: np.column_stack(
        [y, random.integers(0, 90, (COUNT, 7)), np.arange(COUNT) % 2]
    ),
    "a table that ends in one-hot columns": lambda x, y, random: np.column_stack(
        [y, random.integers(0, 90, (COUNT, 6)), np.eye(4)[np.arange(COUNT) % 4]]
    ),
    "one-hot throughout": lambda x, y, random: np.column_stack(
        [y % 3, *(np.eye(3)[random.integers(0, 3, COUNT)] for _ in range(42))]
    ),
    "few rows": lambda x, y, random: np.column_stack([np.arange(6) % 2, np.eye(6, 16)]),
    "sixteen measures": lambda x, y, random: np.column_stack([y == 1, random.integers(0, 15, (COUNT, 16))]),
}


@pytest.mark.parametrize("name", HONEST)
def test_labels_in_the_first_column_are_recognized(name, folder):
    x, y = pixels()
    values = HONEST[name](x, y, np.random.default_rng(11)).astype(float)
    (folder / "rows.csv").write_text(csv_of(values))
    data = glassnet.load_data("rows.csv")
    np.testing.assert_array_equal(data.labels, values[:, 0])
    np.testing.assert_array_equal(data.inputs, values[:, 1:])


@pytest.mark.parametrize("broken", ["an index first", "labels last, pixels of every grey", "one-hot last, no pictures"])
def test_a_first_column_without_labels_is_rejected(broken, folder):
    random = np.random.default_rng(12)
    x, y = random.integers(0, 256, (2000, 49)), np.arange(2000) % 10
    values = {
        "an index first": np.column_stack([np.arange(2000), y, x]),
        "labels last, pixels of every grey": np.column_stack([x, y]),
        "one-hot last, no pictures": np.column_stack([x[:, :-1], np.eye(10)[y]]),
    }[broken]
    (folder / "rows.csv").write_text(csv_of(values.astype(float)))
    run("train", "rows.csv", *QUICK).refused("GN067", "the first column", ", expected labels")
    assert {path.name for path in folder.iterdir()} == {"rows.csv"}


def test_colour_images_with_one_hot_labels_are_recognized(folder):
    x, y = np.random.default_rng(13).integers(0, 256, (COUNT, 3 * 64)), np.arange(COUNT) % 10
    (folder / "rows.csv").write_text(csv_of(np.column_stack([x, np.eye(10)[y]]).astype(float)))
    data = glassnet.load_data("rows.csv")
    np.testing.assert_array_equal(data.labels, y)
    np.testing.assert_array_equal(data.inputs, x)


def test_an_ambiguous_label_column_is_reported(folder):
    """The first column could be the label, although the last looks more like one."""
    random = np.random.default_rng(2)
    rare = (np.arange(COUNT) % 30 == 0).astype(float)
    values = np.column_stack([rare, random.integers(0, 90, (COUNT, 5)), np.arange(COUNT) % 4])
    (folder / "rows.csv").write_text(csv_of(values))
    outcome = run("train", "rows.csv", *QUICK)
    assert outcome.code == 0
    assert "rows.csv: label read from the first column. The file seems to have labels in the last of 7" in outcome.err
    assert "glassnet doctor rows.csv --fix" in outcome.err


def test_the_header_determines_the_label_column(folder):
    x, y = pixels()
    names = ",".join([*(f"pixel{k}" for k in range(784)), "Label"])
    (folder / "rows.csv").write_text(f"{names}\n{csv_of(np.column_stack([x, y == 3]))}")
    np.testing.assert_array_equal(glassnet.load_data("rows.csv").labels, y == 3)
    table = csv_of(np.column_stack([y, np.arange(COUNT) % 50, np.arange(COUNT) % 2]))
    (folder / "table.csv").write_text(f"rooms,age,class\n{table}")
    run("train", "table.csv", *QUICK).refused("GN066", "--target class")


@pytest.mark.parametrize("label", ["0.5", "7"])
@pytest.mark.parametrize(("name", "target"), [("y", "y"), ("rooms", "x2")])
def test_a_label_that_training_refuses_is_named_as_a_target_and_the_doctor_reports_it(name, target, label, folder):
    (folder / "table.csv").write_text(f"{name},x1,x2\n" + "".join(f"{label},{k},{k % 7}.5\n" for k in range(40)))
    code = "GN015" if "." in label else "GN016"
    run("train", "table.csv", *QUICK).refused(code, "For a table, ", f" --target {target}.")
    assert "GD08" in [one["code"] for one in doctor("table.csv")["findings"]]


@pytest.mark.parametrize(
    ("header", "told"),
    [("rooms,width,sold\n", True), ("label,width,sold\n", False), ("Digit,a,b\n", False), ("", False)],
)
def test_a_first_column_with_another_name_than_a_label_is_a_notice(header, told, folder):
    rows = "".join(f"{k % 3},{k % 80},{k % 50}\n" for k in range(COUNT))
    (folder / "rows.csv").write_text(header + rows)
    notice = "rows.csv: label read from the first column, 'rooms'. For a table, name the column to predict, such as"
    assert (f"{notice} --target sold." in run("train", "rows.csv", *QUICK).fine().err) == told
    assert len(glassnet.load_data("rows.csv").remarks) == told


@pytest.mark.parametrize("separator", [" ", ";", "  "])
@pytest.mark.parametrize("end", ["\n", " \n"])
def test_the_layout_is_found_in_unusual_files(separator, end, folder):
    """As the digits of Semeion: binary pixels, separated by blanks, one-hot labels, trailing blanks."""
    x, y = pixels()
    small = (x.reshape(-1, 28, 28)[:, 6:22, 6:22].reshape(-1, 256) > 127).astype(float)
    text = csv_of(PLACES["one-hot last"](small, y), separator).replace("\n", end)
    (folder / "semeion.data").write_text(text)
    data = glassnet.load_data("semeion.data")
    np.testing.assert_array_equal(data.labels, y)
    np.testing.assert_array_equal(data.inputs, small)
    assert data.image_shape == (16, 16)


def test_labels_in_the_last_columns_are_written_back_there(folder):
    x, y = pixels()
    (folder / "rows.csv").write_text(csv_of(PLACES["last"](x, y)))
    (folder / "list.csv").write_text(f"row,new\n4,{(y[4] + 1) % 10}\n9,drop\n")
    assert run("labels", "rows.csv", "--fix", "list.csv", "--to", "copy.csv").code == 0
    copy = glassnet.load_data("copy.csv")
    wanted = np.delete(np.where(np.arange(COUNT) == 4, (y[4] + 1) % 10, y), 9)
    np.testing.assert_array_equal(copy.labels, wanted)
    np.testing.assert_array_equal(copy.inputs, np.delete(x, 9, axis=0))
    (folder / "hot.csv").write_text(csv_of(PLACES["one-hot last"](x, y)))
    run("labels", "hot.csv", "--fix", "list.csv", "--to", "no.csv").refused("GN005", "10 columns", "doctor")
    assert not (folder / "no.csv").exists()


def test_a_model_file_with_an_invalid_layout_is_rejected(folder):
    x, y = pixels()
    (folder / "rows.csv").write_text(csv_of(PLACES["last"](x, y)))
    model = glassnet.fit(glassnet.load_data("rows.csv"), glassnet.Options(hidden=(3,), epochs=1)).model
    assert model.layout.labels == "last"
    for nonsense in (
        None, 3, [], {"labels": "middle"}, {"columns": 0}, {"columns": True}, {"more": 1}, {"signed": 2}
    ):  # fmt: skip
        Path("m.safetensors").write_bytes(file_bytes({**header_of(model), "layout": nonsense}, tensors_of(model)))
        with pytest.raises(ModelFileError, match="layout"):
            load_model("m.safetensors")


def clear(rows: slice) -> tuple[np.ndarray, np.ndarray]:
    """Images of 8 × 8 in four classes, with bright corners, so that no outer pixel looks like a label."""
    random = np.random.default_rng(8)
    y = np.arange(200) % 4
    x = np.clip(random.integers(9, 240, (4, 64))[y] + random.integers(-9, 10, (200, 64)), 0, 255)
    return x[rows].astype(float), y[rows]


SPREAD = {
    "first": lambda x, y: np.column_stack([y, x]),
    "last": lambda x, y: np.column_stack([x, y]),
    "one-hot last": lambda x, y: np.column_stack([x, np.eye(4)[y]]),
    "one-hot first": lambda x, y: np.column_stack([np.eye(4)[y], x]),
}


@pytest.mark.parametrize("training", ["one-hot first", "one-hot last"])
@pytest.mark.parametrize("layout", SPREAD)
def test_single_rows_and_classes_in_another_layout_are_read(training, layout, folder):
    (folder / "rows.csv").write_text(csv_of(SPREAD[training](*clear(slice(None)))))
    run("train", "rows.csv", *QUICK, "-o", "m.safetensors").fine()
    model = load_model("m.safetensors")
    x, y = clear(slice(None))
    answers = model.predict(x.astype(np.uint8)).tolist()
    for rows in ([2], [5], [3, 7, 11]):  # one row, or one class
        (folder / "few.csv").write_text(csv_of(SPREAD[layout](x[rows], y[rows])))
        outcome = run("query", "m.safetensors", "few.csv", "--json")
        assert [one["answer"] for one in outcome.json()] == [answers[row] for row in rows]
        place = f"labels in the {layout.split()[-1]}"
        assert (place in outcome.fine().err) == (layout != training)
        _, _, labels = load_inputs("few.csv", 64, (8, 8), 255, layout=model.layout)
        np.testing.assert_array_equal(labels, y[rows])


def test_columns_that_are_not_one_hot_are_not_labels(folder):
    x, y = clear(slice(None))
    (folder / "rows.csv").write_text(csv_of(SPREAD["one-hot last"](x, y)))
    run("train", "rows.csv", *QUICK, "-o", "m.safetensors").fine()
    for changed in ([0, 0, 0, 0], [1, 1, 0, 0], [7, 8, 9, 10], [0, 2, 0, 0]):
        values = SPREAD["one-hot last"](x[:3], y[:3])
        values[1, -4:] = changed
        (folder / "few.csv").write_text(csv_of(values))
        for command in ("query", "test"):
            run(command, "m.safetensors", "few.csv").refused("GN015", "few.csv, line 2", "columns 65 to 68", "one-hot")
    assert load_model("m.safetensors").layout.labels == "last"


@pytest.mark.parametrize("scale", ["bytes", "-1 to 1"])
def test_the_layout_of_training_is_not_reported_again(scale, folder):
    x, y = clear(slice(None))
    (folder / "rows.csv").write_text(csv_of(SPREAD["one-hot last"](RANGES[scale](x), y)))
    (folder / "first.csv").write_text(csv_of(SPREAD["one-hot first"](RANGES[scale](x), y)))
    assert "one-hot labels in the last 4" in run("train", "rows.csv", *QUICK, "-o", "m.safetensors").err
    assert "labels in the" not in run("test", "m.safetensors", "rows.csv").err
    assert "one-hot labels in the first 4 of 68 columns" in run("test", "m.safetensors", "first.csv").err


def test_too_few_rows_are_rejected_with_a_mention_of_one_hot(folder):
    x, y = clear(slice(0, 12))
    x[:, 0] = 0
    (folder / "few.csv").write_text(csv_of(SPREAD["one-hot last"](x, y)))
    line = run("train", "few.csv", *QUICK).refused("GN016", "one-hot labels in the last 4 of 68 columns")
    assert "'glassnet doctor few.csv --fix OUT.csv'" in line
    run("doctor", "few.csv", "--fix", "copy.csv")
    np.testing.assert_array_equal(glassnet.load_data("copy.csv").labels, y)


def scans(levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Small images of whole grey levels from 0, dark in the corners, and their classes."""
    random = np.random.default_rng(3)
    labels = np.arange(120) % 6
    images = random.integers(0, levels + 1, (120, 7, 7)) * (random.random((6, 7, 7)) < 0.6)[labels]
    images[:, [0, 0, -1, -1], [0, -1, 0, -1]], images[0, 3, 3] = 0, levels
    return images.reshape(120, 49), labels


@pytest.mark.parametrize(("levels", "end"), [(15, "first"), (15, "last"), (31, "last"), (16, "last"), (63, "first")])
@pytest.mark.parametrize("written", ["%d", "%.18e"])
@pytest.mark.parametrize("header", [False, True])
def test_images_of_few_grey_levels_are_read_by_their_own_maximum(levels, end, written, header, folder):
    x, y = scans(levels)
    names = [f"pixel{k}" for k in range(49)]
    names = ["label", *names] if end == "first" else [*names, "label"]
    rows = PLACES[end](x, y)
    np.savetxt("scans.csv", rows, written, ",", header=",".join(names) if header else "", comments="")
    read = glassnet.load_data("scans.csv")
    assert (read.maximum, read.classes) == (levels, 6)
    np.testing.assert_array_equal(read.inputs, x)
    np.testing.assert_array_equal(read.labels, y)
    assert f"inputs from 0 to {levels}: read as with input_max={levels}" in "".join(map(str, read.remarks)).replace(
        "maximum=", "input_max="
    )


def test_a_model_of_few_grey_levels_reads_later_rows_by_the_scale_of_training(folder):
    x, y = scans(15)
    np.savetxt("scans.csv", PLACES["last"](x, y), "%d", ",")
    notices = run("train", "scans.csv", "--out", "m.safetensors", "--set", "scaling=unit", *QUICK).err
    assert "--input-max 15" in notices
    assert "doctor" not in notices
    assert load_model("m.safetensors").scaling.maximum == 15
    assert "inputs from" not in run("test", "m.safetensors", "scans.csv").err
    assert run("query", "m.safetensors", "scans.csv").code == 0
    # Of other scales, or in tables, nothing is certain.
    for levels, columns in ((87, 49), (15, 47)):
        np.savetxt("other.csv", PLACES["first"](scans(levels)[0][:, :columns], y), "%d", ",")
        assert glassnet.load_data("other.csv").maximum == 255
