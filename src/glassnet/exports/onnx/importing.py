"""`import_model`: a chain of dense layers in an ONNX file, or a fitted network of scikit-learn, as a model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, GlassnetError, require_choice, require_number, require_packages, with_near_matches
from ...io.opening import require_path
from ...messages.message import Message
from ...model.model import Model
from ...nn.activations import ACTIVATIONS
from ...nn.random import Purpose, generator
from .building import LARGEST_INPUT, Imported, NotImportableError, model_of
from .scikit import answers_of, read_estimator

TASKS = ("classes", "labels", "numbers")
"""What the outputs of an imported network are."""
TOLERANCE = 1e-5
"""Largest difference between an answer of the imported model and its source's: absolute below 1, relative above."""
ROWS = 64
"""Random rows on which the answers are compared."""

Answers = Callable[[NDArray[Any]], NDArray[Any]]
"""The outputs of a source for rows of inputs, (n, features): (n, outputs)."""


@with_near_matches("import_model")
def import_model(source: Any, *, task: str | None = None, maximum: float | None = None) -> Model:
    """Make a model of a network that another library trained: a chain of dense layers.

    The model is compared with its source on random rows before it is returned.

    Parameters
    ----------
    source : path, or MLPClassifier or MLPRegressor
        An ONNX file, or a fitted network of scikit-learn, also as the last step of a pipeline after a `StandardScaler`
        or `MinMaxScaler`. ``docs/export.md`` lists the operators that an ONNX file may have.
    task : {"classes", "labels", "numbers"}, optional
        What the outputs are. Without it: classes if the source chooses one or its outputs are softmax or sigmoid, and
        otherwise numbers. One sigmoid output is the probability of the second of two classes. With ``"classes"``,
        plain sums (logits) get softmax outputs.
    maximum : float, optional
        Largest value of the inputs when they are read from files: rows of numbers must then be from 0 to `maximum`, and
        grey values of pictures are scaled to this range. By default 255 for a source that takes bytes; for others,
        rows may have any finite numbers, and pictures are scaled to 0 to 1. Arrays in Python may have any values.

    Returns
    -------
    Model
        It takes the inputs of its source, and its training cannot be repeated.

    Raises
    ------
    FileError
        GN001 to GN003 when the file cannot be read.
    DataError
        GN102 for anything else than a chain of dense layers; the message names the operator or the branch. Also for a
        damaged file, and for answers that differ by more than 1e-5.
    OptionError
        GN021 for another task or maximum, GN092 if the package onnx is required and not installed.

    Examples
    --------
    >>> import glassnet
    >>> from sklearn.neural_network import MLPClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> fitted = MLPClassifier(8, solver="lbfgs", random_state=0).fit(X, y)
    >>> model = glassnet.import_model(fitted)
    >>> bool(abs(model.predict_proba(X) - fitted.predict_proba(X)).max() < 1e-6)
    True
    """
    return read_network(source, task, maximum)[0]


def read_network(source: Any, task: str | None = None, maximum: float | None = None) -> tuple[Model, float]:
    """See `import_model`; also return the largest difference between an answer of the model and its source's."""
    if task is not None:
        require_choice("task", task, TASKS)
    if maximum is not None:
        maximum = require_number("maximum", maximum, *LARGEST_INPUT)
    of_file = isinstance(source, str | os.PathLike)
    name = os.fspath(source) if of_file else type(source).__name__
    try:
        imported, answers = _read_file(source) if of_file else (read_estimator(source), answers_of(source))
        if maximum is not None:
            imported = replace(imported, maximum=maximum)
        model = model_of(imported, task)
        difference = _difference(model, imported, answers)
        if not difference <= TOLERANCE:
            raise NotImportableError(
                "answers of the imported model differ by {difference:.2g} from those of its source, expected "
                "at most {most:g}",
                difference=difference,
                most=TOLERANCE,
            )
    except NotImportableError as problem:
        raise DataError("GN102", "{path} cannot be imported: {problem}.", path=name, problem=problem.message) from None
    except GlassnetError:
        raise
    except Exception as problem:  # of onnx and NumPy, for files that are damaged or made to break them
        template = "{path} cannot be imported: damaged ({reason}). Export the network again."
        raise DataError("GN102", template, path=name, reason=_line(problem)) from None
    return model, difference


def _line(problem: Exception) -> str:
    return f"{type(problem).__name__}: {' '.join(str(problem).split())[:100]}"


def _read_file(path: Any) -> tuple[Imported, Answers]:
    require_path("source", path)
    require_packages(Message("an ONNX file"), "onnx", "onnx")
    from .chain import read_chain
    from .folding import folded, reference
    from .reading import read_graph

    graph = read_graph(path)
    chain = read_chain(graph)
    return folded(graph, chain), reference(graph, chain)


def _difference(model: Model, imported: Imported, answers: Answers) -> float:
    """Return the largest difference between the answers of a model and those of its source to random rows."""
    with np.errstate(all="ignore"):
        rows = _random_rows(model, imported.whole_inputs)
        try:
            expected = np.asarray(answers(rows), np.float64).reshape(len(rows), -1)
        except Exception as problem:  # of any operator
            raise NotImportableError(
                "it cannot be run on {rows} rows ({reason})", rows=ROWS, reason=_line(problem)
            ) from None
        given, used = imported.members[0][-1].activation, model.network.architecture.activations[-1]
        if expected.shape[1] == 1 and model.targets.of_classes:
            z = expected if given == "identity" else 1 - expected
            expected = np.concatenate([np.zeros_like(z) if given == "identity" else z, expected], axis=1)
        if given == "identity" and used != "identity":
            expected = ACTIVATIONS[used].value(expected).astype(np.float64)
        of_numbers = model.targets.name == "values"
        found = model.predict(rows) if of_numbers else model.outputs(rows).astype(np.float64)
        if found.shape != expected.shape:
            raise NotImportableError(
                "answers of shape {shape}, expected one row per sample", shape=list(expected.shape[1:])
            )
        difference = np.abs(found - expected) / np.maximum(1, np.abs(expected))
        return float(np.where(np.isnan(difference), np.inf, difference).max())


def _random_rows(model: Model, whole: bool) -> NDArray[Any]:
    """Return rows for which the sums of the first layer are of moderate size, so that no node is saturated in all."""
    random = generator(0, Purpose.PROOF)
    if whole:
        return random.integers(0, 2, (ROWS, model.features)).astype(np.float64)
    scaled = random.standard_normal((ROWS, model.features))
    length = np.linalg.norm(model.network.parameters.weights[0].astype(np.float64), axis=1).max()
    scaled *= np.linspace(0.3, 4, ROWS)[:, np.newaxis] / max(float(length), 1e-30)
    rows: NDArray[np.float64] = model.scaling.invert(scaled).astype(np.float32).astype(np.float64)
    return rows
