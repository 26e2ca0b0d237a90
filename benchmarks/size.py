"""Measure what `pip install` of glassnet costs, by distribution, in a new environment with byte code, and who needs it.

For each: the size of its wheel, and what it leaves on the disk. For the large ones: the processor time of an import in
a new process, with what it imports, beyond that of Python. For each of `COMMANDS`: which distributions it imports.

    python benchmarks/size.py [--trial]

`size_page.py` writes the result into docs/benchmarks.md.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import machine

ROOT = Path(__file__).resolve().parents[1]
RUNS = 7
IMPORTS = {
    "numba": "numba", "polars": "polars", "scipy": "scipy.special", "matplotlib": "matplotlib.figure", "numpy": "numpy",
    "pillow": "PIL.Image", "rich": "rich.progress", "glassnet": "glassnet.cli",
}  # fmt: skip
"""Distribution -> the module that glassnet imports of it."""
COMMANDS = {
    "show": "show mnist --row 0 --plot digit.png",
    "train": "train --epochs 1",
    "train CSV": "train people.csv --target bought --epochs 1 --out people.safetensors",
    "query IMAGE": "query notes.safetensors digit.png",
    "query CSV": "query people.safetensors people.csv",
    "test": "test notes.safetensors",
    "read": "read digit.png",
    "explain": "explain notes.safetensors mnist --row 0 --why",
    "export": "export notes.safetensors --to c",
    "doctor": "doctor people.csv",
    "labels": "labels people.csv --target bought",
    "learn": "learn check program.py",
}
"""Command -> its arguments, in a folder where those before it have run."""

SIZES = """
import json
from importlib.metadata import distributions
from pathlib import Path
found = {}
for one in distributions():
    files = {Path(str(file.locate())) for file in one.files or ()}
    sizes = [(file.stat().st_size, "__pycache__" in file.parts) for file in files if file.is_file()]
    found[one.metadata["Name"]] = {
        "version": one.version,
        "files": sum(size for size, compiled in sizes if not compiled),
        "byte code": sum(size for size, compiled in sizes if compiled),
    }
print(json.dumps(found))
"""
USED = """
import json, sys
from importlib.metadata import packages_distributions
from glassnet.cli import main
try:
    main()
except SystemExit as end:
    assert end.code in (0, 1), end.code  # 1: a finding
homes = {top: [name for name in names if name != "setuptools"] for top, names in packages_distributions().items()}
tops = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted({home for top in tops for home in homes.get(top, ())})), file=sys.stderr)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        python = str(place / "venv" / "bin" / "python")
        before = output(python, SIZES)  # pip itself
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--quiet", "--wheel-dir", place / "wheels", ROOT], check=True)
        found = ["--no-index", "--find-links", place / "wheels"]
        subprocess.run([*pip, "install", "--quiet", *found, "glassnet"], check=True)
        sizes = {name: one for name, one in output(python, SIZES).items() if name not in before}
        wheels = {normal(path.name.partition("-")[0]): path.stat().st_size for path in (place / "wheels").iterdir()}
        for name, one in sizes.items():
            one["download"] = wheels[normal(name)]
        nothing = import_seconds(python, "sys")
        imports = {name: machine.summary(import_seconds(python, module)) for name, module in IMPORTS.items()}
        commands = used_by_commands(python, place)
    for name, one in sorted(sizes.items(), key=lambda item: -item[1]["files"]):
        print(name, *(f"{key} {one[key] / 2**20:.1f} MiB" for key in ("download", "files", "byte code")), sep=", ")
    for name, words in commands.items():
        print(f"{name}: {', '.join(words)}")
    if "--trial" not in sys.argv[1:]:
        python_alone = machine.summary(nothing)
        machine.write("size", {"sizes": sizes, "python": python_alone, "imports": imports, "commands": commands})


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def output(python: str, program: str) -> dict[str, Any]:
    """Return what a program prints as JSON, by an interpreter."""
    done = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def import_seconds(python: str, module: str) -> list[float]:
    """Return the processor time of new processes that import a module; the first, which fills caches, is left out."""
    taken = []
    for _ in range(RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([python, "-c", f"import {module}"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return taken[1:]


def used_by_commands(python: str, place: Path) -> dict[str, list[str]]:
    """Return command -> the distributions that it imports."""
    jobs = ("cook", "clerk", "pilot")
    rows = [f"{18 + row % 50},{jobs[row % 3]},{'yes' if row % 5 < 2 else 'no'}" for row in range(300)]
    (place / "people.csv").write_text("\n".join(["age,job,bought", *rows, ""]))
    (place / "program.py").write_text((ROOT / "examples" / "notes_program.py").read_text())
    run = [python, "-c", USED]
    found = {}
    for name, words in COMMANDS.items():
        done = subprocess.run([*run, *words.split()], check=True, capture_output=True, text=True, cwd=place)
        found[name] = json.loads(done.stderr.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
