"""``glassnet report``: a model, how it was made and how it does, on one page."""

from __future__ import annotations

from pathlib import Path

import click

from .. import data
from ..doctor.data.checks import examine_each
from ..doctor.findings import Finding
from ..errors import OptionError
from ..i18n.cli import told
from ..io.opening import read_once
from ..io.writing import require_page_place, write_text
from ..model.file import load_model
from ..model.model import Model
from ..options.options import Options
from ..training.receipt import options_of
from .console import json_flag, result, result_json, score_line
from .flags import decimal_flag, force_flag, language_flag, max_bytes_flag
from .sources import as_told, load_alike, load_unseen, trained_on_bundled


@click.command("report")
@click.argument("model_path", metavar="MODEL")
@click.argument("source", metavar="[DATA]", required=False)
@click.option("-o", "--out", metavar="FILE", help="Where the page goes.  [MODEL-report.html]")
@force_flag
@click.option(
    "--train", "trained_on", metavar="DATA", help="What it was trained on: shows what misread samples are like."
)
@decimal_flag
@language_flag
@json_flag
@max_bytes_flag
def report_command(
    model_path: str,
    source: str | None,
    out: str | None,
    force: bool,
    decimal: str,
    language: str,
    trained_on: str | None,
    as_json: bool,
) -> None:
    """Write one HTML file on a model: how it was made, how it does, what it misreads and why, what its nodes look for.

    DATA are labelled samples that it was not trained on. If none are named, a model of the bundled MNIST is asked about
    its test digits; others are described by what their file holds. If DATA are those it was trained on, with a part
    kept aside for the test, only that part is asked about.
    """
    place = out or str(Path(model_path).with_name(f"{Path(model_path).stem}-report.html"))
    model = load_model(model_path)
    require_page_place(place, overwrite=force or out is None)
    if trained_on == source and source is not None and read_once(source):
        raise OptionError("GN022", f"{source}: as DATA or with --train, it is read once. Save it to a file.")
    samples, training = None, None
    if source is not None or trained_on_bundled(model):
        samples, training = load_unseen(model, model_path, as_told(model, source, decimal))
    kept_aside = training is not None
    trained_on = trained_on or (source if kept_aside else data.BUNDLED if trained_on_bundled(model) else None)
    if trained_on is not None and not (kept_aside and trained_on == source):
        training = load_alike(model, model_path, trained_on)
    findings = _findings(model, None if kept_aside else source, trained_on, decimal)
    from ..html.report.page import make_page

    page = make_page(model, samples, language, Path(model_path).name, training, findings, kept_aside)
    write_text(place, page.html, overwrite=force or out is None)
    size = Path(place).stat().st_size
    if as_json:
        asked = {**page.evaluation.scores, "samples": page.evaluation.samples} if page.evaluation else {}
        made = {"report": place, "language": language, "bytes": size}
        result_json({**made, "sections": page.sections, "without": page.without, **asked})
        return
    if page.evaluation:
        result(told("test", score=score_line(page.evaluation)))
    else:
        result(told("no_test"))
    result(told("report", file=place, size=size / 1000))


def _findings(model: Model, source: str | None, trained_on: str | None, decimal: str) -> list[Finding] | None:
    """Examine what the model was trained on, together with what it is asked about; or this alone.

    What is wrong with columns that the model leaves out is not its concern. What is read once has been read by then.
    """
    trained_on, source = (None if one is None or read_once(one) else one for one in (trained_on, source))
    known = model.receipt.get("options")
    options = options_of(model.receipt) if known else Options(input_max=model.scaling.maximum)
    targets = model.columns.target_names if model.columns else (None,)
    if trained_on is not None:
        findings = examine_each(trained_on, source, targets=targets, options=options, decimal=decimal)
    elif source is not None:
        findings = examine_each(source, targets=targets, options=options, part="test", decimal=decimal)
    else:
        return None
    left_out = {name for name, _ in model.columns.dropped} if model.columns else set()
    return [one for one in findings if not one.columns or set(one.columns) - left_out]
