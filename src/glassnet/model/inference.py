"""Inference by compiled loops: the fastest, or those of portable arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import require_choice, with_near_matches
from ..nn.parameters import FloatArray
from ..runtime.blas import one_blas_thread
from ..runtime.numba_availability import numba_is_available
from .model import Model, require_model
from .network import mean_outputs
from .portable import PortableNetwork, form_of

if TYPE_CHECKING:
    from ..engines.compiled.inference import InferenceNetwork


@dataclass(frozen=True, repr=False)
class _Frozen(Model):
    """A `Model` whose outputs a compiled copy of its networks computes."""

    _compute: Callable[[NDArray[Any]], FloatArray] = field(init=False, repr=False, compare=False)
    """Outputs, (n, outputs), of unscaled samples, (n, features)."""
    _engine: ClassVar[str]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as the original model, because compiled code belongs to a process."""
        return compiled, (Model(**_fields(self)), self._engine)

    def outputs(self, rows: ArrayLike) -> FloatArray:
        """See `Model.outputs`; of a portable model they are float32."""
        return self._compute(self.upright(self.raw(rows)))


@dataclass(frozen=True, repr=False)
class CompiledModel(_Frozen):
    """A `Model` with outputs from compiled loops, or by NumPy without Numba, equal to the model's up to rounding.

    Made by `compiled`. The weights are copied: further training of the model does not change it.
    """

    _engine = "fast"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not numba_is_available():
            # As with Numba: further training of the model does not change the copy, which gets upright samples and
            # does not look at their range.
            copied = deepcopy(Model(**_fields(self) | {"deskews": False, "training_range": None}))
            object.__setattr__(self, "_compute", copied.outputs)
            return
        from ..engines.compiled.inference import InferenceNetwork

        how = self.scaling, self.temperature
        networks = [InferenceNetwork(one.architecture, one.parameters, *how) for one in self.members]
        compute = networks[0].outputs if len(networks) == 1 else partial(_mean_of, networks)
        object.__setattr__(self, "_compute", compute)


@dataclass(frozen=True, repr=False)
class PortableModel(_Frozen):
    """A `Model` with outputs in portable arithmetic, whose bits are the same everywhere.

    They depend neither on the processor nor on the number of threads or of rows predicted at once, and exports to C and
    HTML compute the same; see `docs/reference/portable.md`. They equal those of the model up to rounding, and are
    float32, even if the weights are float64. Images of a model that deskews them, and columns of old files with a
    logarithm, are prepared as by `Model`, which is not portable.

    Made by `compiled`. The weights are copied: further training of the model does not change it.
    """

    _network: PortableNetwork = field(init=False, repr=False, compare=False)
    _engine = "portable"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_network", PortableNetwork(form_of(self)))
        object.__setattr__(self, "_compute", self._network.outputs)

    def probabilities(self, outputs: FloatArray) -> FloatArray:
        """See `Model.probabilities`."""
        if not self.targets.of_classes:
            return super().probabilities(outputs)
        return self._network.probabilities(self._require_outputs(outputs, "probabilities").astype(np.float32))

    def confidence(self, outputs: FloatArray) -> FloatArray:
        """See `Model.confidence`: for classes, the probability of the answer."""
        if not self.targets.of_classes:
            return super().confidence(outputs)
        probabilities = self.probabilities(self._require_outputs(outputs, "confidence"))
        return cast(FloatArray, probabilities[np.arange(len(probabilities)), self.targets.invert(outputs)])


ENGINES = {"fast": CompiledModel, "portable": PortableModel}
"""Engine of `compiled` -> class of the model that it returns."""


@with_near_matches("compiled")
def compiled(model: Model, engine: str = "fast") -> CompiledModel | PortableModel:
    """Return a model with compiled loops for inference; this takes a moment. Without Numba, NumPy computes.

    Parameters
    ----------
    model : Model
    engine : {"fast", "portable"}
        ``"fast"`` takes the least time. ``"portable"`` has the same bits everywhere, on any processor and for any other
        rows, and takes about as long; see `PortableModel`.

    Raises
    ------
    DataError
        GN076 when the argument is not a `Model`.
    OptionError
        GN021 for another engine, GN100 for a weight that float32 cannot represent with engine ``"portable"``.
    """
    require_model(model)
    require_choice("engine", engine, ENGINES)
    if engine == "portable":
        return PortableModel(**_fields(model))
    made = CompiledModel(**_fields(model))
    made.outputs(np.zeros(model.features, np.uint8))  # compile, or load from the cache
    one_blas_thread.look_again()  # this may have loaded the BLAS of the kernels
    return made


def _mean_of(networks: Sequence[InferenceNetwork], raw: NDArray[Any]) -> FloatArray:
    return mean_outputs([one.outputs(raw) for one in networks])


def _fields(model: Model) -> dict[str, Any]:
    return {one.name: getattr(model, one.name) for one in fields(Model)}
