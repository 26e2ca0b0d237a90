"""Write a corrected copy of labelled data: some labels changed, some samples removed, all else unchanged."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, FileError, OptionError
from ...io.archives import as_folder, is_folder
from ...io.encoding import in_utf8, narrowed
from ...io.opening import Opened, file_problem, open_source
from ...io.sniff import kind_of
from ...io.writing import replacing, require_place, writing_problem
from ...messages.message import Command, Listing, Place
from ...messages.option_spelling import Option
from ...runtime.system import replace
from ..dataset import Dataset, SampleLayout
from ..load import BUNDLED, images_in
from ..readers.idx import bundled_pair, idx_bytes, labels_name, parse_pair
from ..readers.image_listing import picture_root
from ..readers.labelled_csv import sniff
from ..readers.npz import PARTS, chosen_pair, damaged, npz_names, read_arrays, require_unpackable
from ..validation import is_number
from .csv import read_delimited, records, table_start
from .header import separator_of
from .spreadsheet import csv_lines, text_of

Changes = Mapping[int, str | None]
"""Row -> its new label, as written in the data; None to remove the row."""


def read_review(path: str | os.PathLike[str], rows: int, class_names: Sequence[str]) -> dict[int, str | None]:
    """Read a reviewed list: the new label of each row, or its removal.

    The list is a CSV with the columns ``row`` and ``new`` among others, or with only two columns without names. An
    empty ``new`` leaves the row unchanged, ``drop`` removes it; rows count from 0. `rows` is the number of rows of the
    data, `class_names` are the labels as written in them.
    """
    name = os.fspath(path)
    try:
        text = narrowed(Path(path).read_bytes(), name).decode("utf-8-sig")
    except OSError as error:
        raise file_problem(name, error) from None
    except UnicodeDecodeError:
        raise DataError("GN011", "{name}: not UTF-8 text. Save it as 'CSV UTF-8'.", name=name) from None
    lines = csv_lines(io.StringIO(text, newline=""), name, separator_of(text.partition("\n")[0]))
    row_column, new_column, changes = 0, 1, dict[int, str | None]()
    for number, fields in lines:
        cells = [field.strip() for field in fields]
        if number == 1 and "row" in cells:
            if "new" not in cells:
                raise DataError(
                    "GN074",
                    "{name}: a column 'row' but none 'new'. Add it, with correct labels or drop as values.",
                    name=name,
                )
            row_column, new_column = cells.index("row"), cells.index("new")
        elif number == 1 and any(cells) and not is_number(cells[0]):
            raise DataError(
                "GN074",
                "{name}: no columns 'row' and 'new', expected a list that '{labels}' has written. Name such a list.",
                name=name,
                labels=Command("labels"),
            )
        elif any(cells) and new_column < len(cells) and cells[new_column]:
            row, label = _change((name, number), cells[row_column], fields[new_column], rows, class_names)
            if changes.get(row, label) != label:
                raise DataError(
                    "GN074",
                    "{place}: row {row} has another label in an earlier line. Remove one of the lines.",
                    place=Place(name, line=number),
                    row=row,
                )
            changes[row] = label
    if not changes:
        raise DataError(
            "GN074", "{name}: no line changes a row. Write correct labels, or drop, into the column 'new'.", name=name
        )
    return changes


def _change(
    place: tuple[str, int], row: str, new: str, rows: int, class_names: Sequence[str]
) -> tuple[int, str | None]:
    name, line = place
    if not re.fullmatch("[0-9]{1,12}", row) or int(row) >= rows:
        raise DataError(
            "GN074",
            "{place}: row {row!r}, expected 0 to {maximum}. Correct it.",
            place=Place(name, line=line),
            row=row,
            maximum=rows - 1,
        )
    if new.strip().lower() == "drop":
        return int(row), None
    # As the list writes it, see `spreadsheet`, or as somebody typed it.
    label = next((one for one in (text_of(new), text_of(new.strip()), new, new.strip()) if one in class_names), None)
    if label is None:
        raise DataError(
            "GN074",
            "{place}: label {label!r}, expected one of {labels}, or drop. Correct it.",
            place=Place(name, line=line),
            label=new.strip(),
            labels=Listing(class_names, 6),
        )
    return int(row), label


def write_relabelled(
    source: str | os.PathLike[str], out: str | os.PathLike[str], changes: Changes, data: Dataset, part: str = "train"
) -> Path:
    """Write a copy of `source` with changed labels, in the same format.

    `source` is one that `load` reads, `data` are its samples, and `changes` come from `read_review`. `out` is a new
    file, or a new folder for images; nothing existing is replaced. For IDX images, the label file is written too. A
    file whose name ends in ``.gz`` is compressed. Return `out`.
    """
    target = Path(out)
    require_new(target)
    keep = np.array([changes.get(row, "") is not None for row in range(len(data))])
    if source == BUNDLED:
        images, labels = bundled_pair(part)
        if target.suffix == ".npz":
            first, second = PARTS[part][0]
            content = io.BytesIO()
            np.savez_compressed(content, **{first: images[keep], second: _changed(labels, changes)[keep]})
            _write_new(target, content.getvalue())
        else:
            _write_idx(target, images[keep], _changed(labels, changes)[keep])
        return target
    with as_folder(source) as folder:  # an archive stays unpacked
        inside = images_in(folder, part) if is_folder(source) else source
    if inside is None:
        words = (changes.get(row, data.name_of(int(label))) for row, label in enumerate(data.labels))
        copy_pictures(target, {"": (picture_root(source, part), zip(data.row_names, words, strict=True))})
        return target
    opened = open_source(inside)
    kind = kind_of(opened)
    if kind == "text":
        _write_new(target, _changed_rows(opened, changes, data.layout))
    elif kind == "npz":
        pair = chosen_pair(npz_names(opened), part, opened.name)
        _write_new(target, _npz_with(opened, pair, keep, changes))
    elif kind == "idx":
        images, labels = parse_pair(opened)
        _write_idx(target, images[keep], _changed(labels, changes)[keep])
    else:
        raise _not_written(opened.name, kind)
    return target


def _not_written(name: str, kind: str) -> FileError:
    template = "{name}: {kind} data cannot be written. Save them as CSV, and fix that file."
    return FileError("GN005", template, name=name, kind=kind)


def write_relabelled_table(
    source: str | os.PathLike[str], out: str | os.PathLike[str], changes: Changes, target: str
) -> Path:
    """Write a copy of a text table with named columns in which one column is changed.

    All else is kept: lines above the table, names of rows and columns, quotation marks, line ends. Text in another
    encoding is written in UTF-8.

    The parameters are as for `write_relabelled`; rows count from 0 below the header, and `target` is the name of the
    column.
    """
    place = Path(out)
    require_new(place)
    opened = open_source(source)
    kind = kind_of(opened)
    if kind != "text":
        raise _not_written(opened.name, kind)
    table = read_delimited(opened, [target])
    column = table.frame.columns.index(target) + (table.row_names is not None)
    with opened.stream() as stream:
        content = stream.read()
    start = table_start(content)
    text = in_utf8(content[start:])[0].decode()
    lines = list(io.StringIO(text, newline=""))
    kept, done = [], 0
    for row, (first, last, *_) in enumerate(records(text, table.separator, opened.name), -int(table.header)):
        kept += lines[done : first - 1]
        record, done = "".join(lines[first - 1 : last]), last
        label = changes.get(row, "")
        if label is not None:
            kept.append(_with_field(record, column, label, table.separator) if label else record)
    kept += lines[done:]
    _write_new(place, in_utf8(content[:start])[0] + "".join(kept).encode())
    return place


def _with_field(record: str, column: int, value: str, separator: str) -> str:
    """Return a record with another value in a column, quoted if the old one was or if necessary."""
    bare = rf"[^{re.escape(separator)}\r\n]*"
    field = re.compile(rf'( *)("(?:[^"]|"")*"{bare}|{bare})')
    found = field.match(record)
    for _ in range(column):
        assert found is not None  # an empty string is a field
        found = field.match(record, found.end() + len(separator))
    assert found is not None
    blanks, old = found.groups()
    if old.startswith('"') or value != value.strip() or re.search(rf'["\r\n{re.escape(separator)}]', value):
        value = '"' + value.replace('"', '""') + '"'
    return f"{record[: found.start()]}{blanks}{value}{record[found.end() :]}"


def require_new(target: Path) -> None:
    """Raise an error for a path that exists, GN022, or cannot be written to, GN001 to GN003."""
    if target.exists():
        raise OptionError(
            "GN022",
            "{target}: already exists, and a repaired copy replaces nothing. Choose another path.",
            target=target,
        )
    require_place(target)


def _changed(labels: NDArray[Any], changes: Changes) -> NDArray[Any]:
    kind = labels.dtype.kind
    changed = labels.astype(object) if kind in "US" else labels.copy()  # strings of fixed width would be truncated
    for row, label in changes.items():
        if label is not None:
            changed[row] = label.encode() if kind == "S" else label if kind == "U" else int(label)
    return changed.astype(kind) if kind in "US" else changed


def _write_new(target: Path, content: bytes) -> None:
    """Write a file, compressed if its name ends in ``.gz``."""
    with replacing(target) as file:
        file.write(gzip.compress(content, mtime=0) if target.suffix == ".gz" else content)


def _changed_rows(opened: Opened, changes: Changes, labels: SampleLayout) -> bytes:
    """Return a table with changed label fields; other lines keep their bytes."""
    if labels.columns > 1:
        raise FileError(
            "GN005",
            "{name}: labels in {count} columns cannot be written. Merge them into one column first with '{command}'.",
            name=opened.name,
            count=labels.columns,
            command=Command("doctor", Option("fix")),
        )
    layout = sniff(opened)
    with opened.stream() as stream:
        lines = stream.read().splitlines(keepends=True)
    header, row, kept = layout.header, 0, []
    for line in lines:
        text = line.strip(b" \r\n\xef\xbb\xbf")
        if not text or header:
            header = header and not text
            kept.append(line)
            continue
        label = changes.get(row, "")
        row += 1
        if label:
            fields = layout.split(text.decode("utf-8", "replace"))
            old = fields[0 if labels.labels == "first" else -1].encode()
            before, _, after = line.partition(old) if labels.labels == "first" else line.rpartition(old)
            kept.append(before + label.encode() + after)
        elif label is not None:
            kept.append(line)
    return b"".join(kept)


def _npz_with(opened: Opened, pair: tuple[str, str], keep: NDArray[np.bool_], changes: Changes) -> bytes:
    """Return an archive with other inputs and labels; its other members keep their bytes."""
    content = io.BytesIO()
    inputs, labels = read_arrays(opened, pair)
    arrays = {pair[0]: inputs[keep], pair[1]: _changed(labels, changes)[keep]}
    try:
        with opened.stream() as stream, zipfile.ZipFile(stream) as old, zipfile.ZipFile(content, "w") as new:
            require_unpackable(opened.name, old.infolist())
            for member in old.infolist():
                array = arrays.get(member.filename.removesuffix(".npy"))
                if array is None:
                    new.writestr(member, old.read(member))
                else:
                    with new.open(member, "w") as file:
                        np.lib.format.write_array(file, array, allow_pickle=False)
    except Exception as error:  # damaged archives raise many kinds of errors
        raise damaged(opened.name, error) from None
    return content.getvalue()


def _write_idx(target: Path, images: NDArray[Any], labels: NDArray[Any]) -> None:
    labels_path = target.with_name(labels_name(target.name))
    if labels_path == target:
        raise OptionError(
            "GN022", "{target}: expected a name that contains 'images', such as fixed-images-idx3-ubyte.", target=target
        )
    require_new(labels_path)
    for path, values in ((target, images), (labels_path, labels)):
        _write_new(path, idx_bytes(values))


def copy_pictures(target: Path, parts: Mapping[str, tuple[Path, Iterable[tuple[str, str | None]]]]) -> None:
    """Copy images into a new folder with one subfolder per class; images of class None are not copied.

    Each part has a name, the folder that file names are relative to, and the names and classes of its images. It gets a
    subfolder of its name; ``""`` stands for the new folder itself.
    """
    pictures = [(root, part, *picture) for part, (root, given) in parts.items() for picture in given]
    for _, _, _, word in pictures:
        if word is not None and (not word or word.startswith(".") or "/" in word or "\0" in word):
            raise OptionError(
                "GN022",
                "{target}: class {word!r} cannot be the name of a folder. Rename the class first.",
                target=target,
                word=word,
            )
    unfinished = target.with_name(f".{target.name}.part")
    if unfinished.exists():
        raise OptionError("GN022", "{folder}: left over from an unfinished copy. Remove it first.", folder=unfinished)
    try:
        for root, part, name, word in pictures:
            if word is None:
                continue
            inside = name.partition("/")[2] if name.startswith(f"{word}/") else name.replace("/", "-")
            place = unfinished / part / word / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            stem, number = place.stem, 1
            while place.exists():  # images of different classes can have the same name
                number += 1
                place = place.with_name(f"{stem}-{number}{place.suffix}")
            shutil.copyfile(root / name, place)
        replace(unfinished, target)
    except OSError as problem:
        raise writing_problem(target, problem) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
