"""Training records: how a model was made, so that `verify` can repeat its training.

`fit` fills in ``Model.receipt``, which is saved in the model file. Guarantee: the same options and data give the same
bits, for any number of threads: with the engine ``portable`` everywhere, with the others on the same kind of processor
with the same versions of Python, NumPy, SciPy and Numba and the same BLAS. Elsewhere their arithmetic is the same, but
the last bits may differ. `model.header.Receipt` defines the keys.
"""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, Self

import numpy as np

from ..data.dataset import Dataset
from ..data.fingerprint import fingerprint
from ..data.split import count_aside, early_stopping_split
from ..engines import Engine, engine_named
from ..errors import DataError
from ..messages.message import Command, Message
from ..messages.option_spelling import Option
from ..model.evaluate import Evaluation
from ..model.header import DataReceipt, ParentReceipt, Receipt, ValidationDataReceipt, imported_from
from ..model.model import Model
from ..options.choices import ENGINES
from ..options.options import SPECS, Options, recorded
from ..preprocess.class_weights import with_class_weights
from ..runtime.blas import blas_in_use
from .callbacks import History
from .numerics import NUMERICS

_PACKAGES = ("glassnet", "numpy", "scipy", "numba", "llvmlite")
_AT_ONCE = 100_000  # bytes of inputs that are hashed faster than a thread starts


class GivenData:
    """The data passed to a training run, and their fingerprint, which a thread can compute while training starts."""

    def __init__(self, data: Dataset) -> None:
        self.data, self._fingerprint = data, ""
        self._thread = threading.Thread(target=self._take, daemon=True)

    def begin(self) -> Self:
        """Start computing the fingerprint on another thread, if it takes long; return self."""
        if self.data.inputs.nbytes > _AT_ONCE:
            self._thread.start()
        return self

    def __reduce__(self) -> tuple[Any, ...]:  # a thread does not travel to another process; the fingerprint does
        return _given_data, (self.data, self.fingerprint)

    def _take(self) -> None:
        with suppress(MemoryError):  # `fingerprint` computes it again, and raises in the caller's thread
            self._fingerprint = fingerprint(self.data)

    @property
    def fingerprint(self) -> str:
        """Result of `fingerprint`; waits for the thread if necessary."""
        if self._thread.is_alive():
            self._thread.join()
        if not self._fingerprint:
            self._fingerprint = fingerprint(self.data)
        return self._fingerprint

    def named(self) -> ValidationDataReceipt:
        """Return the description of validation data for a training record."""
        return {"source": str(self.data.source), "samples": len(self.data), "fingerprint": self.fingerprint}

    def described(self) -> DataReceipt:
        """Return the description of the data for a training record."""
        data = self.data
        described: DataReceipt = {
            "source": str(data.source),
            "samples": len(data),
            "classes": data.classes,
            "dtype": data.inputs.dtype.name,
            "fingerprint": self.fingerprint,
        }
        if data.weights is not None:
            described["unweighted"] = fingerprint(replace(data, weights=None))
        split = None if data.columns is None else data.columns.split
        if data.groups is not None:
            described["group"] = list(split.group) if split else []
        if data.times is not None:
            described["time"] = split.time.name if split and split.time else ""
        return described


def _given_data(data: Dataset, fingerprint: str) -> GivenData:
    given = GivenData(data)
    given._fingerprint = fingerprint
    return given


def begun_with(options: Options, given: GivenData, engine: str, parent: ParentReceipt | None = None) -> Receipt:
    """Return the part of a training record that is known before training."""
    begun: Receipt = {"data": given.described(), **_setup(options, engine)}
    if parent is not None:
        begun["parent"] = parent
    return begun


def _setup(options: Options, engine: str) -> Receipt:
    return {"options": recorded(options), "seed": options.seed, "engine": engine, **surroundings()}


def receipt_of(
    model: Model,
    options: Options,
    given: GivenData,
    engine: Engine,
    histories: Sequence[History],
    *,
    best_epochs: Sequence[int] = (),
    validation: GivenData | None = None,
    calibrated: bool = False,
    plain_share: float | None = None,
    changes: Sequence[str] = (),
    parent: ParentReceipt | None = None,
) -> Receipt:
    """Return the training record of a trained model.

    `given` are the data, before a fraction was held out for validation, and `validation` those that were passed for it;
    `histories` has one per member. The others are as in `Receipt`, where `best_epochs` is ``kept`` and `changes` is
    ``resumed``.
    """
    receipt: Receipt = {
        "recipe": "",
        **begun_with(options, given, engine.name, parent),
        "hash": model.hash(),
        "trails": [history.weight_hashes for history in histories],
        "curves": [history.thinned() for history in histories],
    }
    if changes:
        receipt["resumed"] = list(changes)
    if best_epochs:
        receipt |= {"kept": list(best_epochs), "own_validation": False}
    if validation is not None:
        receipt["own_validation"] = True
        receipt["data"]["validation_data"] = validation.named()
    if plain_share is not None:
        receipt["plain_share"] = plain_share
    if calibrated:
        receipt["calibrated"] = True
    if reason := _own_engine(engine.name, type(engine)):
        receipt["not_verifiable"] = str(reason)
    if ("group" in receipt["data"] or "time" in receipt["data"]) and "stream" not in receipt["data"]:
        receipt["data"]["validation"] = len(given.data) - len(training_split_of(receipt, given.data))
    return receipt


def receipt_without_start(model: Model, options: Options, engine: str, reason: Message) -> Receipt:
    """Return the training record of a model trained from another model, with the reason why it is not verifiable.

    The data of the last training run are omitted, since the model was trained on other data before.
    """
    return {"recipe": "", **_setup(options, engine), "hash": model.hash(), "not_verifiable": str(reason)}


def add_test(
    receipt: Receipt,
    evaluation: Evaluation,
    *,
    recipe: str = "",
    held_out: bool = False,
    stratified: bool = True,
    added: Sequence[str] = (),
    parent: str = "",
    interval: Mapping[str, tuple[float, float]] | None = None,
    cross_validation: dict[str, Any] | None = None,
    too_good_for: dict[str, str] | None = None,
) -> None:
    """Add to a training record what `fit` does not know: the scores on test data, and names.

    `held_out` means that the test data were held out from the source of the training data, and `stratified` by class.
    `added` are the sources of added samples, and `parent` is the name of the file with the model that training started
    from. `interval`, `cross_validation` and `too_good_for` are as in `Receipt`.
    """
    receipt["recipe"] = recipe
    if interval:
        receipt["interval"] = {name: list(ends) for name, ends in interval.items()}
    if cross_validation is not None:
        receipt["cross_validation"] = cross_validation
    if too_good_for:
        receipt["too_good_for"] = too_good_for
    receipt["result"] = {**evaluation.scores, "loss": evaluation.loss, "samples": evaluation.samples}
    if held_out:
        receipt["data"]["held_out"] = True
        receipt["data"]["stratified"] = stratified
    if added:
        receipt["data"]["added"] = list(added)
    if parent and "parent" in receipt:
        receipt["parent"] = {**receipt["parent"], "file": parent}


CONTINUED = Message("warm_start: training continued from an earlier fit")
ON_OTHER_ROWS = Message("partial_fit: each call trained on different rows")


def _own_engine(name: str, kind: type | None = None) -> Message | None:
    """Return why training with an engine of this name and class cannot be repeated; None if it can."""
    if name not in ENGINES:
        template = "the model was trained with {name}, a function that its training record does not contain"
        return Message(template, name=name)
    # An engine that is proven to have the bits of another one says so, as that of `distributed` does.
    if kind is not None and vars(kind).get("bits_of", kind) is not type(engine_named(name)):
        return Message("the model was trained with the custom engine {name}", name=kind.__name__)
    return None


def require_repeatable(receipt: Receipt) -> None:
    """Raise DataError GN017 if a training record has a reason why the training cannot be repeated."""
    if text := receipt.get("not_verifiable"):  # in English: the message is found again, to be shown in any language
        known = [CONTINUED, ON_OTHER_ROWS, _own_engine(receipt["engine"]) if "engine" in receipt else None]
        known += [imported_from(receipt["imported"])] if receipt.get("imported") else []
        reason = next((one for one in known if one is not None and str(one) == text), text)
        raise DataError("GN017", "the training cannot be repeated: {reason}.", reason=reason)


def verifiable_options(receipt: Receipt) -> Options:
    """Return the options of a finished training run that can be repeated from its record."""
    require_repeatable(receipt)
    options = options_of(receipt)
    trails = receipt.get("trails", [])
    complete = {"hash", "data", "engine"} <= receipt.keys() and "fingerprint" in receipt["data"]
    if not complete or len(trails) != options.networks or min(map(len, trails)) < 2:
        template = "the model has no complete training record. If it is a checkpoint, finish it with `{command}`."
        raise DataError("GN017", template, command=Command("train", Option("resume")))
    return options


def engine_of(receipt: Receipt) -> Engine:
    """Return the engine of a training run, even if the options would choose another one here."""
    if reason := _own_engine(receipt["engine"]):
        raise DataError("GN017", "the training cannot be repeated: {reason}.", reason=reason)
    return engine_named(receipt["engine"])


def options_of(receipt: Receipt) -> Options:
    """Return the options in a training record."""
    given: object = receipt.get("options")
    if not isinstance(given, dict):
        raise DataError("GN017", "the model has no training record.")
    unknown = sorted(set(given) - set(SPECS))
    if unknown:
        raise DataError(
            "GN017", "the training record has the option {name!r}, which this glassnet does not know.", name=unknown[0]
        )
    return Options(**given)


def in_form_of(model: Model, data: Dataset) -> Dataset:
    """Return data in the form the model was trained on: estimators get no image shape, and bytes as float64."""
    dtype = model.receipt["data"].get("dtype", data.inputs.dtype.name)
    shape = data.image_shape if model.image_shape else None
    if (dtype, shape) == (data.inputs.dtype.name, data.image_shape):
        return data
    with np.errstate(invalid="ignore"):  # for NaN converted to an integer
        inputs = data.inputs.astype(dtype, copy=False)
    # Numbers that the dtype cannot represent are different data, and are not converted.
    lossless = np.array_equal(inputs, data.inputs, equal_nan=True)
    return replace(data, inputs=inputs if lossless else data.inputs, image_shape=shape)


def training_split_of(receipt: Receipt, data: Dataset) -> Dataset:
    """Return the training samples among the data of a training record, with the weights of their classes."""
    options = _splitting_options(receipt)
    data = with_class_weights(data, options)
    return data if receipt.get("own_validation") else early_stopping_split(data, options)[0]


def extent_of(receipt: Receipt) -> tuple[int, int]:
    """Return the number of epochs (for an ensemble, the maximum) and of training samples.

    With early stopping these are smaller than in the options and the data.
    """
    options, samples = _splitting_options(receipt), receipt["data"]["samples"]
    if "stream" in receipt["data"]:  # without the validation sample
        return max(map(len, receipt["trails"])) - 1, samples
    if options.early_stopping and not (options.folds or receipt.get("own_validation")):
        samples -= receipt["data"].get("validation", count_aside(samples, options.validation))
    return max(map(len, receipt["trails"])) - 1, samples


def _splitting_options(receipt: Receipt) -> Options:
    options = options_of(receipt)
    return replace(options, early_stopping=1) if receipt.get("calibrated") else options


def surroundings() -> Receipt:
    """Return versions, numerics, BLAS and processor: what the bits may depend on in addition to options and data."""
    blas = _blas(len(sys.modules))
    return {"versions": dict(_versions()), "numerics": NUMERICS, "blas": blas, "processor": _processor()}


@cache
def _versions() -> dict[str, str]:
    """Return the versions of Python and packages; cached, because the lookup is slow."""
    from importlib.metadata import PackageNotFoundError, version  # loads the standard library's parser of e-mail

    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):  # Numba is not installed everywhere
            found[name] = version(name)
    return found


@cache
def _processor() -> str:
    try:
        from llvmlite.binding import get_host_cpu_name
    except ImportError:  # without Numba
        return platform.machine()
    return f"{platform.machine()} {get_host_cpu_name()}"


@lru_cache(maxsize=1)
def _blas(modules: int) -> str:
    """Return the loaded BLAS; cached by the number of modules, because the lookup takes milliseconds."""
    return blas_in_use()


def differences(receipt: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    """Yield the differences between the surroundings in a training record and `now`, from `surroundings`, as text.

    Those that the bits of the record's engine do not depend on are left out.
    """
    kinds = {"numerics": "numerics", "blas": "BLAS", "processor": "processor"}
    then, here = (
        {**(one.get("versions") or {}), **{name: one.get(key) for key, name in kinds.items()}} for one in (receipt, now)
    )
    if then["numerics"] == here["numerics"]:
        del here["glassnet"]  # the version of the numerics decides the bits, not that of the package
    if receipt.get("engine") == "portable":
        here = {"numerics": here["numerics"]}
    for name, value in here.items():
        if (before := then.get(name)) and before != value:
            yield f"{name} {before} → {value}"
