"""``glassnet query`` and ``glassnet read`` give the same answers for pictures of digits; HEIC files are not missed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from glassnet import Dataset, Options, fit
from glassnet.data import bundled
from glassnet.handwriting.digit_model import reads_digits
from glassnet.model.file import shipped_model
from support.cli import run, working_copy
from support.photos import Scene, sheet, single
from support.samples import digits, png, small_model, write

SIGNS = {"plus": [(60, 100, 140, 100), (100, 60, 100, 140)], "minus": [(60, 100, 140, 100)]}
KEYS = ("answer", "confidence", "sure", "reason", "outputs")


def draw_signs(folder: Path) -> None:
    for name, lines in SIGNS.items():
        picture = Image.new("L", (200, 200), 235)
        for line in lines:
            ImageDraw.Draw(picture).line(line, 40, 12)
        picture.save(folder / f"{name}.png")
        picture.resize((28, 28), Image.Resampling.BOX).save(folder / f"{name}28.png")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of photos, scans, signs and a damaged image."""
    path = tmp_path_factory.mktemp("one_way")
    many = sheet(701, 1, 3, Scene(gradient=0.3), hand=True).content
    write(path, {"photos/b10.jpg": single("squared", 703).content, "photos/b9.png": single("tiny", 704).content})
    write(path, {"photos/in/many.jpg": many, "photos/damaged.png": b"\x89PNG" + b"x" * 40})
    write(path, {"photos/form.png": png(digits(1).inputs[0].reshape(28, 28)), "photos/in/notes.txt": b"no image"})
    draw_signs(path / "photos")
    return path


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    return working_copy(made, tmp_path, monkeypatch)


def as_queried(one: dict[str, Any]) -> list[tuple[Any, ...]]:
    """A photo that was read, as query names its digits."""
    if "error" in one:
        return [(one["input"], one["error"]["code"])]
    names = [f"{one['input']}, row {k}" for k in range(len(one["digits"]))]
    names = names if len(names) > 1 else [one["input"]]
    return [(name, *(digit[key] for key in KEYS)) for name, digit in zip(names, one["digits"], strict=True)]


def test_query_and_read_give_the_same_answers_for_a_folder(folder):
    read, queried = (run(command, "photos", "--json") for command in ("read", "query"))
    assert read.code == queried.code == 1, "one image is damaged"
    found = [one["input"].removeprefix("photos/") for one in read.json()]
    assert found == [
        *("b9.png", "b10.jpg", "damaged.png", "form.png", "in/many.jpg"),
        *("minus28.png", "minus.png", "plus28.png", "plus.png"),
    ]
    answers = [
        (one["input"], one["error"]["code"]) if "error" in one else (one["input"], *(one[key] for key in KEYS))
        for one in queried.json()
    ]
    assert answers == [answer for one in read.json() for answer in as_queried(one)]
    by_name = {name.removeprefix("photos/"): rest for name, *rest in answers}
    assert by_name["form.png"][2] is True
    assert [by_name[f"{name}.png"][2] for name in ("plus", "plus28", "minus", "minus28")] == [False] * 4


def test_the_words_do_not_contradict_the_confidence(folder):
    texts = [run(command, "photos/b10.jpg", "photos/plus.png").fine().out for command in ("read", "query")]
    assert texts[0] == texts[1]
    assert "confidence" in texts[0].splitlines()[0]
    assert texts[0].splitlines()[1].split(maxsplit=1)[1].startswith("not sure: looks like a sign")
    assert "%" not in texts[0].splitlines()[1]


def test_images_of_mnist_are_predicted_as_by_test(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    some = bundled("train").take(slice(300, 312))
    write(tmp_path, {f"{k:03}.png": png(row.reshape(28, 28)) for k, row in enumerate(some.inputs)})
    answers = run("query", ".", "--json").fine().json()
    np.testing.assert_allclose([one["outputs"] for one in answers], shipped_model().outputs(some.inputs), atol=1e-6)


def test_images_for_other_models_are_taken_as_they_are(tmp_path, monkeypatch):
    """A model of images of the same size that are not digits, with numbers as classes: `reads_digits` tries it."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    clothes = rng.integers(0, 255, (40, 784)).astype(np.uint8)
    options = Options.recipe("notes", hidden=8, epochs=2, engine="reference")
    model = fit(Dataset(clothes, np.arange(40) % 10, 10, (28, 28), "clothes.csv"), options).model
    assert not reads_digits(model)
    assert not reads_digits(small_model())
    assert reads_digits(shipped_model())
    from glassnet import save_model

    save_model(model, "clothes.safetensors")
    write(tmp_path, {"dress.png": png(clothes[0].reshape(28, 28))})
    (answer,) = run("query", "clothes.safetensors", "dress.png", "--json").json()
    assert "sure" not in answer
    np.testing.assert_allclose(answer["outputs"], model.unchecked().outputs(clothes[:1])[0], rtol=1e-4)


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


def test_a_heic_image_is_named_with_its_remedy(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed
    write(folder, {"phone/IMG_1.HEIC": HEIC, "phone/b.png": single("clean", 706).content, "wrong.jpg": HEIC})
    for command in ("read", "query"):
        run(command, "wrong.jpg").refused("GN005", "wrong.jpg", "HEIC", "pip install pillow-heif", "JPEG")
        missed, seen = run(command, "phone", "--json").json()
        assert (missed["input"], missed["error"]["code"]) == ("phone/IMG_1.HEIC", "GN005")
        assert seen["input"] == "phone/b.png"


def test_heic_images_are_read_upright(folder):
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
    with Image.open("photos/in/many.jpg") as photo:
        upright = photo.convert("RGB")
    turned = Image.Exif()
    turned[0x0112] = 6
    heif.from_pillow(upright).save("a.heic", quality=95)
    heif.from_pillow(upright.transpose(Image.Transpose.ROTATE_90)).save("b.heic", quality=95, exif=turned.tobytes())
    texts = [one["text"] for one in run("read", "photos/in/many.jpg", "a.heic", "b.heic", "--json").fine().json()]
    assert texts == texts[:1] * 3
    run("query", "a.heic").fine()
