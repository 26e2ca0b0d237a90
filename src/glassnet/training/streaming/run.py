"""The training run of one member on a stream, and the description of the stream in its training record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

from ...engines import Engine
from ...errors import DataError, FileError, OptionError, StreamError
from ...messages.option_spelling import Option
from ...model.build import new_model
from ...model.header import DataReceipt
from ...model.model import Model
from ...model.network import Network
from ...nn.parameters import Parameters
from ...options.options import Options
from ..callbacks import Callback
from ..events import Event
from ..loop import train_from
from ..receipt import GivenData
from ..run import Run
from ..state import TrainingState
from .loader import StreamLoader
from .order import window_rows
from .survey import Survey


class GivenStream(GivenData):
    """The stream that a training run is given, and its fingerprint."""

    def __init__(self, survey: Survey) -> None:
        super().__init__(survey.sample)
        self._survey, self._fingerprint = survey, survey.fingerprint

    def described(self) -> DataReceipt:
        """Return the description of the stream for a training record."""
        survey, roles = self._survey, self._survey.roles
        return {
            **super().described(),
            "samples": int(survey.counts.sum()),
            "stream": {
                "rows": survey.source.rows,
                "groups": len(survey.source.groups),
                "sizes": hashlib.sha256(repr(survey.sizes).encode()).hexdigest(),
                "window": survey.window,
                "holdout": roles.holdout,
                "validation": roles.validation,
                "typed": survey.typed,
            },
        }


@dataclass
class StreamRun(Run):
    """A training run on a stream; its `data` are a sample of the training rows."""

    loader: StreamLoader = field(kw_only=True)

    def events(self) -> Iterator[Event]:
        """See `Run.events`."""
        return train_from(self.model, self.loader, self.options, self.engine, self.state, self.validation)

    def checkpoint_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the last window leaves to the next one."""
        return self.loader.carried.saved()

    def train(self, callbacks: Iterable[Callback] = ()) -> None:
        """Train as `Run.train`."""
        try:
            super().train(callbacks)
        except (FileError, DataError) as problem:
            broken = StreamError(problem.code, problem.message)
            broken.model, broken.good_epochs = replace(self.model, network=self.network_so_far()), self.state.epoch
            raise broken from problem

    def network_so_far(self) -> Network:
        """Return a network of the weights so far."""
        architecture = self.model.network.architecture
        return Network.of(architecture, Parameters(architecture.layout, self.state.answer(self.options).copy()))


def model_for(survey: Survey, options: Options) -> Model:
    """Return the untrained model of a member for a stream; errors as for `new_model`."""
    model = new_model(survey.sample, options)
    return model if survey.targets is None else replace(model, targets=survey.targets)


def require_streamable(options: Options, features: int) -> None:
    """Raise OptionError GN022 for options that need all rows at once, or batches larger than a window."""
    if options.scaling in ("standard", "features"):
        template = "{given}: not with a stream, whose columns are standardised. Use {other}."
        given, other = Option("scaling", options.scaling), Option("scaling", "unit")
        raise OptionError("GN022", template, given=given, other=other)
    if options.batch_size > (window := window_rows(features)):
        template = "{given}: not with a stream of {features} inputs, expected up to {window}."
        given = Option("batch_size", options.batch_size)
        raise OptionError("GN022", template, given=given, features=features, window=window)


def require_streaming(engine: Engine) -> None:
    """Raise OptionError GN022 for an engine that cannot continue on other samples: see `engines.StreamingEngine`."""
    if not hasattr(engine, "replace"):
        template = "{given}: cannot train on a stream. Use compiled or reference."
        raise OptionError("GN022", template, given=Option("engine", engine.name))


def stream_run(
    survey: Survey, options: Options, engine: Engine, given: GivenStream, loader: StreamLoader, member: int
) -> StreamRun:
    """Return the run of a member before its first step; `options` have its own seed."""
    model = loader.model
    state = TrainingState.start(model.network.parameters, options)
    return StreamRun(model, survey.sample, options, engine, state, given, survey.validation_of(member), loader=loader)
