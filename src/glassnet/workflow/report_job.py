"""Writing the HTML report of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import data
from ..data import Dataset
from ..errors import OptionError
from ..io.opening import read_once
from ..io.writing import require_page_place, write_text
from ..messages.message import Message
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..messages.progress import step
from ..model.file import load_model
from ..model.model import Model
from ..options.job_parameters import require_declared
from ..options.options import Options
from ..options.spec import option, required
from ..training.receipt import options_of
from . import parameters
from .model_data import load_alike, load_unseen, read_decimals, trained_on_bundled

if TYPE_CHECKING:
    from ..doctor.finding import Finding
    from ..html.report.page import Page


@dataclass(frozen=True)
class ReportJob:
    """The report of a model, and the labelled data that it was not trained on.

    If they are the training data and part of them was held out, only the held-out part is tested.
    """

    model: str = parameters.model_path()
    report: str = required("write an HTML report: training, metrics, mistakes, weights", metavar="FILE")
    source: str | None = option(None, "labelled samples", argument="[DATA]", otherwise="the test digits of MNIST")
    trained_on: str | None = option(
        None,
        "with --report: training data, searched for the samples nearest to each misclassified one",
        flag="train",
        metavar="DATA",
    )
    force: bool = parameters.force()
    decimal: str = parameters.decimal()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)


@dataclass(frozen=True)
class ReportResult:
    """The file of the page, its size in bytes, its contents, and the tested samples, which may be held out."""

    path: str
    size: int
    page: Page
    model: Model
    samples: Dataset | None
    held_out: bool


def write_report(job: ReportJob, *, notify: Notify = ignore) -> ReportResult:
    """Write the report; `notify` is called with each notice."""
    model, source, trained_on = load_model(job.model), job.source, job.trained_on
    require_page_place(job.report, overwrite=job.force)
    if trained_on == source and source is not None and read_once(source):
        raise OptionError(
            "GN022",
            "{source}: can be read only once, so not both as DATA and with {train}. Save it to a file.",
            source=source,
            train=Option("train"),
        )
    samples, training = None, None
    if source is not None or trained_on_bundled(model):
        samples, training = load_unseen(model, job.model, read_decimals(model, source, job.decimal), notify)
    held_out = training is not None
    trained_on = trained_on or (source if held_out else data.BUNDLED if trained_on_bundled(model) else None)
    if trained_on is not None and not (held_out and trained_on == source):
        training = load_alike(model, job.model, trained_on, notify)
    findings = _findings(model, None if held_out else source, trained_on, job.decimal)
    from ..html.report.page import make_page

    with step(Message("writing the sections of {report}", report=job.report)):
        page = make_page(model, samples, job.language, Path(job.model).name, training, findings, held_out)
    write_text(job.report, page.html, overwrite=job.force)
    return ReportResult(job.report, Path(job.report).stat().st_size, page, model, samples, held_out)


def _findings(model: Model, source: str | None, trained_on: str | None, decimal: str) -> list[Finding] | None:
    """Examine the training data together with the test data, or the test data alone.

    Findings about columns that the model does not use are omitted, as are those about groups or time if the training
    kept to them, and sources that can be read only once.
    """
    from ..doctor.data.checks import examine_each  # with polars, which a test without a report does not need
    from ..doctor.data.related import GD53, GD54

    trained_on, source = (None if one is None or read_once(one) else one for one in (trained_on, source))
    recorded = model.receipt.get("options")
    options = options_of(model.receipt) if recorded else Options(input_max=model.scaling.maximum)
    targets = model.columns.target_names if model.columns else (None,)
    if trained_on is not None:
        findings = examine_each(trained_on, source, targets=targets, options=options, decimal=decimal)
    elif source is not None:
        findings = examine_each(source, targets=targets, options=options, decimal=decimal, part="test")
    else:
        return None
    left_out = {name for name, _ in model.columns.dropped} if model.columns else set()
    trained = model.receipt.get("data", {})
    settled = [kind for kind, named in ((GD53, "group"), (GD54, "time")) if named in trained]
    return [one for one in findings if one.kind not in settled and (not one.columns or set(one.columns) - left_out)]
