"""SIGKILL at random moments: the last checkpoint opens, the training goes on, and ends as if nobody had killed it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.cli import TIMEOUT, environment

KILLS = 15
"""`benchmarks/kill.py` kills the command line itself, as often as one likes."""


def test_a_training_that_is_killed_ends_as_one_that_never_was(tmp_path):
    """Processes are made by forking one in which all is loaded, so that real ones can be killed in seconds."""
    driver = Path(__file__).parents[1] / "support" / "killing.py"
    start = [sys.executable, driver, str(tmp_path), str(KILLS), *sys.path]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert len(found) == KILLS
    assert [one for one in found if not one["same"]] == []
    # Chance decides where a kill falls, but not that all fall together: else nothing was tried.
    assert len({one["progress"] for one in found}) > KILLS // 3
