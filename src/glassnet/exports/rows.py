"""Rows on which an export is compared with its model: real ones where there are any, else made from the model."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data as datasets
from ..data.dataset import Dataset
from ..errors import DataError
from ..messages.message import Message, Place
from ..messages.notice import Notify, ignore
from ..messages.one_line import one_line
from ..model.model import Model
from ..model.portable import PortableForm, PortableNetwork, portable_form
from ..preprocess import Columns
from ..preprocess.tabular.dataset import read_table
from ..preprocess.tabular.dates import DateColumn
from ..preprocess.tabular.encoders import BooleanColumn, NumberColumn, WordColumn
from ..preprocess.tabular.kinds import Encoding
from ..workflow.model_data import load_labelled, load_queries, trained_on_bundled
from .made_rows import ADDED, MADE, MADE_WITHOUT_RANGE, exciting_array, made_array, made_table

if TYPE_CHECKING:
    from ..data.tables.table import Column, Table

_DTYPES = {"bytes": np.uint8, "float": np.float32, "double": np.float64}


@one_line
@dataclass(frozen=True)
class ProofRows:
    """Rows, and the answers of the portable arithmetic to them."""

    source: str | Message  # where they are from, as the output names it
    # shape (n, features): uint8, float32 or float64, as `PortableForm.input_kind` says; None for a table
    raw: NDArray[Any] | None
    # for a table: column -> number, or for dates whole microseconds since 1970; bool; or word. A missing value is None,
    # never NaN. Empty otherwise.
    values: dict[str, list[Any]]
    encoded: NDArray[np.float32] | None  # shape (n, features): for a table: the network's inputs of these values
    labels: NDArray[np.int64] | None  # shape (n,): the true classes, if the data have them
    outputs: NDArray[np.float32]  # shape (n, outputs): portable outputs, of the quantised form if there is one
    # their classes, int64 (n,); labels 0 or 1, int64 (n, outputs); or values, float64 (n, outputs)
    predicted: NDArray[Any]
    # the same of weights of 32 bits, if the outputs are of the quantised form
    not_quantised: NDArray[Any] | None = None
    added: int = 0  # how many rows at the end are not from `source`, but made so that every input counts

    def __len__(self) -> int:
        return len(self.outputs)

    @property
    def inputs(self) -> NDArray[Any]:
        """What the portable network takes: raw values, or a table's encoded rows, shape (n, features)."""
        inputs = self.encoded if self.raw is None else self.raw
        assert inputs is not None
        return inputs

    def unusual(self, columns: Columns | None) -> NDArray[np.int64]:
        """Return for each row how many values are missing, numbers beyond the training range or unknown words, (n,)."""
        count = np.zeros(len(self), np.int64)
        for one in columns.inputs if columns else ():
            count += [not _is_usual(one, value) for value in self.values[one.name]]
        return count


def _is_usual(column: Encoding, value: Any) -> bool:
    if isinstance(column, NumberColumn):
        return value is not None and column.low <= value <= column.high
    return value is not None and (not isinstance(column, WordColumn) or value in column.categories)


def proof_rows(
    model: Model,
    data: Any = None,
    *,
    quantize: str | None = None,
    count: int = 1000,
    most: int = 10_000,
    notify: Notify = ignore,
) -> ProofRows:
    """Return rows for a model, with the portable answers, by weights of 8 bits if `quantize` is ``"int8"``.

    By default, the rows are the bundled test digits for a model trained on MNIST, and `count` rows made from the model
    for any other. Of more than `most` rows, those at equal distances are used. `notify` gets remarks on the data.
    """
    form = portable_form(model)
    if data is None and trained_on_bundled(model):
        data = datasets.BUNDLED
    raw, values, encoded = None, {}, None
    if model.columns is not None:
        table, labels, source = _table(model, model.columns, data, count, notify)
        chosen = _spread(len(table), most, source)
        table, labels = table.take(chosen), None if labels is None else labels[chosen]
        values, encoded = values_of(table, model.columns), model.columns.apply(table)
    else:
        rows, labels, source = _array(model, form.input_kind, data, count, notify)
        chosen = _spread(len(rows), most, source)
        rows, labels = rows[chosen], None if labels is None else labels[chosen]
        raw = _as_kind(rows, form.input_kind, source)
    inputs = encoded if raw is None else raw
    assert inputs is not None
    outputs, exact = _answers(model, form, inputs, quantize)
    defined = _are_defined(inputs, outputs)
    if not defined.all():
        raise DataError(
            "GN017",
            "{place}: its values or outputs are beyond the range of float32, so that portable arithmetic "
            "does not define them. Leave such samples out.",
            place=Place(source, row=chosen[defined.argmin()]),
        )
    return ProofRows(source, raw, values, encoded, labels, outputs, model.targets.invert(outputs), exact)


def with_added_rows(rows: ProofRows, model: Model, quantize: str | None = None) -> ProofRows:
    """Return rows, and after them others, made from the model so that every input counts.

    Data may have inputs that are never anything but 0, such as the pixels at the edge of MNIST's digits, words that do
    not occur, or no missing values.
    """
    form, values, encoded = portable_form(model), {}, None
    if model.columns is None:
        inputs = _as_kind(exciting_array(model, form.input_kind), form.input_kind, MADE)
    elif rows.source == MADE:
        return rows
    else:
        table = read_table(made_table(model.columns, ADDED), model.columns.names)
        values, encoded = values_of(table, model.columns), model.columns.apply(table)
        inputs = encoded
    outputs, exact = _answers(model, form, inputs, quantize)
    defined = _are_defined(inputs, outputs)
    inputs, outputs = inputs[defined], outputs[defined]
    return replace(
        rows,
        raw=None if rows.raw is None else np.concatenate([rows.raw, inputs]),
        values={name: [*rows.values[name], *compress(more, defined.tolist())] for name, more in values.items()},
        encoded=None if rows.encoded is None else np.concatenate([rows.encoded, inputs]),
        outputs=np.concatenate([rows.outputs, outputs]),
        predicted=np.concatenate([rows.predicted, model.targets.invert(outputs)]),
        not_quantised=None if exact is None else np.concatenate([rows.not_quantised, exact[defined]]),
        added=len(outputs),
    )


def _answers(
    model: Model, form: PortableForm, inputs: NDArray[Any], quantize: str | None
) -> tuple[NDArray[np.float32], NDArray[Any] | None]:
    """Return portable outputs, and for weights of 8 bits also the decoded answers of weights of 32."""
    outputs = PortableNetwork(form.quantised() if quantize else form).outputs(inputs)
    exact = model.targets.invert(PortableNetwork(form).outputs(inputs)) if quantize else None
    return outputs, exact


def _are_defined(inputs: NDArray[Any], outputs: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(inputs).all(axis=1) & np.isfinite(outputs).all(axis=1))


def _table(
    model: Model, columns: Columns, data: Any, count: int, notify: Notify
) -> tuple[Table, NDArray[np.int64] | None, str | Message]:
    """Return rows of a table, their classes if it has them, and their source."""
    if data is None:
        return read_table(made_table(columns, count)), None, MADE
    table = read_table(data, columns.names)
    load_queries(model, table, notify)  # checks the columns, and notifies of values that training did not have
    labels = None
    if columns.task == "classes" and set(columns.target_names) <= set(table.names):
        rows, classes = columns.answers(table)
        table, labels = table.take(rows), classes.astype(np.int64)
    return table, labels, table.source


def _array(
    model: Model, input_kind: str, data: Any, count: int, notify: Notify
) -> tuple[NDArray[Any], NDArray[np.int64] | None, str | Message]:
    """Return raw samples, their classes if the data have them, and their source."""
    if data is None:
        made_as = MADE_WITHOUT_RANGE if model.receipt.get("imported") else MADE
        return made_array(model, input_kind, count), None, made_as
    labels, source = None, "data"
    if isinstance(data, str | os.PathLike):
        source = os.fspath(data)
        labelled = source == datasets.BUNDLED or not datasets.has_queries(source)
        if labelled:
            data = load_labelled(model, source, source, notify)[0]
        else:
            data, _, labels = load_queries(model, source, notify)
    if isinstance(data, Dataset):
        model.require(data)
        source, labels = data.source or source, data.labels if model.targets.of_classes else None
        data = data.inputs
    return model.raw(data), labels, source


def _spread(rows: int, most: int, source: str | Message) -> NDArray[np.int64]:
    """Return the rows to use, at equal distances if there are too many."""
    if not rows:
        raise DataError("GN010", "{source}: no rows, expected at least one. Check the data.", source=source)
    used = min(rows, most)
    return np.arange(used) * rows // used


def _as_kind(rows: NDArray[Any], kind: str, source: str | Message) -> NDArray[Any]:
    """Return raw samples in the type that the portable form takes."""
    if kind == "bytes" and rows.dtype != np.uint8:
        whole = rows.astype(np.uint8)
        if not np.array_equal(whole, rows):
            raise DataError(
                "GN017",
                "{source}: values are not whole numbers from 0 to 255, which the model was trained on.",
                source=source,
            )
        return whole
    with np.errstate(over="ignore"):
        return rows.astype(_DTYPES[kind])


def values_of(table: Table, columns: Columns) -> dict[str, list[Any]]:
    """Return the values of a table's columns, as they are read for the model; see `ProofRows.values`."""
    read = columns.read(table)
    return {one.name: _values(one, read[one.name]) for one in columns.inputs}


def _values(encoding: Encoding, column: Column) -> list[Any]:
    if isinstance(encoding, WordColumn):
        codes, words = column.words()
        named = [*words, None]  # −1 is missing
        return [named[code] for code in codes.tolist()]
    if isinstance(encoding, DateColumn):
        moments = column.moments.astype("M8[us]")
        return _with_none(moments.astype(np.int64).tolist(), np.isnat(moments))
    if isinstance(encoding, BooleanColumn):
        return _with_none((column.truths == 1).tolist(), np.isnan(column.truths))
    return _with_none(column.numbers.tolist(), np.isnan(column.numbers))


def _with_none(values: list[Any], missing: NDArray[np.bool_]) -> list[Any]:
    return [None if absent else value for absent, value in zip(missing.tolist(), values, strict=True)]
