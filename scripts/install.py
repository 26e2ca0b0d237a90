"""Install with pip, and say in a few lines what it downloads; for the Makefile.

    .venv/bin/python scripts/install.py --editable '.[studio]'

Errors are pip's own. On a terminal one line shows what pip does; elsewhere larger downloads have a line each.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

PACKAGES = Path(sysconfig.get_path("purelib"))
FILE = re.compile(r"\s*Downloading (?:\S*/)?([\w.]+?)-\d\S* \(([\d.]+) ([kM]?B)\)")
MEGABYTES = {"B": 1e-6, "kB": 1e-3, "MB": 1.0}


def installed() -> int:
    """Return the number of packages in this environment."""
    return sum(1 for _ in PACKAGES.glob("*.dist-info"))


class Shown:
    """What pip does now, and the megabytes of the files that it has begun to download."""

    def __init__(self) -> None:
        self.live, self.doing, self.loaded = sys.stdout.isatty(), "pip begins", 0.0
        self.before, self.packages = installed(), 0
        self.ended = threading.Event()
        self.began = self.said_at = time.monotonic()

    def read(self, line: str) -> None:
        """Take a line of pip."""
        if file := FILE.match(line):
            size = float(file[2]) * MEGABYTES[file[3]]
            self.loaded += size
            self.say(f"downloading {file[1]}, {size:.1f} MB", at_once=size > 1)
        elif line.startswith("Installing collected packages:"):
            self.packages = line.count(",") + 1
            self.say("installing packages", at_once=True)
        elif line.startswith("Collecting"):
            self.say(f"looking for {line.split()[1]}")
        elif line.strip().endswith(": started"):  # building the metadata of glassnet itself
            self.say(line.strip().removesuffix(": started").lower())

    def say(self, doing: str, *, at_once: bool = False) -> None:
        """Show what pip does; without a terminal only if it is said at once, or nothing was said for a while."""
        self.doing, now = doing, time.monotonic()
        if self.packages:
            doing += f", {installed() - self.before} of {self.packages}"
        text = f"{doing} ({self.loaded:,.0f} MB so far, {now - self.began:.0f} s)"
        if self.live:
            print(f"\r{text[:78]}\033[K", end="", flush=True)
        elif at_once or now - self.said_at > 5:
            self.said_at = now
            print(text, flush=True)

    def follow(self) -> None:
        """Show from time to time that it goes on."""
        while not self.ended.wait(1):
            self.say(self.doing)


def main(*words: str) -> int:
    """Run pip and return its exit code."""
    print(f"pip installs {words[-1].replace('.', 'glassnet', 1)} and what it needs into .venv", flush=True)
    shown = Shown()
    threading.Thread(target=shown.follow, daemon=True).start()
    command = [sys.executable, "-m", "pip", "install", "--progress-bar", "off", "--no-color", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            shown.read(line)
    shown.ended.set()
    seconds = time.monotonic() - shown.began
    end = f"installed in {seconds:.0f} s, {shown.loaded:,.0f} MB downloaded" if not pip.returncode else "pip failed"
    print(f"\r{end}\033[K" if shown.live else end, flush=True)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
