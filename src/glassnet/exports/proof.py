"""What a form reports about a run, what a proof says, and the line by which an export names its model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, FileError
from ..messages.message import Message
from ..messages.one_line import one_line
from ..metrics import accuracy
from ..model.model import Model
from ..model.network import Network
from .rows import ProofRows

_ROUNDING = 4.0
"""A tolerance covers this many times the largest rounding error of the portable outputs."""
_PROBABILITIES = 1e-5
"""Largest difference of a probability from that of the same outputs in Python."""
QUANTIZED = ("int8",)
"""Allowed values of `quantize`."""


@dataclass(frozen=True)
class Ran:
    """The answers of an exported file, or the reason why nothing here could run it."""

    tool: str | None  # what ran it, with its version, such as ``"gcc 12.2.0 -O2"``; None if nothing could
    # if nothing could: a sentence without a full stop, such as "no C compiler was found". What it needs is named, so
    # that the reader can install it.
    why_not: Message | None = None
    # shape (n, outputs): the network's outputs, as `ProofRows.outputs`
    outputs: NDArray[np.float32] | None = field(default=None, repr=False)
    # the decoded answers, as `ProofRows.predicted`; None if the form does not decode
    predicted: NDArray[Any] | None = field(default=None, repr=False)
    # the probabilities of classes, shape (n, classes), if the form computes them
    probabilities: NDArray[np.float32] | None = field(default=None, repr=False)
    differences: tuple[Message, ...] = ()  # what else differs from the model, each a sentence without a full stop


@one_line
@dataclass(frozen=True)
class Proof:
    """The comparison of an exported file with its model.

    Parameters
    ----------
    form : str
        ``"c"``, ``"html"`` or ``"onnx"``.
    hash : str
        SHA-256 of the model's parameters, `Model.hash`, which the file contains.
    quantize : str or None
        ``"int8"`` if the file has weights of 8 bits; it is then compared with the model's weights rounded in the same
        way.
    rows : int
        Number of rows that were compared, or would have been.
    source : str or Message
        Where the rows are from.
    added : int
        Number of further rows, which were made so that every input counts.
    ran : str or None
        What ran the file, with its version; None if nothing here can.
    why_not : Message or None
        The reason, if nothing ran it.
    largest_difference : float or None
        Largest difference of an output from the portable one, absolute below 1 and relative above; None if nothing ran.
    classes_differ : int or None
        Number of rows with another class, other labels or another number; None if nothing ran. Where the form has a
        tolerance, rows whose two best outputs differ by less than it are not counted.
    tolerance : float
        Largest difference that counts as equal: 0 for C and HTML; 1e-5 for ONNX, or four times the largest rounding
        error of the portable outputs if that is more.
    agreement : float or None
        With `quantize`: the fraction of rows with the same class or labels as without; None for numbers.
    accuracy, quantized_accuracy : float or None
        Of the model and, with `quantize`, of the file, if the rows have classes; None otherwise.
    differences : tuple of Message
        What else differs: names, weights, scalings, encodings and other stored values, of an existing file; and
        probabilities.
    """

    form: str
    hash: str
    quantize: str | None
    rows: int
    source: str | Message
    added: int
    ran: str | None
    why_not: Message | None
    largest_difference: float | None
    classes_differ: int | None
    tolerance: float
    agreement: float | None = None
    accuracy: float | None = None
    quantized_accuracy: float | None = None
    differences: tuple[Message, ...] = ()

    @property
    def equal(self) -> bool | None:
        """Whether the file answers as the model does, and stores what it has; None if nothing ran it."""
        return False if self.differences else self.answers_equal

    @property
    def answers_equal(self) -> bool | None:
        """Whether the file answers as the model does; None if nothing ran it."""
        if self.largest_difference is None:
            return None
        return self.largest_difference <= self.tolerance and not self.classes_differ


@dataclass(frozen=True)
class Mark:
    """What an exported file says about itself."""

    form: str
    hash: str
    quantize: str | None


_WORD = "glassnet-export"
_MARK = re.compile(rb"glassnet-export ([a-z]+) ([0-9a-f]{64}) (float32|int8)")


def written_as(form: str) -> re.Pattern[bytes]:
    """Return the pattern of the first bytes of files that an export of this form may replace."""
    return re.compile(rf".*?{_WORD} {form} [0-9a-f]{{64}} ".encode(), re.DOTALL)


def mark(form: str, model: Model, quantize: str | None) -> str:
    """Return the text by which an exported file names its form and its model.

    Each form writes it once, unbroken: C in a comment, HTML in a comment or attribute, ONNX in the metadata.
    """
    return f"{_WORD} {form} {model.hash()} {quantize or 'float32'}"


def read_export(path: str | Path) -> tuple[bytes, Mark]:
    """Return the content of an exported file, and its mark."""
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):  # it may never end
        raise FileError("GN003", "{name}: a device or a pipe, expected a file name. Choose another path.", name=path)
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise FileError("GN001", "{path}: no such file. Export the model to it first.", path=path) from None
    except IsADirectoryError:
        raise FileError("GN002", "{name}: a folder, expected an exported file.", name=path) from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise FileError("GN003", "{path}: cannot be read ({reason}).", path=path, reason=reason) from None
    found = _MARK.search(content)
    if found is None:
        raise DataError("GN017", "{path}: not a file that an export wrote. Export the model again.", path=path)
    form, digest, kind = (part.decode() for part in found.groups())
    return content, Mark(form, digest, None if kind == "float32" else kind)


def compared(
    mark: Mark, tolerance: float, model: Model, rows: ProofRows, ran: Ran, differences: tuple[Message, ...]
) -> Proof:
    """Compare the answers of an exported file with the portable ones.

    A tolerance above 0 is widened for networks whose portable outputs have larger rounding errors. `differences` are
    those of what the file stores.
    """
    if tolerance:
        tolerance = max(tolerance, _ROUNDING * _largest_difference(rows.outputs, _in_float64(model, rows)))
    largest, differ = None, None
    if ran.outputs is not None:
        predicted = model.targets.invert(ran.outputs) if ran.predicted is None else ran.predicted
        differ = int(np.count_nonzero(_answers_differ(model, rows, predicted, tolerance)))
        largest = _largest_difference(ran.outputs, rows.outputs)
    differences += ran.differences
    if ran.outputs is not None and ran.probabilities is not None:
        apart = float(np.abs(ran.probabilities - model.probabilities(ran.outputs)).max(initial=0.0))
        if not apart <= _PROBABILITIES:
            differences += (
                Message("the probabilities differ from those of the outputs by {difference:.2g}", difference=apart),
            )
    given = slice(len(rows) - rows.added)
    rounded, labels = rows.predicted[given], rows.labels
    plain = rounded if rows.not_quantised is None else rows.not_quantised[given]
    agreement = None
    if mark.quantize is not None and model.targets.name != "values":
        agreement = 1 - float(_by_row(plain != rounded).mean())
    right = [None if labels is None else float(accuracy(labels, one)) for one in (plain, rounded)]
    return Proof(
        form=mark.form,
        hash=mark.hash,
        quantize=mark.quantize,
        rows=len(rounded),
        source=rows.source,
        added=rows.added,
        ran=ran.tool,
        why_not=ran.why_not,
        largest_difference=largest,
        classes_differ=differ,
        tolerance=tolerance,
        agreement=agreement,
        accuracy=right[0],
        quantized_accuracy=right[1] if mark.quantize else None,
        differences=differences,
    )


def _in_float64(model: Model, rows: ProofRows) -> NDArray[np.float64]:
    """Return the model's outputs in float64, shape (n, outputs)."""
    network, *others = (Network.of(one.architecture, one.parameters.copy(np.float64)) for one in model.members)
    plain = {one.name: getattr(model, one.name) for one in fields(Model)} | {"training_range": None}
    return Model(**{**plain, "network": network, "others": tuple(others)}).outputs(rows.inputs).astype(np.float64)


def _largest_difference(found: NDArray[np.floating], wanted: NDArray[np.floating]) -> float:
    """Return the largest difference of outputs, absolute below 1 and relative above; 0 only for the same numbers."""
    same = (found == wanted) & (np.signbit(found) == np.signbit(wanted)) | (np.isnan(found) & np.isnan(wanted))
    with np.errstate(invalid="ignore", over="ignore"):
        wide = wanted.astype(float)
        apart = np.abs(found.astype(float) - wide) / np.maximum(1, np.abs(wide))
    apart = np.where(np.isnan(apart), np.inf, np.maximum(apart, np.finfo(np.float32).smallest_subnormal))
    return float(np.where(same, 0.0, apart).max())


def _answers_differ(model: Model, rows: ProofRows, predicted: NDArray[Any], tolerance: float) -> NDArray[Any]:
    """Return for which rows the answers differ, (n,), beyond what the tolerance of outputs explains."""
    outputs, targets = rows.outputs.astype(float), model.targets
    differ = np.asarray(predicted != rows.predicted)
    if targets.name == "values":
        scale, offset = np.abs(targets.scale), np.abs(targets.offset)
        allowed = tolerance * (scale * np.maximum(1, np.abs(outputs)) + offset)
        differ &= ~(np.abs(predicted - rows.predicted) <= allowed)
    elif tolerance and not targets.of_classes:
        differ &= np.abs(outputs - (np.array(targets.decision) if targets.decision else 0.5)) > tolerance
    elif tolerance and outputs.shape[1] > 1:
        second, best = np.partition(targets.weighed(outputs), (-2, -1), axis=1)[:, -2:].T
        differ &= best - second > tolerance * np.maximum(max((1.0, *targets.decision)), np.abs(best))
    return _by_row(differ)


def _by_row(differ: NDArray[Any]) -> NDArray[Any]:
    """Return whether any answer of a row differs, (n,), from (n,) or (n, outputs)."""
    return np.asarray(differ.reshape(len(differ), -1).any(axis=1))
