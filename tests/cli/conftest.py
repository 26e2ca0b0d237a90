"""Fixtures for most tests of the command line."""

from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder; some test files define their own, with data."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
