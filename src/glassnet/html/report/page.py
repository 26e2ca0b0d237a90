"""The report page: its sections, as the model and data allow, and the key figures at the top."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...data import is_bundled
from ...data.dataset import Dataset
from ...data.fingerprint import is_recorded
from ...doctor.finding import Finding
from ...messages.formats import shown
from ...model.evaluate import Evaluation, metric_of
from ...model.intervals import score_intervals
from ...model.model import Model, require_model
from ...model.prediction_intervals import COVERAGE, interval_coverage
from ...plots.labels import number_with_unit, target_of
from ...preprocess.tabular.related_rows import too_good_for
from ...training.callbacks import learning_curves
from ...words.report import percent, say_in
from ...words.speaking import Say
from ..page import render
from .charts import draw_curves
from .comparison import comparison_section
from .effects import columns_section
from .facts import (
    crossed_text,
    format_count,
    model_facts,
    option_settings,
    scores_text,
    sub_receipt,
)
from .misread import misread_section, why_section
from .results import EvaluatedModel, classes_section, confusion_section, numbers_section, reliability_section
from .thresholds import thresholds_section
from .weights import weights_section

TITLES = {
    "comparison": "comparison",
    "made": "made",
    "curve": "curve",
    "confusion": "confusion",
    "classes": "classes",
    "thresholds": "thresholds",
    "numbers": "errors_numbers",
    "reliability": "reliability",
    "misread": "misread_section",
    "why": "why",
    "columns": "columns",
    "weights": "weights_section",
    "doctor": "doctor",
}
"""Section -> key of its heading, in the order of the page."""


class Page(NamedTuple):
    """A page: HTML, sections, sections omitted without data, and the evaluation."""

    html: str
    sections: list[str]
    without: list[str]
    evaluation: Evaluation | None


def make_page(
    model: Model,
    data: Dataset | None,
    language: str,
    name: str,
    training: Dataset | None,
    findings: Sequence[Finding] | None,
    held_out: bool,
) -> Page:
    """Make the page; parameters and errors as for `report`."""
    require_model(model)
    say = say_in(language)
    evaluated = None if data is None else EvaluatedModel.of(model, data)
    sections: dict[str, Any] = {
        "made": {"facts": model_facts(model, say), "settings": option_settings(model, language, say)},
        "curve": {"panels": draw_curves(histories, say) if (histories := learning_curves(model.receipt)) else []},
        "doctor": {"findings": None if findings is None else [_finding(one, language, say) for one in findings]},
    }
    if evaluated is not None:
        sections |= {
            "comparison": comparison_section(evaluated, training, say),
            "columns": columns_section(evaluated, say),
            "confusion": confusion_section(evaluated, say),
            "thresholds": thresholds_section(evaluated, say),
            "classes": classes_section(evaluated, say),
            "numbers": numbers_section(evaluated, say),
            "reliability": reliability_section(evaluated, say),
            "misread": misread_section(evaluated, say),
            "why": why_section(evaluated, training, say),
        }
    sections["weights"] = weights_section(model, evaluated, say, inputs=not sections.get("columns"))
    sections = {section: sections[section] for section in TITLES if sections.get(section)}
    titles = TITLES | ({"weights": "nodes_of_layers"} if "columns" in sections else {})
    without = [] if evaluated else _need_data(model)
    called = name or say("untitled")
    html = render(
        "report.html",
        say=say,
        language=language,
        title=f"{called} – {say('report')}",
        heading=called,
        lead=_marked(_lead(evaluated, say), model if held_out else None, say),
        notes=_notes(model, evaluated, held_out, say),
        tiles=_tiles(model, evaluated, sections, say),
        titles={section: say(titles[section]) for section in sections},
        sections=sections,
        trained_on_bundled=is_bundled(sub_receipt(model.receipt, "data").get("source")),
        file=shlex.quote(name or "MODEL"),
        model=model,
        data=data,
        members=len(model.members),
        target=target_of(model),
        without=[say(TITLES[section]) for section in without],
        bundled=data is not None and is_bundled(data.source),
    )
    return Page(html, list(sections), without, evaluated.evaluation if evaluated else None)


def _need_data(model: Model) -> list[str]:
    of_table = ["comparison", "columns"] if model.columns else []
    if model.targets.name == "values":
        return [*of_table, "numbers"]
    matrix = ["confusion"] if model.targets.of_classes else []
    return [*of_table, *matrix, "classes", "reliability", "misread", *(["why"] if model.targets.of_classes else [])]


def _lead(evaluated: EvaluatedModel | None, say: Say) -> str:
    if evaluated is None:
        return say("lead_none")
    evaluation, target = evaluated.evaluation, target_of(evaluated.model)
    facts = {"samples": format_count(len(evaluated.data)), "source": evaluated.data.source}
    facts |= {"target": target} if target else {}
    if evaluation.coverage is not None:
        return say("lead_quantile", **facts, coverage=percent(evaluation.coverage))
    if evaluation.r2 is not None:
        if evaluation.r2 < 0:
            return say("lead_worse", **facts)
        word = "lead_target_numbers" if target else "lead_numbers"
        return say(word, **facts, r2=percent(evaluation.r2))
    right = format_count(evaluation.samples - len(evaluation.misread))
    return say("lead_target" if target else "lead_classes", **facts, right=right)


def _marked(line: str, model: Model | None, say: Say) -> str:
    """Return a sentence with scores, followed by why those of the model are too good, if they are."""
    why = None if model is None else too_good_for(model.receipt)
    return say("too_good", line=line, why=why) if why else line


def _notes(model: Model, evaluated: EvaluatedModel | None, held_out: bool, say: Say) -> list[str]:
    """Return notes on how to read the figures."""
    if evaluated is None:
        return []
    notes, trained = [], is_recorded(sub_receipt(model.receipt, "data"), evaluated.data)
    if held_out:
        notes.append(say("held_out", source=evaluated.data.source))
    elif trained:
        notes.append(say("trained_on_these"))
    if evaluated.data.weights is not None:
        notes.append(say("weighted"))
    if judged := evaluated.evaluation.judged:
        word = "judged_note" if metric_of(model) else "majority_note"
        notes.append(say(word, line=judged.message(model)))
    if (covered := interval_coverage(model, evaluated.data)) is not None:
        notes.append(say("covered", covered=percent(covered), coverage=f"{COVERAGE:.0%}"))
    if not trained:
        intervals = score_intervals(evaluated.evaluation, evaluated.data)
        if intervals:
            scores = scores_text(evaluated.evaluation.scores, intervals, say)
            notes.append(_marked(say("evaluated_interval", scores=scores), model if held_out else None, say))
        if held_out and (crossed := sub_receipt(model.receipt, "cross_validation")):
            notes.append(_marked(say("evaluated_crossed", scores=crossed_text(crossed, say)), model, say))
    return notes


def _tiles(model: Model, evaluated: EvaluatedModel | None, sections: dict[str, Any], say: Say) -> list[tuple[str, str]]:
    """Return the key figures, each with its label."""
    tiles: list[tuple[str, str]] = []
    if evaluated is not None:
        evaluation = evaluated.evaluation
        if evaluation.accuracy is not None:
            tiles.append((percent(evaluation.accuracy), say("accuracy")))
        if evaluation.r2 is not None and evaluation.rmse is not None:
            rmse = number_with_unit(model, 0, evaluation.rmse) if model.classes == 1 else shown(evaluation.rmse)
            tiles += [(shown(evaluation.r2), say("explained")), (rmse, say("rmse"))]
        if evaluation.coverage is not None and evaluation.pinball is not None:
            tiles += [(percent(evaluation.coverage), say("coverage")), (shown(evaluation.pinball), say("pinball"))]
        if "classes" in sections:
            tiles.append((percent(sections["classes"]["mean_f1"]), say("macro_f1")))
        if "reliability" in sections:
            tiles.append((percent(sections["reliability"]["error"]), say("calibration")))
        tiles.append((shown(evaluation.loss), say("loss_sample")))
        tiles.append((format_count(evaluation.samples), say("samples_tested")))
    trained = sub_receipt(model.receipt, "data").get("samples")
    if isinstance(trained, int):
        tiles.append((format_count(trained), say("samples_trained")))
    tiles.append((format_count(model.network.architecture.layout.size * len(model.members)), say("parameters")))
    return tiles


def _finding(finding: Finding, language: str, say: Say) -> dict[str, Any]:
    rows = ", ".join(map(str, finding.rows))
    if finding.count > len(finding.rows):
        rows = say("and_more", rows=rows, count=format_count(finding.count))
    return {
        "severity": finding.severity,
        "code": finding.code,
        "source": finding.source,
        "meaning": finding.kind.meaning.text(language),
        "text": finding.text.text(language),
        "rows": say("rows_found", rows=rows) if finding.rows else "",
        "advice": finding.kind.advice.text(language),
    }
