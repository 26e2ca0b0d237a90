"""Find one training step among the recorded values, and compare it with the notes' algorithm."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .recorder import Recorder, Seen

Array = NDArray[np.float64]
Key = tuple[int, str]

_RATE = re.compile(r"(^|[._\['])(学习率|步长|学习速率|lr|eta|alpha|learn\w*|\w*rate)('?\])?$", re.IGNORECASE)
_MOST = 14
"""Most candidates for the inputs, the targets and the weights."""


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _softmax(z: Array) -> Array:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


ACTIVATIONS: dict[str, tuple[Any, Any]] = {
    "sigmoid": (_sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda z, a: (z > 0) * 1.0),
    "leaky relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z, a: np.where(z > 0, 1.0, 0.01)),
    "softmax": (_softmax, None),
    "linear": (lambda z: z, lambda z, a: np.ones_like(z)),
}
"""Name -> value, and slope from the sum and the value."""


@dataclass(frozen=True)
class Layer:
    """A weight matrix before and after a step, as ``(fan_out, fan_in)``."""

    key: Key
    before: Array
    after: Array
    transposed: bool  # the program keeps it as (fan_in, fan_out)

    @property
    def change(self) -> Array:
        """What the step adds."""
        return self.after - self.before


@dataclass(frozen=True)
class Step:
    """A candidate for a training step: what changed, and when."""

    layers: tuple[Layer, ...]
    begin: int  # the last time before the first change
    end: int


@dataclass(frozen=True)
class Match:
    """How well a step agrees with the algorithm under one reading of the program."""

    step: Step
    inputs: Array  # (n, inputs)
    targets: Array
    biases: tuple[Array | None, ...]
    activations: tuple[str, ...]
    loss: str  # {"squared", "cross-entropy"}
    rule: str  # {"notes", "gradient"}
    expected: list[Array]  # changes for rate 1, a layer each
    rates: list[float | None]  # the rate that each layer's change has; None if it is in another direction

    @property
    def agreeing(self) -> int:
        """Number of layers whose change has the right direction."""
        return sum(rate is not None and rate > 0 for rate in self.rates)

    @property
    def right(self) -> bool:
        """Whether all layers change as the algorithm says, with one rate."""
        rates = [rate for rate in self.rates if rate is not None]
        return self.agreeing == len(self.rates) and max(rates) - min(rates) <= 1e-6 * max(rates)


def find_steps(recorder: Recorder, tree: ast.Module) -> Iterator[Step]:
    """Yield candidates for the first training step, with as many layers as fit together."""
    values: dict[Key, list[Seen]] = {}
    for one in recorder.seen:
        values.setdefault((one.holder, one.path), []).append(one)
    values.update(_stacked(values))
    updates = _update_lines(tree)
    first: dict[bytes, tuple[float, Key]] = {}
    for key, seen in values.items():
        seen = [one for one in seen if one.value.ndim == 2 and one.value.shape == seen[-1].value.shape]
        if len(seen) < 2 or seen[0].value.size < 2 or (min(seen[0].value.shape) == 1 and _BIAS.search(key[1])):
            continue
        likeness = _likeness(seen)
        in_place = any(one.line in updates and _named(one.path, updates[one.line]) for one in seen[1:])
        score = likeness + (1 if in_place and likeness > 0.02 else 0)
        content = seen[0].value.tobytes() + seen[1].value.tobytes()
        if content not in first or first[content][0] < score:
            first[content] = score, key
    likely = sorted(((score, key) for score, key in first.values() if score > 0.3), key=lambda one: -one[0])[:_MOST]
    created = {key: number for number, key in enumerate(values)}  # of two layers, the first is made first
    updated = sorted((key for score, key in likely if score > 1.01), key=created.__getitem__)
    wide = {key for _, key in likely if min(values[key][-1].value.shape) > 1}
    found = False
    for some in (updated, [key for _, key in likely]):
        for count in (4, 3, 2, 1):
            for keys in permutations(some, count) if count < 3 or len(some) < 9 else ():
                if count > 2 and not (some is updated and set(keys[:-1]) <= wide):
                    continue
                for step in _with_intervals(recorder, values, keys):
                    found = True
                    yield step
            if found:  # shorter ones would be parts of the same network
                break
        if found:
            break


def _stacked(values: dict[Key, list[Seen]]) -> dict[Key, list[Seen]]:
    """Return the weights of nodes that are objects or lists of their own, a row each, as matrices."""
    groups: dict[str, dict[int, list[Seen]]] = {}
    for (_, path), seen in values.items():
        if len(numbers := re.findall(r"\[(\d+)\]", path)) and seen[-1].value.ndim == 1:
            pattern = f"[{numbers[-1]}]".join(path.split(f"[{numbers[-1]}]")[:-1]) + "[*]" + path.rpartition("]")[2]
            groups.setdefault(pattern, {})[int(numbers[-1])] = seen
    found: dict[Key, list[Seen]] = {}
    for pattern, rows in groups.items():
        widths = {seen[-1].value.shape for seen in rows.values()}
        times = sorted({one.time for seen in rows.values() for one in seen})
        if len(widths) == 1 and sorted(rows) == list(range(len(rows))) and len(times) < 2000:
            matrices = []
            for time in times:
                each = [_at(rows[row], time) for row in sorted(rows)]
                if all(one is not None and one.shape in widths for one in each):
                    matrices.append(Seen(time, rows[0][0].line, 0, pattern, np.array(each)))
            if len(matrices) > 1:
                found[0, pattern] = matrices
    return found


def _likeness(seen: list[Seen]) -> float:
    """Return how alike the values of a variable are: weights change little, their changes and signals much."""
    before, after = seen[0].value.ravel(), seen[1].value.ravel()
    size = float(np.linalg.norm(before) + np.linalg.norm(after)) or 1.0
    return 1 - float(np.linalg.norm(after - before)) / size


def _update_lines(tree: ast.Module) -> dict[int, list[str]]:
    """Return line -> texts of targets that the line updates: ``w += …`` and ``w = w - …``."""
    lines: dict[int, list[str]] = {}
    for node in ast.walk(tree):
        targets: list[str] = []
        if isinstance(node, ast.Call):
            targets = [ast.unparse(one.value) for one in node.keywords if one.arg == "out"]
        elif isinstance(node, ast.AugAssign):
            targets = [ast.unparse(node.target)]
        elif isinstance(node, ast.Assign):
            inside = {ast.unparse(one) for one in ast.walk(node.value) if isinstance(one, ast.expr)}
            names = [getattr(one, "elts", [one]) for one in node.targets]
            targets = [text for some in names for one in some if (text := ast.unparse(one)) in inside]
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1) if targets else ():  # type: ignore[attr-defined]
            lines.setdefault(line, []).extend(targets)
    return lines


def _named(path: str, targets: Iterable[str]) -> bool:
    name = re.split(r"[.\[]", path.removeprefix("self."))[0]
    return any(re.split(r"[.\[]", one.removeprefix("self."))[0] == name for one in targets)


def _with_intervals(recorder: Recorder, values: dict[Key, list[Seen]], keys: Sequence[Key]) -> Iterator[Step]:
    for orientation in product((False, True), repeat=len(keys)):
        shapes = [_shape(values[key][-1].value, turned) for key, turned in zip(keys, orientation, strict=True)]
        gaps = [after[1] - before[0] for before, after in pairwise(shapes)]
        if not all(gap in (0, 1) for gap in gaps):
            continue
        for begin, end in _intervals(recorder, values, keys):
            layers = []
            for key, turned in zip(keys, orientation, strict=True):
                before, after = _at(values[key], begin), _at(values[key], end)
                if before is None or after is None or before.shape != after.shape or np.array_equal(before, after):
                    break
                if turned:
                    before, after = before.T, after.T
                layers.append(Layer(key, before, after, turned))
            else:
                yield Step(tuple(layers), begin, end)


def _shape(value: Array, turned: bool) -> tuple[int, int]:
    rows, columns = value.shape
    return (columns, rows) if turned else (rows, columns)


def _intervals(recorder: Recorder, values: dict[Key, list[Seen]], keys: Sequence[Key]) -> list[tuple[int, int]]:
    """Return begin and end of what may be one step: the first change of each, or the shortest call with all changes."""
    first = [[one.time for one in values[key]][1] for key in keys]
    found = [(min(first) - 1, max(first))]
    calls = [
        (one.end - one.begin, one.begin, one.end)
        for one in recorder.calls
        if all(any(one.begin < seen.time <= one.end for seen in values[key]) for key in keys)
    ]
    for _, begin, end in sorted(calls)[:2]:
        if (begin, end) not in found:
            found.append((begin, end))
    return found


def _at(seen: list[Seen], time: int) -> Array | None:
    """Return the value at a time."""
    found = None
    for one in seen:
        if one.time > time:
            break
        found = one.value
    return found


def samples_of(recorder: Recorder, step: Step) -> Iterator[tuple[Array, Array, tuple[Array | None, ...]]]:
    """Yield the inputs, targets and biases that a step may have used."""
    values = _values_before(recorder, step)
    width, outputs = step.layers[0].before.shape[1], step.layers[-1].before.shape[0]
    biases = list(_biases(values, step))
    for inputs in _inputs(values, step, width):
        for targets in _targets(values, len(inputs), outputs):
            for some in biases:
                yield inputs, targets, some


def _values_before(recorder: Recorder, step: Step) -> list[Seen]:
    """Return the values that were there before the step, the latest first."""
    latest: dict[Key, Seen] = {}
    for one in recorder.seen:
        if one.time > step.end:
            break
        if one.time <= step.begin or (one.holder, one.path) not in latest:
            latest[one.holder, one.path] = one
    return sorted(latest.values(), key=lambda one: -one.time)


def _rows(value: Array, width: int) -> Iterator[Array]:
    """Yield an array as samples of a width, one a row, in all ways that its shape allows."""
    if width == 1 and value.size == 1:
        yield value.reshape(1, 1)
    elif value.ndim == 1 and value.size == width:
        yield value.reshape(1, width)
    elif value.ndim == 1 and width == 1:
        yield value.reshape(-1, 1)
    elif value.ndim >= 2 and value.size % width == 0 and value.size:
        flat = value.reshape(value.shape[0], -1)
        if flat.shape[1] == width:
            yield flat
        if (flat.shape[0] == width and flat.shape[1] != width) or (flat.shape == (width, width) and width > 1):
            yield flat.T


def _inputs(values: list[Seen], step: Step, width: int) -> list[Array]:
    """Return the candidates for the inputs: the first layer's change must be made of their rows."""
    change = step.layers[0].change
    keys = {layer.key for layer in step.layers}
    candidates: dict[bytes, Array] = {}
    for one in reversed(values):  # what a step begins with is older than what it computes
        if (one.holder, one.path) in keys or one.value.size > 100_000:
            continue
        for wide in (width, width - 1):  # without the constant input that stands for the bias
            for rows in _rows(one.value, wide) if wide else ():
                for some in (rows, *(rows[k : k + 1] for k in range(len(rows)) if 1 < len(rows) <= 40)):
                    ones = np.ones((len(some), 1))
                    for each in [some] if wide == width else [np.hstack([some, ones]), np.hstack([ones, some])]:
                        candidates.setdefault(each.tobytes(), each)
    found = []
    biggest = np.abs(change).max()
    full = np.linalg.matrix_rank(change) == width  # any inputs fit: a whole batch comes first
    for rows in sorted(candidates.values(), key=len, reverse=bool(full)):
        if len(rows) <= 200 and np.any(rows) and np.isfinite(rows).all():
            parts = np.linalg.lstsq(rows.T, change.T, rcond=None)[0]
            if np.abs(rows.T @ parts - change.T).max() <= 1e-6 * biggest:
                found.append(rows)
    return found[:_MOST]


def _targets(values: list[Seen], samples: int, width: int) -> list[Array]:
    """Return the candidates for the targets."""
    candidates: dict[bytes, Array] = {}
    for one in reversed(values):
        for rows in _rows(one.value, width):
            if len(rows) == samples:
                candidates.setdefault(rows.tobytes(), rows)
            elif samples == 1 and len(rows) <= 40:
                for row in rows:
                    candidates.setdefault(row.tobytes(), row.reshape(1, -1))
        flat = one.value.ravel()
        if width > 1 and flat.size == samples and np.all((flat == flat.astype(int)) & (flat >= 0) & (flat < width)):
            classes = np.eye(width)[flat.astype(int)]
            candidates.setdefault(classes.tobytes(), classes)
    plausible = [one for one in candidates.values() if np.abs(one).max() < 1e4 and np.isfinite(one).all()]
    return plausible[: 4 * _MOST]


_BIAS = re.compile(
    r"(^|[._'])(b|b\d.*|b_.*|b[iho].*|.*bias.*|theta.*|.*偏置.*|.*阈值.*)('?\])?(\[\d+\])?$", re.IGNORECASE
)


def _biases(values: list[Seen], step: Step) -> Iterator[tuple[Array | None, ...]]:
    """Yield the biases that there may be: vectors as long as a layer, next to the weights, named as biases are."""
    holders = [layer.key[0] for layer in step.layers]
    objects = len(set(holders)) == len(holders) > 1 and 0 not in holders  # each layer has its own
    named = [one for one in values if one.value.any() and _BIAS.search(one.path)]
    stacked: dict[str, dict[str, float]] = {}
    for one in named:
        if one.value.ndim == 0 and "[" in one.path:
            stacked.setdefault(re.sub(r"\[\d+\](?=[^\[]*$)", "[*]", one.path), {}).setdefault(
                one.path, float(one.value)
            )
    vectors = [np.array(list(dict(sorted(some.items())).values())) for some in stacked.values()]
    choices: list[list[Array | None]] = []
    for layer in step.layers:
        size = layer.before.shape[0]
        own = [
            one.value.ravel()
            for one in named
            if one.value.size == size
            and one.value.max(initial=0) < 1e3
            and (not objects or one.holder == layer.key[0])
            and (one.holder in holders or 0 in holders)
        ]
        distinct = {one.tobytes(): one for one in [*own, *(one for one in vectors if one.size == size)]}
        choices.append([*list(distinct.values())[:3], None])
    yield from islice(product(*choices), 12)


def readings(
    step: Step, inputs: Array, targets: Array, biases: tuple[Array | None, ...], thorough: bool
) -> Iterator[Match]:
    """Yield the readings for given samples: activations, loss and rule.

    Unless `thorough`, only those whose last layer changes as the algorithm says.
    """
    count = len(step.layers)
    layer = step.layers[-1]
    change = layer.change
    for inner in [name for name in ACTIVATIONS if name != "softmax"] if count > 1 else [""]:
        hidden = _forward(step, inputs, biases, inner)
        if hidden is None or hidden[0][-1].shape != targets.shape:
            return
        for outer in ACTIVATIONS:
            with np.errstate(all="ignore"):
                outputs = ACTIVATIONS[outer][0](hidden[0][-1])
            forward = hidden[0], [*hidden[1], outputs]
            errors = targets - outputs
            for loss, delta in _output_deltas(forward, targets, outer):
                last = ratio(change, delta.T @ hidden[1][-1], layer.before)
                if (last is None or last <= 0) and not thorough:
                    continue
                activations = (*[inner] * (count - 1), outer)
                for rule in ("notes", "gradient") if count > 1 else ("notes",):
                    expected = _changes(step, forward, delta, errors, activations, rule)
                    others = zip(step.layers[:-1], expected, strict=False)
                    rates = [*(ratio(one.change, wanted, one.before) for one, wanted in others), last]
                    yield Match(
                        step=step,
                        inputs=inputs,
                        targets=targets,
                        biases=biases,
                        activations=activations,
                        loss=loss,
                        rule=rule,
                        expected=expected,
                        rates=rates,
                    )


def _forward(
    step: Step, inputs: Array, biases: tuple[Array | None, ...], inner: str
) -> tuple[list[Array], list[Array]] | None:
    """Return the sums of all layers, and the signals that go into each; None if shapes do not fit."""
    sums: list[Array] = []
    signals = [inputs]
    for layer, bias in zip(step.layers, biases, strict=True):
        with np.errstate(all="ignore"):
            signal = ACTIVATIONS[inner][0](sums[-1]) if sums else inputs
            if layer.before.shape[1] == signal.shape[1] + 1:  # a constant node stands for the bias
                signal = np.hstack([signal, np.ones((len(signal), 1))])
            if layer.before.shape[1] != signal.shape[1]:
                return None
            signals[len(sums) :] = [signal]
            z = signal @ layer.before.T
            sums.append(z if bias is None else z + bias)
    return sums, signals


def _output_deltas(forward: Any, targets: Array, outer: str) -> Iterator[tuple[str, Array]]:
    sums, signals = forward
    o = signals[-1]
    e = targets - o
    if outer == "softmax":
        yield "cross-entropy", e
        yield "squared", o * (e - (e * o).sum(axis=1, keepdims=True))
        return
    yield "squared", e * ACTIVATIONS[outer][1](sums[-1], o)
    if outer == "sigmoid":
        yield "cross-entropy", e


def _changes(
    step: Step, forward: Any, delta: Array, errors: Array, activations: tuple[str, ...], rule: str
) -> list[Array]:
    """Return the change of each layer for rate 1, summed over the samples."""
    sums, signals = forward
    found = [delta.T @ signals[-2]]
    back = errors if rule == "notes" else delta
    for number in range(len(step.layers) - 2, -1, -1):
        nodes = sums[number].shape[1]
        error = (back @ step.layers[number + 1].before)[:, :nodes]
        delta = error * ACTIVATIONS[activations[number]][1](sums[number], signals[number + 1][:, :nodes])
        found.insert(0, delta.T @ signals[number])
        back = error if rule == "notes" else delta
    return found


def ratio(change: Array, wanted: Array, weights: Array) -> float | None:
    """Return c if ``change = c · wanted`` up to rounding, otherwise None."""
    square = float((wanted * wanted).sum())
    if change.shape != wanted.shape or not np.isfinite(square) or square == 0:
        return None
    c = float((change * wanted).sum()) / square
    off = float(np.abs(change - c * wanted).max())
    precision = 2e-7 if np.array_equal(weights, weights.astype(np.float32)) and weights.any() else 4e-15
    slack = 1e-6 * float(np.abs(change).max()) + precision * float(np.abs(weights).max())
    return c if off <= slack else None


def learning_rates(recorder: Recorder, step: Step) -> list[float]:
    """Return the numbers that the program calls its learning rate."""
    found = [
        float(one.value)
        for one in _values_before(recorder, step)
        if one.value.ndim == 0 and 0 < one.value < 100 and _RATE.search(one.path)
    ]
    return list(dict.fromkeys(found))
