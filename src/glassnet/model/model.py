"""A model: a network with the steps that lead into it and out of it, and where it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.dataset import Dataset, SampleLayout, plain_numbers, require_dataset
from ..engines import one_blas_thread
from ..errors import DataError, ShapeError
from ..network import Signals, forward
from ..nn.activations import ACTIVATIONS
from ..nn.network_class import Network
from ..nn.parameters import FloatArray
from ..preprocess import Columns, Scaling, Targets, TrainingRange
from ..preprocess.deskew import deskew
from .header import Receipt

_CHUNK = 4096  # rows computed at once: enough for speed, and memory stays small for any number of rows


@dataclass(frozen=True)
class Model:
    """What is saved, tested and asked.

    Parameters
    ----------
    network : Network
    scaling : Scaling
        From values as they stand in files to the network's inputs.
    targets : Targets
        From labels to the network's outputs, and back.
    image_shape : (rows, columns) or None
        How a sample is drawn; each pixel is one value, or three: red, green and blue.
    receipt : dict
        What made it: options, data, engine, versions, weights by epoch; see `model.header.Receipt`. `fit` fills it in.
    others : tuple of Network
        The other members of a committee, whose outputs are averaged with the network's.
    class_names : tuple of str
        What the classes, labels or numbers are called, one an output; empty where their place is their name.
    columns : preprocess.Columns or None
        What was learnt about the columns of a table, whose rows become samples by it.
    temperature : float, default 1
        What the sums of sigmoid or softmax outputs are divided by, so that confidence is as often right as it says
        (Guo et al. 2017, section 4.2); see `evaluate.fit_temperature`.
    reading : {"", "ink", "photo", "handwriting"}
        How picture files became samples; see `data.Dataset`.
    white : int
        What counts as white in grey picture files of more than 8 bits; 0 where training had none.
    deskews : bool
        Whether pictures are set upright before they are scaled; see `preprocess.deskew`.
    training_range : preprocess.TrainingRange or None
        Where the training inputs lay; None where it is not known, and then nothing is compared with it.
    layout : data.dataset.SampleLayout
        How the file of numbers was laid out that it was trained on.
    """

    network: Network
    scaling: Scaling
    targets: Targets
    image_shape: tuple[int, int] | None = None
    receipt: Receipt = field(default_factory=Receipt)
    others: tuple[Network, ...] = ()
    class_names: tuple[str, ...] = ()
    temperature: float = 1.0
    columns: Columns | None = None
    reading: str = ""
    white: int = 0
    deskews: bool = False
    training_range: TrainingRange | None = None
    layout: SampleLayout = field(default_factory=SampleLayout)

    def name_of(self, label: int) -> str:
        """Return what a class (or label, or number) is called: its name, or its place as a word."""
        return self.class_names[label] if self.class_names else str(label)

    @property
    def members(self) -> tuple[Network, ...]:
        """The networks that answer: one, or those of a committee."""
        return (self.network, *self.others)

    def hash(self) -> str:
        """SHA-256 of the parameters' bytes, member after member."""
        if not self.others:
            return self.network.parameters.hash()
        return hashlib.sha256("".join(member.parameters.hash() for member in self.members).encode()).hexdigest()

    @property
    def features(self) -> int:
        """Values a sample."""
        return self.network.architecture.sizes[0]

    @property
    def classes(self) -> int:
        """Number of outputs: of classes, or of labels or numbers a sample."""
        return self.targets.classes

    def require(self, data: Dataset) -> None:
        """Refuse data that this model cannot be asked about.

        Raises
        ------
        DataError
            GN065 for what is no data set, GN010 when there are no samples, GN017 when the data have another width, more
            or other classes, or are of another kind.
        """
        require_dataset("data", data)
        of_classes = self.targets.of_classes
        data.require_like(self.features, self.classes, "the model", of_classes=of_classes, class_names=self.class_names)

    def batches(self, rows: ArrayLike) -> Iterator[tuple[FloatArray, list[Signals]]]:
        """Pass unscaled samples through, some thousand at a time; yield outputs, and each member's signals.

        The sums and activations of the outputs are those after the temperature. Arguments and errors as for `outputs`.
        """
        return self._batches(self.raw(rows))

    def _batches(self, raw: NDArray[Any]) -> Iterator[tuple[FloatArray, list[Signals]]]:
        for start in range(0, len(raw), _CHUNK):
            upright = self.upright(raw[start : start + _CHUNK])
            inputs = self.scaling.apply(upright, self.network.parameters.flat.dtype)
            with one_blas_thread():  # with more, the last bits are others: a test and a temperature are told to the bit
                signals = [forward(one.architecture, one.parameters, inputs) for one in self.members]
            signals = [self._at_temperature(one) for one in signals]
            outputs = signals[0].outputs
            if self.others:
                outputs = np.mean([one.outputs for one in signals], axis=0, dtype=outputs.dtype)
            yield outputs, signals

    def raw(self, rows: ArrayLike) -> NDArray[Any]:
        """Return unscaled samples as an array of numbers, shape (n, features); errors as for `outputs`."""
        if self.columns is not None and hasattr(rows, "columns"):
            raise DataError(
                "GN017",
                "rows: a table, expected encoded inputs. Pass model.columns.apply(read_table(…)).",
            )
        raw: NDArray[Any] = np.asarray(rows)
        if raw.ndim == 1:
            raw = raw[np.newaxis]
        if raw.ndim != 2 or raw.shape[1] != self.features:
            are_outputs = raw.ndim == 2 and raw.shape[1] == self.classes
            hint = " For outputs, use model.probabilities or model.confidence." if are_outputs else ""
            raise ShapeError("GN050", f"rows: shape {np.shape(rows)}, expected (samples, {self.features}).{hint}")
        return plain_numbers(raw, "rows")

    def upright(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return unscaled samples, shape (n, features), as they are scaled: set upright, if this model does that."""
        return deskew(rows, self.image_shape) if self.deskews and self.image_shape else rows

    def opened(self, *rows: NDArray[Any]) -> tuple[Any, ...]:
        """Return the model without the step that sets pictures upright, and samples as they are after it.

        For what looks at a network's own inputs: the step moves pixels, so that nothing can be told of them before it.
        """
        return (replace(self, deskews=False), *map(self.upright, rows))

    def _at_temperature(self, signals: Signals) -> Signals:
        if self.temperature == 1:
            return signals
        z = signals.sums[-1] / signals.sums[-1].dtype.type(self.temperature)
        a = ACTIVATIONS[self.network.architecture.activations[-1]].value(z)
        return Signals([*signals.sums[:-1], z], [*signals.activations[:-1], a])

    def outputs(self, rows: ArrayLike) -> FloatArray:
        """Return the outputs for unscaled samples.

        The first time that most samples lie far outside the range of the training data, a `RangeWarning` says so.

        Parameters
        ----------
        rows : array_like, shape (n, features) or (features,)
            Values as they stand in a file, such as 0 to 255; of a table, what `columns.apply` makes of it.

        Returns
        -------
        ndarray, shape (n, classes)
            As the network gives them: for numbers, standardised; `predict` has them in their own unit.

        Raises
        ------
        ShapeError
            GN050 when a sample has another number of values.
        DataError
            GN014 for what are no numbers, GN018 for a value that is NaN or infinite, GN017 for a table whose columns
            were not made inputs.
        """
        raw = self.raw(rows)
        self.warn_if_far(raw)
        parts = [outputs for outputs, _ in self._batches(raw)]
        return np.concatenate(parts) if parts else np.empty((0, self.classes), self.network.parameters.flat.dtype)

    def warn_if_far(self, rows: NDArray[Any]) -> None:
        """Warn, once a model, if most of the samples, unscaled, (n, features), lie far outside the training range."""
        if self.training_range is not None:
            self.training_range.warn_if_far(rows, encoded=self.columns is not None)

    def unchecked(self) -> Model:
        """Return the model without its training range: for inputs that are made up, and need not be like any sample."""
        return replace(self, training_range=None)

    def predict(self, rows: ArrayLike) -> NDArray[Any]:
        """Answer unscaled samples; arguments and errors as for `outputs`.

        Returns
        -------
        ndarray
            The class of each, int64, shape (n,); for a regression its numbers, float64, (n, classes); with several
            labels a sample 1 for each that holds and 0 for the others, int64, (n, classes).
        """
        return self.targets.invert(self.outputs(rows))

    def confidence(self, outputs: FloatArray) -> FloatArray:
        """Return how sure each answer is, shape (n,), 0 to 1.

        For classes that is the largest output as a part of all of them; targets other than 0 and 1 are undone first, so
        that an output at its target counts as 0 or 1. With several labels a sample it is how sure the least sure one
        is. Numbers say nothing of it: NaN.

        Raises
        ------
        ShapeError
            GN050 for what are no outputs, such as samples.
        """
        outputs = self._require_outputs(outputs, "confidence")
        if self.targets.name == "values":
            return np.full(len(outputs), np.nan)
        if not self.targets.of_classes:
            return cast(FloatArray, np.maximum(outputs, 1 - outputs).min(axis=1))
        undone = self._undone(outputs)
        return cast(FloatArray, undone.max(axis=1) / undone.sum(axis=1))

    def probabilities(self, outputs: FloatArray) -> FloatArray:
        """Return how likely each class is by its outputs, shape (n, classes), the classes of a sample adding up to 1.

        With several labels a sample the outputs are the probabilities themselves, one a label. Numbers have none: NaN.

        Raises
        ------
        ShapeError
            GN050 for what are no outputs, such as samples.
        """
        outputs = self._require_outputs(outputs, "probabilities")
        if self.targets.name == "values":
            return np.full_like(outputs, np.nan)
        if not self.targets.of_classes:
            return outputs
        undone = self._undone(outputs)
        return cast(FloatArray, undone / undone.sum(axis=1, keepdims=True))

    def _require_outputs(self, outputs: ArrayLike, method: str) -> FloatArray:
        given: FloatArray = np.asarray(outputs)
        if given.ndim != 2 or given.shape[1] != self.classes:
            are_rows = given.shape[-1:] == (self.features,)
            hint = f" For rows, use model.{method}(model.outputs(rows))." if are_rows else " Pass model.outputs(rows)."
            raise ShapeError("GN050", f"outputs: shape {given.shape}, expected (samples, {self.classes}).{hint}")
        return given

    def _undone(self, outputs: FloatArray) -> FloatArray:
        undone = (outputs - self.targets.low) / (self.targets.high - self.targets.low)
        return cast(FloatArray, np.clip(undone, 1e-12, None))


def require_model(given: object) -> None:
    """Refuse what is given as a model and is none, such as the data or an estimator: DataError GN076."""
    if not isinstance(given, Model):
        hint = " Pass its model_." if isinstance(getattr(given, "model_", None), Model) else ""
        raise DataError(
            "GN076", f"model: {type(given).__name__}, expected a Model, from load_model or fit(…).model.{hint}"
        )
