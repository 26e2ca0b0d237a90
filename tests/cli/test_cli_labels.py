"""``glassnet labels``: the list, the plot, repaired copies of every format, and rejected commands."""

from __future__ import annotations

import csv
import gzip
import re
import shlex

import numpy as np
import pytest
from PIL import Image

from glassnet import load_data
from support.cli import run, snapshot
from support.labelled import blobs, flipped, logistic
from support.samples import digits, digits_csv, idx, npz, png, write

FAST = ("--hidden", "16", "--epochs", "6", "--cv", "3")
IMAGES, LABELS = digits(100).inputs.reshape(-1, 28, 28), digits(100).labels


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "review.csv").write_text("row,new\n3,9\n5,drop\n7,\n")
    return tmp_path


def repaired(count: int = 100) -> np.ndarray:
    labels = digits(count).labels.copy()
    labels[3] = 9
    return np.delete(labels, 5)


@pytest.mark.parametrize("filled", ["9", " drop", "x,seen"])
def test_a_reviewed_list_is_not_overwritten(folder, filled):
    write(folder, {"d.csv": digits_csv(150).encode(), "l.csv": b"row,file,label,likely,new\n3,,4,9,\n5,,1,7,\n"})
    again = ("labels", "d.csv", "--hidden", "4", "--epochs", "1", "--cv", "2", "--out", "l.csv")
    reviewed = (folder / "l.csv").read_bytes().replace(b"7,\n", f"7,{filled}\n".encode())
    (folder / "l.csv").write_bytes(reviewed)
    run(*again, "--force").refused("GN022", "l.csv", "column 'new' of this list is filled in", "--fix")
    assert (folder / "l.csv").read_bytes() == reviewed
    (folder / "l.csv").write_bytes(b"row,file,label,likely,new\n3,,4,9,\n5,,1,7, \n")
    run(*again).refused("GN007", "l.csv", "--force")
    run(*again, "--force").fine()  # an empty list can be replaced


def test_the_list_and_the_plot(folder):
    text = [line for line in digits_csv(1600).splitlines() if line[0] in "01"]
    for row in range(100, 116):
        text[row] = str(1 - int(text[row][0])) + text[row][1:]
    (folder / "d.csv").write_text("\n".join(text) + "\n")
    outcome = run("labels", "d.csv", *FAST, "--out", "l.csv", "--plot", "p.png", "--json").fine()
    found = outcome.json()
    assert list(found) == [
        *("source", "samples", "folds", "accuracy", "estimated_errors", "certain", "suspects", "picture", "list")
    ]
    rows = found["suspects"]
    first = {"row": 100, "label": text[100][0], "likely": str(1 - int(text[100][0]))}
    assert first.items() <= next(one for one in rows if one["row"] == 100).items()
    assert len(rows) == round(len(text) * (1 - found["accuracy"]))
    wrong = [one["wrong_probability"] for one in rows]
    assert wrong == sorted(wrong, reverse=True)
    assert sum(wrong) == pytest.approx(found["estimated_errors"], abs=0.01)
    with open("l.csv", encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [int(one["row"]) for one in written] == [one["row"] for one in rows]
    assert {one["new"] for one in written} == {""}
    with Image.open("p.png") as picture:
        assert picture.width > 500
    text = run("labels", "d.csv", *FAST, "--first", 2).fine().out
    assert text.count("predicted") == 2
    assert "--out suspects.csv" in text
    # --fix takes the reviewed list.
    written[0]["new"] = written[0]["likely"]
    with open("l.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, written[0])
        writer.writeheader()
        writer.writerows(written)
    assert run("labels", "d.csv", "--fix", "l.csv", "--to", "new.csv", "--json").fine().json() == {
        "changed": 1,
        "dropped": 0,
        "copy": "new.csv",
    }
    changed = np.flatnonzero(load_data("new.csv").labels != load_data("d.csv").labels)
    assert changed.tolist() == [rows[0]["row"]]


@pytest.mark.parametrize("out", ["t2.csv", "t2.csv.gz"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_only_the_labels_of_a_table_change(folder, out, ends):
    text = "label,a,b\n\n" + "".join(f"{k % 10},{k},5.50\n" for k in range(12))
    (folder / "t.csv").write_bytes(text.replace("\n", ends).encode())
    run("labels", "t.csv", "--fix", "review.csv", "--to", out).fine()
    content = (folder / out).read_bytes()
    expected = text.replace("\n3,3,", "\n9,3,").replace("5,5,5.50\n", "").replace("\n", ends)
    assert (gzip.decompress(content) if out.endswith(".gz") else content).decode() == expected


def test_idx_and_npz(folder):
    (folder / "train-images-idx3-ubyte").write_bytes(idx(IMAGES))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    for source in (".", "train-images-idx3-ubyte"):
        out = f"fix{len(source)}-images-idx3-ubyte"
        run("labels", source, "--fix", "review.csv", "--to", out).fine()
        data = load_data(out)
        np.testing.assert_array_equal(data.labels, repaired())
        np.testing.assert_array_equal(data.inputs, np.delete(digits(100).inputs, 5, axis=0))
    run("labels", ".", "--fix", "review.csv", "--to", "nothing").refused("GN022", "'images'")
    (folder / "a.npz").write_bytes(npz(x=IMAGES, y=LABELS, more=np.arange(3)))
    run("labels", "a.npz", "--fix", "review.csv", "--to", "b.npz").fine()
    with np.load("b.npz") as archive:
        np.testing.assert_array_equal(archive["y"], repaired())
        np.testing.assert_array_equal(archive["x"], np.delete(IMAGES, 5, axis=0))
        np.testing.assert_array_equal(archive["more"], np.arange(3))


def test_a_folder_of_images(folder):
    for k in range(10):
        path = folder / "pets" / ("cats" if k < 5 else "dogs") / f"{k}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(IMAGES[k]))
    (folder / "r.csv").write_text("0,dogs\n6,drop\n")
    before = snapshot(folder / "pets")
    run("labels", "pets", "--fix", "r.csv", "--to", "better").fine()
    after = snapshot(folder / "better")
    assert after.pop("dogs/cats-0.png") == before.pop("cats/0.png")
    del before["dogs/6.png"]
    assert after == before
    run("labels", "pets", "--fix", "r.csv", "--to", "better").refused("GN022", "already exists")


def test_a_table_with_named_columns(folder):
    random = np.random.default_rng(0)
    lines = [f'{random.normal(k % 2 * 8):.3f};"x; y";{("no", "yes")[k % 2]}' for k in range(60)]
    lines[8] = lines[8].replace("no", "yes")
    lines[20] = lines[20].replace("no", "")
    (folder / "t.csv").write_text("size;kind;answer\n" + "\n".join(lines) + "\n")
    found = run("labels", "t.csv", "--target", "answer", "--cv", 3, "--json")
    assert found.code == 0, found.err
    assert found.json()["suspects"][0]["row"] == 8
    (folder / "r.csv").write_text("row,new\n8,no\n21,drop\n")
    fixed = run("labels", "t.csv", "--target", "answer", "--fix", "r.csv", "--to", "u.csv")
    assert fixed.code == 0, fixed.err
    lines[8] = lines[8].replace("yes", "no")
    del lines[21]
    assert (folder / "u.csv").read_text().replace('"', "") == ("size;kind;answer\n" + "\n".join(lines) + "\n").replace(
        '"', ""
    )


def test_the_next_command_names_the_same_data(folder):
    random = np.random.default_rng(0)
    lines = [f"{k},{random.normal(8 * (k % 2)):.3f},2026-01-01,{k % 2 ^ (k % 15 == 3)}" for k in range(400)]
    (folder / "t.csv").write_text("id,x,day,y\n" + "\n".join(lines) + "\n")
    flags = ("--target", "y", "--task", "classes", "--drop", "day", "--drop", "id")
    done = run("labels", "t.csv", *flags, "--cv", 2, "--seed", 3, "--first", 0, "--out", "l.csv").fine()
    (after,) = re.findall("next      glassnet (.*) REPAIRED", done.out)
    text = (folder / "l.csv").read_text().splitlines()
    (folder / "l.csv").write_text("\n".join([text[0], f"{text[1]}drop"]) + "\n")
    run(*shlex.split(after), "fixed.csv").fine()
    assert len((folder / "fixed.csv").read_text().splitlines()) == 400


def test_overlapping_classes_are_reported_without_corrections(folder):
    random = np.random.default_rng(1)
    x, y = logistic(random, 600)
    (folder / "t.csv").write_text("x,y\n" + "".join(f"{a:.5f},{b}\n" for a, b in zip(x[:, 0], y, strict=True)))
    command = ("labels", "t.csv", "--target", "y", "--first", 1, "--hidden", 30)
    done = run(*command, "--out", "l.csv").fine()
    assert "wrong or ambiguous" in done.out
    assert "the classes overlap" in done.out
    assert not re.search("--out|--fix|glassnet labels", done.out)
    rows = list(csv.DictReader((folder / "l.csv").read_text().splitlines()))
    assert len(rows) > 100
    assert max(float(row["wrong_probability"]) for row in rows) < 0.5
    found = run(*command, "--json").fine().json()
    assert not found["certain"]
    assert found["estimated_errors"] < 0.02 * 600


def test_wrong_labels_are_reported_with_the_next_command(folder):
    random = np.random.default_rng(1)
    x, true = blobs(random, 600, 2, distance=8)
    labels = flipped(random, true, 0.05)
    lines = [f"{a:.4f},{b:.4f},{label}\n" for (a, b), label in zip(x, labels, strict=True)]
    (folder / "t.csv").write_text("a,b,y\n" + "".join(lines))
    done = run("labels", "t.csv", "--target", "y", "--first", 30, "--cv", 4).fine()
    estimate = re.search(r"(\d+) wrong or ambiguous labels; about (\d+) wrong \(5\.", done.out)
    assert all(30 <= int(count) <= 31 for count in estimate.groups())
    assert set(map(int, re.findall(r"row (\d+) ", done.out))) == set(np.flatnonzero(labels != true))
    assert "next      glassnet labels t.csv --target y --cv 4 --out suspects.csv\n" in done.out


def test_images_with_equal_names_in_a_new_folder_are_both_kept(folder):
    for name, k in {"a/0.png": 0, "a-0.png": 1, "b.png": 2}.items():
        (folder / "pets" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "pets" / name).write_bytes(png(IMAGES[k]))
    (folder / "pets" / "labels.csv").write_text("file,label\na/0.png,x\na-0.png,x\nb.png,y\n")
    (folder / "r.csv").write_text("row,new\n2,x\n")
    run("labels", "pets", "--fix", "r.csv", "--to", "better").fine()
    assert len(snapshot(folder / "better")) == 3


@pytest.mark.parametrize("name", ["AC/DC", "../out", ".hidden"])
def test_a_class_that_cannot_be_a_folder_name_is_rejected(folder, name):
    for k in range(4):
        (folder / "pets").mkdir(exist_ok=True)
        (folder / "pets" / f"{k}.png").write_bytes(png(IMAGES[k]))
    (folder / "pets" / "labels.csv").write_text(f"file,label\n0.png,{name}\n1.png,b\n2.png,b\n3.png,b\n")
    (folder / "r.csv").write_text("row,new\n2,drop\n")
    before = snapshot(folder)
    run("labels", "pets", "--fix", "r.csv", "--to", "better").refused("GN022", f"'{name}'", "name of a folder")
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("review", "code", "words"),
    [
        ("row,new\n100,1\n", "GN074", ["line 2", "'100'", "0 to 99"]),
        ("row,new\n-1,1\n", "GN074", ["'-1'"]),
        ("row,new\n3,12\n", "GN074", ["'12'", "expected one of 0, 1"]),
        ("row,new\n3,1\n3,2\n", "GN074", ["line 3", "row 3"]),
        ("row,label\n3,1\n", "GN074", ["none 'new'"]),
        ("x1,x2\n3,1\n", "GN074", ["no columns 'row' and 'new'", "'glassnet labels'"]),
        ("row,new\n3,\n", "GN074", ["no line changes"]),
        ("", "GN074", ["no line changes"]),
    ],
)
def test_invalid_reviews_are_rejected(folder, review, code, words):
    (folder / "d.csv").write_text(digits_csv(100))
    (folder / "r.csv").write_text(review)
    before = snapshot(folder)
    run("labels", "d.csv", "--fix", "r.csv", "--to", "new.csv").refused(code, "r.csv", *words)
    assert snapshot(folder) == before


def test_existing_files_are_not_overwritten(folder):
    (folder / "d.csv").write_text(digits_csv(100))
    before = snapshot(folder)
    for out in ("d.csv", "review.csv"):
        run("labels", "d.csv", "--fix", "review.csv", "--to", out).refused("GN022", "already exists")
    run("labels", "d.csv", "--out", "review.csv").refused("GN022", "of another kind")
    run("labels", "d.csv", "--plot", "d.csv").refused("GN021", ".png, .pdf or .svg")
    run("labels", "d.csv", "--fix", "review.csv").refused("GN022", "--to")
    run("labels", "d.csv", "--fix", "gone.csv", "--to", "new.csv").refused("GN001", "gone.csv")
    run("labels", "d.csv", "--cv", "1").refused("GN021", "2 to 100")
    (folder / "t.csv").write_text("".join(f"{k % 2},{k}\n" for k in range(9)))
    run("labels", "t.csv").refused("GN073", "9 samples for 5 folds")
    run("labels", "t.csv", "--plot", "p.png").refused("GN017", "not an image")
    assert {name: content for name, content in snapshot(folder).items() if name != "t.csv"} == before


def test_without_wrong_labels_there_is_no_next_command(folder):
    (folder / "easy.csv").write_text("x,y\n" + "-1,no\n1,yes\n" * 60)
    done = run("labels", "easy.csv", "--target", "y", "--cv", 2, "--keep", "x", "--out", "none.csv").fine()
    assert "estimate  no wrong or ambiguous labels: every label matches the prediction\n" in done.out
    assert "next" not in done.out
    assert len((folder / "none.csv").read_text().splitlines()) == 1


def test_no_cell_of_a_list_is_a_formula_and_labels_survive(folder):
    """A spreadsheet would evaluate ``=1+1``; values copied from the other columns are accepted in `new`."""
    rng = np.random.default_rng(12)
    names = ("=1+1", "@SUM(A1)", "+x", "-5")
    kinds = np.arange(120) % 4
    noisy = np.where(rng.random(120) < 0.1, (kinds + 1) % 4, kinds)
    lines = [f"{kind + 0.1 * rng.normal():.3f},{names[label]}" for kind, label in zip(kinds, noisy, strict=True)]
    (folder / "t.csv").write_text("x,kind\n" + "\n".join(lines) + "\n")
    words = ("labels", "t.csv", "--target", "kind")
    suspects = run(*words, *FAST, "--out", "l.csv", "--json").fine().json()["suspects"]
    with open("l.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(suspects) > 3
    for row, suspect in zip(rows, suspects, strict=True):
        for column in ("label", "likely"):
            assert row[column] == (suspect[column] if suspect[column] == "-5" else f"'{suspect[column]}")
        row["new"] = row["likely"]
    with open("r.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    run(*words, "--fix", "r.csv", "--to", "better.csv").fine()
    better = (folder / "better.csv").read_text().splitlines()[1:]
    for suspect in suspects:
        assert better[suspect["row"]] == f"{lines[suspect['row']].partition(',')[0]},{suspect['likely']}"
