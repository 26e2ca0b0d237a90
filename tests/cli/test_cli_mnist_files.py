"""``glassnet show mnist --csv``: the CSV files of the notes, and the doctor of a program that lacks them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from glassnet.data import load, notes_files
from glassnet.data.readers.idx import bundled_pair
from glassnet.doctor.script.checks import examine_script
from glassnet.errors import InterruptedWorkError
from glassnet.workflow import data_job
from support.cli import run


@cache
def some(part: str):
    """The first rows of a part of MNIST."""
    images, labels = bundled_pair(part)
    return images[:130], labels[:130]


@pytest.fixture
def few(monkeypatch):
    """Of each part of MNIST, only some rows: the whole files take a second."""
    monkeypatch.setattr(notes_files, "bundled_pair", some)
    monkeypatch.setattr(notes_files, "_BLOCK", 50)


def test_the_files_have_the_digits_of_mnist(folder, few):
    outcome = run("show", "mnist", "--csv", "book")
    assert outcome.code == 0
    assert "next      glassnet train book/mnist_train.csv --test book/mnist_test.csv" in outcome.out
    for name, (part, count) in notes_files.NOTES_FILES.items():
        images, labels = some(part)
        rows = count or 130
        text = (folder / "book" / name).read_text()
        assert text.startswith(f"{labels[0]},0,0,")
        assert text.count("\n") == rows
        read = load(folder / "book" / name, classes=10)
        np.testing.assert_array_equal(read.inputs, images[:rows].reshape(rows, -1))
        np.testing.assert_array_equal(read.labels, labels[:rows])


def test_only_files_with_other_digits_are_replaced_and_only_if_asked(folder, few):
    assert run("show", "mnist", "--csv", ".").code == 0
    place = folder / "mnist_test_10.csv"
    whole = place.read_bytes()
    again = run("show", "mnist", "--csv", ".", "--json").json()
    assert [one["new"] for one in again["files"]] == [False] * 4
    place.write_bytes(whole + whole)
    (folder / "mnist_train.csv").unlink()
    refused = run("show", "mnist", "--csv", ".")
    assert (refused.code, "GN007" in refused.err, (folder / "mnist_train.csv").exists()) == (2, True, False)
    assert "unchanged" in run("show", "mnist", "--csv", ".", "--force").out
    assert place.read_bytes() == whole
    place.write_text("my own notes\n")
    refused = run("show", "mnist", "--csv", ".", "--force")
    assert (refused.code, "GN022" in refused.err, place.read_text()) == (2, True, "my own notes\n")


def test_an_interruption_names_the_files_that_were_written(folder, few, monkeypatch):
    whole = data_job.csv_of

    def stops(name):
        if name == "mnist_train_100.csv":
            raise KeyboardInterrupt
        return whole(name)

    monkeypatch.setattr(data_job, "csv_of", stops)
    with pytest.raises(InterruptedWorkError, match=r"mnist_train\.csv, .*mnist_test\.csv written"):
        data_job.write_notes_files(data_job.NotesFilesJob("book"))
    assert sorted(place.name for place in (folder / "book").iterdir()) == ["mnist_test.csv", "mnist_train.csv"]


def test_the_folder_of_these_files_is_refused_with_the_command_that_works(folder, few):
    run("show", "mnist", "--csv", "book")
    run("train", "book").refused("GN002", "glassnet train book/mnist_train.csv --test book/mnist_test.csv")
    (folder / "book" / "mnist_test.csv").unlink()
    run("train", "book").refused("GN002", "such as book/mnist_test_10.csv")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_other_data_are_refused_with_what_is_allowed(folder, language, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANGUAGE", language)
    line = run("show", "fashion", "--csv", "book").refused("GN021", "'fashion'", "--csv")
    assert ("只写 mnist" in line) == (language == "zh")


def test_a_file_is_no_folder(folder):
    (folder / "x").write_text("1")
    assert "GN110" in run("show", "mnist", "--csv", "x").err
    assert "GN001" in run("show", "mnist", "--csv", "a/b").err


@pytest.mark.parametrize(
    ("path", "where"),
    [("mnist_train.csv", "."), ("mnist_dataset/mnist_test_10.csv", "mnist_dataset"), ("C:/me/mnist_test.csv", ".")],
)
def test_the_doctor_names_the_command_for_a_missing_file(folder, path, where):
    (folder / "old.py").write_text(f'print(open("{path}").read())\n')
    [text] = [str(one.text) for one in examine_script("old.py").findings if one.code == "GS07"]
    assert text.endswith(f"glassnet show mnist --csv {where}")
