"""Exercises whose answer is a program: run a learner's function on drawn numbers, and judge what it returns."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypedDict

import numpy as np

from ..errors import OptionError
from ..messages.message import Command, Listing, Message
from ..messages.option_spelling import Option
from ..runtime.declared import is_declared
from ..runtime.limited import LimitedResult, Limits, run_limited
from .answers import DRAWS, Judgement, judge_results
from .calling import Called, Described
from .exercises import Drawn, Exercise, draw, exercises, explanation, number_text, solution
from .expressions import shape_text
from .mistakes import mistakes

MOST_SEED = 999_999
"""As the page takes it: beyond the numbers of all worksheets."""
LIMITS = Limits(seconds=10.0, memory=1 << 30, written=1 << 20, output=4_000)
_IN_CLASS = {"W1n": "wih", "W2n": "who", "on": "query(…)"}
"""Result of the exercise with the class -> where its program has it."""
_ENDED = {
    "time": "stopped after {seconds:g} s. Is there a loop without end?",
    "memory": "stopped at {memory} MiB of memory. Is there an array of a wrong size?",
    "written": "stopped, because it wrote more than {written} MiB to files.",
}
"""Limit that was exceeded -> what to say."""


NO_RESULT = Message("The program's process returned no valid result.")
ONLY_LIMITS = Message(
    "This system does not keep the program from your files and the network; only time, memory and written bytes are "
    "limited."
)
CONFINED = (
    "what kept the program from other files, the network and other processes: `landlock+seccomp`, of the kernel; or "
    "`limits`: nothing, only time, memory and written bytes are limited"
)


class CodeFacts(TypedDict):
    """What a program that answers an exercise does."""

    exercise: Annotated[str, "the exercise"]
    seed: Annotated[int, "the seed of its numbers"]
    kind: Annotated[
        str,
        "`right`, `mistake` (one with a name), `wrong`, `shape`, `error` (the program raised one), `limit` (it was "
        "stopped, or returned no valid result) or `missing` (it lacks the function)",
    ]
    text: Annotated[str, "the judgement as a sentence"]
    mistake: Annotated[str, "the id of the mistake, otherwise empty"]
    why: Annotated[str, "its explanation with the numbers of the exercise, otherwise empty"]
    look: Annotated[str, "the exercise where to look again, otherwise empty"]
    line: Annotated[int, "the line of the program that raised an error, otherwise 0"]
    output: Annotated[str, "the beginning of what the program printed"]
    given: Annotated[dict[str, Any], "the arguments of the first call, by name"]
    confined: Annotated[str, CONFINED]


def function_exercise(name: str) -> Exercise:
    """Return the exercise of an id; OptionError GN021 for one whose answer is not a program."""
    names = [one.id for one in exercises().values() if one.kind == "function"]
    if name not in names:
        template = "{option}: expected an exercise whose answer is a program: {known}."
        raise OptionError("GN021", template, option=Option("exercise", name, has_flag=True), known=Listing(names))
    return exercises()[name]


def judge_code(name: str, seed: int, code: str, language: str = "en", *, confined: bool = False) -> CodeFacts:
    """Run a program in a process with limits, and judge the function of an exercise.

    Parameters
    ----------
    name : str
        The id of the exercise.
    seed : int
        Seed of the numbers of the first call; the further calls have the next seeds.
    code : str
        The program, which defines the function.
    language : {"en", "zh"}, optional
    confined : bool, optional
        Run the program only if the system can confine it.

    Returns
    -------
    CodeFacts

    Raises
    ------
    OptionError
        GN021 for an exercise whose answer is not a program, GN098 if the system cannot confine it.
    """
    exercise = function_exercise(name)
    draws = [draw(exercise, seed + number) for number in range(DRAWS)]
    called = _name_of(exercise)
    calls = [_arguments(one) for one in draws]
    request = {
        "code": code,
        "name": called,
        "call": exercise.call or f"{called}({', '.join(exercise.arguments)})",
        "names": calls,
    }
    done = run_limited("glassnet.learn.calling:call_each", request, LIMITS, valid=_is_valid, confined=confined)
    if confined and done.confined == "limits":
        template = "{program}: was not run, as this system cannot confine it. Check it on your machine: {command}."
        check = Command("learn", "check", "FILE", Option("exercise", name))
        raise OptionError("GN098", template, program=called, command=check)
    facts: CodeFacts = {
        "exercise": name, "seed": seed, "kind": "", "text": "", "mistake": "", "why": "", "look": "", "line": 0,
        "output": done.output, "given": calls[0], "confined": done.confined,
    }  # fmt: skip
    if problem := _not_run(done, called, facts):
        facts["text"] = problem.text(language)
        return facts
    results = []
    for described in done.value["results"]:
        found = _results(described, len(exercise.returns))
        if found is None:
            facts["kind"], facts["text"] = "shape", _unfit(described, called, exercise).text(language)
            return facts
        results.append(found)
    judged = judge_results(draws, results)
    if judged.kind == "wrong" and all(map(_is_rounded, draws, results)):
        judged = Judgement("right")  # as in float32
    facts["kind"] = judged.kind
    facts["text"] = _said(judged, called, draws[0], results[0], facts, language).text(language)
    return facts


def _is_valid(value: Any) -> bool:
    """Whether a value is of `call_each`; KeyError or ValueError for numbers without a shape, or of another one."""
    if not is_declared(value, Called) or len(value) != 1 or len(value.get("results", range(DRAWS))) != DRAWS:
        return False
    parts = [part for one in value.get("results", ()) for part in (one, *one.get("several", ()))]
    return all(_array(one).shape == tuple(one["shape"]) for one in parts if "shape" in one or "values" in one)


def _name_of(exercise: Exercise) -> str:
    """Return the name that the program must define."""
    found = re.match(r"\s*(?:def|class)\s+(\w+)", exercise.signature)
    assert found is not None
    return found[1]


def _arguments(drawn: Drawn) -> dict[str, Any]:
    """Return the arguments of a call by name; a label is a whole number, with which a list can be indexed."""
    values = {**drawn.given, **solution(drawn)}
    whole = {one.name for one in drawn.exercise.given if not one.shape and not one.digits}
    return {name: int(values[name]) if name in whole else values[name].tolist() for name in drawn.exercise.arguments}


def _not_run(done: LimitedResult, called: str, facts: CodeFacts) -> Message | None:
    """Return why there are no results, and note its kind; None if there are."""
    if done.exceeded:
        facts["kind"] = "limit"
        if done.exceeded == "result":
            return NO_RESULT
        sizes = {"memory": LIMITS.memory >> 20, "written": LIMITS.written >> 20}
        return Message("the program was {ended}", ended=Message(_ENDED[done.exceeded], seconds=LIMITS.seconds, **sizes))
    if done.value is None:
        facts["kind"] = "error"
        return Message("the program ended itself ({reason}).", reason=done.error)
    if "missing" in done.value:
        facts["kind"] = "missing"
        if not done.value["missing"]:
            return Message("the program does not define {name}.", name=called)
        defined = Listing(done.value["missing"], most=8)
        return Message("the program does not define {name}. It defines {defined}.", name=called, defined=defined)
    if "error" in done.value:
        name, said, line = done.value["error"]
        facts["kind"], facts["line"] = "error", line
        text = f"{name}: {said}" if said else name
        if not line:
            return Message(text)  # Python's own words
        return Message("line {line}: {problem}", line=line, problem=text)
    return None


def _results(described: Described, count: int) -> list[Any] | None:
    """Return so many arrays from what a call returned; None if it returned something else."""
    if count == 1 and "several" in described and len(described["several"]) == 1:
        described = described["several"][0]
    if count > 1 and "values" in described and described["shape"][:1] == [count]:
        return list(_array(described))
    parts = described.get("several", ()) if count > 1 else (described,)
    if len(parts) != count or any("values" not in one for one in parts):
        return None
    return [_array(one) for one in parts]


def _array(described: Described) -> Any:
    return np.array(described["values"], float).reshape(described["shape"])


def _unfit(described: Described, called: str, exercise: Exercise) -> Message:
    """Return what a call returned instead of arrays."""
    parts = described.get("several", [])
    complete = len(parts) == len(exercise.returns)
    named = zip(exercise.returns, parts if complete else [described], strict=False)
    step, kind = next(((_shown(exercise, step), one["type"]) for step, one in named if "values" not in one), ("", ""))
    if kind == "ellipsis":
        return Message("{step} is still `...`. Put your formula in its place.", step=step)
    if complete and exercise.call:
        return Message("{step} is {type}, expected numbers.", step=step, type=kind)
    if complete:
        return Message("{name} returned {type} for {step}, expected numbers.", name=called, type=kind, step=step)
    wanted = Listing(exercise.returns) if len(exercise.returns) > 1 else Message("numbers")
    if described["type"] == "None":
        return Message("{name} returned None. Return {wanted}.", name=called, wanted=wanted)
    return Message("{name} returned {type}, expected {wanted}.", name=called, type=described["type"], wanted=wanted)


def _shown(exercise: Exercise, step: str) -> str:
    """Return the name of a result as the learner's program has it."""
    return _IN_CLASS[step] if exercise.call else step


def _said(judged: Judgement, called: str, drawn: Drawn, results: list[Any], facts: CodeFacts, language: str) -> Message:
    """Return the judgement of results as a message, and note the mistake, if it has a name."""
    if judged.kind == "right":
        return Message("right: {name} gives the right result for {count} draws of numbers.", name=called, count=DRAWS)
    if judged.wrong is not None:
        first, *_ = judged.wrong.mistakes
        facts["mistake"] = first
        facts["why"] = explanation(drawn, judged.wrong, first, language)
        facts["look"] = mistakes()[first].look
        said = Listing([mistakes()[one].name[language] for one in judged.wrong.mistakes], last="or")
        return Message("not the expected result: {mistake}.", mistake=said)
    values = solution(drawn)
    if _only_ordered_otherwise(results, [values[one] for one in drawn.exercise.returns]):
        names = ", ".join(_shown(drawn.exercise, one) for one in drawn.exercise.returns)
        return Message("right numbers in another order. Return {wanted}.", wanted=names)
    for step, result in zip(drawn.exercise.returns, results, strict=True):
        wanted = values[step]
        step = _shown(drawn.exercise, step)
        if judged.kind == "shape" and np.squeeze(result).shape != np.squeeze(wanted).shape:
            shapes = {"found": shape_text(result), "wanted": shape_text(wanted)}
            return Message("{step} has the shape {found}, expected {wanted}.", step=step, **shapes)
        if not np.isfinite(result).all():
            return Message("{step} has values that are NaN or infinite.", step=step)
        result = np.reshape(result, np.shape(wanted))
        differs = np.argwhere(~np.isclose(result, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max()))
        if len(differs):
            place = tuple(int(k) for k in differs[0])
            name = f"{step}[{', '.join(map(str, place))}]" if place else step
            numbers = {"found": number_text(float(result[place])), "wanted": number_text(float(wanted[place]))}
            template = "the first number that differs is {place}: {found}, expected {wanted}."
            return Message(template, place=name, **numbers)
    return Message("right for these numbers, but not for others.")


def _is_rounded(drawn: Drawn, results: list[Any]) -> bool:
    """Whether results differ from the right ones so little that no mistake can be the reason."""
    pairs = zip(results, (solution(drawn)[one] for one in drawn.exercise.returns), strict=True)
    return all(
        np.size(one) == np.size(wanted)
        and np.allclose(np.ravel(one), np.ravel(wanted), 1e-5, 1e-5 * np.abs(wanted).max())
        for one, wanted in pairs
    )


def _only_ordered_otherwise(results: list[Any], wanted: list[Any]) -> bool:
    """Whether each wanted array is among the results, but not in its place."""
    return all(any(np.shape(one) == np.shape(value) and np.allclose(one, value) for one in results) for value in wanted)
