"""What the process of a program reports is checked: its program can write whatever it wants."""

from __future__ import annotations

import json
import re

import pytest

from glassnet.learn import check, functions, program_check
from glassnet.learn.functions import judge_code
from glassnet.learn.program.compare import is_facts, unknown
from glassnet.runtime.limited import run_limited
from glassnet.serve import studio as studios
from glassnet.serve.http import listening
from support.cli import run
from web.studio_server import studio_server

EXERCISE = "forward-function"
WRITER = """
import os
text = {text!r}.encode()
for descriptor in range(3, 20):
    try:
        os.write(descriptor, text)
    except OSError:
        pass
os._exit(0)
"""
ROWS = {"type": "tuple", "shape": [2], "values": [0.5, 0.25]}
STEP = {
    **unknown(), "verdict": "mistake", "rule": "notes", "loss": "squared", "activations": ["sigmoid"],
    "names": ["w"], "rates": [0.3], "mistake": "update-first",
}  # fmt: skip


def reported(value):
    return json.dumps({"value": value, "exceeded": "", "error": ""})


def results(**changed):
    return reported({"results": [{**ROWS, **changed}] * 5})


FORGED = {
    "no JSON": "right",
    "a list": "[1]",
    "a key less": json.dumps({"value": {}, "exceeded": ""}),
    "a key more": json.dumps({"value": {}, "exceeded": "", "error": "", "kind": "right"}),
    "a limit that there is not": json.dumps({"value": None, "exceeded": "patience", "error": ""}),
    "an error that is a number": json.dumps({"value": None, "exceeded": "", "error": 5}),
    "half a character": json.dumps({"value": None, "exceeded": "", "error": "\ud83d"}),
    "nothing": reported(None),
    "another object": reported({"verdict": "right"}),
    "nested too deep": '{"value": ' + "[" * 100_000,
    "five megabytes": reported("x" * (5 << 20)),
    "a number of 5,000 digits": reported(0).replace("0", "7" * 5000),
    "fewer results": reported({"results": [ROWS]}),
    "two answers": reported({"missing": ["f"], "error": ["E", "t", 1]}),
    "a shape of more": results(shape=[7]),
    "a negative side": results(shape=[-2]),
    "a side without end": results(shape=[10**30, 0], values=[]),
    "no shape": reported({"results": [{"type": "int", "values": [1]}] * 5}),
    "NaN": results(values=[float("nan"), 1]),
    "text for a number": results(values=["1", "2"]),
    "too large for a number": results(values=[10**400, 1]),
    "a line that is a text": reported({"error": ["E", "t", "1"]}),
    "a verdict that there is not": reported({**STEP, "verdict": "perfect"}),
    "a mistake that there is not": reported({**STEP, "mistake": "hubris"}),
    "right without a step": reported({**unknown(), "verdict": "right"}),
    "a rate less": reported({**STEP, "rates": []}),
    "no activations": reported({**STEP, "activations": []}),
    "one language": reported({**STEP, "why": {"en": "because"}}),
    "an infinite number": reported({**STEP, "rates": [float("inf")]}),
    "an index that is a text": reported(
        {**STEP, "difference": {"name": "w", "shape": [2], "index": ["0"], "actual": 1, "expected": 2}}
    ),
    "a scale of one number": reported({**STEP, "around": {"scale": [1]}}),
}
"""What is wrong -> what a program writes in place of its result."""
INVALID = "The program's process returned no valid result"


def test_the_unforged_forms_are_valid():
    assert is_facts(unknown())
    assert is_facts(json.loads(json.dumps(STEP)))
    assert functions._is_valid(json.loads(results())["value"])


@pytest.mark.parametrize("wrong", FORGED)
def test_a_forged_result_is_a_finding(tmp_path, monkeypatch, wrong):
    """By both judges, whose process writes it before its program ends it."""
    monkeypatch.chdir(tmp_path)
    code = WRITER.format(text=FORGED[wrong])
    facts = judge_code(EXERCISE, 3, code)
    assert (facts["kind"], facts["text"]) == ("limit", f"{INVALID}."), facts
    assert re.search("[⺀-鿿]", judge_code(EXERCISE, 3, code, "zh")["text"])
    (tmp_path / "mine.py").write_text(code)
    report = check("mine.py")
    assert (report.right, report.exit_code) == (None, 3)
    assert INVALID in report.lines()[0]
    json.dumps(report.to_dict(), allow_nan=False)


def test_every_door_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = WRITER.format(text=FORGED["a shape of more"])
    (tmp_path / "mine.py").write_text(code)
    assert run("learn", "check", "mine.py").code == 3
    outcome = run("learn", "check", "mine.py", "--exercise", EXERCISE, "--json")
    assert (outcome.code, outcome.err, outcome.json()["kind"]) == (1, "", "limit")
    with studio_server() as studio:
        answer = studio.post("/api/learn/run", {"exercise": EXERCISE, "seed": 3, "code": code})
        assert (answer.status, answer.json()["kind"]) == (200, "limit")


@pytest.fixture
def unconfined(monkeypatch):
    """Processes of a system without Landlock and seccomp."""

    def run_unconfined(function, *arguments, **keywords):
        return run_limited(f"support.without_confinement:{function.partition(':')[2]}", *arguments, **keywords)

    for module in (functions, program_check):
        monkeypatch.setattr(module, "run_limited", run_unconfined)


def test_without_confinement_the_result_says_limits_in_one_line(tmp_path, monkeypatch, unconfined):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("x = 1\n")
    for arguments in ((), ("--exercise", EXERCISE)):
        assert run("learn", "check", "mine.py", *arguments, "--json").json()["confined"] == "limits"
        lines = run("learn", "check", "mine.py", *arguments).out.splitlines()
        assert [line for line in lines if "does not keep the program" in line] == lines[-1:]
    assert check("mine.py").confined == "limits"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_studio_that_others_can_reach_runs_programs_only_when_confined(monkeypatch, unconfined, tmp_path, host):
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'w').close()\n"
    monkeypatch.setattr("web.studio_server.listening", lambda _, port: listening(host, port))
    with studio_server() as studio:
        answer = studio.post("/api/learn/run", {"exercise": EXERCISE, "seed": 3, "code": code})
        if host == studios.HOST:
            assert (answer.json()["kind"], answer.json()["confined"]) == ("missing", "limits")
        else:
            assert "glassnet learn check FILE" in answer.refused(400, "GN098")
    assert ran.exists() == (host == studios.HOST)
