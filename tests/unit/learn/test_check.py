"""The check of a learner's program: no right program is called wrong, wrong ones are named."""

from __future__ import annotations

import json

import numpy as np
import pytest

from glassnet.errors import DataError
from glassnet.learn import check
from glassnet.learn.mistakes import mistakes
from glassnet.runtime.limited import Limits, run_limited
from support.learner_programs import AROUND, NAMES, RIGHT, WRONG
from support.old_programs import OLD


@pytest.fixture(scope="module")
def facts():
    """What is found in all programs, which run in one process."""
    done = run_limited(
        "support.learner_programs:examine_all", {**RIGHT, **WRONG, **AROUND}, Limits(seconds=300, files=1000)
    )
    assert (done.exceeded, done.error) == ("", ""), done.output
    return done.value


def test_no_right_program_is_called_wrong(facts):
    """And at most one of ten is not understood."""
    verdicts = {name: facts[name]["verdict"] for name in RIGHT}
    assert len(verdicts) >= 20
    assert {name: one for name, one in verdicts.items() if one == "mistake"} == {}
    assert sum(one == "right" for one in verdicts.values()) >= 0.9 * len(verdicts), verdicts


def test_wrong_programs_are_named(facts):
    named = {name: facts[name]["mistake"] for name in WRONG}
    assert len(named) >= 15
    assert {name: one for name, one in named.items() if facts[name]["verdict"] == "right"} == {}
    assert {name: one for name, one in named.items() if one != NAMES.get(name)} == {"rows for columns": ""}
    for name in WRONG:
        assert facts[name]["difference"]["actual"] != facts[name]["difference"]["expected"]


def test_what_is_wrong_around_the_steps_is_found(facts, tmp_path):
    around = {name: facts[name]["around"] for name in AROUND}
    assert around["not scaled"]["scale"] == [0, 255]
    assert around["label among the inputs"]["label_inside"]
    assert "test" not in around["training file"]["tested"]
    assert around["targets 0 and 1"]["targets"] == [0, 1]
    assert around["0.01 forgotten"]["scale"] == [0, 1]
    right = facts["book and files"]["around"]
    assert (right["scale"], right["targets"], right["label_inside"]) == ([0.01, 1], [0.01, 0.99], False)
    assert right["tested"]["test"] == 8
    for name in RIGHT:
        if (seen := facts[name]["around"]) and seen["tested"]:
            assert "test" not in seen["trained"], name
            assert "test" in seen["tested"] or seen["tested_others"], name


@pytest.mark.parametrize(
    ("text", "code", "mistake"),
    [
        (WRONG["updated first"], 1, "update-first"),
        (AROUND["training file"], 1, ""),
        (RIGHT["book"], 0, ""),
        ("print('no network')\nraise ValueError('here')\n", 3, ""),
        (OLD, 0, ""),
        (RIGHT["book"].replace("self.who.T", "self.who"), 3, ""),
    ],
    ids=["wrong", "around", "right", "nothing", "old", "shapes"],
)
def test_a_file_is_checked_in_both_languages_and_not_changed(tmp_path, text, code, mistake):
    path = tmp_path / "my_network.py"
    path.write_text(text, encoding="utf-8")
    report = check(path)
    assert (report.exit_code, report.mistake) == (code, mistake)
    english, chinese = report.lines("en"), report.lines("zh")
    assert len(english) == len(chinese)
    assert all(any("一" <= one <= "鿿" for one in line) for line in chinese)
    assert json.loads(json.dumps(report.to_dict()))["text"] == english
    assert report._repr_html_().count("<p>") == len(english)
    assert [one.read_text(encoding="utf-8") for one in tmp_path.iterdir()] == [text]


def test_classes_networks_and_functions_are_checked_here():
    namespace: dict[str, type] = {}
    exec(compile(WRONG["updated first"], "own.py", "exec"), namespace)
    network = namespace["Net"](3, 4, 2, 0.3)
    before = network.wih.copy()
    assert check(namespace["Net"]).mistake == check(network).mistake == "update-first"
    assert np.array_equal(network.wih, before)

    def send_back(W2, e):
        return W2.T @ e

    def forward(x, W1, W2):
        return W2 @ (1 / (1 + np.exp(-(W1 @ x))))

    def update(W1, W2, x, h, o, e, lr):
        return W1 + lr * np.outer(W2.T @ e * h * (1 - h), x), W2 + np.outer(e * o * (1 - o), h)

    assert check(send_back).right is True
    assert check(forward).mistake == "sigmoid-forgotten"
    assert check(update).mistake == "rate-forgotten"
    assert check(lambda a, b: a).right is None
    with pytest.raises(DataError) as refused:
        check(3)
    assert refused.value.code == "GN014"


def test_text_that_is_not_python_is_refused(tmp_path):
    path = tmp_path / "p.py"
    path.write_text("def f(:\n")
    with pytest.raises(DataError) as refused:
        check(path)
    assert refused.value.code == "GN011"


def test_mistakes_named_around_the_steps_are_in_the_course():
    named = {"label-among-inputs", "not-scaled", "offset-forgotten", "counted-from-one", "targets-zero-one"}
    assert named | {"accuracy-on-training", "files-mixed"} <= set(mistakes())
