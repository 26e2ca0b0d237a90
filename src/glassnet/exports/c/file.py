"""A model as one C99 file."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from itertools import zip_longest
from typing import Any

import numpy as np

from ...errors import OptionError
from ...metrics import accuracy
from ...model.decision import decision_message
from ...model.model import Model
from ...model.portable import PortableForm
from ...preprocess.tabular.encoders import WordColumn
from ...workflow.model_data import trained_on_bundled
from ..proof import mark
from ..rows import ProofRows
from .arithmetic import with_called
from .interface import TYPES, Interface
from .network import Written, written
from .spelling import comment, commented, double_text, float_text, floats, identifier, prefixed, wrapped
from .table import Table

_TEST_VALUES, _TEST_ROWS = 20_000, 25
"""Most input values, and rows, that the test in the file has."""

_CHECKS = """\
#ifdef __cplusplus
#error "compile this file as C; C++ includes it with NAME_DECLARATIONS defined"
#endif

#include <float.h>
#include <stddef.h>
#include <stdint.h>

/* The answers have the same bits everywhere if these hold. */
#if FLT_RADIX != 2 || FLT_MANT_DIG != 24 || FLT_MAX_EXP != 128
#error "float is not the 32-bit type of IEEE 754"
#endif
"""
_CHECK_DOUBLE = """\
#if DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024
#error "double is not the 64-bit type of IEEE 754"
#endif
/* An error here means -fsingle-precision-constant, with which constants of doubles lose digits: omit it. */
typedef char name_constants_are_doubles[sizeof 1.0 == sizeof(double) ? 1 : -1];
"""
_CHECK_FLAGS = """\
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 1 && FLT_EVAL_METHOD != 16
#error "float is computed in a wider type: compile for SSE2 (gcc and clang: -msse2 -mfpmath=sse)"
#endif
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \\
    defined(_M_FP_FAST) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "compile this file without -ffast-math, -Ofast and their parts"
#endif

/* A product and a sum must not be rounded together (fused multiply-add), nor sums be reordered. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC optimize ("fp-contract=off", "no-associative-math")
#elif defined(_MSC_VER)
#pragma fp_contract (off)
#else
#pragma STDC FP_CONTRACT OFF
#endif
"""
_END_OF_FLAGS = """\
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
"""
_LONGEST_NAMES, _FIELDS_SHOWN, _WIDTH = 80, 8, 117
_FRAMES = 250
"""Bytes of stack beside the arrays, roughly: return addresses and saved registers."""
_SCALE = """\
/* The inputs of the network, from raw values. */
static void name_scale(float *x, const double *values)
{
    double t;
    size_t j;

    for (j = 0; j < COUNT; j++) {
        t = values[j] * name_factors[j];
        t = t + name_offsets[j];
        CLIP
        x[j] = (float)t;
    }
}
"""
_TEST = """\
#ifdef GLASSNET_TEST
#include <stdio.h>

ROWS

static uint32_t name_bits(float value)
{
    union { float value; uint32_t bits; } u;

    u.value = value;
    return u.bits;
}

int main(void)
{
    static const name_weight three[1] = {3};
    volatile float third = 0x1.555556p-2f, least = 0x1p-149f;
    float fused[1] = {-1.0f}, subnormal[1] = {0.0f};
    float outputs[COUNT];
    int row, k, differ = 0;

    name_add(fused, 1, three, third);  /* the product is rounded to 1 */
    name_add(subnormal, 1, three, least);
    if (fused[0] != 0.0f) {
        puts("The compiler fuses a product and a sum.");
        differ = 1;
    }
    if (subnormal[0] == 0.0f) {
        puts("The processor takes subnormal numbers for 0.");
        differ = 1;
    }
    for (row = 0; row < NUMBER; row++) {
        name_outputs(GIVEN, outputs);
        for (k = 0; k < COUNT; k++) {
            if (name_bits(outputs[k]) != name_bits(name_test_outputs[row][k])) {
                printf("row %d, output %d: %.9g, expected %.9g\\n", row, k,
                       (double)outputs[k], (double)name_test_outputs[row][k]);
                differ = 1;
            }
        }
    }
    puts(differ ? "Some answers differ from the model's." : "NUMBER rows: all answers are those of the model.");
    return differ;
}
#endif /* GLASSNET_TEST */
"""


def write(
    form: PortableForm, model: Model, rows: ProofRows, *, name: str, quantize: str | None, file: str | None = None
) -> bytes:
    """Return a C file; see `export.FormModule`. Without `file`, it is called as the model is."""
    for one in form.columns.inputs if form.columns else ():
        if isinstance(one, WordColumn) and any("\0" in word for word in one.categories):
            raise OptionError(
                "GN100", "column {name!r}: a word has a null character, which ends a string in C.", name=one.name
            )
    prefix = identifier(name, "model")
    network = written(form, quantised=quantize is not None)
    interface = Interface(form, prefix, network.statements)
    table = None if form.columns is None else Table(form.columns, prefix)
    weight = f"typedef {'signed char' if quantize else 'float'} name_weight;\n\n"

    def own(template: str) -> str:
        return prefixed(template, prefix)

    doubles = form.input_kind in ("double", "columns") or form.target_kind == "numbers"
    parts = [
        _header(file or f"{name}.c", interface, model, network, table, rows, quantize),
        _declarations(interface, table),
        own("#ifndef NAME_DECLARATIONS\n"),
        own(_CHECKS) + (own(_CHECK_DOUBLE) if doubles else "") + _CHECK_FLAGS,
        own(
            weight
            + "/* The numbers of the network, which are at the end of this file. */\n"
            + "\n".join(network.declarations)
        ),
        "",
        own(with_called([*network.functions, *interface.calls])),
        *([own(_scale(form))] if form.input_kind == "double" else []),
        *([] if table is None else [table.definitions]),
        interface.definitions(),
        *map(own, network.constants),
        _END_OF_FLAGS,
        _test(interface, table, rows),
        own("#endif /* NAME_DECLARATIONS */\n"),
    ]
    return "\n".join(parts).encode("ascii")


def _declarations(interface: Interface, table: Table | None) -> str:
    """Return what other files need."""
    includes = "#include <stddef.h>\n#include <stdint.h>\n\n" if table else ""
    return prefixed(
        f'#ifndef NAME_INCLUDED\n#define NAME_INCLUDED\n\n{includes}#ifdef __cplusplus\nextern "C" {{\n#endif\n\n',
        interface.prefix,
    ) + "".join(
        [
            *([] if table is None else [table.declarations, "\n"]),
            interface.declarations(),
            prefixed("\n#ifdef __cplusplus\n}\n#endif\n#endif /* NAME_INCLUDED */\n", interface.prefix),
        ]
    )


def _scale(form: PortableForm) -> str:
    clip = "" if form.clip is None else double_text(form.clip)
    clips = clip and f"        t = t < -{clip} ? -{clip} : t > {clip} ? {clip} : t;\n"
    return _SCALE.replace("        CLIP\n", clips).replace("COUNT", str(form.sizes[0]))


def _test(interface: Interface, table: Table | None, rows: ProofRows) -> str:
    """Return a `main` that compares the answers to stored rows."""
    form, prefix, count = interface.form, interface.prefix, interface.count
    used = np.unique(
        np.linspace(0, len(rows) - 1, min(len(rows), _TEST_ROWS, max(1, _TEST_VALUES // form.sizes[0]))).astype(int)
    )
    if table is not None:
        stored = [{name: values[row] for name, values in rows.values.items()} for row in used.tolist()]
        given = f"static const {prefix}_row {prefix}_test_rows[{len(used)}] = {{\n"
        given += ",\n".join(f"    {table.row(row)}" for row in stored) + "\n};\n"
        argument = f"&{prefix}_test_rows[row]"
    else:
        spellings: dict[str, Callable[[Any], str]] = {"bytes": str, "float": float_text, "double": double_text}
        spelt = spellings[form.input_kind]
        raw = rows.inputs[used]
        given = _rows(
            f"static const {TYPES[form.input_kind]} {prefix}_test_rows",
            [[spelt(v) for v in row] for row in raw.tolist()],
        )
        argument = f"{prefix}_test_rows[row]"
    outputs = _rows(f"static const float {prefix}_test_outputs", [floats(row) for row in rows.outputs[used]])
    text = _TEST.replace("NUMBER", str(len(used))).replace("COUNT", str(count))
    return prefixed(text, prefix).replace("GIVEN", argument).replace("ROWS", f"{given}\n{outputs}".rstrip("\n"))


def _rows(declaration: str, rows: Sequence[Sequence[str]]) -> str:
    """Return the definition of an array of two dimensions."""
    body = ",\n".join(f"    {{{wrapped(one)}}}" for one in rows)
    return f"{declaration}[{len(rows)}][{len(rows[0])}] = {{\n{body}\n}};\n"


def _header(
    file: str,
    interface: Interface,
    model: Model,
    network: Written,
    table: Table | None,
    rows: ProofRows,
    quantize: str | None,
) -> str:
    """Return the comment at the top: what the file is, how to use it, and what it guarantees."""
    prefix, file = interface.prefix, comment(file)
    infinite = "Inputs must be finite." if table is None else "Infinite numbers count as missing."
    whose = (
        "the model with weights of 8 bits in Python"
        if quantize
        else "the model in Python (glassnet query --engine portable)"
    )
    guarantee = _GUARANTEE.replace("WHOSE", whose).replace("INFINITE", infinite)
    paragraphs = [
        f"{file}: a neural network in C99, by glassnet {version('glassnet')}.",
        "\n".join(f"  {name:<9}{text}" for name, text in _facts(interface, model, network, quantize, rows)),
        "Add this file to a program. Other files get its declarations, in C or C++, by\n\n"
        f'    #define {prefix.upper()}_DECLARATIONS\n    #include "{file}"\n\nand use it like this:\n\n'
        + "\n".join(f"    {line}".rstrip() for line in _example(interface, table, rows)),
        textwrap.fill(guarantee, _WIDTH, break_on_hyphens=False),
        _COMMAND.replace("FILE", shlex.quote(file)).replace("PREFIX", prefix),
    ]
    lines = "\n\n".join(paragraphs).split("\n")
    return "/*\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


_GUARANTEE = """\
The outputs have the same bits as those of WHOSE, on any processor and at any level of optimisation. This takes a C99 \
compiler with the arithmetic of IEEE 754, rounding to nearest and with subnormal numbers. -ffast-math is refused \
below; do not use what cannot be: clang's -ffp-contract=fast and its parts of -ffast-math, and modes of the processor \
that flush small numbers to zero. INFINITE The functions allocate nothing, keep nothing between calls and may run in \
several threads. To check a compiler and a processor:"""
_COMMAND = "    cc -DGLASSNET_TEST FILE -o PREFIX_test && ./PREFIX_test"


def _facts(
    interface: Interface, model: Model, network: Written, quantize: str | None, rows: ProofRows
) -> Iterator[tuple[str, str]]:
    form = interface.form
    layers = [f"{size} {layer.activation}" for size, layer in zip(form.sizes[1:], form.members[0], strict=True)]
    yield "Model", mark("c", model, quantize)
    several = f"the mean of {len(form.members)} networks with " if len(form.members) > 1 else ""
    weights = ", weights of 8 bits" if quantize else ""
    yield "Network", f"{several}{form.sizes[0]} inputs, {', '.join(layers)}{weights}"
    yield "Input", _about_inputs(form, model, interface.prefix)
    units = [one.suffix for one in form.columns.targets] if form.columns and form.target_kind == "numbers" else []
    quoted = [f'"{comment(one)}"' for one in form.names]
    names = ", ".join(f"{name} in{comment(unit)}" if unit else name for name, unit in zip_longest(quoted, units))
    names = names if len(names) <= _LONGEST_NAMES else f"see {interface.names}"
    yield "Output", f"{interface.count} {form.target_kind if interface.count > 1 else form.target_kind[:-1]}: {names}"
    if decision := decision_message(model):
        yield "Answer", comment(str(decision))
    stack = network.stack + 4 * interface.count
    yield (
        "Memory",
        f"{network.memory:,} bytes of constants for the network; about {stack + _FRAMES:,} bytes of stack; no heap",
    )
    yield "Needs", "a C99 compiler; no library, not even libm"
    if quantize:
        yield "8 bits", _agreement(form, rows)


_ENDS = {
    "ink": "; 0 is the background, 255 is ink",
    "handwriting": "; 0 is the background, 255 is ink",
    "photo": "; 0 is black, 255 is white",
}
"""`Model.reading` -> what the ends of the range of pixels are."""


def _about_inputs(form: PortableForm, model: Model, prefix: str) -> str:
    count = form.sizes[0]
    if form.columns is not None:
        return f"a row of a table with {len(form.columns.inputs)} columns, see {prefix}_row"
    values = {"bytes": "whole numbers from 0 to 255", "float": "numbers", "double": "numbers"}[form.input_kind]
    if form.image_shape is None:
        return f"{count} {values}, as in training"
    rows, columns = form.image_shape
    each = ", each red, green and blue" if count == 3 * rows * columns else ""
    reading = "ink" if trained_on_bundled(model) else model.reading
    ends = _ENDS.get(reading, "") if form.input_kind == "bytes" else ""
    return f"{count} {values}: {rows} rows of {columns} pixels{each}{ends}"


def _example(interface: Interface, table: Table | None, rows: ProofRows) -> Iterator[str]:
    """Yield the lines of an example; with a table, it has the values of a usual row."""
    form, prefix = interface.form, interface.prefix
    if table is None:
        yield f"{TYPES[form.input_kind]} {interface.argument}[{form.sizes[0]}];"
        yield ""
        yield f"// ... set the {interface.argument}"
        given = interface.argument
    else:
        usual = int(np.argmin(rows.unusual(form.columns)))
        values = {name: column[usual] for name, column in rows.values.items()}
        yield f"{prefix}_row row = {prefix}_missing_row;"
        yield ""
        yield from (commented(line) for line in table.assignments(values, _FIELDS_SHOWN))
        given = "&row"
    if form.target_kind == "classes":
        yield f"puts({interface.names}[{prefix}_classify({given})]);"
    elif form.target_kind == "labels":
        yield f"unsigned char labels[{interface.count}];"
        yield ""
        yield f"{prefix}_labels({given}, labels);"
    elif interface.count == 1:
        yield f'printf("%g\\n", {prefix}_predict({given}));'
    else:
        yield f"double values[{interface.count}];"
        yield ""
        yield f"{prefix}_predict({given}, values);"


def _agreement(form: PortableForm, rows: ProofRows) -> str:
    """Return how the answers of a quantised form compare with those of the model."""
    answers = rows.not_quantised
    assert answers is not None
    where = f"{len(rows):,} rows ({comment(str(rows.source))})"
    if form.target_kind == "numbers":
        return f"predictions within {np.abs(answers - rows.predicted).max():.3g} of 32 bits' on {where}"
    same = (answers == rows.predicted).reshape(len(rows), -1).all(axis=1)
    text = f"{int((~same).sum()):,} of {where} get another answer than with 32 bits"
    if rows.labels is None or form.target_kind != "classes":
        return text
    accuracies = [float(accuracy(rows.labels, one)) for one in (rows.predicted, answers)]
    return f"{text}; {accuracies[0]:.2%} are right, with 32 bits {accuracies[1]:.2%}"
