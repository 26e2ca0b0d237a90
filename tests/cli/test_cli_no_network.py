"""No data leave the machine: training, prediction, reading and pages open no connection, and start no other program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib import get_cachedir
from PIL import Image

from support.cli import TIMEOUT, environment
from support.learner_programs import BOOK
from support.people import people
from support.samples import digits, digits_csv

GUARD = """
import ctypes, os, platform, struct, sys
journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
python = os.path.realpath(sys.executable)  # has this guard, too

def refuse(event, arguments):
    if event == "subprocess.Popen":
        executable = arguments[0] or arguments[1][0]
        allowed = os.path.realpath(executable) == python
        if executable == "lscpu":  # NumPy 1.26 asks it, when `numpy.testing` is imported, and does without
            raise OSError("refused")
    else:
        allowed = not event.startswith(("socket.", "os.system", "os.exec", "os.posix_spawn", "webbrowser.", "urllib."))
    if not allowed:
        os.write(journal, f"{event} {arguments!r}\\n".encode())
        raise OSError(f"refused: {event}")

sys.addaudithook(refuse)

# Libraries that are not Python: the system ends a process that makes a socket which is not local.
socket = {"x86_64": 41, "aarch64": 198}.get(platform.machine())
if sys.platform == "linux" and socket:
    steps = [(0x20, 0, 0, 0), (0x15, 0, 3, socket), (0x20, 0, 0, 16), (0x15, 1, 0, 1), (0x06, 0, 0, 0x80000000),
             (0x06, 0, 0, 0x7FFF0000)]  # the number of the call; is it socket?; its family; is it AF_UNIX?; end; allow
    filter = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(filter)))
    prctl = ctypes.CDLL(None).prctl
    prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if prctl(22, 2, program) == 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        os.environ["SEALED"] = "yes"
"""
"""A ``sitecustomize``, which every Python started below imports: it records and refuses sockets and other programs."""

COMMANDS = """
import os, sys
from glassnet import cli
for line in sys.stdin.read().splitlines():
    sys.argv = ["glassnet", *line.split()]
    try:
        cli.main()
    except SystemExit as end:
        assert end.code in (0, 1), line  # 1: a finding
"""

LINES = """
train people.csv --target income --epochs 2 --hidden 4 --out people.safetensors
train digits.csv --epochs 1 --hidden 8 --no-plot --out digits.safetensors
query people.safetensors people.csv
query digits.safetensors digit.png
read digit.png
test people.safetensors people.csv --report report.html
explain people.safetensors people.csv --row 3 --why
export people.safetensors --to onnx --out people.onnx
doctor people.csv
labels people.csv --target income --cv 2
info people.safetensors
learn check program.py
"""

PYTHON = """
import glassnet
table = glassnet.load_table("people.csv", "income")
options = glassnet.Options(hidden=(4,), epochs=1)
glassnet.save_model(glassnet.fit(table, options).model, "python.safetensors")
glassnet.load_model("python.safetensors").predict(table.inputs)
print("\\nall of them")
"""


REFUSED = {
    "a name is looked up": "import socket; socket.getaddrinfo('example.org', 80)",
    "a page is opened": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    "a socket is made": "import _socket; _socket.socket()",
    "another program": "import os; os.system('true')",
    "another Python": "import os, sys; os.spawnl(0, sys.executable, '-', '-c', 'import _socket; _socket.socket()')",
}


@pytest.fixture
def guarded(tmp_path):
    """Return a function that runs a program in the guard, and gives how it ended and what the guard recorded."""
    guard, journal = tmp_path / "guard", tmp_path / "journal"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    variables = environment(PYTHONPATH=os.pathsep.join([str(guard), *sys.path]), JOURNAL=str(journal))
    # A cache of its own, where ONNX Runtime would identify this machine, with the usual kernels and fonts.
    cache, usual = tmp_path / "cache", Path(variables.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache.mkdir()
    (cache / "glassnet").symlink_to(usual / "glassnet")
    variables |= {"XDG_CACHE_HOME": str(cache), "MPLCONFIGDIR": get_cachedir()}
    del variables["ORT_DISABLE_TELEMETRY"]

    def run(program, stdin=""):
        start = [sys.executable, "-c", program]
        done = subprocess.run(
            start, input=stdin, capture_output=True, text=True, env=variables, cwd=tmp_path, timeout=TIMEOUT
        )
        return done, journal.read_text()

    return run


def test_commands_and_functions_open_no_connection(guarded, tmp_path):
    Image.fromarray(digits(1).inputs[0].reshape(28, 28)).save(tmp_path / "digit.png")
    (tmp_path / "digits.csv").write_text(digits_csv(100))
    (tmp_path / "people.csv").write_text(people(60))
    (tmp_path / "program.py").write_text(BOOK)
    done, recorded = guarded(COMMANDS + PYTHON, LINES.strip())
    assert recorded == ""
    assert done.stdout.endswith("\nall of them\n"), done.stderr
    assert not list(tmp_path.rglob("*onnxruntime*"))  # made before anything is sent


@pytest.mark.parametrize("program", REFUSED.values(), ids=REFUSED)
def test_the_guard_refuses(guarded, program):
    _, recorded = guarded(program)
    assert recorded


def test_the_guard_ends_a_library_that_makes_a_socket(guarded):
    program = "import ctypes, os; print(os.environ.get('SEALED'), flush=True); ctypes.CDLL(None).socket(2, 1, 0)"
    done, _ = guarded(program)
    if done.stdout != "yes\n":
        pytest.skip("this system cannot end a process for a call")
    assert done.returncode == -signal.SIGSYS
