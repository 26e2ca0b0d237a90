"""Verifying a model: retraining it and comparing the bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..model.file import load_model
from ..model.model import Model
from ..training.callbacks import Callback
from ..training.verify import Verification, verify
from .model_data import load_trained_on
from .notice import Notify, ignore


@dataclass(frozen=True)
class VerifyResult:
    """A model and the result of its verification."""

    model: Model
    verification: Verification


def verify_model(
    model_path: str, source: str | None = None, *, callbacks: Iterable[Callback] = (), notify: Notify = ignore
) -> VerifyResult:
    """Retrain a model from its training record; `source` are its training data, if not the bundled MNIST."""
    model = load_model(model_path)
    return VerifyResult(model, verify(model, load_trained_on(model, model_path, source, notify), list(callbacks)))
