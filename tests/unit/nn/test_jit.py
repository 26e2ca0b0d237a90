"""The folder of the cache of compiled loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassnet.nn import jit


@pytest.fixture
def no_cache_settings(monkeypatch):
    monkeypatch.setattr(jit.numba_config, "CACHE_DIR", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


def test_a_configured_folder_is_the_only_one(monkeypatch, tmp_path):
    monkeypatch.setattr(jit.numba_config, "CACHE_DIR", str(tmp_path / "new"))
    folder = Path(jit._cache_folder())
    assert folder.parent == tmp_path / "new"
    assert folder.is_dir()


def test_without_a_writable_folder_there_is_no_cache_and_a_warning(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr(jit.numba_config, "CACHE_DIR", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match=r"cannot write to .*file: .* Set NUMBA_CACHE_DIR"):
        assert jit._cache_folder() is None


def test_the_cache_is_next_to_the_package_or_in_the_home_of_the_user(no_cache_settings, monkeypatch, tmp_path):
    package = Path(jit.__file__).parents[1]
    assert jit._places(package) == [package / "__pycache__", Path.home() / ".cache" / "glassnet"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert jit._places(package)[1] == tmp_path / "glassnet"


def test_without_a_home_the_cache_is_next_to_the_package(no_cache_settings, monkeypatch):
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    assert jit._places(Path("here")) == [Path("here/__pycache__")]
