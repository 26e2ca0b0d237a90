"""Writing files so that nothing is lost: beside the target, flushed, then renamed."""

from __future__ import annotations

import contextlib
import errno
import glob
import mmap
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import FileError, OptionError

MAKER = "glassnet"
"""What pictures and pages say of the program that made them."""
MODEL = re.compile(rb".{8}\{", re.DOTALL)
HTML = re.compile(rb'<!doctype html>.{,200}<meta name="generator" content="%s">' % MAKER.encode(), re.DOTALL)
"""How files begin that glassnet writes."""
PICTURES = {
    suffix: re.compile(pattern % MAKER.encode(), re.DOTALL)
    for suffix, pattern in {
        ".png": rb"\x89PNG.*?tEXtSoftware\0%s",
        ".pdf": rb"%%PDF.*?/Creator \(%s\)",
        ".svg": rb"<\?xml.*?<dc:creator>\s*<cc:Agent>\s*<dc:title>%s<",
    }.items()
}
"""Suffix -> what such a picture has if glassnet made it; no other is replaced: it may be a photograph, or what a
network is trained on. No JPEG: it blurs letters and lines."""


FORMATS = {
    ".safetensors": "safetensors",
    **dict.fromkeys((".h5", ".hdf5", ".keras", ".pb", ".tflite"), "Keras or TensorFlow"),
    **dict.fromkeys((".pt", ".pth", ".torch"), "PyTorch"),
    **dict.fromkeys((".pkl", ".pickle", ".joblib", ".skops"), "a pickled or scikit-learn object"),
    ".onnx": "ONNX",
    **dict.fromkeys((".npy", ".npz", ".mat"), "arrays"),
    ".csv": "CSV",
    **dict.fromkeys((".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather", ".xlsx"), "data"),
    **dict.fromkeys((".html", ".htm"), "HTML"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".svg", ".pdf"), "a picture"),
    **dict.fromkeys((".gz", ".zip", ".tar"), "something compressed"),
    **dict.fromkeys((".py", ".ipynb"), "a program"),
}
"""Suffix -> what a file of this name is expected to hold."""


def require_suffix(path: str | Path, *own: str) -> None:
    """Refuse a name that promises another format than the one that will be in the file.

    Parameters
    ----------
    path : path
        The name; one without a suffix, or with one that is not in `FORMATS`, promises nothing.
    *own : str
        Suffixes of the format, the usual one first.

    Raises
    ------
    OptionError
        GN021.
    """
    suffix = Path(path).suffix.lower()
    if suffix in FORMATS and suffix not in own:
        raise OptionError(
            "GN021",
            f"{path}: {suffix} promises {FORMATS[suffix]}, but this is written as {FORMATS[own[0]]}. "
            f"Let the name end in {own[0]}.",
        )


def free_name(path: str | Path) -> Path:
    """Return the path, or the first of ``name-2.suffix``, ``name-3.suffix``, … where nothing is yet."""
    place, number = Path(path), 1
    while os.path.lexists(place):
        number += 1
        place = Path(path).with_name(f"{Path(path).stem}-{number}{Path(path).suffix}")
    return place


def require_place(path: str | Path, replaceable: re.Pattern[bytes] | None = None, *, overwrite: bool = True) -> None:
    """Find out before the work, not after it, that a file cannot be written.

    Parameters
    ----------
    path : path
        Where it is to go.
    replaceable : pattern, optional
        What a file that may be replaced matches from its beginning; any other that is there already, data for instance,
        is left alone.
    overwrite : bool
        Whether a file that is there already may be replaced at all.

    Raises
    ------
    FileError
        GN001 when the folder does not exist, GN002 when `path` is a folder, GN003 when the folder or the file that is
        there is not writable, or `path` is a device or a pipe, or cannot be read to see whether it may be replaced;
        GN007 when there is a file that might be, but without `overwrite`.
    OptionError
        GN022 when another kind of file would be replaced.
    """
    given = Path(path)
    if given.is_dir():
        raise FileError("GN002", f"{path}: a folder, expected the name of a file.")
    # A new file would take its place: /dev/null would be one. Asked of the path as given, as a pipe has no other name.
    if given.exists() and not given.is_file():
        raise FileError("GN003", f"{path}: a device or a pipe, expected the name of a file. Name another place.")
    target = _place_of(path)
    if not target.parent.is_dir():
        raise FileError("GN001", f"{target.parent}: no such folder. Make it first, or choose another place.")
    if not os.access(target.parent, os.W_OK):
        raise FileError("GN003", f"{target.parent}: the folder cannot be written to. Choose another place.")
    if target.exists() and not os.access(target, os.W_OK):  # renaming would not mind, but its owner would
        raise FileError("GN003", f"{path}: the file there cannot be written to. Allow it, or name another place.")
    if not target.exists():
        return
    if replaceable and target.stat().st_size:
        _require_own(path, target, replaceable)
    if not overwrite:
        raise _taken(path)


def _require_own(path: str | Path, target: Path, replaceable: re.Pattern[bytes]) -> None:
    try:  # as much of it as the pattern looks at: it may be a large file of any kind
        with open(target, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            own = bool(replaceable.match(content))
    except OSError as problem:
        raise writing_problem(path, problem) from None
    if not own:
        raise OptionError(
            "GN022",
            f"{path}: there is another kind of file of this name, or one glassnet has not made. Name another place.",
        )


def _taken(path: str | Path) -> FileError:
    return FileError(
        "GN007", f"{path}: there already, and not replaced. Name another place, or give --force (overwrite=True)."
    )


def picture_format(path: str | Path, allowed: Collection[str] = tuple(PICTURES)) -> str:
    """Return what a picture of this name is written as, ``"png"`` where it has no suffix.

    Raises
    ------
    OptionError
        GN021 for a suffix that is not among the `allowed`: what is in a file is what its name says.
    """
    suffix = Path(path).suffix.lower() or ".png"
    if suffix not in allowed:
        raise OptionError(
            "GN021", f"{path}: pictures are written as {', '.join(allowed)}. Let the name end in one of these."
        )
    return suffix[1:]


def require_picture_place(
    path: str | Path,
    allowed: Collection[str] = tuple(PICTURES),
    inputs: Iterable[str] = (),
    *,
    overwrite: bool = True,
) -> None:
    """Find out before the work that a picture cannot be written, or not as its name says.

    Parameters
    ----------
    path : path
        Where it is to go.
    allowed : collection of str
        As for `picture_format`.
    inputs : iterable of str
        Names of what is read, which is not replaced even if glassnet made it.
    overwrite : bool
        As for `require_place`.

    Raises
    ------
    FileError, OptionError
        As `picture_format`, and as `require_place` for a picture that may be replaced by glassnet's own only; GN022 for
        one of the `inputs`.
    """
    require_place(path, PICTURES[f".{picture_format(path, allowed)}"])
    place = Path(path).resolve()
    if any(place == Path(name).resolve() for name in inputs):
        raise OptionError("GN022", f"{path}: this is what is read. Name another place for the picture.")
    require_place(path, overwrite=overwrite)


def require_page_place(path: str | Path, *, overwrite: bool = True) -> None:
    """Find out before the work that an HTML page cannot be written; parameters and errors as for `require_place`.

    Raises
    ------
    OptionError
        GN021 for a name that promises another format.
    """
    require_place(path, HTML)
    require_suffix(path, ".html", ".htm")
    require_place(path, overwrite=overwrite)


def require_apart(**places: str | None) -> None:
    """Find out before the work that two files would go to the same place, the later over the earlier.

    Parameters
    ----------
    **places : str, optional
        What each flag names, by the flag's name.

    Raises
    ------
    OptionError
        GN022 where two are the same.
    """
    flags: dict[Path, str] = {}
    for name, place in places.items():
        if place and (other := flags.setdefault(Path(place).resolve(), name)) != name:
            raise OptionError("GN022", f"--{other}, --{name}: both {place}. Name two files.")


def require_folder(path: str | Path) -> None:
    """Find out before the work that a folder is there or can be made.

    Raises
    ------
    FileError
        GN110 when `path` is a file; GN001 and GN003 as `require_place`, for the folder it is to be made in.
    """
    target = Path(path)
    if target.is_dir():
        require_place(target / "a file")
    elif target.exists():
        raise FileError("GN110", f"{path}: a file, expected the name of a folder. Name another place.")
    else:
        require_place(target)


@contextlib.contextmanager
def replacing(path: str | Path, *, overwrite: bool = True) -> Iterator[BinaryIO]:
    """Open a new file that takes the name `path` when the block has ended well; until then the old one stays.

    The new file may be read and written by whom the old one may. Without `overwrite`, of several that write at once
    one gets the name.

    Raises
    ------
    FileError
        As `require_place`; and GN003 or GN004 when writing fails.
    """
    require_place(path, overwrite=overwrite)
    target = _place_of(path)
    beside = target.parent / _unfinished(target, secrets.token_hex(6))
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            _take(path, beside, target)
        else:
            if target.exists():
                shutil.copymode(target, beside)
            os.replace(beside, target)
    except OSError as problem:
        raise writing_problem(path, problem) from None
    finally:
        beside.unlink(missing_ok=True)


def _take(path: str | Path, beside: Path, target: Path) -> None:
    """Rename a file to a name that nothing has."""
    try:
        target.open("xb").close()  # not os.link, which some file systems lack
    except FileExistsError:
        raise _taken(path) from None
    try:
        os.replace(beside, target)
    except BaseException:
        target.unlink()
        raise


def write_text(path: str | Path, text: str, *, overwrite: bool = True) -> None:
    """Write text in UTF-8 by `replacing`; what is in a file's name and no UTF-8 is written as a backslash and a number.

    Raises
    ------
    FileError
        As `replacing`.
    """
    content = text.encode(errors="backslashreplace")
    with replacing(path, overwrite=overwrite) as file:
        file.write(content)


def writing_problem(path: str | Path, problem: OSError) -> FileError:
    """Turn what the operating system says of a file being written into one of our errors: GN003 or GN004."""
    if isinstance(problem, FileError):
        return problem
    full = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    # Polars tells the number in words alone.
    if problem.errno in full or any(f"(os error {number})" in str(problem) for number in full):
        return FileError("GN004", f"{path}: no space left. Make room, or choose another place.")
    return FileError("GN003", f"{path}: cannot be written ({problem.strerror or problem}).")


def remove(path: str | Path) -> None:
    """Remove what `replacing` this path has written, if it is there."""
    _place_of(path).unlink(missing_ok=True)


def remove_unfinished(path: str | Path) -> None:
    """Remove what a process that was killed while `replacing` this path has left; where that fails, it stays."""
    target = _place_of(path)
    for left in target.parent.glob(_unfinished(Path(glob.escape(target.name)), "?" * 12)):
        with contextlib.suppress(OSError):
            left.unlink()


def _place_of(path: str | Path) -> Path:
    """Return where a file is or will be: what a link points to is replaced, not the link."""
    target = Path(path)
    return Path(os.path.realpath(target)) if target.is_symlink() else target


def _unfinished(target: Path, word: str) -> str:
    return f".{target.name}.{word}.part"
