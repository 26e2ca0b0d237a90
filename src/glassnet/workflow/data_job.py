"""Writing the bundled data as the files that the notes' program reads."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..data.notes_files import NOTES_FILES, csv_of, rows_in
from ..errors import InterruptedWorkError
from ..io.writing import replacing, require_folder, require_place, writing_problem
from ..messages.message import Listing, Message
from ..messages.progress import counted_step
from ..options.spec import required
from . import parameters

_OF_MNIST = re.compile(rb"\d(?:,\d{1,3}){784}\r?\n")
"""First bytes of files that may be replaced: rows of a label and 784 pixels."""


@dataclass(frozen=True)
class NotesFilesJob:
    """The folder for the files, which is created if it does not exist.

    With `force`, files of MNIST's form with another content are replaced; files of any other form never are.
    """

    csv: str = required("write MNIST as the CSV files of the notes and the book", metavar="DIR")
    force: bool = parameters.force()
    language: str = parameters.language()


@dataclass(frozen=True)
class NotesFile:
    """One of the files, with its size in bytes; `written` is False if it existed with this content."""

    path: Path
    rows: int
    size: int
    written: bool


def write_notes_files(job: NotesFilesJob) -> list[NotesFile]:
    """Write the notes' CSV files of MNIST into a folder."""
    folder = job.csv
    require_folder(folder)
    places = {name: Path(folder) / name for name in NOTES_FILES}
    same = {name for name, place in places.items() if _has_content(place, name)}
    for name, place in places.items():
        if name not in same and place.parent.is_dir():
            require_place(place, _OF_MNIST, overwrite=job.force)
    try:
        Path(folder).mkdir(exist_ok=True)
    except OSError as problem:
        raise writing_problem(folder, problem) from None
    written: list[str] = []
    try:
        for name, place in counted_step(Message("writing files"), places.items(), len(places)):
            if name not in same:
                with replacing(place, overwrite=job.force) as file:
                    file.writelines(csv_of(name))
                written.append(str(place))
    except KeyboardInterrupt:
        if not written:
            raise
        raise InterruptedWorkError(
            "GN031", "interrupted; {files} written. The same command writes the rest.", files=Listing(written)
        ) from None
    return [NotesFile(place, rows_in(name), place.stat().st_size, name not in same) for name, place in places.items()]


def _has_content(place: Path, name: str) -> bool:
    """Return whether a file exists with the content of one of the notes' files."""
    with suppress(OSError), place.open("rb") as file:
        return all(file.read(len(block)) == block for block in csv_of(name)) and not file.read(1)
    return False
