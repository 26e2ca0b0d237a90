"""The exceptions of glassnet and their stable error codes.

A message names the place, the given value, what was expected and what to do. Codes are for programs and for searching;
their meaning never changes. ``CODES`` is the only list of them; the reference page in ``docs`` follows it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from importlib import import_module
from numbers import Integral
from typing import Any, ParamSpec, TypeVar

from .messages.message import Listing, Message, Place
from .messages.option_spelling import Door, Option, in_python

CODES: dict[str, str] = {
    # files
    "GN001": "no such file or folder",
    "GN002": "a folder where a file was expected, or a folder without data",
    "GN003": "the file cannot be read or written (permission, device)",
    "GN004": "no space left for the file",
    "GN005": "unknown file type",
    "GN006": "a compressed file or image is damaged",
    "GN007": "the file already exists and is not replaced",
    "GN110": "a file where a folder was expected",
    # data
    "GN010": "the file contains no samples",
    "GN011": "the text does not have the expected form",
    "GN012": "a row has too few or too many values",
    "GN013": "a value is not a number",
    "GN014": "a value is outside the allowed range",
    "GN015": "a label is not a whole number from 0",
    "GN016": "the labels have gaps",
    "GN017": "data and model, or training and test data, do not match",
    "GN018": "a value is NaN or infinite",
    "GN019": "an IDX or NPZ file is damaged or has an unexpected shape",
    # options
    "GN020": "wrong command-line usage",
    "GN021": "an option has a value that is not allowed",
    "GN022": "options that cannot be combined",
    # training
    "GN030": "training diverged",
    "GN031": "interrupted",
    "GN032": "not enough memory",
    "GN033": "compressed data or a stream exceeds the size limit",
    # model files
    "GN040": "not a glassnet model file",
    "GN041": "the model file is damaged",
    "GN042": "the model file was written by a newer glassnet",
    "GN043": "a model where a checkpoint was expected",
    "GN044": "a checkpoint that cannot be resumed here: different data or glassnet version",
    "GN045": "would overwrite an unfinished training run, or a model with a checkpoint",
    "GN046": "a model that could not be loaded again is not saved",
    "GN047": "a changed model file cannot take the place of the model that is served",
    # arrays
    "GN050": "an array has the wrong shape",
    # models
    "GN075": "inputs are far outside the range of the training data, or have values that it did not have (a warning)",
    "GN076": "an object is not a model",
    "GN078": "columns or targets are used otherwise than given, or a test on random rows would be too good (a warning)",
    # explanations
    "GN080": "the training run has no such step",
    "GN081": "this explanation is not available for the model",
    # tables
    "GN060": "the table has no column with this name",
    "GN061": "a column contains neither numbers nor words",
    "GN062": "no feature columns are left",
    "GN063": "two columns have the same name",
    "GN064": "the target column cannot be predicted, or has a class unknown to the model",
    "GN065": "an object is not a table or dataset",
    "GN066": "a table with named columns, but no target column was given",
    "GN067": "the first column of a numeric file does not look like a label",
    "GN068": "the first line of a table is a row of data, not the names of its columns",
    # streams
    "GN140": "the parts of a stream differ in their columns or types",
    "GN141": "a part of a stream has changed while it was read",
    "GN142": "a kind of file that cannot be read as a stream",
    # image folders
    "GN070": "images differ in size, or are too large in total",
    "GN071": "the table next to the images does not give their classes",
    "GN072": "no folder names or table give the classes of the images",
    "GN077": "the images are large, and no size is given",
    # labels
    "GN073": "the labels of these data cannot be checked",
    "GN074": "a reviewed list cannot be applied",
    # photographs
    "GN085": "no digit was found in the image",
    "GN086": "glassnet failed on an image",
    # the studio
    "GN090": "the request does not come from a page of this studio",
    "GN091": "the request is larger than allowed",
    "GN092": "an optional package is not installed",
    "GN093": "the port cannot be used",
    "GN094": "the studio has no such page",
    "GN095": "not a session file of the studio, or one of a newer format",
    "GN096": "the session file is damaged",
    "GN097": "Python is switched off in this studio",
    "GN098": "a studio that other machines can reach does not run programs that the system cannot confine",
    # exports
    "GN100": "this form cannot carry the model",
    "GN101": "an export answers otherwise than the model",
    "GN102": "a network or an estimator cannot be imported",
    "GN103": "an export cannot be run here",
    # the service
    "GN120": "two models to serve have the same name",
    "GN121": "the service has no such address or model",
    "GN122": "the method, content type or encoding of a request is not supported",
    "GN123": "the request has no valid token",
    "GN124": "the request comes from a page of another site, or for another host",
    "GN125": "the request exceeds a limit of the service",
    "GN126": "the service is busy, or the request takes too long",
    "GN127": "the request does not have the expected form",
    # clusters
    "GN130": "no cluster at this address",
    "GN131": "a worker of the cluster has other versions or another processor",
    "GN132": "a task was lost with its machine, again and again",
}


class GlassnetError(Exception):
    """Base class of all errors that glassnet raises deliberately.

    Parameters
    ----------
    code : str
        One of ``CODES``.
    template : str or Message
        One line in English: the place, the given value, what was expected, what to do, with placeholders.
    **values
        The values of the placeholders; see `messages.message.Message`.

    Attributes
    ----------
    code : str
    message : Message
    """

    def __init__(self, code: str, template: str | Message, /, **values: Any) -> None:
        if code not in CODES:
            raise KeyError(f"{code} is not listed in glassnet.errors.CODES")
        message = Message(template, **values) if isinstance(template, str) else template
        super().__init__(message)
        self.code, self.message = code, message

    def __reduce__(self) -> tuple[type[GlassnetError], tuple[str, Message], dict[str, Any]]:
        # By default pickle would call the class with the message alone and fail in another process.
        return type(self), (self.code, self.message), dict(vars(self))

    @property
    def template(self) -> str:
        """The English text with placeholders."""
        return self.message.template

    @property
    def values(self) -> dict[str, Any]:
        """The values of the placeholders."""
        return self.message.values

    def text(self, language: str = "en", door: Door = in_python) -> str:
        """Return the message in a language, for the readers of a door; see `messages.message.Message.text`."""
        return self.message.text(language, door)

    def __str__(self) -> str:
        return str(self.message)


class FileError(GlassnetError, OSError):
    """A file is missing, unreadable, damaged or cannot be written (GN001 to GN007, GN033, GN110, GN141, GN142)."""


class DataError(GlassnetError, ValueError):
    """The data cannot be used as given (GN010 to GN019, GN060 to GN068, GN070 to GN077, GN085, GN101, GN102, GN140)."""


class OptionError(GlassnetError, ValueError):
    """An option, or a combination of options, is not allowed (GN020 to GN022, GN092, GN093, GN100, GN103, GN120)."""


class ArgumentError(OptionError, TypeError):
    """A call has an argument that the function or class does not have, or lacks one (GN021)."""


class ShapeError(GlassnetError, ValueError):
    """An array does not have the required shape (GN050)."""


class DivergedError(GlassnetError, ArithmeticError):
    """The training loss or the weights diverged (GN030).

    Attributes
    ----------
    model : Model or None
        The model after the last good epoch.
    good_epochs : int
        Number of epochs before the divergence.
    """

    model: Any = None
    good_epochs: int = 0


class StreamError(GlassnetError, OSError):
    """A part of a stream could not be read while a network was trained on it; the code is that of the reading error.

    Attributes
    ----------
    model : Model or None
        The model with the weights so far, of an ensemble with those of all members.
    good_epochs : int
        Number of finished epochs, of an ensemble the fewest of a member.
    """

    model: Any = None
    good_epochs: int = 0


class ModelFileError(GlassnetError, ValueError):
    """A model file or checkpoint is damaged, too new, of another format or kind (GN040 to GN047)."""


class ClusterError(GlassnetError, RuntimeError):
    """A cluster, or a worker of it, cannot be used (GN130 to GN132)."""


class InterruptedWorkError(GlassnetError):
    """The user interrupted a command after it had written a file (GN031)."""


class GlassnetWarning(UserWarning):
    """Base class of the warnings: a message, with a code if programs may look for it.

    Parameters
    ----------
    template : str or Message
        As for `GlassnetError`.
    **values
    """

    code = ""

    def __init__(self, template: str | Message, /, **values: Any) -> None:
        self.message = Message(template, **values) if isinstance(template, str) else template
        super().__init__(self.message)


class RangeWarning(GlassnetWarning):
    """Inputs are far outside the range of the training data, or have values that it did not have (GN075)."""

    code = "GN075"


class DataWarning(GlassnetWarning):
    """Data are used otherwise than given, such as columns left out, or a test on random rows is too good (GN078)."""

    code = "GN078"


def warn(message: Message) -> None:
    """Warn with a message, of something that happens while the caller waits."""
    warnings.warn(GlassnetWarning(message), stacklevel=2)


def strictly(place: str | Place | Message, remark: Message) -> DataError:
    """Return the error that replaces a remark on inputs if ``strict`` is set: with the same code as `RangeWarning`."""
    template = "{place}: {remark}. Refused, because of strict: correct the rows, or omit strict."
    return DataError("GN075", template, place=place, remark=remark)


def with_code(remark: Message) -> Message:
    """Return a remark on inputs with the code of `RangeWarning`, for doors that show it as text."""
    return Message("{remark} [{code}]", remark=remark, code=RangeWarning.code)


def callers_level() -> int:
    """Return the warning `stacklevel` of the line that called glassnet, directly or through scikit-learn."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("glassnet", "sklearn"):
        frame, level = frame.f_back, level + 1
    return level


def require_choice(what: str | Option | Message, value: object, allowed: Iterable[object]) -> None:
    """Raise OptionError GN021 unless `value` is one of `allowed`."""
    if value not in allowed:
        raise OptionError(
            "GN021", "{what} {value!r}: expected one of {choices}.", what=what, value=value, choices=Listing(allowed)
        )


def require_packages(what: str | Message, extra: str, *packages: str) -> None:
    """Import the packages of an extra, which `what` needs; raise OptionError GN092 if one is not installed.

    `extra` is empty for a package that no extra of glassnet has.
    """
    for name in packages:
        try:
            import_module(name)
        except ImportError as problem:
            lacking = (problem.name or name).partition(".")[0]
            template = "{what} needs {package}, which is not installed: pip install {package}"
            if extra:
                template = "{what} needs {package}, which is not installed: pip install 'glassnet[{extra}]'"
            raise OptionError("GN092", template, what=what, package=lacking, extra=extra) from None


_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def require_names(
    owner: str | Option, given: Iterable[str], allowed: Collection[str], others: Mapping[str, str] | None = None
) -> None:
    """Raise ArgumentError GN021, with a near match, for the first name that is not allowed.

    Parameters
    ----------
    owner : str or Option
        What the names are passed to.
    given, allowed : iterable of str, collection of str
    others : mapping of str to str, optional
        Names that users of other libraries may try -> what to use instead.
    """
    for name in given:
        if name in allowed:
            continue
        known = dict(zip(allowed, allowed, strict=True)) | dict(others or {})
        if name in known:
            template, other = "{owner} has no parameter {name!r}. Use {other}.", known[name]
            raise ArgumentError("GN021", template, owner=owner, name=name, other=other)
        from difflib import get_close_matches

        if near := get_close_matches(name, known, 1):
            template, other = "{owner} has no parameter {name!r}. Did you mean {other}?", known[near[0]]
            raise ArgumentError("GN021", template, owner=owner, name=name, other=other)
        template = "{owner} has no parameter {name!r}. Expected one of {names}."
        raise ArgumentError("GN021", template, owner=owner, name=name, names=Listing(allowed))


def argument_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's arguments, without `self` and `cls`, and without those for any others."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return names[names[:1] in (("self",), ("cls",)) :]


def with_near_matches(
    owner: str, others: Mapping[str, str] | None = None
) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Return a decorator for the public function `owner`: an unknown argument raises, as in `require_names`."""

    def decorate(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        allowed = argument_names(function)

        @wraps(function)
        def call(*args: _Parameters.args, **given: _Parameters.kwargs) -> _Result:
            if not given.keys() <= set(allowed):
                require_names(owner, given, allowed, others)
            return function(*args, **given)

        return call

    return decorate


def wrong_type(name: str, given: object, expected: str | Message) -> ArgumentError:
    """Return the error GN021 for an argument of another type than the `expected` one, a phrase such as "a path"."""
    phrase = Message(expected) if isinstance(expected, str) else expected
    kind = type(given).__name__
    return ArgumentError("GN021", "{name}: {kind}, expected {expected}.", name=name, kind=kind, expected=phrase)


def require_number(what: str | Option, value: Any, low: float | None = None, high: float | None = None) -> float:
    """Return `value` as a float; raise OptionError GN021 unless it is a number from `low` to `high`."""
    if hasattr(value, "tolist"):  # NumPy's numbers
        value = value.tolist()
    if type(value) is int and abs(value) < 2**1000:
        value = float(value)
    if type(value) is not float:
        raise OptionError("GN021", "{what} {value!r}: expected a number.", what=what, value=value)
    require_limits(what, value, low, high)
    return value


def require_whole(what: str | Option, value: Any, low: int) -> int:
    """Return `value` as an int; raise OptionError GN021 unless it is a whole number of at least `low`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < low:
        template = "{what} {value!r}: expected a whole number from {low}."
        raise OptionError("GN021", template, what=what, value=value, low=low)
    return int(value)


def require_limits(what: str | Option, value: float, low: float | None, high: float | None) -> None:
    """Raise OptionError GN021 unless `value` is between the limits, inclusive."""
    if low is not None and high is not None and not low <= value <= high:  # NaN fails too
        least, most = (f"{one:,}" if type(one) is int else f"{one:,.15g}" for one in (low, high))
        template = "{what} {value}: expected {least} to {most}."
        raise OptionError("GN021", template, what=what, value=value, least=least, most=most)
