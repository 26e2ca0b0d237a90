"""What is there already: replaced whole, or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from glassnet.errors import FileError
from glassnet.io.writing import replacing, require_folder, require_place


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


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="open files have names where there is /dev/fd")
def test_a_pipe_without_a_name_of_its_own_is_none_either():
    """As of ``>(cat)`` and ``/dev/stdout | cat``: what the link points to is no path."""
    ends = os.pipe()
    try:
        with pytest.raises(FileError, match="a device or a pipe"):
            require_place(f"/dev/fd/{ends[1]}")
    finally:
        for end in ends:
            os.close(end)


@pytest.mark.parametrize("name", ["file", "link"])
def test_a_file_that_must_not_be_written_to_stays(tmp_path, monkeypatch, name):
    """Renaming asks for the right to write in the folder alone. Root may write to all, so the answer is a given one."""
    (tmp_path / "file").write_bytes(b"before")
    (tmp_path / "link").symlink_to("file")
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.basename(path) != "file")
    with pytest.raises(FileError, match=f"{name}: no permission to write to this file") as caught:
        require_place(tmp_path / name)
    assert caught.value.code == "GN003"
    with pytest.raises(FileError), replacing(tmp_path / name) as file:
        file.write(b"after")
    assert (tmp_path / "file").read_bytes() == b"before"


@pytest.mark.skipif(os.name != "posix", reason="who may read is told otherwise")
def test_what_is_private_stays_private(tmp_path):
    (tmp_path / "mine").write_bytes(b"before")
    (tmp_path / "mine").chmod(0o600)
    with replacing(tmp_path / "mine") as file:
        file.write(b"after")
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o600


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
