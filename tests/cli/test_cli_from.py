"""``train --from`` trains a model further, ``train --add`` adds own drawings; ``verify`` repeats both."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glassnet import History, load_data, load_model
from glassnet.cli import train
from glassnet.data.held_out import SplitBy
from glassnet.data.split import split_rows
from glassnet.options.options import Options
from glassnet.training.events import BlockDone
from support.cli import run, snapshot
from support.samples import digits_csv, table

MADE = ("--engine", "reference", "--hidden", "5", "--epochs", "2", "--no-plot")
FURTHER = ("--engine", "reference", "--epochs", "1", "--no-plot")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two tables of the same classes, and a model of the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_bytes(table(rows=100))
    (tmp_path / "more.csv").write_bytes(table((1, 2, "7"), rows=80))
    run("train", "rows.csv", *MADE, "--out", "m.safetensors").fine()
    return tmp_path


def drawn(place, labels=range(10)):
    """Dark digits on sheets of 200 × 200 pixels, one for each label, and their rows in MNIST's test part."""
    digits = load_data("mnist", part="test")
    rows = [int(np.flatnonzero(digits.labels == label)[0]) for label in labels]
    for label, row in zip(labels, rows, strict=True):
        paper = np.full((200, 200), 250, np.uint8)
        ink = Image.fromarray(digits.inputs[row].reshape(28, 28)).resize((112, 112), Image.Resampling.BICUBIC)
        paper[40:152, 40:152] -= np.minimum(np.asarray(ink), 250)
        (place / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(paper).save(place / f"{label}/a.png")
    return digits.inputs[rows]


def test_a_model_is_trained_further_and_kept(folder):
    before = snapshot(folder)
    outcome = run("train", "more.csv", "--from", "m.safetensors", *FURTHER).fine()
    parent, child = load_model("m.safetensors"), load_model("m-2.safetensors")
    assert f"from      m.safetensors, hash {parent.hash()}" in outcome.out
    assert "model     m-2.safetensors\n" in outcome.out
    assert {name: content for name, content in snapshot(folder).items() if name in before} == before
    assert child.receipt["parent"] == {"hash": parent.hash(), "file": "m.safetensors"}
    assert child.receipt["trails"][0][0] == parent.hash()
    assert child.receipt["options"] == parent.receipt["options"] | {"epochs": 1}
    assert (child.scaling, child.targets) == (parent.scaling, parent.targets)
    again = run("train", "more.csv", "--from", "m-2.safetensors", *FURTHER, "--json").fine().json()
    assert again["model"] == "m-3.safetensors"
    assert again["parent"] == {"hash": child.hash(), "file": "m-2.safetensors"}


def test_verify_names_the_added_data_and_takes_none_if_none_were_added(folder):
    """Any folder of samples will do: here the rows of other tables."""
    run("info", "--verify", "m.safetensors", "rows.csv", "--add", "more.csv").refused(
        "GN022", "without added samples. Omit it."
    )
    run("train", "rows.csv", *MADE, "--add", "more.csv", "--out", "a.safetensors").fine()
    assert "same bits" in run("info", "--verify", "a.safetensors", "rows.csv").fine().out
    Path("other.csv").write_bytes(table((3, 2, "7"), rows=80))
    other = run("info", "--verify", "a.safetensors", "rows.csv", "--add", "other.csv")
    assert (other.code, "rows.csv with the added other.csv is not the training data" in other.out) == (1, True)


def test_verify_finds_the_parent_beside_the_model_or_requires_it(folder):
    run("train", "more.csv", "--from", "m.safetensors", *FURTHER).fine()
    assert "same bits" in run("info", "--verify", "m-2.safetensors", "more.csv").fine().out
    run("explain", "m-2.safetensors", "more.csv", "--epoch", 1, "--step", 2, "--json").fine()
    (folder / "old").mkdir()
    Path("m.safetensors").rename("old/first.safetensors")
    hash_ = load_model("old/first.safetensors").hash()
    words = ("info", "--verify", "m-2.safetensors", "more.csv")
    run(*words).refused("GN020", f"started from m.safetensors (hash {hash_})", "--from FILE")
    run("explain", "m-2.safetensors", "more.csv", "--epoch", 1, "--step", 2).refused("GN020", "Put it there")
    run(*words, "--from", "m-2.safetensors").refused("GN017", f"the model with hash {hash_}")
    run(*words, "--from", "old/first.safetensors").fine()
    run("info", "--verify", "old/first.safetensors", "rows.csv", "--from", "m-2.safetensors").refused(
        "GN022", "did not start"
    )
    (folder / "m.safetensors").write_bytes((folder / "m-2.safetensors").read_bytes())
    run(*words).refused("GN017", "m.safetensors", hash_)


@pytest.mark.parametrize(
    ("words", "code", "fragments"),
    [
        (("more.csv", "--hidden", "300"), "GN022", ("--hidden 300", "the model has --hidden 5")),
        (("more.csv", "--set", "scaling=unit"), "GN022", ("--set scaling=unit", "--set scaling=notes")),
        (("more.csv", "--out", "m.safetensors"), "GN022", ("--out m.safetensors", "starts from")),
        (("more.csv", "--out", "./m.safetensors", "--force"), "GN022", ("starts from",)),
        (("more.csv", "--checkpoint", "m.safetensors"), "GN022", ("--checkpoint m.safetensors", "starts from")),
        (("more.csv", "--target", "a"), "GN022", ("--target a", "not trained on a table")),
        ((), "GN020", ("no DATA", "Name the DATA to train on")),
        (("mnist",), "GN017", ("784 values per sample", "16")),
        (("two.csv",), "GN016", ("two.csv: no sample of 1", "--add")),
        (("four.csv",), "GN017", ("label 3", "classes 0 to 2")),
        (("gone.csv",), "GN001", ("gone.csv",)),
    ],
)
def test_what_does_not_fit_the_model_is_named(folder, words, code, fragments):
    (folder / "two.csv").write_bytes(b"".join(line + b"\n" for line in table().split() if line[:1] != b"1"))
    (folder / "four.csv").write_bytes(table(classes=4))
    before = snapshot(folder)
    run("train", *words, "--from", "m.safetensors", *FURTHER).refused(code, *fragments)
    assert snapshot(folder) == before


def test_a_file_that_is_not_a_model_is_rejected(folder):
    run("train", "more.csv", "--from", "rows.csv").refused("GN040", "rows.csv")
    run("train", "more.csv", "--from", "gone.safetensors").refused("GN001", "gone.safetensors")


def test_rows_that_the_model_was_trained_on_are_reported_if_they_are_in_the_test(folder):
    words = ("train", "rows.csv", "--from", "m.safetensors", *FURTHER)
    assert "already trained" not in run(*words).fine().err
    outcome = run(*words, "--seed", "5").fine()
    assert "already trained on" in outcome.err
    assert "of the 10 held-out rows" in outcome.err


@pytest.mark.parametrize("named", [False, True])
def test_a_class_only_among_held_out_rows_is_refused(folder, named):
    """Training would lack it, although the data have it."""
    rows = (folder / "rows.csv").read_text().splitlines()
    frequent = [line for line in rows if line[0] != "1"]
    rare = [line for line in rows if line[0] == "1"][:1]
    for less in range(len(frequent)):  # so many that the split holds out the only row of class 1
        rows = sorted(frequent[less:] + rare)
        labels = np.array([int(line[0]) for line in rows])
        if rows.index(rare[0]) in split_rows(len(rows), "", Options(), SplitBy(labels))[1]:
            break
    made, started = MADE, "m.safetensors"
    if named:
        names = ",".join(f"p{k}" for k in range(16))
        rows, started = [f"label,{names}", *(f"c{line}" for line in rows)], "t.safetensors"
        whole = [f"c{line}" for line in (folder / "rows.csv").read_text().splitlines()]
        Path("named.csv").write_text("\n".join([rows[0], *whole]) + "\n", encoding="utf-8")
        run("train", "named.csv", "--target", "label", *made, "--out", started).fine()
    Path("rare.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    words = ("train", "rare.csv", "--from", started, *FURTHER)
    run(*words).refused("GN016", "all samples of", "are held out for the test", "--set holdout")
    run(*words, "--test", "named.csv" if named else "rows.csv").fine()


def test_a_table_has_the_columns_of_the_model(folder):
    people = [f"{20 + n % 30},{'ab'[n % 2]},{'yes' if n % 3 else 'no'}" for n in range(60)]
    Path("people.csv").write_text("\n".join(["age,place,answer", *people]) + "\n", encoding="utf-8")
    Path("later.csv").write_text(
        "\n".join(["answer,place,age", *(",".join(one.split(",")[::-1]) for one in people)]), encoding="utf-8"
    )
    run("train", "people.csv", "--target", "answer", *MADE, "--out", "t.safetensors").fine()
    run("train", "later.csv", "--from", "t.safetensors", *FURTHER).fine()
    assert load_model("t-2.safetensors").columns == load_model("t.safetensors").columns
    run("info", "--verify", "t-2.safetensors", "later.csv").fine()
    run("train", "rows.csv", "--from", "t.safetensors", *FURTHER).refused("GN060", "'age'")
    run("train", "later.csv", "--from", "t.safetensors", "--target", "age", *FURTHER).refused(
        "GN022", "predicts 'answer'"
    )
    drop = ("--target", "answer", "--drop", "age")
    run("train", "later.csv", "--from", "t.safetensors", *drop).refused("GN022", "--drop", "columns of t.safetensors")
    run("train", "later.csv", "--from", "t.safetensors", "--add", "mine").refused("GN022", "--add mine")
    run("train", "people.csv", "--target", "answer", "--add", "mine").refused("GN022", "--add mine")
    Path("odd.csv").write_text(
        Path("people.csv").read_text(encoding="utf-8").replace("no\n", "perhaps\n"), encoding="utf-8"
    )
    run("train", "odd.csv", "--from", "t.safetensors", *FURTHER).refused("GN064", "'perhaps'")


@pytest.mark.parametrize("from_", [(), ("--from", "m.safetensors")])
def test_own_drawings_are_added_in_the_form_of_mnist(tmp_path, monkeypatch, from_):
    monkeypatch.chdir(tmp_path)
    Path("digits.csv").write_text(digits_csv(150), encoding="utf-8")
    digits = drawn(tmp_path / "mine", (3, 7))
    Image.new("L", (200, 200), 250).save("mine/7/blank.png")
    if from_:
        run("train", "digits.csv", *MADE, "--out", "m.safetensors").fine()
    made = FURTHER if from_ else MADE
    times = ("--set", "add_times=3") if from_ else ()
    outcome = run("train", "digits.csv", *from_, "--add", "mine", *times, *made, "--out", "d.safetensors")
    assert outcome.code == 0
    assert "mine: 7/blank.png: no digit found, excluded [GN085]" in outcome.err
    told = "2 samples, each added 3 times to" if from_ else "2 samples added to"
    count = 135 + (6 if from_ else 2)
    assert f"mine: {told} the training data, which now have {count}" in outcome.err
    model = load_model("d.safetensors")
    assert model.receipt["data"]["added"] == ["mine"] * (count - 135 >> 1)
    assert (model.features, model.receipt["data"]["samples"]) == (784, count)
    assert run("info", "--verify", "d.safetensors", "digits.csv").code == 0
    Path("mine").rename("moved")
    run("info", "--verify", "d.safetensors", "digits.csv").refused("GN001", "mine")
    assert run("info", "--verify", "d.safetensors", "digits.csv", "--add", "moved").code == 0
    two = ("--add", "moved", "--add", "digits.csv")
    run("info", "--verify", "d.safetensors", "digits.csv", *two).refused("GN022", "added samples of mine")
    run("train", "digits.csv", "--set", "add_times=2").refused("GN022", "--add FOLDER")
    found = load_data("moved", like=model)
    near = np.abs(found.inputs.astype(float) - digits.astype(float)).mean(axis=1)
    assert (near < 20).all(), "the drawn digit, not the sheet"
    assert run("test", "d.safetensors", "moved", "--json").json()["samples"] == 2


def test_data_of_another_layout_are_read_again_in_the_same_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [line.partition(",") for line in digits_csv(150).splitlines()]
    Path("first.csv").write_text(digits_csv(150), encoding="utf-8")
    Path("last.csv").write_text("".join(f"{pixels},{label}\n" for label, _, pixels in lines), encoding="utf-8")
    run("train", "first.csv", *MADE, "--out", "m.safetensors").fine()
    for source in ("last.csv", "first.csv"):
        keep = ("--checkpoint", f"{source}.ck")
        run("train", source, "--from", "m.safetensors", *FURTHER, *keep, "--out", f"{source}.safetensors").fine()
        run("info", "--verify", f"{source}.safetensors", source).fine()
        run("train", "--resume", f"{source}.ck", "--json").fine()
    hashes = {load_model(f"{source}.safetensors").hash() for source in ("last.csv", "first.csv")}
    assert len(hashes) == 1


def test_the_report_names_the_parent(folder):
    run("train", "more.csv", "--from", "m.safetensors", *FURTHER).fine()
    run("test", "m-2.safetensors", "more.csv", "--report", "r.html").fine()
    page = Path("r.html").read_text(encoding="utf-8")
    assert "trained further from" in page
    assert f"m.safetensors {load_model('m.safetensors').hash()}" in page


def test_own_drawings_alone_are_training_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("digits.csv").write_text(digits_csv(150), encoding="utf-8")
    drawn(tmp_path / "mine")
    run("train", "digits.csv", *MADE, "--out", "m.safetensors").fine()
    words = ("train", "mine", "--from", "m.safetensors", "--test", "digits.csv", *FURTHER)
    facts = run(*words, "--json").fine().json()
    assert (facts["samples"], facts["model"]) == (10, "m-2.safetensors")
    assert run("info", "--verify", "m-2.safetensors", "mine").code == 0
    Path("mine/3").rename("three")
    run(*words).refused("GN016", "mine: no sample of 3", "--add")
    Path("three").rename("mine/x")
    run(*words).refused("GN017", "class names", "numbers")


def test_a_replaced_model_is_reported(folder):
    words = ("train", "rows.csv", *MADE, "--out", "m.safetensors")
    run(*words).refused("GN007", "m.safetensors")
    assert "model     m.safetensors (the earlier model was replaced)" in run(*words, "--force").fine().out
    assert "replaced" not in run("train", "rows.csv", *MADE, "--out", "n.safetensors", "--force").fine().out


def test_a_resumed_run_gives_the_files_of_an_uninterrupted_one(folder, monkeypatch):
    drawn(folder / "mine", (3, 7))
    Path("digits.csv").write_text(digits_csv(150), encoding="utf-8")
    run("train", "digits.csv", *MADE, "--out", "p.safetensors").fine()
    left = [0]

    class Listener(History):
        def __call__(self, event):
            left[0] -= isinstance(event, BlockDone)
            if isinstance(event, BlockDone) and not left[0]:
                signal.raise_signal(signal.SIGINT)

        def close(self):
            pass

    for command in (train,):
        monkeypatch.setattr(command, "progress_listener", Listener)
    words = ("train", "digits.csv", "--from", "p.safetensors", "--add", "mine", *FURTHER, "--set", "blocks=8")
    whole = run(*words, "--out", "whole.safetensors", "--json").fine().json()
    left[0] = 3
    run(*words, "--out", "part.safetensors", "--checkpoint", "run.ck").refused("GN031", exit_code=130)
    Path("p.safetensors").rename("elsewhere")
    resumed = run("train", "--resume", "run.ck", "--json").fine().json()
    names = {"seconds": 0, "model": ""}
    assert {**resumed, **names} == {**whole, **names}
    assert Path("part.safetensors").read_bytes() == Path("whole.safetensors").read_bytes()


def test_verify_of_a_model_of_a_table_takes_no_added_samples(folder):
    Path("t.csv").write_text("x,y\n" + "".join(f"{k * 37 % 40},{'ny'[k % 2]}\n" for k in range(60)), encoding="utf-8")
    run("train", "t.csv", "--target", "y", *MADE, "--out", "t.safetensors").fine()
    run("info", "--verify", "t.safetensors", "t.csv", "--add", "more.csv").refused("GN022", "without added samples")
