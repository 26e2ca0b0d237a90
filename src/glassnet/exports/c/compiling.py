"""Compiling a C file that an export wrote, and running it on rows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...messages.message import Message
from ...model.model import Model
from ...model.portable import PortableForm, portable_form
from ...preprocess.tabular.dates import DateColumn
from ...preprocess.tabular.encoders import BooleanColumn, NumberColumn, WordColumn
from ...preprocess.tabular.kinds import Encoding
from ..proof import Ran
from ..rows import ProofRows
from .interface import TYPES
from .spelling import prefixed
from .stored import prefix_of
from .table import Table

ByteOrder = Literal["=", "<", ">"]
COMPILERS = ("cc", "gcc", "clang")
"""Commands to look for; the environment variable CC precedes them."""
_FLAGS = ("-std=c99", "-O2")
_COMPILING, _RUNNING = 300, 300  # seconds
_PROGRAM = "answer.exe"  # Windows requires a suffix
_NO_DATE = -(2**63)

_DRIVER = """\
#include <stdio.h>

FUNCTIONS
int main(void)
{
    FILE *in = fopen("rows.bin", "rb");
    FILE *out = fopen("answers.bin", "wb");

    if (in == NULL || out == NULL)
        return 1;
CALLS    return fclose(out) != 0;
}
"""
_EMPTY = """\
#include <stdio.h>

int main(void)
{
    return puts("") < 0;
}
"""
_ANSWER = """\
#include "name_network.c"

static int name_answer(FILE *in, FILE *out)
{
DECLARATIONS
    float outputs[COUNT];
    double answers[SIZE] = {0};
    long row;

    for (row = 0; row < ROWS; row++) {
READ        name_outputs(GIVEN, outputs);
DECODE        if (fwrite(outputs, sizeof outputs, 1, out) != 1 || fwrite(answers, sizeof answers, 1, out) != 1)
            return 1;
    }
    return 0;
}
"""
_DECODE = {
    "classes": """\
        {
            float probabilities[COUNT];
            int k;

            answers[COUNT] = name_classify(GIVEN);
            name_probabilities(GIVEN, probabilities);
            for (k = 0; k < COUNT; k++)
                answers[k] = (double)probabilities[k];
        }
""",
    "labels": """\
        {
            unsigned char labels[COUNT];
            int k;

            name_labels(GIVEN, labels);
            for (k = 0; k < COUNT; k++)
                answers[k] = labels[k];
        }
""",
    "number": "        answers[0] = name_predict(GIVEN);\n",
    "numbers": "        name_predict(GIVEN, answers);\n",
}
_READ_WORD = """\
        {
            int32_t length;

            if (fread(&length, sizeof length, 1, in) != 1 || length >= (int32_t)sizeof text_FIELD)
                return 1;
            if (length > 0 && fread(text_FIELD, (size_t)length, 1, in) != 1)
                return 1;
            text_FIELD[length > 0 ? length : 0] = 0;
            given.FIELD = length < 0 ? NULL : text_FIELD;
        }
"""


@dataclass(frozen=True)
class Compiler:
    """A compiler."""

    command: tuple[str, ...]  # the words of its command
    name: str  # its name and version
    runner: tuple[str, ...] = ()  # the command that runs its programs, if that is an emulator
    byte_order: ByteOrder = "="  # that of its processor; by default, of this one


@dataclass(frozen=True)
class Program:
    """A C file whose names begin with `prefix`, and the rows that it shall answer."""

    content: bytes
    prefix: str
    form: PortableForm
    rows: ProofRows


@dataclass(frozen=True)
class Answers:
    """The answers of a program: outputs and decoded answers as in `ProofRows`, and probabilities of classes."""

    outputs: NDArray[np.float32]
    predicted: NDArray[Any]
    probabilities: NDArray[np.float32] | None


class CompilingError(Exception):
    """The compiler, or the program, did not end well.

    `reason` is how, or the line about it that was printed; `printed` is all that was printed.
    """

    def __init__(self, reason: Message | str, printed: str = "") -> None:
        super().__init__(printed or reason)
        self.reason, self.printed = reason, printed


def run(path: Path, model: Model, rows: ProofRows, *, name: str | Path = "") -> Ran:
    """Compile a C file and run it on rows; see `export.FormModule`."""
    compiler, why_not = find_compiler()
    if compiler is None:
        return Ran(None, why_not)
    content = path.read_bytes()
    prefix = prefix_of(content)
    tool = f"{compiler.name} {_FLAGS[-1]}"
    try:
        [answers] = answers_of([Program(content, prefix, portable_form(model), rows)], compiler, _FLAGS)
    except CompilingError as problem:
        # The file refuses compilers and flags whose arithmetic is another one.
        if refused := re.search(r"#error:? *(.*)", problem.printed):
            return Ran(None, Message("{tool}: {reason}", tool=tool, reason=refused[1].strip(chr(34))))
        if reason := _unusable(compiler):
            return Ran(None, Message("{tool}: its programs do not run here ({problem})", tool=tool, problem=reason))
        raise DataError(
            "GN101",
            "{file}: {tool} cannot compile or run it ({problem}).",
            file=name or path,
            tool=tool,
            problem=problem.reason,
        ) from None
    return Ran(tool, None, answers.outputs, answers.predicted, answers.probabilities)


def find_compiler() -> tuple[Compiler | None, Message | None]:
    """Return the compiler of the environment variable CC, or the first of `COMPILERS`; else the reason."""
    given = os.environ.get("CC", "").strip()
    try:
        commands = [tuple(shlex.split(given))] if given else [(one,) for one in COMPILERS]
    except ValueError:
        return None, Message("CC={command} is not a command", command=given)
    for command in commands:
        if shutil.which(command[0]) and (name := _version(command)):
            return Compiler(command, name), None
    if given:
        return None, Message("CC={command} cannot be run", command=given)
    return None, Message("no C compiler was found: install gcc or clang, or name one in the environment variable CC")


def _unusable(compiler: Compiler) -> Message | str:
    """Return why a compiler, such as one for a microcontroller, makes no programs that run here; empty if it does."""
    with tempfile.TemporaryDirectory(prefix="glassnet-c-") as folder:
        here = Path(folder)
        (here / "empty.c").write_text(_EMPTY, encoding="ascii")
        try:
            _require([*compiler.command, *_FLAGS, "empty.c", "-o", _PROGRAM], here, _COMPILING)
            _require([*compiler.runner, str(here / _PROGRAM)], here, _RUNNING)
        except CompilingError as problem:
            return problem.reason
    return ""


def _version(command: Sequence[str]) -> str:
    """Return the name and version of a compiler, or an empty text if it cannot be run."""
    try:
        ended = subprocess.run([*command, "--version"], capture_output=True, timeout=_COMPILING, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    text = ended.stdout.decode(errors="replace")
    stem = Path(command[0]).name
    name = "clang" if "clang" in text else "gcc" if "Free Software" in text and stem == "cc" else stem
    numbers = re.findall(r"\d+\.\d+(?:\.\d+)?", text.partition("\n")[0])
    return f"{name} {numbers[-1]}" if numbers else name


def answers_of(programs: Sequence[Program], compiler: Compiler, flags: Sequence[str]) -> list[Answers]:
    """Compile programs, which have different prefixes, together, and run them on their rows.

    Raises CompilingError if the compiler or the program does not end well.
    """
    order = compiler.byte_order
    types = [_answer_type(one).newbyteorder(order) for one in programs]
    with tempfile.TemporaryDirectory(prefix="glassnet-c-") as folder:
        here = Path(folder)
        for one in programs:
            (here / f"{one.prefix}_network.c").write_bytes(one.content)
        (here / "driver.c").write_text(_driver(programs), encoding="ascii")
        (here / "rows.bin").write_bytes(b"".join(_packed(one, order) for one in programs))
        _require([*compiler.command, *flags, "driver.c", "-o", _PROGRAM], here, _COMPILING)
        _require([*compiler.runner, str(here / _PROGRAM)], here, _RUNNING)
        content = (here / "answers.bin").read_bytes()
    if len(content) != sum(kind.itemsize * len(one.rows) for one, kind in zip(programs, types, strict=True)):
        raise CompilingError(Message("another number of answers"))
    made, start = [], 0
    for one, kind in zip(programs, types, strict=True):
        answers = np.frombuffer(content, kind, len(one.rows), start)
        start += answers.nbytes
        made.append(_answers(one.form, answers))
    return made


def _require(command: Sequence[str], folder: Path, timeout: int) -> None:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise CompilingError(Message("not done after {seconds} s", seconds=timeout)) from None
    except OSError as problem:
        raise CompilingError(str(problem.strerror)) from None
    if ended.returncode:
        printed = (ended.stderr or ended.stdout).decode(errors="replace").strip()
        if not printed:
            raise CompilingError(Message("exit status {status}", status=ended.returncode))
        lines = printed.splitlines()
        raise CompilingError(next((one for one in lines if "error" in one), lines[0])[:200], printed)


def _answer_type(program: Program) -> np.dtype[Any]:
    count, of_classes = len(program.form.names), program.form.target_kind == "classes"
    return np.dtype([("outputs", np.float32, (count,)), ("answers", np.float64, (count + of_classes,))])


def _answers(form: PortableForm, read: NDArray[Any]) -> Answers:
    outputs, answers = read["outputs"].astype(np.float32), read["answers"]
    if form.target_kind == "classes":
        return Answers(outputs, answers[:, -1].astype(np.int64), answers[:, :-1].astype(np.float32))
    return Answers(outputs, answers.astype(np.int64 if form.target_kind == "labels" else np.float64), None)


def _driver(programs: Sequence[Program]) -> str:
    """Return a program that reads the rows of each file and writes its answers."""
    functions = "\n".join(_answer(one) for one in programs)
    calls = "".join(f"    if ({one.prefix}_answer(in, out))\n        return 1;\n" for one in programs)
    return _DRIVER.replace("FUNCTIONS", functions).replace("CALLS", calls)


def _answer(program: Program) -> str:
    form, prefix, count = program.form, program.prefix, len(program.form.names)
    kind = "number" if form.target_kind == "numbers" and count == 1 else form.target_kind
    if form.columns is None:
        declare = f"    static {TYPES[form.input_kind]} given[{form.sizes[0]}];"
        read = "        if (fread(given, sizeof given, 1, in) != 1)\n            return 1;\n"
        given = "given"
    else:
        columns = list(zip(form.columns.inputs, Table(form.columns, prefix).fields, strict=True))
        words = {field: program.rows.values[one.name] for one, field in columns if isinstance(one, WordColumn)}
        longest = {field: max((len(_bytes(one)) for one in some if one), default=0) for field, some in words.items()}
        declare = "".join(f"    static char text_{field}[{length + 1}];\n" for field, length in longest.items())
        declare += f"    {prefix}_row given;"
        read = "".join(
            _READ_WORD.replace("FIELD", field)
            if field in words
            else f"        if (fread(&given.{field}, sizeof given.{field}, 1, in) != 1)\n            return 1;\n"
            for _, field in columns
        )
        given = "&given"
    text = prefixed(_ANSWER.replace("DECODE", _DECODE[kind]), prefix)
    text = text.replace("SIZE", str(count + (kind == "classes"))).replace("COUNT", str(count))
    text = text.replace("ROWS", str(len(program.rows))).replace("GIVEN", given)
    return text.replace("DECLARATIONS", declare).replace("READ", read)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _packed(program: Program, order: ByteOrder) -> bytes:
    """Return the rows as the driver reads them."""
    rows, columns = program.rows, program.form.columns
    if columns is None:
        return rows.inputs.astype(rows.inputs.dtype.newbyteorder(order)).tobytes()
    packed = [[_packed_value(one, value, order) for value in rows.values[one.name]] for one in columns.inputs]
    return b"".join(value for row in zip(*packed, strict=True) for value in row)


def _packed_value(column: Encoding, value: Any, order: ByteOrder) -> bytes:
    if isinstance(column, NumberColumn):
        return struct.pack(f"{order}d", np.nan if value is None else value)
    if isinstance(column, BooleanColumn):
        return struct.pack("b", -1 if value is None else value)
    if isinstance(column, DateColumn):
        return struct.pack(f"{order}q", _NO_DATE if value is None else value)
    text = b"" if value is None else _bytes(value)
    return struct.pack(f"{order}i", -1 if value is None else len(text)) + text
