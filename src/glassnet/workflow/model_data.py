"""Data for an existing model: test data, queries, and its training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.dataset import HANDWRITING
from ..data.fingerprint import is_recorded
from ..data.load import unlike
from ..data.queries import inputs_in
from ..data.split import split
from ..data.validation import AUTO
from ..data.validation_split import without_validation
from ..errors import DataError, FileError, GlassnetError, OptionError, require_choice
from ..handwriting.digit_model import reads_digits
from ..io.opening import Opened, read_once
from ..messages.message import Command, Listing, Message, Place
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..model.file import load_model
from ..model.model import Model, require_model
from ..preprocess.tabular.dataset import read_table, samples_of
from ..training.receipt import options_of
from .training_data import (
    load_samples,
    notify_left_out,
    notify_remarks,
    notify_surprises,
    notify_values,
    parts_in_training,
    split_table,
    with_added,
)

if TYPE_CHECKING:
    from ..data.tables.table import Table


def read_decimals(model: Model, source: str | None, decimal: str) -> str | Table | None:
    """Read a table for a model if a decimal separator is given; return any other source unchanged."""
    if decimal == AUTO or source is None:
        return source
    if model.columns is None:
        raise OptionError(
            "GN022",
            "{decimal}: for tables only, and the model was not trained on a table. Omit it.",
            decimal=Option("decimal", decimal),
        )
    return read_table(source, model.columns.names, decimal=decimal)


def load_labelled(
    model: Model,
    model_path: str,
    source: str | Table | None,
    notify: Notify,
    part: str = "test",
    *,
    strict: bool = False,
) -> tuple[Dataset, int]:
    """Read labelled data for a model: `source`, or the bundled MNIST if the model was trained on it.

    The second value is the number of rows, including rows without a target. With `strict`, a table with values that the
    training data did not have is a DataError GN075.
    """
    source = named_source(
        model,
        source,
        Message(
            "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA.", model=model_path
        ),
    )
    if model.columns is None:
        assert isinstance(source, str)
        samples = data.load(source, part=part, maximum=model.scaling.maximum, like=model)
        notify_remarks(samples, notify)
        return samples, len(samples)
    table = read_table(source, model.columns.names)
    samples = samples_of(table, model.columns)
    notify_surprises(table, model.columns, notify, strict=strict)
    notify_left_out(table, samples, notify)
    return samples, len(table)


def load_unseen(
    model: Model, model_path: str, source: str | Table | None, notify: Notify
) -> tuple[Dataset, Dataset | None]:
    """Read labelled data as `load_labelled`; of a model's training data, only the held-out part.

    The second value is the part that the model was trained on, by its record; None for other data.
    """
    samples, rows = load_labelled(model, model_path, source, notify)
    trained, aside = parts_in_training(model, samples, rows) or (None, samples)
    return aside, trained


def load_split(model: Model, source: str | None = None, split: str = "train") -> Dataset:
    r"""Read data again as the training of a model divided them.

    Parameters
    ----------
    model : Model
    source : str, optional
        The data; the bundled MNIST by default, if the model was trained on it.
    split : {"train", "test"}
        ``"train"``: the rows that the model was trained on, without those held out for the test. ``"test"``: the
        held-out rows, or of other data all.

    Returns
    -------
    Dataset
        In the form that the model takes.

    Raises
    ------
    FileError, DataError
        As `load_data` and `load_table`; GN017 when the data do not fit the model.
    OptionError
        GN021 for another split, GN020 without a source.

    Examples
    --------
    >>> import glassnet
    >>> from pathlib import Path
    >>> _ = Path("people.csv").write_text("age,left\n" + "21,no\n52,yes\n" * 50)
    >>> model = glassnet.TableModel.fit("people.csv", "left", holdout=0.2, epochs=1).model
    >>> [len(glassnet.load_split(model, "people.csv", split)) for split in ("train", "test")]
    [80, 20]
    """
    require_model(model)
    require_choice("split", split, ("train", "test"))
    if split == "train":
        return load_trained_on(model, "model", source, ignore)
    return load_unseen(model, "model", source, ignore)[0]


def load_alike(model: Model, model_path: str, source: str | None, notify: Notify) -> Dataset:
    """Read labelled data to search for nearest samples; of a model's training data, without the held-out part."""
    samples, rows = load_labelled(model, model_path, source, notify, "train")
    parts = parts_in_training(model, samples, rows)
    return samples if parts is None else parts[0]


def load_own(model: Model, model_path: str, source: str | Table) -> Dataset | None:
    """Read data again as the rows that a model was trained on, by its record; None if they are other data."""
    recorded = model.receipt.get("data", {})
    if not {"fingerprint", "samples"} <= recorded.keys() or (isinstance(source, str) and read_once(source)):
        return None
    try:
        samples, rows = load_labelled(model, model_path, source, ignore, "train")
    except (DataError, FileError):  # without labels
        return None
    if parts := parts_in_training(model, samples, rows):
        return parts[0]
    return samples if _are_all(samples, recorded) else None


def _are_all(samples: Dataset, recorded: Mapping[str, Any]) -> bool:
    """Return whether samples are those of a training record, none of which was held out."""
    return len(samples) == recorded["samples"] and is_recorded(recorded, samples)


def load_trained_on(
    model: Model, model_path: str, source: str | Table | None, notify: Notify, *, added: Sequence[str] = ()
) -> Dataset:
    """Read a model's training data again, without the parts held out for the test and by a search for validation.

    `added` are the sources of the added samples, each once, if they are no longer where the training record has them.
    """
    source = named_source(
        model,
        source,
        Message(
            "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA it was trained on.",
            model=model_path,
        ),
    )
    recorded = model.receipt.get("data", {})
    options, held_out = options_of(model.receipt), recorded.get("held_out")
    stratified = bool(recorded.get("stratified"))
    further = _moved(recorded.get("added", []), added, model_path)
    if model.columns is None:
        like = model if "parent" in model.receipt else None  # its parent had the same scaling and classes
        # From the scaling: `fit` may have found the largest value, which is then not in the options.
        read_like = replace(options, input_max=model.scaling.maximum)
        assert isinstance(source, str)
        # Large inputs were accepted in training.
        try:
            whole = load_samples(source, read_like, notify, layout=model.layout, large=True, like=like)
        except DataError as problem:
            if problem.code == "GN066":
                raise unlike(source, problem.values["names"], model) from None
            raise
        if "first" in recorded:
            whole = whole.take(slice(recorded["first"]))
        samples = split(whole, options, stratified=stratified)[0] if held_out else whole
        return without_validation(recorded, with_added(samples, further, notify, like=like, whole=len(whole)))
    table = read_table(source, model.columns.names)
    if "stream" in recorded:  # which chooses its rows otherwise
        samples = samples_of(table, model.columns)
        parts = parts_in_training(model, samples, len(table))
        return samples if parts is None else parts[0]
    if held_out:
        table = table.take(split_table(table, model.columns, options, stratified=stratified)[0])
    return without_validation(recorded, samples_of(table, model.columns, in_training=True))


def _moved(recorded: Sequence[str], named: Sequence[str], model_path: str) -> list[str]:
    """Return the recorded sources of added samples, replaced by the named ones in the order of their first use."""
    sources = list(dict.fromkeys(recorded))
    if named and not sources:
        raise OptionError(
            "GN022",
            "{add}: {path} was trained without added samples. Omit it.",
            path=model_path,
            add=Option("add", named[0]),
        )
    if named and len(named) != len(sources):
        raise OptionError(
            "GN022",
            "{add}: the training of {path} added samples of {sources}. Name the new place of each.",
            path=model_path,
            sources=Listing(sources),
            add=Option("add", tuple(named)),
        )
    places = dict(zip(sources, named or sources, strict=True))
    return [places[source] for source in recorded]


def load_parent(model: Model, model_path: str, named: str | None = None, *, flag: bool = True) -> Model | None:
    """Return the model that a model's training started from: the named one, or the recorded file in its folder.

    None if training started from a new network. `flag` is whether the caller has ``--from``.
    """
    recorded = model.receipt.get("parent")
    if recorded is None:
        if named is not None:
            raise OptionError(
                "GN022",
                "{start}: the training of {path} did not start from another model. Omit it.",
                path=model_path,
                start=Option("init_model", named),
            )
        return None
    if named is None:
        file, folder = Path(recorded.get("file", "")).name, Path(model_path).parent
        named = str(folder / file) if file else _file_with_hash(folder, recorded["hash"])
        if not (named and Path(named).is_file()):
            advice = (
                Message("Name that model with {start}, or put it there.", start=Option("init_model", "FILE"))
                if flag
                else Message("Put it there.")
            )
            raise OptionError(
                "GN020",
                "{model}: the training started from {file} (hash {hash}), which is not in the same folder. {advice}",
                model=model_path,
                file=file or Message("another model"),
                hash=recorded["hash"],
                advice=advice,
            )
    parent = load_model(named)
    if parent.hash() != recorded["hash"]:
        raise DataError(
            "GN017",
            "{named}: hash {hash}, but the training of {path} started from the model with hash "
            "{recorded}. Name that model with {start}.",
            named=named,
            hash=parent.hash(),
            path=model_path,
            recorded=recorded["hash"],
            start=Option("init_model", "FILE"),
        )
    return parent


def _file_with_hash(folder: Path, wanted: str) -> str:
    """Return the model file in a folder that has this hash; empty if there is none."""
    for file in sorted(folder.glob("*.safetensors")):
        with suppress(GlassnetError):
            if load_model(file).hash() == wanted:
                return str(file)
    return ""


def load_queries(
    model: Model, source: str | Table | Opened, notify: Notify, *, strict: bool = False
) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    """Read queries for a model: inputs, the name of each row, and labels if plain rows have them.

    With `strict`, a table with values that the training data did not have is a DataError GN075.
    """
    if model.columns is None:
        reading = HANDWRITING if reads_digits(model) else model.reading
        like = (model.image_shape, model.scaling.maximum, reading, model.white, model.layout)
        if isinstance(source, Opened):
            return inputs_in(source, model.features, *like, say=notify)
        assert isinstance(source, str)
        return data.load_inputs(source, model.features, *like, say=notify)
    assert not isinstance(source, Opened)
    table = read_table(source, model.columns.names)
    inputs, remarks = model.columns.apply_with_remarks(table)
    notify_values(table, remarks, notify, strict=strict)
    return inputs, [str(Place(table.source, row=row)) for row in range(len(table))], None


def notify_trained_on(model: Model, source: str | Table | None, samples: Dataset, rows: int, notify: Notify) -> None:
    """Notify if samples are the model's training data, by its record, since their result proves little.

    `samples` and `rows` are as returned by `load_labelled`.
    """
    trained = model.receipt.get("data", {})
    if source is None or not {"fingerprint", "samples"} <= trained.keys():
        return
    parts = parts_in_training(model, samples, rows)
    if parts is None and not _are_all(samples, trained):
        return
    facts = {"source": samples.source, "trained": trained["samples"], "rows": len(samples)}
    if parts is None:
        notify(
            Message(
                "{source}: the model was trained on {trained:,} of these {rows:,} rows, so the result proves little",
                **facts,
            )
        )
    else:
        notify(
            Message(
                "{source}: the model was trained on {trained:,} of these {rows:,} rows, so the result proves "
                "little; {report} tests only the {test:,} held-out rows",
                **facts,
                report=Command("test", Option("report")),
                test=len(parts[1]),
            )
        )


def unless_warned(model: Model) -> Model:
    """Return the model without its range check if it is of a table, whose reader warns by column."""
    return model.unchecked() if model.columns else model


def trained_on_bundled(model: Model) -> bool:
    """Return whether the model was trained on the bundled MNIST."""
    return data.is_bundled(model.receipt.get("data", {}).get("source"))


def named_source(model: Model, source: Any, otherwise: Message) -> Any:
    """Return the given data, or the bundled MNIST if the model was trained on it; GN020 with this text for others."""
    if source is None and not trained_on_bundled(model):
        raise OptionError("GN020", otherwise)
    return data.BUNDLED if source is None else source
