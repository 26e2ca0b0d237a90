"""List the files of image folders, and the class of each.

The class is the name of the image's folder, or is in a CSV file next to the images. Folders named ``train`` and
``test`` are parts. Only names and that CSV are read here.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import DataError, FileError
from ...io.archives import as_folder
from ...io.opening import file_problem
from ...io.picture_formats import SUFFIXES
from ...messages.message import Command, Message
from ...messages.message import Listing as Names
from ...messages.option_spelling import Option
from .idx import images_name
from .label_file import read_index

PARTS = {"train": ("train", "training"), "test": ("test", "testing", "validation", "valid", "val")}
"""Names of the folder of a part, the likeliest first."""
_TABLES = (".csv", ".tsv", ".txt", ".npz", ".parquet", ".gz", ".zip")


@dataclass(frozen=True)
class Listing:
    """The labelled images of a folder, not yet opened."""

    files: list[Path]  # sorted, with numbers in names as numbers
    names: list[str]  # relative paths: ``cats/7.png``
    words: list[str]  # the class of each image, as written
    remarks: tuple[Message, ...]  # what was ignored
    source: str  # the folder, for messages


def list_pictures(folder: str | os.PathLike[str], part: str) -> Listing:
    """List the images of a part of a folder, and their classes.

    A folder without parts counts as either part, ``"train"`` or ``"test"``.
    """
    with as_folder(folder) as place:
        found = _listing(*_root_of(place, part))
    # Of an archive its own name, which commands accept.
    return found if os.path.isdir(folder) else replace(found, source=os.fspath(folder))


def picture_root(folder: str | os.PathLike[str], part: str) -> Path:
    """Return the folder that the names of a `Listing` are relative to; arguments and errors as for `list_pictures`."""
    with as_folder(folder) as place:
        return _root_of(place, part)[0]


def _root_of(folder: str | os.PathLike[str], part: str) -> tuple[Path, str, Iterable[Path]]:
    """Return the folder of a part, the part, and the subfolders that are other parts."""
    root = _unwrapped(Path(folder))
    parts = _parts(root)
    if part in parts:
        return _unwrapped(parts[part]), part, ()
    if part == "test" and "train" in parts:
        raise FileError("GN002", "{folder}: a folder 'train', but no 'test'. Name the test data.", folder=folder)
    return root, part, parts.values()


def has_pictures(folder: str | os.PathLike[str], part: str) -> bool:
    """Return whether a folder of images has this part; a test part must be separate and have classes."""
    with as_folder(folder) as place:
        root = _unwrapped(place)
        if part in _parts(root):
            return True
        if part == "test":
            return any((root / name).is_file() for name in _index_names(part)) and bool(list_pictures(root, part).files)
        return bool(pictures_below(root))


def pictures_below(folder: Path) -> list[str]:
    """Return the relative paths of all images in a folder and its subfolders."""
    return _walk(folder, frozenset())[0]


def _visible(name: str) -> bool:
    return not name.startswith(".") and name not in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _children(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the visible folders and files in a folder, sorted."""
    try:
        inside = sorted(
            (child for child in folder.iterdir() if _visible(child.name)), key=lambda one: _natural(one.name)
        )
    except OSError as error:
        raise file_problem(os.fspath(folder), error) from None
    return [child for child in inside if child.is_dir()], [child for child in inside if not child.is_dir()]


def _unwrapped(folder: Path) -> Path:
    """Descend while a folder contains only one other folder that has subfolders, as in unpacked archives."""
    folders, files = _children(folder)
    while len(folders) == 1 and not files and _children(folders[0])[0]:
        folder = folders[0]
        folders, files = _children(folder)
    return folder


def _parts(root: Path) -> dict[str, Path]:
    """Return the parts of a folder: subfolders of these names with class folders or a table."""
    found = {folder.name.lower(): folder for folder in _children(root)[0]}
    parts = {}
    for part, names in PARTS.items():
        for name in names:
            if part not in parts and name in found:
                folders, files = _children(found[name])
                if folders or any(_is_table(file.name) for file in files):
                    parts[part] = found[name]
    return parts


def _no_images(root: Path, files: list[str]) -> FileError:
    """Return the error for a folder that has only files of data, which are read one by one."""
    shown, pair = Names(files, 4), [f"mnist_{part}.csv" for part in PARTS]
    if set(pair) <= set(files):  # as `glassnet show mnist --csv` writes them
        training, test = (root / name for name in pair)
        command = Command("train", training, Option("test", test))
        return FileError(
            "GN002",
            "{folder}: no images in this folder, but {files}. Name the files: {command}.",
            folder=root,
            files=shown,
            command=command,
        )
    first = root / files[0]
    return FileError(
        "GN002",
        "{folder}: no images in this folder, but {files}. Name one of the files, such as {file}.",
        folder=root,
        files=shown,
        file=first,
    )


def _listing(root: Path, part: str, apart: Iterable[Path]) -> Listing:
    apart = frozenset(apart)
    names, passed = _walk(root, apart)
    remarks: list[Message] = []
    if not names:
        if tables := sorted(path.name for path in root.iterdir() if path.suffix.lower() in _TABLES):
            raise _no_images(root, tables)
        raise FileError(
            "GN002",
            "{folder}: no data in this folder, neither images in class folders (cats/1.png) nor {file}. "
            "Name a data file, or a folder with data.",
            folder=root,
            file=images_name(part),
        )
    rows = _from_table(root, part, names)
    if rows is None:
        rows = [(name, name.partition("/")[0]) for name in names if "/" in name]
        if not rows or {word.lower() for _, word in rows} <= {name for some in PARTS.values() for name in some}:
            raise DataError(
                "GN072",
                "{folder}: {count:,} images such as {name}, but no classes. Put them into a folder per "
                "class, or add a labels.csv with the columns filename,label.",
                folder=root,
                count=len(names),
                name=names[0],
            )
        classes = {word for _, word in rows}
        empty = [one.name for one in _children(root)[0] if one not in apart and one.name not in classes]
        if empty:
            text = "ignored {count:,} folders without images ({names})"
            remarks.append(Message(text, count=len(empty), names=Names(empty, 3)))
    left = len(names) - len({name for name, _ in rows})
    if left:
        remarks.append(Message("ignored {count:,} images without a class", count=left))
    if passed:
        kinds = Names([kind for kind, _ in passed.most_common()], 4)
        remarks.append(Message("ignored {count:,} files of other kinds ({kinds})", count=passed.total(), kinds=kinds))
    files = [root / name for name, _ in rows]
    words = [unicodedata.normalize("NFC", word) for _, word in rows]  # macOS writes é as two characters
    return Listing(files, [name for name, _ in rows], words, tuple(remarks), os.fspath(root))


def _walk(root: Path, apart: frozenset[Path]) -> tuple[list[str], Counter[str]]:
    """Return the relative paths of images below a folder, and the suffixes of ignored files."""
    names: list[str] = []
    passed: Counter[str] = Counter()

    def refuse(error: OSError) -> None:  # an unreadable folder must not be ignored silently
        raise file_problem(os.fspath(error.filename or root), error) from None

    for place, folders, files in os.walk(root, onerror=refuse, followlinks=True):
        folders[:] = [
            name
            for name in folders
            if _visible(name) and Path(place, name) not in apart and not _leads_up(os.path.join(place, name))
        ]
        inside = Path(place).relative_to(root).as_posix().removeprefix(".")
        for name in files:
            suffix = os.path.splitext(name)[1].lower()
            if _visible(name) and suffix in SUFFIXES:
                names.append(f"{inside}/{name}" if inside else name)
            elif inside or not _is_table(name):
                passed[suffix if _visible(name) and suffix else name] += 1
    return sorted(names, key=_natural), passed


def _leads_up(folder: str) -> bool:
    """Return whether a folder is a link to one of its parents, which would never end."""
    if not os.path.islink(folder):
        return False
    target, place = os.path.realpath(folder), os.path.realpath(os.path.dirname(folder))
    return os.path.commonpath([target, place]) == target


def _natural(name: str) -> tuple[list[str | int], str]:
    """Return a key that sorts 9.png before 10.png."""
    pieces = re.split(r"([0-9]+)", name)
    return [int(piece) if k % 2 else piece for k, piece in enumerate(pieces)], name


def _is_table(name: str) -> bool:
    return name.lower().endswith((".csv", ".tsv"))


def _index_names(part: str) -> tuple[str, str]:
    return f"{part}.csv", f"{part}_labels.csv"


def _from_table(root: Path, part: str, names: list[str]) -> list[tuple[str, str]] | None:
    """Return name and class of the images in a table next to them; None if there is no such table."""
    tables = [file for file in _children(root)[1] if _is_table(file.name)]
    called = [file for name in (*_index_names(part), "labels.csv") for file in tables if file.name.lower() == name]
    if not called and len(tables) > 1 and not any("/" in name for name in names):
        raise DataError(
            "GN071",
            "{name}: {count} tables next to images, expected one. Name the table of classes labels.csv.",
            name=root,
            count=len(tables),
        )
    if not called and len(tables) != 1:
        return None
    table = (called or tables)[0]
    rows = read_index(table, names)
    if rows is None and (called or not any("/" in name for name in names)):
        raise DataError(
            "GN071",
            "{name}: no column names images of this folder, such as {names}, expected columns such as "
            "filename,label. Correct the table.",
            name=table,
            names=names[0],
        )
    return rows
