"""What a program may try in a process with limits, for tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any


def attempts(outside: str) -> dict[str, Any]:
    """Try what is refused and what is allowed; the name of the exception of each, or what it returned."""
    folder = Path(outside)

    def keep() -> int:
        Path("own").mkdir()
        Path("own", "file").write_text("1", encoding="utf-8")
        shutil.rmtree("own")
        return len(os.listdir("."))

    tried = {
        "write": lambda: (folder / "new").write_text("1"),
        "beside": lambda: Path(f"{os.getcwd()}2").write_text("1", encoding="utf-8"),
        "remove": lambda: os.remove(folder / "old"),
        "rename": lambda: os.rename(folder / "old", "taken"),
        "tree": lambda: shutil.rmtree(folder),
        "folder": lambda: os.mkdir(folder / "new"),
        "socket": lambda: socket.socket(),
        "process": lambda: subprocess.run([sys.executable, "-c", ""], check=False),
        "fork": lambda: os.fork(),
        "own": keep,
        "read": lambda: (folder / "old").read_text(),
        "input": sys.stdin.read,
        "environment": lambda: "SECRET" in os.environ,
    }
    results = {}
    for name, work in tried.items():
        try:
            results[name] = work()
        except Exception as problem:
            results[name] = type(problem).__name__
    print("hello 你好")
    return results


def endless(_: Any) -> None:
    """Loop without end, and talk."""
    while True:
        print("again")


def large(_: Any) -> None:
    """Use far too much memory."""
    blocks = []
    while True:
        blocks.append(b"1" * (1 << 24))


def many_files(_: Any) -> None:
    """Write small files without end."""
    number = 0
    while True:
        number += 1
        Path(f"{number % 50}").write_bytes(bytes(number << 10))


def leave(_: Any) -> None:
    """End the process."""
    os._exit(5)


def unstorable(_: Any) -> Any:
    """Return what JSON cannot hold."""
    return object()
