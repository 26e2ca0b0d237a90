"""Parameters that several jobs have, each declared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..data.dataset import Dataset, task_of
from ..data.validation import AUTO, DECIMALS
from ..errors import OptionError
from ..messages.languages import LANGUAGES
from ..messages.option_spelling import Option
from ..metrics import METRICS, metrics_of
from ..model.decision import require_metric
from ..model.residuals import COVERAGES
from ..options.options import Options
from ..options.recipes import RECIPES
from ..options.spec import option, required
from ..preprocess.tabular.target import TASKS


def model_path() -> Any:
    """Declare the file of the model."""
    return required("the model file", argument="MODEL")


def force() -> Any:
    """Declare whether files are overwritten."""
    return option(False, "overwrite an existing file, if glassnet wrote it")


def strict() -> Any:
    """Declare whether inputs that the training data did not have are refused."""
    return option(
        False,
        "refuse inputs that the training data did not have, such as new words or another range, instead of a notice",
    )


def coverage() -> Any:
    """Declare the coverage of prediction intervals."""
    return option(
        None,
        "also give the interval that holds this fraction of such rows' true numbers, such as 0.9; of a regression",
        low=COVERAGES[0],
        high=COVERAGES[1],
    )


def validation_data(otherwise: str = "") -> Any:
    """Declare the data on which a model is not trained, but evaluated after each epoch."""
    text = "validation data, evaluated after each epoch; not used for training"
    return option(None, text, metavar="DATA", group="data", otherwise=otherwise)


def part() -> Any:
    """Declare which part of the data is used."""
    return option("train", "part of the data", choices=("train", "test"))


def decimal() -> Any:
    """Declare how decimals are written in tables."""
    return option(AUTO, "decimal separator in tables; auto detects it per column", choices=DECIMALS, group="data")


def language(*, of_page: bool = False) -> Any:
    """Declare the language of what a job writes: its output and figures, or a page."""
    text = "language of the page" if of_page else "language of the output and the figures"
    return option("en", text, choices=LANGUAGES)


def recipe(usual: str | None, otherwise: str = "") -> Any:
    """Declare the recipe, None for that which the data decide."""
    return option(
        usual,
        "set of options to start from; other options change it",
        choices=tuple(RECIPES),
        group="training",
        common=True,
        otherwise=otherwise,
    )


def metric(help: str, *more: str) -> Any:
    """Declare the metric by which models are compared; `more` are names that `glassnet.metrics` does not have."""
    otherwise = "accuracy; of a regression rmse, or r2 with several targets, or pinball with the loss quantile"
    return option(None, help, choices=(*METRICS, *more), common=True, otherwise=otherwise)


def trained_task(training: Dataset, options: Options) -> str:
    """Return ``"classes"``, ``"labels"`` or ``"numbers"``."""
    return "numbers" if options.targets == "values" else task_of(training)


def metric_for(training: Dataset, options: Options, named: str | None) -> str:
    """Return the named metric, by default the one that suits the data.

    For a metric of other data, raise OptionError GN022.
    """
    task = trained_task(training, options)
    if named is not None:
        require_metric(named, task, training.classes)
    return named or ("pinball" if options.loss == "quantile" else metrics_of(task, training.classes)[0])


def require_one_file(parts: Sequence[str], *, stream: bool) -> None:
    """Raise OptionError GN020 for several files that are not those of a stream."""
    if parts and not stream:
        template = "{second}: a second DATA. Several files are read only with {stream}."
        raise OptionError("GN020", template, second=parts[1], stream=Option("stream"))


ABOUT_COLUMNS = ("task", "drop", "keep", "group", "time", "weight")
"""Fields of `TableOptions` about the columns of a training table: a model that is trained further keeps its own."""


@dataclass(frozen=True)
class TableOptions:
    """How to use a table's columns; `target` is empty for data other than a table with named columns.

    Raises OptionError GN022 for options that do not fit together.
    """

    target: tuple[str, ...] = option(
        (),
        "column to predict, of a table with named columns; repeat for several labels or numbers",
        metavar="COLUMN",
        group="data",
        common=True,
    )
    task: str | None = option(
        None, "predict classes or numbers", choices=TASKS, group="data", otherwise="decided by the column"
    )
    drop: tuple[str, ...] = option((), "column to ignore; repeat for more", metavar="COLUMN", group="data", common=True)
    keep: tuple[str, ...] = option(
        (),
        "column to use although it looks like an identifier; repeat for more",
        metavar="COLUMN",
        group="data",
    )
    group: tuple[str, ...] = option(
        (),
        "column that names what rows belong to, such as a patient, whom no split separates; repeat for more",
        metavar="COLUMN",
        group="data",
        common=True,
    )
    time: str | None = option(
        None,
        "column of numbers or dates: the latest rows are held out",
        metavar="COLUMN",
        group="data",
        common=True,
        otherwise="rows are held out at random",
    )
    weight: str | None = option(
        None,
        "column of the rows' weights, 0 or more, in training and tests; not an input",
        metavar="COLUMN",
        group="data",
        common=True,
        otherwise="all rows count alike",
    )
    decimal: str = decimal()

    def __post_init__(self) -> None:
        for name in self.target:
            others: dict[str, tuple[str | None, ...]] = {"drop": self.drop, "keep": self.keep, "group": self.group}
            others |= {"time": (self.time,), "weight": (self.weight,)}
            if option := next((option for option, names in others.items() if name in names), None):
                template = "column {name!r} in {option}: this is the column to predict. Omit it."
                raise OptionError("GN022", template, name=name, option=Option(option))
        for role, column in (*(("group", name) for name in self.group), ("weight", self.weight)):
            if column in self.keep:
                template = "column {name!r} in {keep}: a column in {group} is not an input. Omit one."
                raise OptionError("GN022", template, name=column, keep=Option("keep"), group=Option(role))
        alone = [name for name in ABOUT_COLUMNS if getattr(self, name)]
        if alone and not self.target:
            raise _without_target(alone[0])

    @property
    def about_columns(self) -> dict[str, Any]:
        """How to use the columns, as arguments of `Columns.learn`."""
        return {name: getattr(self, name) for name in ABOUT_COLUMNS}

    def require_target(self) -> None:
        """Raise OptionError GN022 for a decimal separator without a table."""
        if self.decimal != AUTO and not self.target:
            raise _without_target("decimal")


def _without_target(name: str) -> OptionError:
    template = "{option}: needs the column to predict. Add {target}."
    return OptionError("GN022", template, option=Option(name), target=Option("target", "COLUMN"))
