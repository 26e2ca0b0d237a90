"""Folders of images on the command line: train, test, query, show, verify, and colour."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from glassnet import load_model
from support.cli import run, working_copy
from support.samples import digits

NAMES = ("one", "seven", "été")
QUICK = ("--recipe", "quick", "--hidden", "16", "--epochs", "25", "--engine", "reference", "--no-plot")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder of ones, sevens and threes with a test part and a model trained on it, and a folder of red and blue."""
    place = tmp_path_factory.mktemp("digits")
    random = np.random.default_rng(0)
    for channel, name in ((0, "red"), (2, "blue")):
        for k in range(20):
            pixels = random.integers(0, 60, (6, 6, 3))
            pixels[..., channel] += 150
            path = place / "paint" / name / f"{k}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(path)
    data = digits(700)
    for label, name in zip((1, 7, 3), NAMES, strict=True):
        for count, row in enumerate(np.flatnonzero(data.labels == label)[:40]):
            path = place / "signs" / ("test" if count >= 30 else "train") / name / f"{row}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(255 - data.inputs[row].reshape(28, 28)).save(path)
    outcome = run("train", place / "signs", "--out", place / "m.safetensors", *QUICK, "--size", "14", "--json").fine()
    assert "with dark ink on light" in outcome.err
    assert "to 14 × 14 pixels" in outcome.err
    assert outcome.json()["accuracy"] > 0.6
    return place


@pytest.fixture
def place(trained, tmp_path, monkeypatch):
    return working_copy(trained, tmp_path, monkeypatch)


def test_predictions_use_class_names(place):
    model = load_model("m.safetensors")
    assert (model.class_names, model.image_shape, model.reading) == (tuple(sorted(NAMES)), (14, 14), "ink")
    out = run("test", "m.safetensors", "signs").fine().out
    assert "true \\ predicted" in out
    for name in NAMES:
        assert f" {name} " in out
    pictures = sorted(str(path) for path in (place / "signs" / "test").rglob("*.png"))
    predictions = run("query", "m.safetensors", *pictures, "--json").fine().json()
    found = run("test", "m.safetensors", "signs", "--json").fine().json()
    assert found["class_names"] == sorted(NAMES)
    # Querying one by one gives the same predictions as the test.
    right = sum(answer["name"] == answer["input"].split("/")[-2] for answer in predictions)
    assert right / len(predictions) == pytest.approx(found["accuracy"])
    line = run("query", "m.safetensors", pictures[0]).fine().out
    assert predictions[0]["name"] in line
    assert "one, seven, été" in run("info", "m.safetensors").fine().out


def test_the_file_of_a_misclassified_sample_is_named_and_shown(place):
    shutil.copytree("signs", "twice")
    twin = next((place / "twice" / "test" / "one").iterdir())
    shutil.copy(twin, place / "twice" / "test" / "seven" / "twin.png")  # one of its two labels is wrong
    found = run("test", "m.safetensors", "twice", "--json").fine().json()
    text = run("test", "m.safetensors", "twice").fine().out
    files = set()
    for row in found["misread"]:
        shown = run("show", "twice", "--part", "test", "--row", row, "--size", "14x14", "--json").fine().json()
        assert f"row {row} ({shown['file']}): {shown['name']}" in text
        files.add(shown["file"])
    assert files & {f"one/{twin.name}", "seven/twin.png"}
    assert run("show", "signs", "--size", 14).fine().out.splitlines()[2].startswith("one  :       30")
    out = run("show", "signs", "--row", 0).fine().out
    assert out.splitlines()[-1].startswith("signs/train, row 0 (one/")
    assert out.splitlines()[-1].endswith("label one")


def test_training_data_are_read_the_same_way_again(place):
    assert run("info", "--verify", "m.safetensors", "signs", "--json").fine().json()["same"]


def test_a_drawn_row_is_read_back(place):
    run("show", "signs", "--row", 3, "--size", 14, "--plot", "row.png").fine()
    again = run("query", "m.safetensors", "row.png", "--json").fine().json()[0]
    model = load_model("m.safetensors")
    from glassnet import load_data

    expected = model.outputs(load_data("signs", like=model).inputs[3:4])[0]
    np.testing.assert_allclose(again["outputs"], expected, atol=1e-5)


def test_colour_images(place):
    run(
        "train", "paint", "--set", "colour=yes", "--out", "c.safetensors", "--epochs", 20, "--engine", "reference"
    ).fine()
    assert (place / "c-digits.png").exists()
    model = load_model("c.safetensors")
    assert (model.features, model.image_shape, model.reading) == (108, (6, 6), "photo")
    answers = run("query", "c.safetensors", "paint/red/1.jpg", "paint/blue/2.jpg", "--json").fine().json()
    assert [answer["name"] for answer in answers] == ["red", "blue"]
    assert "in colour" in run("show", "paint", "--set", "colour=yes").fine().out
    run("show", "paint", "--set", "colour=yes", "--row", 0, "--plot", "p.png").fine()
    assert run("query", "c.safetensors", "p.png", "--json").fine().json()[0]["name"] == "blue"
    for flags in (("paint/red/1.jpg", "--why"), ("paint", "--part", "train", "--nodes"), ("--class", "1")):
        assert run("explain", "c.safetensors", *flags, "--plot", "e.png", "--force").code == 0
    run("train", "paint", "--set", "colour=yes", "--rotate", 5).refused("GN022", "greyscale", "colours")
    run("show", "paint", "--set", "colour=yes", "--augment").refused("GN022", "colours")


def test_unsuitable_images_are_rejected(place):
    run("test", "m.safetensors", "paint").refused("GN017", "'blue'", "one, seven, été")
    Image.new("L", (9, 7)).save(place / "signs" / "train" / "one" / "999.png")
    try:
        run("train", "signs").refused("GN070", "999.png 9 × 7", "--size 28")
    finally:
        (place / "signs" / "train" / "one" / "999.png").unlink()
    run("train", "signs", "--size", "huge").refused("GN021", "own, N or HxW")


@pytest.mark.parametrize(
    "flags",
    [
        ("--size", 14),
        (
            "--set",
            "colour=yes",
        ),
        ("--target", "y", "--size", "6x6"),
    ],
)
def test_image_options_are_rejected_for_other_data(tmp_path, flags):
    (tmp_path / "rows.csv").write_text("y,a,b\n" + "0,1,2\n1,2,1\n" * 9)
    run("train", tmp_path / "rows.csv", *flags).refused("GN022", " ".join(map(str, flags[-2:])), "Omit it")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_file_names_are_escaped(tmp_path):
    ink = np.zeros((6, 6), np.uint8)
    ink[2:4, 1:5] = 200
    odd = "new\nline\x1b[31m.png"
    for place, shade in ((f"a/{odd}", 0), ("a/2.png", 0), ("b/3.png", 40), ("b/4.png", 50)):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        Image.fromarray(ink + np.uint8(shade)).save(tmp_path / place)
    found = run("doctor", tmp_path)
    assert any("line" in line and "new" in line for line in found.out.splitlines())
    shown = run("show", tmp_path, "--row", 1).fine()
    for output in (found.out, shown.out):
        assert "\x1b" not in output
        assert not any(line.startswith("line") for line in output.splitlines())
    assert run("doctor", tmp_path, "--json").json()["findings"][0]["files"] == [f"a/{odd}"]
