"""SIGKILL at random moments: the last checkpoint opens, and the resumed run gives the same result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.cli import TIMEOUT, environment

KILLS = 6
"""`benchmarks/kill.py` kills the command line itself, any number of times."""


def test_a_killed_and_resumed_run_equals_an_uninterrupted_run(tmp_path):
    """The driver forks a process in which everything is loaded, so that many runs can be killed within seconds."""
    driver = Path(__file__).parents[1] / "support" / "killing.py"
    start = [sys.executable, driver, str(tmp_path), str(KILLS), *sys.path]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert len(found) == KILLS
    assert [one for one in found if not one["same"]] == []
    # The kills must hit different places, or the test would prove nothing.
    assert len({one["progress"] for one in found}) > KILLS // 3
