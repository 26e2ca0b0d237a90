"""Verifying a model: retraining it and comparing the bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..model.file import load_model
from ..model.model import Model
from ..training.callbacks import Callback
from ..training.receipt import require_repeatable
from ..training.verify import Verification, verify
from .model_data import load_parent, load_trained_on
from .notice import Notify, ignore


@dataclass(frozen=True)
class VerifyResult:
    """A model and the result of its verification."""

    model: Model
    verification: Verification


def verify_model(
    model_path: str,
    source: str | None = None,
    *,
    start: str | None = None,
    added: Sequence[str] = (),
    callbacks: Iterable[Callback] = (),
    notify: Notify = ignore,
) -> VerifyResult:
    """Retrain a model from its training record.

    Parameters
    ----------
    model_path : str
    source : str, optional
        Its training data, if not the bundled MNIST.
    start : str, optional
        The model that its training started from, if it is not beside the model.
    added : sequence of str
        Sources of the added samples, if they have moved.
    callbacks : iterable of callable
    notify : callable
    """
    model = load_model(model_path)
    require_repeatable(model.receipt)
    parent = load_parent(model, model_path, start)
    data = load_trained_on(model, model_path, source, notify, added=added)
    verification = verify(model, data, list(callbacks), init_model=parent)
    sources = dict.fromkeys(added or model.receipt.get("data", {}).get("added", []))
    if sources and verification.where == f"{data.source} is not the training data":  # either may be another one
        where = f"{data.source} with the added {', '.join(sources)} is not the training data"
        verification = replace(verification, where=where)
    return VerifyResult(model, verification)
