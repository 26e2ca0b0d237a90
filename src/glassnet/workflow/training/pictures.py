"""Plots of a training run, written next to the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import FileError, GlassnetError, InterruptedWorkError, OptionError
from ...io.writing import require_picture_place
from ...messages.message import Message
from ...messages.progress import counted_step
from ..drawings import drawings_of_test
from .result import TrainResult


@dataclass(frozen=True)
class Pictures:
    """The written plots, and the error if one could not be written."""

    files: tuple[str, ...]
    problem: GlassnetError | None = None


def _curve(result: TrainResult) -> dict[str, Any]:
    """Return the learning curve with the test of the trained model at its end."""
    curve, evaluation = result.history.curve(), result.evaluation
    tested = {"tested": curve["progress"][-1:], "test_loss": [evaluation.loss]}
    return {**curve, **tested, **({"test_accuracy": [evaluation.accuracy]} if "accuracy" in curve else {})}


def draw_pictures(result: TrainResult) -> Pictures:
    """Draw the learning curve and the plots of the test next to the model; a failure does not raise."""
    from ... import plots

    language, path = result.plan.language, result.path
    drawings: dict[str, Callable[[], Any]] = {
        "curve": lambda: plots.draw_curve(_curve(result), language=language),
        **drawings_of_test(result.model, result.test, result.evaluation, language),
    }
    written: list[str] = []
    try:
        for name, draw in counted_step(Message("drawing plots"), drawings.items(), len(drawings)):
            target = path.with_name(f"{path.stem}-{name}.png")
            require_picture_place(target)
            plots.save(draw(), target)
            written.append(target.name)
    except (FileError, OptionError) as problem:
        return Pictures(tuple(written), problem)
    except KeyboardInterrupt:
        raise InterruptedWorkError("GN031", "interrupted while drawing; the model is in {path}.", path=path) from None
    return Pictures(tuple(written))
