"""Write files so that nothing is lost: to a temporary file beside the target, flushed, then renamed."""

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
    """Refuse a suffix that promises another format than the file will have.

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
    """Return the path, or the first of ``name-2.suffix``, ``name-3.suffix``, … that does not exist."""
    place, number = Path(path), 1
    while os.path.lexists(place):
        number += 1
        place = Path(path).with_name(f"{Path(path).stem}-{number}{Path(path).suffix}")
    return place


def require_place(path: str | Path, replaceable: re.Pattern[bytes] | None = None, *, overwrite: bool = True) -> None:
    """Check before the work, not after it, that a file can be written.

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
    plain_path = Path(path)
    if plain_path.is_dir():
        raise FileError("GN002", f"{path}: a folder, expected the name of a file.")
    # A new file would take its place: /dev/null would be one. Asked of the path as given, as a pipe has no other name.
    if plain_path.exists() and not plain_path.is_file():
        raise FileError("GN003", f"{path}: a device or a pipe, expected the name of a file. Name another place.")
    target = _resolve_target(path)
    if not target.parent.is_dir():
        raise FileError("GN001", f"{target.parent}: no such folder. Make it first, or choose another place.")
    if not os.access(target.parent, os.W_OK):
        raise FileError("GN003", f"{target.parent}: the folder cannot be written to. Choose another place.")
    if target.exists() and not os.access(target, os.W_OK):  # renaming would not mind, but its owner would
        raise FileError("GN003", f"{path}: the file there cannot be written to. Allow it, or name another place.")
    if not target.exists():
        return
    if replaceable and target.stat().st_size:
        _require_own_file(path, target, replaceable)
    if not overwrite:
        raise _exists_error(path)


def _require_own_file(path: str | Path, target: Path, replaceable: re.Pattern[bytes]) -> None:
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


def _exists_error(path: str | Path) -> FileError:
    return FileError(
        "GN007", f"{path}: there already, and not replaced. Name another place, or give --force (overwrite=True)."
    )


def picture_format(path: str | Path, allowed: Collection[str] = tuple(PICTURES)) -> str:
    """Return the format of a picture of this name, ``"png"`` without a suffix.

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
    """Check before the work that a picture can be written, in the format its name says.

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
    """Check before the work that an HTML page can be written; parameters and errors as for `require_place`.

    Raises
    ------
    OptionError
        GN021 for a name that promises another format.
    """
    require_place(path, HTML)
    require_suffix(path, ".html", ".htm")
    require_place(path, overwrite=overwrite)


def require_distinct_paths(**paths: str | None) -> None:
    """Check before the work that no two files would be written to the same path.

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
    for flag, path in paths.items():
        if path and (other := flags.setdefault(Path(path).resolve(), flag)) != flag:
            raise OptionError("GN022", f"--{other}, --{flag}: both {path}. Name two files.")


def require_folder(path: str | Path) -> None:
    """Check before the work that a folder exists or can be made.

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
    """Open a new file that replaces `path` when the block ends without an error; until then the old one stays.

    The new file may be read and written by whom the old one may. Without `overwrite`, of several that write at once
    one gets the name.

    Raises
    ------
    FileError
        As `require_place`; and GN003 or GN004 when writing fails.
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
            os.replace(temporary, target)
    except OSError as problem:
        raise writing_problem(path, problem) from None
    finally:
        temporary.unlink(missing_ok=True)


def _rename_without_overwriting(path: str | Path, temporary: Path, target: Path) -> None:
    """Reserve a free name, then rename the file to it."""
    try:
        target.open("xb").close()  # not os.link, which some file systems lack
    except FileExistsError:
        raise _exists_error(path) from None
    try:
        os.replace(temporary, target)
    except BaseException:
        target.unlink()
        raise


def write_text(path: str | Path, text: str, *, overwrite: bool = True) -> None:
    """Write text in UTF-8 by `replacing`; undecodable bytes of file names are written as backslash escapes.

    Raises
    ------
    FileError
        As `replacing`.
    """
    content = text.encode(errors="backslashreplace")
    with replacing(path, overwrite=overwrite) as file:
        file.write(content)


def writing_problem(path: str | Path, problem: OSError) -> FileError:
    """Convert an operating system's error on writing into GN003 or GN004."""
    if isinstance(problem, FileError):
        return problem
    full = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    # Polars tells the number in words alone.
    if problem.errno in full or any(f"(os error {number})" in str(problem) for number in full):
        return FileError("GN004", f"{path}: no space left. Make room, or choose another place.")
    return FileError("GN003", f"{path}: cannot be written ({problem.strerror or problem}).")


def remove(path: str | Path) -> None:
    """Remove the file that `replacing` this path has written, if it exists."""
    _resolve_target(path).unlink(missing_ok=True)


def remove_unfinished(path: str | Path) -> None:
    """Remove temporary files that a killed process has left while `replacing` this path."""
    target = _resolve_target(path)
    for leftover in target.parent.glob(_temporary_name(Path(glob.escape(target.name)), "?" * 12)):
        with contextlib.suppress(OSError):
            leftover.unlink()


def _resolve_target(path: str | Path) -> Path:
    """Return the path of the file itself: a link's target is replaced, not the link."""
    target = Path(path)
    return Path(os.path.realpath(target)) if target.is_symlink() else target


def _temporary_name(target: Path, word: str) -> str:
    return f".{target.name}.{word}.part"
