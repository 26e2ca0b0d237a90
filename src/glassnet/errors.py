"""The exceptions glassnet raises, and the stable code of each kind of mistake.

Every message says where, what came, what was allowed, and what to do. The codes are for programs and for searching:
they never change their meaning. ``CODES`` is the one list of them; the reference page in ``docs`` follows it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from .io.control_characters import printable

CODES: dict[str, str] = {
    # files
    "GN001": "no such file or folder",
    "GN002": "a folder where a file was expected, or a folder without data",
    "GN003": "the file cannot be read or written (permission, device)",
    "GN004": "no space left for the file",
    "GN005": "unknown kind of file",
    "GN006": "compressed file or picture is damaged",
    "GN007": "the file is there already, and is not replaced",
    "GN110": "a file where a folder was expected",
    # data
    "GN010": "the file holds no samples",
    "GN011": "the file is not text in the expected form",
    "GN012": "a row has too few or too many values",
    "GN013": "a value is not a number",
    "GN014": "a value is outside the allowed range",
    "GN015": "a label is not a whole number from 0",
    "GN016": "labels have gaps",
    "GN017": "data and model, or training and test data, do not fit together",
    "GN018": "a value is NaN or infinite",
    "GN019": "IDX or NPZ file is damaged or not of the expected shape",
    # options
    "GN020": "wrong use of the command line",
    "GN021": "an option has a value that is not allowed",
    "GN022": "options that do not fit together",
    # training
    "GN030": "training diverged",
    "GN031": "interrupted",
    "GN032": "not enough memory",
    "GN033": "compressed data, or a stream, larger than is allowed",
    # model files
    "GN040": "not a glassnet model file",
    "GN041": "model file is damaged",
    "GN042": "model file is from a newer glassnet",
    "GN043": "a model where a checkpoint was expected",
    "GN044": "a checkpoint that cannot be gone on from here: other data, or another glassnet",
    "GN045": "a training that has not ended would be replaced, or a model by a checkpoint",
    "GN046": "a model that could not be opened again is not written",
    # arrays
    "GN050": "an array has the wrong shape",
    # models
    "GN075": "most inputs lie far outside the range that training saw (a warning)",
    "GN076": "an object is no model",
    # seeing through a model
    "GN080": "the run had no such step",
    "GN081": "the model has no such explanation",
    # tables
    "GN060": "a table has no column of this name",
    "GN061": "a column holds dates, or neither numbers nor words",
    "GN062": "no column is left to predict from",
    "GN063": "two columns of a table have the same name",
    "GN064": "the column to predict cannot be predicted, or has a class the model does not know",
    "GN065": "an object is no table, or no data set",
    "GN066": "a table with named columns, but not the name of the one to predict",
    "GN067": "the first column of a file of numbers does not look like the label",
    # folders of pictures
    "GN070": "pictures are not of one size, or too large together",
    "GN071": "a table beside pictures does not say their classes",
    "GN072": "nothing says the classes of pictures",
    "GN077": "pictures are large, and nothing says that all their pixels are to be inputs",
    # labels
    "GN073": "labels of these data cannot be looked through",
    "GN074": "a reviewed list cannot be followed",
    # photographs
    "GN085": "no digit is found in a picture",
}


class GlassnetError(Exception):
    """Base of all errors that glassnet raises on purpose.

    Parameters
    ----------
    code : str
        One of ``CODES``.
    message : str
        One line: where, what came, what was allowed, what to do. What could act on a terminal is escaped.
    """

    def __init__(self, code: str, message: str) -> None:
        if code not in CODES:
            raise KeyError(f"{code} is not listed in glassnet.errors.CODES")
        super().__init__(printable(message))  # names in it may come from anywhere
        self.code = code

    def __reduce__(self) -> tuple[type[GlassnetError], tuple[str, str]]:
        # Exception's own rule would call the class with the message alone and fail in another process.
        return type(self), (self.code, str(self))


class FileError(GlassnetError, OSError):
    """A file is missing, unreadable, damaged, too large or cannot be written (GN001 to GN007, GN033, GN110)."""

    def __str__(self) -> str:
        # OSError would print its arguments as "[Errno ...]"; the message alone is meant.
        return str(self.args[0])


class DataError(GlassnetError, ValueError):
    """The data cannot be used as they are (GN010 to GN019, GN060 to GN067, GN070 to GN074, GN076, GN077, GN085)."""


class OptionError(GlassnetError, ValueError):
    """An option, or a combination of options, is not allowed (GN020 to GN022)."""


class ShapeError(GlassnetError, ValueError):
    """An array does not have the shape that was asked for (GN050)."""


class DivergedError(GlassnetError, ArithmeticError):
    """Training left the finite numbers (GN030).

    Attributes
    ----------
    model : Model or None
        What was trained, as it would be if training had ended with the last good epoch.
    good_epochs : int
        How many epochs were good.
    """

    model: Any = None
    good_epochs: int = 0


class ModelFileError(GlassnetError, ValueError):
    """A model file or checkpoint is foreign, damaged, too new, or not the one that is needed (GN040 to GN046)."""


class InterruptedWorkError(GlassnetError):
    """The user stopped a command after it had written something (GN031)."""


class RangeWarning(UserWarning):
    """Most inputs lie far outside the range that training saw, so that the answers mean little (GN075)."""

    code = "GN075"


def callers_level() -> int:
    """Return the `stacklevel` of the line that called this package, directly or through scikit-learn, for a warning."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("glassnet", "sklearn"):
        frame, level = frame.f_back, level + 1
    return level


def require_choice(what: str, value: object, allowed: Iterable[object]) -> None:
    """Raise OptionError GN021 unless `value` is among the `allowed`."""
    if value not in allowed:
        raise OptionError("GN021", f"{what} {value!r}: expected one of {', '.join(map(str, allowed))}.")


def require_number(what: str, value: Any, low: float | None = None, high: float | None = None) -> float:
    """Return `value` as a float; raise OptionError GN021 unless it is a number from `low` to `high`."""
    if hasattr(value, "tolist"):  # NumPy's numbers
        value = value.tolist()
    if type(value) is int and abs(value) < 2**1000:
        value = float(value)
    if type(value) is not float:
        raise OptionError("GN021", f"{what} {value!r}: expected a number.")
    require_limits(what, value, low, high)
    return value


def require_limits(what: str, value: float, low: float | None, high: float | None) -> None:
    """Raise OptionError GN021 unless `value` lies between both limits, which are allowed themselves."""
    if low is not None and high is not None and not low <= value <= high:  # NaN fails too
        least, most = (f"{one:,}" if type(one) is int else f"{one:,.15g}" for one in (low, high))
        raise OptionError("GN021", f"{what} {value}: expected {least} to {most}.")
