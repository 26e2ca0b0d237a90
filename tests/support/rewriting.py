"""The assertions of the test files are rewritten once, not by each worker of pytest-xdist.

pytest rewrites them when it imports a file, which takes more than half of the time of collection, and keeps the result
as byte code. So each worker begins with a share of the files, and finds those of the others done when it comes to them.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def share_of(files: list[Path], worker: int, workers: int) -> list[Path]:
    """Every file, those of this worker first."""
    first = len(files) * worker // workers
    return [*files[first:], *files[:first]]


def collected(config: pytest.Config) -> list[Path]:
    """The test files in the folders that are collected; those given by name are quick to import."""
    folders = [Path(config.rootpath, one) for one in config.args]
    return sorted({path for folder in folders if folder.is_dir() for path in folder.rglob("test_*.py")})


def import_share(config: pytest.Config, worker: int, workers: int) -> None:
    """Import the test files in this worker's order; one that cannot be imported is left to the collection."""
    for path in share_of(collected(config), worker, workers):
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))  # as pytest does
        try:
            importlib.import_module(path.stem)
        except BaseException:  # also what skips a file
            sys.modules.pop(path.stem, None)
