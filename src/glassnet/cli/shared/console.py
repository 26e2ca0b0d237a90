"""Output of all commands: results go to standard output, all else to standard error, and an error is one line."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict, cast

import click

from ...messages.control_characters import finite, json_text, printable
from ...messages.formats import below_all, shortened, shown, width_of
from ...messages.languages import LANGUAGES, preferred
from ...messages.message import Message, Renderable, rendered
from ...messages.option_spelling import Option, as_flag
from ...messages.progress import REPORTER
from ...training.events import BlockDone, EpochDone, Event, TrainingEnded, TrainingStarted
from ...words.cli import CLI_WORDS
from ...words.speaking import speaking
from ..help.grouped import GroupedFlag

if TYPE_CHECKING:
    from ...data import Dataset
    from ...errors import GlassnetError
    from ...model.evaluate import Evaluation
    from ...preprocess import Columns
    from ...runtime.compile_notice import CompileNotice

_FLAGS = {"init_model": "from", "maximum": "input-max", "overwrite": "force"}
"""Flags that are called otherwise than the parameter in Python, besides the options of training."""
_FEW_LINES, _LONG = 10, 30.0
"""Without a terminal: about how many lines a run prints, and how many seconds after the last one any epoch has one."""

json_flag = click.option(
    "--json",
    "as_json",
    cls=GroupedFlag,
    common=True,
    is_flag=True,
    help="Print one JSON object and nothing else.",
)


def result(text: str = "") -> None:
    """Print one line to standard output, with characters escaped that would act on a terminal."""
    REPORTER.output()
    click.echo(printable(text))


def result_json(value: Any) -> None:
    """Print one JSON value to standard output; in ASCII if the output encoding lacks one of its characters.

    Infinite values and NaN, which JSON does not have, become null.
    """
    REPORTER.output()
    click.echo(json_text(finite(value), sys.stdout.encoding))


def say(text: str) -> None:
    """Print one line to standard error, for progress and remarks; ignore a failure to write."""
    REPORTER.output()
    with contextlib.suppress(OSError):
        click.echo(printable(text), err=True)


class StepDisplay:
    """Shows the steps of a long job on standard error: in place on a terminal, else as lines."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def draw(self, message: Renderable) -> None:
        """Show a message."""
        text = printable(shown_text(message))
        if self.live:
            text = f"\r{shortened(text, shutil.get_terminal_size().columns - 1)}\x1b[K"
        with contextlib.suppress(OSError, ValueError):  # a closed stream
            click.echo(text, err=True, nl=not self.live)

    def clear(self) -> None:
        """Empty the line."""
        with contextlib.suppress(OSError, ValueError):
            click.echo("\r\x1b[K", err=True, nl=False)


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output is, or of ``COLUMNS``; None for a file or a pipe."""
    if os.environ.get("COLUMNS", "").isdecimal() or sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, 40)
    return None


def language_in_use() -> str:
    """Return the language of the running command: its ``--language``, else the default language.

    An error may occur before ``--language`` is parsed, and is printed after the context of its command is gone: then
    the words typed decide.
    """
    context = click.get_current_context(silent=True)
    return (context and context.params.get("language")) or _language_typed() or preferred()


def _language_typed() -> str | None:
    words = " ".join(sys.argv[1:]).replace("=", " ").split()
    typed = words[words.index("--language") + 1 :][:1] if "--language" in words else []
    return typed[0] if typed and typed[0] in LANGUAGES else None


def in_terminal(option: Option) -> str:
    """Return an option as typed in a terminal: the door of the command line."""
    return as_flag(option, _FLAGS.get(option.name, ""))


def message(key: str, **values: Any) -> str:
    """Return a text of `CLI_WORDS` in the language of the running command."""
    return speaking(language_in_use(), CLI_WORDS, in_terminal)(key, **values)


def shown_text(value: object) -> str:
    """Return a message, or anything else that is shown, in the language of the running command."""
    return str(rendered(value, language_in_use(), in_terminal))


def say_notice(notice: Message) -> None:
    """Print a notice of a job to standard error."""
    say(shown_text(notice))


def say_compiling(notice: CompileNotice) -> None:
    """Print to standard error that a loop is being compiled."""
    say(notice.text(language_in_use()))


def row_name(samples: Dataset, row: int) -> str:
    """Return the name of a sample: ``row 7``, with its file if it has its own."""
    number = samples.row_numbers[row]
    if samples.row_names:
        return message("row_of_file", row=number, file=samples.row_names[row])
    return message("row", row=number)


def padded(text: str, width: int) -> str:
    """Pad a text with blanks to a width; a negative width pads on the left."""
    blanks = " " * (abs(width) - width_of(text))
    return blanks + text if width < 0 else text + blanks


def print_columns(columns: Columns) -> None:
    """Print one line per column: how training uses it."""
    width = max(width_of(name) for name, _ in columns.summary())
    for name, text in columns.summary():
        result(f"{padded(name, width)}   {shown_text(text)}")


def complain(code: str, problem: Message) -> None:
    """Print an error or a coded warning as one line on standard error, in the reader's language."""
    say(f"glassnet: {shown_text(problem)} [{code}]")


def say_warning(problem: Message) -> None:
    """Print a warning without a code as one line on standard error, in the reader's language."""
    say(f"glassnet: {shown_text(problem)}")


class ErrorFacts(TypedDict):
    """Why an input could not be read."""

    code: Annotated[str, "as in [errors](errors.md)"]
    message: Annotated[str, "what is wrong"]


class JudgedFacts(TypedDict):
    """A score of a model, and those of predictions without any input."""

    metric: Annotated[str, "its name"]
    score: Annotated[float, "that of the model"]
    constant: Annotated[
        float,
        "that of always predicting the most frequent class, the most frequent labels or the mean of the tested "
        "samples; of a metric of probabilities that of the frequencies",
    ]
    chance: Annotated[
        float | None,
        "that of drawing answers with their frequencies, as expected; null for numbers and metrics of probabilities",
    ]
    most: Annotated[int | None, "the most frequent class; null for labels and numbers"]


class ScoreFacts(TypedDict):
    """Scores of a test: the accuracy, or for a regression the two others."""

    accuracy: Annotated[NotRequired[float], "fraction of correctly predicted samples, 0 to 1; not for a regression"]
    r2: Annotated[
        NotRequired[float],
        "only for a regression: the fraction of explained variance (R²), at most 1; the mean over several targets",
    ]
    rmse: Annotated[
        NotRequired[float],
        "only for a regression: the root mean squared error in the unit of the target; the mean over several targets",
    ]
    coverage: Annotated[
        NotRequired[float],
        "with the loss `quantile`, instead of `r2`: the fraction of the targets that are not above the prediction",
    ]
    pinball: Annotated[
        NotRequired[float], "with the loss `quantile`, instead of `rmse`: the pinball loss in the unit of the target"
    ]
    too_good_for: Annotated[
        NotRequired[dict[str, str]],
        "of held-out rows: `code` of the warning, and the `option` and `column` that it names",
    ]
    weight: Annotated[NotRequired[str], "the column of the weights of the tested rows, by which scores are means"]
    judged: Annotated[
        NotRequired[JudgedFacts],
        "the score of the option [metric](options.md#metric) of the training, or for classes the accuracy, beside "
        "guessing",
    ]


def error_facts(problem: GlassnetError) -> ErrorFacts:
    """Return the JSON of the error of an input that could not be read, among others that could."""
    return {"code": problem.code, "message": problem.text("en", in_terminal)}


def add_scores(facts: ScoreFacts, evaluation: Evaluation, samples: Dataset | None = None) -> None:
    """Add the scores of a test, and the column of the weights of its samples, to the JSON of a command."""
    declared = ScoreFacts.__annotations__
    facts.update(cast("ScoreFacts", {name: one for name, one in evaluation.scores.items() if name in declared}))
    if evaluation.judged is not None:
        facts["judged"] = cast("JudgedFacts", asdict(evaluation.judged))
    if samples is not None and (column := weight_column(samples)):
        facts["weight"] = column


def weight_column(samples: Dataset) -> str:
    """Return the name of the column of the weights of samples; empty if they count alike."""
    weighted = samples.weights is not None and samples.columns is not None and samples.columns.split.weight is not None
    return samples.columns.split.weight.name if weighted else ""


def score_line(evaluation: Evaluation, too_good: Message | None = None) -> str:
    """Return the result of a test as one line, with that for which it is too good."""
    if too_good:
        return f"{score_line(evaluation)} ({shown_text(too_good)})"
    if evaluation.pinball is not None:
        scores = {"coverage": evaluation.coverage, "pinball": shown(evaluation.pinball)}
        return message("quantile", **scores, loss=evaluation.loss)
    if evaluation.accuracy is None:
        assert evaluation.rmse is not None
        return message("numbers", r2=evaluation.r2, rmse=shown(evaluation.rmse), loss=evaluation.loss)
    right = evaluation.samples - len(evaluation.misread)
    weighted = not math.isclose(evaluation.accuracy, right / evaluation.samples, abs_tol=1e-9)
    facts = {"accuracy": below_all(evaluation.accuracy), "right": right, "samples": evaluation.samples}
    return message("right_by_weight" if weighted else "right", **facts, loss=evaluation.loss)


def progress_listener() -> _Bar | _Lines:
    """Return a callback that shows progress: a bar on a terminal, else lines. Close it at the end."""
    return _Bar() if sys.stderr.isatty() else _Lines()


class _Lines:
    """One line per epoch; of many short epochs only the first, the last and about ten others."""

    def close(self) -> None:
        """Do nothing: a line is complete."""

    def __init__(self) -> None:
        self._apart, self._written = 1, -math.inf
        self._unwritten: EpochDone | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, TrainingStarted):
            self._apart, self._written = max(1, event.epochs // _FEW_LINES), -math.inf
        elif isinstance(event, EpochDone):
            self._unwritten = event
            if event.epoch % self._apart == 0 or time.monotonic() - self._written > _LONG:
                self._write()
        elif isinstance(event, TrainingEnded):
            self._write()  # the last epoch, also after early stopping

    def _write(self) -> None:
        event, self._unwritten, self._written = self._unwritten, None, time.monotonic()
        if event is None:
            return
        validation = ""
        if event.validation_loss is not None:
            accuracy = _percent(event.validation_accuracy)
            validation = message("and_validation", loss=event.validation_loss, accuracy=accuracy)
        accuracy = _percent(event.accuracy)
        facts = {"epoch": event.epoch, "loss": event.loss, "accuracy": accuracy, "seconds": event.seconds}
        say(message("epoch_done", **facts, validation=validation))


def _percent(accuracy: float | None) -> str:
    """Return the accuracy that follows a loss; empty if samples do not have one class."""
    return "" if accuracy is None else message("and_accuracy", accuracy=below_all(accuracy))


class _Bar:
    """A progress bar with the loss and accuracy of the last block."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn(message("bar_epoch") + " {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("{task.fields[score]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )

    def __call__(self, event: Event) -> None:
        progress = self._progress
        if isinstance(event, TrainingStarted):
            progress.add_task("", total=event.epochs, epoch=1, epochs=event.epochs, score="")
            REPORTER.output()
            REPORTER.paused = True
            progress.start()
        elif isinstance(event, BlockDone):
            epoch = max(1, -int(-event.progress // 1))
            progress.update(
                progress.task_ids[-1],
                completed=event.progress,
                epoch=epoch,
                score=f"{message('bar_loss')} {event.loss:.4f}{_percent(event.accuracy)}",
            )
        elif isinstance(event, TrainingEnded):
            self.close()

    def close(self) -> None:
        """Restore the terminal, also after a failed training run."""
        self._progress.stop()
        REPORTER.paused = False
