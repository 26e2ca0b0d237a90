"""What every command shares: results to standard output, everything else to standard error, one line for a mistake."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import click

from ..evaluate import Evaluation
from ..events import BlockDone, EpochDone, Event, Preparing, TrainingEnded, TrainingStarted

json_flag = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


def result(text: str = "") -> None:
    """Print to standard output, for people."""
    click.echo(text)


def result_json(value: Any) -> None:
    """Print one JSON value to standard output, for programs."""
    click.echo(json.dumps(value, ensure_ascii=False))


def say(text: str) -> None:
    """Print to standard error: progress and remarks."""
    click.echo(text, err=True)


def shortened(text: str, length: int) -> str:
    """Return a name that fits into a table."""
    return text if len(text) <= length else text[: length - 1] + "…"


def complain(code: str, message: str) -> None:
    """Print a mistake as one line on standard error."""
    click.echo(f"glassnet: {' '.join(message.split())} [{code}]", err=True)


def score_line(evaluation: Evaluation) -> str:
    """Return how a test went, in one line."""
    if evaluation.accuracy is None:
        return f"R² {evaluation.r2:.4f}, RMSE {_plainly(evaluation.rmse)}, loss {evaluation.loss:.4f}"
    right = evaluation.samples - len(evaluation.misread)
    return f"{evaluation.accuracy:.2%} right ({right:,} of {evaluation.samples:,}), loss {evaluation.loss:.4f}"


def _plainly(number: float | None) -> str:
    """Write four digits or more, and no power of ten where people would not."""
    assert number is not None
    return f"{number:,.0f}" if 9999.5 <= number < 1e12 else f"{number:.4g}"


def progress_listener() -> _Bar | _Lines:
    """Return a listener that shows a training: a bar on a terminal, a line an epoch elsewhere. Close it at the end."""
    return _Bar() if sys.stderr.isatty() else _Lines()


class _FirstRunNotice:
    """Says why nothing moves yet, if getting ready takes longer than loading from the cache would."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Preparing) and event.engine == "compiled":
            text = "first run here: compiling the loops, once; this takes some seconds …"
            self._timer = threading.Timer(1.0, say, [text])
            self._timer.daemon = True
            self._timer.start()
        elif isinstance(event, TrainingStarted):
            self.cancel()

    def cancel(self) -> None:
        if self._timer:
            self._timer.cancel()


class _Lines:
    """One line an epoch."""

    def close(self) -> None:
        """Say nothing more."""
        self._notice.cancel()

    def __init__(self) -> None:
        self._notice = _FirstRunNotice()

    def __call__(self, event: Event) -> None:
        self._notice(event)
        if isinstance(event, EpochDone):
            line = f"epoch {event.epoch}: loss {event.loss:.4f}{_percent(event.accuracy)} while learning"
            if event.validation_loss is not None:
                line += f", validation loss {event.validation_loss:.4f}{_percent(event.validation_accuracy)}"
            say(f"{line}, {event.seconds:.2f} s")


def _percent(accuracy: float | None) -> str:
    """Return what follows a loss: nothing where a sample has no one class."""
    return "" if accuracy is None else f", accuracy {accuracy:.2%}"


class _Bar:
    """A progress bar with the last block's loss and accuracy."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._notice = _FirstRunNotice()
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4f}{task.fields[accuracy]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )

    def __call__(self, event: Event) -> None:
        self._notice(event)
        progress = self._progress
        if isinstance(event, TrainingStarted):
            progress.add_task("", total=event.epochs, epoch=1, epochs=event.epochs, loss=float("nan"), accuracy="")
            progress.start()
        elif isinstance(event, BlockDone):
            epoch = max(1, -int(-event.progress // 1))
            progress.update(
                progress.task_ids[-1],
                completed=event.progress,
                epoch=epoch,
                loss=event.loss,
                accuracy=_percent(event.accuracy),
            )
        elif isinstance(event, TrainingEnded):
            self.close()

    def close(self) -> None:
        """Leave the terminal in order, also when the training did not end."""
        self._progress.stop()
        self._notice.cancel()
