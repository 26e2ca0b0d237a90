"""Where compiled loops are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassnet.nn import jit


@pytest.fixture
def free(monkeypatch):
    monkeypatch.setattr(jit.numba_config, "CACHE_DIR", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


def test_a_folder_that_was_asked_for_is_the_only_place(monkeypatch, tmp_path):
    monkeypatch.setattr(jit.numba_config, "CACHE_DIR", str(tmp_path / "new"))
    folder = Path(jit._cache_folder())
    assert folder.parent == tmp_path / "new"
    assert folder.is_dir()


def test_where_nothing_can_be_written_loops_are_not_kept_and_that_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(jit.numba_config, "CACHE_DIR", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match=r"cannot write to .*file: .* Set NUMBA_CACHE_DIR"):
        assert jit._cache_folder() is None


def test_beside_the_package_else_with_the_user(free, monkeypatch, tmp_path):
    here = Path(jit.__file__).parents[1]
    assert jit._places(here) == [here / "__pycache__", Path.home() / ".cache" / "glassnet"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert jit._places(here)[1] == tmp_path / "glassnet"


def test_a_user_without_a_home(free, monkeypatch):
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    assert jit._places(Path("here")) == [Path("here/__pycache__")]
