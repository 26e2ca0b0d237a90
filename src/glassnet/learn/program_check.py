"""Check a learner's own program: whether its training step is the notes' algorithm, and which mistake it makes."""

from __future__ import annotations

import ast
import inspect
import os
import re
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated, Any, TypedDict

from ..doctor.script.checks import examine_script
from ..errors import DataError
from ..messages.formats import number_text
from ..messages.message import Command, Listing, Message
from ..messages.option_spelling import Door, Option, in_python
from ..runtime.limited import LimitedResult, Limits, run_limited
from ..runtime.system import Confinement
from .exercises import exercises
from .functions import CONFINED, NO_RESULT, ONLY_LIMITS
from .mistakes import mistakes
from .program.compare import Difference, Facts, is_facts, unknown
from .program.files import ROWS

LIMITS = Limits(seconds=60)
_EXAMINE = "glassnet.learn.program.run:examine"


class FindingFacts(TypedDict):
    """Something around the training steps."""

    kind: Annotated[str, "`mistake` or `remark`"]
    mistake: Annotated[str, "its id in the course; empty if it has none"]
    text: Annotated[str, "what was found"]


class ReportFacts(TypedDict):
    """What a program does."""

    source: Annotated[str, "the program"]
    verdict: Annotated[str, "`right`, `mistake` or `unknown`"]
    training_step: Annotated[str, "where the training step is; empty if none was found"]
    rule: Annotated[str, "`notes` or `gradient`, of a right step"]
    mistake: Annotated[str, "id of the mistake, or of the one that it may be; empty if there is none"]
    first_difference: Annotated[Difference | None, "the first new weight that differs"]
    look: Annotated[str, "exercise where to look again"]
    findings: Annotated[list[FindingFacts], "remarks and mistakes about scaling, targets, labels and the test"]
    text: Annotated[list[str], "the report, line by line"]
    confined: Annotated[str | None, f"{CONFINED}; null of what runs in your own process"]


@dataclass(frozen=True)
class AroundFinding:
    """Something around the training steps, such as the scaling of the inputs."""

    kind: str  # {"mistake", "remark"}
    text: Message
    mistake: str = ""  # its id in the course


@dataclass(frozen=True)
class Report:
    """What a program, a class or a function does, compared with the notes' algorithm.

    `str` gives the report in English; `lines` in one of the languages.
    """

    source: str
    right: bool | None  # None if it could not be found out
    training_step: str  # where the training step is; empty if none was found
    first_difference: Difference | None
    mistake: str  # id of the mistake; empty if there is none or it has no name
    findings: tuple[AroundFinding, ...]
    facts: Facts
    messages: tuple[Message | Mapping[Any, str], ...]  # a mapping has the text of each language
    confined: Confinement | None = None  # what held for a program; None of what ran in this process

    @property
    def exit_code(self) -> int:
        """0 if all is right, 1 for a mistake, 3 if it could not be found out (2 is bad input)."""
        if self.right is False or any(one.kind == "mistake" for one in self.findings):
            return 1
        return 0 if self.right else 3

    def lines(self, language: str = "en", door: Door = in_python) -> list[str]:
        """Return the report in ``"en"`` or ``"zh"``, line by line."""
        texts = [one.text(language, door) if isinstance(one, Message) else one[language] for one in self.messages]
        return [*texts, *(one.text.text(language, door) for one in self.findings)]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        head, *rest = (escape(line) for line in self.lines())
        return f"<p><strong>{head}</strong></p>" + "".join(f"<p>{line}</p>" for line in rest)

    def to_dict(self, language: str = "en", door: Door = in_python) -> ReportFacts:
        """Return the report as JSON-compatible values."""
        named = mistakes().get(self.mistake)
        return {
            "source": self.source,
            "verdict": {True: "right", False: "mistake", None: "unknown"}[self.right],
            "training_step": self.training_step,
            "rule": self.facts["rule"] if self.right else "",
            "mistake": self.mistake,
            "first_difference": self.first_difference,
            "look": named.look if named else "",
            "findings": [
                {"kind": one.kind, "mistake": one.mistake, "text": one.text.text(language, door)}
                for one in self.findings
            ],
            "text": self.lines(language, door),
            "confined": self.confined,
        }


def check(target: Any) -> Report:
    """Say whether a training step is the notes' algorithm, and if not, which mistake gives exactly its numbers.

    Parameters
    ----------
    target : path, class, object or function
        A program (.py file or notebook), the class of a network, a network, or a function such as ``forward``,
        ``send_back`` or ``update``, whose parameters have names that tell what they are.

    Returns
    -------
    Report

    Raises
    ------
    FileError
        GN001 to GN003 if the file cannot be read.
    DataError
        GN011 if it is not Python or not a notebook, GN014 for another kind of target.

    Notes
    -----
    A program runs in a process of its own, on a few rows instead of its files, and with few rounds of its loops. What
    holds there is in `Report.confined`: ``"landlock+seccomp"`` on Linux, where the kernel keeps it from your files, the
    network and other processes, otherwise ``"limits"`` of time, memory and written bytes (`runtime.limited`). A class,
    an object or a function runs here.

    Both rules are right, the notes' ``Wᵀ e`` and the gradient's ``Wᵀ δ``, also with biases, batches, other
    activations and the cross-entropy. What is neither right nor a mistake with a name is reported as unknown.
    """
    if isinstance(target, str | os.PathLike):
        return check_program(target)
    if inspect.isclass(target) or (not callable(target) and hasattr(target, "__dict__")):
        from .program.run import examine_object

        name = target.__name__ if inspect.isclass(target) else type(target).__name__
        return _report(name, examine_object(target, *_source_of(target)))
    if inspect.isfunction(target) or inspect.ismethod(target):
        from .program.function import examine_function

        return _report(target.__name__, examine_function(target))
    raise DataError(
        "GN014",
        "check: {kind}. Expected the path of a program, a class, a network or a function.",
        kind=type(target).__name__,
    )


def _source_of(target: Any) -> tuple[ast.Module, str]:
    """Return the syntax tree of a class, with its line numbers, and the name of its file."""
    cls = target if inspect.isclass(target) else type(target)
    with suppress(OSError, TypeError, SyntaxError):
        lines, first = inspect.getsourcelines(cls)
        tree = ast.parse(textwrap.dedent("".join(lines)))
        method = next(one for one in vars(cls).values() if inspect.isfunction(one))
        return ast.increment_lineno(tree, first - 1), method.__code__.co_filename
    methods = [one.__code__.co_filename for one in vars(cls).values() if inspect.isfunction(one)]
    return ast.Module([], []), methods[0] if methods else ""


def check_program(path: str | os.PathLike[str], limits: Limits = LIMITS) -> Report:
    """Check a program in a process with limits; see `check`."""
    name = os.fspath(path)
    diagnosis = examine_script(Path(path))
    if diagnosis.code is None:
        problem = diagnosis.findings[-1].text
        raise DataError("GN011", "{name}: not valid Python ({problem}). Correct the line.", name=name, problem=problem)
    done = run_limited(_EXAMINE, {"text": diagnosis.code}, limits, valid=is_facts)
    facts: Facts = done.value if done.value is not None else unknown()
    repaired = [one.code for one in diagnosis.findings if one.repaired and one.severity != "remark"]
    return _report(name, facts, done, tuple(dict.fromkeys(repaired)))


def _report(source: str, facts: Facts, done: LimitedResult | None = None, repaired: tuple[str, ...] = ()) -> Report:
    right = {"right": True, "mistake": False}.get(facts["verdict"])
    training_step = facts.get("function") or ", ".join(facts["names"])
    messages = [*_step_messages(source, facts, done)]
    if repaired:
        command = Command("doctor", source, Option("fix", "OUT"))
        messages.append(
            Message(
                "For the check the program was repaired in memory ({codes}): it is for Python 2 or an older library. "
                "{command} writes a repaired copy.",
                codes=Listing(repaired),
                command=command,
            )
        )
    confined = done.confined if done is not None else None
    if confined == "limits":
        messages.append(ONLY_LIMITS)
    return Report(
        source=source,
        right=right,
        training_step=training_step,
        first_difference=facts["difference"],
        mistake=facts["mistake"],
        findings=tuple(_around(facts)),
        facts=facts,
        messages=tuple(messages),
        confined=confined,
    )


_RULES = {
    "notes": Message("the notes' rule: the error e is sent back through the weights"),
    "gradient": Message("the gradient's rule: δ, the error times the slope, is sent back through the weights"),
}
_LIMITS = {
    "time": Message("running time"),
    "memory": Message("memory"),
    "written": Message("written bytes"),
}
_SHAPES = re.compile(r"not aligned|core dimension|could not be broadcast")
"""In NumPy's messages on arrays that cannot be multiplied."""
_LOSSES = {"squared": Message("squared error"), "cross-entropy": Message("cross-entropy")}


def _step_messages(source: str, facts: Facts, done: LimitedResult | None) -> Iterator[Message | Mapping[Any, str]]:
    """Yield what the report says about the training step."""
    verdict = facts["verdict"]
    if verdict == "right" and facts["names"]:
        template = "{source}: right. One training step changes {names} as the algorithm does, to nine digits."
        yield Message(template, source=source, names=Listing(facts["names"]))
        described = Message(
            "{activations}; {loss}",
            activations=Listing(facts["activations"]),
            loss=_LOSSES[facts["loss"]],
        )
        both = len(facts["names"]) > 1 and facts["activations"][-1] != "linear" and facts["loss"] == "squared"
        yield Message("{described}; {rule}", described=described, rule=_RULES[facts["rule"]]) if both else described
    elif verdict == "right":
        yield Message("{source}: right. It returns {value}.", source=source, value=facts.get("function", ""))
    elif verdict == "mistake":
        yield from _mistake_messages(source, facts)
    elif verdict == "either":
        yield Message(
            "{source}: one training step is right for the cross-entropy. For the squared error of the notes, the slope "
            "o (1 − o) of the outputs is missing. The program does not show which of the two is meant.",
            source=source,
        )
    elif verdict == "different":
        template = (
            "{source}: could not find out. The change of {name} is not the one of the algorithm, and no known mistake "
            "gives it; another optimizer or loss, dropout or weight decay would also do that."
        )
        wrong = next((n for n, r in zip(facts["names"], facts["rates"], strict=True) if r <= 0), facts["names"][0])
        yield Message(template, source=source, name=wrong)
        yield from _difference_messages(facts["difference"])
    elif done is not None and done.exceeded == "result":
        yield Message("{source}: could not find out. {problem}", source=source, problem=NO_RESULT)
    elif done is not None and done.exceeded:
        template = "{source}: could not find out. The program was ended at the limit of {limit}."
        yield Message(template, source=source, limit=_LIMITS[done.exceeded])
    elif verdict == "unlike":
        yield Message(
            "{source}: could not find out. What it returns is not a quantity of a training step, neither right nor "
            "by a known mistake.",
            source=source,
        )
        if facts.get("problem"):
            yield Message("It stops: {problem}", problem=facts["problem"])
    else:
        yield Message("{source}: could not find out. No training step was found that can be compared.", source=source)
        problem = facts.get("problem") or (done.error if done is not None else "")
        if problem and facts.get("line"):
            yield Message("In line {line} it stops: {problem}", line=facts["line"], problem=problem)
        elif problem:
            yield Message("It stops: {problem}", problem=problem)
        if _SHAPES.search(problem):
            yield Message("The shapes of a product do not fit. Often a transpose is missing: forward W, backward Wᵀ.")


def _mistake_messages(source: str, facts: Facts) -> Iterator[Message | Mapping[Any, str]]:
    mistake = mistakes()[facts["mistake"]]
    yield {
        language: Message("{source}: a mistake: {name}.", source=source, name=mistake.name[language]).text(language)
        for language in ("en", "zh")
    }
    if facts["why"]:
        yield facts["why"]
    yield from _difference_messages(facts["difference"])
    title = exercises()[mistake.look].title
    yield {
        language: Message("Look again at the exercise “{title}” of the course.", title=title[language]).text(language)
        for language in ("en", "zh")
    }


def _difference_messages(difference: Difference | None) -> Iterator[Message]:
    if difference is not None:
        yield Message(
            "The first number that differs: {name}[{index}] of shape {shape} is {found} after the step, expected "
            "{expected}.",
            name=difference["name"],
            index=", ".join(map(str, difference["index"])),
            shape=" × ".join(map(str, difference["shape"])),
            found=number_text(difference["actual"]),
            expected=number_text(difference["expected"]),
        )


def _around(facts: Facts) -> Iterator[AroundFinding]:
    """Yield the findings about scaling, targets, labels and the test."""
    around = facts["around"]
    if around is None:
        return
    low, high = around["scale"]
    span = {"low": number_text(low), "high": number_text(high)}
    if around["label_inside"]:
        yield AroundFinding(
            "mistake",
            Message("The label is among the inputs: the first column of the file is the answer."),
            "label-among-inputs",
        )
    elif high - low > 10 and "sigmoid" in facts["activations"]:
        text = Message(
            "The inputs are not scaled: {low} to {high}. The sums are so large that the sigmoid is flat.", **span
        )
        yield AroundFinding("mistake", text, "not-scaled")
    elif low == 0:
        text = Message(
            "Inputs from {low} to {high}: weights at inputs of 0 do not change; the notes use 0.01 to 1.", **span
        )
        yield AroundFinding("remark", text, "offset-forgotten")
    targets = around["targets"]
    if around["target_right"] is False:
        yield AroundFinding("mistake", Message("The largest target is not that of the label."), "counted-from-one")
    if targets and facts["activations"][-1:] == ["sigmoid"] and (targets[0] <= 0 or targets[1] >= 1):
        text = Message(
            "Targets {low} and {high}: a sigmoid never reaches 0 and 1, so the weights keep growing; the notes use "
            "0.01 and 0.99.",
            low=number_text(targets[0]),
            high=number_text(targets[1]),
        )
        yield AroundFinding("remark", text, "targets-zero-one")
    tested, trained = around["tested"], around["trained"]
    if "test" in trained:
        yield AroundFinding("mistake", Message("Rows of the test file are used for training."), "files-mixed")
    elif tested and "test" not in tested and not around["tested_others"]:
        text = Message(
            "After training, only rows of the training file reach the network: what is counted there is no test."
        )
        yield AroundFinding("mistake", text, "accuracy-on-training")
    elif "test" not in tested:
        yield AroundFinding("remark", Message("Which file the accuracy is counted on could not be found out."))
    if not facts.get("cut") and 0 < trained.get("train", 0) < ROWS["train"]:
        text = Message(
            "Only {used} of {all} rows of the training file are used.", used=trained["train"], all=ROWS["train"]
        )
        yield AroundFinding("remark", text)
