"""A model that is only asked, as a program does that serves answers: the same answers, sooner."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .data.dataset import plain_numbers
from .errors import ShapeError
from .model import Model
from .parameters import FloatArray

if TYPE_CHECKING:
    from .engines.answers import Answers


@dataclass(frozen=True)
class CompiledModel(Model):
    """A `Model` whose outputs come from compiled loops, equal to the model's own up to rounding.

    From `compiled`. The numbers are a copy: training the model on does not change it.
    """

    answers: tuple[Answers, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled and copied as the model it was made of: what is compiled belongs to a process."""
        return compiled, (Model(**{one.name: getattr(self, one.name) for one in fields(Model)}),)

    def outputs(self, rows: ArrayLike) -> FloatArray:
        """See `Model.outputs`."""
        raw = plain_numbers(np.asarray(rows), "rows")
        if raw.ndim == 1:
            raw = raw[None]
        if raw.ndim != 2 or raw.shape[1] != self.features:
            raise ShapeError("GN050", f"rows: shape {np.shape(rows)}, expected (samples, {self.features}).")
        raw = self.upright(raw)
        if len(self.answers) == 1:
            return self.answers[0].outputs(raw)
        outputs = [one.outputs(raw) for one in self.answers]
        mean: FloatArray = np.mean(outputs, axis=0, dtype=outputs[0].dtype)
        return mean


def compiled(model: Model) -> CompiledModel:
    """Return the model in the form that is quickest to ask; making it takes a moment, and Numba."""
    from .engines.answers import Answers

    answers = tuple(
        Answers(one.architecture, one.parameters, model.scaling, model.temperature) for one in model.members
    )
    own = {one.name: getattr(model, one.name) for one in fields(Model)}
    made = CompiledModel(**own, answers=answers)
    made.outputs(np.zeros(model.features, np.uint8))  # compile, or load what was compiled
    return made
