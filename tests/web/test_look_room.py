"""The room Look: what it shows is what Python computes, in a browser and in its routes."""

from __future__ import annotations

import base64
import csv
import itertools
import re
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest

import glassnet
from glassnet.metrics import balanced_accuracy
from glassnet.model.quality import class_quality
from glassnet.serve.studio import labels as label_check
from glassnet.serve.studio import look
from glassnet.workflow.labels_job import LabelsJob, Suspect, find_label_errors
from glassnet.workflow.parameters import TableOptions
from glassnet.workflow.train_job import TrainJob, train
from support.cli import run
from support.web import STATIC
from web.accessible import layout_shift, violations
from web.studio_server import studio_server

VIEWS = ("data", "mistakes", "confusion", "hidden", "labels", "nodes")
ROWS = 200
REVIEW = {0: "3", 1: "9", 2: None, 3: "1", 4: "5"}
"""Rows of the digits -> their corrected labels, None to leave one out."""
CORRECTIONS = "import('/static/rooms/look/corrections.js').then((one) => one.correctionsState)"
TARGETS = {"classes": ("out",), "numbers": ("out",), "labels": ("a", "b")}


def write_table(path: Path, kind: str) -> None:
    rng = np.random.default_rng(1)
    ages, towns = rng.integers(18, 80, ROWS), rng.choice(["Bonn", "Oslo", "Rome"], ROWS)
    noise = rng.random(ROWS)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["age", "town", *TARGETS[kind]])
        for age, town, chance in zip(ages, towns, noise, strict=True):
            answers = {
                "classes": ["yes" if (age > 45) != (chance < 0.1) else "no"],
                "numbers": [round(2.5 * age + 20 * chance, 2)],
                "labels": [int(age > 45), int((town == "Rome") != (chance < 0.1))],
            }
            lines.writerow([age, "" if chance > 0.97 else town, *answers[kind]])


def write_digits(path: Path) -> None:
    digits = glassnet.load_data("mnist", part="test").take(slice(0, 400))
    np.savetxt(path, np.column_stack([digits.labels, digits.inputs]), fmt="%d", delimiter=",")


def write_rare(path: Path) -> None:
    """A table whose columns say nothing of the answer, which is yes in a fifth of the rows."""
    rng = np.random.default_rng(3)
    lines = ["name,age,income,country,churn"]
    for row in range(500):
        age, income, answer = rng.integers(18, 80), rng.integers(1000, 9000), "yes" if row % 5 == 0 else "no"
        lines.append(f"n{row},{age},{income},CH,{answer}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def studio(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A studio with small data of every kind, and a model of each."""
    folder = tmp_path_factory.mktemp("look")
    small = {"hidden": (8,), "epochs": 3}
    write_digits(folder / "digits.csv")
    jobs = {"digits": TrainJob("digits.csv", options={**small, "epochs": 1})}
    for kind, target in TARGETS.items():
        write_table(folder / f"{kind}.csv", kind)
        members = {"members": 2 if kind == "classes" else 1}
        jobs[kind] = TrainJob(f"{kind}.csv", table=TableOptions(target=target), options=small | members)
    write_rare(folder / "rare.csv")
    jobs["rare"] = TrainJob("rare.csv", table=TableOptions(target=("churn",)), options=small)
    with pytest.MonkeyPatch.context() as patch, studio_server() as running:
        patch.chdir(folder)
        patch.setattr("glassnet.workflow.training.result._MOST_WORK", 0)  # no cross-validation
        made = SimpleNamespace(running=running, folder=folder, of={})
        for name, job in jobs.items():
            train(TrainJob(**{**vars(job), "out": f"{name}.safetensors"}))
            data = running.session.add_data(f"{name}.csv", (folder / f"{name}.csv").read_bytes())
            model = running.session.add_model(folder / f"{name}.safetensors", name, data.id)
            made.of[name] = {"data": data.id, "model": model.id}
        yield made


def ask(studio, path, **given):
    return studio.running.get(f"/api/look{path}?{urlencode(given)}")


def every_page(studio, **given):
    first = ask(studio, "/samples", **given).fine()
    rest = [ask(studio, "/samples", **given, page=k).fine() for k in range(2, first["pages"] + 1)]
    samples = [sample for page in (first, *rest) for sample in page["samples"]]
    assert first["total"] == len(samples)
    return samples


def in_python(studio, name, part):
    """The samples of a part of the training run, read by Python, and the model."""
    from glassnet.workflow.model_data import load_unseen

    path = f"{name}.safetensors"
    model = glassnet.load_model(studio.folder / path)
    test, trained = load_unseen(model, path, str(studio.folder / f"{name}.csv"), lambda _: None)
    return model, test if part == "test" else trained


@pytest.mark.parametrize("name", ["digits", "classes"])
def test_a_cell_of_the_matrix_has_exactly_its_rows(studio, name):
    for part in ("train", "test"):
        given = {**studio.of[name], "part": part}
        model, data = in_python(studio, name, part)
        answers = model.predict(data.inputs)
        matrix = np.array(ask(studio, "/confusion", **given).fine()["matrix"])
        assert matrix.sum() == len(data)
        for (true, answer), count in np.ndenumerate(matrix):
            samples = every_page(studio, **given, true=true, answer=answer)
            expected = data.row_numbers[(data.labels == true) & (answers == answer)]
            assert [one["row"] for one in samples] == expected.tolist()
            assert len(samples) == count


def test_mistakes_are_those_of_the_command(studio):
    path = str(studio.folder / "digits.safetensors")
    tested = run("test", path, str(studio.folder / "digits.csv"), "--json").fine().json()
    both = [every_page(studio, **studio.of["digits"], of="mistakes", part=part) for part in ("train", "test")]
    assert tested["misread"]
    assert sorted(one["row"] for samples in both for one in samples) == sorted(tested["misread"])
    for samples in both:
        confidences = [one["confidence"] for one in samples]
        assert confidences == sorted(confidences, reverse=True)
        assert not any(one["right"] for one in samples)


def test_mistakes_of_mnist_are_those_of_the_command(studio):
    reader = str(studio.running.session.model("reader").path)
    tested = run("test", reader, "mnist", "--json").fine().json()
    found = ask(studio, "", data="mnist", model="reader").fine()
    samples = every_page(studio, data="mnist", model="reader", of="mistakes")
    assert [one["row"] for one in samples] == tested["misread"]
    assert found["model"]["scores"]["accuracy"] == tested["accuracy"]
    low, high = found["model"]["intervals"]["accuracy"]
    assert low < tested["accuracy"] < high
    assert (found["part"], found["model"]["trained"]) == ("test", False)
    studied = studio.running.session.model("reader")
    assert look._read(studied, "mnist", "train", "", ["train", "test"], glassnet.Options()).trained


@pytest.mark.parametrize("name", ["digits", *TARGETS])
def test_parts_of_a_run_are_what_it_held_out_and_what_it_was_trained_on(studio, name):
    found = {part: ask(studio, "", **studio.of[name], part=part).fine() for part in ("train", "test")}
    rows = {part: [one["row"] for one in every_page(studio, **studio.of[name], part=part)] for part in found}
    assert sorted(rows["train"] + rows["test"]) == list(range(400 if name == "digits" else ROWS))
    assert found["train"]["model"]["trained"]
    assert not found["test"]["model"]["trained"]
    recorded = glassnet.load_model(studio.folder / f"{name}.safetensors").receipt["result"]
    for score, value in found["test"]["model"]["scores"].items():
        assert value == pytest.approx(recorded[score])


def test_the_page_of_a_row_has_it_and_its_pixels(studio):
    digits = glassnet.load_data(studio.folder / "digits.csv")
    for row in (0, 59, 60, 399):
        page = ask(studio, "/samples", data=studio.of["digits"]["data"], row=row).fine()
        rows = [one["row"] for one in page["samples"]]
        assert row in rows
        pixels = np.frombuffer(base64.b64decode(page["pixels"]), np.uint8).reshape(len(rows), -1)
        assert np.array_equal(pixels, digits.inputs[rows])
        assert np.array_equal(np.frombuffer(base64.b64decode(page["row_pixels"]), np.uint8), digits.inputs[row])
        assert (page["row"]["row"], page["row"]["label"]) == (row, str(digits.labels[row]))


def test_a_label_filters_the_samples(studio):
    digits = glassnet.load_data(studio.folder / "digits.csv")
    samples = every_page(studio, data=studio.of["digits"]["data"], true=3)
    assert [one["row"] for one in samples] == np.flatnonzero(digits.labels == 3).tolist()


def test_the_hidden_space_is_that_of_python(studio):
    for name, given in (("digits", studio.of["digits"]), ("mnist", {"data": "mnist", "model": "reader"})):
        found = ask(studio, "/hidden", **given).fine()
        if name == "mnist":
            model, data = studio.running.session.model("reader").model, glassnet.load_data("mnist", part="test")
        else:
            model, data = in_python(studio, name, "test")
        space = glassnet.explain.hidden_space(model, data)
        assert len(found["points"]) == min(len(data), 2000) == len(found["rows"])
        assert found["labels"] == space.labels.tolist()
        assert np.corrcoef(np.ravel(found["points"]), space.points.ravel())[0, 1] > 0.9999
        labels = dict(zip(data.row_numbers.tolist(), data.labels.tolist(), strict=True))
        assert [labels[row] for row in found["rows"]] == found["labels"]


def test_a_regression_has_its_largest_errors_first(studio):
    given = {**studio.of["numbers"], "part": "train"}
    samples = every_page(studio, **given, of="mistakes")
    sizes = [abs(one["error"][0]) for one in samples]
    assert sizes == sorted(sizes, reverse=True)
    found = ask(studio, "/confusion", **given).fine()
    points = dict(zip(found["rows"], found["points"], strict=True))
    assert {one["row"]: [one["label"][0], one["answer"][0]] for one in samples} == points
    assert "right" not in samples[0]


def test_several_labels_have_a_matrix_each(studio):
    given = {**studio.of["labels"], "part": "train"}
    found = ask(studio, "/confusion", **given).fine()
    model, data = in_python(studio, "labels", "train")
    answers = model.predict(data.inputs)
    for output, matrix in enumerate(found["matrices"]):
        for (true, answer), count in np.ndenumerate(np.array(matrix)):
            samples = every_page(studio, **given, output=output, true=true, answer=answer)
            right = (data.values[:, output] == true) & (answers[:, output] == answer)
            assert [one["row"] for one in samples] == data.row_numbers[right].tolist()
            assert len(samples) == count


def test_a_row_of_a_table_has_its_columns(studio):
    with (studio.folder / "classes.csv").open(newline="") as file:
        lines = [*csv.DictReader(file)]
    found = ask(studio, "", **studio.of["classes"]).fine()
    assert found["columns"] == ["age", "town"]
    for one in every_page(studio, **studio.of["classes"]):
        line = lines[one["row"]]
        assert [str(cell or "") for cell in one["cells"]] == [line["age"], line["town"]]
        assert one["label"] == line["out"]


def test_nodes_are_those_of_python(studio):
    found = ask(studio, "/nodes", **studio.of["digits"]).fine()
    model, data = in_python(studio, "digits", "test")
    for shown, layer in zip(found["layers"], glassnet.explain.examine_nodes(model, data), strict=True):
        assert [one["node"] for one in shown["nodes"]] == layer.order[:24].tolist()
        assert (shown["dead"], shown["saturated"]) == (layer.dead.tolist(), layer.saturated.tolist())
        weights = np.frombuffer(base64.b64decode(shown["nodes"][0]["weights"]), "<f4")
        assert np.array_equal(weights, layer.weights[layer.order[0]].astype("<f4"))


def test_a_node_is_what_python_finds(studio):
    model, data = in_python(studio, "digits", "test")
    found = ask(studio, "/node", **studio.of["digits"], layer=1, node=3).fine()
    node = glassnet.explain.examine_node(model, data, 3, count=12)
    assert [one["row"] for one in found["excited"]] == node.rows.tolist()
    for name in ("by_output", "adds"):
        values = getattr(node, name)
        assert found[name] == pytest.approx([None if np.isnan(one) else one for one in values])
    assert (found["mean"], found["flat"]) == pytest.approx((node.mean, node.flat))
    assert np.array_equal(np.frombuffer(base64.b64decode(found["weights"]), "<f4"), node.weights.astype("<f4"))
    assert ask(studio, "/node", **studio.of["digits"], node=8).refused(400, "GN021")


@pytest.mark.parametrize("name", ["classes", "rare", "digits"])
def test_the_quality_is_that_of_scikit_learn(studio, name):
    scores = pytest.importorskip("sklearn.metrics")
    model, data = in_python(studio, name, "test")
    facts = ask(studio, "", **studio.of[name]).fine()["model"]
    quality = facts["quality"]
    answers, shares = model.predict(data.inputs), model.predict_proba(data.inputs)
    counts = np.bincount(data.labels, minlength=model.classes)
    assert (quality["most"], quality["share"]) == (model.name_of(int(counts.argmax())), counts.max() / len(data))
    assert quality["balanced_accuracy"] == pytest.approx(scores.balanced_accuracy_score(data.labels, answers))
    gap = facts["calibration"]["confidence"] - facts["calibration"]["accuracy"]
    agree, over = abs(gap) <= 0.01, gap > 0
    assert facts["calibration"]["verdict"] == ("agree" if agree else "over" if over else "under")
    if name == "digits":
        assert (quality["matters"], quality.get("counts")) == (False, None)
        return
    positive = [model.name_of(k) for k in range(2)].index(quality["classes"][1])
    assert counts[positive] <= counts[1 - positive]
    truth, share = data.labels == positive, shares[:, positive].astype(float)
    assert quality["auc"] == pytest.approx(scores.roc_auc_score(data.labels, shares[:, 1]))
    for threshold, found in zip(quality["thresholds"], quality["counts"], strict=True):
        assert found == scores.confusion_matrix(truth, share >= threshold, labels=[False, True]).ravel().tolist()
    for threshold in (0.0, 0.2, 0.35, 1.0):
        found = ask(studio, "/confusion", **studio.of[name], threshold=threshold).fine()["matrix"]
        high = np.where(share >= threshold, positive, 1 - positive)
        assert found == scores.confusion_matrix(data.labels, high, labels=[0, 1]).tolist()
        listed = every_page(studio, **studio.of[name], threshold=threshold, true=0, answer=1)
        assert [one["row"] for one in listed] == data.row_numbers[(data.labels == 0) & (high == 1)].tolist()


def test_a_training_run_has_the_quality_that_look_has(studio):
    given = {"recipe": "table", "table": {"target": "churn"}, "options": {"hidden": [8], "epochs": 2, "members": 1}}
    job = studio.running.post("/api/train", {"data": studio.of["rare"]["data"], **given}).fine()["job"]
    result = studio.running.finished(job)["result"]
    looked = ask(studio, "", data=studio.of["rare"]["data"], model=result["model"], part="test").fine()["model"]
    assert result["quality"] == looked["quality"]
    assert (looked["judged"], result["judged"]) == ([], [])


def test_the_page_computes_the_same_quality(run_module):
    """`here/evaluate.js` against `model/quality.py`, also with equal probabilities and a decision."""
    rng = np.random.default_rng(2)
    for classes, decision in ((2, ()), (2, (1.0, 4.0)), (3, ())):
        shares = np.round(rng.dirichlet(np.ones(classes), 90), 2).astype(np.float32)
        truth = rng.choice(classes, 90, p=[0.7, *[0.3 / (classes - 1)] * (classes - 1)])
        answers = (shares * (decision or 1)).argmax(axis=1)
        names = [f"class {k}" for k in range(classes)]
        targets = SimpleNamespace(of_classes=True, classes=classes, low=0, high=1, decision=decision)
        model = SimpleNamespace(classes=classes, targets=targets, probabilities=lambda outputs: outputs)
        confusion = np.zeros((classes, classes), int)
        np.add.at(confusion, (truth, answers), 1)
        balanced = float(balanced_accuracy(truth, answers))
        evaluation = SimpleNamespace(samples=90, balanced_accuracy=balanced, outputs=shares, confusion=confusion)
        expected = class_quality(model, SimpleNamespace(values=None, labels=truth, weights=None), evaluation)
        given = {"truth": truth.tolist(), "answers": answers.tolist(), "shares": shares.tolist(), "names": names}
        found = run_module(
            """const { qualityOf } = await import("/static/here/evaluate.js");
            const one = { truth: Int32Array.from(given.truth), answers: Int32Array.from(given.answers),
              probabilities: given.shares.map((row) => Float32Array.from(row)), samples: given.truth.length };
            return qualityOf(one, { classes: given.names, targets: given.targets }, false);""",
            {**given, "targets": {"low": 0, "high": 1, "decision": decision}},
        )
        assert found["most"] == names[expected.most]
        for name in ("share", "balanced_accuracy", "auc"):
            assert found[name] == pytest.approx(getattr(expected, name))
        if classes == 2:
            assert found["threshold"] == pytest.approx(expected.threshold)
            assert found["thresholds"] == pytest.approx(expected.thresholds.tolist())
            assert found["counts"] == expected.counts.tolist()


def test_ten_classes_have_ten_marks(run_module):
    """No two have the same shape, or colours that are close; all colours stand out from the page, light and dark."""
    style = (STATIC / "style.css").read_text() + (STATIC / "rooms/look.css").read_text()
    pairs = dict(re.findall(r"(--[\w-]+): light-dark\((#\w+), #\w+\)", style))
    darks = dict(re.findall(r"(--[\w-]+): light-dark\(#\w+, (#\w+)\)", style))
    marks = run_module(
        """const { markOf } = await import("/static/rooms/look/scatter.js");
        return Array.from({ length: 10 }, (_, group) => {
          const { loops, colour } = markOf(group);
          const canvas = new OffscreenCanvas(16, 16).getContext("2d");
          for (const loop of loops) {
            loop.forEach(([x, y], i) => canvas[i ? "lineTo" : "moveTo"](8 + 4 * x, 8 + 4 * y));
            canvas.closePath();
          }
          canvas.fill();
          return { colour, ink: [...canvas.getImageData(0, 0, 16, 16).data].filter((_, k) => k % 4 === 3) };
        });"""
    )
    assert len({one["colour"] for one in marks}) == 10
    for first, second in itertools.combinations(marks, 2):
        apart = np.abs(np.subtract(first["ink"], second["ink"])).sum() / max(sum(first["ink"]), sum(second["ink"]))
        assert apart > 0.2, (first["colour"], second["colour"])
        for theme in (pairs, darks):
            assert np.linalg.norm(oklab(theme[first["colour"]]) - oklab(theme[second["colour"]])) > 0.08
    for theme in (pairs, darks):
        for one in marks:
            assert contrast(theme[one["colour"]], theme["--raised"]) >= 3


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours (WCAG 2)."""
    low, high = sorted(float(linear(one) @ (0.2126, 0.7152, 0.0722)) + 0.05 for one in (first, second))
    return high / low


def oklab(colour: str) -> np.ndarray:
    """A colour in OKLab (Ottosson 2020), where distances are about as large as they look."""
    to_cones = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
    to_cones.append([0.0883024619, 0.2817188376, 0.6299787005])
    to_lab = [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099]]
    to_lab.append([0.0259040371, 0.7827717662, -0.808675766])
    return np.array(to_lab) @ np.cbrt(np.array(to_cones) @ linear(colour))


def test_a_model_judges_labels_that_it_was_not_trained_on(studio):
    given = {**studio.of["digits"], "judge": "model"}
    job = studio.running.post("/api/look/labels", given).fine()
    result = studio.running.finished(job["id"])["result"]
    misread = every_page(studio, **studio.of["digits"], of="mistakes")
    assert {one["row"] for one in result["suspects"]} == {one["row"] for one in misread}
    message = studio.running.post("/api/look/labels", {**given, "part": "train"}).refused(400, "GN022")
    assert "trained on these labels" in message


@pytest.mark.parametrize("name", ["digits", "classes"])
def test_corrections_are_those_of_the_command(studio, tmp_path, name):
    """The copy and its log: `labels --fix` makes the same copy of it, and the original stays as it was."""
    source = studio.folder / f"{name}.csv"
    before = source.read_bytes()
    part = "train" if name == "digits" else "test"
    labels = {one["row"]: one["label"] for one in every_page(studio, **studio.of[name], part=part)}
    others = {"yes": "no", "no": "yes", **{str(k): str((k + 1) % 10) for k in range(10)}}
    new = {row: others[label] for row, label in [*labels.items()][:4]} | {[*labels][5]: None}
    corrections = [{"row": row, "new": label, "likely": "x", "wrong_probability": 0.5} for row, label in new.items()]
    given = {**studio.of[name], "part": part, "corrections": corrections}
    made = studio.running.post("/api/look/corrected", given).fine()
    assert (made["changed"], made["dropped"], made["data"]) == (4, 1, "")
    assert studio.running.post("/api/look/corrected", given).fine()["id"] == made["id"]
    copy, log = (studio.running.get(f"/api/look/corrected/{made['id']}/{what}").body for what in ("data", "log"))
    (tmp_path / "log.csv").write_bytes(log)
    flags = ["--target", "out"] if name == "classes" else []
    fixed = tmp_path / "fixed.csv"
    run("labels", str(source), *flags, "--fix", str(tmp_path / "log.csv"), "--to", str(fixed)).fine()
    assert fixed.read_bytes() == copy != before
    assert source.read_bytes() == before
    with (tmp_path / "log.csv").open(newline="") as file:
        lines = [*csv.DictReader(file)]
    assert [*lines[0]] == [*Suspect._fields, "new"]
    assert {int(one["row"]): one["new"] for one in lines} == {row: label or "drop" for row, label in new.items()}
    assert {int(one["row"]): one["label"] for one in lines} == {row: labels[row] for row in new}
    opened = studio.running.post("/api/look/corrected", {**given, "open": True}).fine()["data"]
    assert Path(studio.running.session.get_data(opened).source).read_bytes() == copy


def test_the_test_part_of_mnist_is_corrected_for_testing(studio):
    given = {"data": "mnist", "part": "test", "corrections": [{"row": 7, "new": "4"}, {"row": 9, "new": None}]}
    opened = studio.running.post("/api/look/corrected", {**given, "open": True}).fine()["data"]
    copy, digits = studio.running.session.samples(opened), glassnet.load_data("mnist", part="test")
    expected = np.delete(np.where(np.arange(len(digits)) == 7, 4, digits.labels), 9)
    assert np.array_equal(copy.labels, expected)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"corrections": []}, "GN021"),
        ({"corrections": [{"row": 1, "new": 3}]}, "GN021"),
        ({"corrections": [{"new": "3"}]}, "GN021"),
        ({"corrections": [{"row": 4000, "new": "3"}]}, "GN074"),
        ({"corrections": [{"row": 1, "new": "other"}]}, "GN074"),
        ({"corrections": [{"row": 1, "new": None}], "name": "numbers"}, "GN022"),
    ],
)
def test_corrections_that_cannot_be_made_get_a_clear_line(studio, given, code):
    place = studio.of[given.get("name", "digits")]
    studio.running.post("/api/look/corrected", {**place, **given}).refused(400, code)
    studio.running.get("/api/look/corrected/corrected-99/data").refused(400, "GN021")


def test_a_check_of_labels_can_be_stopped(studio, monkeypatch):
    stopping, started = threading.Event(), threading.Event()

    def check(task, fold_done):
        started.set()
        stopping.wait()
        fold_done(1, 0.5)
        raise AssertionError("the check was not stopped")

    monkeypatch.setattr(label_check, "find_label_errors", check)
    job = studio.running.post("/api/look/labels", studio.of["classes"]).fine()["id"]
    started.wait()
    studio.running.post(f"/api/jobs/{job}/stop").fine()
    stopping.set()
    ended = studio.running.finished(job)
    assert (ended["state"], ended["result"]) == ("stopped", None)


def test_another_column_can_be_predicted(studio):
    given = {"data": studio.of["classes"]["data"], "target": "town"}
    found = ask(studio, "", **given).fine()
    assert found["classes"] == ["Bonn", "Oslo", "Rome"]
    assert found["targets"] == ["age", "town", "out"]
    samples = every_page(studio, **given, true=2)
    assert {one["label"] for one in samples} == {"Rome"}
    with (studio.folder / "classes.csv").open(newline="") as file:
        rows = [number for number, line in enumerate(csv.DictReader(file)) if line["town"] == "Rome"]
    assert [one["row"] for one in samples] == rows


@pytest.mark.parametrize(
    ("path", "given", "code", "fragment"),
    [
        ("/samples", {"row": 400}, "GN021", "row 400"),
        ("/samples", {"page": 8}, "GN021", "page 8: expected 1 to"),
        ("/samples", {"page": 0}, "GN021", "page"),
        ("/samples", {"true": 10}, "GN021", "true"),
        ("/samples", {"rows": "1,x"}, "GN021", "rows"),
        ("/hidden", {"layer": 2}, "GN021", "layer 2"),
        ("", {"part": "other"}, "GN021", "part"),
        ("", {"data": "data-99"}, "GN021", "data-99"),
        ("", {"model": "run-99"}, "GN021", "run-99"),
        ("/confusion", {"model": ""}, "GN022", "Choose one"),
    ],
)
def test_what_is_not_there_gets_a_clear_line(studio, path, given, code, fragment):
    refused = ask(studio, path, **{**studio.of["digits"], **given})
    assert fragment in refused.refused(400, code)
    chinese = ask(studio, path, **{**studio.of["digits"], **given, "lang": "zh"}).refused(400, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


def test_a_model_that_nobody_chose_is_not_used_where_it_does_not_fit(studio):
    given = {"data": studio.of["classes"]["data"], "model": "reader"}
    assert ask(studio, "", **given, if_fits=1).fine()["model"] is None
    ask(studio, "", **given).refused(400, "GN017")


def test_the_cache_is_small(studio):
    for name in ("digits", *TARGETS):
        for part in ("train", "test"):
            ask(studio, "", **studio.of[name], part=part).fine()
    assert len(studio.running.session.cache("look", 0)._values) <= 4


@pytest.mark.parametrize("name", ["digits", *TARGETS])
@pytest.mark.parametrize("view", VIEWS)
def test_what_is_taken_away_runs(studio, monkeypatch, capsys, name, view):
    if (view in ("hidden", "labels") and name in ("numbers", "labels")) or (view, name) == ("labels", "digits"):
        return  # these views say that they are for classes; and one check of labels is enough
    monkeypatch.chdir(studio.folder)
    given = {"room": "look", **studio.of[name], "view": view, "row": 5 if view == "data" else ""}
    given["part"] = "train"
    if view == "data":
        given["row"] = every_page(studio, **studio.of[name], part="train")[0]["row"]
    program = studio.running.post("/api/take-away", {**given, "form": "python"}).fine()["text"]
    exec(compile(program, f"{name}-{view}", "exec"), {})
    printed = capsys.readouterr().out
    if view == "mistakes" and name != "numbers":
        mistakes = every_page(studio, **studio.of[name], part="train", of="mistakes")
        if name != "labels":
            assert [int(line.split()[0]) for line in printed.splitlines()[-len(mistakes) :]] == [
                one["row"] for one in mistakes
            ]
    command = studio.running.post("/api/take-away", {**given, "form": "command"}).fine()["text"]
    last = command.splitlines()[-1].split()
    assert last[0] == "glassnet"
    extra = ["--force"] if view == "hidden" else []
    run(*last[1:], *extra).fine()


# in a browser


@pytest.fixture
def look_page(studio, page):
    """A function that opens the room in a state and returns the page, when it shows the view."""
    name, _, token = studio.running.cookie.partition("=")
    page.context.add_cookies([{"name": name, "value": token, "url": studio.running.origin}])
    page.set_viewport_size({"width": 1280, "height": 900})
    outside = []
    page.on("request", lambda one: None if one.url.startswith(studio.running.origin) else outside.append(one.url))

    def open_room(**state):
        page.goto(f"{studio.running.origin}/look?{urlencode(state)}")
        return ready(page)

    yield open_room
    assert outside == []


def ready(page):
    page.wait_for_selector(".look-view:not([aria-busy]) > *")
    return page


def state_of(page):
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def rows_of(page):
    return [int(one.get_attribute("data-row")) for one in page.query_selector_all("[data-row]")]


def test_browse_by_keyboard(studio, look_page):
    page = look_page(data="mnist", model="reader")
    assert rows_of(page) == list(range(60))
    page.focus("[data-row='0']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("[data-row='1'][aria-selected=true]:focus")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[aria-selected=true]:not([data-row='1'])")
    row = int(state_of(page)["row"])
    assert row > 1
    assert page.locator(".look-card h2").inner_text() == f"Row {row}"
    assert page.locator("[aria-selected=true]").get_attribute("data-row") == str(row)
    page.keyboard.press("PageDown")
    page.wait_for_selector("[data-row='60']:focus")
    assert state_of(page)["page"] == "2"
    assert rows_of(page) == list(range(60, 120))
    page.reload()
    ready(page)
    assert rows_of(page) == list(range(60, 120))
    page.go_back()
    page.wait_for_selector("[data-row='0']")
    page.get_by_label("Row", exact=True).fill("9999")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-row='9999'][aria-selected=true]")
    links = {one.inner_text(): one.get_attribute("href") for one in page.locator(".look-card a").all()}
    for room in ("Step", "Draw"):
        link = urlsplit(links[f"Open in {room}"])
        assert link.path == f"/{room.lower()}"
        assert parse_qs(link.query) == {"model": ["reader"], "data": ["mnist"], "part": ["test"], "row": ["9999"]}
    page.get_by_text("Take it away").click()
    page.get_by_text("glassnet show mnist --part test --row 9999").wait_for()


def test_choose_a_cell_by_keyboard(studio, look_page):
    page = look_page(**studio.of["digits"], part="train", view="confusion")
    matrix = ask(studio, "/confusion", **studio.of["digits"], part="train").fine()["matrix"]
    page.focus(".look-counts [tabindex='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".look-cell [role=status]")
    assert (state_of(page)["true"], state_of(page)["answer"]) == ("1", "2")
    expected = every_page(studio, **studio.of["digits"], part="train", true=1, answer=2)
    assert rows_of(page) == [one["row"] for one in expected]
    counts = [int(one.inner_text().replace("·", "0").replace(",", "")) for one in page.locator(".look-count").all()]
    assert counts == [count for row in matrix for count in row]


def test_walk_through_the_hidden_space(studio, look_page):
    page = look_page(**studio.of["digits"], part="train", view="hidden")
    page.focus("canvas.look-scatter")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".look-card:not([hidden])")
    first = state_of(page)["row"]
    page.keyboard.press("ArrowRight")
    page.wait_for_function("row => !location.search.includes(`row=${row}`)", arg=first)
    key = page.locator(".look-key").first
    name = key.inner_text().strip()
    key.press("Enter")
    assert key.get_attribute("aria-pressed") == "false"
    page.get_by_text("As a table").click()
    page.locator(".twin tbody tr").first.wait_for()
    labels = {row.locator("td").first.inner_text() for row in page.locator(".twin tbody tr").all()}
    assert labels
    assert name not in labels
    page.reload()
    assert ready(page).locator(".look-key").first.get_attribute("aria-pressed") == "false"


def test_labels_are_checked_in_the_page_as_by_the_command(studio, look_page):
    given = studio.of["classes"]
    speed = studio.running.session.cache(label_check._SPEED, 1)
    before = speed.get(label_check._SPEED) or 1  # that of an earlier check in this session
    judges = ask(studio, "/labels", **given).fine()
    assert judges["networks"] > 0
    assert judges["model"] > 0
    assert ask(studio, "/labels", **given, part="train").fine()["model"] is None
    events = studio.running.events()
    page = look_page(**given, view="labels")
    page.get_by_role("button", name="Check the labels").click()
    page.wait_for_selector(".look-rows [data-row]")
    job = state_of(page)["job"]
    result = studio.running.get(f"/api/jobs/{job}").fine()["result"]
    seen = events.until(lambda event: event["type"] == "look_labels" and event["data"]["fold"] == label_check.FOLDS)
    events.close()
    assert seen[-1]["data"]["job"] == job
    assert seen[-1]["data"]["seconds_left"] == 0
    slower = speed.get(label_check._SPEED) / before
    assert ask(studio, "/labels", **given).fine()["networks"] == pytest.approx(judges["networks"] * slower)
    task = LabelsJob(str(studio.folder / "classes.csv"), table=TableOptions(target=("out",)))
    expected = find_label_errors(task)
    assert result["suspects"] == [one._asdict() for one in expected.rows]
    assert result["suspects"]
    assert (result["certain"], result["errors"]) == (expected.suspects.certain, expected.suspects.errors)
    assert rows_of(page) == [one["row"] for one in result["suspects"][:60]]
    page.locator("[data-row]").first.click()
    assert page.locator(".look-card h2").inner_text() == f"Row {result['suspects'][0]['row']}"
    page.reload()
    page.wait_for_selector(".look-rows [data-row]")
    assert rows_of(page) == [one["row"] for one in result["suspects"][:60]]


def test_tables_and_regressions(studio, look_page):
    page = look_page(**studio.of["numbers"], view="mistakes")
    page.focus("[data-row][tabindex='0']")
    page.keyboard.press("ArrowDown")
    row = rows_of(page)[1]
    assert page.locator(".look-card h2").inner_text() == f"Row {row}"
    assert "age" in page.locator(".look-cells").inner_text()
    page.get_by_role("button", name="Confusion").click()
    ready(page)
    assert page.locator("canvas.look-scatter").is_visible()
    assert state_of(page)["row"] == str(row)


def test_a_wrong_address_gets_a_clear_line(studio, look_page, console_errors):
    for state, fragment in (
        ({"view": "other"}, "no view “other”"),
        ({"row": "9999", "model": "none"}, "row 9999"),
    ):
        page = look_page(data=studio.of["digits"]["data"], **state)
        assert fragment in page.locator(".look-view [role=alert]").inner_text()
        page.get_by_role("button", name="Start over").click()
        page.wait_for_selector("[data-row]")
    page = look_page(data=studio.of["classes"]["data"], model="none", target="other")
    assert "'other'" in page.locator(".look-view [role=alert]").inner_text()
    page.get_by_label("Column to predict").select_option("town")
    page.wait_for_selector("[data-row]")
    assert state_of(page)["target"] == "town"
    console_errors.clear()  # the browser reports the refused requests


def test_five_labels_are_corrected_and_leave_with_the_data(studio, look_page, tmp_path):
    """A person's task, with its clicks counted; what arrives is in Python what was meant."""
    page = look_page(data=studio.of["digits"]["data"], model="none")
    clicks = 0
    page.set_viewport_size({"width": 1440, "height": 900})

    def click(place):
        nonlocal clicks
        place.click()
        clicks += 1

    for row, label in REVIEW.items():
        click(page.locator(f"[data-row='{row}']"))
        page.locator(".look-card h2", has_text=f"Row {row}").wait_for()
        click(
            page.locator(f".look-chips [data-chip='{label}']")
            if label
            else page.get_by_role("button", name="Leave out")
        )
    click(page.get_by_role("button", name="5 corrections"))
    saved = {}
    for name in ("Download corrected data", "Download the log"):
        with page.expect_download() as one:
            click(page.get_by_role("button", name=name))
        saved[name] = tmp_path / one.value.suggested_filename
        one.value.save_as(saved[name])
    assert clicks == 13
    assert violations(page) == []
    assert page.evaluate("scrollY") == 0
    copy, log = saved.values()
    digits = glassnet.load_data(studio.folder / "digits.csv")
    fixed = glassnet.load_data(copy)
    expected = [REVIEW.get(row, str(label)) for row, label in enumerate(digits.labels)]
    assert [str(label) for label in fixed.labels] == [label for label in expected if label is not None]
    assert np.array_equal(fixed.inputs, np.delete(digits.inputs, 2, axis=0))
    run("labels", str(studio.folder / "digits.csv"), "--fix", str(log), "--to", str(tmp_path / "again.csv")).fine()
    assert (tmp_path / "again.csv").read_bytes() == copy.read_bytes()
    # One is undone, and by the keyboard another made; they are still there after a visit to another room
    page.get_by_role("button", name="Undo row 4").click()
    page.keyboard.press("Escape")
    page.locator(".look-tray-button", has_text="4 corrections").wait_for()
    page.focus("[data-row='5']")
    page.keyboard.press("Delete")
    page.get_by_role("link", name="Step").click()
    page.locator(".step-view, .room-step h1").first.wait_for()
    page.get_by_role("link", name="Look").click()
    ready(page)
    marks = {row: page.locator(f"[data-row='{row}'] .look-fix").inner_text() for row in range(6)}
    assert marks == {0: "✎ 3", 1: "✎ 9", 2: "left out", 3: "✎ 1", 4: "", 5: "left out"}
    state = page.evaluate(f"{CORRECTIONS}.then((one) => one.get())")
    assert [one["row"] for one in state["corrections"]] == [0, 1, 2, 3, 5]
    # They belong to the contents of the data: those of other data, which had the same id, are added and not shown here
    assert {one["data"] for one in state["corrections"]} == {
        sha256((studio.folder / "digits.csv").read_bytes()).hexdigest()
    }
    other = [{**state["corrections"][0], "data": studio.of["digits"]["data"], "row": 7}]
    page.evaluate(f"(corrections) => {CORRECTIONS}.then((one) => one.set({{ corrections }}))", other)
    assert page.locator(".look-tray-button").inner_text() == "5 corrections"
    assert page.locator("[data-row='7'] .look-fix").inner_text() == ""
    page.locator(".look-tray-button").click()
    page.get_by_role("button", name="Undo all").click()
    assert page.locator(".look-fix:not(:empty)").count() == 0
    page.get_by_role("button", name="Undo", exact=True).click()
    assert page.locator(".look-fix:not(:empty)").count() == 5
    # Taught: it is among the drawings, until that is undone
    page.keyboard.press("Escape")
    page.locator("[data-row='6']").click()
    page.get_by_role("button", name="Teach").click()
    page.locator("[data-chip=teach][aria-pressed=true]").wait_for()
    [drawing] = studio.running.get("/api/drawings").fine()
    assert (drawing["label"], drawing["pixels"]) == (int(digits.labels[6]), digits.inputs[6].tolist())
    page.locator("[data-chip=teach][aria-pressed=true]").click()
    page.get_by_role("button", name="Teach", exact=True).wait_for()
    assert studio.running.get("/api/drawings").fine() == []
    page.locator(".look-tray-button").click()
    page.get_by_role("button", name="Train with the corrected data").click()
    page.locator(".room-train h1").wait_for()
    trained = studio.running.session.get_data(state_of(page)["data"])
    assert trained.name == "digits-corrected.csv"
    assert len(glassnet.load_data(trained.source)) == len(digits) - 2


def test_corrections_of_drawings_follow_them(studio, look_page):
    digits = glassnet.load_data(studio.folder / "digits.csv")
    ids = [
        studio.running.post(
            "/api/drawings", {"pixels": digits.inputs[k].tolist(), "label": int(digits.labels[k])}
        ).fine()
        for k in range(3)
    ]
    page = look_page(data="drawings", model="none")
    page.focus("[data-row='1']")
    page.keyboard.press("Delete")
    page.locator(".left-out[data-row='1']").wait_for()
    studio.running.request("DELETE", f"/api/drawings?id={ids[0]['id']}").fine()
    page.wait_for_function(f"() => {CORRECTIONS}.then((one) => one.get().corrections[0].row === 0)")
    page.reload()
    page.locator(".left-out[data-row='0']").wait_for()
    studio.running.request("DELETE", "/api/drawings").fine()
    page.wait_for_function(f"() => {CORRECTIONS}.then((one) => !one.get())")


def test_the_samples_of_a_cell_are_beside_the_matrix(studio, look_page):
    page = look_page(**studio.of["digits"], part="train", view="confusion")
    assert layout_shift(page) < 0.05
    assert page.locator(".head h1").inner_text() == "Look"
    for size, beside in (((1440, 900), True), ((360, 780), False)):
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        cell = page.locator(".look-count", has_text=re.compile("^[1-9]")).first
        cell.click()
        tile = page.locator(".look-cell .look-tile").first
        tile.wait_for()
        matrix, found = page.locator(".look-matrix").bounding_box(), tile.bounding_box()
        if beside:
            assert found["x"] > matrix["x"] + matrix["width"]
            assert page.evaluate("scrollY") == 0
            assert found["y"] + found["height"] <= size[1]
            tile.click()
            chips = page.locator(".look-cell .look-chips").bounding_box()
            assert chips["y"] + chips["height"] <= size[1]
        else:
            assert 0 < found["y"] - matrix["y"] - matrix["height"] < 200
    assert {"true", "answer"} <= set(state_of(page))
    page.emulate_media(media="print")  # no header, no form and no buttons on paper
    for hidden in (".bar", ".look-tabs button[aria-pressed=false]", ".look-fixes", ".look-tray-button", ".take"):
        assert page.locator(hidden).first.is_hidden(), hidden
    assert page.locator(".look-counts").is_visible()
    assert page.locator(".look-cell .look-tile").first.is_visible()
    page.emulate_media(media="screen")


def test_a_table_with_few_of_one_class_fools_nobody(studio, look_page):
    page = look_page(**studio.of["rare"], view="confusion")
    facts = ask(studio, "", **studio.of["rare"]).fine()["model"]
    quality, accuracy = facts["quality"], facts["scores"]["accuracy"]
    said = page.locator(".look-verdict").inner_text()
    assert (
        f"{quality['share']:.1%} of the rows are “no”: always answering that is right in {quality['share']:.1%}" in said
    )
    assert ("is not better" in said, "not clearly better" in said) == (
        accuracy <= quality["share"],
        accuracy > quality["share"],
    )
    shown = page.locator(".look-facts").inner_text()
    assert f"{quality['balanced_accuracy']:.1%}" in shown
    assert "ROC AUC" in shown
    slider = page.locator(".look-threshold input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('threshold=')")
    at = quality["thresholds"].index(float(state_of(page)["threshold"]))
    tn, fp, fn, tp = quality["counts"][at]
    expected = {
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": tp / (tp + fn),
        "accuracy": (tp + tn) / (tp + tn + fp + fn),
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
    }
    for name, value in expected.items():
        text = page.locator(f"[data-score={name}]").inner_text()
        assert text == ("–" if value is None else "100.0%" if value == 1 else f"{value:.1%}")
    counts = [int(one.inner_text().replace("·", "0")) for one in page.locator(".look-count").all()]
    assert counts == [tn, fp, fn, tp]
    page.locator(".look-count").nth(1 if fp else 0).click()
    page.locator(".look-cell [role=status]", has_text=f"of {fp or tn}").wait_for()
    page.reload()
    page.locator(".look-cell [role=status]", has_text=f"of {fp or tn}").wait_for()
    page.locator(".look-threshold button").click()
    page.wait_for_function("() => !location.search.includes('threshold=')")


def test_a_warning_has_the_button_that_follows_it(studio, look_page):
    page = look_page(data=studio.of["rare"]["data"])
    page.goto(f"{studio.running.origin}/train?data={studio.of['rare']['data']}")
    button = page.locator(".findings [data-follow='drop country']")
    button.click()
    assert state_of(page)["drop"] == "country"
    assert button.inner_text() == "Use “country” again"
    button.click()
    assert "drop" not in state_of(page)


def test_a_node_can_be_opened(studio, look_page):
    page = look_page(**studio.of["digits"], view="nodes")
    first = page.locator(".look-node-button").first
    assert "importance" in first.inner_text()
    first.press("Enter")
    page.locator(".look-node-detail h2").wait_for()
    node = state_of(page)["node"]
    assert page.locator(".look-node-detail h2").inner_text().startswith(f"Node {node} of hidden layer 1")
    assert page.locator(".look-node-detail .look-tile").count() == 12
    page.reload()
    page.locator(".look-node-detail h2", has_text=f"Node {node} ").wait_for()
