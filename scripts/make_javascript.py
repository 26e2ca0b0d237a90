"""Write activations and losses in JavaScript, from ``nn/activations.py`` and ``nn/losses.py``.

    python scripts/make_javascript.py

``make docs`` runs this script, and ``tests/architecture/test_types.py`` compares the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from glassnet.nn.activations import ACTIVATIONS
from glassnet.nn.formulas import PORTABLE, Language, variable, written
from glassnet.nn.losses import LOSSES

FILE = Path(__file__).parents[1] / "src" / "glassnet" / "serve" / "studio" / "static" / "formulas.js"
HEAD = """\
// Written by scripts/make_javascript.py from nn/formulas.py, nn/activations.py and nn/losses.py; do not edit.

import { exp32, log32, power32, series32, sumOf } from "./arithmetic.js";

const f = Math.fround;
"""
FUNCTIONS = {"exp": "exp32", "series": "series32", "expm1": "expm1_32", "log1p": "log1p_32"}
FUNCTIONS |= {"tanh": "tanh32", "expit": "sigmoid32"}
JAVASCRIPT = Language(
    lambda value: np.format_float_positional(np.float64(np.float32(value)), trim="-"),
    {
        **{operation: f"f({{0}} {operation} {{1}})" for operation in "+-*/"},
        "negative": "-{0}",
        "absolute": "Math.abs({0})",
        "where": "{0} ? {1} : {2}",
        "maximum": "Math.max({0}, {1})",
        "minimum": "Math.min({0}, {1})",
        **{operation: f"{name}({{0}})" for operation, name in FUNCTIONS.items()},
    },
    statement="const {name} = {text};",
)


def main() -> None:
    """Write the file."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


def files() -> dict[Path, str]:
    """Return the path and the text of each file."""
    parts = [HEAD]
    for name, formula in PORTABLE.items():
        if name != "series":
            about = f"/** {name}, see nn/formulas.py. @param {{number}} z */"
            parts.append(f"{about}\nexport function {FUNCTIONS[name]}(z) {_body(formula(variable('z')), 1)}\n")
    parts += [
        "/**",
        " * Name of an activation -> value of one node, its derivative, and the usual parameter.",
        " *",
        " * @type {Record<string, {value: (z: number, parameter: number) => number,",
        " *   derivative: (z: number, a: number, parameter: number) => number, parameter: number | null}>}",
        " */",
        "export const FORMULAS = {",
    ]
    for name, one in ACTIVATIONS.items():
        if one.derivative is not None:
            given = [variable("parameter")] if one.parameter else []
            z, a = variable("z"), variable("a")
            parts += [
                f"  {name}: {{",
                f"    value: ({_arguments('z', given)}) => {_body(one.value(z, *given), 3)},",
                f"    derivative: ({_arguments('z, a', given)}) => {_body(one.derivative(z, a, *given), 3)},",
                f"    parameter: {one.parameter.default if one.parameter else 'null'},",
                "  },",
            ]
    parts += [
        "};",
        "",
        "/**",
        " * Loss and output activation -> the gradient of one sample with respect to the activations or the sums.",
        " *",
        " * @typedef {(z: Float32Array, a: Float32Array, t: Float32Array, p: number) => Float32Array} Slope",
        " * @type {Record<string, {slope: Slope, ofSums: boolean}>}",
        " */",
        "export const LOSSES = {",
    ]
    for name, loss in LOSSES.items():
        for output, form in loss.forms.items():
            of_sums = str(form.of_sums).lower()
            parts.append(f'  "{name} {output}": {{ slope: (z, a, t, p) => {form.javascript}, ofSums: {of_sums} }},')
    return {FILE: "\n".join([*parts, "};", ""])}


def _arguments(names: str, given: list[Any]) -> str:
    return names + ", parameter" * len(given)


def _body(result: Any, depth: int) -> str:
    """Return the body of a function, whose lines are indented by a number of steps."""
    statements, text = written(result, JAVASCRIPT)
    if not statements and depth > 1:
        return text
    margin = "  " * depth
    return "\n".join(["{", *(f"{margin}{line}" for line in (*statements, f"return {text};")), f"{margin[2:]}}}"])


if __name__ == "__main__":
    main()
