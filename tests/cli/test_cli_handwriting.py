"""Wrong inputs are reported on the command line: large drawings, and inputs with another range."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from PIL import Image

from glassnet import load_data, load_model
from support.cli import run, run_process

FLAGS = ("--engine", "reference", "--hidden", "5", "--epochs", "1", "--no-plot", "--out", "m.safetensors")


def drawings(place, labels=(1, 7), count=3):
    """Drawings of dark digits on 200 × 200 pixels."""
    digits = load_data("mnist", part="test")
    for label in labels:
        (place / f"mine/{label}s").mkdir(parents=True)
        for name, row in enumerate(np.flatnonzero(digits.labels == label)[:count]):
            paper = np.full((200, 200), 250, np.uint8)
            ink = Image.fromarray(digits.inputs[row].reshape(28, 28)).resize((112, 112), Image.Resampling.BICUBIC)
            paper[40:152, 40:152] -= np.minimum(np.asarray(ink), 250)
            Image.fromarray(paper).save(place / f"mine/{label}s/{name}.png")


def test_train_requires_an_option_for_large_images(folder):
    drawings(folder)
    run("train", "mine", *FLAGS).refused("GN077", "200 × 200", "40,000 inputs", "--size 28", "--handwriting")
    assert not (folder / "m.safetensors").exists()
    assert run("train", "mine", *FLAGS, "--size", "200").code == 0
    assert load_model("m.safetensors").features == 40_000
    assert run("info", "--verify", "m.safetensors", "mine").code == 0
    assert "200 × 200" in run("show", "mine").fine().out  # showing them needs no size
    run("train", "mine", *FLAGS, "--force", "--handwriting", "--size", "28").refused(
        "GN022", "--handwriting with --size"
    )
    run("train", *FLAGS, "--force", "--handwriting").refused("GN022", "--handwriting: only for folders of images")


def test_the_doctor_reports_the_option_that_train_requires(folder):
    drawings(folder)
    found = run("doctor", "mine", "--json").json()
    assert "GD63" in {finding["code"] for finding in found["findings"]}
    assert not found["healthy"]
    sized = run("doctor", "mine", "--size", "28", "--json").json()
    assert "GD63" not in {finding["code"] for finding in sized["findings"]}


def test_a_file_named_as_an_image_that_is_not_one_is_rejected(folder):
    (folder / "note.png").write_text("hello\n")
    run("query", "note.png").refused("GN005", "note.png", "text, but named as an image")


def test_handwriting_is_processed_equally_by_train_test_and_query(folder):
    drawings(folder)
    Image.new("L", (200, 200), 250).save("mine/1s/blank.png")
    done = run("train", "mine", *FLAGS, "--handwriting")
    assert done.code == 0
    assert "mine: 1s/blank.png: no digit found, excluded [GN085]" in done.err
    model = load_model("m.safetensors")
    assert (model.features, model.receipt["options"]["handwriting"]) == (784, True)
    tested = run("test", "m.safetensors", "mine", "--json").json()
    assert tested["samples"] == 6
    (folder / "mine/1s/blank.png").unlink()
    predictions = run("query", "m.safetensors", "mine", "--json").json()
    assert len(predictions) == 6
    right = sum(answer["name"] in answer["input"] for answer in predictions)
    assert tested["accuracy"] == pytest.approx(right / 6)
    assert run("info", "--verify", "m.safetensors", "mine").code == 0
    assert "28 × 28" in run("show", "mine", "--handwriting").out
    wrong = run("test", "m.safetensors", "mine").out
    assert "--size" not in wrong
    assert "--handwriting" in wrong or "misread" not in wrong


def test_rows_of_another_range_are_reported_in_one_line(folder):
    digits = load_data("mnist", part="test").take(slice(0, 450))
    rows = np.column_stack([digits.labels, digits.inputs])
    np.savetxt("train.csv", rows[:300], delimiter=",", fmt="%d")
    run("train", "train.csv", *FLAGS)
    np.savetxt("good.csv", digits.inputs[400:405], delimiter=",", fmt="%d")
    np.savetxt("small.csv", digits.inputs[400:405] / 255, delimiter=",", fmt="%.5f")
    np.savetxt(
        "small-labelled.csv", np.column_stack([digits.labels, digits.inputs / 255])[400:450], delimiter=",", fmt="%.5f"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run("query", "m.safetensors", "good.csv").fine()
    for language, words in (("en", "glassnet: rows: most of 5 samples"), ("zh", "远超训练数据的范围")):
        outcome = run_process(
            "query", "m.safetensors", "small.csv", "--json", cwd=folder, env={"GLASSNET_LANGUAGE": language}
        )
        assert outcome.code == 0
        assert len(outcome.json()) == 5
        (line,) = outcome.err.splitlines()
        assert words in line
        assert line.endswith("[GN075]")
    tested = run_process("test", "m.safetensors", "small-labelled.csv", cwd=folder)
    assert tested.code == 0
    assert tested.err.count("[GN075]") == 1


def test_a_broken_image_among_many_does_not_turn_one_blank_image_into_an_alarm(folder):
    digits = load_data("mnist", part="test")
    np.savetxt("train.csv", np.column_stack([digits.labels, digits.inputs])[:300], delimiter=",", fmt="%d")
    run("train", "train.csv", *FLAGS)
    (folder / "asked").mkdir()
    for row in range(9):
        Image.fromarray(digits.inputs[400 + row].reshape(28, 28)).save(f"asked/{row}.png")
    Image.new("L", (28, 28), 120).save("asked/9.png")
    (folder / "asked/broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = run("query", "m.safetensors", "asked")
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) in (9, 10)
    assert "[GN075]" not in outcome.err


def test_train_reports_test_data_of_another_range(folder):
    digits = load_data("mnist", part="test")
    rows = np.column_stack([digits.labels, digits.inputs])[:400].astype(float)
    np.savetxt("train.csv", rows[:300], delimiter=",", fmt="%d")
    rows[:, 1:] = 255 - rows[:, 1:]
    np.savetxt("white.csv", rows[300:], delimiter=",", fmt="%d")
    done = run_process("train", "train.csv", "--test", "white.csv", *FLAGS, cwd=folder)
    assert done.code == 0
    assert done.err.count("[GN075]") == 1
