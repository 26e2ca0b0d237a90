"""A model that is only asked, as a program does that serves answers: the same answers, sooner."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..engines import one_blas_thread
from ..nn.parameters import FloatArray
from .model import Model, require_model

if TYPE_CHECKING:
    from ..engines.compiled.inference import InferenceNetwork


@dataclass(frozen=True)
class CompiledModel(Model):
    """A `Model` whose outputs come from compiled loops, equal to the model's own up to rounding.

    From `compiled`. The numbers are a copy: training the model on does not change it.
    """

    _answers: tuple[InferenceNetwork, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        from ..engines.compiled.inference import InferenceNetwork

        answers = [
            InferenceNetwork(one.architecture, one.parameters, self.scaling, self.temperature) for one in self.members
        ]
        object.__setattr__(self, "_answers", tuple(answers))

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled and copied as the model it was made of: what is compiled belongs to a process."""
        return compiled, (Model(**_fields(self)),)

    def outputs(self, rows: ArrayLike) -> FloatArray:
        """See `Model.outputs`."""
        raw = self.upright(self.raw(rows))
        if len(self._answers) == 1:
            return self._answers[0].outputs(raw)
        outputs = [one.outputs(raw) for one in self._answers]
        mean: FloatArray = np.mean(outputs, axis=0, dtype=outputs[0].dtype)
        return mean


def compiled(model: Model) -> CompiledModel:
    """Return the model in the form that is quickest to ask; making it takes a moment, and Numba.

    Raises
    ------
    DataError
        GN076 for what is no model.
    """
    require_model(model)
    made = CompiledModel(**_fields(model))
    made.outputs(np.zeros(model.features, np.uint8))  # compile, or load what was compiled
    one_blas_thread.look_again()  # with it the kernels' BLAS may have been loaded
    return made


def _fields(model: Model) -> dict[str, Any]:
    return {one.name: getattr(model, one.name) for one in fields(Model)}
