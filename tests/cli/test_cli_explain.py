"""``glassnet explain`` on small data, and the commands that it rejects."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glassnet import Dataset, Options, evaluate, fit, load_model, save_model
from glassnet import report as html_report
from glassnet.data import load
from glassnet.explain import examine_node
from glassnet.model.model import Model
from glassnet.training.receipt import add_test
from glassnet.words.explain import EXPLAIN_WORDS
from glassnet.words.plots import WORDS as PICTURE_WORDS
from glassnet.words.report import WORDS as REPORT_WORDS
from support.cli import run, snapshot, working_copy
from support.pages import checked_page
from support.samples import digits, digits_csv, png, small_model, table, write
from support.sources import PACKAGE

pytestmark = pytest.mark.usefixtures("without_cross_validation")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with digits, a model with a training record, an image of a digit, and a model without a record."""
    folder = tmp_path_factory.mktemp("explain")
    (folder / "digits.csv").write_text(digits_csv(150))
    data, options = load(folder / "digits.csv"), Options(hidden=(12,), epochs=2, engine="reference")
    fitted = fit(data, options)
    model: Model = fitted.model
    add_test(model.receipt, evaluate(model, data), recipe="notes")
    save_model(model, folder / "m.safetensors")
    save_model(replace(small_model(), receipt={}), folder / "bare.safetensors")
    files = {
        "seven.png": png(digits(1).inputs[0].reshape(28, 28)),
        "rows.csv": table(),
        "empty.png": png(np.full((60, 90), 255)),
    }
    write(folder, files)
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """A copy of it; a search for inputs takes a tenth of its steps: what it reaches is tested in unit/explain."""
    monkeypatch.setattr(import_module("glassnet.explain.backquery"), "STEPS", 20)
    working_copy(made, tmp_path, monkeypatch)
    return tmp_path


def test_the_example_of_the_notes_needs_no_model(folder):
    text = run("explain", "--example").fine().out
    assert "0.8 · 2/(2 + 3) + 0.5 · 1/(1 + 4) = 0.42" in text
    assert re.search(r"^ +0 +2\.1 +2\.1 +0\.42 ", text, re.M)


def test_a_step_as_text_json_and_page(folder):
    words = ("explain", "m.safetensors", "digits.csv", "--row", 3)
    text = run(*words).fine().out
    assert text.startswith("digits.csv, row 3: true 0, predicted ")
    for part in ("signals", "errors", "changes", "O = sigmoid(W · I); W is 12 × 784", "ΔW = α · δ_", "α = 0.2"):
        assert part in text
    facts = run(*words, "--json", "--learning-rate", 0.1).fine().json()
    assert (facts["label"], facts["row"], facts["learning_rate"]) == (0, 3, 0.1)
    assert np.shape(facts["layers"][0]["ways"]["gradient"]["after"]) == (12, 784)
    assert run(*words, "--html", "step.html").fine().out.splitlines()[-2] == "page      step.html"
    page = (folder / "step.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:)", page) == []
    assert page.count("<img") > 5
    run(*words, "--html", "step.html").refused("GN007", "step.html", "--force")
    both = run(*words, "--html", "step.html", "--force", "--plot", "step.png", "--json").fine().json()
    assert (both["html"], both["picture"]) == ("step.html", "step.png")
    with Image.open("step.png") as picture:
        assert picture.width > picture.height


def test_the_prediction_for_a_sample_without_a_label_is_explained_and_a_step_asks_for_the_label(folder):
    """The label is then given as the error says, and the step is shown."""
    train_on_people(folder, "kind", 120, lambda age, place: "old" if age > 50 else "young")
    (folder / "guests.csv").write_text("age,place\n33,south\n71,north\n")
    (folder / "holes.csv").write_text("age,place,kind\n33,south,young\n71,north,\n")
    np.savetxt("pixels.csv", digits(3).inputs, fmt="%d", delimiter=",")
    for model, *sample in (
        ("m.safetensors", "seven.png"),
        ("m.safetensors", "pixels.csv", "--row", 2),
        ("t.safetensors", "guests.csv", "--row", 0),
        ("t.safetensors", "holes.csv", "--row", 1),
    ):
        words = ("explain", model, *sample)
        assert run(*words).fine().out == run(*words, "--why").fine().out
        assert run(*words, "--json").json() == run(*words, "--why", "--json").json()
        for step in (("--learning-rate", 0.1), *[("--epoch", 1, "--step", 1)] * (len(sample) == 1)):
            for language, word in (("en", "label"), ("zh", "标签")):
                run(*words, *step, "--language", language).refused("GN020", step[0], word)
    assert "'kind'" in run("explain", "t.safetensors", "guests.csv", "--row", 1, "--learning-rate", 0.1).err
    advice = run("explain", "m.safetensors", "seven.png", "--learning-rate", 0.1).err
    place, where = re.search(r"such as (\S+), and explain (\S+ with --row 0)", advice).groups()
    Path(place).parent.mkdir(parents=True)
    shutil.copy("seven.png", place)
    step = run("explain", "m.safetensors", *where.replace("with ", "").split(), "--learning-rate", 0.1).fine().out
    assert step.startswith("labelled, row 0: true 0, predicted ")
    assert run("explain", "t.safetensors", "holes.csv", "--row", 0).fine().out.startswith("holes.csv, row 0: kind is ")
    write(folder, dict.fromkeys(("one.png", "two.png"), png(np.zeros((28, 28), np.uint8))))
    run("explain", "nosuch.png").refused("GN001", "nosuch.png: no such file")
    run("explain", "--why", "one.png", "two.png").refused("GN020", "two.png: a second input")


def test_a_step_of_the_training_run_is_repeated(folder):
    words = ("explain", "m.safetensors", "digits.csv", "--epoch", 2, "--step", 150)
    text = run(*words).fine().out
    assert "Bit-identical to the training run; epochs compared: 2" in text
    facts = run(*words, "--json").fine().json()
    assert facts["same"]
    assert len(facts["rows"]) == 1
    assert run("info", "m.safetensors", "--json").json()["receipt"]["hash"] == facts["hash_after"]


def test_a_step_numbers_rows_as_in_the_data(folder):
    """Also if samples were held out for the test and for early stopping."""
    lines = (folder / "digits.csv").read_text().splitlines()
    made = ("train", "digits.csv", "--engine", "reference", "--epochs", 1, "--hidden", 4, "--no-plot")
    run(*made, "--early-stopping", 3, "--out", "a.safetensors").fine()
    facts = run("explain", "a.safetensors", "digits.csv", "--epoch", 1, "--step", 5, "--json").fine().json()
    wanted = np.array(lines[facts["rows"][0]].split(",")[1:], float) / 255 * 0.99 + 0.01
    np.testing.assert_allclose(facts["layers"][0]["inputs"][0], wanted)


def test_a_step_that_differs_from_the_run_is_reported(folder):
    model = load_model("m.safetensors")
    model.receipt["trails"][0][1] = "0" * 64
    save_model(model, "m.safetensors")
    outcome = run("explain", "m.safetensors", "digits.csv", "--epoch", 1, "--step", 1)
    assert outcome.code == 1
    assert "Differs from the training run: the weights after epoch 1" in outcome.out


@pytest.mark.parametrize("arguments", [("digits.csv", "--row", 5), ("seven.png",)], ids=["row", "picture"])
def test_why(folder, arguments):
    words = ("explain", "m.safetensors", *arguments, "--why")
    text = run(*words, "--train", "digits.csv", "--plot", "why.png").fine().out
    heads = ["predicted", "margin", "pixels", "change", "nearest", "picture", "next"]
    assert [line.split()[0] for line in text.splitlines()[1:] if line[0] != " "] == heads
    with Image.open("why.png") as picture:
        assert picture.width > picture.height
    facts = run(*words, "--train", "digits.csv", "--json").fine().json()
    assert sum(facts["nodes"]) + facts["bias"] == pytest.approx(facts["gap"], abs=1e-5)
    assert len(facts["nearest"]["rows"]) == 5
    own = arguments[0] == "digits.csv"  # the training data
    assert not own or 5 not in facts["nearest"]["rows"]  # the row itself
    assert run(*words, "--json").json()["nearest"] == (facts["nearest"] if own else None)


def test_a_mistake_is_compared_with_the_true_class(folder):
    model, data = load_model("m.safetensors"), load(folder / "digits.csv")
    order = np.argsort(-model.outputs(data.inputs), axis=1, kind="stable")
    row = int(np.flatnonzero((order[:, :2] != data.labels[:, None]).all(axis=1))[0])
    label, (answer, second) = int(data.labels[row]), order[row, :2]
    words = ("explain", "m.safetensors", "digits.csv", "--row", row, "--why")
    facts = run(*words, "--json").fine().json()
    assert (facts["label"], facts["answer"], facts["rival"]) == (label, answer, label)
    text = run(*words, "--plot", "why.png", "--html", "why.html").fine().out
    assert f", then {second} with " in text
    assert f"+ for {answer}, - for {label};" in run(*words).fine().out
    assert f"margin of {answer} over {label}" in (folder / "why.html").read_text(encoding="utf-8")
    report = html_report(model, data)
    assert all(f"margin of {model.predict(data.inputs[[k]])[0]} over {data.labels[k]} is" in report
               for k in evaluate(model, data).misread[:4])  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_why_as_a_page(folder, language):
    words = ("explain", "m.safetensors", "digits.csv", "--row", 5, "--why", "--train", "digits.csv")
    text = run(*words, "--html", "why.html", "--language", language).fine().out
    heads = {"en": ["predicted", "page", "next"], "zh": ["预测", "网页", "下一步"]}
    assert [line.split()[0] for line in text.splitlines()[1:]] == heads[language]
    page = checked_page((folder / "why.html").read_text(encoding="utf-8"))
    assert {"en": "digits.csv, row 5: true ", "zh": "digits.csv，第 5 行：真实"}[language] in page.text
    both = run(*words, "--html", "why.html", "--force", "--plot", "why.png", "--json").fine().json()
    assert (both["html"], both["picture"]) == ("why.html", "why.png")
    run(*words, "--html", "digits.csv").refused("GN022", "digits.csv")


def test_why_for_one_of_several_digits_or_unlabelled_rows(folder):
    """``--row`` selects a digit of a photo or a row without a label; errors mention it."""
    page = Image.new("L", (320, 110), 255)
    for place, pixels in enumerate(digits(12).inputs[:3]):
        digit = Image.fromarray(255 - pixels.reshape(28, 28)).resize((84, 84), Image.Resampling.BICUBIC)
        page.paste(digit, (10 + 104 * place, 13))
    page.save("many.png")
    np.savetxt("plain.csv", digits(4).inputs, fmt="%d", delimiter=",")
    for source, count in (("many.png", 3), ("plain.csv", 4)):
        words = ("explain", "m.safetensors", source, "--why")
        refused = run(*words).refused("GN020", f"{count} samples", f"--row 0 to {count - 1}", "crop the image")
        assert f"the first is '{source}, row 0'" in refused
        run(*words, "--row", count).refused("GN021", f"--row 0 to {count - 1}")
        facts = run(*words, "--row", 2, "--json").json()
        prediction = run("query", "m.safetensors", source, "--json").json()[2]
        assert facts["input"] == prediction["input"] == f"{source}, row 2"
        assert (facts["label"], facts["answer"]) == (None, prediction["answer"])
        for language, name in (("en", f"{source}, row 2"), ("zh", f"{source}，第 2 行")):
            assert run(*words, "--row", 2, "--language", language, "--html", "w.html", "--force").out.startswith(name)
            assert name in checked_page((folder / "w.html").read_text(encoding="utf-8")).text


def test_a_few_labelled_rows_may_lack_classes(folder):
    """The classes are those of the model; an unknown label is rejected."""
    lines = (folder / "digits.csv").read_text().splitlines()
    few = [line for line in lines if line.startswith(("7,", "2,"))][:3]
    (folder / "few.csv").write_text("\n".join(few) + "\n")
    assert run("explain", "m.safetensors", "few.csv", "--row", 1).fine().out.startswith("few.csv, row 1: true ")
    assert run("explain", "m.safetensors", "few.csv", "--row", 1, "--why").out.startswith("few.csv, row 1: true ")
    (folder / "few.csv").write_text("12" + few[0][1:] + "\n" + few[1] + "\n")
    for words in (("--row", 1), ("--row", 1, "--why"), ("--nodes",)):
        run("explain", "m.safetensors", "few.csv", *words).refused("GN017", "label 12")
    (folder / "few.csv").write_text("12" + few[0][1:] + "\n")
    run("explain", "m.safetensors", "few.csv", "--why").refused("GN017", "label 12")


WHY = ("digits.csv", "--row", 5, "--why", "--train", "digits.csv")
WHAT = {
    "why": (*WHY, "--html", "w.html", "--plot", "w.png", "--force"),
    "why printed": WHY,
    "nodes": ("digits.csv", "--nodes"),
    "classes": ("--backquery", "--plot", "b.png", "--force"),
    "replay": ("digits.csv", "--epoch", 1, "--step", 3),
    "step": ("digits.csv", "--row", 5),
}
SAME_IN_BOTH = (
    r"glassnet studio|[\w/]+\.(?:csv|html|png|safetensors)|"
    r"O_prev|notes|gradient|sgd|sigmoid|squared.error|backquery|dream|logit"
)
"""Files, options, and names of ways: what is typed or read by programs."""


@pytest.mark.parametrize("name", WHAT)
def test_output_is_in_one_language(name, folder, quick_backquery):
    chinese = run("explain", "m.safetensors", *WHAT[name], "--language", "zh").fine().out
    assert set(re.findall("[A-Za-z]{3,}", re.sub(SAME_IN_BOTH, "", re.sub("[0-9a-f]{12}…", "", chinese)))) == set()
    english = run("explain", "m.safetensors", *WHAT[name], "--language", "en").fine().out
    assert not re.search("[⺀-鿿]", english)
    numbers = [sorted(re.findall(r"\d+\.\d+", text)) for text in (chinese, english)]
    assert numbers[0] == numbers[1]


def test_every_text_is_used_and_none_is_defined_twice():
    assert set(EXPLAIN_WORDS) & {*REPORT_WORDS, *PICTURE_WORDS} == set()
    sources = list((PACKAGE / "cli").rglob("*.py"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert set(EXPLAIN_WORDS) - set(re.findall(r"[\"'](\w+)[\"']", text)) == set()


@pytest.fixture(scope="module")
def of_incomes(tmp_path_factory):
    """The files of `train_on_people` for a number, as bytes."""
    path = tmp_path_factory.mktemp("people")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        train_on_people(path, "income", 200, lambda age, place: 20 + age / 2 + 8 * (place == "south"))
    return snapshot(path)


def train_on_people(folder, target, rows, targets_of):
    """Write ``people.csv`` with age, place and the columns of `targets_of`, and train ``t.safetensors`` on it."""
    rng = np.random.default_rng(4)
    ages, places = rng.integers(18, 80, rows), rng.choice(["north", "south"], rows)
    lines = [f"{age},{place},{targets_of(age, place)}" for age, place in zip(ages, places, strict=True)]
    (folder / "people.csv").write_text(f"age,place,{target}\n" + "\n".join(lines) + "\n")
    made = ("--target", target, "--members", "1", "--epochs", "20", "--hidden", "32", "--no-plot")
    run("train", "people.csv", *made, "--out", "t.safetensors").fine()


def test_a_step_names_numeric_targets_and_labels(folder, of_incomes):
    write(folder, of_incomes)
    text = run("explain", "t.safetensors", "people.csv", "--row", 7).fine().out
    assert re.match(r"people\.csv, row 7: income is \d[\d.]{0,4}, predicted \d[\d.]{0,4}\n", text)


def test_why_for_a_numeric_target(folder, of_incomes):
    write(folder, of_incomes)
    words = ("explain", "t.safetensors", "people.csv", "--row", 7, "--why", "--train", "people.csv")
    text = run(*words, "--output", "income").fine().out
    assert re.match(r"people.csv, row 7: income is \d", text)
    heads = ["predicted", "baseline", "columns", "nearest", "value", "next"]
    assert [line.split()[0] for line in text.splitlines()[1:] if line[0] != " "] == heads
    facts = run(*words, "--json").fine().json()
    (prediction,) = run("query", "t.safetensors", "people.csv", "--json").json()[7:8]
    assert facts["answer"] == pytest.approx(prediction["answer"], rel=1e-4)
    assert (
        sum(facts["nodes"]) + facts["bias"] == pytest.approx(facts["gap"]) == pytest.approx(facts["answer"], rel=1e-4)
    )
    assert (facts["output"], facts["rival"], facts["flip"]) == (0, None, None)
    assert sum(facts["columns"].values()) == pytest.approx(facts["gap"] - facts["baseline_gap"], rel=0.02, abs=1e-3)
    run(*words, "--output", "age").refused("GN021", "--output age: ", "income")


def test_why_for_one_of_several_labels(folder):
    data = digits(150)
    labels = np.column_stack([data.labels % 2, data.labels > 4]).astype(float)
    several = Dataset(data.inputs, np.arange(150), 2, (28, 28), "d", values=labels, class_names=("odd", "large"))
    options = Options(rule="gradient", targets="multilabel", hidden=(12,), epochs=4, engine="reference")
    save_model(replace(fit(several, options).model, class_names=("odd", "large")), folder / "l.safetensors")
    words = ("explain", "l.safetensors", "seven.png", "--why", "--output", "large")
    outcome = run(*words, "--plot", "label.png")  # a notice reports that nearest samples are omitted
    assert outcome.code == 0
    text = outcome.out
    assert [line.split()[0] for line in text.splitlines()[1:] if line[0] != " "] == [
        "predicted", "logit", "pixels", "change", "picture", "next"]  # fmt: skip
    assert "+ for large, - against large" in text
    facts = run(*words, "--json").json()
    assert facts["output"] == 1
    assert facts["answer"] == (facts["outputs"][1] > 0.5) == (facts["gap"] > 0)
    assert facts["flip"]["answer"] == 1 - facts["answer"]
    assert run(*words[:-1], "1", "--json").json() == facts
    run(*words[:-1], "2").refused("GN021", "odd, large")
    run("explain", "m.safetensors", "seven.png", "--why", "--output", "3").refused("GN022", "one of its classes")
    run("explain", "l.safetensors", "--nodes", "--output", "odd").refused("GN022", "--output")


def test_backquery_of_all_classes_and_of_one(folder):
    lines = run("explain", "m.safetensors", "--backquery").fine().out.splitlines()
    facts = run("explain", "m.safetensors", "--backquery", "--json").fine().json()
    missed = [k for k, answer in enumerate(facts["answers"]["dream"]) if answer != k]
    assert missed, "after so little training, backquery should miss some classes"
    assert [line.split()[0] for line in lines] == ["backquery", "dream", "missed", "picture"]
    assert re.findall(r"\d+", lines[2].split(":")[0]) == list(map(str, missed))
    with_data = run("explain", "m.safetensors", "digits.csv", "--backquery", "--json").fine().json()
    answered = set(load_model("m.safetensors").predict(load("digits.csv").inputs))
    assert {k for k, answer in enumerate(with_data["answers"]["dream"]) if answer == k} >= answered
    assert (folder / "backquery.png").is_file()
    run("explain", "m.safetensors", "--class", "ten").refused("GN021", "--class ten", "0, 1, 2")
    facts = run("explain", "m.safetensors", "--class", 8, "--json", "--plot", "eight.svg").fine().json()
    assert facts["classes"] == [8]
    assert np.shape(facts["inputs"]["dream"]) == np.shape(facts["inputs"]["backquery"]) == (1, 784)
    assert (folder / "eight.svg").read_bytes().startswith(b"<?xml")


def test_nodes(folder):
    text = run("explain", "m.safetensors", "digits.csv", "--nodes", "--plot", "nodes.png").fine().out
    assert "layer 1: 12 sigmoid nodes" in text
    assert "dead (saturated on every sample)" in text
    facts = run("explain", "m.safetensors", "digits.csv", "--nodes", "--json").fine().json()["layers"][0]
    assert sorted(facts["order"]) == list(range(12))
    assert max(facts["matters"]) == facts["matters"][facts["order"][0]]


def test_one_node_as_text_json_page_and_figure(folder):
    words = ("explain", "m.safetensors", "digits.csv", "--node", 7)
    text = run(*words).fine().out
    assert text.startswith("node 7 of hidden layer 1 (sigmoid), on 150 samples of digits.csv\n")
    assert [line.split()[0] for line in text.splitlines() if line[0] != " "][1:] == [
        "activity", "excited", "classes", "outputs", "pixels"
    ]  # fmt: skip
    assert max(map(len, text.splitlines())) <= 80
    facts = run(*words, "--json").fine().json()
    model = load_model("m.safetensors")
    found = examine_node(model, load(folder / "digits.csv"), 7)
    assert facts["rows"] == found.rows.tolist()
    assert facts["adds"] == found.adds.tolist()
    assert f"row {facts['rows'][0]}, true {facts['labels'][0]}, weighted sum {facts['sums'][0]:.4g}, activation" in text
    out = run(*words, "--html", "n.html", "--plot", "n.png", "--layer", 1, "--language", "zh").fine().out
    assert out.startswith("第 1 隐藏层节点 7（sigmoid）")
    page = checked_page((folder / "n.html").read_text(encoding="utf-8"))
    assert len(page.having("img")) == 11
    assert all(f"第 {row} 行" in page.text for row in facts["rows"])
    with Image.open("n.png") as picture:
        assert picture.width > picture.height
    run(*words, "--html", "n.html").refused("GN007", "n.html")


def test_a_node_of_a_table_names_its_columns_targets_and_labels(folder, of_incomes):
    write(folder, of_incomes)
    words = ("explain", "t.safetensors", "people.csv", "--node", 3)
    text = run(*words).fine().out
    assert {"targets", "outputs", "inputs"} < {line.split()[0] for line in text.splitlines()}
    inputs = text.partition("\ninputs ")[2].splitlines()[1:]
    assert {line.split()[0] for line in inputs} == {"age", "place=north", "place=south"}
    assert len({line.strip().split("  ")[0] for line in inputs}) == len(inputs), "each interval of age has its own name"
    run(*words, "--html", "n.html").fine()
    assert "place=south" in checked_page((folder / "n.html").read_text(encoding="utf-8")).text


def test_a_table_with_named_columns(folder):
    train_on_people(folder, "kind", 300, lambda age, place: "old" if age > 50 else "young")
    text = run("explain", "t.safetensors", "people.csv", "--row", 7, "--why", "--train", "people.csv").out
    assert re.search(r"^columns.*\n +age = .*\n +place = ", text, re.M)
    own = run("explain", "t.safetensors", "people.csv", "--row", 7, "--why").fine()
    assert own.out == text, "the training data are recognised"
    assert "--train" not in own.err
    lines = (folder / "people.csv").read_text().splitlines(keepends=True)
    (folder / "other.csv").write_text("".join(lines[:-20]))
    other = run("explain", "t.safetensors", "other.csv", "--row", 7, "--why").fine()
    assert "name the training data with --train" in other.err
    assert "nearest" not in other.out
    facts = run("explain", "t.safetensors", "people.csv", "--row", 7, "--why", "--json").json()
    assert len(facts["columns"]) == 2 < len(facts["inputs"])
    assert sum(facts["columns"].values()) == pytest.approx(sum(facts["inputs"]))
    assert re.search(r"^change    the model predicts kind: \w+ if these columns change:$", text, re.M)
    assert facts["flip"]["distance"] > 0
    changed = facts["flip"]["columns"]
    assert changed
    assert all(f" {name}  " in text for name in changed)
    assert all(one["before"] != one["after"] in ("north", "south") or name == "age" for name, one in changed.items())
    assert (
        run("explain", "t.safetensors", "people.csv", "--row", 7).fine().out.startswith("people.csv, row 7: kind is ")
    )
    assert "dead" in run("explain", "t.safetensors", "people.csv", "--nodes").fine().out
    assert "Bit-identical" in run("explain", "t.safetensors", "people.csv", "--epoch", 1, "--step", 2).out
    run("explain", "t.safetensors", "--backquery").refused("GN081", "columns of a table")


def test_colour_images(folder):
    rng, shades = np.random.default_rng(2), {"red": (200, 20, 20), "green": (20, 200, 20)}
    for name, shade in shades.items():
        (folder / "things" / name).mkdir(parents=True)
        for number in range(12):
            pixels = np.clip(np.array(shade) + rng.integers(-20, 20, (6, 6, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "things" / name / f"{number}.png")
    made = (
        "--set",
        "colour=yes",
        "--size",
        "6x6",
        "--engine",
        "reference",
        "--hidden",
        5,
        "--no-plot",
        "--out",
        "c.st",
    )
    assert run("train", "things", *made).code == 0
    for words in (
        ("things", "--row", 1, "--html", "c.html"),
        ("things", "--row", 1, "--why", "--train", "things", "--plot", "c.png"),
        ("things/red/3.png", "--why"),
        ("--backquery",),
        ("things", "--nodes", "--plot", "n.png"),
    ):
        outcome = run("explain", "c.st", *words)
        assert outcome.code == 0, outcome.err


def test_a_step_is_repeated_from_a_checkpoint(folder):
    made = ("--engine", "reference", "--hidden", 12, "--epochs", 3, "--no-plot", "--out", "k.safetensors")
    assert run("train", "digits.csv", *made, "--checkpoint", "c.st", "--checkpoint-every", 40).code == 0
    words = ("explain", "k.safetensors", "digits.csv", "--epoch", 2, "--step", 9, "--json")
    run(*words, "--checkpoint", "c.st").refused("GN080", "c.st", "later than the requested step")
    run(*words, "--checkpoint", "k.safetensors").refused("GN043", "k.safetensors")
    assert run(*words).fine().json()["same"]


@pytest.mark.parametrize("classes", [3, 12])
def test_each_backquery_method_has_its_own_lines(classes, folder, quick_backquery):
    """For few and many classes: the method of the book first, then activation maximization."""
    data = digits(60)
    samples = Dataset(data.inputs, np.arange(60) % classes, classes, (28, 28), "s")
    save_model(fit(samples, Options(hidden=(6,), epochs=1, engine="reference")).model, "few.safetensors")
    run("explain", "few.safetensors", "--backquery", "--plot", "both.png").fine()
    run("explain", "few.safetensors", "--class", 1, "--plot", "one.png").fine()
    with Image.open("both.png") as picture:
        lines, columns = 2 * -(-classes // 10), min(classes, 10)
        assert picture.width / picture.height == pytest.approx(columns / lines, rel=0.35)


def test_the_digit_reader_is_explained_if_no_model_is_named(folder):
    named = ("explain", PACKAGE / "handwriting/reader.safetensors")
    for words in (("seven.png", "--why"), ("digits.csv", "--row", 3)):
        shown, of_named = (run(*line, *words).fine().out for line in (["explain"], named))
        assert shown == of_named.replace(f"glassnet studio {named[1]}", "glassnet studio")
    run("explain", "digits.csv", "m.safetensors", "--row", 3).refused(
        "GN020", "glassnet explain m.safetensors digits.csv"
    )
    run("explain", "rows.csv", "--row", 1).refused("GN017", "16 values")


REFUSED = {
    "nothing named": ("", "GN020", "no MODEL"),
    "no row": ("m.safetensors digits.csv", "GN020", "--row"),
    "row out of range": ("m.safetensors digits.csv --row 150", "GN021", "--row 0 to 149"),
    "negative row": ("m.safetensors digits.csv --row -1", "GN021", "--row 0 to 149"),
    "data not named": ("m.safetensors --row 1", "GN020", "Name the DATA"),
    "data of another width": ("m.safetensors rows.csv --row 1", "GN017", "16 values"),
    "no such model": ("nobody.safetensors --row 1", "GN001", "nobody"),
    "step beyond the run": ("m.safetensors digits.csv --epoch 2 --step 151", "GN080", "1 to 150"),
    "epoch beyond the run": ("m.safetensors digits.csv --epoch 3 --step 1", "GN080", "1 to 2"),
    "step without epoch": ("m.safetensors digits.csv --step 1", "GN020", "--epoch and --step"),
    "no receipt": ("bare.safetensors rows.csv --epoch 1 --step 1", "GN017", "training record"),
    "other data than trained on": ("m.safetensors rows.csv --epoch 1 --step 1", "GN017", "rows.csv"),
    "two things at once": ("m.safetensors --why --nodes", "GN022", "one thing"),
    "page of nodes": ("m.safetensors digits.csv --nodes --html a.html", "GN022", "--html"),
    "picture of a step over data": ("m.safetensors digits.csv --row 1 --plot digits.csv", "GN021", "digits.csv"),
    "why of nothing": ("m.safetensors --why", "GN020", "image"),
    "why of many": ("m.safetensors digits.csv --why", "GN020", "150 samples"),
    "picture without a digit": ("m.safetensors empty.png --why", "GN085", "empty.png"),
    "no such checkpoint": (
        "m.safetensors digits.csv --epoch 1 --step 5 --checkpoint gone.st",
        "GN001",
        "no such checkpoint",
    ),
    "checkpoint of no step": ("m.safetensors --nodes --checkpoint m.safetensors", "GN022", "--checkpoint"),
    "no such node": ("m.safetensors digits.csv --node 12", "GN021", "nodes 0 to 11"),
    "no such layer": ("m.safetensors digits.csv --node 1 --layer 2", "GN021", "hidden layers 1 to 1"),
    "layer without a node": ("m.safetensors digits.csv --nodes --layer 1", "GN022", "--layer"),
    "no such class": ("m.safetensors --class 10", "GN021", "8, 9"),
    "page over data": ("m.safetensors digits.csv --row 1 --html digits.csv", "GN022", "digits.csv"),
    "picture over data": ("m.safetensors seven.png --why --plot digits.csv", "GN021", "digits.csv"),
    "picture of a kind that is not written": (
        "m.safetensors seven.png --why --plot a.jpg",
        "GN021",
        ".png, .pdf or .svg",
    ),
    "picture into nowhere": ("m.safetensors digits.csv --nodes --plot no/a.png", "GN001", "no"),
    "rate that is not finite": ("m.safetensors digits.csv --row 1 --learning-rate nan", "GN021", "nan"),
    "rate that is no number": ("m.safetensors digits.csv --row 1 --learning-rate fast", "GN020", "fast"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_use_is_rejected_and_changes_no_file(name, folder):
    typed, code, words = REFUSED[name]
    before = snapshot(folder)
    run("explain", *typed.split()).refused(code, words)
    assert snapshot(folder) == before
