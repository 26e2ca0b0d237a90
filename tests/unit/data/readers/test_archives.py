"""ZIP archives are read as what is in them: one file, a folder of images, MNIST's files; all else is named."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from glassnet import load_data
from glassnet.data import has_part, load_inputs
from glassnet.data.readers.idx import idx_bytes
from glassnet.doctor.data.read import read_raw
from glassnet.errors import GlassnetError
from glassnet.io.archives import as_folder, is_folder, remove_unpacked
from glassnet.io.limits import max_bytes
from glassnet.io.picture_formats import is_images_name
from glassnet.preprocess.tabular.dataset import read_table
from glassnet.runtime.system import valid_path
from support.samples import npz, png

ROWS = "1,0,255\n0,7,9\n1,3,3\n"
PICTURES = {f"pets/{part}/{word}/{k}.png": png(np.full((4, 4), 9 * k, np.uint8))
            for part in ("train", "test") for word in ("cats", "dogs") for k in (1, 2)}  # fmt: skip


def pack(path: Path, files: dict[str, bytes | str], **options: object) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **options)  # type: ignore[arg-type]
    return path


def refused(path: Path, code: str, *words: str) -> None:
    with pytest.raises(GlassnetError) as caught:
        load_data(path)
    assert caught.value.code == code
    for word in (path.name, *words):
        assert word in str(caught.value)
    assert "/glassnet-" not in str(caught.value)


def test_an_archive_of_one_file_is_read_like_the_file(tmp_path):
    extra = {"__MACOSX/._rows.csv": "x", ".DS_Store": "y"}
    path = pack(tmp_path / "rows.zip", {"data/rows.csv": ROWS, **extra})
    data = load_data(path)
    np.testing.assert_array_equal(data.inputs, [[0, 255], [7, 9], [3, 3]])
    assert (data.source, data.labels.tolist(), is_folder(path)) == (str(path), [1, 0, 1], False)
    assert (has_part(path, "train"), has_part(path, "test")) == (True, False)
    named = pack(tmp_path / "named.zip", {"people.csv": "age,city\n3,Bonn\n5,Ulm\n"})
    assert read_table(named).names == ("age", "city")
    assert len(read_raw(path)) == 3


def test_an_archive_of_class_folders_is_read_like_the_folder(tmp_path):
    path = pack(tmp_path / "pets.zip", {**PICTURES, "__MACOSX/pets/._x": b"", "pets/train/notes.txt": b"z"})
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    data, folder = load_data(path), load_data(tmp_path / "unpacked" / "pets")
    np.testing.assert_array_equal(data.inputs, folder.inputs)
    assert (data.class_names, data.row_names, data.remarks) == (folder.class_names, folder.row_names, folder.remarks)
    assert data.source.startswith(str(path))
    assert has_part(path, "test")
    assert len(load_data(path, part="test", like=data)) == 4
    _, names, _ = load_inputs(path, 16, (4, 4), 255, "photo")
    assert names[0] == f"{path}/pets/test/cats/1.png"
    assert read_raw(path).files == read_raw(tmp_path / "unpacked" / "pets").files
    path.unlink()
    pack(path, {f"{word}/{k}.png": png(np.full((4, 4), k, np.uint8)) for word in "ab" for k in (1, 2, 3)})
    assert load_data(path).class_names == ("a", "b")  # not the files of before


def test_an_archive_or_a_folder_of_one_pair_of_idx_files_is_read(tmp_path):
    images, labels = np.arange(24, dtype=np.uint8).reshape(4, 2, 3), np.array([0, 1, 1, 0], np.uint8)
    for stem in ("train", "t10k", "letters"):
        files = {f"{stem}-images-idx3-ubyte": idx_bytes(images), f"{stem}-labels-idx1-ubyte": idx_bytes(labels)}
        folder = tmp_path / stem
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        for source in (folder, pack(tmp_path / f"{stem}.zip", files)):
            for part in ("train", "test"):
                if (stem, part) == ("train", "test"):  # a model would be tested on its training data
                    with pytest.raises(GlassnetError, match="nor t10k-images-idx3-ubyte"):
                        load_data(source, part=part)
                    continue
                data = load_data(source, part=part)
                np.testing.assert_array_equal(data.inputs, images.reshape(4, -1))
                assert data.source == f"{source}/{stem}-images-idx3-ubyte"
                own = (stem, part) in [("train", "train"), ("t10k", "test"), ("letters", "train")]
                told = () if own else (f"its only images, {stem}-images-idx3-ubyte, are read as the {part} part",)
                assert tuple(map(str, data.remarks)) == told
            assert (has_part(source, "train"), has_part(source, "test")) == (True, False)


@pytest.mark.parametrize(
    ("name", "of_images"),
    [
        ("train-images.idx3-ubyte.gz", True),
        ("x/my-images-idx4-float", True),
        ("images-2024/idx3-notes.txt", False),
        ("old-images-idx3-ubyte.txt", False),
    ],
)
def test_folders_and_archives_recognise_idx_files_by_the_same_names(tmp_path, name, of_images):
    path = pack(tmp_path / "a.zip", {name: b"x", "notes.txt": b"y"})
    assert is_folder(path) == is_images_name(name.rpartition("/")[2]) == of_images


def test_other_archives_are_refused(tmp_path):
    refused(pack(tmp_path / "two.zip", {"a.csv": ROWS, "b.csv": ROWS}), "GN019", "'a.csv', 'b.csv'")
    refused(pack(tmp_path / "flat.zip", {"1.png": png(np.eye(4)), "2.png": png(np.eye(4))}), "GN072", "flat.zip")
    refused(pack(tmp_path / "bad.zip", {"a/1.png": b"x", "b/2.png": b"y"}), "GN005", "bad.zip/a/1.png")
    refused(pack(tmp_path / "lzma.zip", {"a.csv": ROWS}, compress_type=zipfile.ZIP_LZMA), "GN005", "deflate")
    whole = pack(tmp_path / "whole.zip", {"a.csv": ROWS * 99}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:-30])
    refused(tmp_path / "cut.zip", "GN006", "damaged")
    (tmp_path / "bits.zip").write_bytes(whole[:45] + bytes([whole[45] ^ 255]) + whole[46:])
    refused(tmp_path / "bits.zip", "GN006", "a.csv")
    locked = bytearray(whole)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    refused(tmp_path / "locked.zip", "GN005", "encrypted")
    refused(pack(tmp_path / "arrays.zip", {"x.npy": b"", "y.npy": b""}), "GN019", "arrays.zip")
    assert len(load_data(tmp_path / "whole.zip")) == 297


def test_sizes_are_limited_before_anything_is_unpacked(tmp_path):
    with max_bytes("10kB"):
        refused(pack(tmp_path / "a.zip", {"a.csv": ROWS * 5000}), "GN033", "9.766KiB")
        refused(pack(tmp_path / "b.zip", {"a/1.png": bytes(9000), "b/1.png": bytes(9000)}), "GN033")
        twice = gzip.compress(ROWS.encode() * 5000, mtime=0)
        assert len(twice) < 10_000
        refused(pack(tmp_path / "c.zip", {"a.csv.gz": twice}), "GN033", "9.766KiB")


def test_no_file_is_written_outside_the_temporary_folder(tmp_path):
    names = ("../../out/1.png", "/etc/b/2.png", "c:/d/3.png", "a\\..\\..\\4.png")
    path = pack(tmp_path / "a.zip", {name: png(np.eye(4)) for name in names})
    with as_folder(path) as folder:
        found = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*.png"))
    assert found == sorted(["a/4.png", valid_path("c:/d/3.png"), "etc/b/2.png", "out/1.png"])
    assert npz(x=np.eye(2)).startswith(b"PK")


def test_an_archive_is_opened_once_for_all_of_its_files(tmp_path, monkeypatch):
    opened = []
    real = zipfile.ZipFile.__init__
    counts = []
    for rows in (2, 20):
        path = pack(tmp_path / f"{rows}.zip", {f"{word}/{k}.png": png(np.eye(4)) for word in "ab" for k in range(rows)})
        opened.clear()
        with monkeypatch.context() as patch:
            patch.setattr(zipfile.ZipFile, "__init__", lambda *words, **more: opened.append(1) or real(*words, **more))
            with as_folder(path) as folder:
                assert len(list(folder.rglob("*.png"))) == 2 * rows
        counts.append(len(opened))
    assert counts[0] == counts[1]


def test_unpacked_archives_can_be_removed_at_once_and_unpacked_again(tmp_path):
    path = pack(tmp_path / "a.zip", {f"{word}/{k}.png": png(np.eye(4)) for word in "ab" for k in (1, 2)})
    with as_folder(path) as folder:
        assert folder.is_dir()
    remove_unpacked()
    assert not folder.exists()
    with as_folder(path) as again:
        assert sorted(one.name for one in again.iterdir()) == ["a", "b"]


def test_names_with_colons_stay_apart_and_equal_places_are_refused(tmp_path):
    names = [f"{word}/{k}.png" for word in ("a", "b", "t:x", "t:y") for k in range(5)]
    path = pack(tmp_path / "colons.zip", {name: png(np.full((4, 4), k, np.uint8)) for k, name in enumerate(names)})
    data = load_data(path)
    assert (len(data), len(data.class_names)) == (20, 4)
    for other in ("../a/1.png", "a\\1.png", "a/1.png/x.png", ".."):
        files = {"a/1.png": png(np.eye(4)), other: png(np.zeros((4, 4))), "b/1.png": png(np.eye(4))}
        refused(pack(tmp_path / "same.zip", files), "GN006", f"the path {other}")
