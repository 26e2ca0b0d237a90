"""Verifying a model: retraining it and comparing the bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import OptionError
from ..messages.message import Listing, Message
from ..messages.notice import Notify, ignore
from ..model.file import load_model
from ..model.model import Model
from ..training.callbacks import Callback
from ..training.receipt import require_repeatable
from ..training.verify import OTHER_DATA, Verification, verify
from .model_data import load_parent, load_trained_on

if TYPE_CHECKING:
    from ..training.streaming.survey import OnSurvey
    from .streaming.train import OnOpen


@dataclass(frozen=True)
class VerifyResult:
    """A model and the result of its verification."""

    model: Model
    verification: Verification


def verify_model(
    model_path: str,
    source: str | Sequence[str] | None = None,
    *,
    start: str | None = None,
    added: Sequence[str] = (),
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
    on_open: OnOpen | None = None,
    on_survey: OnSurvey | None = None,
) -> VerifyResult:
    """Retrain a model from its training record.

    Parameters
    ----------
    model_path : str
    source : str, or sequence of str, optional
        Its training data, if not the bundled MNIST; several files of a stream.
    start : str, optional
        The model that its training started from, if it is not beside the model.
    added : sequence of str
        Sources of the added samples, if they have moved.
    callbacks : iterable of callable
    notify : callable
    on_open, on_survey : callable, optional
        As for `streaming.train.train_stream`.
    """
    model = load_model(model_path)
    require_repeatable(model.receipt)
    if "stream" in model.receipt.get("data", {}):
        return _on_stream(model, model_path, source, callbacks, notify, on_open, on_survey)
    if source is not None and not isinstance(source, str):
        raise OptionError(
            "GN020", "{second}: a second DATA. Name the one file that the model was trained on.", second=source[1]
        )
    parent = load_parent(model, model_path, start)
    data = load_trained_on(model, model_path, source, notify, added=added)
    verification = verify(model, data, list(callbacks), init_model=parent)
    sources = dict.fromkeys(added or model.receipt.get("data", {}).get("added", []))
    difference = verification.difference
    if sources and difference is not None and difference.template == OTHER_DATA:  # either may be another one
        template = "{source} with the added {files} is not the training data"
        difference = Message(template, source=data.source, files=Listing(sources))
        verification = replace(verification, difference=difference)
    return VerifyResult(model, verification)


def _on_stream(
    model: Model,
    model_path: str,
    source: str | Sequence[str] | None,
    callbacks: Iterable[Callback],
    notify: Notify,
    on_open: OnOpen | None,
    on_survey: OnSurvey | None,
) -> VerifyResult:
    from ..data.stream.opening import open_stream
    from ..training.streaming.verify import verify_stream
    from .streaming.data import notify_empty_files

    if source is None:
        raise OptionError(
            "GN022",
            "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA it was trained on.",
            model=model_path,
        )
    assert model.columns is not None
    stream = open_stream(source, model.columns.names)
    notify_empty_files(stream, notify)
    if on_open is not None:
        on_open(stream)
    return VerifyResult(model, verify_stream(model, stream, list(callbacks), on_survey=on_survey))
