"""Image folders with unreadable subfolders: none is skipped silently."""

from __future__ import annotations

import os

import pytest

from glassnet.data.readers.image_listing import list_pictures, pictures_below
from glassnet.errors import FileError
from support.samples import digits, png

FOLDERS = ("cats", "dogs", "dogs/old")


@pytest.fixture
def folder(tmp_path):
    for name in FOLDERS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(png(digits(1).inputs[0].reshape(28, 28)))
    return tmp_path


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize(
    ("error", "code"),
    [(PermissionError(13, "no"), "GN003"), (OSError(5, "broken"), "GN003"), (FileNotFoundError(), "GN001")],
)
def test_an_error_names_the_unreadable_folder(folder, monkeypatch, name, error, code):
    """The errors are simulated, because root can read every folder."""
    real = os.scandir

    def scandir(path):
        if os.fspath(path) == str(folder / name):
            error.filename = os.fspath(path)
            raise error
        return real(path)

    assert len(list_pictures(folder, "train").files) == len(pictures_below(folder)) == len(FOLDERS)
    monkeypatch.setattr(os, "scandir", scandir)
    for look in (lambda: list_pictures(folder, "train"), lambda: pictures_below(folder)):
        with pytest.raises(FileError, match=str(folder / name)) as caught:
            look()
        assert caught.value.code == code
