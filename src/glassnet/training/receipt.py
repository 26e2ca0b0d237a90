"""Receipts: what made a model, and whether the same can be made again.

A receipt goes into the model file. What is promised: the same options and data give the same bits on the same kind of
processor with the same versions of Python, NumPy, SciPy and Numba and the same BLAS, for any number of threads.
Elsewhere the arithmetic is the same and the last bits may not be.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from ..data.dataset import Dataset
from ..data.split import count_aside, parts_of
from ..engines import ENGINES, Engine, blas_in_use, engine_named
from ..errors import DataError, DivergedError
from ..model.build import new_model
from ..model.evaluate import Evaluation
from ..model.model import Model
from ..options.options import SPECS, Options
from .callbacks import Listener
from .events import EpochDone
from .loop import Fit, train
from .numerics import NUMERICS
from .state import Position

_PACKAGES = ("glassnet", "numpy", "scipy", "numba", "llvmlite")


def fingerprint(data: Dataset) -> str:
    """Return the SHA-256 of a data set's shape, inputs and labels; of its values and weights too where it has them."""
    digest = hashlib.sha256(repr((data.inputs.shape, data.inputs.dtype.str, data.classes)).encode())
    digest.update(np.ascontiguousarray(data.inputs).data)
    digest.update(np.ascontiguousarray(data.labels).data)
    for name, array in (("values", data.values), ("weights", data.weights)):
        if array is not None:
            digest.update(f"{name} {array.dtype.str}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def receipt_of(
    fitted: Fit,
    options: Options,
    data: Dataset,
    evaluation: Evaluation,
    *,
    recipe: str = "",
    data_fingerprint: str = "",
) -> dict[str, Any]:
    """Write down what made a model.

    Parameters
    ----------
    fitted : Fit
        From `training.fit`.
    options : Options
        Those it was made with.
    data : Dataset
        What it was trained on.
    evaluation : Evaluation
        How it does on data it was not trained on.
    recipe : str
        Name of the recipe the options come from.
    data_fingerprint : str
        The data's fingerprint, if it is known already.

    Returns
    -------
    dict
        Plain values for ``Model.receipt``; ``trails`` has, for each member, the hash of the weights before the first
        epoch and after each, ``curves`` its learning curve as `History.kept` has it; ``kept``, where early stopping
        chose, the epoch whose weights each member has.
    """
    return {
        "recipe": recipe,
        **began(options, data, fitted.engine, data_fingerprint or fingerprint(data)),
        "hash": fitted.model.hash(),
        "trails": [history.trail for history in (fitted.history, *fitted.others)],
        "curves": [history.kept() for history in (fitted.history, *fitted.others)],
        "result": {**evaluation.scores, "loss": evaluation.loss, "samples": evaluation.samples},
        **({"resumed": list(fitted.changes)} if fitted.changes else {}),
        **({"kept": list(fitted.kept), "own_validation": fitted.own_validation} if fitted.kept else {}),
    }


def began(options: Options, data: Dataset, engine: str, data_fingerprint: str) -> dict[str, Any]:
    """Return the part of a receipt that is known before the training."""
    return {
        "options": options.to_dict(),
        "data": described(data, data_fingerprint),
        "seed": options.seed,
        "engine": engine,
        **surroundings(),
    }


def described(data: Dataset, data_fingerprint: str) -> dict[str, Any]:
    """Return what a receipt says of data."""
    return {
        "source": data.source,
        "samples": len(data),
        "classes": data.classes,
        "fingerprint": data_fingerprint,
    }


def surroundings() -> dict[str, Any]:
    """Return versions, the numerics' too, BLAS and processor: what the bits may depend on besides options and data."""
    from llvmlite.binding import get_host_cpu_name

    processor = f"{platform.machine()} {get_host_cpu_name()}"
    return {"versions": dict(_versions()), "numerics": NUMERICS, "blas": blas_in_use(), "processor": processor}


@cache
def _versions() -> dict[str, str]:
    """Return the versions of Python and of packages, which take a while to find."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


@dataclass(frozen=True)
class Verdict:
    """Result of `verify`.

    Parameters
    ----------
    same : bool
        Whether the training gave the same bits again.
    where : str
        What differs first, in words; empty if nothing does.
    surroundings : tuple of str
        How versions and processor differ from the receipt's, in words.
    """

    same: bool
    where: str
    surroundings: tuple[str, ...]


def verify(model: Model, data: Dataset, listeners: Iterable[Listener] = ()) -> Verdict:
    """Train a model again by its receipt, and compare the weights after every epoch.

    Parameters
    ----------
    model : Model
        With a receipt.
    data : Dataset
        What it was trained on.

    Raises
    ------
    DataError
        GN017 when the model has no receipt, or was trained by a loss of one's own.
    """
    receipt, base = model.receipt, run_of(model.receipt)
    changed = tuple(differences(receipt, surroundings()))
    if model.hash() != receipt["hash"]:
        return Verdict(False, "the weights in the file are not those of its receipt", changed)
    scaling = model.scaling
    alike = data.image_shape == model.image_shape and (scaling.by_feature or data.maximum == scaling.maximum)
    if not alike or fingerprint(data) != receipt["data"]["fingerprint"]:
        return Verdict(False, f"{data.source} is not the data it was trained on", changed)
    if base.hidden != model.network.architecture.sizes[1:-1]:  # before a network of any size is made
        return Verdict(False, "the network, which in the file is another than its receipt describes", changed)
    told, engine = list(listeners), engine_of(receipt)
    part = data if receipt.get("own_validation") else parts_of(data, base)[0]
    made = new_model(part, base)
    for name, what in (("scaling", "the scaling of the inputs"), ("targets", "the scaling of the targets")):
        if getattr(made, name) != getattr(model, name):
            return Verdict(False, f"{what}, which in the file is another than the data give", changed)
    for number, (member, trail) in enumerate(zip(model.members, receipt["trails"], strict=True)):
        options = replace(base, members=1, seed=base.seed + number)
        trail = trail[: receipt["kept"][number] + 1] if receipt.get("kept") else trail
        where = _first_difference(member.parameters.hash(), trail, part, options, engine, told)
        if where:
            return Verdict(False, f"member {number + 1}: {where}" if model.others else where, changed)
    return Verdict(True, "", changed)


def run_of(receipt: dict[str, Any]) -> Options:
    """Return the options of a training that has ended and of which a receipt tells enough to make it again.

    Raises
    ------
    DataError
        GN017 when it does not; a checkpoint's receipt is written before the training.
    """
    options = options_of(receipt)
    whole = {"trails", "hash", "data", "engine"} <= receipt.keys() and "fingerprint" in receipt["data"]
    if not whole or len(receipt["trails"]) != options.members or min(map(len, receipt["trails"])) < 2:
        raise DataError(
            "GN017",
            "the model has no receipt that says how it was trained. If it is a checkpoint, let its training end: "
            "`glassnet resume` writes a model.",
        )
    return options


def extent_of(receipt: dict[str, Any]) -> tuple[int, int]:
    """Return how many epochs were run, of a committee the most, and of how many samples.

    With early stopping these are fewer than the options and the data have.
    """
    options, samples = options_of(receipt), receipt["data"]["samples"]
    if options.early_stopping and not receipt.get("own_validation"):
        samples -= count_aside(samples, options.validation)
    return max(map(len, receipt["trails"])) - 1, samples


def engine_of(receipt: dict[str, Any]) -> Engine:
    """Return the engine that computed a training, whatever one the options would choose here.

    Raises
    ------
    DataError
        GN017 when it was a loss of one's own.
    """
    if receipt["engine"] not in ENGINES:
        raise DataError("GN017", f"the model was trained by {receipt['engine']}, a function that its receipt has not.")
    return engine_named(receipt["engine"])


def options_of(receipt: dict[str, Any]) -> Options:
    """Return the options a model was made with.

    Raises
    ------
    DataError
        GN017 when the receipt has none, or some that this version does not know.
    """
    given = receipt.get("options")
    if not isinstance(given, dict):
        raise DataError("GN017", "the model has no receipt that says how it was trained.")
    unknown = sorted(set(given) - set(SPECS))
    if unknown:
        raise DataError("GN017", f"the model was made with an option {unknown[0]!r} that this glassnet does not know.")
    return Options(**given)


def _first_difference(
    final: str, trail: list[str], data: Dataset, options: Options, engine: Engine, listeners: list[Listener]
) -> str:
    """Train again; say where the weights first differ from a trail of hashes, or nothing."""
    again = new_model(data, options)
    if again.network.parameters.hash() != trail[0]:
        return "the initial weights"
    position = Position.start(again.network.parameters, options)
    try:
        for event in train(again, data, options, engine, position=position):
            for listener in listeners:
                listener(event)
            if isinstance(event, EpochDone):
                if event.hash != trail[event.epoch]:
                    return f"the weights after epoch {event.epoch}"
                position.ended = position.ended or event.epoch == len(trail) - 1
    except DivergedError as problem:
        return f"the weights after epoch {problem.good_epochs + 1}, where training diverges"
    if again.network.parameters.hash() == final:
        return ""
    return "the average of the weights" if options.average else "the weights in the file, which are those of no epoch"


def differences(receipt: dict[str, Any], now: dict[str, Any]) -> Iterable[str]:
    """Say in words how surroundings differ from a receipt's, in what it tells; `now` is from `surroundings`."""
    kinds = {"numerics": "numerics", "blas": "BLAS", "processor": "processor"}
    then, here = (
        {**(one.get("versions") or {}), **{name: one.get(key) for key, name in kinds.items()}} for one in (receipt, now)
    )
    for name, value in here.items():
        if (before := then.get(name)) and before != value:
            yield f"{name} {before} then, {value} now"
