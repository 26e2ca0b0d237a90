"""The functions that a C file offers, by the kinds of its inputs and its answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...model.portable import PortableForm
from .network import argument
from .spelling import array, double_text, doubles, float_text, prefixed, string

TYPES = {"bytes": "unsigned char", "float": "float", "double": "double"}
"""Kind of input -> type of a value."""

_CLASSIFY = """\
    float outputs[COUNT];
    int k, best = 0;

    name_outputs(ARGUMENT, outputs);
    for (k = 1; k < COUNT; k++)
        if (outputs[k] > outputs[best])
            best = k;
    return best;
"""
_CLASSIFY_WEIGHED = """\
    float outputs[COUNT];
    double weighed[COUNT];
    int k, best = 0;

    name_outputs(ARGUMENT, outputs);
    for (k = 0; k < COUNT; k++)
        weighed[k] = (double)outputs[k] * name_factors[k];
    for (k = 1; k < COUNT; k++)
        if (weighed[k] > weighed[best])
            best = k;
    return best;
"""
_PROBABILITIES = f"""\
    size_t k;

    name_outputs(ARGUMENT, probabilities);
    for (k = 0; k < COUNT; k++) {{
        RESCALE
        if (probabilities[k] < {float_text(np.float32(1e-12))})  /* 1e-12 */
            probabilities[k] = {float_text(np.float32(1e-12))};
    }}
    name_divide(probabilities, COUNT, name_sum(probabilities, COUNT));
"""
_RESCALE = """\
        probabilities[k] = probabilities[k] - LOW;
        probabilities[k] = probabilities[k] / SPAN;
"""
_LABELS = """\
    float outputs[COUNT];
    size_t k;

    name_outputs(ARGUMENT, outputs);
    for (k = 0; k < COUNT; k++)
        labels[k] = THRESHOLD;
"""
_PREDICT = """\
    float outputs[COUNT];
    size_t k;

    name_outputs(ARGUMENT, outputs);
    for (k = 0; k < COUNT; k++) {
        values[k] = (double)outputs[k] * name_value_scales[k];
        values[k] = values[k] + name_value_offsets[k];
    }
"""
_PREDICT_ONE = """\
    float outputs[1];
    double value;

    name_outputs(ARGUMENT, outputs);
    value = (double)outputs[0] * SCALE;
    value = value + OFFSET;
    return value;
"""


@dataclass(frozen=True)
class Function:
    """A public function: what it does, its declaration, and its body."""

    about: str
    declaration: str
    body: str


class Interface:
    """The public part of a C file whose names begin with `prefix`.

    `statements` is the body of the function that computes the outputs.
    """

    def __init__(self, form: PortableForm, prefix: str, statements: Sequence[str]) -> None:
        self.form, self.prefix = form, prefix
        self.argument, self.count = argument(form), len(form.names)
        kind = {"classes": "class", "labels": "label", "numbers": "value"}[form.target_kind]
        self.names = f"{prefix}_{kind}_names"
        self.calls = ["sum", "divide"] if form.target_kind == "classes" else []
        self.functions = [
            self._function(
                "What the nodes of the last layer compute.",
                "void name_outputs",
                f"float outputs[{self.count}]",
                "".join(f"    {line}".rstrip() + "\n" for line in statements),
            ),
            *self._answers(),
        ]

    @property
    def input_declaration(self) -> str:
        """Declaration of the argument with the inputs."""
        if self.form.input_kind == "columns":
            return f"const {self.prefix}_row *{self.argument}"
        return f"const {TYPES[self.form.input_kind]} {self.argument}[{self.form.sizes[0]}]"

    def declarations(self) -> str:
        """Return the declarations of the functions and names."""
        text = "".join(f"/* {one.about} */\n{one.declaration};\n\n" for one in self.functions)
        return f"{text}extern const char *const {self.names}[{self.count}];  /* in UTF-8 */\n"

    def definitions(self) -> str:
        """Return the definitions of the functions and names."""
        text = "\n".join(f"{one.declaration}\n{{\n{one.body}}}\n" for one in self.functions)
        names = array(f"const char *const {self.names}[{self.count}]", [string(one) for one in self.form.names])
        return f"{self._numbers()}{text}\n{names}"

    def _numbers(self) -> str:
        """Return the arrays by which the outputs are decoded."""
        arrays = {}
        if self.form.target_kind == "numbers" and self.count > 1:
            arrays = {"value_scales": self.form.target_scale, "value_offsets": self.form.target_offset}
        elif len(self.form.decision):
            arrays = {"factors" if self.form.target_kind == "classes" else "thresholds": self.form.decision}
        return "".join(
            array(f"static const double {self.prefix}_{name}[{self.count}]", doubles(values)) + "\n"
            for name, values in arrays.items()
        )

    def _answers(self) -> list[Function]:
        """Return the functions that decode the outputs."""
        if self.form.target_kind == "classes":
            low, high = self.form.low, self.form.high
            rescale = _RESCALE.replace("LOW", float_text(low)).replace("SPAN", float_text(high - low))
            body = _PROBABILITIES.replace("        RESCALE\n", "" if low == 0 and high == 1 else rescale)
            of_class = f"The class, 0 to {self.count - 1}; its name is {self.names}[class]."
            classify = _CLASSIFY_WEIGHED if len(self.form.decision) else _CLASSIFY
            return [
                self._function(
                    "The probability of each class.",
                    "void name_probabilities",
                    f"float probabilities[{self.count}]",
                    body,
                ),
                self._function(of_class, "int name_classify", "", classify),
            ]
        if self.form.target_kind == "labels":
            about = "Whether each label is present, 1 or 0; the outputs are the probabilities."
            own = "(double)outputs[k] > name_thresholds[k]" if len(self.form.decision) else "outputs[k] > 0.5f"
            body = _LABELS.replace("THRESHOLD", own)
            return [self._function(about, "void name_labels", f"unsigned char labels[{self.count}]", body)]
        if self.count > 1:
            return [
                self._function("The predicted numbers.", "void name_predict", f"double values[{self.count}]", _PREDICT)
            ]
        body = _PREDICT_ONE.replace("SCALE", double_text(self.form.target_scale[0]))
        body = body.replace("OFFSET", double_text(self.form.target_offset[0]))
        return [self._function("The predicted number.", "double name_predict", "", body)]

    def _function(self, about: str, result: str, last: str, body: str) -> Function:
        arguments = ", ".join(one for one in (self.input_declaration, last) if one)
        body = re.sub(r"\bCOUNT\b", str(self.count), body)
        body = re.sub(r"\bARGUMENT\b", self.argument, body)
        return Function(about, f"{prefixed(result, self.prefix)}({arguments})", prefixed(body, self.prefix))
