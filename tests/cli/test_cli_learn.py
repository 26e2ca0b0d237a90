"""``glassnet learn``: the room, worksheets, and exercises whose answer is a program."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext

import pytest

from glassnet.cli.learn import WorksheetFacts
from glassnet.errors import OptionError
from glassnet.html.worksheet import answer_text
from glassnet.learn import functions
from glassnet.learn.answers import judge
from glassnet.learn.calling import call_each
from glassnet.learn.exercises import draw, exercises, solution, wrong_answers
from glassnet.learn.functions import CodeFacts, judge_code
from glassnet.learn.plain_text import plain
from glassnet.learn.program_check import ReportFacts
from glassnet.runtime.limited import LimitedResult, Limits
from glassnet.serve import studio
from support.cli import run
from support.declared import undeclared

FORWARD = """\
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(W1, W2, x):
    h = sigmoid(W1 @ x)
    o = sigmoid(W2 @ h)
    return h, o
"""
EXERCISE = "forward-function"


@pytest.fixture
def here(monkeypatch):
    """Programs run in this process, which is faster."""

    def run_here(function, argument, limits, *, valid, confined):
        assert function == "glassnet.learn.calling:call_each"
        value = json.loads(json.dumps(call_each(argument), allow_nan=False))
        assert valid(value)
        return LimitedResult(value, "", "", "")

    monkeypatch.setattr(functions, "run_limited", run_here)


def changed(old, new):
    assert old in FORWARD
    return FORWARD.replace(old, new)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (FORWARD, "right", ""),
        (changed("h, o\n", "list(h), o.reshape(-1, 1)\n"), "right", ""),
        (changed("W1 @ x", "(W1 @ x).astype('f')"), "right", ""),
        (changed("sigmoid(W2 @ h)", "W2 @ h"), "mistake", "sigmoid-forgotten"),
        (changed("h, o\n", "o, h\n"), "wrong", "another order. Return h, o"),
        (changed("W1 @ x", "W1 @ x + 1"), "wrong", r"h\[0\]: [\d.]+, expected [\d.]+"),
        (changed("h, o\n", "h, o * float('nan')\n"), "wrong", "o has values that are NaN"),
        (changed("h, o\n", "h[:2], o\n"), "shape", "h has the shape 2, expected 3"),
        (changed("return h, o\n", "pass\n"), "shape", "forward returned None. Return h, o"),
        (changed("h, o\n", "'h, o'\n"), "shape", "forward returned str, expected h, o"),
        (changed("h, o\n", "h, None\n"), "shape", "returned None for o, expected numbers"),
        (changed("h, o\n", "h, ...\n"), "shape", "o is still `...`"),
        (changed("def forward", "def vorwärts"), "missing", "defines sigmoid, vorwärts"),
        (changed("W1 @ x)", "W1 @ x"), "error", "line 7: SyntaxError"),
        (changed("W2 @ h", "W3 @ h"), "error", "line 8: NameError: name 'W3' is not defined"),
        ("raise SystemExit(3)", "error", "line 1: SystemExit: 3"),
    ],
)
def test_a_function_is_judged(here, code, kind, said):
    facts = judge_code(EXERCISE, 7, code)
    assert undeclared(facts, CodeFacts) == []
    assert facts["kind"] == kind
    assert re.search(said, facts["mistake"] or facts["text"]), facts["text"]
    assert facts["line"] == (int(re.search(r"line (\d)", said)[1]) if kind == "error" else 0)
    assert re.search("[⺀-鿿]", judge_code(EXERCISE, 7, code, "zh")["text"])
    if facts["mistake"]:
        assert facts["look"] in exercises()
        assert re.search("[⺀-鿿]", judge_code(EXERCISE, 7, code, "zh")["why"])


def test_a_program_runs_with_limits_and_is_not_changed(folder, monkeypatch):
    program = folder / "mine.py"
    program.write_text(changed("W1 @ x", "W1.T @ x").replace("return h", "print(h.shape); return h"))
    outcome = run("learn", "check", program, "--exercise", EXERCISE, "--seed", 7)
    assert (outcome.code, outcome.err) == (1, "")
    first, *_, numbers, printed = outcome.out.splitlines()
    assert "rows and columns" in first
    assert "$" not in outcome.out
    assert numbers.startswith("with the numbers of seed 7: W1 = (")
    assert printed == "the program printed: (3,)"
    program.write_text(f"{FORWARD}\nopen({str(folder / 'new')!r}, 'w')\n")
    facts = run("learn", "check", program, "--exercise", EXERCISE, "--json").json()
    assert (facts["kind"], facts["line"]) == ("error", 11)
    assert [one.name for one in folder.iterdir()] == ["mine.py"]
    monkeypatch.setattr(functions, "LIMITS", Limits(seconds=0.3))
    assert judge_code(EXERCISE, 0, f"{FORWARD}\nwhile True:\n    pass\n")["kind"] == "limit"


STEP = """\
import numpy as np
who = np.random.normal(0, 0.5, (2, 3))
wih = np.random.normal(0, 0.5, (3, 4))
x, t = np.array([0.2, 0.9, 0.4, 0.6]), np.array([0.01, 0.99])
for _ in range(3):
    h = 1 / (1 + np.exp(-wih @ x))
    o = 1 / (1 + np.exp(-who @ h))
    e = t - o
    eh = who.T @ e
    who += 0.3 * np.outer(e * o * (1 - o), h)
    wih += 0.3 * np.outer(eh * h * (1 - h), x)
"""


@pytest.mark.parametrize(
    ("code", "exit_code", "verdict"),
    [(STEP, 0, "right"), (STEP.replace("eh * h * (1 - h)", "eh"), 1, "mistake"), ("x = 1\n", 3, "unknown")],
    ids=("right", "wrong", "nothing"),
)
def test_a_whole_program_is_checked(folder, code, exit_code, verdict):
    (folder / "mine.py").write_text(code)
    outcome = run("learn", "check", "mine.py", "--json")
    facts = outcome.json()
    assert undeclared(facts, ReportFacts) == []
    assert (outcome.code, outcome.err, facts["verdict"]) == (exit_code, "", verdict)
    assert (folder / "mine.py").read_text() == code


def test_only_exercises_that_ask_for_a_program_are_checked(folder):
    (folder / "mine.py").write_text(FORWARD)
    run("learn", "check", "mine.py", "--exercise", "gone").refused("GN021", "--exercise gone", EXERCISE)
    run("learn", "check", "mine.py", "--seed", 3).refused("GN022", "--exercise ID")
    run("learn", "check", "gone.py", "--exercise", EXERCISE).refused("GN001", "gone.py")


def test_formulas_are_plain_in_a_terminal():
    assert plain(r"Your $W_2^T \delta$ and `o * e`") == "Your W₂ᵀ δ and o * e"
    assert plain(r"$\frac{1}{n}\sum e_{\mathrm{hidden}}$") == "(1)/(n)Σ e_hidden"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sheet_has_its_own_numbers_and_the_key_their_answers(folder, language):
    words = ("learn", "worksheet", "error", 2, "error", "--students", 3, "--seed", 7, "--language", language)
    facts = run(*words, "--json").json()
    assert undeclared(facts, WorksheetFacts) == []
    assert (facts["sheets"], facts["chapters"]) == ([7001, 7002, 7003], ["error", "signals"])
    assert EXERCISE in facts["left_out"]
    page = (folder / "worksheet.html").read_text()
    sheets, key = page.split('<article class="key">')[0].split("<article>")[1:], page.partition('class="key"')[2]
    assert len(sheets) == len({re.sub(r"700\d", "", one) for one in sheets}) == 3
    for number, sheet in zip(facts["sheets"], sheets, strict=True):
        assert f"{number}" in sheet
        assert sheet.count('<section class="exercise">') == len(facts["exercises"])
    for name in facts["exercises"]:
        task = draw(exercises()[name], 7002)
        value = answer_text(solution(task)[task.exercise.answer])
        if task.exercise.kind == "number":
            assert value in key
            assert value not in sheets[1]
    run(*words).refused("GN007", "worksheet.html")
    run(*words, "--force").fine()


def test_the_answers_of_the_key_are_those_that_the_page_accepts():
    for exercise in exercises().values():
        if exercise.kind == "number":
            task = draw(exercise, 7001)
            assert judge(task, answer_text(solution(task)[exercise.answer])).kind == "right", exercise.id
            for wrong, value in wrong_answers(task):
                assert judge(task, answer_text(value)).wrong in (wrong, None), (exercise.id, wrong.mistakes)


def test_a_worksheet_of_nothing_is_refused(folder):
    run("learn", "worksheet", "errors").refused("GN021", "CHAPTER 'errors'", "chain-rule")
    run("learn", "worksheet", "13").refused("GN021", "CHAPTER '13'")
    run("learn", "worksheet", "error", "--students", 0).refused("GN021", "1 to 999")
    run("learn", "worksheet").refused("GN020", "CHAPTER")
    (folder / "own.html").write_text("mine")
    run("learn", "worksheet", "error", "--out", "own.html", "--force").refused("GN022", "own.html")
    assert (folder / "own.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "place"), [("--chapter error --no-python", r"learn\?chapter=error&"), ("", r"learn\?")]
)
def test_learn_opens_its_room(monkeypatch, words, place):
    served = []

    class Server:
        def run(self, sockets):
            pass

    def server_of(session, *_):
        served.append(session)
        return Server()

    monkeypatch.setattr(studio, "server_of", server_of)
    outcome = run("learn", "--no-open", *words.split()).fine()
    assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/{place}token=[\w-]+\n", outcome.out)
    assert served[0].describe()["limits"]["python"] == (not words)
    with pytest.raises(OptionError, match="glassnet learn check") if words else nullcontext():
        served[0].require_python()
    run("learn", "--no-open", "worksheet", "error").refused("GN022", "--no-open", "worksheet")
