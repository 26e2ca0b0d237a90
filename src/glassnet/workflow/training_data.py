"""Training and test data: reading, splitting, and notices about them."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data import Dataset
from ..data.arrays import PIXELS
from ..data.dataset import SampleLayout, image_shape
from ..data.fingerprint import count_common_rows, fingerprint, is_recorded
from ..data.held_out import SplitBy, scored_folds
from ..data.split import few_groups, split, split_rows
from ..data.stream.paths import names_several
from ..data.stream.roles import RowKeys, RowRoles
from ..data.tables.header import header_names
from ..data.validation import AUTO
from ..data.validation_split import ValidationSplit, without_validation
from ..errors import DataError, FileError, GlassnetError, OptionError, strictly
from ..io.archives import is_folder
from ..io.opening import read_once
from ..messages.message import Command, Listing, Message
from ..messages.notice import Notify
from ..messages.option_spelling import Option
from ..model.header import DataReceipt
from ..model.model import Model
from ..options.options import Options
from ..preprocess import Columns
from ..preprocess.augment.distort import IMAGE_OPTIONS, require_pictures
from ..preprocess.tabular.dataset import read_table, samples_of
from ..preprocess.tabular.related_rows import related_remarks, with_related_remarks
from ..training.fine_tuning import fitting_data
from ..training.receipt import options_of
from .parameters import TableOptions
from .training.plan import Plan

if TYPE_CHECKING:
    from ..data.tables.table import Table
    from ..training.streaming.survey import Survey

FOLDS = 5
"""Folds of the cross-validation of a small table."""
FEW_HELD_OUT = 200
"""With fewer held-out rows, a table is cross-validated: the interval of an accuracy of 90 % is more than 8 % wide."""
_TRAINED_ON = "{source}: the model was trained on {trained:,} of these {rows:,} rows, so the result proves little"
_CHOSEN_BY = (
    "{source}: {seen:,} of these {rows:,} rows are also validation data, which choose the epoch, so the test result is "
    "optimistic"
)
_FEWEST_PIXELS = 16
_MOST_CLASSES = 5
"""Most classes that are listed if the test data lack them."""


@dataclass(frozen=True)
class TrainingData:
    """Training and test data."""

    training: Dataset
    test: Dataset | None  # None if no test data are wanted
    # With the values that follow from the data: the largest value, or those for the size and task of a table
    options: Options
    held_out: bool  # whether the test data were held out from the same source
    seconds: float  # the time for reading
    # Returns the training and test data of each fold of a cross-validation, for a table with few held-out rows
    folds: Callable[[], Iterable[tuple[Dataset, Dataset]]] | None = None
    stream: Survey | None = None  # the stream of which the training data are a sample
    validation: Dataset | None = None  # the validation data, if they were named


def table_read(source: str, rows: int, columns: int, recipe: str) -> Message:
    """Return the notice that a table has been read."""
    template = "{source}: {rows:,} rows, {columns:,} columns, recipe {recipe}"
    return Message(template, source=source, rows=rows, columns=columns, recipe=recipe)


def with_validation_curve(options: Options, given: dict[str, Any]) -> dict[str, Any]:
    """Return the given options with early stopping after all epochs, so that there is a validation curve.

    Unchanged if early stopping is given, or part of `options`, which the given ones are part of. Early stopping with a
    patience of the whole run only chooses the best epoch; a fraction of the training data is held out for it.
    """
    if "early_stopping" in given or options.early_stopping:
        return dict(given)
    return {**given, "early_stopping": options.epochs}


def training_and_test_samples(
    whole: Dataset, plan: Plan, options: Options, notify: Notify, *, like: Model | None = None
) -> tuple[Dataset, Dataset, bool]:
    """Return the samples for training, those for the test, and whether the latter are held out of the same source.

    `whole` are the samples of the plan's source, other than a table with named columns: some are held out if there are
    no test data. Those that the plan adds are for training. `like` is a model that is trained further.
    """
    largest = float(whole.inputs.max())
    if 2 * largest <= whole.maximum:
        notify(
            Message(
                "the largest value is {largest:g}, but {option} is {maximum:g}. If this is not intended, "
                "run: {command}",
                largest=largest,
                option=Option("input_max"),
                maximum=whole.maximum,
                command=Command("doctor", plan.source),
            )
        )
    held_out = not (plan.test or data.has_part(plan.source, "test"))
    if held_out:
        training, test = split(whole, options, stratified=plan.stratified)
        notify_held_out(training.source, options.holdout, test, notify)
        if like is not None:
            _notify_seen(like, whole, len(whole), test, notify)
    else:
        training, test = whole, further_samples(plan.test or plan.source, whole, notify, like=like)
    training = with_added(training, plan.add, notify, like=like, whole=len(whole))
    if like is not None:
        _require_every_class(like, plan.source, training.labels, test.labels if held_out else ())
    return training, test, held_out


def further_samples(source: str, whole: Dataset, notify: Notify, *, like: Model | None = None) -> Dataset:
    """Read test or validation data like `whole`, or like a model that is trained further."""
    samples: Dataset = data.load(source, part="test", maximum=whole.maximum, like=like or whole)
    notify_remarks(samples, notify)
    samples.require_like(
        whole.features,
        whole.classes,
        whole.source,
        of_classes=whole.values is None,
        class_names=whole.class_names,
    )
    return samples


def further_rows(source: Any, columns: Columns, decimal: str, notify: Notify, name: str = "validation_data") -> Dataset:
    """Read a table for testing or validation, all rows of it; sources are as for `read_table`.

    `name` is that of the argument, for errors about a table that is not a file.
    """
    try:
        table = read_table(source, columns.names, decimal=decimal)
        samples = samples_of(table, columns)
    except DataError as problem:
        if isinstance(source, str | os.PathLike):
            raise
        raise DataError(problem.code, "{name}: {problem}", name=name, problem=problem) from None
    notify_surprises(table, columns, notify)
    notify_left_out(table, samples, notify)
    return samples


def with_added(
    samples: Dataset, added: Sequence[str], notify: Notify, *, like: Model | None = None, whole: int = 0
) -> Dataset:
    """Return samples with those of other sources after them, read like the samples, or like a model.

    `whole` is the number of rows of the source of `samples`, including held-out ones: further rows are counted from it.
    """
    found: dict[str, Dataset] = {}
    for source in dict.fromkeys(added):  # a source that is named several times is read once
        found[source] = more = data.load(source, maximum=samples.maximum, like=like or samples)
        notify_remarks(more, notify)
        more.require_like(samples.features, samples.classes, samples.source, class_names=samples.class_names)
    parts = [samples, *(found[source] for source in added)]
    for source, times in Counter(added).items():
        facts = {"source": found[source].source, "rows": len(found[source]), "all": sum(map(len, parts))}
        notify(
            Message(
                "{source}: {rows:,} samples, each added {times} times to the training data, which now have {all:,}"
                if times > 1
                else "{source}: {rows:,} samples added to the training data, which now have {all:,}",
                times=times,
                **facts,
            )
        )
    if not added:
        return samples
    further = np.arange(sum(map(len, parts[1:]))) + max(whole, len(samples))
    names = [name for one in parts for name in one.row_names]
    return replace(
        samples,
        inputs=np.concatenate([one.inputs for one in parts]),
        labels=np.concatenate([one.labels for one in parts]),
        source_rows=np.concatenate([samples.row_numbers, further]),
        row_names=tuple(names) if all(one.row_names for one in parts) else (),
    )


def load_fine_tuning_table(
    source: Any,
    test_source: Any,
    model: Model,
    decimal: str,
    options: Options,
    recipe: str,
    notify: Notify,
    *,
    validation_source: Any = None,
    hold_out: bool = True,
    stratified: bool = True,
) -> TrainingData:
    """Read a table with the columns of a model that is trained further, and split it as `load_training_table` does."""
    began, columns = time.perf_counter(), model.columns
    assert columns is not None
    table = read_table(source, columns.names, decimal=decimal)
    notify(table_read(table.source, len(table), len(table.names), recipe))
    notify_surprises(table, columns, notify)
    columns.require(table, columns.split.names)
    parts = split_table(table, columns, options, stratified=stratified) if hold_out and test_source is None else None
    rows = columns.answers(table)[0]
    columns = columns.with_statistics_of(table.take(rows if parts is None else np.intersect1d(rows, parts[0])))
    training, test = _parts_of_table(table, columns, parts, test_source, decimal, options, notify)
    held_out = test is not None and parts is not None
    _require_every_class(model, table.source, training.labels, test.labels if test is not None and held_out else ())
    if test is not None and held_out:
        _notify_seen(model, samples_of(table, columns), len(table), test, notify)
    validation = None if validation_source is None else further_rows(validation_source, columns, decimal, notify)
    seconds = time.perf_counter() - began
    return TrainingData(training, test, options, held_out, seconds, validation=validation)


def _parts_of_table(
    table: Table,
    columns: Columns,
    parts: tuple[NDArray[np.int64], NDArray[np.int64]] | None,
    test_source: Any,
    decimal: str,
    options: Options,
    notify: Notify,
) -> tuple[Dataset, Dataset | None]:
    """Return training and test samples; the latter are None without a source of test data, and without `parts`.

    `parts` are the rows for training, and those that are held out for the test.
    """
    if test_source is not None:
        training = samples_of(table, columns, in_training=True)
        notify_left_out(table, training, notify)
        return training, further_rows(test_source, columns, decimal, notify, "test")
    if parts is None:
        training = samples_of(table, columns, in_training=True)
        notify_left_out(table, training, notify)
        return training, None
    of_training, of_test = parts
    training = samples_of(table.take(of_training), columns, in_training=True)
    test = samples_of(table.take(of_test), columns)
    notify_without_target(len(table) - len(training) - len(test), training, notify)
    notify_held_out(table.source, options.holdout, test, notify)
    if training.groups is not None and training.times is not None and test.times is not None:
        earlier = int((test.times <= training.times.max()).sum())
        template = "{earlier:,} of the {rows:,} held-out rows not later than all training rows, since groups stay whole"
        if earlier:
            notify(Message(template, earlier=earlier, rows=len(test)))
    return training, test


def load_training_table(
    source: Any,
    test_source: Any,
    table_options: TableOptions,
    recipe: str,
    choose: Callable[[int, str], Options],
    notify: Notify,
    *,
    validation_source: Any = None,
    hold_out: bool = True,
    stratified: bool = True,
    columns: Columns | None = None,
) -> TrainingData:
    """Read a table with named columns, and split it; `choose` returns the options for its rows and task.

    Sources are as for `read_table`. Without a source of test data, a part is held out for testing if `hold_out`. With
    one of validation data, a small table is not cross-validated, whose trainings would have to do without them.
    `columns` are those of a resumed run, which another version may have learned otherwise; by default they are learned.
    """
    began = time.perf_counter()
    table, known = _read_named(source, table_options), columns is not None
    if columns is None:
        columns = learn_columns(table, table_options)
    columns.require(table, (*columns.names, *columns.target_names))
    options = choose(len(table), columns.task)
    require_no_classes(options)
    parts = split_table(table, columns, options, stratified=stratified) if hold_out and test_source is None else None
    if parts is not None and not known:
        columns = learn_columns(table, table_options, parts[0])
    notify(table_read(table.source, len(table), len(table.names), recipe))
    if not known:
        columns = with_related_remarks(columns, related_remarks(table, columns, columns.targets_of(table)[1]))
    notify_learnt(table.source, columns, notify, table.remarks)
    training, test = _parts_of_table(table, columns, parts, test_source, table_options.decimal, options, notify)
    if not (known or validation_source is not None):
        options, few = few_groups(training, options)
        if few is not None:
            notify(few)
    folds, validation = None, None
    if validation_source is not None:
        validation = further_rows(validation_source, columns, table_options.decimal, notify)
    elif parts is not None and test is not None and len(test) < FEW_HELD_OUT and len(training) + len(test) >= 2 * FOLDS:
        folds = partial(table_folds, table, columns, table_options, options.seed)
    seconds = time.perf_counter() - began
    return TrainingData(training, test, options, parts is not None, seconds, folds, validation=validation)


def require_no_classes(options: Options) -> None:
    """Raise OptionError GN022 for a number of classes, of a table with named columns."""
    if options.classes:
        raise OptionError(
            "GN022",
            "{classes} with {target}: the classes are those of the column. Omit it.",
            classes=Option("classes", options.classes),
            target=Option("target"),
        )


def table_folds(
    table: Table, columns: Columns, table_options: TableOptions, seed: int
) -> Iterator[tuple[Dataset, Dataset]]:
    """Yield training and test data of each fold; the columns are learned from the training data of the fold alone."""
    rows, targets = columns.answers(table)
    by = _split_by(table, columns, rows, targets)
    folds = FOLDS if by.groups is None or by.times is not None else max(2, min(FOLDS, len(np.unique(by.groups))))
    for inside, outside in scored_folds(len(rows), folds, seed, by, table.source):
        learned = learn_columns(table, table_options, rows[inside])
        training, test = table.take(rows[inside]), table.take(rows[outside])
        yield samples_of(training, learned, in_training=True), samples_of(test, learned)


def _split_by(
    table: Table, columns: Columns, rows: NDArray[np.int64], targets: NDArray[np.int64] | NDArray[np.float64]
) -> SplitBy:
    """Return what decides how some rows of a table, with these targets, are split; it has the columns for that."""
    groups, times = columns.split.groups(table), columns.split.times(table)
    classes = targets.astype(np.int64) if columns.task == "classes" else None
    groups, times = (None if one is None else one[rows] for one in (groups, times))
    return SplitBy(classes, groups, times, columns.split.deciding)


def load_table_samples(source: str, table_options: TableOptions, notify: Notify) -> tuple[Dataset, int]:
    """Read a whole table; return its samples and the number of rows, including rows without a target."""
    table = _read_named(source, table_options)
    columns = learn_columns(table, table_options)
    notify_learnt(table.source, columns, notify, table.remarks)
    samples = samples_of(table, columns, in_training=True)
    notify_left_out(table, samples, notify)
    return samples, len(table)


def split_table(
    table: Table, columns: Columns, options: Options, *, stratified: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split the rows of a table, as `data.split.split_rows`; with groups, times or weights those that are samples only.

    Otherwise rows without a target are among both parts, as they have always been.
    """
    columns.require(table, columns.split.names)
    if columns.split.names:
        rows, targets = columns.answers(table)
        parts = split_rows(len(rows), table.source, options, _split_by(table, columns, rows, targets))
        return rows[parts[0]], rows[parts[1]]
    labels = None
    if stratified and columns.task == "classes":
        labels = _labels_of_rows(len(table), *columns.answers(table))
    return split_rows(len(table), table.source, options, SplitBy(labels))


def _labels_of_rows(
    count: int, rows: NDArray[np.int64], labels: NDArray[np.int64] | NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the label of every row, -1 for rows other than the given ones."""
    found = np.full(count, -1)
    found[rows] = labels
    return found


def learn_columns(table: Table, options: TableOptions, rows: NDArray[np.int64] | None = None) -> Columns:
    """Determine from a table, or some of its rows, how to use its columns."""
    return Columns.learn(table, options.target, **options.about_columns, rows=rows)


def load_samples(
    source: str,
    options: Options,
    notify: Notify,
    *,
    part: str = "train",
    layout: SampleLayout | None = None,
    large: bool = False,
    like: Model | None = None,
) -> Dataset:
    """Read labelled data other than a table with named columns; arguments as for `data.load`.

    With `like`, images are read as this model requires, whatever the options.
    """
    reading: dict[str, Any] = {"like": like}
    if like is None:
        reading = {"classes": options.classes or None, "size": options.picture_size}
        reading |= {"colour": options.colour, "handwriting": options.handwriting}
    try:
        samples = data.load(source, part=part, maximum=options.input_max, large=large, layout=layout, **reading)
    except DataError as problem:
        of_values = problem.code in ("GN013", "GN014", "GN015")  # that pixels or labels cannot have
        table = None if like or "target" in problem.values or not of_values else read_unnamed(source)
        if table is None:
            raise
        raise DataError(
            problem.code,
            "{source}: a table without column names; name the column to predict, such as {target}. If it "
            "is not a table: {problem}",
            source=source,
            problem=problem,
            target=Option("target", table.names[-1]),
        ) from None
    notify_remarks(samples, notify)
    return samples if like is None else fitting_data(like, samples)


def require_picture_files(source: str, options: Options) -> None:
    """Raise for options that have an effect only on image files, if the data are not image files."""
    sized = [Option("size", options.size)] if options.picture_size else []
    given = [Option("colour", True)] * options.colour + [Option("handwriting")] * options.handwriting + sized
    if given and (source == data.BUNDLED or (os.path.isfile(source) and not is_folder(source))):
        raise OptionError(
            "GN022",
            "{option}: only for folders of images, and {source} is not one. Omit it.",
            option=given[0],
            source=source,
        )


def require_images(recipe: str, given: Mapping[str, Any], training: Dataset, options: Options) -> None:
    """Raise OptionError GN022 if options distort or deskew samples that are not images; it names the recipe, or them.

    `given` are the options that the user has chosen, by the names of their fields; the recipe has set the others.
    """
    by_recipe = [name for name in IMAGE_OPTIONS if getattr(options, name) and name not in given]
    if training.image_shape is None and by_recipe:
        raise OptionError(
            "GN022",
            "the recipe {recipe} is for images ({names}), and the samples are not images. Choose another recipe.",
            recipe=recipe,
            names=Listing(by_recipe),
        )
    require_pictures(training.image_shape, options, training.channels)


def notify_weak_test(read: TrainingData, training_fingerprint: str, test: Dataset, notify: Notify) -> None:
    """Notify if a test proves little: it uses the training data or validation data, or lacks some classes."""
    training, rows = read.training, len(test)
    if rows == len(training) and fingerprint(test) == training_fingerprint:
        notify(Message(_TRAINED_ON, source=test.source, trained=rows, rows=rows))
    if read.validation is not None and (seen := count_common_rows(test, read.validation)):
        notify(Message(_CHOSEN_BY, source=test.source, seen=seen, rows=rows))
    if test.values is None:
        lacking = [test.name_of(label) for label in np.setdiff1d(training.labels, test.labels).tolist()]
        if lacking:
            notify(
                Message(
                    "{source}: the test data have no sample of these classes, so the result does not cover them: "
                    "{names}",
                    source=test.source,
                    names=Listing(lacking, _MOST_CLASSES),
                )
            )


def weak_test_warnings(remarks: Iterable[Message]) -> list[Message]:
    """Return those remarks that a test has rows that trained or chose the model."""
    return [one for one in remarks if one.template in (_TRAINED_ON, _CHOSEN_BY)]


def _parts_of_stream(
    model: Model, stream: Mapping[str, Any], samples: Dataset, rows: int
) -> tuple[Dataset, Dataset] | None:
    """Return what was for training and for testing of a stream, by the number of its rows; None for another number."""
    if rows != stream["rows"] or not stream["holdout"]:
        return None
    seed, receipt = options_of(model.receipt).seed, model.receipt["data"]
    if ("group" in receipt) != (samples.groups is not None) or ("time" in receipt) != (samples.times is not None):
        return None
    aside = RowRoles(seed, stream["holdout"], test_from=stream.get("test_from")).test(RowKeys.of(samples))
    return samples.take(np.flatnonzero(~aside)), samples.take(np.flatnonzero(aside))


def parts_in_training(model: Model, samples: Dataset, rows: int) -> tuple[Dataset, Dataset] | None:
    """Return the part a model was trained on and the held-out part; None if the samples are other data.

    `rows` is the number of rows, including rows without a target.
    """
    trained = model.receipt.get("data", {})
    if not 0 < trained.get("samples", 0) < len(samples):
        return None
    if stream := trained.get("stream"):
        return _parts_of_stream(model, stream, samples, rows)
    if not trained.get("held_out"):
        return _parts_of_a_search(trained, samples)
    try:
        kept, aside = _split_again(samples, rows, options_of(model.receipt), stratified=bool(trained.get("stratified")))
    except DataError:  # too few groups or times
        return None
    if len(kept) != trained["samples"] and "validation_split" not in trained:
        return None
    part = without_validation(trained, kept)
    return (part, aside) if is_recorded(trained, part) else None


def _split_again(samples: Dataset, rows: int, options: Options, *, stratified: bool) -> tuple[Dataset, Dataset]:
    """Split samples as `split_table` has split the table of which they are; `rows` as for `parts_in_training`."""
    weighted = samples.columns is not None and samples.columns.split.weight is not None
    if samples.groups is not None or samples.times is not None or weighted:
        return split(samples, options)
    of_classes = stratified and samples.values is None
    labels = _labels_of_rows(rows, samples.row_numbers, samples.labels) if of_classes else None
    divided = split_rows(rows, samples.source, options, SplitBy(labels))
    kept, aside = (samples.take(np.flatnonzero(np.isin(samples.row_numbers, part))) for part in divided)
    return kept, aside


def _parts_of_a_search(trained: DataReceipt, samples: Dataset) -> tuple[Dataset, Dataset] | None:
    """Return the training and validation samples of a model of a search; None if the samples are other data."""
    if "validation_split" not in trained:
        return None
    parts = ValidationSplit(**trained["validation_split"]).of(samples)
    return parts if is_recorded(trained, parts[0]) else None


def _notify_seen(model: Model, whole: Dataset, rows: int, test: Dataset, notify: Notify) -> None:
    """Notify if a model was already trained on rows that are held out to test its further training."""
    trained, parts = model.receipt.get("data", {}), parts_in_training(model, whole, rows)
    if parts is not None:
        seen = int(np.isin(test.row_numbers, parts[0].row_numbers).sum())
    else:
        same = trained.get("samples") == len(whole) and is_recorded(trained, whole)
        seen = len(test) if same else 0
    if seen:
        notify(
            Message(
                "{source}: the model was already trained on {seen:,} of the {rows:,} held-out rows, so the "
                "test result is optimistic; use the {seed} and {holdout} of its training, or name other data "
                "with {test}",
                source=test.source,
                seen=seen,
                rows=len(test),
                seed=Option("seed"),
                holdout=Option("holdout"),
                test=Option("test"),
            )
        )


def _require_every_class(
    model: Model, source: str, labels: NDArray[np.int64], held_out: NDArray[np.int64] | tuple[()]
) -> None:
    """Raise DataError GN016 if data to train a model further lack a class, which training would unlearn.

    `held_out` are the labels of the samples of the same source that are kept for the test.
    """
    if not model.targets.of_classes:
        return
    missing = np.setdiff1d(np.arange(model.classes), labels)
    lacking = [model.name_of(int(label)) for label in missing]
    if lacking and np.isin(missing, held_out).all():
        raise DataError(
            "GN016",
            "{source}: all samples of {names} are held out for the test, and further training would "
            "unlearn these classes. Use another {holdout}, or pass test data with {test}.",
            source=source,
            names=Listing(lacking, _MOST_CLASSES),
            holdout=Option("holdout"),
            test=Option("test"),
        )
    if lacking:
        raise DataError(
            "GN016",
            "{source}: no sample of {names}, but the model has these classes, and further training would "
            "unlearn them. Add such samples, or name the model's own training data as DATA and these "
            "with {add}.",
            source=source,
            names=Listing(lacking, _MOST_CLASSES),
            add=Option("add"),
        )


def notify_remarks(samples: Dataset, notify: Notify) -> None:
    """Notify of a reader's remarks."""
    for text in samples.remarks:
        notify(Message("{source}: {remark}", source=samples.source, remark=text))


def notify_surprises(table: Table, columns: Columns, notify: Notify, *, strict: bool = False) -> None:
    """Notify of differences to the table that the columns were determined from; see `notify_values`."""
    notify_values(table, columns.surprises(table), notify, strict=strict)


def notify_values(table: Table, remarks: Sequence[Message], notify: Notify, *, strict: bool = False) -> None:
    """Notify of remarks on a table and on its values; with `strict`, the latter are then a DataError GN075."""
    for text in (*table.remarks, *remarks):
        notify(Message("{source}: {remark}", source=table.source, remark=text))
    if strict and remarks:
        raise strictly(table.source, remarks[0])


def notify_left_out(table: Table, samples: Dataset, notify: Notify) -> None:
    """Notify of the number of rows without a target."""
    notify_without_target(len(table) - len(samples), samples, notify)


def notify_held_out(source: str, fraction: float, test: Dataset, notify: Notify) -> None:
    """Notify of the rows that are held out for the test: a fraction, or whole groups, or the latest."""
    template = "no test data: {share:.3g}% of {source} ({rows:,} rows) held out for the test"
    facts: dict[str, Any] = {"share": 100 * fraction, "source": source, "rows": len(test)}
    if test.groups is not None:
        template = "no test data: {groups:,} groups of {source} ({rows:,} rows) held out for the test"
        facts["groups"] = len(np.unique(test.groups))
    elif test.times is not None:
        template = "no test data: the latest {rows:,} rows of {source} held out for the test"
    notify(Message(template, **facts))


def notify_without_target(count: int, samples: Dataset, notify: Notify) -> None:
    """Notify of the number of rows without a target or weight, of a table or stream with these samples."""
    if count:
        assert samples.columns is not None
        notify(
            Message(
                "{source}: {rows:,} rows without a target ({names}) skipped"
                if samples.columns.split.weight is None
                else "{source}: {rows:,} rows without a target ({names}) or of weight 0 skipped",
                source=samples.source,
                rows=count,
                names=Listing(samples.columns.target_names, quoted=True),
            )
        )


def _read_named(source: Any, options: TableOptions) -> Table:
    if isinstance(source, str) and source == data.BUNDLED and not os.path.exists(source):
        raise OptionError(
            "GN022", "{target}: needs a table. Name it as DATA.", target=Option("target", options.target[0])
        )
    try:
        return read_table(source, header_names(options.target), decimal=options.decimal)
    except FileError as problem:
        if problem.code not in ("GN001", "GN002") or not names_several(source):
            raise
        raise FileError(
            problem.code,
            "{name}: several files, and a table is one file. Name one file; {stream} reads several.",
            name=source,
            stream=Option("stream", True),
        ) from None


def read_unnamed(source: str, decimal: str = AUTO) -> Table | None:
    """Read a table without column names that is not rows of pixels; None for anything else."""
    try:
        table = None if source == data.BUNDLED or read_once(source) else read_table(source, decimal=decimal)
    except GlassnetError:
        return None
    if table is None or table.header or len(table.names) >= PIXELS:
        return None
    drawn = len(table.names) > _FEWEST_PIXELS and image_shape(len(table.names) - 1) is not None
    return None if drawn and all(one.kind == "number" for one in table.columns().values()) else table


def notify_learnt(source: str, columns: Columns, notify: Notify, remarks: Sequence[Message] = ()) -> None:
    """Notify of remarks on a table, of what was decided about its columns, and of those that are not used."""
    left_out = (Message("column {name!r} not used: {why}", name=name, why=why) for name, why in columns.dropped)
    for text in (*remarks, *columns.remarks, *left_out):
        notify(Message("{source}: {remark}", source=source, remark=text))
