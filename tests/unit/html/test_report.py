"""The report is self-contained, agrees with the figures of the model, and works in both languages for every kind."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import cycle

import numpy as np
import pytest

import glassnet
from glassnet import Columns, Dataset, Model, Options, evaluate, fit, reliability
from glassnet.doctor.finding import Finding
from glassnet.doctor.registry import KINDS
from glassnet.errors import DataError, OptionError
from glassnet.html.report.charts import draw_error_histogram, draw_scatter
from glassnet.html.report.results import _with_equal_digits
from glassnet.html.svg import Scale
from glassnet.messages.languages import LANGUAGES
from glassnet.messages.message import Message
from glassnet.preprocess.tabular.dataset import read_table, samples_of
from glassnet.training.receipt import add_test
from glassnet.words.plots import WORDS as SHARED
from glassnet.words.report import WORDS, percent, say_in
from support.messages import in_both
from support.pages import checked_page
from support.samples import digits, small_model
from support.sources import PACKAGE

EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>&amp;'


def made(data: Dataset, **options) -> Model:
    """Train a small network that has a training record."""
    chosen = Options(**{"hidden": (6,), "epochs": 2, "engine": "reference", **options})
    fitted = fit(data, chosen)
    add_test(fitted.model.receipt, evaluate(fitted.model, data), recipe="notes")
    return fitted.model


def rows(count: int = 60, features: int = 9, **known) -> Dataset:
    """Return samples that are not images."""
    inputs = np.random.default_rng(3).normal(size=(count, features)).astype(np.float32)
    known = {"labels": np.arange(count) % 3, "classes": 3, **known}
    return Dataset(inputs, image_shape=None, source="rows.csv", maximum=1.0, **known)


@cache
def of_digits() -> Model:
    return made(digits(100))


def numbers(outputs: int) -> Dataset:
    values = np.random.default_rng(4).normal(50, 9, (60, outputs))
    return rows(values=values, labels=np.arange(60), classes=outputs)


def table(folder) -> tuple[Model, Dataset]:
    rng = np.random.default_rng(4)
    ages = rng.integers(18, 80, 120)
    evil = '"{}"'.format(EVIL.replace('"', '""'))
    lines = [f"{age},{place},{evil if age > 50 else 'young'}" for age, place in zip(ages, "nsw" * 40, strict=True)]
    path = folder / "people.tsv"
    path.write_text("\n".join(["age\t<b>place</b>\tkind", *(line.replace(",", "\t") for line in lines)]) + "\n")
    read = read_table(path, ["kind"])
    samples = samples_of(read, Columns.learn(read, "kind"))
    return made(samples, scaling="unit", input_max=1.0), samples


SEVERAL = {"rule": "gradient", "loss": "cross_entropy", "targets": "multilabel"}
NUMBERS = {"output": "identity", "rule": "gradient", "targets": "values"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_self_contained_and_has_every_section(language):
    model, data = of_digits(), digits(100)
    finding = Finding(KINDS["GD27"], "digits.csv", Message("every column"), rows=(4, 5), count=9)
    text = glassnet.report(model, data, language=language, name="m.safetensors", training=data, findings=[finding])
    page = checked_page(text)
    assert page.having("html") == [{"lang": {"en": "en", "zh": "zh-CN"}[language]}]
    wanted = ["made", "curve", "confusion", "classes", "reliability", "misread", "why", "weights", "doctor"]
    assert [section["id"] for section in page.having("section")] == wanted
    assert len(page.having("svg")) == 3
    evaluation = evaluate(model, data)
    assert percent(evaluation.accuracy) in page.texts
    assert percent(reliability(model, data).expected_error) in page.texts
    for value in (model.hash(), model.receipt["data"]["fingerprint"], "GD27"):
        assert value in page.text
    cells = re.findall(r"<b>(\d+)</b></td>", text)
    assert sum(map(int, cells)) == 100
    assert len(page.having("img")) >= min(28, len(evaluation.misread)) + 6


def test_the_same_model_and_data_give_the_same_bytes():
    pages = [glassnet.report(of_digits(), digits(100), training=digits(100)) for _ in range(2)]
    assert pages[0] == pages[1]


def test_a_page_has_light_dark_and_print_styles():
    text = glassnet.report(of_digits())
    assert "(prefers-color-scheme: dark)" in text
    assert "@media print" in text
    colours = set(re.findall(r"var\((--[a-z-]+)\)", text))
    assert colours <= set(re.findall(r"(--[a-z-]+):", text))


@pytest.mark.parametrize(
    ("kind", "language"),
    [
        *zip(
            ("without", "numbers", "two numbers", "labels", "committee", "warm", "weighted", "wide"),
            cycle(LANGUAGES),
        )
    ],
)
def test_a_page_has_the_sections_of_the_kind_of_model(kind, language):
    data, sections = rows(), {"confusion", "classes", "reliability", "misread"}
    if kind in ("numbers", "two numbers"):
        data, sections = numbers(1 if kind == "numbers" else 2), {"numbers"}
    if kind == "labels":
        indicators = np.random.default_rng(1).integers(0, 2, (60, 3))
        data, sections = rows(values=indicators, labels=np.arange(60)), {"classes", "reliability", "misread"}
    if kind == "weighted":
        data = replace(data, weights=np.linspace(0, 1, 60))
    options = NUMBERS if "number" in kind else SEVERAL if kind == "labels" else {}
    model = made(data, input_max=1.0, members=2 if kind == "committee" else 1, **options)
    if kind == "without":
        model = replace(model, receipt={})
    if kind == "warm":
        model = replace(model, temperature=2.5)
    page = checked_page(glassnet.report(model, data, language=language))
    found = {section["id"] for section in page.having("section")}
    assert found - {"why"} == {"made", "curve", "weights", "doctor"} | sections
    assert ("why" in found) == ("confusion" in found and len(evaluate(model, data).misread) > 0)
    if kind == "warm":
        assert "2.5" in page.text


def test_names_from_files_are_escaped(tmp_path):
    model, samples = table(tmp_path)
    model.receipt["recipe"] = model.receipt["processor"] = model.receipt["blas"] = EVIL
    model.receipt["data"]["source"] = EVIL
    samples = replace(samples, source=EVIL, row_names=tuple([EVIL] * len(samples)))
    finding = Finding(KINDS["GD40"], EVIL, Message("{text}", text=EVIL))
    for language in LANGUAGES:
        page = checked_page(glassnet.report(model, samples, language=language, name=EVIL, findings=[finding]))
        assert EVIL in page.text
        assert "place" in page.text
        assert page.having("b") == [] or "<b>" not in "".join(page.texts[:5])


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_data_the_page_names_the_missing_sections(language):
    page = checked_page(glassnet.report(of_digits(), language=language, name="m.safetensors"))
    assert [section["id"] for section in page.having("section")] == ["made", "curve", "weights", "doctor"]
    place = LANGUAGES.index(language)
    for word in ("confusion", "classes", "reliability", "misread_section", "why"):
        assert in_both(WORDS)[word][place] in page.text
    assert "glassnet test m.safetensors DATA --report report.html" in page.text


def test_a_page_with_many_classes_stays_small():
    count = 150
    inputs = np.random.default_rng(2).integers(0, 256, (600, 64)).astype(np.uint8)
    data = Dataset(
        inputs,
        np.arange(600) % count,
        count,
        (8, 8),
        "many.csv",
        class_names=tuple(f"class {k}" * 9 for k in range(count)),
    )
    text = glassnet.report(made(data, epochs=1), data)
    page = checked_page(text)
    assert len(text) < 500_000
    assert page.having("img")[0]["class"] == "dots"
    assert "Listed are the 60 classes with the lowest F1, of 150 in total." in page.text


def test_large_colour_images_are_reduced():
    inputs = np.random.default_rng(2).integers(0, 256, (40, 96 * 96 * 3)).astype(np.uint8)
    data = Dataset(inputs, np.arange(40) % 2, 2, (96, 96), "photos", reading="photo")
    text = glassnet.report(made(data, epochs=1, initializer="uniform"), data)
    checked_page(text)
    assert len(text) < 2_000_000
    assert 'class="ink"' not in text


@pytest.mark.parametrize(
    "receipt",
    [
        {"recipe": 7, "options": ["x"], "data": {"samples": "many", "source": None}, "curves": "none", "kept": 3},
        {
            "options": {"epochs": "x", "unknown": [1, {}]},
            "result": {"accuracy": "high"},
            "versions": [],
            "resumed": "a",
        },
        {"curves": [{"progress": [1, 2], "loss": [1]}, {"loss": [[1]], "progress": [[1]]}, 5, {"progress": ["a"]}]},
        {"curves": [{"progress": [0.5, 1], "loss": [None, None], "accuracy": [None, 0.5]}], "result": 3, "trails": 1},
        {"curves": [{"progress": [1, 2], "loss": [1.7e308, -1.7e308]}, {"progress": [1, 1e300], "loss": [1, 2]}]},
        {"curves": [{"progress": [], "loss": []}], "data": {"fingerprint": 5}, "recipe": "notes", "options": {}},
    ],
)
def test_a_malformed_training_record_does_not_fail(receipt):
    checked_page(glassnet.report(replace(small_model(), receipt=receipt)))


def test_a_perfect_model_and_a_single_sample():
    model, data = of_digits(), digits(100)
    right = np.flatnonzero(model.predict(data.inputs) == data.labels)
    page = checked_page(glassnet.report(model, data.take(right[:1])))
    assert "All samples are classified correctly." in page.text
    assert "There are no mistakes." in page.text


def test_undefined_scores_are_shown_and_a_bad_fit_is_reported():
    nothing = rows(values=np.zeros((60, 3), int), labels=np.arange(60))
    checked_page(glassnet.report(made(nothing, input_max=1.0, **SEVERAL), nothing))
    model, shifted = made(numbers(1), input_max=1.0, **NUMBERS), numbers(1)
    assert "less accurate than always predicting the mean" in glassnet.report(
        model, replace(shifted, values=shifted.values + 500)
    )
    script_finding = Finding(KINDS["GS01"], "old.py", Message("line {line}: {what}", line=3, what="asfarray"))
    assert "asfarray" in checked_page(glassnet.report(model, language="zh", findings=[script_finding])).text


def test_the_page_says_whether_the_samples_were_used_for_training():
    assert "was trained on these samples" in glassnet.report(of_digits(), digits(100))
    assert "was trained on these samples" not in glassnet.report(of_digits(), digits(100).take(slice(0, 50)))
    assert "that were held out from training" in glassnet.report(
        of_digits(), digits(100).take(slice(0, 50)), held_out=True
    )


def test_mismatched_data_or_an_unknown_language_are_rejected():
    with pytest.raises(DataError) as wrong:
        glassnet.report(of_digits(), rows())
    assert wrong.value.code == "GN017"
    with pytest.raises(OptionError) as wrong_language:
        glassnet.report(of_digits(), language="fr")
    assert wrong_language.value.code == "GN021"


class TestWords:
    def test_every_text_is_used_and_none_is_defined_twice(self):
        own = (PACKAGE / "html").rglob("*.*")
        source = "".join(
            path.read_text(encoding="utf-8")
            for path in own
            if path.suffix in (".py", ".html")
            and not path.name.startswith(("notebook", "service", "step", "worksheet"))
        )
        used = set(re.findall(r"[\"'](\w+)[\"']", source)) | {"error", "warning", "remark"}
        assert set(WORDS) - used == set()
        in_scripts = set(re.findall(r"say\(\"(\w+)\"", source))
        assert in_scripts <= {*WORDS, *SHARED}
        assert set(WORDS) & set(SHARED) == set()

    def test_a_chinese_page_has_no_english_sentence(self):
        data = digits(100)
        page = checked_page(glassnet.report(of_digits(), data, language="zh", training=data))
        sentences = [english for english in WORDS.values() if english.count(" ") > 2 and "{" not in english]
        assert [one for one in sentences if one in page.text] == []


@pytest.mark.parametrize(
    ("low", "high"),
    [(1056.9, 1071.3), (1_234_000, 1_236_400), (-3.2, 8.1), (0.00021, 0.00047), (-1e12, 3e12), (2e-9, 7e-9), (0, 1e7)],
)
def test_values_along_a_scale_are_not_rounded(low, high):
    scale = Scale(low, high, 0, 100)
    for value in scale.ticks(7):
        text = scale.formatter()(float(value)).replace("−", "-").replace(",", "")
        assert float(text) == pytest.approx(value, rel=1e-9, abs=1e-9 * (high - low))


def test_counts_along_a_scale_are_whole():
    page = str(draw_error_histogram(np.array([14.25]), say_in("en")))
    assert page.count(">1</text>") == page.count(">0</text>") - 1 == 1  # 0 along x too


@pytest.mark.parametrize("count", [40, 59, 60])
def test_the_lines_of_errors_are_explained_only_if_drawn(count):
    data = numbers(1)
    page = glassnet.report(made(data, input_max=1.0, **NUMBERS), data.take(slice(0, count)))
    assert ("orange lines are the median error" in page) == ('class="line second' in page) == (count >= 60)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_intervals_and_the_cross_validation_are_shown(language):
    model, data, say = made(rows()), rows(count=30), say_in(language)
    crossed = {"folds": 5, "samples": 60, "accuracy": 0.7, "interval": {"accuracy": (0.65, 0.755)}}
    receipt = {**model.receipt, "result": {"accuracy": 0.5, "samples": 6}, "interval": {"accuracy": [0.25, 0.75]}}
    model = replace(model, receipt={**receipt, "cross_validation": crossed})
    page = glassnet.report(model, data, held_out=True, language=language)
    assert say("with_interval", score=f"{say('accuracy')} 50%", low="25%", high="75%") in page
    assert say("crossed", folds=5) in page
    better = say("with_interval", score=f"{say('accuracy')} 70%", low="65%", high="75.50%")
    assert page.count(better) == 2, "in the facts and beside the headline"
    assert glassnet.report(model, data, language=language).count(better) == 1, "other data"
    for wrong in ({"accuracy": 3}, "x", {"accuracy": ["a", "b"]}):
        glassnet.report(replace(model, receipt={**receipt, "interval": wrong, "cross_validation": wrong}), data)


def test_large_numbers_close_together_are_shown_with_enough_digits():
    """The largest errors show their difference, and no two tick labels of an axis are equal."""
    values = 12_345_000 + np.arange(40.0) * 37
    drawn = str(draw_scatter(values, values + 9, say_in("en")))
    texts = re.findall(r">([\d,.]+)</text>", drawn)
    along_x = re.findall(r"text-anchor=\"middle\">([\d,.]+)</text>", drawn)
    assert len(set(along_x)) == len(along_x) >= 2
    assert len(set(texts)) < len(texts), "both axes have the same values"
    assert _with_equal_digits(12_345_678.0, 12_345_690.25) == ("12,345,678.0", "12,345,690.2")
    assert _with_equal_digits(0.5, -0.25) == ("0.500", "−0.250")
    assert _with_equal_digits(3.0, 3.0) == ("3", "3")
