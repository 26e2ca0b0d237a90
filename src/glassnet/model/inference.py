"""Low-latency inference: a model whose outputs come from compiled loops."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..engines import one_blas_thread
from ..errors import with_near_matches
from ..nn.parameters import FloatArray
from .model import Model, require_model

if TYPE_CHECKING:
    from ..engines.compiled.inference import InferenceNetwork


@dataclass(frozen=True, repr=False)
class CompiledModel(Model):
    """A `Model` with outputs from compiled loops, equal to those of the model up to rounding.

    Made by `compiled`. The weights are copied: further training of the model does not change it.
    """

    _answers: tuple[InferenceNetwork, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        from ..engines.compiled.inference import InferenceNetwork

        answers = [
            InferenceNetwork(one.architecture, one.parameters, self.scaling, self.temperature) for one in self.members
        ]
        object.__setattr__(self, "_answers", tuple(answers))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as the original model, because compiled code belongs to a process."""
        return compiled, (Model(**_fields(self)),)

    def outputs(self, rows: ArrayLike) -> FloatArray:
        """See `Model.outputs`."""
        raw = self.upright(self.raw(rows))
        if len(self._answers) == 1:
            return self._answers[0].outputs(raw)
        outputs = [one.outputs(raw) for one in self._answers]
        mean: FloatArray = np.mean(outputs, axis=0, dtype=outputs[0].dtype)
        return mean


@with_near_matches("compiled")
def compiled(model: Model) -> CompiledModel:
    """Return the model in its fastest form for inference; this takes a moment and requires Numba.

    Raises
    ------
    DataError
        GN076 when the argument is not a `Model`.
    """
    require_model(model)
    made = CompiledModel(**_fields(model))
    made.outputs(np.zeros(model.features, np.uint8))  # compile, or load from the cache
    one_blas_thread.look_again()  # this may have loaded the BLAS of the kernels
    return made


def _fields(model: Model) -> dict[str, Any]:
    return {one.name: getattr(model, one.name) for one in fields(Model)}
