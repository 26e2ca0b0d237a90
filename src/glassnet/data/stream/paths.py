"""The files of a stream: from a file, a folder or a pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import DataError, FileError
from ...io.opening import file_problem
from ...messages.message import Listing

_PATTERN = frozenset("*?[")


def is_remote(source: Any) -> bool:
    """Return whether a source is an address, such as ``s3://bucket/parts/*.parquet``, which polars reads."""
    return isinstance(source, str) and "://" in source


def is_pattern(source: Any) -> bool:
    """Return whether a source has wildcards and is not itself the name of a file or folder."""
    return isinstance(source, str | os.PathLike) and bool(
        _PATTERN & set(os.fspath(source)) and not os.path.exists(source)
    )


def names_several(source: Any) -> bool:
    """Return whether a source is a folder, or a pattern that files match."""
    return isinstance(source, str | os.PathLike) and (
        os.path.isdir(source) or (is_pattern(source) and bool(glob.glob(os.fspath(source), recursive=True)))
    )


def files_of(source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> tuple[list[Path], list[Path]]:
    """Return the files of a stream, sorted by name, without hidden ones: those with data, and those of 0 bytes."""
    if isinstance(source, str | os.PathLike):
        found = _files_of(source)
    elif isinstance(source, Sequence) and source and all(isinstance(one, str | os.PathLike) for one in source):
        found = [file for one in source for file in _files_of(one)]
    else:
        raise DataError(
            "GN065",
            "a stream: {kind}, expected the name of a file or folder, a pattern such as "
            "'parts/*.parquet', or a list of files.",
            kind=type(source).__name__,
        )
    files = sorted(dict.fromkeys(found), key=str)
    filled = [file for file in files if _size(file)]
    if not filled:
        names = Listing(files, 4)
        raise DataError("GN010", "{name}: the file is empty, expected samples. Check the download.", name=names)
    return filled, sorted(set(files) - set(filled), key=str)


def _files_of(source: str | os.PathLike[str]) -> list[Path]:
    name = os.fspath(source)
    if is_pattern(name):
        files = [Path(one) for one in glob.glob(name, recursive=True) if os.path.isfile(one)]
        if not files:
            raise FileError(
                "GN001", "{name}: no file matches this pattern. Check the folder and the pattern.", name=name
            )
        return files
    if not os.path.isdir(name):
        if not os.path.exists(name):
            raise FileError("GN001", "{name}: no such file or folder. Check the name.", name=name)
        if not os.path.isfile(name):
            raise FileError(
                "GN142", "{name}: can be read only once, and a stream is read many times. Save it to a file.", name=name
            )
        return [Path(name)]
    try:
        inside = [Path(name) / one for one in os.listdir(name) if not one.startswith((".", "_"))]
    except OSError as error:
        raise file_problem(name, error) from None
    files = [one for one in inside if one.is_file()]
    if not files:
        if inside:
            raise FileError(
                "GN002",
                "{name}: a folder of folders. Name a pattern that reaches their files, such as '{pattern}'.",
                name=name,
                pattern=os.path.join(name, "**", "*.parquet"),
            )
        raise FileError("GN002", "{name}: a folder without files. Check the name.", name=name)
    return files


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise file_problem(str(file), error) from None
