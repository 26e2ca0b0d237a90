"""``glassnet export`` and ``glassnet prove``: their files, their output, and what they refuse."""

from __future__ import annotations

import re
from dataclasses import fields

import numpy as np
import pytest

from glassnet import Options, evaluate, fit, save_model
from glassnet.exports.proof import Proof
from support.cli import run, snapshot
from support.exported import answering, mixed_csv, model_of
from support.messages import english_left
from support.pages import json_keys
from support.samples import digits, table, write_model_and_rows


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a small model and rows for it."""
    monkeypatch.chdir(tmp_path)
    write_model_and_rows(tmp_path)
    return tmp_path
