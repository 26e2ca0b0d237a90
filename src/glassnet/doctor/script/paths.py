"""Check whether the files that a program reads exist, and find misplaced ones."""

from __future__ import annotations

import ast
import glob
import json
import ntpath
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from ...data.load import BUNDLED
from ...data.notes_files import NOTES_FILES
from ...io.opening import LFS_READ, lfs_size
from ...messages.message import Command, Message
from ...messages.option_spelling import Option
from ..finding import ERROR, WARNING, Kind
from .constant_strings import ConstantString, ConstantStrings, is_absolute
from .migrations import Change
from .program import Positions
from .scopes import ImportedNames

_OPENERS = (
    "open", "io.open", "codecs.open", "gzip.open", "gzip.GzipFile", "bz2.open", "bz2.BZ2File", "lzma.open",
    "lzma.LZMAFile", "zipfile.ZipFile",
)  # fmt: skip
"""Functions that read or write, depending on the mode."""
_READERS = (
    *_OPENERS, "numpy.fromfile", "numpy.loadtxt", "numpy.genfromtxt", "numpy.load", "pandas.read_csv", "PIL.Image.open",
    "scipy.misc.imread", "scipy.ndimage.imread", "imageio.imread", "imageio.v2.imread", "imageio.v3.imread",
    "matplotlib.pyplot.imread",
)  # fmt: skip
_WRITERS = (
    "numpy.savetxt", "numpy.save", "numpy.savez", "matplotlib.pyplot.savefig", "matplotlib.pyplot.imsave",
    "scipy.misc.imsave", "imageio.imwrite", "imageio.imsave", "imageio.v2.imwrite", "imageio.v3.imwrite", "imsave",
)  # fmt: skip
_HELPER_NAMES = ("imread", "_imread")
"""Names of the helper that reads images in a repaired program."""
_METHODS = {
    "open": "read", "read_text": "read", "read_bytes": "read", "write_text": "write", "write_bytes": "write",
    "exists": "test", "is_file": "test",
}  # fmt: skip
"""Method of a Path -> how it uses the file."""
_FILE_KEYWORDS = ("file", "fname", "filename", "filepath_or_buffer", "fp", "pathname")
_EXISTENCE_TESTS = ("os.path.exists", "os.path.isfile", "os.path.lexists", "os.access")
"""Tests that a program makes before reading an optional file."""
_DOWNLOADS = ("urllib.request.urlretrieve", "urllib.urlretrieve")
"""Functions that write the file of their second argument."""
_UNPACKS = ("extract", "extractall", "unpack_archive")
"""Functions after which any file may exist."""
_SEARCHES = ("glob.glob", "glob.iglob")
_MAX_SEARCHED = 5000
"""Most files below the folder of the program among which one of the right name is searched."""


def missing_files(tree: ast.Module, names: ImportedNames, positions: Positions, folder: Path) -> Iterator[Change]:
    """Yield the files that do not exist, and those with an absolute path."""
    strings = ConstantStrings(tree, names)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    uses = [(what, text) for node in calls for what, text in _file_uses(node, names, strings)]
    expected = {text.value for what, text in uses if what in ("write", "test")}
    moves = any("os.chdir" in names.possible_paths(node.func) for node in calls)
    makes = any(_writes_unknown(node, names, strings) for node in calls)
    seen: set[tuple[int, str]] = set()
    for what, text in uses:
        place = id(text.node), text.value
        if what in ("write", "test") or text.value in expected or place in seen:
            continue
        seen.add(place)
        if what == "search" and (makes or any(fnmatchcase(one, text.value) for one in expected)):
            continue  # the program may write the files itself
        if moves and not is_absolute(text.value):
            continue  # the current folder is unknown
        yield from _check_file(text, folder, positions, names, search=what == "search")


def _writes_unknown(node: ast.Call, names: ImportedNames, strings: ConstantStrings) -> bool:
    """Return whether a call writes files whose names are unknown."""
    what, file = _file_of(node, names)
    if what == "write":
        return file is None or not strings.each(file)
    if what or not isinstance(node.func, ast.Attribute):
        return False
    writes = node.func.attr.startswith("write_") or (node.func.attr == "open" and _mode_writes(node, node.args[:1]))
    return node.func.attr in _UNPACKS or (writes and not strings.each(node.func.value))


def _file_uses(node: ast.Call, names: ImportedNames, strings: ConstantStrings) -> list[tuple[str, ConstantString]]:
    """Return how a call uses files (``"read"``, ``"write"``, ``"search"`` or ``"test"``), and which."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        owners = [owner for owner in strings.each(node.func.value) if owner.path]
        if owners:
            writes = node.func.attr == "open" and _mode_writes(node, node.args[:1])
            return [("write" if writes else _METHODS[node.func.attr], owner) for owner in owners]
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("glob", "rglob") and len(node.args) == 1:
        recursive = "**/" * (node.func.attr == "rglob")
        folders = [owner for owner in strings.each(node.func.value) if owner.path]
        patterns = [f"{recursive}{pattern.value}" for pattern in strings.each(node.args[0])]
        if folders:
            return [
                ("search", replace(owner, value=f"{owner.value or '.'}/{pattern}", shared=True))
                for owner in folders
                for pattern in patterns
            ]
    what, file = _file_of(node, names)
    return [(what, text) for text in strings.each(file)] if what and file is not None else []


def _file_of(node: ast.Call, names: ImportedNames) -> tuple[str, ast.expr | None]:
    """Return how a call uses its file argument, and that argument's expression."""
    named = next((keyword.value for keyword in node.keywords if keyword.arg in _FILE_KEYWORDS), None)
    file = node.args[0] if node.args else named
    paths = {*names.possible_paths(node.func), ast.unparse(node.func)}
    opens = bool(paths & set(_OPENERS))
    if paths & set(_DOWNLOADS):
        named = next((keyword.value for keyword in node.keywords if keyword.arg == "filename"), None)
        return "write", node.args[1] if len(node.args) > 1 else named
    if paths & set(_WRITERS) or (opens and _mode_writes(node, node.args[1:2])):
        return "write", file
    if paths & set(_EXISTENCE_TESTS):
        return "test", file
    if paths & set(_SEARCHES):
        return "search", file
    added = isinstance(node.func, ast.Name) and node.func.id in _HELPER_NAMES
    return ("read", file) if added or set(names.possible_paths(node.func)) & set(_READERS) else ("", None)


def _mode_writes(node: ast.Call, places: list[ast.expr]) -> bool:
    modes = [*places, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    mode = modes[0].value if modes and isinstance(modes[0], ast.Constant) else "r"
    return isinstance(mode, str) and set(mode) <= set("rwaxbtU+") and bool(set(mode) & set("wax+"))


GS14 = Kind("GS14", ERROR, "a file is a Git LFS pointer, not the data", "fetch the data with git lfs pull")
GS11 = Kind(
    "GS11",
    WARNING,
    "an absolute path works on one machine only",
    "make the path relative to the program",
    "makes it relative",
)
GS07 = Kind("GS07", ERROR, "a file does not exist", "correct the path", "uses the file of this name near the program")


def _check_file(
    text: ConstantString, folder: Path, positions: Positions, names: ImportedNames, *, search: bool
) -> Iterator[Change]:
    path = text.value
    if "://" in path or not path.strip() or "\0" in path or (search and "**" in path):
        return
    absolute = is_absolute(path)
    there = _pattern_matches(path, folder) if search else _exists(path, folder)
    size = _lfs_size(path, folder) if there and not search else None
    if size is not None:
        yield Change(GS14, text.node, Message("{path} points to {size:,} bytes of data", path=path, size=size))
    if there and not absolute:
        return
    nearby = None if search and there else _nearby(path, folder, search)  # any of the matched files may be meant
    written = _file_literal(nearby, text, names) if nearby else None
    edits = (positions.replace(text.node, written),) if written else ()
    if there:
        yield Change(
            GS11, text.node, Message("{path}; use {found}", path=path, found=nearby) if nearby else path, edits
        )
        return
    if search:
        near = (
            Message("{path} matches no file; {found} does", path=path, found=nearby)
            if nearby
            else Message("{path} matches no file", path=path)
        )
    elif nearby:
        near = Message("{path} does not exist; found {found}", path=path, found=nearby)
    elif _base_name(path) in NOTES_FILES:
        # As the program names the folder, or that of the program for an absolute path.
        inside = "" if absolute else path.replace("\\", "/").rpartition("/")[0]
        near = Message(
            "{path} does not exist; write it with: {command}",
            path=path,
            command=Command("show", BUNDLED, Option("csv", (folder / inside).as_posix())),
        )
    else:
        near = Message(
            "{path} does not exist, and there is no {name} near the program", path=path, name=_base_name(path)
        )
    yield Change(GS07, text.node, near, edits)


def _file_literal(file: str, text: ConstantString, names: ImportedNames) -> str | None:
    """Return code for a file name, as a string or Path like in the program; None if Path is not imported."""
    if text.shared:
        return None  # the same code defines other names too
    literal = json.dumps(file, ensure_ascii=False)
    if not text.path:
        return literal
    module = names.local("pathlib")
    called = names.local("pathlib.Path") or (f"{module}.Path" if module else None)
    return f"{called}({literal})" if called else None


def _exists(text: str, folder: Path) -> bool:
    return any(os.path.isfile(os.path.join(place, text)) for place in (folder, "."))


def _lfs_size(text: str, folder: Path) -> int | None:
    """Return the size named in a Git LFS pointer; None if the file is not a pointer."""
    place = next(place for place in (folder / text, Path(text)) if place.is_file())
    with suppress(OSError), place.open("rb") as stream:
        return lfs_size(stream.read(LFS_READ))
    return None


def _pattern_matches(pattern: str, folder: Path) -> bool:
    return any(glob.glob(os.path.join(glob.escape(str(place)), pattern)) for place in (folder, "."))


def _base_name(text: str) -> str:
    return ntpath.basename(text.rstrip("/\\")) if "\\" in text or ":" in text else os.path.basename(text)


def _nearby(text: str, folder: Path, search: bool) -> str | None:
    """Return a file of the same name, or one that matches the same pattern, in or below the folder of the program.

    A pattern that begins with a wildcard matches too much, so only folders of the same name are searched for it.
    """
    plain = text.replace("\\", "/")
    if not is_absolute(text) and (_pattern_matches if search else _exists)(plain, folder):
        return plain  # the same path, written with backslashes
    name, looked = _base_name(text), 0
    within = _base_name(text.removesuffix(name).rstrip("/\\")).lower()
    if not name:
        return None
    by_folder = search and name[0] in "*?["

    def fits(file: str, place: str) -> bool:
        if by_folder and Path(place).name.lower() != within:
            return False
        return fnmatchcase(file.lower(), name.lower()) if search else file.lower() == name.lower()

    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(one for one in folders if not one.startswith(".")) if depth < 2 else []
        for file in sorted(files):
            if fits(file, place):
                return (Path(place).relative_to(folder) / (name if search else file)).as_posix()
        looked += len(files)
        if looked > _MAX_SEARCHED:
            return None
    return None
