"""An engine whose blocks can be watched step by step: the weights between any two steps, without another result.

A block is one call of an engine, and its last bits may depend on where it ends. So the steps that are shown are taken
on a copy of the state, from the beginning of the block, and then the whole block once on the state itself: whatever is
shown, and at any speed, the weights are the same. A step that is shown costs as much as all those of its block before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....engines import Block, Engine, EvaluatingEngine, Progress
from ....engines.samples import Samples
from ....nn.architecture import Architecture
from ....nn.optimizers import State
from ....nn.parameters import Parameters, aligned_zeros

Look = Callable[[int], tuple[Progress, Parameters]]
"""Returns the sums over the first so many steps of a block, and the weights after them."""
Watch = Callable[[State, Block, Look], None]
"""Called before each block."""


def watched(engine: Engine, watch: Watch) -> Engine:
    """Return an engine that calls `watch` before each block, and otherwise does what the given one does."""
    kind = _WatchedEvaluatingEngine if isinstance(engine, EvaluatingEngine) else _WatchedEngine
    own = type(kind.__name__, (kind,), {"bits_of": type(engine)})  # for the training record, which can be verified
    made: Engine = own(engine, watch)
    return made


class _WatchedEngine:
    def __init__(self, engine: Engine, watch: Watch) -> None:
        self.name, self._engine, self._watch = engine.name, engine, watch
        self.prepare, self.output_loss, self.gradients = engine.prepare, engine.output_loss, engine.gradients

    def run_steps(self, architecture: Architecture, state: State, prepared: Any, block: Block) -> Progress:
        def look(steps: int) -> tuple[Progress, Parameters]:
            copy = _copied(state)
            part = block.before(block.first + steps)
            return self._engine.run_steps(architecture, copy, prepared, part), copy.parameters

        self._watch(state, block, look)
        return self._engine.run_steps(architecture, state, prepared, block)


class _WatchedEvaluatingEngine(_WatchedEngine):
    def evaluate(self, architecture: Architecture, parameters: Parameters, samples: Samples) -> Progress:
        assert isinstance(self._engine, EvaluatingEngine)
        return self._engine.evaluate(architecture, parameters, samples)


def _copied(state: State) -> State:
    parameters = Parameters(state.parameters.layout, dtype=state.parameters.flat.dtype.name)
    parameters.flat[...] = state.parameters.flat
    slots = aligned_zeros(state.slots.shape, state.slots.dtype)
    slots[...] = state.slots
    return State(parameters, slots, None if state.average is None else state.average.copy(), state.step)
