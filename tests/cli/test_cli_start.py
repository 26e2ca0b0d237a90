"""What a command loads: starting time is mostly that of imports."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest
from PIL import Image

from glassnet import cli
from support.cli import environment, run
from support.samples import digits

HEAVY = {"scipy.special", "scipy.ndimage", "numba", "polars", "matplotlib", "PIL", "rich", "sklearn"}

PROGRAM = """
import sys
from glassnet.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (["--help"], {*HEAVY, *(f"glassnet.cli.{name}" for name in cli._COMMANDS)}),
        (["query", "digit.png"], HEAVY - {"PIL", "scipy.ndimage", "scipy.special"}),
        (["explain", "--example"], HEAVY - {"PIL", "rich", "scipy.special"}),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_a_command_loads_only_what_it_needs(words, unused, tmp_path):
    Image.fromarray(digits(1).inputs[0].reshape(28, 28)).save(tmp_path / "digit.png")
    start = [sys.executable, "-c", PROGRAM, *words]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), cwd=tmp_path, check=True)
    assert done.stdout
    assert unused.intersection(done.stderr.split()) == set()


def test_the_garbage_collector_is_as_before_after_a_command(monkeypatch):
    before, during = gc.get_threshold(), []
    monkeypatch.setattr(cli, "_in_language", lambda line: during.append(gc.get_threshold()) or line)
    assert run("nothing").code == 2
    assert (during, gc.get_threshold()) == ([cli._COLLECTIONS], before)
