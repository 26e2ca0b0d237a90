"""The folder of a session: of this user alone, locked while its studio runs, and found again if that was killed.

What a studio keeps is written when it happens, so that a killed one loses no drawing and no ended run. The system
releases the lock of a process that ends, however it ends; a normal end removes the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from ....io.writing import replacing
from ....messages.control_characters import finite, json_text
from ....runtime.file_lock import lock_now
from ....runtime.system import make_private, user_folder

_PREFIX, _LOCK = "session-", ".lock"
_MINE: dict[Path, IO[bytes]] = {}
"""The locks of this process: to open the file of one again would release it. `_ONE` is held while one is taken."""
_ONE = threading.Lock()


class SessionFolder:
    """A folder of a session that runs; `path` is only this user's.

    Without a place of the user, it is a temporary folder, which no later studio finds.
    """

    def __init__(self) -> None:
        place = place_of_user()
        self.path = Path(tempfile.mkdtemp(prefix="glassnet-studio-")) if place is None else _new(place)
        self.is_found_again = self.path in _MINE

    def write(self, name: str, value: Any) -> None:
        """Write a JSON-compatible value, all of it or nothing, so that it is on the disk afterwards."""
        with replacing(self.path / name) as file:
            file.write(json_text(finite(value)).encode())

    def remove(self) -> None:
        """Remove it with everything in it."""
        remove(self.path)


def left() -> list[Path]:
    """Return the folders of sessions whose studio ended without removing them, the latest first."""
    place = place_of_user()
    if place is None:
        return []
    found = []
    for path in place.glob(f"{_PREFIX}*"):
        if path.is_dir() and take(path):
            release(path)
            found.append(path)
    return sorted(found, key=written_at, reverse=True)


def take(path: Path) -> bool:
    """Lock a folder that was left, so that no other studio takes it; False if one has it."""
    with _ONE:
        if path in _MINE or not path.is_dir():
            return False
        lock = lock_now(_lock_of(path))
        if lock is not None:
            _MINE[path] = lock
        return lock is not None


def release(path: Path) -> None:
    """End the lock of a folder."""
    if lock := _MINE.pop(path, None):
        lock.close()


def remove(path: Path) -> None:
    """Remove a folder of this process, and its lock."""
    shutil.rmtree(path, ignore_errors=True)
    if path in _MINE:
        release(path)
        with contextlib.suppress(OSError):
            _lock_of(path).unlink()


def read(path: Path) -> Any:
    """Return the value in a file of JSON; None if there is none, or it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def written_at(path: Path) -> float:
    """Return when something was last written to a folder, in seconds since 1970."""
    times = [0.0]
    for one in [path, *path.glob("*")]:
        with contextlib.suppress(OSError):
            times.append(one.stat().st_mtime)
    return max(times)


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{_LOCK}")  # beside it: the lock is there before the folder


def _new(place: Path) -> Path:
    path = place / f"{_PREFIX}{secrets.token_hex(6)}"
    lock = lock_now(_lock_of(path))
    path.mkdir(mode=0o700)
    if lock is None:  # a file system without locks: nobody can tell whether its studio runs
        with contextlib.suppress(OSError):
            _lock_of(path).unlink()
    else:
        _MINE[path] = lock
    return path


def place_of_user() -> Path | None:
    """Return the folder of this user for what studios keep, which is created; None if there can be none."""
    try:
        of_user = user_folder("state")
        if of_user is None:
            return None
        place = of_user / "studio"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not make_private(place):
            return None
        return place if os.access(place, os.W_OK) else None
    except OSError:
        return None
