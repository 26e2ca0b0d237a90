"""The page of one explained prediction is self-contained and agrees with the explanation, for every kind of model."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Columns, Dataset, Model, Options, fit
from glassnet.errors import OptionError
from glassnet.explain.why import Neighbours, why
from glassnet.html.why import answer_page
from glassnet.messages.formats import shown
from glassnet.messages.languages import LANGUAGES
from glassnet.preprocess.tabular.dataset import read_table, samples_of
from support.pages import checked_page
from support.samples import digits

EVIL = "<b>&amp;"


def people(folder, target: str) -> Dataset:
    """Write and read a table with a text column, a number with missing values, and yes or no."""
    rng = np.random.default_rng(4)
    ages = rng.integers(18, 80, 200)
    lines = [
        f"{'' if k % 9 == 0 else age},{EVIL if k % 3 else 'south'},{'yes' if k % 2 else 'no'},"
        f"{'old' if age > 50 else 'young'},{age * 2 + 7 * (k % 2)}"
        for k, age in enumerate(ages)
    ]
    path = folder / "people.csv"
    path.write_text("age,place,married,kind,income\n" + "\n".join(lines) + "\n")
    read = read_table(path, [target])
    return samples_of(read, Columns.learn(read, target, drop=["income" if target == "kind" else "kind"]))


def fitted(data: Dataset, **options) -> Model:
    return fit(data, Options(**{"hidden": (6,), "epochs": 3, "engine": "reference", **options})).model


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """Return name -> model, data and explained output."""
    folder = tmp_path_factory.mktemp("people")
    pictures, classes, numbers = digits(100), people(folder, "kind"), people(folder, "income")
    plain = Dataset(np.random.default_rng(3).normal(size=(60, 4)), np.arange(60) % 3, 3, None, "rows", maximum=1.0)
    indicators = np.column_stack([pictures.labels % 2, pictures.labels > 4]).astype(float)
    labels = Dataset(pictures.inputs, np.arange(100), 2, (28, 28), "d", values=indicators, class_names=("odd", "large"))
    encoded = {"scaling": "unit", "input_max": 1.0}
    several = {"rule": "gradient", "targets": "multilabel"}
    real = {"rule": "gradient", "output": "identity", "targets": "values"}
    return {
        "pictures": (fitted(pictures), pictures, None),
        "table": (fitted(classes, **encoded), classes, None),
        "numbers": (fitted(numbers, **encoded, **real), numbers, 0),
        "rows": (fitted(plain, input_max=1.0), plain, None),
        "labels": (replace(fitted(labels, **several), class_names=("odd", "large")), labels, 1),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["pictures", "table", "numbers", "rows", "labels"])
def test_the_page_of_every_kind(kind, language, kinds):
    model, data, output = kinds[kind]
    found = why(model, data.inputs[5], Neighbours(model, data), output)
    true_value = (data.labels if data.values is None else data.values[:, output or 0])[5]
    page = checked_page(
        answer_page(model, found, name="d.csv", row=5, label=true_value, training="t.csv", language=language)
    )
    assert page.having("html") == [{"lang": {"en": "en", "zh": "zh-CN"}[language]}]
    wanted = ["inputs", "alike"] if kind == "numbers" else ["answers", "inputs", "flip", "alike"]
    wanted.insert(len(wanted) if model.columns else wanted.index("inputs"), "nodes")
    assert [section["id"] for section in page.having("section")] == wanted
    assert shown(found.gap) in page.text
    for row in found.nearest.rows:
        assert {"en": f"row {row}", "zh": f"第 {row} 行"}[language] in page.text
    if language == "zh":
        assert not re.search(r"\b(the|of|node|row|share)\b", page.text)
    if model.columns:  # with their values, each next to its contribution
        assert all(name in page.text for name in model.columns.names)
        assert shown(model.columns.decode(data.inputs[5])["age"]) in page.text
        assert EVIL in page.text
    elif kind != "rows":
        assert len(page.having("img")) >= 3 + len(found.nearest.rows) + 6
    assert page.text.count("t.csv") == 1


def test_the_page_says_that_training_data_or_a_counterfactual_are_missing():
    data = digits(100)
    model = fitted(data)
    found = replace(why(model, data.inputs[5]), flip=None)
    page = checked_page(answer_page(model, found))
    assert "--train" in page.text
    assert "No small change was found" in page.text
    with pytest.raises(OptionError) as wrong_language:
        answer_page(model, found, language="fr")
    assert wrong_language.value.code == "GN021"


def test_encoded_columns_decode_to_their_values(tmp_path):
    data = people(tmp_path, "kind")
    table, rows = read_table(tmp_path / "people.csv"), np.arange(200)
    for row in rows[::17]:
        decoded = data.columns.decode(data.inputs[row])
        age = table.column("age").numbers[row]
        assert decoded["age"] == pytest.approx(age, rel=1e-5, nan_ok=True)
        codes, words = table.column("place").words()
        assert max(decoded["place"], key=decoded["place"].get) == words[codes[row]]
        assert decoded["married"] == {"yes": float(row % 2), "no": float(1 - row % 2)}
