"""The suffix determines the format of a plot, and files of other kinds are not overwritten."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from glassnet.errors import OptionError
from glassnet.io.writing import require_picture_place
from glassnet.plots import new_axes, save, save_digit

BEGINS = {"a.png": b"\x89PNG", "a.PDF": b"%PDF", "a.svg": b"<?xml", "without": b"\x89PNG"}


@pytest.mark.parametrize("name", BEGINS)
def test_the_suffix_determines_the_format(name, tmp_path):
    assert save(new_axes(), tmp_path / name).read_bytes().startswith(BEGINS[name])
    require_picture_place(tmp_path / name)  # a file made by glassnet may be replaced
    (tmp_path / name).write_bytes(b"notes of mine")
    with pytest.raises(OptionError) as caught:
        require_picture_place(tmp_path / name)
    assert caught.value.code == "GN022"


@pytest.mark.parametrize("name", ["a.png", "a.pdf", "a.svg"])
def test_an_image_not_made_by_glassnet_is_not_overwritten(name, tmp_path):
    Figure().savefig(tmp_path / name)
    with pytest.raises(OptionError, match="did not write") as caught:
        require_picture_place(tmp_path / name)
    assert caught.value.code == "GN022"


def test_an_image_made_by_glassnet_may_be_replaced_unless_it_is_an_input(tmp_path):
    place = save_digit([0] * 784, tmp_path / "a.png")
    require_picture_place(place, inputs=["b.png"])
    with pytest.raises(OptionError, match="an input file"):
        require_picture_place(place, inputs=["b.png", str(tmp_path / ".." / tmp_path.name / "a.png")])


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.gif", "a.txt", "v1.2"])
def test_other_suffixes_are_rejected(name, tmp_path):
    for write in (lambda path: save(new_axes(), path), require_picture_place, lambda path: save_digit([0] * 784, path)):
        with pytest.raises(OptionError) as caught:
            write(tmp_path / name)
        assert caught.value.code == "GN021"
        assert ".png" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_saved_digit_is_a_png(tmp_path):
    assert save_digit([0] * 784, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OptionError):
        save_digit([0] * 784, tmp_path / "a.svg")
