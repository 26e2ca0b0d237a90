"""Global state of the process: a test that leaves it changed affects later tests."""

from __future__ import annotations

import locale
import os
import signal
import sys
from typing import Any

import numpy as np

from support.cli import USER_PREFERENCES

RELEVANT = (*USER_PREFERENCES, "HOME", "MPL", "NUMBA", "PATH", "PYTHON", "TMP", "XDG")
"""Prefixes of variables that glassnet or its dependencies read. Packages set others when first imported."""


def process_settings() -> dict[str, Any]:
    """Working folder, environment, import path, signals, locale, and NumPy's error and print settings."""
    return {
        "folder": os.getcwd(),
        "environment": {name: value for name, value in os.environ.items() if name.startswith(RELEVANT)},
        "path": list(sys.path),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "locale": locale.setlocale(locale.LC_ALL),
        "errors": np.geterr(),
        "printing": np.get_printoptions(),
        "recursion": sys.getrecursionlimit(),
    }
