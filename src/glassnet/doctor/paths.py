"""The files a program reads: whether they are there, and where they might be."""

from __future__ import annotations

import ast
import json
import ntpath
import os
from collections.abc import Iterator
from pathlib import Path

from .calls import Change
from .names import Names
from .program import Positions

_READERS = (
    "open", "io.open", "numpy.loadtxt", "numpy.genfromtxt", "numpy.load", "pandas.read_csv", "PIL.Image.open",
    "scipy.misc.imread", "scipy.ndimage.imread", "imageio.imread", "imageio.v2.imread", "imageio.v3.imread",
    "matplotlib.pyplot.imread",
)  # fmt: skip
_WRITERS = (
    "numpy.savetxt", "numpy.save", "numpy.savez", "matplotlib.pyplot.savefig", "matplotlib.pyplot.imsave",
    "scipy.misc.imsave", "imageio.imwrite", "imageio.imsave", "imageio.v2.imwrite", "imageio.v3.imwrite", "imsave",
)  # fmt: skip
_ADDED = ("imread", "_imread")
"""What a repaired program calls the reader that was added to it."""
_SEARCHED = 5000
"""Files below the program's folder that are looked through for one of the right name."""


def missing_files(tree: ast.Module, names: Names, positions: Positions, folder: Path) -> Iterator[Change]:
    """Yield the files that are not there, and those that are named so that they are there on one machine only."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    made = {path.value for node in calls if _writes(node, names) and (path := _literal(node.args[0], names))}
    seen: set[int] = set()
    for node in calls:
        path = _literal(node.args[0], names)
        if path is None or id(path) in seen or path.value in made or _writes(node, names):
            continue
        added = isinstance(node.func, ast.Name) and node.func.id in _ADDED
        if not added and not set(names.paths_of(node.func)) & set(_READERS):
            continue
        seen.add(id(path))
        yield from _looked_up(path, folder, positions)


def _literal(node: ast.expr, names: Names) -> ast.Constant | None:
    if isinstance(node, ast.Name):
        return names.constants.get(node.id)
    return node if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _writes(node: ast.Call, names: Names) -> bool:
    paths = {*names.paths_of(node.func), ast.unparse(node.func)}
    if paths & set(_WRITERS):
        return True
    modes = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    mode = modes[0].value if modes and isinstance(modes[0], ast.Constant) else "r"
    return bool(paths & {"open", "io.open"}) and isinstance(mode, str) and bool(set(mode) & set("wax+"))


def _looked_up(path: ast.Constant, folder: Path, positions: Positions) -> Iterator[Change]:
    text = str(path.value)
    if "://" in text or not text.strip() or "\0" in text:
        return
    absolute = os.path.isabs(text) or ntpath.splitdrive(text)[0] != "" or text.startswith("\\\\")
    there = _exists(text, folder)
    if there and not absolute:
        return
    found = _nearby(text, folder)
    edits = (positions.replace(path, json.dumps(found, ensure_ascii=False)),) if found else ()
    beside = f"; {found} is" if found else f", nor is {_base(text)} beside the program"
    if there:
        yield Change("GS11", path, text + (f": {found} is the same" if found else ""), edits)
    else:
        yield Change("GS07", path, f"{text} is not there{beside}", edits)


def _exists(text: str, folder: Path) -> bool:
    return any(os.path.isfile(os.path.join(place, text)) for place in (folder, "."))


def _base(text: str) -> str:
    return ntpath.basename(text.rstrip("/\\")) if "\\" in text or ":" in text else os.path.basename(text)


def _nearby(text: str, folder: Path) -> str | None:
    """Return the file of the same name at or below the program's folder, relative to it."""
    wanted, looked = _base(text).lower(), 0
    if not wanted:
        return None
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(one for one in folders if not one.startswith(".")) if depth < 2 else []
        for file in sorted(files):
            if file.lower() == wanted:
                return (Path(place).relative_to(folder) / file).as_posix()
        looked += len(files)
        if looked > _SEARCHED:
            return None
    return None
