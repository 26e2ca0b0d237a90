"""Remarks on a program that runs but differs from the notes: weights, rate, scaling, targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...messages.message import Message
from ..finding import REMARK, Kind
from .migrations import Change
from .program import Positions
from .scopes import ImportedNames, number_of

RATES = (0.1, 0.3)
"""Learning rates that the notes and the book try for this network."""
_RATE_NAMES = ("learning_rate", "learningrate", "lr")
_CLASS_NAMES = ("neuralnetwork", "neural_network")


def find_remarks(tree: ast.Module, names: ImportedNames, positions: Positions) -> Iterator[Change]:
    """Yield the remarks on a program."""
    scaled: list[tuple[str, int]] = []
    scalings = [node for node in ast.walk(tree) if _divided_by_255(node) is not None]
    inner = {id(child) for node in scalings for child in ast.walk(node) if child is not node}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "interpolation":
            if isinstance(node.value, ast.Constant) and node.value.value == "None":
                yield Change(GS20, node.value, "interpolation='None'", (positions.replace(node.value, "'none'"),))
        elif isinstance(node, ast.Call):
            yield from _check_fan(node, names)
            if isinstance(node.func, ast.Name) and node.func.id.lower() in _CLASS_NAMES and len(node.args) == 4:
                yield from _check_rate(node, node.args[3], Message("learning rate"))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id.lower() in _RATE_NAMES:
                    yield from _check_rate(node, node.value, target.id)
            yield from _check_targets(node, names)
        if isinstance(node, ast.BinOp) and id(node) not in inner:
            yield from _check_scaling(node, scaled)
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and _divided_by_255(node.value) is not None
        ):
            scaled.append((node.targets[0].id, node.lineno))


GS20 = Kind(
    "GS20",
    REMARK,
    "interpolation='None' is a string, not None",
    "write 'none', or 'nearest' for square pixels",
    "writes 'none'",
)


GS21 = Kind(
    "GS21",
    REMARK,
    "the initial weights depend on the number of nodes of their own layer",
    "the notes use 1/√(incoming connections): pow(self.inodes, -0.5) for wih, pow(self.hnodes, -0.5) for who",
)


def _check_fan(node: ast.Call, names: ImportedNames) -> Iterator[Change]:
    """Find ``normal(0.0, pow(a, -0.5), (a, b))``: a are the nodes of the layer itself, b the incoming connections."""
    if "numpy.random.normal" not in names.possible_paths(node.func):
        return
    arguments = dict(zip(("loc", "scale", "size"), node.args, strict=False))
    arguments |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg in ("loc", "scale", "size")}
    size = arguments.get("size")
    fan = _root_argument(arguments["scale"]) if "scale" in arguments else None
    if fan is None or not isinstance(size, ast.Tuple) or len(size.elts) != 2:
        return
    own, incoming = map(ast.dump, size.elts)
    if ast.dump(fan) == own != incoming:
        texts = {"scale": arguments["scale"], "size": size, "incoming": size.elts[1]}
        text = Message(
            "{scale} for {size}, where the number of incoming connections is {incoming}",
            **{name: ast.unparse(part) for name, part in texts.items()},
        )
        yield Change(GS21, node, text)


def _root_argument(node: ast.expr) -> ast.expr | None:
    """Return x of ``pow(x, -0.5)``, ``x ** -0.5``, ``1 / sqrt(x)``."""
    if isinstance(node, ast.Call) and len(node.args) == 2 and ast.unparse(node.func).endswith(("pow", "power")):
        return node.args[0] if number_of(node.args[1]) == -0.5 else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return node.left if number_of(node.right) == -0.5 else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and number_of(node.left) == 1:
        below = node.right
        if isinstance(below, ast.Call) and len(below.args) == 1 and ast.unparse(below.func).endswith("sqrt"):
            return below.args[0]
    return None


GS22 = Kind(
    "GS22",
    REMARK,
    "the learning rate is outside the range that the notes try",
    "0.1 to 0.3 works for this network; the notes use 0.2",
)


def _check_rate(node: ast.AST, value: ast.expr, name: str | Message) -> Iterator[Change]:
    rate = number_of(value)
    if rate is not None and not RATES[0] <= rate <= RATES[1]:
        yield Change(GS22, node, Message("{name} is {rate:g}", name=name, rate=rate))


def _divided_by_255(node: ast.AST) -> ast.expr | None:
    """Return x if an expression is ``x / 255`` or ``x / 256`` inside sums and products."""
    if not isinstance(node, ast.BinOp):
        return None
    if isinstance(node.op, ast.Div) and number_of(node.right) in (255.0, 256.0):
        return node.left
    return _divided_by_255(node.left) or _divided_by_255(node.right)


GS23 = Kind("GS23", REMARK, "inputs are not scaled as in the notes", "use x / 255 * 0.99 + 0.01")


def _check_scaling(node: ast.BinOp, scaled: list[tuple[str, int]]) -> Iterator[Change]:
    pixels = _divided_by_255(node)
    if pixels is None:
        return
    again = {one.id for one in ast.walk(pixels) if isinstance(one, ast.Name)}
    twice = [name for name, line in scaled if name in again and line < node.lineno]
    if twice:
        yield Change(GS23, node, Message("{name} is already scaled, and is scaled again", name=twice[0]))
    elif _affine_factors(node) != (255.0, 0.99, 0.01):
        yield Change(GS23, node, ast.unparse(node))


def _affine_factors(node: ast.expr) -> tuple[float | None, float | None, float | None]:
    """Return a, b and c of ``x / a * b + c``; None for a missing number."""
    offset: float | None = 0.0
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node, offset = _without_number(node)
    factor: float | None = 1.0
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        node, factor = _without_number(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        below = number_of(node.right)
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Mult) and factor == 1.0:
            _, factor = _without_number(node.left)
        return below, factor, offset
    return None, factor, offset


def _without_number(node: ast.BinOp) -> tuple[ast.expr, float | None]:
    if number_of(node.right) is not None:
        return node.left, number_of(node.right)
    return node.right, number_of(node.left)


GS24 = Kind("GS24", REMARK, "targets that a sigmoid cannot reach", "use 0.01 and 0.99")


def _check_targets(node: ast.Assign, names: ImportedNames) -> Iterator[Change]:
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and "target" in target.value.id.lower():
        high = number_of(value)
        if high is not None and high >= 1:
            yield Change(GS24, node, ast.unparse(node))
    named = isinstance(target, ast.Name) and "target" in target.id.lower()
    if named and isinstance(value, ast.Call) and "numpy.zeros" in names.possible_paths(value.func):
        yield Change(GS24, node, ast.unparse(node))
