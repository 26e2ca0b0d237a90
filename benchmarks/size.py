"""Measure what `pip install` of glassnet leaves on the disk, by distribution: in a new environment, with byte code.

    python benchmarks/size.py [--trial]

`size_page.py` writes the result into docs/installed-size.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import machine

ROOT = Path(__file__).resolve().parents[1]

PROGRAM = """
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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        before = measured(python)  # pip itself
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(ROOT)], check=True)
        result = {name: one for name, one in measured(python).items() if name not in before}
    for name, one in sorted(result.items(), key=lambda item: -item[1]["files"]):
        print(f"{name:20} {one['files'] / 2**20:6.1f} MiB, byte code {one['byte code'] / 2**20:5.1f} MiB")
    if "--trial" not in sys.argv[1:]:
        machine.write("size", result)


def measured(python: str) -> dict[str, Any]:
    """Return distribution -> its version and bytes, in the environment of an interpreter."""
    done = subprocess.run([python, "-c", PROGRAM], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
