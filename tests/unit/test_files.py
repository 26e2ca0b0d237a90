"""What is there already: replaced whole, or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from glassnet.errors import FileError
from glassnet.files import replacing, require_folder, require_place


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes exist on Unix")
@pytest.mark.parametrize("through", ["pipe", "link"])
def test_a_pipe_is_never_replaced_by_a_file(tmp_path, through):
    """Nor is a device, which the same check refuses."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with pytest.raises(FileError, match="a device or a pipe") as caught:
        require_place(tmp_path / through)
    assert caught.value.code == "GN003"
    with pytest.raises(FileError, match="a device or a pipe"), replacing(tmp_path / through) as file:
        file.write(b"a model")
    assert stat.S_ISFIFO(os.stat(tmp_path / through).st_mode)
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path, there):
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "file")
    if there:
        (tmp_path / "far" / "file").write_bytes(b"before")
    with replacing(tmp_path / "link") as file:
        file.write(b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "file").read_bytes() == b"after"
    assert sorted(os.listdir(tmp_path)) == ["far", "link"]
    assert os.listdir(tmp_path / "far") == ["file"]


def test_a_link_into_no_folder_is_refused_before_the_work(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "file")
    with pytest.raises(FileError, match="no such folder"):
        require_place(tmp_path / "link")


def test_files_and_free_names_are_places(tmp_path):
    for name, content in (("new", b"1"), ("new", b"2")):
        with replacing(tmp_path / name) as file:
            file.write(content)
    assert (tmp_path / "new").read_bytes() == b"2"
    require_folder(tmp_path / "drawn")
