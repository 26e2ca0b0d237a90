"""``glassnet read``, and ``query`` of photos: output, plots and errors."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from glassnet import load_model, save_model
from glassnet.handwriting.recognise import SURE
from glassnet.io.picture_formats import SUFFIXES
from glassnet.model.file import shipped_model
from support.cli import run, snapshot
from support.photos import Scene, sheet, single
from support.samples import digits, digits_csv, png, small_model, write
from support.sources import PACKAGE

PHOTO = single("squared", 703)
SHEET = sheet(701, 2, 4, Scene(gradient=0.3), hand=True)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.jpg").write_bytes(PHOTO.content)
    (tmp_path / "many.jpg").write_bytes(SHEET.content)
    return tmp_path


def file_of(picture: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def test_digits_are_printed_by_line(folder):
    (line,) = run("read", "one.jpg").fine().out.splitlines()
    assert re.fullmatch(rf"one\.jpg   {PHOTO.labels[0]}   confidence [\d.]+%", line)
    lines = run("read", "one.jpg", "many.jpg").fine().out.splitlines()
    assert lines[0].split()[:2] == ["one.jpg", str(PHOTO.labels[0])]
    read = "".join(re.findall(r"[\d?]{4}", "".join(lines[1:3]).replace("many.jpg", "")))
    wanted = "".join(map(str, SHEET.labels))
    assert len(read) == 8
    assert sum(one == other for one, other in zip(read, wanted, strict=True)) >= 7


def test_json_has_a_box_for_every_digit(folder):
    (answer,) = run("read", "many.jpg", "--json").fine().json()
    ways = ["light_on_dark", "turned", "tilt", "if_turned", "upside_down"]
    assert list(answer) == ["input", "text", *ways, "other_lines", "digits"]
    assert answer["input"] == "many.jpg"
    assert not answer["light_on_dark"]
    with Image.open("many.jpg") as photo:
        width, height = photo.size
    for digit, (left, top, right, bottom) in zip(answer["digits"], SHEET.boxes, strict=True):
        assert list(digit) == ["line", "box", "answer", "confidence", "sure", "reason", "outputs"]
        np.testing.assert_allclose(
            np.array(digit["box"]) / (width, height, width, height), (left, top, right, bottom), atol=0.02
        )
        assert digit["answer"] == int(np.argmax(digit["outputs"]))
        assert digit["sure"] == (digit["confidence"] >= SURE)
    assert [digit["line"] for digit in answer["digits"]] == [0] * 4 + [1] * 4
    assert run("read", "many.jpg", "--sure", "1").fine().out.split()[1] == "????"


def test_the_model_argument_is_optional(folder):
    with Image.open("one.jpg") as photo:
        photo.thumbnail((120, 120))
        photo.save("one.jpg")
    save_model(shipped_model(), "own.safetensors")
    (folder / "own").write_bytes((folder / "own.safetensors").read_bytes())
    (folder / "rows.csv").write_text(digits_csv(2))
    for command, source in (("read", "one.jpg"), ("query", "one.jpg"), ("query", "rows.csv")):
        without = run(command, source).fine().out
        assert without == run(command, "own.safetensors", source).fine().out == run(command, "own", source).fine().out
    run("read", "own.safetensors").refused("GN020", "PHOTO")
    run("query").refused("GN020", "INPUT")
    run("read", "gone.safetensors", "one.jpg").refused("GN001", "gone.safetensors", "no such model")
    run("read", "gone.jpg").refused("GN001", "gone.jpg")
    run("read", "gone", "one.jpg").refused("GN001", "gone")
    save_model(small_model(), "other.safetensors")
    run("read", "other.safetensors", "one.jpg").refused("GN017", "28 × 28")


def test_a_folder_of_images_or_an_image_name_is_not_a_model(folder):
    for name in ("a/0.png", "b/1.png"):
        write(folder, {name: png(digits(1).inputs[0].reshape(28, 28))})
    answers = run("query", "a", "b", "--json").fine().json()
    assert [answer["input"] for answer in answers] == ["a/0.png", "b/1.png"]
    for suffix in SUFFIXES:
        names = f"gone{suffix}", f"GONE{suffix.upper()}"
        outcome = run("query", *names)
        assert (outcome.code, outcome.out) == (2, "")
        for name, line in zip(names, outcome.err.splitlines(), strict=True):
            assert line.startswith(f"glassnet: {name}: ")
            assert line.endswith("[GN001]")
            assert "model" not in line, "the missing file was not treated as an image"


def test_plots_are_drawn(folder):
    run("read", "many.jpg", "--plot", "boxes.png", "--stages", "stages.png").fine()
    for name in ("boxes.png", "stages.png"):
        with Image.open(name) as drawn:
            pixels = np.asarray(drawn.convert("RGB"), int)
        assert min(pixels.shape[:2]) > 200
        assert (np.abs(pixels - (0x00, 0x72, 0xB2)).sum(axis=2) < 30).sum() > 500, "boxes and predictions are blue"
    before = snapshot(folder)
    run("read", "one.jpg", "many.jpg", "--plot", "p.png").refused("GN022", "2 photos")
    run("read", "one.jpg", "--plot", "many.jpg").refused("GN021", "many.jpg", ".png, .pdf or .svg")
    run("read", "one.jpg", "--stages", "many.jpg").refused("GN021", "many.jpg")
    run("read", "one.jpg", "--plot", "p.png", "--stages", "./p.png").refused("GN022", "p.png")
    run("read", "one.jpg", "--sure", "nan").refused("GN021", "--sure", "nan")
    run("read", "one.jpg", "--stages", "no/p.png").refused("GN001", "no")
    assert snapshot(folder) == before


def test_query_accepts_photos_and_leaves_images_of_the_model_size_unchanged(folder):
    (answer,) = run("query", "one.jpg", "--json").fine().json()
    assert (answer["input"], answer["answer"]) == ("one.jpg", PHOTO.labels[0])
    names = [answer["input"] for answer in run("query", "many.jpg", "--json").fine().json()]
    assert names == [f"many.jpg, row {k}" for k in range(8)]
    (folder / "small.png").write_bytes(png(digits(1).inputs[0].reshape(28, 28)))
    (answer,) = run("query", "small.png", "--json").fine().json()
    np.testing.assert_allclose(answer["outputs"], shipped_model().outputs(digits(1).inputs)[0], rtol=1e-4, atol=1e-6)


WHITE = Image.new("RGB", (200, 150), "white")


@pytest.mark.parametrize(
    "picture",
    [
        file_of(WHITE, "PNG"),
        file_of(Image.new("L", (200, 150)), "JPEG"),
        file_of(Image.new("RGB", (1, 1), "red"), "PNG"),
        file_of(Image.new("L", (900, 6), 200), "PNG"),
        file_of(Image.new("CMYK", (90, 70)), "JPEG"),
        file_of(Image.new("RGBA", (90, 70)), "PNG"),
        file_of(Image.fromarray(np.full((60, 50), 40000, np.uint16)), "PNG"),
        file_of(WHITE, "GIF", save_all=True, append_images=[Image.new("RGB", (200, 150))]),
    ],
    ids=["white", "black", "one pixel", "a strip", "cmyk", "transparent", "16 bit", "animated"],
)
def test_no_digit_is_found_on_a_blank_sheet(folder, picture):
    (folder / "p.png").write_bytes(picture)
    ended = run("read", "p.png")
    assert (ended.code, ended.out, ended.err) == (1, "p.png   no digit found\n", "")


def test_photos_with_and_without_a_digit(folder):
    WHITE.save("white.png")
    (folder / "white.gif").write_bytes(file_of(WHITE, "GIF"))
    ended = run("read", "white.gif", "one.jpg", "--json")
    nothing, something = ended.json()
    assert (ended.code, nothing["digits"], something["text"]) == (1, [], str(PHOTO.labels[0]))
    run("query", "white.png").refused("GN085", "white.png", "no digit found")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no picture at all, " * 9, "GN005"),
        (b"", "GN010"),
        (PHOTO.content[: len(PHOTO.content) // 2], "GN006"),
        (b"%PDF-1.7 and so on", "GN005"),
    ],
    ids=["text", "empty", "truncated", "pdf"],
)
def test_a_file_that_is_not_an_image_is_rejected(folder, content, code):
    (folder / "p.jpg").write_bytes(content)
    run("read", "p.jpg").refused(code, "p.jpg")


def test_a_folder_is_rejected_and_a_pipe_is_read(folder):
    (folder / "album.jpg").mkdir()
    run("read", "album.jpg").refused("GN002", "album.jpg")
    (answer,) = run("read", "-", "--json", stdin=PHOTO.content).fine().json()
    assert (answer["input"], answer["text"]) == ("standard input", str(PHOTO.labels[0]))


def test_the_bundled_model_matches_its_description():
    model = shipped_model()
    assert model.receipt["recipe"] == "reader"
    assert model.receipt["result"]["accuracy"] >= 0.994
    assert model.receipt["hash"] == model.hash()
    path = PACKAGE / "handwriting" / "reader.safetensors"
    assert path.stat().st_size <= 4_000_000
    assert load_model(path).image_shape == (28, 28)
