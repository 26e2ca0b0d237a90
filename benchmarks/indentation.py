"""Measure how well `glassnet doctor --fix` restores lost indentation: how many programs come back with the same tree.

The programs are small modules of Python's standard library, without blank lines and with them. Their lines lose all
spaces at the beginning.

    python benchmarks/indentation.py
"""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import machine
from glassnet.doctor.script.indentation import lost_indentation, restore_indentation

LARGEST = 9000


def main() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    result: dict[str, dict[str, int]] = {}
    for name, folder in (("standard library", library), ("turtledemo", library / "turtledemo")):
        files = [path for path in sorted(folder.glob("[a-z]*.py")) if path.stat().st_size < LARGEST]
        for layout in ("blank lines", "no blank lines"):
            counts = dict.fromkeys(("programs", "valid", "same", "lines", "right", "wrong", "marked wrong"), 0)
            for path in files:
                measure(path.read_text(encoding="utf-8"), counts, blank=layout == "blank lines")
            result[f"{name}, {layout}"] = counts
            print(name, layout, counts, flush=True)
    machine.write("indentation", result)


def measure(text: str, counts: dict[str, int], *, blank: bool) -> None:
    """Restore one program and add what came back to the counts."""
    lines = [line for line in text.split("\n") if blank or line.strip()]
    flat = "\n".join(line.strip() for line in lines)
    if not lost_indentation(flat):
        return
    counts["programs"] += 1
    restored = restore_indentation(flat)
    if restored is None:
        return
    new, guessed = restored
    counts["valid"] += 1
    counts["same"] += meaning(new) == meaning(text)
    starts = {
        node.lineno: node.col_offset for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.stmt)
    }
    for number, line in enumerate(new.split("\n"), 1):
        if number not in starts or not line.strip():
            continue
        right = len(line) - len(line.lstrip()) == starts[number]
        counts["lines"] += 1
        counts["right" if right else "wrong"] += 1
        counts["marked wrong"] += not right and number in guessed


def meaning(text: str) -> str:
    """Return the syntax tree as text, without spaces at the beginning of lines inside strings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "\n".join(line.strip() for line in node.value.split("\n") if line.strip())
    return ast.dump(tree)


if __name__ == "__main__":
    main()
