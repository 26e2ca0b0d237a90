"""Existing files: replaced completely or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from glassnet.errors import FileError
from glassnet.io.writing import replacing, require_folder, require_place, write_text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes exist on Unix")
@pytest.mark.parametrize("through", ["pipe", "link"])
def test_a_pipe_is_never_replaced_by_a_file(tmp_path, through):
    """The same check rejects devices."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    with pytest.raises(FileError, match="a device or a pipe") as caught:
        require_place(tmp_path / through)
    assert caught.value.code == "GN003"
    with pytest.raises(FileError, match="a device or a pipe"), replacing(tmp_path / through) as file:
        file.write(b"a model")
    assert stat.S_ISFIFO(os.stat(tmp_path / through).st_mode)
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="needs /dev/fd")
def test_a_pipe_without_a_path_is_rejected():
    """As with ``>(cat)`` and ``/dev/stdout | cat``: the link does not point to a path."""
    ends = os.pipe()
    try:
        with pytest.raises(FileError, match="a device or a pipe"):
            require_place(f"/dev/fd/{ends[1]}")
    finally:
        for end in ends:
            os.close(end)


@pytest.mark.parametrize("name", ["file", "link"])
def test_a_read_only_file_is_kept(tmp_path, monkeypatch, name):
    """Renaming needs only write permission for the folder. ``os.access`` is patched, because root can write to all."""
    (tmp_path / "file").write_bytes(b"before")
    (tmp_path / "link").symlink_to("file")
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.basename(path) != "file")
    with pytest.raises(FileError, match=f"{name}: no permission to write to this file") as caught:
        require_place(tmp_path / name)
    assert caught.value.code == "GN003"
    with pytest.raises(FileError), replacing(tmp_path / name) as file:
        file.write(b"after")
    assert (tmp_path / "file").read_bytes() == b"before"


@pytest.mark.skipif(os.name != "posix", reason="permissions differ on other systems")
def test_permissions_are_kept(tmp_path):
    (tmp_path / "mine").write_bytes(b"before")
    (tmp_path / "mine").chmod(0o600)
    with replacing(tmp_path / "mine") as file:
        file.write(b"after")
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o600


def test_a_link_is_kept_and_its_target_is_replaced(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "file")
    (tmp_path / "far" / "file").write_bytes(b"before")
    with replacing(tmp_path / "link") as file:
        file.write(b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "file").read_bytes() == b"after"
    assert sorted(os.listdir(tmp_path)) == ["far", "link"]
    assert os.listdir(tmp_path / "far") == ["file"]


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("check", [require_place, lambda path, **given: write_text(path, "text", **given)])
def test_nothing_is_written_through_a_link_to_nothing(tmp_path, check, overwrite):
    (tmp_path / "far").mkdir()
    (tmp_path / "next").symlink_to(tmp_path / "far" / "file")
    (tmp_path / "link").symlink_to("next")
    for name in ("link", "next"):
        with pytest.raises(FileError, match=f"{name}: a link to .*file, which does not exist") as caught:
            check(tmp_path / name, overwrite=overwrite)
        assert caught.value.code == "GN001"
    with pytest.raises(FileError, match="which does not exist"):
        require_folder(tmp_path / "link")
    assert os.listdir(tmp_path / "far") == []


def test_a_link_into_a_missing_folder_is_rejected_in_advance(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "file")
    with pytest.raises(FileError, match="no such folder"):
        require_place(tmp_path / "link")


def test_existing_and_new_files_can_be_written(tmp_path):
    for name, content in (("new", b"1"), ("new", b"2")):
        with replacing(tmp_path / name) as file:
            file.write(content)
    assert (tmp_path / "new").read_bytes() == b"2"
    require_folder(tmp_path / "drawn")
