"""Running the command line in this process, which is faster, or in its own."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import click

if TYPE_CHECKING:
    import pytest

TIMEOUT = 600
"""Timeout in seconds: far more than all loops take to compile on a busy machine."""

USER_PREFERENCES = ("LC_", "LANG", "GLASSNET", "COLUMNS")
"""Prefixes of the variables that set the language, the width of the terminal and other user preferences."""

NOTICE = re.compile(r"(?!glassnet: |Traceback |  )")
"""Start of a notice or progress line, unlike an error or traceback."""


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON value on standard output; anything else there is an error."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    def fine(self) -> Outcome:
        """Check for exit code 0 and only notices on standard error."""
        assert self.code == 0, self.err
        strange = [line for line in self.err.splitlines() if not NOTICE.match(line)]
        assert strange == []
        return self

    def refused(self, code: str, *fragments: str, exit_code: int = 2) -> str:
        """Check for one error line, after notices at most, and no standard output; return the line."""
        assert "Traceback" not in self.err
        assert self.code == exit_code, self
        assert self.out == ""
        *before, line = self.err.splitlines()
        assert [other for other in before if not NOTICE.match(other)] == []
        assert line.startswith("glassnet: ")
        assert line.endswith(f" [{code}]"), line
        for fragment in fragments:
            assert fragment in line
        return line


@contextmanager
def _caught(descriptor: int, name: str) -> Iterator[IO[bytes]]:
    """Send a standard stream, and whatever writes to its descriptor below Python, into a file."""
    kept = os.dup(descriptor)
    with tempfile.TemporaryFile() as file:
        getattr(sys, name).flush()
        os.dup2(file.fileno(), descriptor)
        try:
            with (
                open(os.dup(descriptor), "w", encoding="utf-8") as stream,
                mock.patch.object(sys, name, stream),
            ):
                yield file
        finally:
            os.dup2(kept, descriptor)
            os.close(kept)


def run(*arguments: object, stdin: bytes = b"") -> Outcome:
    """Run a command in this process; an exception other than SystemExit is the test's failure."""
    from glassnet import cli

    code = None
    with _caught(1, "stdout") as out, _caught(2, "stderr") as err:
        argv = ["glassnet", *map(str, arguments)]
        with (
            mock.patch.object(sys, "argv", argv),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")),
            mock.patch.dict(os.environ),
        ):
            try:
                cli.main()
            except SystemExit as end:
                code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
    assert isinstance(code, int)
    return Outcome(code, *texts)


def commands() -> dict[str, click.Command]:
    """Return every command by the words that call it, those of groups too, such as ``learn check``."""
    from glassnet.cli import cli

    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    groups = {name: one for name, one in found.items() if isinstance(one, click.Group)}
    return found | {f"{name} {own}": one for name, group in groups.items() for own, one in group.commands.items()}


def doctor(*arguments: object) -> dict[str, Any]:
    """Return the doctor's findings, in this process; it prints no notices."""
    outcome = run("doctor", *arguments, "--json")
    assert outcome.err == ""
    found: dict[str, Any] = outcome.json()
    return found


def command(*arguments: object) -> list[str]:
    """Return the program and arguments for a command in its own process."""
    return [sys.executable, "-m", "glassnet", *map(str, arguments)]


def interruptible(*arguments: object) -> list[str]:
    """Return the program and arguments for a command that reacts to Ctrl-C, even as a background job of a shell."""
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import glassnet.cli; glassnet.cli.main()"
    )
    return [sys.executable, "-c", program, *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """The environment of a command: no language settings, and no byte code written next to the sources."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(USER_PREFERENCES)}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "GLASSNET_PROGRESS": "off", **changes}


def run_process(
    *arguments: object, cwd: Path, stdin: bytes = b"", start: list[str] | None = None, env: Mapping[str, str] = {}
) -> Outcome:
    """Run a command in its own process; `start` replaces program and arguments."""
    done = subprocess.run(
        start or command(*arguments), cwd=cwd, input=stdin, capture_output=True, timeout=TIMEOUT, env=environment(**env)
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def working_copy(folder: Path, to: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a copy of a folder that several tests start from, so that each has its own files."""
    shutil.copytree(folder, to, dirs_exist_ok=True)
    monkeypatch.chdir(to)
    return to


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
