"""Verifying a model: retraining it and comparing the bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..data.validation import AUTO
from ..errors import OptionError
from ..messages.message import Listing, Message
from ..messages.notice import Notify, ignore
from ..model.file import load_model
from ..model.model import Model
from ..options.spec import option
from ..training.callbacks import Callback
from ..training.receipt import require_repeatable
from ..training.verify import OTHER_DATA, Verification, verify
from . import parameters
from .model_data import load_parent, load_trained_on
from .training_data import further_rows, further_samples


@dataclass(frozen=True)
class VerifyJob:
    """A model to be retrained from its training record, and its training data, if not the bundled MNIST."""

    model: str = parameters.model_path()
    source: str | tuple[str, ...] | None = None
    """Several files are those of a stream."""
    verify: bool = option(False, "retrain the model from its training record and compare the bits")
    start: str | None = option(
        None,
        "with --verify: the model that training started from",
        flag="from",
        metavar="MODEL",
        otherwise="the recorded file in the folder of MODEL",
    )
    add: tuple[str, ...] = option(
        (), "with --verify: the added images, if they have moved; repeat for more", metavar="FOLDER"
    )
    validation_data: str | None = option(
        None,
        "with --verify: the validation data of the training, to repeat the choice of the epoch too",
        metavar="DATA",
    )
    language: str = parameters.language()


@dataclass(frozen=True)
class VerifyResult:
    """A model and the result of its verification."""

    model: Model
    verification: Verification


def verify_model(
    job: VerifyJob,
    *,
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
) -> VerifyResult:
    """Retrain a model from its training record."""
    source = job.source
    model = load_model(job.model)
    require_repeatable(model.receipt)
    if "stream" in model.receipt.get("data", {}):
        return VerifyResult(model, _on_stream(model, job, callbacks, notify))
    if source is not None and not isinstance(source, str):
        raise OptionError(
            "GN020", "{second}: a second DATA. Name the one file that the model was trained on.", second=source[1]
        )
    parent = load_parent(model, job.model, job.start)
    data = load_trained_on(model, job.model, source, notify, added=job.add)
    validation = None
    if job.validation_data is not None:
        if model.columns is None:
            validation = further_samples(job.validation_data, data, notify, like=model)
        else:
            validation = further_rows(job.validation_data, model.columns, AUTO, notify)
    verification = verify(model, data, list(callbacks), init_model=parent, validation_data=validation)
    sources = dict.fromkeys(job.add or model.receipt.get("data", {}).get("added", []))
    difference = verification.difference
    if sources and difference is not None and difference.template == OTHER_DATA:  # either may be another one
        template = "{source} with the added {files} is not the training data"
        difference = Message(template, source=data.source, files=Listing(sources))
        verification = replace(verification, difference=difference)
    return VerifyResult(model, verification)


def _on_stream(model: Model, job: VerifyJob, callbacks: Iterable[Callback], notify: Notify) -> Verification:
    from ..training.streaming.fit import verify_stream  # loads polars
    from .training.stream import opened

    assert model.columns is not None
    if job.source is None:
        raise OptionError(
            "GN022",
            "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA it was trained on.",
            model=job.model,
        )
    stream = opened(job.source, model.columns.names, AUTO, notify)
    validation = None
    if job.validation_data is not None:
        validation = further_rows(job.validation_data, model.columns, AUTO, notify)
    return verify_stream(model, stream, list(callbacks), validation_data=validation)
