"""Install with pip, and say in a few lines what it downloads; for the Makefile.

    .venv/bin/python scripts/install.py --editable '.[studio]'

Errors are pip's own. On a terminal one line shows what pip does; elsewhere larger downloads have a line each.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

PACKAGES = Path(sysconfig.get_path("purelib"))
FILE = re.compile(r"\s*Downloading (?:\S*/)?([\w.]+?)-\d\S* \(([\d.]+) ([kM]?B)\)")
MEGABYTES = {"B": 1e-6, "kB": 1e-3, "MB": 1.0}
CHINESE = runpy.run_path(str(Path(__file__).parents[1] / "src" / "glassnet" / "messages" / "languages.py"))["chinese"]
"""Whether the user reads Chinese: from a file alone, as glassnet is not installed yet."""
TEXTS = {
    "begins": ("pip installs {0} and what it needs into .venv", "pip 把 {0} 及其依赖安装到 .venv"),
    "preparing": ("{0}", "准备构建"),
    "looking": ("looking for {0}", "查找 {0}"),
    "downloading": ("downloading {0}, {1:.1f} MB", "下载 {0}，{1:.1f} MB"),
    "installing": ("installing packages", "安装软件包"),
    "counted": ("{0}, {1} of {2}", "{0}，{1}/{2}"),
    "so far": ("{0} ({1:,.0f} MB so far, {2:.0f} s)", "{0}（已下载 {1:,.0f} MB，{2:.0f} 秒）"),
    "installed": ("installed in {0:.0f} s, {1:,.0f} MB downloaded", "安装完毕，用时 {0:.0f} 秒，下载 {1:,.0f} MB"),
    "failed": (
        "pip failed, for the reason above. If it found no packages, check the connection, or name a mirror with "
        "PIP_INDEX_URL; then run make again",
        "pip 失败，原因见上。如果是找不到软件包，请检查网络，或用 PIP_INDEX_URL 指定镜像，再运行 make",
    ),
}
"""Texts in English and Chinese."""


def installed() -> int:
    """Return the number of packages in this environment."""
    return sum(1 for _ in PACKAGES.glob("*.dist-info"))


def text(key: str, *values: object) -> str:
    """Return a text in the language of the user."""
    return TEXTS[key][CHINESE()].format(*values)


class Shown:
    """What pip does now, and the megabytes of the files that it has begun to download."""

    def __init__(self) -> None:
        self.live, self.doing, self.loaded = sys.stdout.isatty(), text("begins", "glassnet"), 0.0
        self.before, self.packages = installed(), 0
        self.ended = threading.Event()
        self.began = self.said_at = time.monotonic()

    def read(self, line: str) -> None:
        """Take a line of pip."""
        if file := FILE.match(line):
            size = float(file[2]) * MEGABYTES[file[3]]
            self.loaded += size
            self.say(text("downloading", file[1], size), at_once=size > 1)
        elif line.startswith("Installing collected packages:"):
            self.packages = line.count(",") + 1
            self.say(text("installing"), at_once=True)
        elif line.startswith("Collecting"):
            self.say(text("looking", line.split()[1]))
        elif line.strip().endswith(": started"):  # building the metadata of glassnet itself
            self.say(text("preparing", line.strip().removesuffix(": started").lower()))

    def say(self, doing: str, *, at_once: bool = False) -> None:
        """Show what pip does; without a terminal only if it is said at once, or nothing was said for a while."""
        self.doing, now = doing, time.monotonic()
        if self.packages:
            doing = text("counted", doing, installed() - self.before, self.packages)
        line = text("so far", doing, self.loaded, now - self.began)
        if self.live:
            print(f"\r{line[:78]}\033[K", end="", flush=True)
        elif at_once or now - self.said_at > 5:
            self.said_at = now
            print(line, flush=True)

    def follow(self) -> None:
        """Show from time to time that it goes on."""
        while not self.ended.wait(1):
            self.say(self.doing)


def main(*words: str) -> int:
    """Run pip and return its exit code."""
    print(text("begins", words[-1].replace(".", "glassnet", 1)), flush=True)
    shown = Shown()
    threading.Thread(target=shown.follow, daemon=True).start()
    command = [sys.executable, "-m", "pip", "install", "--progress-bar", "off", "--no-color", *words]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as pip:
            assert pip.stdout is not None
            for line in pip.stdout:
                shown.read(line)
    except KeyboardInterrupt:  # pip gets it too, and says so
        return 130
    finally:
        shown.ended.set()
    seconds = time.monotonic() - shown.began
    end = text("failed") if pip.returncode else text("installed", seconds, shown.loaded)
    print(f"\r{end}\033[K" if shown.live else end, flush=True)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
