"""Image folders: classes, train and test parts, tables of labels, sizes, colours, polarity, and rejected folders."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassnet
from glassnet import load_data, load_inputs
from glassnet.data import has_part
from glassnet.data.readers.image_batch import read_pictures
from glassnet.errors import GlassnetError
from glassnet.model.file import header_of


def drawing(seed: int, size: tuple[int, int] = (6, 5)) -> np.ndarray:
    """Random bright ink on a dark background."""
    pixels = np.zeros(size, np.uint8)
    pixels[1:-1, 1:-1] = np.random.default_rng(seed).integers(0, 256, (size[0] - 2, size[1] - 2))
    return pixels


def put(root: Path, **files: np.ndarray) -> Path:
    """Save images; ``cats__1_png=…`` is the file cats/1.png."""
    for name, pixels in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return root


def pets(root: Path) -> Path:
    names = ("cats__10_png", "cats__9_png", "dogs__1_png", "dogs__a__2_bmp")
    return put(root, **{name: drawing(seed) for seed, name in enumerate(names)})


def refused(source: Path, code: str, *words: str, **options: object) -> None:
    with pytest.raises(GlassnetError) as caught:
        load_data(source, **options)
    assert caught.value.code == code, caught.value
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("where", ["folders", "table"])
@pytest.mark.parametrize("suffix", ["png", "pgm"])
def test_words_are_classes_whatever_the_format(tmp_path, where, suffix):
    words = ("birch", "oak tree", "\u6994")
    pixels = [drawing(seed) for seed in range(9)]
    for k, one in enumerate(pixels):
        put(tmp_path / words[k % 3] if where == "folders" else tmp_path, **{f"{k}_{suffix}": one})
    if where == "table":
        rows = "".join(f"{k}.{suffix},{words[k % 3]}\n" for k in range(9))
        (tmp_path / "labels.csv").write_text(f"filename,label\n{rows}", encoding="utf-8")
    data = load_data(tmp_path)
    assert data.class_names == words
    for row, name in enumerate(data.row_names):
        k = int(Path(name).stem)
        assert data.labels[row] == k % 3
        np.testing.assert_array_equal(data.inputs[row], pixels[k].reshape(-1))
    trained = glassnet.fit(data, hidden=3, epochs=1).model
    assert trained.class_names == words
    first = tmp_path / data.row_names[0]
    np.testing.assert_array_equal(load_inputs(first, 30, (6, 5), 255.0)[0], data.inputs[:1])


def test_grey_levels_of_netpbm_files_are_those_of_their_own_maximum(tmp_path):
    levels = np.arange(30, dtype=np.uint8).reshape(6, 5) % 8
    text = b"P2\n# a comment\n5 6\n7\n" + b" ".join(b"%d" % one for one in levels.ravel()) + b"\n"
    for word, content in (("text", text), ("bytes", b"P5\n5 6\n7\n" + levels.tobytes())):
        (tmp_path / word).mkdir()
        (tmp_path / word / "1.pgm").write_bytes(content)
    data = load_data(tmp_path)
    np.testing.assert_allclose(data.inputs, np.tile(levels.ravel() * (255 / 7), (2, 1)), atol=1)


def test_class_folders_become_named_classes_in_sorted_order(tmp_path):
    data = load_data(pets(tmp_path))
    assert data.row_names == ("cats/9.png", "cats/10.png", "dogs/1.png", "dogs/a/2.bmp")
    assert (data.class_names, data.labels.tolist()) == (("cats", "dogs"), [0, 0, 1, 1])
    assert (data.image_shape, data.channels, data.inputs.dtype) == ((6, 5), 1, np.uint8)
    np.testing.assert_array_equal(data.inputs, [drawing(k).reshape(-1) for k in (1, 0, 2, 3)])
    assert data.remarks == ()
    assert data.take(np.array([2, 0])).row_names == ("dogs/1.png", "cats/9.png")


def test_consecutive_numbers_are_labels_and_others_are_class_names(tmp_path):
    put(tmp_path / "all", **{f"{k}__x_png": drawing(k) for k in range(12)})
    data = load_data(tmp_path / "all")
    assert (data.class_names, data.labels.tolist()) == ((), list(range(12)))
    put(tmp_path / "some", **{f"{k}__x_png": drawing(k) for k in (3, 20, 100)})
    data = load_data(tmp_path / "some")
    assert (data.class_names, data.labels.tolist()) == (("3", "20", "100"), [0, 1, 2])
    data = load_data(tmp_path / "some", classes=101)
    assert (data.class_names, data.labels.tolist()) == ((), [3, 20, 100])


def test_parts_are_found_below_an_outer_folder(tmp_path):
    root = tmp_path / "archive" / "inner"
    pets(root / "Train")
    put(root / "test", dogs__7_png=drawing(7))
    for source in (tmp_path / "archive", root):
        assert has_part(source, "train")
        assert has_part(source, "test")
        training = load_data(source)
        assert len(training) == 4
        test = load_data(source, part="test", like=training)
        assert (test.class_names, test.labels.tolist()) == (("cats", "dogs"), [1])
    assert not has_part(root / "Train", "test")
    assert len(load_data(root / "Train", part="test")) == 4
    (root / "test").rename(root / "other")
    refused(root, "GN002", "test", part="test")


def test_a_test_table_is_a_part_if_it_has_classes(tmp_path):
    put(tmp_path, **{f"{k}_png": drawing(k) for k in range(4)})
    (tmp_path / "train.csv").write_text("id,label\n0,a\n1,b\n")
    (tmp_path / "test.csv").write_text("id\n2\n3\n")
    assert not has_part(tmp_path, "test")
    (tmp_path / "test.csv").write_text("id,label\n2,b\n3,b\n")
    assert has_part(tmp_path, "test")
    assert load_data(tmp_path, part="test", like=load_data(tmp_path)).labels.tolist() == [1, 1]


def test_a_class_may_have_the_name_of_a_part(tmp_path):
    put(tmp_path, train__1_png=drawing(1), bus__1_png=drawing(2))
    assert load_data(tmp_path).class_names == ("bus", "train")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.csv", "filename,label\n{0},b\n{1},a\n"),
        ("any.csv", "id;what it is\n{2};b\n{3};a\n"),
        ("train.csv", "n,class,file\n7,b,images/{0}\n8,a,images/{1}\n"),
        ("x.tsv", "b\t./images/{0}\n\na\timages\\{1}\n"),
        ("labels.csv", '\ufefffile,label\n"{0}","b"\n"{1}","a"\n'),
        ("labels.csv", "file,label\nIMAGES/P2.PNG,b\nP1.Png,a\n"),
    ],
)
def test_a_table_in_the_folder_gives_the_classes(tmp_path, name, text):
    put(tmp_path, images__p1_png=drawing(1), images__p2_png=drawing(2), images__p3_png=drawing(3))
    (tmp_path / name).write_text(text.format("p2.png", "p1.png", "p2", "p1"), encoding="utf-8")
    data = load_data(tmp_path)
    assert (data.class_names, data.labels.tolist()) == (("a", "b"), [1, 0])
    np.testing.assert_array_equal(data.inputs, [drawing(2).reshape(-1), drawing(1).reshape(-1)])
    assert tuple(map(str, data.remarks)) == ("ignored 1 image without a class",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,label\n1.png,a\n9.png,b\n", ["line 3", "'9.png'"]),
        ("file,label\n1.png,a\n2.png,\n", ["line 3", "no class", "2.png"]),
        ("file,x,z\n1.png,a,b\n2.png,b,c\n", ["columns file, x, z", "label"]),
        ("file,label\nq.png,a\nr.png,b\n", ["no column names images", "1.png"]),
    ],
)
def test_unusable_tables_are_rejected(tmp_path, text, words):
    put(tmp_path, **{"1_png": drawing(1), "2_png": drawing(2)})
    (tmp_path / "labels.csv").write_text(text)
    refused(tmp_path, "GN071", "labels.csv", *words)


def test_case_distinguishes_file_names_only_if_necessary(tmp_path):
    put(tmp_path, **{"a_png": drawing(1), "A_png": drawing(2), "b_png": drawing(3)})
    (tmp_path / "labels.csv").write_text("file,label\nA.png,x\nb.PNG,y\na.png,y\n")
    assert load_data(tmp_path).row_names == ("A.png", "b.png", "a.png")
    (tmp_path / "labels.csv").write_text("file,label\nA.PNG,x\nb.png,y\n")
    refused(tmp_path, "GN071", "line 2", "'A.PNG'", "exactly one image")


def test_a_table_in_an_image_folder_may_have_any_encoding(tmp_path):
    put(tmp_path, **{"1_png": drawing(1), "2_png": drawing(2)})
    text = "file,label\n1.png,süß\n2.png,b\n"
    (tmp_path / "labels.csv").write_bytes(text.encode("cp1252"))
    assert load_data(tmp_path).class_names == ("b", "süß")
    (tmp_path / "labels.csv").write_bytes(text.encode("utf-16"))
    assert load_data(tmp_path).class_names == ("b", "süß")
    (tmp_path / "labels.csv").write_bytes(text.encode("utf-16-le"))
    assert load_data(tmp_path).class_names == ("b", "süß")
    (tmp_path / "labels.csv").write_bytes(text.replace("b", "\x02").encode("utf-16-le"))
    refused(tmp_path, "GN011", "labels.csv", "CSV UTF-8")


def test_a_folder_without_images_is_reported_and_not_a_class(tmp_path):
    pets(tmp_path)
    (tmp_path / "foxes").mkdir()
    data = load_data(tmp_path)
    assert data.class_names == ("cats", "dogs")
    assert tuple(map(str, data.remarks)) == ("ignored 1 folder without images (foxes)",)


def test_ignored_files_are_counted(tmp_path):
    pets(tmp_path)
    for name in ("cats/.hidden.png", "Thumbs.db", "cats/notes.txt", "cats/more.txt", "__MACOSX/cats/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(b"nothing")
    put(tmp_path, stray_png=drawing(9))
    data = load_data(tmp_path)
    assert len(data) == 4
    assert str(data.remarks[0]) == "ignored 1 image without a class"
    assert str(data.remarks[1]).startswith("ignored 4 files of other kinds (")


def test_an_incomplete_folder_is_rejected(tmp_path):
    refused(tmp_path, "GN002", "images in class folders", "train-images-idx3-ubyte")
    put(tmp_path, **{"1_png": drawing(1)})
    refused(tmp_path, "GN072", "1.png", "labels.csv")
    put(tmp_path, train__1_png=drawing(1), test__2_png=drawing(2))
    refused(tmp_path, "GN072", "classes")
    put(tmp_path / "one", cats__1_png=drawing(1))
    refused(tmp_path / "one", "GN016", "'cats'")


def test_an_error_names_the_damaged_image(tmp_path):
    pets(tmp_path)
    whole = (tmp_path / "dogs" / "1.png").read_bytes()
    (tmp_path / "dogs" / "1.png").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path, "GN006", "dogs/1.png", f"run 'glassnet doctor {tmp_path}'")
    (tmp_path / "cats" / "10.png").write_bytes(b"no picture")
    refused(tmp_path, "GN005", "cats/10.png")
    (tmp_path / "cats" / "10.png").write_bytes(b"")
    refused(tmp_path, "GN005", "cats/10.png")


def test_unequal_sizes_give_an_error_with_two_examples_and_advice(tmp_path):
    pets(tmp_path)
    put(tmp_path, dogs__1_png=drawing(1, (8, 4)))
    refused(tmp_path, "GN070", "cats/9.png has 5 × 6", "dogs/1.png 4 × 8", "size=(6, 6)", "size=(6, 5)")
    data = load_data(tmp_path, size=(4, 3))
    assert data.image_shape == (4, 3)
    assert tuple(map(str, data.remarks)) == ("resized 4 images to 4 × 3 pixels",)
    refused(tmp_path, "GN070", "GiB", "size=(64, 64)", size=(40000, 40000))


def test_colours_are_kept_or_converted_to_grey_with_a_remark(tmp_path):
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 250
    put(tmp_path, a__1_png=red, b__1_png=red[..., ::-1])
    grey = load_data(tmp_path)
    assert (grey.features, grey.channels) == (16, 1)
    assert "read 2 images in colour as grey; colour=True" in str(grey.remarks[0])
    data = load_data(tmp_path, colour=True)
    assert (data.features, data.channels, data.image_shape, data.reading) == (48, 3, (4, 4), "photo")
    np.testing.assert_array_equal(data.inputs[0].reshape(4, 4, 3), red)
    alike = load_data(tmp_path, like=data)
    np.testing.assert_array_equal(alike.inputs, data.inputs)
    queried = load_inputs(tmp_path / "b" / "1.png", 48, (4, 4), 255.0, data.reading)[0]
    np.testing.assert_array_equal(queried[0], data.inputs[1])


def test_transparent_pixels_are_white_and_16_bits_are_scaled(tmp_path):
    ink = Image.merge("LA", [Image.new("L", (5, 6), 0), Image.fromarray(drawing(1))])
    (tmp_path / "a").mkdir()
    ink.save(tmp_path / "a" / "1.png")
    put(tmp_path, b__1_png=drawing(2).astype(np.uint16) * 257)
    read = read_pictures([tmp_path / "a" / "1.png", tmp_path / "b" / "1.png"], ["a", "b"], reading="photo")
    np.testing.assert_array_equal(read.inputs, [255 - drawing(1).reshape(-1), drawing(2).reshape(-1)])


def test_wide_pixels_are_scaled_by_the_range_of_their_type_or_values(tmp_path):
    ink = drawing(1)
    ink[2, 2] = 255
    wide = {
        "a.tif": ink.astype(np.uint16) * 257,
        "b.tiff": ink.astype(np.float32) / 17,
        "c.tif": ink.astype(np.int32) * 10**6,
    }
    for name, pixels in wide.items():
        Image.fromarray(pixels).save(tmp_path / name)
    read = read_pictures([tmp_path / name for name in wide], list(wide), reading="photo")
    np.testing.assert_array_equal(read.inputs, [ink.reshape(-1)] * 3)


def test_dark_ink_is_inverted_and_photographs_are_not(tmp_path):
    put(tmp_path / "paper", **{f"{k % 2}__{k}_png": 255 - drawing(k) for k in range(6)})
    data = load_data(tmp_path / "paper")
    assert data.reading == "ink"
    np.testing.assert_array_equal(data.inputs[0], drawing(0).reshape(-1))
    assert "inverted 6 images with dark ink" in str(data.remarks[0])
    mixed = {f"{k % 2}__{k}_png": drawing(k) if k < 3 else 255 - drawing(k) for k in range(6)}
    data = load_data(put(tmp_path / "photos", **mixed))
    assert (data.reading, data.remarks) == ("photo", ())
    np.testing.assert_array_equal(data.inputs[1].reshape(6, 5), drawing(2))
    np.testing.assert_array_equal(data.inputs[2].reshape(6, 5), 255 - drawing(4))
    for reading, expected in (("photo", 255 - drawing(4)), ("ink", drawing(4))):
        queried = load_inputs(tmp_path / "photos" / "0" / "4.png", 30, (6, 5), 255.0, reading)[0]
        np.testing.assert_array_equal(queried[0].reshape(6, 5), expected)


def test_images_are_sorted_by_name(tmp_path):
    put(tmp_path, **{f"{k % 3}__{k}_png": drawing(k) for k in range(150)})
    data = load_data(tmp_path)
    assert [name for name in data.row_names if name.startswith("1/")] == [f"1/{k}.png" for k in range(1, 150, 3)]
    for row, name in enumerate(data.row_names):
        number = int(name[2:-4])
        np.testing.assert_array_equal(data.inputs[row], drawing(number).reshape(-1))
        assert data.labels[row] == number % 3


def test_classes_absent_from_training_are_rejected(tmp_path):
    training = load_data(pets(tmp_path / "a"))
    refused(put(tmp_path / "b", birds__1_png=drawing(1)), "GN017", "'birds'", "cats, dogs", like=training)
    numbers = load_data(put(tmp_path / "c", **{f"{k}__1_png": drawing(k) for k in range(3)}))
    refused(tmp_path / "a", "GN017", "'cats'", "numbers", like=numbers)
    other = load_data(put(tmp_path / "d", cats__1_png=drawing(1), eels__1_png=drawing(2)))
    with pytest.raises(GlassnetError) as caught:
        other.require_like(30, 2, "the model", class_names=training.class_names)
    assert caught.value.code == "GN017"


def test_values_are_scaled_to_the_requested_range(tmp_path):
    data = load_data(pets(tmp_path), maximum=1.0)
    assert (data.maximum, data.inputs.dtype) == (1.0, np.float32)
    np.testing.assert_allclose(data.inputs[0], drawing(1).reshape(-1) / 255, rtol=1e-6)


def test_symbolic_links_are_followed_except_in_cycles(tmp_path):
    root = pets(tmp_path / "pets")
    (root / "dogs").rename(tmp_path / "elsewhere")
    (root / "dogs").symlink_to(tmp_path / "elsewhere")
    (root / "cats" / "again").symlink_to(root)
    assert load_data(root).row_names == ("cats/9.png", "cats/10.png", "dogs/1.png", "dogs/a/2.bmp")


def test_composed_and_decomposed_file_names_are_equal(tmp_path):
    """A table from Windows with images from macOS, and class folders from both."""
    one, two = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    put(tmp_path / "flat", **{f"{two}_png": drawing(0), "b_png": drawing(1)})
    (tmp_path / "flat" / "labels.csv").write_text(f"file,label\n{one}.png,{two}\nb.png,b\n", encoding="utf-8")
    data = load_data(tmp_path / "flat")
    assert data.class_names == ("b", one)
    put(tmp_path / "test", **{f"{two}__1_png": drawing(2)})
    assert load_data(tmp_path / "test", part="test", like=data).labels.tolist() == [1]


def test_duplicate_names_and_pipes_are_rejected(tmp_path):
    put(tmp_path / "flat", a_png=drawing(0), b_png=drawing(1))
    (tmp_path / "flat" / "labels.csv").write_text("a.png,x\nb.png,y\na,y\n")
    refused(tmp_path / "flat", "GN071", "line 3", "a.png occurs in an earlier line too")
    if not hasattr(os, "mkfifo"):
        pytest.skip("named pipes exist on Unix")
    os.mkfifo(pets(tmp_path / "pets") / "cats" / "11.png")
    refused(tmp_path / "pets", "GN005", "11.png")


def test_all_images_of_a_folder_can_be_queried(tmp_path):
    root = pets(tmp_path)
    inputs, names, labels = load_inputs(root, 30, (6, 5), 255, "ink")
    assert (names[1], labels) == (f"{root}/cats/10.png", None)
    np.testing.assert_array_equal(inputs, load_data(root).inputs)
    np.testing.assert_array_equal(load_inputs(root, 30, (6, 5), 255)[0], inputs)  # as single digits
    (tmp_path / "none").mkdir()
    with pytest.raises(GlassnetError, match="no images in this folder"):
        load_inputs(tmp_path / "none", 30, (6, 5), 255)


def wide(seed: int, bits: int) -> np.ndarray:
    """Grey values of the given number of bits, stored in 16."""
    return (drawing(seed).astype(np.uint16) << 4) >> (12 - bits)


def test_images_with_12_of_16_bits_are_scaled_by_their_own_white(tmp_path):
    put(tmp_path, **{f"{k % 2}__{k}_png": wide(k, 12) for k in range(6)})
    data = load_data(tmp_path)
    assert data.white == 4095
    assert "white is 4,095 in 6 images of 16 bits that use only 12" in str(data.remarks[0])
    for row, name in enumerate(data.row_names):
        expected = drawing(int(name[2])).astype(int)
        assert np.abs(data.inputs[row].reshape(6, 5) - expected).max() <= 1


def test_all_images_and_queries_share_one_white_level(tmp_path):
    names = [f"{k % 2}__{k}_tif" for k in range(6)]
    put(tmp_path / "all", **{name: wide(k, 12 if k == 3 else 10) for k, name in enumerate(names)})
    data = load_data(tmp_path / "all")
    assert data.white == 4095
    dark = data.row_names.index("0/2.tif")
    assert 50 < data.inputs[dark].max() < 64
    model = glassnet.new_model(data, glassnet.Options())
    glassnet.save_model(model, tmp_path / "m.safetensors")
    model = glassnet.load_model(tmp_path / "m.safetensors")
    assert model.white == 4095
    queried, _, _ = load_inputs(tmp_path / "all" / "0" / "2.tif", 30, (6, 5), 255, model.reading, model.white)
    np.testing.assert_array_equal(queried[0], data.inputs[dark])
    put(tmp_path / "part", a__1_tif=wide(2, 10), b__1_tif=wide(4, 10))
    part = load_data(tmp_path / "part", like=replace(data, class_names=("a", "b")))
    np.testing.assert_array_equal(part.inputs[0], data.inputs[dark])


def test_an_image_brighter_than_the_white_of_the_model_is_not_clipped(tmp_path):
    put(tmp_path, a__1_png=wide(1, 12) << 4)
    queried, _, _ = load_inputs(tmp_path / "a" / "1.png", 30, (6, 5), 255, "photo", 1023)
    assert np.abs(queried[0].reshape(6, 5) - drawing(1).astype(int)).max() <= 1


def test_a_model_trained_on_8_bit_images_saves_no_white_level(tmp_path):
    data = load_data(pets(tmp_path))
    assert data.white == 0
    assert "white" not in header_of(glassnet.new_model(data, glassnet.Options()))
