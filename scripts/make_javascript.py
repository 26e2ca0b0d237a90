"""Write what the studio's page has from elsewhere: activations and losses from ``nn/``, the glossary from ``docs/``.

    python scripts/make_javascript.py

``make docs`` runs this script, and ``tests/architecture/test_types.py`` compares the files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.engines.compiled.kernels.activations import is_piecewise_constant
from glassnet.nn.activations import ACTIVATIONS
from glassnet.nn.formulas import PORTABLE, Language, variable, written
from glassnet.nn.losses import LOSSES

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "src" / "glassnet" / "serve" / "studio" / "static"
ENTRIES = {
    "en": ("glossary.md", r"\*\*(?P<key>(?P<name>.+?))\*\*: (?P<meaning>.+?); see \["),
    "zh": ("glossary.zh-CN.md", r"\*\*(?P<name>.+?)\*\*（(?P<key>.+?)）：(?P<meaning>.+?)，见\["),
}
"""Language -> the page with the glossary, and the form of an entry."""
HEAD = """\
// Written by scripts/make_javascript.py from nn/formulas.py, nn/activations.py and nn/losses.py; do not edit.

import { exp32, exp64, log1p64, log32, power32, series32, sumOf } from "./arithmetic.js";

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
    """Write the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


def files() -> dict[Path, str]:
    """Return the path and the text of each file."""
    return {STATIC / "formulas.js": formulas(), STATIC / "shared" / "glossary.js": glossary()}


def glossary() -> str:
    """Return the module with the terms of the glossary that explain themselves without a command, as plain text."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for language, (page, form) in ENTRIES.items():
        entries = re.split(r"^- ", (ROOT / "docs" / page).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        terms = [re.match(form, re.sub(r"\n\s*", " ", entry)) for entry in entries]
        found[language] = {
            one["key"]: (one["name"], _plain(one["meaning"]))
            for one in terms
            if one and "glassnet " not in one["meaning"]
        }
    return "\n".join(
        [
            "// Written by scripts/make_javascript.py from docs/glossary.md and docs/glossary.zh-CN.md; do not edit.",
            "",
            "/** Language -> term -> name, meaning. @type {Object<string, Object<string, [string, string]>>} */",
            f"export const GLOSSARY = {json.dumps(found, ensure_ascii=False, indent=1)};",
            "",
        ]
    )


def _plain(text: str) -> str:
    """Return Markdown without flags and the marks of code and links."""
    text = re.sub(r" ?[(（]`[^`]*`[)）]", "", text)
    return re.sub(r"\[(.+?)\]\(.+?\)", r"\1", text).replace("`", "") + (
        "。" if re.search("[\u4e00-\u9fff]", text) else "."
    )


def formulas() -> str:
    """Return the module with the activations and losses."""
    parts = [HEAD]
    for name, formula in PORTABLE.items():
        if name != "series":
            about = f"/** {name}, see nn/formulas.py. @param {{number}} z */"
            parts.append(f"{about}\nexport function {FUNCTIONS[name]}(z) {_body(formula(variable('z')), 1)}\n")
    parts += [
        "/**",
        " * Name of an activation -> value of one node, its derivative, the usual parameter, whether values fade out",
        " * to powers of e, and whether the derivative is more than a choice of constants.",
        " *",
        " * @type {Record<string, {value: (z: number, parameter: number) => number,",
        " *   derivative: (z: number, a: number, parameter: number) => number, parameter: number | null,",
        " *   fades: boolean, curved: boolean}>}",
        " */",
        "export const FORMULAS = {",
    ]
    for name, one in ACTIVATIONS.items():
        if one.derivative is not None:
            given = [variable("parameter")] if one.parameter else []
            z, a = variable("z"), variable("a")
            usual = [one.parameter.default] if one.parameter else []
            parts += [
                f"  {name}: {{",
                f"    value: ({_arguments('z', given)}) => {_body(one.value(z, *given), 3)},",
                f"    derivative: ({_arguments('z, a', given)}) => {_body(one.derivative(z, a, *given), 3)},",
                f"    parameter: {one.parameter.default if one.parameter else 'null'},",
                f"    fades: {str(one.fades).lower()},",
                f"    curved: {str(not is_piecewise_constant(one.derivative(z, a, *usual))).lower()},",
                "  },",
            ]
    parts += [
        "};",
        "",
        "/**",
        " * Loss, and output activation if formulas differ -> gradient of a sample, by activations or sums, and the",
        " * loss, float64, if the page trains with it.",
        " *",
        " * @typedef {(z: Float32Array, a: Float32Array, t: Float32Array, p: number) => Float32Array} Slope",
        " * @typedef {(z: Float32Array, a: Float32Array, t: Float32Array, p: number) => number} Value",
        " * @type {Record<string, {slope: Slope, ofSums: boolean, value?: Value}>}",
        " */",
        "export const LOSSES = {",
    ]
    for name, loss in LOSSES.items():
        forms = loss.forms if len({*loss.forms.values()}) > 1 else {"": next(iter(loss.forms.values()))}
        for output, form in forms.items():
            key, of_sums = f"{name} {output}".strip(), str(form.of_sums).lower()
            parts += [f'  "{key}": {{', f"    slope: (z, a, t, p) => {form.javascript},", f"    ofSums: {of_sums},"]
            if form.javascript_value:
                parts.append(f"    value: (z, a, t, p) => {form.javascript_value},")
            parts.append("  },")
    return "\n".join([*parts, "};", ""])


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
