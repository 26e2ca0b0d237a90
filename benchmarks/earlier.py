"""An earlier version of the package, unpacked from its commit, to measure it beside this one."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def commit_of(name: str) -> str:
    """Return the full name of a commit."""
    done = subprocess.run(["git", "rev-parse", name], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def unpacked(commit: str) -> Path:
    """Unpack a commit; return the path of its ``src``."""
    full = commit_of(commit)
    place = ROOT / "build" / "compare" / full
    if not place.exists():
        archive = subprocess.run(["git", "archive", full, "src"], cwd=ROOT, check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(place, filter="data")
    return place / "src"
