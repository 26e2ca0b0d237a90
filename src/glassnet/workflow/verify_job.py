"""Verifying: the same model is made again, and the bits are compared."""

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
    """A model, and whether it came out once more."""

    model: Model
    verification: Verification


def verify_model(
    model_path: str, source: str | None = None, *, callbacks: Iterable[Callback] = (), notify: Notify = ignore
) -> VerifyResult:
    """Train a model again by its receipt; `source` is what it was trained on, if not the bundled MNIST."""
    model = load_model(model_path)
    return VerifyResult(model, verify(model, load_trained_on(model, model_path, source, notify), list(callbacks)))
