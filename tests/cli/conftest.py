"""What most tests of the command line start from."""

from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, and the process in it; some files have one with data in it instead."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
