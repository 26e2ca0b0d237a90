"""Plots of commands: the folder of ``test``, both languages, and no file lost if they cannot be written."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from glassnet import Dataset, Options, fit, load_data, save_model
from glassnet.data.split import split
from support.cli import run, run_process, snapshot
from support.samples import png, write, write_model_and_rows


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A table of 4 × 4 images, and a model trained on them."""
    write_model_and_rows(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_test_command_writes_all_plots(folder):
    words = ("test", "m.safetensors", "rows.csv", "--plot", "drawn")
    text = run(*words).fine().out
    files = [f"drawn/{name}.png" for name in ("confusion", "digits", "reliability", "hidden")]
    assert f"pictures  {', '.join(files)}" in text
    assert sorted(str(path.relative_to(folder)) for path in folder.glob("drawn/*")) == sorted(files)
    for file in files:
        with Image.open(file) as picture:
            assert picture.format == "PNG"
    run(*words).refused("GN007", "confusion.png", "--force")
    assert run(*words, "--force", "--json").fine().json()["pictures"] == files, "an earlier plot is not replaced"
    assert run("test", "m.safetensors", "rows.csv", "--json").fine().json()["pictures"] == []


def test_the_language_changes_only_the_text(folder, monkeypatch):
    """And that of the help is the default."""
    words = ("test", "m.safetensors", "rows.csv", "--plot")
    for language in ("en", "zh"):
        run(*words, language, "--language", language).fine()
    with monkeypatch.context() as patch:
        patch.setenv("GLASSNET_LANGUAGE", "zh")
        run(*words, "auto").fine()
    sizes = set()
    for language in ("en", "zh"):
        with Image.open(f"{language}/confusion.png") as picture:
            sizes.add(picture.size)
    assert len(sizes) == 1
    files = snapshot(folder)
    assert files["en/confusion.png"] != files["zh/confusion.png"] == files["auto/confusion.png"]
    run(*words, "fr", "--language", "fr").refused("GN020", "'fr'")


def test_no_file_is_lost_if_plots_cannot_be_written(folder):
    (folder / "taken").mkdir()
    (folder / "taken" / "hidden.png").write_text("a letter")
    before = snapshot(folder)
    for place, code, words in (
        ("rows.csv", "GN110", "rows.csv: a file"),
        ("no/drawn", "GN001", "no such folder"),
        ("taken", "GN022", "taken/hidden.png"),
    ):
        run("test", "m.safetensors", "rows.csv", "--plot", place).refused(code, words)
        assert snapshot(folder) == before


def test_images_from_other_sources_are_never_overwritten(folder):
    """Training data, a photo to be read, and files that only have the name of a plot."""
    for name in ("a/0.png", "a/1.png", "b/0.png", "b/1.png"):
        write(folder, {f"pp/{name}": png(np.random.default_rng(len(name)).integers(0, 255, (4, 4), np.uint8))})
    for name in ("scan.png", "digits.png", "n-digits.png"):
        write(folder, {name: png(np.full((40, 40), 250, np.uint8))})
    before = snapshot(folder)
    for words in (
        ("show", "pp", "--row", 0, "--plot", "pp/a/0.png"),
        ("show", "pp", "--plot", "pp/a/0.png"),
        ("show", "rows.csv", "--augment", "--plot", "scan.png"),
        ("read", "scan.png", "--plot", "scan.png"),
        ("read", "scan.png", "--stages", "digits.png"),
        ("explain", "m.safetensors", "pp/a/0.png", "--why", "--plot", "pp/a/0.png"),
        ("explain", "m.safetensors", "--backquery", "--plot", "pp/b/1.png"),
        ("labels", "rows.csv", "--plot", "digits.png"),
        ("test", "m.safetensors", "rows.csv", "--plot", "."),
    ):
        run(*words).refused("GN022", "glassnet did not write it")
        assert snapshot(folder) == before, words
    flags = ("--engine", "reference", "--hidden", "5", "--out", "n.safetensors")
    assert "n-digits.png: not replaced" in run("train", "rows.csv", *flags).err
    assert {name: content for name, content in snapshot(folder).items() if name in before} == before


def test_an_input_file_is_not_overwritten_even_if_glassnet_made_it(folder):
    run("show", "rows.csv", "--row", 0, "--plot", "a.png").fine()
    before = snapshot(folder)
    for words in (
        ("read", "a.png", "--plot", "./a.png"),
        ("explain", "m.safetensors", "a.png", "--why", "--plot", "a.png"),
    ):
        run(*words, "--force").refused("GN022", "a.png", "input file")
    assert snapshot(folder) == before
    run(
        "show", "rows.csv", "--row", 1, "--plot", "a.png", "--force"
    ).fine()  # the same command can replace its own plot


def test_no_class_plots_for_regression(folder):
    rng = np.random.default_rng(0)
    rows = rng.random((12, 3))
    data = Dataset(rows, np.arange(12), 1, None, "numbers", values=rows[:, :1])
    options = Options(hidden=(4,), epochs=1, engine="reference", output="identity", targets="values", rule="gradient")
    save_model(fit(data, options).model, "numbers.safetensors")
    run("test", "numbers.safetensors", "rows.csv", "--plot", "p").refused("GN022", "regression")
    assert not (folder / "p").exists()


def test_augmentation_is_drawn_for_many_samples_and_for_one(folder):
    words = ("show", "rows.csv", "--augment", "--plot", "a.png", "--force", "--language", "zh", "--json")
    data, options = load_data("rows.csv"), Options.recipe("accurate")
    trained, held_out = split(data, options)
    drawn = run(*words).fine().json()["rows"]
    assert drawn == trained.row_numbers[:10].tolist()
    one = run(*words, "--row", drawn[5]).fine().json()
    assert one == {"source": "rows.csv", "rows": [drawn[5]], "picture": "a.png"}
    run(*words, "--row", held_out.row_numbers[0]).refused("GN021", "留出这一行")


def test_a_name_without_glyphs_gives_a_one_line_notice(folder):
    for name in ("龘", "b"):
        for k in range(4):
            pixels = np.random.default_rng(k).integers(0, 255, (6, 6), np.uint8)
            write(folder, {f"things/{name}/{k}.png": png(pixels)})
    outcome = run_process("show", "things", "--size", "6x6", "--plot", "things.png", cwd=folder)
    assert outcome.code == 0
    remarks = [line for line in outcome.err.splitlines() if "font" in line]
    assert remarks in (
        [],
        [
            "glassnet: no installed font has 龘, so code points are drawn. Install a font that has them, "
            "such as Noto Sans CJK."
        ],
    )
    assert (folder / "things.png").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("labels", "rows.csv", "--out", "same.svg", "--plot", "same.svg"),
        ("explain", "m.safetensors", "rows.csv", "--row", "1", "--html", "same.svg", "--plot", "./same.svg"),
        ("explain", "--example", "--html", "same.html", "--plot", "same.html"),
    ],
)
def test_two_outputs_with_the_same_path_are_rejected(words, folder):
    before = snapshot(folder)
    run(*words).refused("GN022", "--plot both name", "Name two different files")
    assert snapshot(folder) == before


def test_image_models_with_scaling_per_pixel_can_be_explained(folder):
    made = ("--set", "scaling=features", "--recipe", "quick", "-o", "f.safetensors", "--no-plot")
    run("train", "rows.csv", *made).fine()
    assert "right" in run("test", "f.safetensors", "rows.csv").out
    run("query", "f.safetensors", "rows.csv").fine()
    assert "margin" in run("explain", "f.safetensors", "rows.csv", "--row", "1", "--why").out
    [dreamt] = run("explain", "f.safetensors", "--backquery", "--json").json()["answers"].values()
    assert dreamt == [0, 1, 2]
