"""Fixtures for most tests of the command line."""

from __future__ import annotations

from importlib import import_module

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder; some test files define their own, with data."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick_backquery(monkeypatch):
    """Search few steps for inputs, where it does not matter which are found."""
    monkeypatch.setattr(import_module("glassnet.explain.backquery"), "STEPS", 5)
