"""A model that decides by factors or thresholds has one answer behind every door, and its probabilities stay."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from glassnet import Model, Network, Scaling, Targets, compiled, export, import_model, load_model, prove, save_model
from glassnet.data.dataset import Dataset
from glassnet.errors import ModelFileError, OptionError
from glassnet.explain.why import Neighbours, why
from glassnet.html.why_parts import explained_quantity
from glassnet.messages.languages import LANGUAGES
from glassnet.model.decision import decision_message, threshold
from glassnet.model.evaluate import reliability
from glassnet.model.file import file_bytes, header_of, tensors_of
from glassnet.serve.studio.draw import query as studio_query
from glassnet.words.explain import explain_words
from glassnet.workflow.predict_job import answers_from, query_model
from support.cli import run
from support.raw_http import post
from support.service import serving

ROWS = np.random.default_rng(0).uniform(0, 1, (300, 4)).astype(np.float32)


def model_of(kind: str) -> Model:
    """An untrained network, and a decision that changes many of its answers."""
    output, decision = {
        "two classes": ("softmax", (1.0, 1.37)),
        "five classes": ("softmax", (1.0, 1.8, 0.7, 1.3, 2.1)),
        "classes of the notes": ("sigmoid", (1.0, 1.3, 0.8)),
        "labels": ("sigmoid", (0.31, 0.62, 0.5)),
    }[kind]
    network = Network((4, 7, len(decision)), ("tanh", output), bias=True, loss="cross_entropy")
    rng = np.random.default_rng(len(kind))
    network.parameters.flat[...] = rng.normal(0, 1, network.parameters.flat.shape)
    targets = {"labels": "multilabel", "classes of the notes": "notes"}.get(kind, "one-hot")
    model = Model(network, Scaling.named("unit", 1.0), Targets.named(targets, len(decision)), temperature=1.3)
    [(_, [signals])] = model.batches(ROWS)
    network.parameters.biases[-1][...] -= 1.3 * signals.sums[-1].mean(axis=0)  # so that all classes are answers
    return replace(model, targets=replace(model.targets, decision=decision))


KINDS = ("two classes", "five classes", "classes of the notes", "labels")


@pytest.fixture(params=KINDS)
def model(request) -> Model:
    return model_of(request.param)


def without(model: Model) -> Model:
    return replace(model, targets=replace(model.targets, decision=()))


def test_the_decision_changes_answers_and_no_probability(model):
    plain = without(model)
    assert 0.1 < (model.predict(ROWS) != plain.predict(ROWS)).mean() < 0.9
    assert np.array_equal(model.predict_proba(ROWS), plain.predict_proba(ROWS))
    outputs = model.outputs(ROWS)
    own = model.probabilities(outputs)
    answers, confidence = model.predict(ROWS), model.confidence(outputs)
    if model.targets.of_classes:
        np.testing.assert_allclose(confidence, own[np.arange(len(own)), answers], rtol=1e-6)
    else:
        np.testing.assert_array_equal(confidence, np.where(answers, own, 1 - own).min(axis=1))


def test_files_and_compiled_loops_have_the_same_answers(model, tmp_path):
    save_model(model, tmp_path / "m.safetensors")
    loaded = load_model(tmp_path / "m.safetensors")
    assert loaded.targets == model.targets
    assert np.array_equal(loaded.predict(ROWS), model.predict(ROWS))
    for engine in ("fast", "portable"):
        fast = compiled(model, engine)
        outputs = fast.outputs(ROWS)
        assert np.array_equal(fast.predict(ROWS), model.targets.invert(outputs))
        assert (fast.predict(ROWS) != compiled(without(model), engine).predict(ROWS)).mean() > 0.1
        sure = fast.confidence(outputs)
        np.testing.assert_allclose(sure, model.confidence(outputs), rtol=1e-5)


@pytest.mark.parametrize("form", ["c", "html", "onnx"])
def test_exported_files_have_the_same_answers(model, form, tmp_path):
    labels = model.predict(ROWS)
    proof = export(model, tmp_path / f"m.{form}", data=Dataset.from_arrays(ROWS, labels, like=model))
    text = (tmp_path / f"m.{form}").read_bytes().decode(errors="replace")
    said = decision_message(model)
    assert said is not None
    assert str(said) in text or form == "onnx"
    assert said.text("zh") in text or form != "html"
    if proof.ran is None:
        pytest.skip(str(proof.why_not))
    assert (proof.classes_differ, proof.differences) == (0, ())
    if form == "onnx":
        back = import_model(tmp_path / "m.onnx")
        assert back.targets == model.targets
        assert np.array_equal(back.predict(ROWS), labels)


def test_an_export_with_other_factors_is_not_equal(tmp_path):
    """So the proof does compare decisions."""
    model = model_of("two classes")
    proof = export(model, tmp_path / "m.c")
    if proof.ran is None:
        pytest.skip(str(proof.why_not))
    text = (tmp_path / "m.c").read_text()
    changed = text.replace(float.hex(1.37), "0x1.9p+3")
    assert changed != text
    (tmp_path / "m.c").write_text(changed)
    assert prove(tmp_path / "m.c", model).equal is False


def test_queries_the_service_and_the_studio_have_the_same_answers(model, tmp_path):
    expected = model.predict(ROWS[:40]).tolist()
    assert [one.value for one in answers_from(model, [""] * 40, model.outputs(ROWS[:40]), "en")] == expected
    path = tmp_path / "m.safetensors"
    save_model(model, path)
    np.savetxt(tmp_path / "rows.csv", ROWS[:40], delimiter=",", fmt="%.9g")
    assert [one.value for one in query_model(model, [str(tmp_path / "rows.csv")])] == expected
    with serving([path]) as running:
        body = json.dumps({"rows": ROWS[:40].tolist()}).encode()
        said = json.loads(post(running.port, "/predict", body, {"Content-Type": "application/json"}).body)
        assert [one["answer"] for one in said["answers"]] == expected
    session = type("Session", (), {"model": lambda self, _: type("Opened", (), {"model": model})})()
    for row, answer in zip(ROWS[:5], expected, strict=False):
        asked = studio_query(session, {"model": "m", "pixels": row.tolist(), "language": "en", "quick": True})
        if model.targets.of_classes:
            assert (asked["index"], asked["answer"]) == (answer, str(answer))


def test_a_line_of_query_says_from_which_probability_on_a_class_is_the_answer(tmp_path):
    np.savetxt(tmp_path / "rows.csv", ROWS[:40], delimiter=",", fmt="%.9g")

    def said(model):
        save_model(model, tmp_path / "m.safetensors")
        return run("query", tmp_path / "m.safetensors", tmp_path / "rows.csv")

    two = model_of("two classes")
    for answer, line in zip(two.predict(ROWS[:40]), said(two).fine().out.splitlines(), strict=True):
        assert line.endswith(f", the answer from {'42.2%' if answer else '57.8%'} on")
    assert "the answer" not in said(without(two)).out
    labels = model_of("labels")
    assert str(decision_message(labels)) in said(labels).fine().err


def test_an_explanation_says_that_the_decision_is_in_the_margin(model):
    say = explain_words("en")
    found = why(model, ROWS[0])
    assert explained_quantity(model, found, say).count("with the decision") == 1
    assert "decision" not in explained_quantity(without(model), why(without(model), ROWS[0]), say)


def test_explanations_are_of_the_answer_and_flip_it(model):
    data = Dataset.from_arrays(ROWS, model.predict(ROWS), like=model)
    near = Neighbours(model, data)
    for row in ROWS[:25]:
        found = why(model, row, near)
        [answer] = model.predict(row)
        assert found.nodes.sum() + found.bias == pytest.approx(found.gap, abs=1e-9)
        assert found.inputs.sum() == pytest.approx(found.gap - found.baseline_gap, abs=0.02)
        if model.targets.of_classes:
            assert found.answer == answer
            assert found.rival == found.runner_up != answer
            assert found.flip is None or model.predict(found.flip.sample)[0] == found.flip.answer != answer
        else:
            assert found.answer == answer[found.output]
        if model.targets.name != "notes":  # of sigmoid outputs, the difference of two logits decides only nearly
            assert (found.gap > 0) == (bool(found.answer) or model.targets.of_classes)
            assert found.flip is not None


def test_calibration_counts_the_confidence_of_the_answers():
    model = model_of("labels")
    labels = model.predict(ROWS)
    found = reliability(model, Dataset.from_arrays(ROWS, labels, like=model))
    assert np.nansum(found.counts * found.confidence) < ROWS.size  # some are below one half
    assert found.counts[:5].sum() > 0


def test_a_decision_says_what_it_is():
    two = model_of("two classes")
    line = "the answer is '1' from a probability of 42.2% on"
    assert str(decision_message(two)) == line
    assert threshold(two.targets, 1) == pytest.approx(1 / 2.37)
    outputs = np.array([[1 - 0.4219, 0.4219], [1 - 0.422, 0.422]])
    assert two.targets.invert(outputs).tolist() == [0, 1]
    assert decision_message(without(two)) is None
    for kind in KINDS:
        found = decision_message(model_of(kind))
        assert found is not None
        assert len({found.text(language) for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("kind", "decision"),
    [
        ("two classes", (1.0,)),
        ("two classes", (1.0, 0.0)),
        ("two classes", (1.0, -2.0)),
        ("two classes", (1.0, float("nan"))),
        ("two classes", (1.0, 1e40)),
        ("labels", (0.5, 0.5, 1.5)),
    ],
)
def test_impossible_decisions_are_refused(kind, decision, tmp_path):
    model = model_of(kind)
    with pytest.raises(OptionError):
        replace(model.targets, decision=decision)
    object.__setattr__(model.targets, "decision", decision)
    header, tensors = header_of(model), tensors_of(model)
    (tmp_path / "m.safetensors").write_bytes(file_bytes(header, tensors))
    with pytest.raises(ModelFileError) as caught:
        load_model(tmp_path / "m.safetensors")
    assert caught.value.code == "GN041"
    with pytest.raises(OptionError):
        replace(Targets.of_values(np.arange(6.0).reshape(3, 2)), decision=(1.0, 2.0))
