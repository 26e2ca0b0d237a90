"""Write files atomically: to a temporary file in the same folder, flushed, then renamed."""

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
from ..messages.message import Listing, Message
from ..messages.option_spelling import Option
from ..runtime import system

MAKER = "glassnet"
"""Program name in the metadata of figures and pages."""
MODEL = re.compile(rb".{8}\{", re.DOTALL)
HTML = re.compile(rb'<!doctype html>.{,200}<meta name="generator" content="%s">' % MAKER.encode(), re.DOTALL)
"""First bytes of the model files and pages that glassnet writes."""
PICTURES = {
    suffix: re.compile(pattern % MAKER.encode(), re.DOTALL)
    for suffix, pattern in {
        ".png": rb"\x89PNG.*?tEXtSoftware\0%s",
        ".pdf": rb"%%PDF.*?/Creator \(%s\)",
        ".svg": rb"<\?xml.*?<dc:creator>\s*<cc:Agent>\s*<dc:title>%s<",
    }.items()
}
"""Suffix -> first bytes of a figure that glassnet wrote. Other images are never replaced: they may be photographs or
training data. JPEG is missing because it blurs letters and lines."""

FORMATS = {
    ".safetensors": "safetensors",
    **dict.fromkeys((".h5", ".hdf5", ".keras", ".pb", ".tflite"), Message("Keras or TensorFlow")),
    **dict.fromkeys((".pt", ".pth", ".torch"), "PyTorch"),
    **dict.fromkeys((".pkl", ".pickle", ".joblib", ".skops"), Message("a pickled or scikit-learn object")),
    ".onnx": "ONNX",
    **dict.fromkeys((".c", ".h"), "C"),
    **dict.fromkeys((".npy", ".npz", ".mat"), Message("NumPy or MATLAB arrays")),
    ".csv": "CSV",
    **dict.fromkeys(
        (".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather", ".xlsx"), Message("tabular data")
    ),
    **dict.fromkeys((".html", ".htm"), "HTML"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".svg", ".pdf"), Message("an image")),
    **dict.fromkeys((".gz", ".zip", ".tar"), Message("compressed data")),
    **dict.fromkeys((".py", ".ipynb"), Message("a program")),
}
"""Suffix -> the format that it promises."""


def require_suffix(path: str | Path, *own: str) -> None:
    """Raise an error for a suffix of another format than the file will have.

    The usual suffix of the format is the first one. A name without a suffix, or with one that is not in `FORMATS`, is
    accepted.
    """
    suffix = Path(path).suffix.lower()
    if suffix in FORMATS and suffix not in own:
        raise OptionError(
            "GN021",
            "{path}: the suffix {suffix} means {promised}, but the file is written as {written}. Use a "
            "name that ends in {own}.",
            path=path,
            suffix=suffix,
            promised=FORMATS[suffix],
            written=FORMATS[own[0]],
            own=own[0],
        )


def free_name(path: str | Path) -> Path:
    """Return the path, or the first of ``name-2.suffix``, ``name-3.suffix``, … that does not exist."""
    place, number = Path(path), 1
    while os.path.lexists(place):
        number += 1
        place = Path(path).with_name(f"{Path(path).stem}-{number}{Path(path).suffix}")
    return place


def require_place(path: str | Path, replaceable: re.Pattern[bytes] | None = None, *, overwrite: bool = True) -> None:
    """Check that a file can be written, before the work is done.

    `replaceable` are the first bytes of files that may be replaced: any other existing file, such as data, is never
    replaced, and none at all without `overwrite`.
    """
    plain_path = Path(path)
    if plain_path.is_dir():
        raise FileError("GN002", "{name}: a folder, expected a file name. Name a file in it.", name=path)
    # A rename would turn /dev/null into a plain file. Check the given path: a pipe has no other name.
    if plain_path.exists() and not plain_path.is_file():
        raise FileError("GN003", "{name}: a device or a pipe, expected a file name. Choose another path.", name=path)
    target = _resolve_target(path)
    if (possible := system.valid_path(target.name)) != target.name:
        raise FileError(
            "GN003",
            "{path}: not a name that a file can have on this system. Use {possible}, or another name.",
            path=path,
            possible=possible,
        )
    if not target.parent.is_dir():
        raise FileError(
            "GN001", "{folder}: no such folder. Create it first, or choose another path.", folder=target.parent
        )
    if not os.access(target.parent, os.W_OK):
        raise FileError(
            "GN003", "{folder}: no permission to write to this folder. Choose another path.", folder=target.parent
        )
    if target.exists() and not os.access(target, os.W_OK):  # a rename would replace it nevertheless
        raise FileError(
            "GN003", "{path}: no permission to write to this file. Allow it, or choose another path.", path=path
        )
    if not target.exists():
        if plain_path.is_symlink():  # the file would appear where nobody named it
            raise FileError(
                "GN001",
                "{path}: a link to {file}, which does not exist. Remove the link, or choose another path.",
                path=path,
                file=target,
            )
        return
    if replaceable and target.stat().st_size:
        _require_own_file(path, target, replaceable)
    if not overwrite:
        raise _exists_error(path)


def _require_own_file(path: str | Path, target: Path, replaceable: re.Pattern[bytes]) -> None:
    try:  # mapped, not read: it may be large
        with open(target, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            own = bool(replaceable.match(content))
    except OSError as problem:
        raise writing_problem(path, problem) from None
    if not own:
        raise OptionError(
            "GN022",
            "{path}: not replaced, because glassnet did not write it or it is of another kind. Choose another path.",
            path=path,
        )


def _exists_error(path: str | Path) -> FileError:
    return FileError(
        "GN007",
        "{path}: the file already exists and is not replaced. Choose another path, or pass {option}.",
        path=path,
        option=Option("overwrite", True),
    )


def picture_format(path: str | Path, allowed: Collection[str] = tuple(PICTURES)) -> str:
    """Return the format of a figure by its file name, ``"png"`` without a suffix."""
    suffix = Path(path).suffix.lower() or ".png"
    if suffix not in allowed:
        raise OptionError(
            "GN021",
            "{path}: figures are written as {suffixes}. Use a name with one of these suffixes.",
            path=path,
            suffixes=Listing(allowed, last="or"),
        )
    return suffix[1:]


def require_picture_place(
    path: str | Path,
    allowed: Collection[str] = tuple(PICTURES),
    inputs: Iterable[str] = (),
    *,
    overwrite: bool = True,
) -> None:
    """Check that a figure can be written in the format of its name, before the work is done.

    The files in `inputs`, which the command reads, are not replaced even if glassnet wrote them.
    """
    require_place(path, PICTURES[f".{picture_format(path, allowed)}"])
    if any(system.path_key(path) == system.path_key(name) for name in inputs):
        raise OptionError(
            "GN022", "{path}: an input file, which is not replaced. Choose another path for the figure.", path=path
        )
    require_place(path, overwrite=overwrite)


def require_page_place(path: str | Path, *, overwrite: bool = True) -> None:
    """Check that an HTML page can be written, before the work is done; parameters and errors as for `require_place`."""
    require_place(path, HTML)
    require_suffix(path, ".html", ".htm")
    require_place(path, overwrite=overwrite)


def require_distinct_paths(**paths: str | None) -> None:
    """Check that no two outputs, each by the name of its option, have the same path, before the work is done."""
    names: dict[str, str] = {}
    for name, path in paths.items():
        if path and (other := names.setdefault(system.path_key(path), name)) != name:
            raise OptionError(
                "GN022",
                "{other} and {option} both name {path}. Name two different files.",
                other=Option(other),
                option=Option(name),
                path=path,
            )


def require_folder(path: str | Path) -> None:
    """Check that a folder exists or can be created, before the work is done."""
    target = Path(path)
    if target.is_dir():
        require_place(target / "a file")
    elif target.exists():
        raise FileError("GN110", "{name}: a file, expected a folder. Choose another path.", name=path)
    else:
        require_place(target)


@contextlib.contextmanager
def replacing(path: str | Path, *, overwrite: bool = True) -> Iterator[BinaryIO]:
    """Open a new file that replaces `path` when the block ends without an error; until then the old file is unchanged.

    The new file has the permissions of the old one. Without `overwrite`, only one of several concurrent writers
    succeeds.
    """
    require_place(path, overwrite=overwrite)
    target = _resolve_target(path)
    temporary = target.parent / _temporary_name(target, secrets.token_hex(6))
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            _rename_without_overwriting(path, temporary, target)
        else:
            if target.exists():
                shutil.copymode(target, temporary)
            _rename(path, temporary, target)
    except OSError as problem:
        raise writing_problem(path, problem) from None
    finally:
        with contextlib.suppress(OSError):  # on Windows, a scanner may have it open; see `remove_unfinished`
            temporary.unlink(missing_ok=True)


def _rename(path: str | Path, temporary: Path, target: Path) -> None:
    try:
        system.replace(temporary, target)
    except PermissionError:
        if not system.locks_open_files():
            raise
        raise FileError(
            "GN003",
            "{path}: not replaced, because a program has it open. Close it there, or choose another path.",
            path=path,
        ) from None


def _rename_without_overwriting(path: str | Path, temporary: Path, target: Path) -> None:
    """Reserve the name, then rename the file to it."""
    try:
        target.open("xb").close()  # some file systems lack os.link
    except FileExistsError:
        raise _exists_error(path) from None
    try:
        _rename(path, temporary, target)
    except BaseException:
        target.unlink()
        raise


def write_text(path: str | Path, text: str, *, overwrite: bool = True) -> None:
    """Write text as UTF-8 with `replacing`; undecodable bytes of file names become backslash escapes."""
    content = text.encode(errors="backslashreplace")
    with replacing(path, overwrite=overwrite) as file:
        file.write(content)


def writing_problem(path: str | Path, problem: OSError) -> FileError:
    """Convert an operating system's error on writing into GN003 or GN004."""
    if isinstance(problem, FileError):
        return problem
    full = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    # Polars gives the number only in the text.
    if problem.errno in full or any(f"(os error {number})" in str(problem) for number in full):
        return FileError("GN004", "{path}: no space left. Free some space, or choose another path.", path=path)
    return FileError(
        "GN003",
        "{path}: cannot be written ({error}). Choose another path.",
        path=path,
        error=problem.strerror or problem,
    )


def remove(path: str | Path) -> None:
    """Remove the file that `replacing` wrote to this path, if it exists."""
    _resolve_target(path).unlink(missing_ok=True)


def remove_unfinished(path: str | Path) -> None:
    """Remove temporary files that a killed process left while `replacing` this path."""
    target = _resolve_target(path)
    for leftover in target.parent.glob(_temporary_name(Path(glob.escape(target.name)), "?" * 12)):
        with contextlib.suppress(OSError):
            leftover.unlink()


def _resolve_target(path: str | Path) -> Path:
    """Return the path to replace: the target of a link, not the link."""
    target = Path(path)
    return Path(os.path.realpath(target)) if target.is_symlink() else target


def _temporary_name(target: Path, word: str) -> str:
    return f".{target.name}.{word}.part"
