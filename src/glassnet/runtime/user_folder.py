"""The folders of the user for what glassnet stores: where each system has them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

_PLACES = {
    "cache": ("Caches", "XDG_CACHE_HOME", ".cache"),
    "state": ("Application Support", "XDG_STATE_HOME", ".local/state"),
}


def user_folder(kind: Literal["cache", "state"]) -> Path | None:
    """Return the user's folder for caches, or for the state of programs, of glassnet; None without a home folder."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    in_library, variable, usual = _PLACES[kind]
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "glassnet"
    if sys.platform == "darwin":
        return home / "Library" / in_library / "glassnet"
    named = Path(os.environ.get(variable, ""))
    return (named if named.is_absolute() else home / usual) / "glassnet"
