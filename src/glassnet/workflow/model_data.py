"""Data for a model that is there: to test it, to ask it about, and what it was trained on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.split import split, split_rows
from ..data.validation import AUTO
from ..errors import OptionError
from ..model.model import Model
from ..preprocess.tabular.dataset import read_table, samples_of
from ..training.receipt import fingerprint, options_of
from .notice import Notify, notice, texts_to
from .training_data import load_samples, notify_left_out, notify_remarks, notify_surprises

if TYPE_CHECKING:
    from ..data.tables.table import Table


def read_decimals(model: Model, source: str | None, decimal: str) -> str | Table | None:
    """Read a table for a model if it is said how decimals are written; leave any other source for its reader.

    Raises
    ------
    OptionError
        GN022 for a model of no table.
    """
    if decimal == AUTO or source is None:
        return source
    if model.columns is None:
        raise OptionError("GN022", f"--decimal {decimal}: for tables, and the model is of none. Leave it out.")
    return read_table(source, model.columns.names, decimal=decimal)


def load_labelled(
    model: Model, model_path: str, source: str | Table | None, notify: Notify, part: str = "test"
) -> tuple[Dataset, int]:
    """Read labelled data for a model: `source`, or the bundled MNIST where its receipt names it.

    The second is how many rows there are, with those that have no target.
    """
    source = _named(model, source, f"{model_path} was not trained on the bundled MNIST: name the DATA.")
    if model.columns is None:
        assert isinstance(source, str)
        samples = data.load(source, part=part, maximum=model.scaling.maximum, like=model)
        notify_remarks(samples, notify)
        return samples, len(samples)
    table = read_table(source, model.columns.names)
    samples = samples_of(table, model.columns)
    notify_surprises(table, model.columns, notify)
    notify_left_out(table, samples, notify)
    return samples, len(table)


def load_unseen(
    model: Model, model_path: str, source: str | Table | None, notify: Notify
) -> tuple[Dataset, Dataset | None]:
    """Read labelled data as `load_labelled`; of what a model was trained on, only the part that was kept aside.

    The second is the other part: by the receipt, what the model was trained on; None where the data are others.
    """
    samples, rows = load_labelled(model, model_path, source, notify)
    trained, aside = _parts_in_training(model, samples, rows) or (None, samples)
    return aside, trained


def load_alike(model: Model, model_path: str, source: str | None, notify: Notify) -> Dataset:
    """Read labelled data among which to look for what is alike; of those a model was trained on, no part kept aside."""
    samples, rows = load_labelled(model, model_path, source, notify, "train")
    parts = _parts_in_training(model, samples, rows)
    return samples if parts is None else parts[0]


def load_trained_on(model: Model, model_path: str, source: str | Table | None, notify: Notify) -> Dataset:
    """Read what a model was trained on again, without what was kept aside for its test."""
    source = _named(
        model, source, f"{model_path} was not trained on the bundled MNIST: name the DATA it was trained on."
    )
    options, held_out = options_of(model.receipt), model.receipt.get("data", {}).get("held_out")
    if model.columns is None:
        # By the scaling: with `fit` the largest value may have been found out, and not be among the options.
        read_like = replace(options, input_max=model.scaling.maximum)
        assert isinstance(source, str)
        samples = load_samples(source, read_like, notify, layout=model.layout, large=True)  # it has been trained on
        return split(samples, options)[0] if held_out else samples
    table = read_table(source, model.columns.names)
    if held_out:
        table = table.take(split_rows(len(table), table.source, options)[0])
    return samples_of(table, model.columns)


def load_queries(
    model: Model, source: str | Table, notify: Notify
) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    """Read what a model is asked about: its inputs, what each row is called, and labels where plain rows have them."""
    if model.columns is None:
        assert isinstance(source, str)
        like = (model.image_shape, model.scaling.maximum, model.reading, model.white, model.layout)
        return data.load_inputs(source, model.features, *like, say=texts_to(notify))
    table = read_table(source, model.columns.names)
    inputs = model.columns.apply(table)
    notify_surprises(table, model.columns, notify)
    return inputs, [f"{table.source}, row {row}" for row in range(len(table))], None


def notify_trained_on(model: Model, source: str | Table | None, samples: Dataset, rows: int, notify: Notify) -> None:
    """Tell if samples are those that a model was trained on, by its receipt: what it does with them proves little.

    Arguments after the second are those that `load_labelled` has returned.
    """
    trained = model.receipt.get("data", {})
    if source is None or not {"fingerprint", "samples"} <= trained.keys():
        return
    parts = _parts_in_training(model, samples, rows)
    if parts is None and (len(samples) != trained["samples"] or fingerprint(samples) != trained["fingerprint"]):
        return
    facts = {"source": samples.source, "trained": trained["samples"], "rows": len(samples)}
    if parts is None:
        notify(notice("trained_on_these", **facts))
    else:
        notify(notice("trained_on_part", **facts, test=len(parts[1])))


def unless_warned(model: Model) -> Model:
    """Return the model without its range where a table was read: by then it is told which columns are far off."""
    return model.unchecked() if model.columns else model


def trained_on_bundled(model: Model) -> bool:
    """Whether the receipt names the bundled MNIST."""
    return data.is_bundled(model.receipt.get("data", {}).get("source"))


def _parts_in_training(model: Model, samples: Dataset, rows: int) -> tuple[Dataset, Dataset] | None:
    """Return what a model was trained on and what was kept aside for the test; None if the samples are not the two."""
    trained = model.receipt.get("data", {})
    if not trained.get("held_out") or not 0 < trained.get("samples", 0) < len(samples):
        return None
    divided = split_rows(rows, samples.source, options_of(model.receipt))
    kept, aside = (np.isin(samples.row_numbers, part) for part in divided)
    if kept.sum() != trained["samples"]:
        return None
    part = samples.take(np.flatnonzero(kept))
    return (part, samples.take(np.flatnonzero(aside))) if fingerprint(part) == trained.get("fingerprint") else None


def _named(model: Model, source: Any, otherwise: str) -> Any:
    """Return the data's name: the one given, or the bundled MNIST if the model was trained on that."""
    if source is None and not trained_on_bundled(model):
        raise OptionError("GN020", otherwise)
    return data.BUNDLED if source is None else source
