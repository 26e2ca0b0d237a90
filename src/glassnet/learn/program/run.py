"""Run a program on small files and find its training step; in the limited process, as `examine`."""

from __future__ import annotations

import ast
import copy
import inspect
import random
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from time import monotonic
from typing import Any

import numpy as np

from .compare import Facts, explain_wrong, find_right, unknown
from .files import replace_modules, replace_readers, write_files
from .recorder import OutOfTime, Recorder

FILENAME = "<program>"
RUN_SECONDS, DRIVE_SECONDS = 8.0, 4.0
_MOST_RUNS, _MOST_EXPLAINED = 12, 3
SIZES = (3, 4, 2)
_LOOPS, _ROUNDS = 200, 8
_EPOCHS = re.compile(r"epoch|iter|generations|轮|世代|迭代", re.IGNORECASE)
_TRAINS = re.compile(r"train|fit|learn|update|back|step|sgd|训练|学习|更新|反向", re.IGNORECASE)


def examine(request: dict[str, str]) -> Facts:
    """Run the program ``request["text"]`` and say what its training step does."""
    text = request["text"]
    tree = ast.parse(text)
    cut = shorten_loops(tree)
    recorder = Recorder(FILENAME, RUN_SECONDS)
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": "program.py", "__builtins__": __builtins__}
    problem, line = run(tree, text, namespace, recorder)
    facts = find_right(recorder, tree)
    if facts is None:
        classes = [one for one in namespace.values() if inspect.isclass(one) and one.__module__ == "__main__"]
        trained, stopped = train_once((made for cls in reversed(classes) for made in instances_of(cls)), FILENAME)
        facts = verdict_on([recorder, *trained], tree)
        if not problem:
            problem, line = stopped
    facts["cut"] = cut
    if facts["verdict"] == "nothing":
        facts["problem"], facts["line"] = problem, line
    return facts


def examine_object(target: Any, tree: ast.Module, filename: str) -> Facts:
    """Train a network, or small ones of a class, once, and say what the step does; the network is not changed."""
    if inspect.isclass(target):
        state = random.getstate(), np.random.get_state()
        recorders, (problem, line) = train_once(instances_of(target), filename)
        random.setstate(state[0])
        np.random.set_state(state[1])
    else:
        recorders, (problem, line) = train_once([copy.deepcopy(target)], filename)
    facts = verdict_on(recorders, tree)
    if facts["verdict"] == "nothing":
        facts["problem"], facts["line"] = problem, line
    return facts


def run(tree: ast.Module, text: str, namespace: dict[str, Any], recorder: Recorder) -> tuple[str, int]:
    """Execute a program statement by statement; return the first problem and its line.

    After a problem, only statements that define something are executed.

    Files of data are replaced by small ones, drawing libraries by nothing.
    """
    sys.argv = ["program.py"]
    random.seed(1)
    np.random.seed(1)
    replace_modules()
    if "pandas" in text:
        with suppress(ImportError):
            import_module("pandas")  # before `read_csv` is replaced
    write_files(header=bool(re.search(r"skiprows=1|skip_header=1|\bnext\(|['\"]label['\"]", text)))
    replace_readers()
    problem, line = "", 0
    end = monotonic() + RUN_SECONDS
    for statement in tree.body:
        code = compile(ast.Module([statement], []), FILENAME, "exec")
        if (problem and not isinstance(statement, _DEFINING)) or monotonic() > end:
            continue
        try:
            with recorder.watching(), np.errstate(all="ignore"):
                exec(code, namespace)
        except OutOfTime:
            return problem, line
        except MemoryError:
            raise
        except BaseException as error:  # whatever the program raises
            if not problem:
                problem, line = f"{type(error).__name__}: {error}", _line_of(error, FILENAME) or statement.lineno
    recorder.ended = not problem
    return problem, line


_DEFINING = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)


def _line_of(error: BaseException, filename: str) -> int:
    """Return the last line of a file that led to an exception; 0 if none did."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def shorten_loops(tree: ast.Module) -> bool:
    """Let loops over many rounds or epochs end after a few; return whether any was shortened."""
    cut = False
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range":
            for place, number in enumerate(node.iter.args):
                if isinstance(number, ast.Constant) and isinstance(number.value, int) and number.value > _LOOPS:
                    node.iter.args[place] = ast.copy_location(ast.Constant(_ROUNDS), number)
                    cut = True
        elif isinstance(node, ast.Assign | ast.keyword) and isinstance(node.value, ast.Constant):
            names = [node.arg] if isinstance(node, ast.keyword) else [ast.unparse(one) for one in node.targets]
            rounds = node.value.value
            if any(_EPOCHS.search(name or "") for name in names) and isinstance(rounds, int) and rounds > 2:
                node.value = ast.copy_location(ast.Constant(2), node.value)
    return cut


def verdict_on(recorders: list[Recorder], tree: ast.Module) -> Facts:
    """Return the facts of the recorded run that can be understood: a right one, a mistake, or the first difference."""
    for recorder in recorders:
        if facts := find_right(recorder, tree):
            return facts
    best = unknown()
    for recorder in [one for one in recorders if one.seen][:_MOST_EXPLAINED]:
        facts = explain_wrong(recorder, tree)
        if facts["verdict"] == "mistake":
            return facts
        if best["verdict"] == "nothing":
            best = facts
    return best


def train_once(instances: Iterable[Any], filename: str) -> tuple[list[Recorder], tuple[str, int]]:
    """Train networks once on small numbers, in every form that works.

    Returns what was recorded, and if no form works, the exception that came last in the program, and its line.
    """
    end = monotonic() + DRIVE_SECONDS
    found: list[Recorder] = []
    stopped: tuple[int, str, int] = (0, "", 0)  # values that had been recorded, exception, line
    for instance in instances:
        for method in _methods(instance):
            for arguments in _arguments(method, _sizes_of(instance)):
                if monotonic() > end or len(found) > _MOST_RUNS:
                    return found, ("", 0)
                recorder = Recorder(filename, DRIVE_SECONDS / 3)
                try:
                    with recorder.watching(), np.errstate(all="ignore"):
                        method(*arguments)
                except (OutOfTime, Exception) as error:
                    text = f"{type(error).__name__}: {error}"
                    stopped = max(stopped, (len(recorder.seen), text, _line_of(error, filename)))
                    continue
                found.append(recorder)
    return found, ("", 0) if found else stopped[1:]


def _sizes_of(instance: Any) -> tuple[int, int]:
    """Return the number of inputs and outputs of a network: those of its first and last matrix, or the small ones."""
    from .recorder import as_array

    shapes = [
        array.shape
        for value in vars(instance).values()
        for one in (value if isinstance(value, list | tuple) else [value])
        if (array := as_array(one)) is not None and array.ndim == 2 and min(array.shape) > 1
    ]
    if len(shapes) < 2:
        return SIZES[0], SIZES[-1]
    first, last = shapes[0], shapes[-1]
    shared = set(first) & set(last)
    return next((one for one in first if one not in shared), first[0]), next(
        (one for one in last if one not in shared), last[0]
    )


def instances_of(cls: type) -> Iterator[Any]:
    """Yield small networks of a class, made with whatever arguments it accepts."""
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        return
    required = [one for one in parameters if one.default is one.empty and one.kind in (0, 1)]
    inputs, targets = _samples(*SIZES[::2])
    batch = [np.array(inputs), np.array(targets)]
    named = [_size_by_name(one.name) for one in required]
    guesses: list[list[Any]] = []
    if all(one is not None for one in named):
        guesses.append(named)
    by_count: dict[int, list[list[Any]]] = {
        0: [[], list(SIZES)],
        1: [[list(SIZES)], [0.3]],
        2: [[list(SIZES), 0.3], batch, [3, 2]],
        3: [list(SIZES), [*batch, 0.3], [3, 2, 0.3]],
        4: [[*SIZES, 0.3], [0.3, *SIZES]],
        5: [[*SIZES, 0.3, 1], [3, 4, 4, 2, 0.3]],
    }
    for guess in [*guesses, *by_count.get(len(required), [])]:
        random.seed(3)
        np.random.seed(3)
        with suppress(Exception):
            yield cls(*guess)


def _size_by_name(name: str) -> Any:
    table = (
        (r"lr|rate|alpha|eta|learn|学习|步长", 0.3),
        (r"layers|sizes|structure|shape|dims|层数|结构", list(SIZES)),
        (r"hid|隐|mid", SIZES[1]),
        (r"out|输出", SIZES[2]),
        (r"in|输入|feature", SIZES[0]),
        (r"epoch|iter|batch|轮", 1),
    )
    return next((value for pattern, value in table if re.search(pattern, name, re.IGNORECASE)), None)


def _methods(instance: Any) -> list[Any]:
    """Return the methods that may train, the likeliest first."""
    found = []
    for name in dir(instance):
        method = inspect.getattr_static(instance, name)
        if callable(method) and not name.startswith("__") and hasattr(getattr(instance, name, None), "__name__"):
            found.append(getattr(instance, name))
    order = ("train", "训练", "fit", "learn", "学习")
    return sorted(
        (one for one in found if _TRAINS.search(one.__name__)),
        key=lambda one: next((k for k, word in enumerate(order) if word in one.__name__.lower()), len(order)),
    )


def _samples(width: int, outputs: int, count: int = 2) -> tuple[list[list[float]], list[list[float]]]:
    xs = np.round(np.random.default_rng(5).uniform(0.05, 0.95, (count, width)), 2)
    ts = np.full((count, outputs), 0.1) + 0.03 * np.arange(outputs)
    for number in range(count):
        ts[number, number % outputs] = 0.9
    return xs.tolist(), ts.tolist()


def _arguments(method: Any, sizes: tuple[int, int]) -> Iterator[list[Any]]:
    """Yield arguments for a method that may train, in the forms that programs take: lists, rows, columns, batches."""
    try:
        parameters = list(inspect.signature(method).parameters.values())
    except (TypeError, ValueError):
        return
    required = [one for one in parameters if one.default is one.empty and one.kind in (0, 1)]
    if not 0 < len(required) <= 6:
        if not required:
            yield []
        return
    xs, ts = _samples(*sizes)
    forms: list[tuple[Any, Any]] = [
        (xs[0], ts[0]),
        (np.array(xs[0]), np.array(ts[0])),
        (np.array(xs[:1]).T, np.array(ts[:1]).T),
        (np.array(xs[:1]), np.array(ts[:1])),
        (np.array(xs), np.array(ts)),
        (np.array(xs).T, np.array(ts).T),
        (xs, ts),
    ]
    for x, t in forms:
        values = [_argument_by_name(one.name, x, t) for one in required]
        if len(required) == 2 and any(one is None for one in values):
            values = [x, t]
        if all(one is not None for one in values):
            following = parameters[len(required) : len(required) + 1]  # a number of rounds is kept small
            yield [*values, *(1 for one in following if _EPOCHS.search(one.name))]


def _argument_by_name(name: str, x: Any, t: Any) -> Any:
    table = (
        (r"lr|rate|alpha|^eta|learn|学习率|步长", 0.3),
        (r"epoch|iter|batch_?size|size|轮", 1),
        (r"training_?data|mini_?batch|dataset|samples|^data$", [(x, t)]),
        (r"target|label|expected|desired|^y|^t|目标|期望|标签|truth|answer|correct|output", t),
        (r"input|^x|sample|feature|image|data|输入|特征|row", x),
    )
    return next((value for pattern, value in table if re.search(pattern, name, re.IGNORECASE)), None)
