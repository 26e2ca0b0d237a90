"""A model: a network with its pre- and post-processing and its training record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data.arrays import array_of, named_classes, names_of
from ..data.dataset import Dataset, SampleLayout, channels_of, plain_numbers, require_dataset
from ..errors import DataError, OptionError, ShapeError, strictly
from ..messages.control_characters import printable
from ..messages.formats import below_all
from ..messages.message import Listing, Message
from ..network import Signals, forward
from ..nn.activations import ACTIVATIONS
from ..nn.parameters import FloatArray
from ..preprocess import Columns, Scaling, Targets, TrainingRange
from ..preprocess.deskew import deskew
from ..runtime.blas import one_blas_thread
from .fields import require_fields
from .header import Receipt
from .network import Network, mean_outputs
from .residuals import Residuals

_CHUNK = 4096  # rows per pass: fast enough, with bounded memory


@dataclass(frozen=True, repr=False)
class Model:
    """A trained network with its pre- and post-processing.

    Parameters
    ----------
    network : Network
    scaling : Scaling
        Conversion of raw values to the network's inputs.
    targets : Targets
        Conversion of labels to the network's outputs, and back.
    image_shape : (rows, columns) or None
        Shape of an image; each pixel is one value, or three: red, green and blue.
    receipt : dict
        Training record: options, data, engine, versions, weight hashes per epoch; see `model.header.Receipt`. Made by
        `fit`.
    others : tuple of Network
        The other members of an ensemble, whose outputs are averaged with those of `network`.
    class_names : tuple of str
        Names of the classes, labels or values, one per output; if empty, the index is the name.
    columns : preprocess.Columns or None
        The learned columns of a table, which convert its rows to samples.
    temperature : float, default 1
        Divisor of the logits of sigmoid or softmax outputs, for calibrated confidence (Guo et al. 2017, section 4.2);
        see `evaluate.fit_temperature`.
    reading : {"", "ink", "photo", "handwriting"}
        How image files were converted to samples; see `data.Dataset`.
    white : int
        The value of white in grey image files of more than 8 bits; 0 if training had none.
    deskews : bool
        Whether images are deskewed before scaling; see `preprocess.deskew`.
    training_range : preprocess.TrainingRange or None
        Range of the training inputs; None if unknown, in which case inputs are not checked.
    layout : data.dataset.SampleLayout
        Layout of the training file of numbers.
    class_type : {"", "bool", "text", "float"}
        Type of the training labels, where `class_names` do not show it; see `classes_`.
    residuals : model.residuals.Residuals or None
        The errors of a regression on held-out rows, from which prediction intervals follow.

    Raises
    ------
    OptionError
        GN021, GN022 for a field with a value that makes no sense or does not fit the network.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> model = glassnet.fit(X, y).model
    >>> model.classes_[model.predict([[0, 1], [1, 1]])]
    array(['yes', 'no'], dtype='<U3')
    >>> model.predict_proba([[0, 1]]).round()
    array([[0., 1.]], dtype=float32)
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
    class_type: str = ""
    residuals: Residuals | None = None

    def __post_init__(self) -> None:
        for name in ("others", "class_names", "image_shape"):
            if isinstance(given := getattr(self, name), list):
                object.__setattr__(self, name, tuple(given))
        require_fields(self)
        object.__setattr__(self, "temperature", float(self.temperature))

    def __repr__(self) -> str:
        about = [self.network.architecture.short]
        about += [f"ensemble of {len(self.members)}"] if self.others else []
        about += [str(self.receipt["recipe"])] if self.receipt.get("recipe") else []
        tested = self.receipt.get("result") or {}
        if (accuracy := tested.get("accuracy")) is not None:
            about.append(f"{below_all(accuracy):.2%} on test")
        if (r2 := tested.get("r2")) is not None:
            about.append(f"r2 {r2:.4f} on test")
        return printable(f"{type(self).__name__}({', '.join(about)}, sha {self.hash()[:8]}…)")

    def name_of(self, label: int) -> str:
        """Return the name of a class, label or value; without names, its index as text."""
        return self.class_names[label] if self.class_names else str(label)

    @property
    def members(self) -> tuple[Network, ...]:
        """The networks: one, or the members of an ensemble."""
        return (self.network, *self.others)

    def hash(self) -> str:
        """Return the SHA-256 of the parameters of all members."""
        if not self.others:
            return self.network.parameters.hash()
        return hashlib.sha256("".join(member.parameters.hash() for member in self.members).encode()).hexdigest()

    @property
    def features(self) -> int:
        """Number of values per sample."""
        return self.network.architecture.sizes[0]

    @property
    def classes(self) -> int:
        """Number of outputs: classes, or labels or values per sample."""
        return self.targets.classes

    def require(self, data: Dataset) -> None:
        """Raise for data that do not fit this model.

        Raises
        ------
        DataError
            GN065 when `data` is not a `Dataset`, GN010 when there are no samples, GN017 when the data have another
            width, more or other classes, or another kind of target.
        """
        require_dataset("data", data)
        of_classes = self.targets.of_classes
        data.require_like(
            self.features, self.classes, Message("the model"), of_classes=of_classes, class_names=self.class_names
        )

    def batches(self, rows: ArrayLike) -> Iterator[tuple[FloatArray, list[Signals]]]:
        """Run unscaled samples through the network in chunks; yield outputs, and the signals of each member.

        The signals of the output layer include the temperature. Arguments and errors as for `outputs`.
        """
        return self._batches(self.raw(rows))

    def _batches(self, raw: NDArray[Any]) -> Iterator[tuple[FloatArray, list[Signals]]]:
        for start in range(0, len(raw), _CHUNK):
            upright = self.upright(raw[start : start + _CHUNK])
            inputs = self.scaling.apply(upright, self.network.parameters.flat.dtype)
            with one_blas_thread():  # more threads would change the last bits of test results and temperatures
                signals = [forward(one.architecture, one.parameters, inputs) for one in self.members]
            signals = [self._at_temperature(one) for one in signals]
            yield mean_outputs([one.outputs for one in signals]), signals

    def raw(self, rows: ArrayLike) -> NDArray[Any]:
        """Return unscaled samples as a numeric array, shape (n, features); errors as for `outputs`."""
        if self.columns is not None and hasattr(rows, "columns"):
            raise DataError(
                "GN017",
                "rows: a table, expected encoded inputs. Use TableModel(model), which encodes tables.",
            )
        if rows is None or isinstance(rows, Dataset):
            if rows is None:
                raise DataError("GN014", "rows: None, expected an array of samples.")
            raise DataError("GN014", "rows: a Dataset, expected an array of samples. Pass its inputs.")
        raw = array_of(rows, "rows")
        if raw.ndim == 1:
            raw = raw[np.newaxis]
        if raw.ndim > 2:
            raw = self._rows_of_images(raw)
        if raw.ndim != 2 or raw.shape[1] != self.features:
            are_outputs = raw.ndim == 2 and raw.shape[1] == self.classes
            template = (
                "rows: shape {shape}, expected (samples, {features}). For outputs, use model.probabilities or "
                "model.confidence."
            )
            template = template if are_outputs else "rows: shape {shape}, expected (samples, {features})."
            raise ShapeError("GN050", template, shape=np.shape(rows), features=self.features)
        return plain_numbers(raw, "rows")

    def _rows_of_images(self, images: NDArray[Any]) -> NDArray[Any]:
        """Return images, shape (n, rows, columns) or (n, rows, columns, channels), as rows of pixels."""
        template, sides = "rows: shape {shape}, expected (samples, {features}).", Listing(())
        if self.image_shape is not None:
            channels = channels_of(self.features, self.image_shape)
            if images.shape[1:] in [(*self.image_shape, channels), *([self.image_shape] if channels == 1 else [])]:
                return images.reshape(len(images), self.features)
            template = "rows: shape {shape}, expected (samples, {features}) or (samples, {sides})."
            sides = Listing([*self.image_shape, *([channels] if channels > 1 else [])])
        raise ShapeError("GN050", template, shape=images.shape, features=self.features, sides=sides)

    def upright(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return unscaled samples, shape (n, features), deskewed if this model does so."""
        return deskew(rows, self.image_shape) if self.deskews and self.image_shape else rows

    def opened(self, *rows: NDArray[Any]) -> tuple[Any, ...]:
        """Return the model without deskewing, and deskewed samples.

        For explanations in terms of the network's inputs, since deskewing moves pixels.
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

        Warns once with a `RangeWarning` if most samples are far outside the range of the training data.

        Parameters
        ----------
        rows : array_like, shape (n, features) or (features,); for a model of images also (n, rows, columns[, 3])
            Raw values, such as 0 to 255; for a table, the result of `columns.apply`. The order of the values is that of
            training: the column names of a data frame are not compared.

        Returns
        -------
        ndarray, shape (n, classes)
            Outputs of the network. For a regression they are standardised; `predict` returns the original unit.

        Raises
        ------
        ShapeError
            GN050 when a sample has another number of values.
        DataError
            GN014 for values that are not numbers, or a `Dataset`, GN018 for a value that is NaN or infinite, GN017 for
            a table that is not encoded.
        """
        raw = self.raw(rows)
        self.warn_if_far(raw)
        parts = [outputs for outputs, _ in self._batches(raw)]
        return np.concatenate(parts) if parts else np.empty((0, self.classes), self.network.parameters.flat.dtype)

    def warn_if_far(self, rows: NDArray[Any]) -> None:
        """Warn, once per model, if most of the unscaled samples (n, features) are far outside the training range."""
        if self.training_range is not None:
            compared = None if self.columns is None else self.columns.compared
            self.training_range.warn_if_far(rows, compared=compared)

    def require_near(self, rows: NDArray[Any]) -> None:
        """Raise DataError GN075 for unscaled samples (n, features) of which `warn_if_far` would warn."""
        if remark := self.range_remark(rows):
            raise strictly("rows", remark)

    def range_remark(self, rows: NDArray[Any]) -> Message | None:
        """Return a remark if most of the unscaled samples (n, features) are far outside the training range."""
        if self.training_range is None:
            return None
        return self.training_range.remark(rows, compared=None if self.columns is None else self.columns.compared)

    def unchecked(self) -> Model:
        """Return the model without its training range, for synthetic inputs."""
        return replace(self, training_range=None)

    def predict(self, rows: ArrayLike, *, strict: bool = False) -> NDArray[Any]:
        """Predict unscaled samples; arguments and errors as for `outputs`.

        With `strict`, samples far outside the range of the training data are a DataError GN075 instead of a warning.

        Returns
        -------
        ndarray
            Classes, int64, shape (n,); for a regression values, float64, (n, classes); with several labels per sample 1
            for each present label and 0 for the others, int64, (n, classes).
        """
        return self.targets.invert(self._strict_outputs(rows, strict=strict))

    def _strict_outputs(self, rows: ArrayLike, *, strict: bool) -> FloatArray:
        if strict:
            rows = self.raw(rows)
            self.require_near(rows)
        return self.outputs(rows)

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes in the order of the columns of `predict_proba`, shape (classes,).

        ``classes_[predict(rows)]`` are the labels, in the type that they had in training: booleans, integers or text.
        For labels of a file, integers if all names are integers. For several labels per sample or a regression, the
        names of the outputs.
        """
        return named_classes(names_of(self.classes, self.class_names), self.class_type)

    def predict_proba(self, rows: ArrayLike, *, strict: bool = False) -> FloatArray:
        """Return the probability of each class for unscaled samples, shape (n, classes); see `probabilities`.

        Arguments and errors as for `predict`.

        Raises
        ------
        OptionError
            GN022 for a regression.
        """
        self.require_probabilities()
        return self.probabilities(self._strict_outputs(rows, strict=strict))

    def require_probabilities(self) -> None:
        """Raise OptionError GN022 if this is a regression, for `predict_proba`."""
        if self.targets.name == "values":
            raise OptionError("GN022", "predict_proba: a regression has no probabilities. Use predict.")

    def confidence(self, outputs: FloatArray) -> FloatArray:
        """Return the confidence of each prediction, shape (n,), 0 to 1.

        For classes it is the largest output divided by the sum of all outputs, after outputs are rescaled so that their
        targets are 0 and 1. With several labels per sample it is the lowest confidence of a label. For a regression it
        is NaN.

        Raises
        ------
        ShapeError
            GN050 when the argument does not have the shape of outputs.
        """
        outputs = self._require_outputs(outputs, "confidence")
        if self.targets.name == "values":
            return np.full(len(outputs), np.nan)
        if not self.targets.of_classes:
            return cast(FloatArray, np.maximum(outputs, 1 - outputs).min(axis=1))
        rescaled = self._rescaled(outputs)
        return cast(FloatArray, rescaled.max(axis=1) / rescaled.sum(axis=1))

    def probabilities(self, outputs: FloatArray) -> FloatArray:
        """Return class probabilities from outputs, shape (n, classes); those of a sample add up to 1.

        With several labels per sample the outputs are the probabilities, one per label. For a regression they are NaN.

        Raises
        ------
        ShapeError
            GN050 when the argument does not have the shape of outputs.
        """
        outputs = self._require_outputs(outputs, "probabilities")
        if self.targets.name == "values":
            return np.full_like(outputs, np.nan)
        if not self.targets.of_classes:
            return outputs
        rescaled = self._rescaled(outputs)
        return cast(FloatArray, rescaled / rescaled.sum(axis=1, keepdims=True))

    def _require_outputs(self, outputs: ArrayLike, method: str) -> FloatArray:
        given: FloatArray = np.asarray(outputs)
        if given.ndim != 2 or given.shape[1] != self.classes:
            are_rows = given.shape[-1:] == (self.features,)
            direct = "predict_proba(rows)" if method == "probabilities" else f"{method}(model.outputs(rows))"
            template = (
                "outputs: shape {shape}, expected (samples, {classes}). For rows, use model.{direct}."
                if are_rows
                else "outputs: shape {shape}, expected (samples, {classes}). Pass model.outputs(rows)."
            )
            raise ShapeError("GN050", template, shape=given.shape, classes=self.classes, direct=direct)
        return given

    def _rescaled(self, outputs: FloatArray) -> FloatArray:
        rescaled = (outputs - self.targets.low) / (self.targets.high - self.targets.low)
        return cast(FloatArray, np.clip(rescaled, 1e-12, None))


def require_model(given: object, name: str = "model") -> None:
    """Raise DataError GN076 if the argument `name` is not a `Model`, such as data or an estimator."""
    if not isinstance(given, Model):
        template = "{name}: {kind}, expected a Model, from load_model or fit(…).model."
        if isinstance(given, Dataset) and name == "model":
            template = "model: {kind}, expected a Model. Pass the model first, then the data."
        elif isinstance(getattr(given, "model_", None), Model):
            template = "{name}: {kind}, expected a Model. Pass its model_."
        elif isinstance(getattr(given, "model", None), Model):
            template = "{name}: {kind}, expected a Model. Pass its model, or use its own methods."
        raise DataError("GN076", template, name=name, kind=type(given).__name__)
