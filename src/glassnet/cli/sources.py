"""What the commands read: data to train and test with, and things to ask about, as the model needs them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.dataset import SampleLayout
from ..data.split import split, split_rows
from ..data.validation import AUTO
from ..errors import OptionError
from ..i18n.cli import told
from ..i18n.language import chinese, counted, listed
from ..model.model import Model
from ..options.options import Options
from ..preprocess import Columns
from ..preprocess.tabular.dataset import read_table, samples_of
from ..preprocess.tabular.target import TASKS
from ..training.receipt import fingerprint, options_of
from .console import say
from .flags import Command, decimal_flag

if TYPE_CHECKING:
    from ..data.tables.table import Table

_TABLE_FLAGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "target": (
        "column to predict, of a table with named columns; repeat for several labels, or several numbers",
        "要预测的列(带列名的表格);可重复,以预测多个标签或多个数值",
        {"metavar": "COLUMN", "multiple": True},
    ),
    "task": (
        "predict classes or numbers; decided by the column if not given",
        "预测类别或数值;不指定则由该列决定",
        {"type": click.Choice(TASKS)},
    ),
    "drop": ("leave this column out; repeat for more", "不使用此列;可重复", {"metavar": "COLUMN", "multiple": True}),
    "keep": (
        "use this column although it looks like an identifier; repeat for more",
        "即使看似编号也使用此列;可重复",
        {"metavar": "COLUMN", "multiple": True},
    ),
}


_NAMED = 5
"""Classes that are named where a test lacks them."""


@dataclass(frozen=True)
class Wishes:
    """What was said about a table's columns; `target` is empty for data that are no table with named columns."""

    target: tuple[str, ...] = ()
    task: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    decimal: str = AUTO

    @classmethod
    def of(cls, flags: dict[str, Any], *, shows: bool = False) -> Wishes:
        """Take the table's flags out of a command's; one that only `shows` reads tables without a target too.

        Raises
        ------
        OptionError
            GN022 for the others without --target, or for the target among them.
        """
        wishes = cls(**{name: flags.pop(name) for name in (*_TABLE_FLAGS, "decimal")})
        for name in wishes.target:
            if name in (*wishes.drop, *wishes.keep):
                raise OptionError("GN022", f"--drop or --keep {name}: it is the column to predict.")
        alone = [name for name in ("task", "drop", "keep") if getattr(wishes, name)]
        alone += ["decimal"] * (wishes.decimal != AUTO and not shows)
        if alone and not wishes.target:
            raise OptionError("GN022", f"--{alone[0]}: name the column to predict too, --target COLUMN.")
        return wishes

    def typed(self) -> list[str]:
        """Return the words with which a command gets the same again."""
        given = {"target": self.target, "task": (self.task,) if self.task else (), "drop": self.drop, "keep": self.keep}
        given["decimal"] = () if self.decimal == AUTO else (self.decimal,)
        return [word for name, values in given.items() for value in values for word in (f"--{name}", value)]


def with_table_flags(command: Command) -> Command:
    """Give a command ``--target``, ``--task``, ``--drop``, ``--keep`` and ``--decimal``."""
    command = decimal_flag(command)
    for name, (help_en, help_zh, more) in reversed(_TABLE_FLAGS.items()):
        command = click.option(f"--{name}", help=help_zh if chinese() else help_en, **more)(command)
    return command


def load_table_parts(
    source: str, test_source: str | None, wishes: Wishes, recipe: str, choose: Callable[[int, str], Options]
) -> tuple[Options, Dataset, Dataset, bool]:
    """Read a table, decide what it asks for, and say so; `choose` gives the options for its rows and its task.

    Returns
    -------
    options : Options
        What `choose` returned.
    training, test : Dataset
    held_out : bool
        Whether the test part was kept aside from the same table.

    Raises
    ------
    OptionError
        GN022 for a number of classes, or where no table is named.
    """
    table = _whole_table(source, wishes)
    columns = _learn(table, wishes)
    options = choose(len(table), columns.task)
    if options.classes:
        raise OptionError(
            "GN022",
            f"--classes {options.classes} with --target: a column has the classes that stand in it. Leave it out.",
        )
    kept, aside = (None, None) if test_source else split_rows(len(table), table.source, options)
    if kept is not None:
        columns = _learn(table, wishes, kept)
    say(f"{table.source}: {counted(len(table), 'row')}, {counted(len(table.names), 'column')}, recipe {recipe}")
    _say_learnt(table, columns)
    part = table if kept is None else table.take(kept)
    if aside is None:
        assert test_source is not None
        asked = read_table(test_source, columns.names, decimal=wishes.decimal)
    else:
        asked = table.take(aside)
        say(told("kept_aside", share=100 * options.holdout, source=table.source, rows=len(aside)))
    training, test = samples_of(part, columns), samples_of(asked, columns)
    _say_left_out(part, training)
    if test_source:
        _say_surprises(asked, columns)
    _say_left_out(asked, test)
    return options, training, test, aside is not None


def load_table_samples(source: str, wishes: Wishes) -> tuple[Dataset, int]:
    """Read a whole table; return its samples, and how many rows there are with those that have no target."""
    table = _whole_table(source, wishes)
    columns = _learn(table, wishes)
    _say_learnt(table, columns)
    samples = samples_of(table, columns)
    _say_left_out(table, samples)
    return samples, len(table)


def _whole_table(source: str, wishes: Wishes) -> Table:
    if source == data.BUNDLED and not os.path.exists(source):
        raise OptionError("GN022", f"--target {wishes.target[0]}: a column of a table. Name the table too, as DATA.")
    return read_table(source, wishes.target, decimal=wishes.decimal)


def _learn(table: Table, wishes: Wishes, rows: NDArray[np.int64] | None = None) -> Columns:
    return Columns.learn(table, wishes.target, task=wishes.task, drop=wishes.drop, keep=wishes.keep, rows=rows)


def _say_learnt(table: Table, columns: Columns) -> None:
    for remark in (*table.remarks, *columns.remarks, *(f"left out {name!r}: {why}" for name, why in columns.dropped)):
        say(f"{table.source}: {remark}")


def require_picture_files(source: str, options: Options) -> None:
    """Refuse what is for files of pictures alone, where the data are none: it would do nothing.

    Raises
    ------
    OptionError
        GN022.
    """
    sized = [f"--size {options.size}"] if options.picture_size else []
    flags = ["--colour"] * options.colour + ["--handwriting"] * options.handwriting + sized
    given = flags[0] if flags else ""
    if given and (source == data.BUNDLED or os.path.isfile(source)):
        raise OptionError(
            "GN022",
            f"{given}: for folders of pictures, and {source} is none, so its values stay as they are. Leave it out.",
        )


def load_samples(
    source: str, options: Options, *, part: str = "train", layout: SampleLayout | None = None, large: bool = False
) -> Dataset:
    """Read labelled data that are no table with named columns, and say what was decided; arguments as `data.load`."""
    samples = data.load(
        source,
        part=part,
        maximum=options.input_max,
        classes=options.classes or None,
        size=options.picture_size,
        colour=options.colour,
        handwriting=options.handwriting,
        large=large,
        layout=layout,
    )
    _say_remarks(samples)
    return samples


def _say_remarks(samples: Dataset) -> None:
    for remark in samples.remarks:
        say(f"{samples.source}: {remark}")


def load_parts(
    source: str, test_source: str | None, options: Options, layout: SampleLayout | None = None, *, large: bool = False
) -> tuple[Dataset, Dataset, bool]:
    """Read data to train with and data to test with; the last is whether these were kept aside from the same data.

    `layout` is that of the training data, where a training goes on that has found it out.
    """
    training = load_samples(source, options, layout=layout, large=large)
    largest = float(training.inputs.max())
    if 2 * largest <= training.maximum:
        command = shlex.join(["glassnet", "doctor", source])
        say(told("largest_value", largest=largest, maximum=training.maximum, command=command))
    if test_source or data.has_part(source, "test"):
        test = data.load(test_source or source, part="test", maximum=training.maximum, like=training)
        _say_remarks(test)
        test.require_like(
            training.features,
            training.classes,
            training.source,
            of_classes=training.values is None,
            class_names=training.class_names,
        )
        return training, test, False
    kept, aside = split(training, options)
    say(told("kept_aside", share=100 * options.holdout, source=training.source, rows=len(aside)))
    return kept, aside, True


def say_of_test(training: Dataset, known: str, test: Dataset) -> None:
    """Say where a test proves little: with the training data, whose fingerprint is `known`, or without some classes."""
    if len(test) == len(training) and fingerprint(test) == known:
        say(told("trained_on_these", source=test.source, trained=len(test), rows=len(test)))
    if test.values is None:
        lacking = [test.name_of(label) for label in np.setdiff1d(training.labels, test.labels).tolist()]
        if lacking:
            say(told("test_lacks", source=test.source, names=listed(lacking, _NAMED)))


def load_labelled(model: Model, model_path: str, source: str | Table | None, part: str = "test") -> tuple[Dataset, int]:
    """Read labelled data for a model: DATA, or the bundled MNIST where its receipt names it.

    The second is how many rows there are, with those that have no target.
    """
    source = _source(model, source, f"{model_path} was not trained on the bundled MNIST: name the DATA.")
    if model.columns is None:
        assert isinstance(source, str)
        samples = data.load(source, part=part, maximum=model.scaling.maximum, like=model)
        _say_remarks(samples)
        return samples, len(samples)
    table = read_table(source, model.columns.names)
    samples = samples_of(table, model.columns)
    _say_surprises(table, model.columns)
    _say_left_out(table, samples)
    return samples, len(table)


def as_told(model: Model, source: str | None, decimal: str) -> str | Table | None:
    """Read a table for a model if ``--decimal`` says how; leave any other source for its reader.

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


def load_unseen(model: Model, model_path: str, source: str | Table | None) -> tuple[Dataset, Dataset | None]:
    """Read labelled data as `load_labelled`; of what a model was trained on, only the part that was kept aside.

    The second is the other part: by the receipt, what the model was trained on; None where the data are others.
    """
    samples, rows = load_labelled(model, model_path, source)
    trained, aside = _parts_in_training(model, samples, rows) or (None, samples)
    return aside, trained


def load_alike(model: Model, model_path: str, source: str | None) -> Dataset:
    """Read labelled data among which to look for what is alike; of those a model was trained on, no part kept aside."""
    samples, rows = load_labelled(model, model_path, source, "train")
    parts = _parts_in_training(model, samples, rows)
    return samples if parts is None else parts[0]


def say_trained_on(model: Model, source: str | Table | None, samples: Dataset, rows: int) -> None:
    """Say if samples are those that a model was trained on, by its receipt: what it does with them proves little.

    Arguments after the second are those that `load_labelled` has returned.
    """
    trained = model.receipt.get("data", {})
    if source is None or not {"fingerprint", "samples"} <= trained.keys():
        return
    parts = _parts_in_training(model, samples, rows)
    if parts is None and (len(samples) != trained["samples"] or fingerprint(samples) != trained["fingerprint"]):
        return
    known = told("trained_on_these", source=samples.source, trained=trained["samples"], rows=len(samples))
    say(known + ("" if parts is None else told("report_tests", rows=len(parts[1]))))


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


def _say_surprises(table: Table, columns: Columns) -> None:
    for said in (*table.remarks, *columns.surprises(table)):
        say(f"{table.source}: {said}")


def _say_left_out(table: Table, samples: Dataset) -> None:
    count = len(table) - len(samples)
    if count:
        assert samples.columns is not None
        names = " or ".join(map(repr, samples.columns.target_names))
        say(f"{table.source}: {counted(count, 'row')} without {names} {'is' if count == 1 else 'are'} left out")


def load_trained_on(model: Model, model_path: str, source: str | Table | None) -> Dataset:
    """Read what a model was trained on again, without what was kept aside for its test."""
    source = _source(
        model, source, f"{model_path} was not trained on the bundled MNIST: name the DATA it was trained on."
    )
    options, held_out = options_of(model.receipt), model.receipt.get("data", {}).get("held_out")
    if model.columns is None:
        # By the scaling: with `fit` the largest value may have been found out, and not be among the options.
        read_like = replace(options, input_max=model.scaling.maximum)
        assert isinstance(source, str)
        samples = load_samples(source, read_like, layout=model.layout, large=True)  # it has been trained on
        return split(samples, options)[0] if held_out else samples
    table = read_table(source, model.columns.names)
    if held_out:
        table = table.take(split_rows(len(table), table.source, options)[0])
    return samples_of(table, model.columns)


def unless_said(model: Model) -> Model:
    """Return the model without its range where a table was read: by then it is said which columns are far off."""
    return model.unchecked() if model.columns else model


def load_asked(model: Model, source: str | Table) -> tuple[NDArray[Any], list[str], NDArray[np.int64] | None]:
    """Read what a model is asked about: its inputs, what each row is called, and labels where plain rows have them."""
    if model.columns is None:
        assert isinstance(source, str)
        like = (model.image_shape, model.scaling.maximum, model.reading, model.white, model.layout)
        return data.load_inputs(source, model.features, *like, say=say)
    table = read_table(source, model.columns.names)
    inputs = model.columns.apply(table)
    _say_surprises(table, model.columns)
    return inputs, [f"{table.source}, row {row}" for row in range(len(table))], None


def trained_on_bundled(model: Model) -> bool:
    """Whether the receipt names the bundled MNIST."""
    return data.is_bundled(model.receipt.get("data", {}).get("source"))


def _source(model: Model, source: Any, otherwise: str) -> Any:
    """Return the data's name: the one given, or the bundled MNIST if the model was trained on that."""
    if source is None and not trained_on_bundled(model):
        raise OptionError("GN020", otherwise)
    return data.BUNDLED if source is None else source
