"""The page put together: which sections a model and its data allow, and what stands above them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from ...data import is_bundled
from ...data.dataset import Dataset
from ...doctor.findings import Finding
from ...i18n.finding_details import Detail, in_chinese
from ...i18n.findings_zh import kind_in
from ...i18n.language import Say
from ...i18n.plots import shown
from ...i18n.report import percent, say_in
from ...model.evaluate import Evaluation
from ...model.model import Model, require_model
from ...training.receipt import fingerprint
from ..page import templates, whole_page
from .charts import curves
from .facts import counted, curves_of, facts_of, part, settings_of
from .misread import misread_of, why_of
from .results import Asked, classes_of, confusion_of, numbers_of, reliability_of
from .weights import weights_of

TITLES = {
    "made": "made",
    "curve": "curve",
    "confusion": "confusion",
    "classes": "classes",
    "numbers": "errors_numbers",
    "reliability": "reliability",
    "misread": "misread_section",
    "why": "why",
    "weights": "weights_section",
    "doctor": "doctor",
}
"""Section -> the word that is its heading, in the page's order."""


class Page(NamedTuple):
    """A page: its HTML, the sections it has, those that only data would bring, and how the model did."""

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
    kept_aside: bool,
) -> Page:
    """Make the page; parameters and errors as `report`."""
    require_model(model)
    say = say_in(language)
    asked = None if data is None else Asked.of(model, data)
    found: dict[str, Any] = {
        "made": {"facts": facts_of(model, say), "settings": settings_of(model, language, say)},
        "curve": {"panels": curves(kept, say)} if (kept := curves_of(model.receipt)) else {"panels": []},
        "weights": weights_of(model, asked, say),
        "doctor": {"findings": None if findings is None else [_finding(one, language, say) for one in findings]},
    }
    if asked is not None:
        found |= {
            "confusion": confusion_of(asked, say),
            "classes": classes_of(asked),
            "numbers": numbers_of(asked, say),
            "reliability": reliability_of(asked, say),
            "misread": misread_of(asked, say),
            "why": why_of(asked, training, say),
        }
    found = {section: found[section] for section in TITLES if found.get(section)}
    without = [] if asked else _need_data(model)
    called = name or say("untitled")
    content = (
        templates()
        .get_template("report.html")
        .render(
            say=say,
            language=language,
            name=called,
            trained_on_bundled=is_bundled(part(model.receipt, "data").get("source")),
            file=shlex.quote(name or "MODEL"),
            model=model,
            data=data,
            members=len(model.members),
            lead=_lead(asked, say),
            notes=_notes(model, asked, kept_aside, say),
            tiles=_tiles(model, asked, found, say),
            sections=found,
            titles={section: say(word) for section, word in TITLES.items()},
            without=[say(TITLES[section]) for section in without],
            version=version("glassnet"),
            bundled=data is not None and is_bundled(data.source),
        )
    )
    return Page(
        whole_page(f"{called} – {say('report')}", content, language),
        list(found),
        without,
        asked.evaluation if asked else None,
    )


def _need_data(model: Model) -> list[str]:
    if model.targets.name == "values":
        return ["numbers"]
    matrix = ["confusion"] if model.targets.of_classes else []
    return [*matrix, "classes", "reliability", "misread", *(["why"] if model.targets.of_classes else [])]


def _lead(asked: Asked | None, say: Say) -> str:
    if asked is None:
        return say("lead_none")
    evaluation, facts = asked.evaluation, {"samples": counted(len(asked.data)), "source": asked.data.source}
    if evaluation.r2 is not None:
        if evaluation.r2 < 0:
            return say("lead_worse", **facts)
        return say("lead_numbers", **facts, r2=percent(evaluation.r2))
    return say("lead_classes", **facts, right=counted(evaluation.samples - len(evaluation.misread)))


def _notes(model: Model, asked: Asked | None, kept_aside: bool, say: Say) -> list[str]:
    """Return what must be known to read the figures rightly."""
    if asked is None:
        return []
    notes, trained = [], part(model.receipt, "data")
    if kept_aside:
        notes.append(say("kept_aside", source=asked.data.source))
    elif trained.get("fingerprint") == fingerprint(asked.data):
        notes.append(say("trained_on_these"))
    if asked.data.weights is not None:
        notes.append(say("weighted"))
    return notes


def _tiles(model: Model, asked: Asked | None, found: dict[str, Any], say: Say) -> list[tuple[str, str]]:
    """Return the figures at the top: each with what it counts."""
    tiles: list[tuple[str, str]] = []
    if asked is not None:
        evaluation = asked.evaluation
        if evaluation.accuracy is not None:
            tiles.append((percent(evaluation.accuracy), say("right")))
        if evaluation.r2 is not None and evaluation.rmse is not None:
            tiles += [(percent(evaluation.r2), say("explained")), (shown(evaluation.rmse), say("rmse"))]
        if "classes" in found:
            tiles.append((percent(found["classes"]["mean_f1"]), say("macro_f1")))
        if "reliability" in found:
            tiles.append((percent(found["reliability"]["error"]), say("calibration")))
        tiles.append((shown(evaluation.loss), say("loss_sample")))
        tiles.append((counted(evaluation.samples), say("samples_tested")))
    trained = part(model.receipt, "data").get("samples")
    if isinstance(trained, int):
        tiles.append((counted(trained), say("samples_trained")))
    tiles.append((counted(model.network.architecture.layout.size * len(model.members)), say("parameters")))
    return tiles


def _finding(finding: Finding, language: str, say: Say) -> dict[str, Any]:
    rows = ", ".join(map(str, finding.rows))
    if finding.count > len(finding.rows):
        rows = say("and_more", rows=rows, count=counted(finding.count))
    kind = kind_in(finding.code, language)
    return {
        "severity": finding.severity,
        "code": finding.code,
        "source": finding.source,
        "meaning": kind.meaning,
        "text": in_chinese(finding.text) if language == "zh" else finding.text,
        "foreign": language != "en" and not isinstance(finding.text, Detail),
        "rows": say("rows_found", rows=rows) if finding.rows else "",
        "advice": kind.advice,
    }
