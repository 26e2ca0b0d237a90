"""``glassnet doctor --fix`` on training and test data together: training accepts the pair of copies."""

from __future__ import annotations

import csv
import io
from itertools import product

import numpy as np
import pytest

import glassnet
from support.cli import run
from support.samples import csv_of, digits, npz, png

QUICK = ("--epochs", 1, "--hidden", 5, "--members", 1, "--engine", "reference", "--no-plot")


def written(rows) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


PLACES = {
    "first": lambda x, y: np.column_stack([y, x]),
    "last": lambda x, y: np.column_stack([x, y]),
    "one-hot first": lambda x, y: np.column_stack([np.eye(10)[y], x]),
    "one-hot last": lambda x, y: np.column_stack([x, np.eye(10)[y]]),
}
COLUMNS = {
    "row_id": lambda random, n, which: np.arange(n) + 1000 * which,
    "age": lambda random, n, which: random.integers(18, 90, n),
    "score": lambda random, n, which: np.round(random.normal(size=n), 3),
    "port": lambda random, n, which: random.choice(["S", "C", "Q"], n),
    "same in training": lambda random, n, which: np.full(n, 7) if which == 0 else random.integers(0, 5, n),
    "same in test": lambda random, n, which: np.full(n, 7) if which == 1 else random.integers(0, 5, n),
    "apart in test": lambda random, n, which: np.arange(n) if which == 1 else random.integers(0, 5, n),
    "empty in test": lambda random, n, which: np.full(n, "") if which == 1 else random.integers(0, 5, n),
    "empty in training": lambda random, n, which: np.full(n, "") if which == 0 else random.integers(0, 5, n),
    "born": lambda random, n, which: np.array([f"2001-0{k % 9 + 1}-11" for k in range(n)]),
    "days in test": lambda random, n, which: np.array(["2001-01-11"] * n) if which else random.choice(["a", "b"], n),
    "odd": lambda random, n, which: np.where(np.arange(n) % 17 == 3, random.choice(["?", "unknown"], n), "4.5"),
    "missing as -999": lambda random, n, which: np.where(np.arange(n) % 23 == 5, -999, random.integers(0, 40, n)),
    "huge": lambda random, n, which: np.where(np.arange(n) % 29 == 5, "inf", random.integers(0, 40, n).astype(str)),
}


def table(random, names, n, which, spelling) -> list[list[object]]:
    """A table with a header and the class in its first or last column, spelt in different ways."""
    label = np.array(["yes", "no"])[(random.random(n) < 0.4).astype(int)].astype(object)
    label[:5] = spelling
    columns = [COLUMNS[name](random, n, which).astype(str) for name in names]
    return [[*names, "label"], *map(list, zip(*columns, label, strict=True))]


@pytest.mark.parametrize("seed", range(3))
def test_training_accepts_the_repaired_pair_of_tables(seed, folder):
    random = np.random.default_rng(seed)
    names = ["age", *random.permutation([name for name in COLUMNS if name != "age"])[: random.integers(3, 9)]]
    tables = [table(random, names, n, which, ("yes", "Yes")[which]) for which, n in enumerate((120, 45))]
    if seed % 3 == 1:  # the test data have their columns in another order
        tables[1] = [row[::-1] for row in tables[1]]
    if seed % 4 == 2:
        tables[1][7] = tables[1][7][:-1]
        tables[0][9] = [*tables[0][9], "more"]
    for name, rows in zip(("train.csv", "test.csv"), tables, strict=True):
        (folder / name).write_text(written(rows))
    assert run("doctor", "train.csv", "--test", "test.csv", "--target", "label", "--fix", "copy.csv").code in (0, 1)
    left = [list(csv.reader(io.StringIO((folder / name).read_text()))) for name in ("copy.csv", "copy-test.csv")]
    assert set(left[0][0]) == set(left[1][0])
    outcome = run("train", "copy.csv", "--test", "copy-test.csv", "--target", "label", "--json", *QUICK)
    assert outcome.code == 0, outcome.err
    assert set(outcome.json()) >= {"accuracy"}
    assert {row[left[1][0].index("label")] for row in left[1][1:]} <= {"yes", "no"}


CHANGES = {
    "as they are": lambda x, y: (x, y),
    "labels from 1": lambda x, y: (x, y + 1),
    "labels of their own": lambda x, y: (x, np.where(y % 2, 1, -1)),
    "between 0 and 1": lambda x, y: (x / 255, y),
    "of a scale of its own": lambda x, y: (x * 3.7 - 200, y),
    "a stamp": lambda x, y: (np.concatenate([y[:, None] * 20 + 9, x[:, 1:]], axis=1), y),
}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        *product(("as they are", "labels from 1"), ("first", "one-hot")),
        ("labels of their own", "last"),
        ("labels of their own", "one-hot"),
        *zip(("between 0 and 1", "of a scale of its own", "a stamp"), ("last", "one-hot", "first"), strict=True),
    ],
)
def test_training_accepts_the_repaired_pair_of_pixel_tables(change, place, folder):
    data = digits(200)
    for name, rows in (("train.csv", slice(0, 150)), ("test.csv", slice(150, 163))):
        pixels, labels = CHANGES[change](data.inputs[rows].astype(float), data.labels[rows])
        if place == "one-hot":
            labels = np.searchsorted(np.unique(CHANGES[change](data.inputs, data.labels)[1]), labels)
        label = np.eye(10)[labels] if place == "one-hot" else labels[:, None]
        values = np.concatenate([label, pixels] if place == "first" else [pixels, label], axis=1)
        (folder / name).write_text(csv_of(values))
    outcome = run("doctor", "train.csv", "--test", "test.csv", "--fix", "copy.csv", "--json")
    assert outcome.json()["fixed"]["test"] == "copy-test.csv"
    training, test = glassnet.load_data("copy.csv"), glassnet.load_data("copy-test.csv", part="test")
    assert len(np.unique(test.labels)) < training.classes or change == "labels of their own"
    known = np.unique(CHANGES[change](data.inputs, data.labels)[1])
    wanted = np.searchsorted(known, CHANGES[change](data.inputs, data.labels)[1])
    np.testing.assert_array_equal(training.labels, wanted[:150])
    np.testing.assert_array_equal(test.labels, wanted[150:163])
    if change != "a stamp":  # the change to the pixels was undone in both files
        off = training.inputs.astype(float) - data.inputs[:150], test.inputs.astype(float) - data.inputs[150:163]
        assert max(float(np.abs(one).max()) for one in off) < 1.5
    assert run("train", "copy.csv", "--test", "copy-test.csv", *QUICK).code == 0


def test_the_same_columns_are_removed_from_both_archives(folder):
    random = np.random.default_rng(3)
    for name, constant, n in (("train.npz", 2, 90), ("test.npz", 5, 40)):
        values = random.normal(size=(n, 9)) ** 2
        values[:, constant] = 4
        (folder / name).write_bytes(npz(x=values, y=np.arange(n) % 3))
    run("doctor", "train.npz", "--test", "test.npz", "--fix", "copy.npz")
    assert run("train", "copy.npz", "--test", "copy-test.npz", *QUICK).code == 0
    assert glassnet.load_data("copy.npz").features == glassnet.load_data("copy-test.npz").features == 8


def test_rows_that_training_accepts_are_kept(folder):
    """Some text, infinite numbers and empty cells count as missing in training; text columns remain text."""
    random = np.random.default_rng(4)
    rows = [[f"{v:.3f}" for v in row] for row in random.normal(size=(400, 3))]
    for place, word in ((3, "unknown"), (40, "unknown"), (41, "n.d."), (42, ""), (43, "inf")):
        rows[place][0] = word
    for place in range(8):  # too many different values to be ignored
        rows[place * 9][1] = f"word {place}"
    text = written([["a", "b", "c", "label"], *([*row, "xy"[k % 2]] for k, row in enumerate(rows))])
    (folder / "rows.csv").write_text(text)
    taken = glassnet.load_table("rows.csv", "label")
    found = run("doctor", "rows.csv", "--target", "label", "--fix", "copy.csv", "--json").json()
    again = glassnet.load_table("copy.csv", "label")
    assert {one["code"] for one in found["findings"] if one["severity"] != "remark"} == {"GD48"}
    assert next(one["count"] for one in found["findings"] if one["code"] == "GD46") == 4
    assert len(again) == len(taken) == found["samples"] == 400
    np.testing.assert_array_equal(again.inputs, taken.inputs)
    np.testing.assert_array_equal(again.labels, taken.labels)


def test_test_data_without_a_column_are_rejected_and_no_file_is_written(folder):
    random = np.random.default_rng(5)
    rows = table(random, ["age", "port", "score"], 60, 0, "yes")
    (folder / "train.csv").write_text(written(rows))
    (folder / "test.csv").write_text(written([[row[0], *row[2:]] for row in rows[:20]]))
    before = sorted(folder.iterdir())
    run("doctor", "train.csv", "--test", "test.csv", "--target", "label", "--fix", "copy.csv").refused(
        "GN017", "test.csv", "port", "nothing was written"
    )
    assert sorted(folder.iterdir()) == before


def test_a_copy_of_the_test_data_overwrites_no_file(folder):
    for name in ("train.csv", "test.csv", "copy-test.csv"):
        (folder / name).write_text(written([[k % 2, *range(k, k + 20)] for k in range(40)]))
    before = (folder / "copy-test.csv").read_text()
    run("doctor", "train.csv", "--test", "test.csv", "--fix", "copy.csv").refused("GN022", "copy-test.csv")
    assert (folder / "copy-test.csv").read_text() == before
    assert not (folder / "copy.csv").exists()


@pytest.mark.parametrize(
    ("training", "test"), [pair for k in (1, 2) for pair in zip(PLACES, [*PLACES][k:] + [*PLACES][:k], strict=True)]
)
def test_a_test_file_can_have_its_labels_in_another_column(training, test, folder):
    """The doctor finds labels by their values, as training does; no row is lost, and pixels are matched by position."""
    data = digits(200)
    x, y = data.inputs.astype(float), data.labels
    (folder / "train.csv").write_text(csv_of(PLACES[training](x[:150], y[:150])))
    (folder / "test.csv").write_text(csv_of(PLACES[test](x[150:], y[150:])))
    found = run("doctor", "train.csv", "--test", "test.csv", "--fix", "copy.csv", "--json").json()
    assert [one["code"] for one in found["findings"] if one["code"] in ("GD33", "GD50")] == []
    errors = [one["code"] for one in found["findings"] if one["source"] == "test.csv" and one["severity"] == "error"]
    assert errors == {"first": [], "last": ["GD06"]}.get(test, ["GD09"])
    for name, rows, part in (("copy.csv", slice(0, 150), "train"), ("copy-test.csv", slice(150, 200), "test")):
        copy = glassnet.load_data(name, part=part)
        np.testing.assert_array_equal(copy.labels, y[rows])
        np.testing.assert_array_equal(copy.inputs, x[rows])


@pytest.mark.parametrize(("training", "test"), [("first", "last"), ("last", "first")])
def test_text_labels_can_be_in_another_column(training, test, folder):
    data = digits(200)
    words, wanted = np.array(["cat", "dog"], object), data.labels % 2
    for name, place, rows in (("train.csv", training, slice(0, 150)), ("test.csv", test, slice(150, 200))):
        (folder / name).write_text(written(PLACES[place](data.inputs[rows].astype(object), words[wanted[rows]])))
    assert run("doctor", "train.csv", "--test", "test.csv", "--fix", "copy.csv").code == 0
    copy = glassnet.load_data("copy-test.csv", part="test")
    np.testing.assert_array_equal(copy.labels, wanted[150:])
    np.testing.assert_array_equal(copy.inputs, data.inputs[150:])


def test_rows_without_a_one_hot_label_are_dropped_and_a_file_of_them_is_rejected(folder):
    data = digits(200)
    values = PLACES["one-hot last"](data.inputs.astype(float), data.labels)
    (folder / "train.csv").write_text(csv_of(values[:150]))
    values[153, -10:] = 0
    (folder / "test.csv").write_text(csv_of(values[150:]))
    found = run("doctor", "train.csv", "--test", "test.csv", "--fix", "copy.csv", "--json").json()
    assert [one["rows"] for one in found["findings"] if one["code"] == "GD10"] == [[3]]
    np.testing.assert_array_equal(
        glassnet.load_data("copy-test.csv", part="test").labels, np.delete(data.labels[150:], 3)
    )
    values[150:, -10:] = 0
    (folder / "none.csv").write_text(csv_of(values[150:]))
    before = sorted(folder.iterdir())
    run("doctor", "train.csv", "--test", "none.csv", "--fix", "again.csv").refused("GN015", "none.csv", "one-hot")
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("form", ["npz", "csv"])
def test_an_archive_keeps_its_own_test_part(form, folder):
    data = digits(200)
    x, y = (data.inputs.reshape(-1, 28, 28).astype(int) - 128).astype(np.int8), data.labels
    (folder / "both.npz").write_bytes(npz(x_train=x[:150], y_train=y[:150], x_test=x[150:], y_test=y[150:]))
    line = run("train", "both.npz", *QUICK).refused("GN014", "glassnet doctor both.npz --fix OUT.npz")
    assert "both.npz" in line
    outcome = run("doctor", "both.npz", "--fix", f"copy.{form}", "--json")
    assert outcome.code == 0
    fixed = outcome.json()["fixed"]
    assert {"GD24", "GD22"} <= set(fixed["done"])
    assert fixed["test"] == ("copy-test.csv" if form == "csv" else None)
    for part, rows in (("train", slice(0, 150)), ("test", slice(150, 200))):
        name = "copy-test.csv" if fixed["test"] and part == "test" else f"copy.{form}"
        copy = glassnet.load_data(name, part=part)
        np.testing.assert_array_equal(copy.labels, y[rows])
        np.testing.assert_array_equal(copy.inputs, data.inputs[rows])
    assert run("train", f"copy.{form}", *QUICK).code == 0


def test_a_folder_keeps_its_own_test_part(folder):
    data = digits(60)
    for k, (pixels, label) in enumerate(zip(data.inputs, data.labels % 2, strict=True)):
        place = folder / "pets" / ("train" if k < 40 else "test") / str(label) / f"{k}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(png(pixels.reshape(28, 28)))
    (folder / "pets" / "train" / "1" / "99.png").write_bytes(b"no picture")
    (folder / "pets" / "test" / "0" / "98.png").write_bytes(png(np.eye(5) * 200))
    outcome = run("doctor", "pets", "--fix", "copy", "--json")
    assert outcome.json()["fixed"]["test"] is None
    kept = {
        str(one.relative_to("pets")): one.read_bytes() for one in (folder / "pets").relative_to(folder).rglob("*.png")
    }
    del kept["train/1/99.png"]
    copied = {
        str(one.relative_to("copy")): one.read_bytes() for one in (folder / "copy").relative_to(folder).rglob("*.png")
    }
    assert {name for name in kept if name not in copied} <= {"test/0/98.png"}
    assert copied == {name: kept[name] for name in copied}
    assert run("doctor", "pets", "--fix", "copy.npz").code == 0
    assert len(glassnet.load_data("copy.npz", part="test")) >= 20
    assert len(glassnet.load_data("copy.npz")) == 40


def test_a_copy_without_names_is_examined_by_its_target(folder):
    random = np.random.default_rng(5)
    rows = [
        f"{random.normal():.3f},{'ab'[k % 2]},{random.choice(['x', 'y', ''])},{random.integers(9)}" for k in range(90)
    ]
    (folder / "rows.csv").write_text("\n".join(rows) + "\n")
    fixed = run("doctor", "rows.csv", "--target", "2", "--fix", "copy.csv", "--json").json()["fixed"]
    assert {one["severity"] for one in fixed["left"]} <= {"remark"}
    assert run("train", "copy.csv", "--target", "column1", *QUICK).code == 0
