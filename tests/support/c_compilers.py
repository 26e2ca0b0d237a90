"""C compilers for this processor and for others, which an emulator runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from glassnet.exports.c.compiling import Compiler

_COMPILERS = {
    "gcc": Compiler(("gcc",), "gcc"),
    "clang": Compiler(("clang",), "clang"),
    "aarch64": Compiler(("aarch64-linux-gnu-gcc", "-static"), "gcc for ARM", ("qemu-aarch64",)),
    "arm": Compiler(("arm-linux-gnueabihf-gcc", "-static"), "gcc for 32-bit ARM", ("qemu-arm",)),
    "s390x": Compiler(("s390x-linux-gnu-gcc", "-static"), "gcc for s390x", ("qemu-s390x",), ">"),
}
"""Processor or compiler -> how to compile for it, and how to run the result."""


def compiler(name: str) -> Compiler:
    """Return a compiler; skip the test, with the name of the missing command, if it is not installed."""
    one = _COMPILERS[name]
    for command in (one.command[0], *one.runner):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed")
    return one


def require(*commands: str) -> None:
    """Skip the test if a command is not installed."""
    for command in commands:
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed")


def output_of(*command: str | Path, folder: Path, content: bytes = b"", status: int = 0) -> bytes:
    """Run a command in a folder; return its output, and fail with its errors on another exit status."""
    ended = subprocess.run([*map(str, command)], cwd=folder, input=content, capture_output=True, timeout=120)
    assert ended.returncode == status, ended.stderr.decode() or ended.stdout.decode()
    return ended.stdout
