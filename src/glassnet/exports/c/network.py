"""The C of a network: its weights, and the statements that compute its outputs from its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...model.portable import PortableForm, PortableLayer
from .arithmetic import activation_function, in_c
from .spelling import array, doubles, float_text, floats

_WORTH_BLOCKS = 0.75
"""Blocks are used if they have at most this fraction of a layer's weights."""


@dataclass
class Written:
    """What computes the outputs."""

    # the body of a function with the arguments `argument` and ``outputs``
    statements: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)  # names of those in `arithmetic` that it calls
    constants: list[str] = field(default_factory=list)  # definitions of the arrays that it reads
    declarations: list[str] = field(default_factory=list)  # of these arrays, to come before
    stack: int = 0  # bytes of the function's own arrays
    memory: int = 0  # bytes of the constants

    def constant(self, kind: str, name: str, values: Sequence[str], size: int, comment: str) -> None:
        """Add an array of constants, each of `size` bytes."""
        declaration = f"static const {kind} {name}[{len(values)}]"
        self.declarations.append(f"{declaration};  /* {comment} */")
        self.constants.append(array(declaration, values))
        self.memory += size * len(values)


@dataclass(frozen=True)
class Block:
    """Nodes of a layer, and the inputs that have weights to them; both are ranges."""

    first_node: int
    nodes: int
    first_input: int
    inputs: int


def written(form: PortableForm, *, quantised: bool = False) -> Written:
    """Return the C of a form's networks; `quantised` says whether its weights have 8 bits."""
    made, count = Written(), len(form.members)
    layers = list(zip(*form.members, strict=True))
    buffers = _buffers(form)
    made.stack = 4 * sum(buffers.values())
    body: list[str] = []
    for number, members in enumerate(layers, start=1):
        body += _layer(made, form, number, members, last=number == len(layers), quantised=quantised)
    made.statements = [f"float {name}[{size}];" for name, size in buffers.items()]
    if count > 1:
        made.statements.append("size_t network;")
    made.statements.append("")
    if form.input_kind == "columns":
        made.statements.append("name_encode(row, x);")
    elif form.factor is not None and form.offset is not None:
        made.constant("double", "name_factors", doubles(form.factor), 8, "scaling of the inputs: factors,")
        made.constant("double", "name_offsets", doubles(form.offset), 8, "and what is added")
        made.statements.append(f"name_scale(x, {argument(form)});")
    if count == 1:
        made.statements += body
    else:
        nodes = form.sizes[-1]
        made.functions += ["clear", "plus", "divide"]
        made.statements += [
            f"name_clear(outputs, {nodes});",
            f"for (network = 0; network < {count}; network++) {{",
            *(f"    {line}".rstrip() for line in body),
            f"    name_plus(outputs, {nodes}, {_buffer(form, len(layers))});",
            "}",
            f"name_divide(outputs, {nodes}, {float_text(np.float32(count))});",
        ]
    return made


def argument(form: PortableForm) -> str:
    """Return the name of the argument with the inputs."""
    if form.input_kind == "columns":
        return "row"
    return "pixels" if form.image_shape else "inputs"


def _has_inputs(form: PortableForm) -> bool:
    """Whether the inputs of the first layer are an array of their own, and not the caller's."""
    return form.input_kind in ("columns", "double")


def _buffers(form: PortableForm) -> dict[str, int]:
    """Return the arrays of the function and their lengths: layers use `a` and `b` in turn."""
    sizes: dict[str, int] = {"x": form.sizes[0]} if _has_inputs(form) else {}
    for number, size in enumerate(form.sizes[1:], start=1):
        name = _buffer(form, number)
        if name != "outputs":
            sizes[name] = max(sizes.get(name, 0), size)
    return sizes


def _buffer(form: PortableForm, number: int) -> str:
    """Return the array with the results of a layer, the inputs being layer 0."""
    single = len(form.members) == 1
    if number == 0:
        return "x" if _has_inputs(form) else argument(form)
    if number == len(form.sizes) - 1 and single:
        return "outputs"
    if number % 2 == 0 and single and _has_inputs(form):
        return "x"  # the inputs are no longer needed
    return "ab"[1 - number % 2]


def _layer(
    made: Written,
    form: PortableForm,
    number: int,
    members: Sequence[PortableLayer],
    *,
    last: bool,
    quantised: bool,
) -> Iterator[str]:
    """Yield the statements of one layer, and add its functions and constants."""
    nodes, inputs = members[0].weights.shape
    activation, several = members[0].activation, len(members) > 1
    x, z = _buffer(form, number - 1), _buffer(form, number)
    blocks = _blocks([one.weights for one in members])
    stored = np.concatenate([_transposed(one.weights, blocks) for one in members])
    per_member = len(stored) // len(members)

    def at(name: str, offset: int, stride: int) -> str:
        parts = [name, *([f"network * {stride}"] if several else []), *([str(offset)] if offset else [])]
        return " + ".join(parts)

    whole = [str(round(value)) for value in stored.tolist()] if quantised else floats(stored)
    kind, size = ("signed char", 1) if quantised else ("float", 4)
    made.constant(kind, f"name_weights_{number}", whole, size, f"layer {number}: {nodes} weights of each input in turn")
    yield f"/* Layer {number}: {inputs} inputs, {nodes} nodes, {activation} */"
    of_bytes = number == 1 and form.input_kind == "bytes"
    function = "sums_of_bytes" if of_bytes else "sums"
    made.functions.append(function)
    offset = 0
    for block in blocks:
        weights = at(f"name_weights_{number}", offset, per_member)
        yield (
            f"name_{function}({_from(z, block.first_node)}, {block.nodes}, {weights}, "
            f"{_from(x, block.first_input)}, {block.inputs});"
        )
        offset += block.nodes * block.inputs
    if quantised:
        made.functions.append("times")
        made.constant(
            "float", f"name_scales_{number}", _all(members, "scale"), 4, f"layer {number}: scale of each node's weights"
        )
        yield f"name_times({z}, {nodes}, {at(f'name_scales_{number}', 0, nodes)});"
    if quantised or any(one.bias.any() for one in members):
        made.functions.append("plus")
        made.constant("float", f"name_biases_{number}", _all(members, "bias"), 4, f"layer {number}: biases")
        yield f"name_plus({z}, {nodes}, {at(f'name_biases_{number}', 0, nodes)});"
    if last and form.temperature != 1:
        made.functions.append("divide")
        yield f"name_divide({z}, {nodes}, {float_text(form.temperature)});  /* the temperature */"
    if activation == "softmax":
        made.functions.append("softmax")
        yield f"name_softmax({z}, {nodes});"
    elif activation != "identity":
        function = activation_function(activation)
        made.functions += ["activate", function]
        yield f"name_activate({z}, {nodes}, name_{in_c(function)});"


def _all(members: Sequence[PortableLayer], what: str) -> list[str]:
    return floats(np.concatenate([getattr(one, what) for one in members]))


def _from(name: str, offset: int) -> str:
    return f"{name} + {offset}" if offset else name


def _transposed(weights: NDArray[np.float32], blocks: Sequence[Block]) -> NDArray[np.float32]:
    """Return the weights of each block, those of an input side by side."""
    return np.concatenate(
        [
            weights[
                one.first_node : one.first_node + one.nodes, one.first_input : one.first_input + one.inputs
            ].T.reshape(-1)
            for one in blocks
        ]
    )


def _blocks(weights: Sequence[NDArray[np.float32]]) -> list[Block]:
    """Return the blocks outside of which the weights, each (nodes, inputs), are zero in all networks.

    Networks that were joined side by side have such blocks, one for each network; other layers are one block.
    """
    used = np.any([one != 0 for one in weights], axis=0)
    nodes, inputs = used.shape
    whole = [Block(0, nodes, 0, inputs)]
    has_inputs = used.any(axis=1)
    first = np.where(has_inputs, used.argmax(axis=1), inputs)
    last = np.where(has_inputs, inputs - used[:, ::-1].argmax(axis=1), 0)  # one after the last input
    # A block ends where all inputs of the nodes so far precede those of the nodes that follow.
    ends = np.maximum.accumulate(last)[:-1] <= np.minimum.accumulate(first[::-1])[::-1][1:]
    edges = [0, *(np.flatnonzero(ends) + 1).tolist(), nodes]
    blocks = []
    for start, end in pairwise(edges):
        low, high = int(first[start:end].min()), int(last[start:end].max())
        blocks.append(Block(start, end - start, min(low, high), max(0, high - low)))
    size = sum(one.nodes * one.inputs for one in blocks)
    return blocks if 0 < size <= _WORTH_BLOCKS * used.size and len(blocks) <= 64 else whole
