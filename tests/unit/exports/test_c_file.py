"""C files: the bits of portable arithmetic whatever the compiler, whatever the names, and without a library."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from glassnet import (
    GlassnetError,
    Model,
    Network,
    Options,
    Scaling,
    Targets,
    export,
    fit,
    load_table,
    new_model,
    prove,
)
from glassnet.data import bundled
from glassnet.exports import c
from glassnet.exports.c.compiling import Program, answers_of
from glassnet.exports.c.network import written
from glassnet.exports.c.spelling import identifier, identifiers, string
from glassnet.exports.rows import proof_rows
from glassnet.model.portable import PortableNetwork, portable_form
from glassnet.training.ensemble import side_by_side
from support.c_compilers import compiler, output_of, require
from support.covering import covering
from support.exported import MODELS, mixed_table, model_of
from support.samples import small_model

STRICT = (
    *("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wdouble-promotion", "-Wshadow", "-Werror"),
    "-fsanitize=undefined",
)
SANITIZED = {
    "gcc": (*STRICT, "-fno-sanitize-recover=all"),
    "clang": (*STRICT, "-fsanitize-trap=undefined"),  # needs no library, which not all packages of clang bring
}
COMPILED = {
    "gcc strict": ("gcc", SANITIZED["gcc"]),
    "gcc -O0": ("gcc", ("-O0",)),
    "gcc": ("gcc", ()),
    "gcc -O3": ("gcc", ("-O3", "-march=native")),
    "clang strict": ("clang", SANITIZED["clang"]),
    "clang -O3": ("clang", ("-O3", "-march=native")),
    "aarch64": ("aarch64", ()),
    "aarch64 -O3": ("aarch64", ("-O3",)),
    "arm": ("arm", ("-O2", "-mfpu=neon-vfpv4")),
    "s390x": ("s390x", ("-O2",)),
}
"""Compilers and flags; without flags, most compilers for ARM would use fused multiply-adds."""
HIDDEN = {
    "none": ((), ()),
    "one": ((7,), ("sigmoid",)),
    "two": ((6, 9), ("gelu", "leaky_relu")),
    "four": ((4, 3, 5, 2), ("tanh", "relu", "silu", "identity")),
}
LAST = {
    "notes": ("sigmoid", Targets.named("notes", 3)),
    "classes": ("softmax", Targets.named("one-hot", 3)),
    "labels": ("sigmoid", Targets.named("multilabel", 3)),
    "numbers": ("identity", Targets("values", 3, offset=(5.0, -0.1, 1e6), scale=(2.0, 1 / 3, 1e3))),
    "rates": ("exponential", Targets("values", 3, offset=(0.0,) * 3, scale=(1.0, 7.0, 0.1))),
}
"""Activation of the last layer, and targets."""
INPUT_COLUMNS = ("age", "city, of birth", "member", "joined")
INPUTS = ("bytes", "floats", "far from 0")


def random_model(hidden, last, inputs, bias, members, temperature):
    """An untrained model with large weights, of a combination of options."""
    random = np.random.default_rng([ord(letter) for letter in hidden + last + inputs])
    raw = random.normal(1e4 if inputs == "far from 0" else 0, 3, (20, 12))
    sizes, activations = HIDDEN[hidden]
    output, targets = LAST[last]
    networks = []
    for _ in range(members):
        network = Network((12, *sizes, 3), (*activations, output), bias=bias, rule="gradient")
        network.parameters.flat[...] = random.normal(0, 1.5, network.parameters.flat.shape)
        networks.append(network)
    return Model(
        networks[0],
        Scaling.named("notes") if inputs == "bytes" else Scaling.named("features", raw=raw),
        targets,
        others=tuple(networks[1:]),
        temperature=temperature,
        receipt={"data": {"dtype": "uint8"}} if inputs == "bytes" else {},
    )


def program(model, name, quantize=None, count=40):
    """The C file of a model with rows for it."""
    form = portable_form(model)
    form = form.quantised() if quantize else form
    rows = proof_rows(model, quantize=quantize, count=count)
    prefix = identifier(name, "model")
    return Program(c.write(form, model, rows, name=name, quantize=quantize), prefix, form, rows)


@cache
def programs():
    """Models of every kind, of each kind of column alone, and of all pairs of what can be combined in a network."""
    kinds = [program(model_of(kind), kind) for kind in MODELS]
    kinds += [program(model_of(kind), f"{kind} int8", "int8") for kind in ("bytes", "table", "numbers")]
    for number, name in enumerate(INPUT_COLUMNS):
        drop = [one for one in mixed_table() if one not in (name, "left")]
        model = new_model(load_table(mixed_table(), "left", drop=drop), Options(hidden=(3,))).unchecked()
        kinds.append(program(model, f"column {number}"))
    cases = covering(HIDDEN, LAST, INPUTS, (False, True), (1, 3), (1.0, 0.7), (None, "int8"))
    return kinds + [
        program(random_model(*case), f"random {number}", quantize) for number, (*case, quantize) in enumerate(cases)
    ]


def assert_equal(program, answers):
    """Assert that the answers of a program are the portable ones, bit for bit."""
    expected = program.rows.outputs
    same = (answers.outputs.view(np.uint32) == expected.view(np.uint32)) | (
        np.isnan(answers.outputs) & np.isnan(expected)
    )
    assert same.all(), (program.prefix, np.argwhere(~same)[:3])
    assert np.array_equal(answers.predicted, program.rows.predicted), program.prefix
    if answers.probabilities is not None:
        wanted = PortableNetwork(program.form).probabilities(expected)
        assert answers.probabilities.tobytes() == wanted.tobytes(), program.prefix


@pytest.mark.parametrize("compiled", COMPILED)
def test_answers_have_the_bits_of_portable_arithmetic(compiled):
    name, flags = COMPILED[compiled]
    chosen = programs() if compiled == "gcc strict" else programs()[list(COMPILED).index(compiled) :: 6]
    for one, answers in zip(chosen, answers_of(chosen, compiler(name), flags), strict=True):
        assert_equal(one, answers)


CONTRACTING = {
    "gcc": ("gcc", ("-O3", "-mfma")),
    "clang": ("clang", ("-O3", "-mfma")),
    "aarch64": ("aarch64", ("-O3",)),
    "s390x": ("s390x", ("-O3",)),
}
FUSED = re.compile(rb"^\s+(v?fn?m(add|sub|la|ls)|m[as][de]br)", re.M)


@pytest.mark.parametrize("compiled", CONTRACTING)
def test_no_compiler_fuses_a_product_and_a_sum(compiled, tmp_path):
    name, flags = CONTRACTING[compiled]
    content = program(model_of("table"), "net").content
    command = [compiler(name).command[0], *flags, "-S", "-o", "-", "net.c"]
    (tmp_path / "net.c").write_bytes(content)
    assert not FUSED.search(output_of(*command, folder=tmp_path))
    (tmp_path / "net.c").write_bytes(re.sub(rb"(?m)^#pragma.*", b"", content))
    assert FUSED.search(output_of(*command, "-ffp-contract=fast", folder=tmp_path))  # the search finds them


def test_flags_that_change_arithmetic_are_refused(tmp_path):
    (tmp_path / "net.c").write_bytes(program(small_model(), "net").content)
    command = [*compiler("gcc").command, "-E", "-ffreestanding", "net.c", "-o", "net.i"]
    output_of(*command, "-O3", "-march=native", folder=tmp_path)
    for flags in ("-ffast-math", "-Ofast", "-ffinite-math-only", "-freciprocal-math", "-m32 -mno-sse"):
        output_of(*command, *flags.split(), folder=tmp_path, status=1)
    (tmp_path / "net.c").write_bytes(program(model_of("table"), "net").content)
    command = [*compiler("gcc").command, "-fsingle-precision-constant", "-c", "net.c"]
    output_of(*command, folder=tmp_path, status=1)


def test_sums_are_not_reordered(tmp_path):
    """With this flag alone, gcc says that it is disabled, does not define its macro, and yet follows it."""
    one = program(model_of("table"), "net")
    [answers] = answers_of([one], compiler("gcc"), ["-O3", "-fassociative-math"])
    assert_equal(one, answers)


ODD_NAMES = (
    *("??/", "??)7", 'say "yes"', "C:\\new\\x41", "*/ int x; /*", "// no \\", "line\nline", "\t", "\x0123", "Zürich7"),
    *("北京", "🙂4f", "%s %n", "name_one", "NAME_two", "a" * 300, "\u202e right", "", " ", "'", "#define x", "\x7f"),
)  # fmt: skip


def test_names_are_whole_whatever_they_contain(tmp_path):
    model = replace(
        random_model("none", "notes", "bytes", False, 1, 1.0),
        network=Network((12, len(ODD_NAMES))),
        targets=Targets.named("notes", len(ODD_NAMES)),
        class_names=ODD_NAMES,
    )
    (tmp_path / "net.c").write_bytes(program(model, "net").content)
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include <string.h>\n#include "net.c"\nint main(void)\n{\n    int k;\n'
        f"    for (k = 0; k < {len(ODD_NAMES)}; k++)\n"
        "        fwrite(net_class_names[k], 1, strlen(net_class_names[k]) + 1, stdout);\n    return 0;\n}\n"
    )
    output_of(*compiler("gcc").command, *SANITIZED["gcc"], "main.c", "-o", "main", folder=tmp_path)
    assert output_of("./main", folder=tmp_path) == b"".join(name.encode() + b"\0" for name in ODD_NAMES)


def test_identifiers_are_valid_and_different():
    names = [
        "Größe",
        "größe",
        "if",
        "x y",
        "x-y",
        "",
        "北京",
        "2nd",
        "linux",
        "sepalLengthCm",
        "int",
        "row",
        "_a",
        "x__y",
    ]
    made = identifiers(names, "column")
    assert made[:5] == ["grosse", "grosse_2", "if_", "x_y", "x_y_2"]
    assert made[5:] == ["column", "column_2", "column_2nd", "linux_", "sepal_length_cm", "int_", "row", "a", "x_y_3"]
    assert all(re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*_?", one) for one in made)
    assert [identifier(name, "model") for name in ("3 layers", "my-digits", "Ω")] == [
        "model_3_layers",
        "my_digits",
        "model",
    ]


CORTEX_M4 = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
SIZED = {
    "gcc": ("gcc", "size"),
    "clang": ("clang", "size"),
    "thumb": ("arm-none-eabi-gcc", "arm-none-eabi-size"),
}


@pytest.mark.parametrize(("target", "kind"), [*zip(SIZED, cycle(("bytes", "ensemble")))])
def test_code_is_small_and_needs_no_library(target, kind, tmp_path):
    command, size = SIZED[target]
    require(command, size, "nm")
    flags = CORTEX_M4 if target == "thumb" else ()
    (tmp_path / "net.c").write_bytes(program(model_of(kind), "net").content)
    output_of(command, *flags, "-std=c99", "-Os", "-ffreestanding", "-c", "net.c", folder=tmp_path)
    sections = re.findall(rb"^(\.\S+)\s+(\d+)", output_of(size, "-A", "net.o", folder=tmp_path), re.M)
    bytes_of = {
        start: sum(int(count) for name, count in sections if name.startswith(start)) for start in (b".text", b".bss")
    }
    assert 0 < bytes_of[b".text"] <= 4096
    assert bytes_of[b".bss"] == 0  # nothing is kept between calls
    needed = set(output_of("nm", "-u", "net.o", folder=tmp_path).decode().replace("U", "").split())
    # Compilers may call these even from freestanding code; __aeabi_… are their own, for what the processor lacks.
    assert {one for one in needed if not one.startswith("__aeabi_")} <= {"memset", "memcpy"}


BARE = """\
#include <stddef.h>
int main(void);

void *memset(void *place, int value, size_t count)
{
    volatile unsigned char *bytes = place;

    while (count--)
        *bytes++ = (unsigned char)value;
    return place;
}

void _start(void)
{
    register long call __asm__("r7") = 1; /* exit, of the emulator */
    register long status __asm__("r0") = main();

    __asm__ volatile("svc 0" : : "r"(call), "r"(status));
}

int puts(const char *text) { return text == NULL; }
int printf(const char *text, ...) { return text == NULL; }
"""
"""What the test in a C file needs where there is no C library."""


def test_a_microcontroller_computes_the_same_bits(tmp_path):
    """An emulated one, without a C library; its exit status is that of the test in the file."""
    require("arm-none-eabi-gcc", "qemu-arm")
    (tmp_path / "bare.c").write_text(BARE)
    (tmp_path / "stdio.h").write_text("int puts(const char *);\nint printf(const char *, ...);\n")
    command = ("arm-none-eabi-gcc", *CORTEX_M4, "-std=gnu99", "-Os", "-ffreestanding", "-nostdlib", "-I.")
    for kind, quantize in (("bytes", "int8"), ("table", None), ("numbers", None), ("ensemble", None)):
        content = program(model_of(kind), "net", quantize).content
        (tmp_path / "net.c").write_bytes(content)
        build = [*command, "-DGLASSNET_TEST", "net.c", "bare.c", "-lgcc", "-o", "net"]
        output_of(*build, folder=tmp_path)
        output_of("qemu-arm", "-cpu", "cortex-m4", "./net", folder=tmp_path)
    changed = content.replace(b"0x1.", b"0x3.", content.count(b"0x1.", 0, content.index(b"_weights_1[")) + 40)
    (tmp_path / "net.c").write_bytes(changed)
    output_of(*build, folder=tmp_path)
    output_of("qemu-arm", "-cpu", "cortex-m4", "./net", folder=tmp_path, status=1)


def test_buffers_are_two_of_the_widest_layers():
    form = portable_form(random_model("four", "notes", "bytes", True, 1, 1.0))
    assert written(form).stack == 4 * (5 + 3)  # layers of 4, 3, 5, 2 and 3 nodes; the last has the caller's array


FLUSHING = """\
#include <xmmintrin.h>
__attribute__((constructor)) static void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
"""


@pytest.mark.parametrize("kind", ["temperature", "table"])
def test_the_test_in_the_file_finds_what_the_compiler_cannot_refuse(kind, tmp_path):
    processor = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not processor.exists():
        pytest.skip("flags and instructions of x86-64 on Linux")
    (tmp_path / "net.c").write_bytes(program(model_of(kind), "net", "int8").content)
    (tmp_path / "flush.c").write_text(FLUSHING)
    command = [*compiler("gcc").command, "-DGLASSNET_TEST", "net.c", "flush.c", "-o", "net"]
    output_of(*command, folder=tmp_path)
    assert b"subnormal" in output_of("./net", folder=tmp_path, status=1)
    command = [*compiler("clang").command, "-DGLASSNET_TEST", "-O2", "-mfma", "-ffp-contract=fast", "net.c"]
    output_of(*command, "-S", "-o", "net.s", folder=tmp_path)
    assert FUSED.search((tmp_path / "net.s").read_bytes())
    if "fma" in processor.read_text(encoding="utf-8"):
        output_of(*command, "-o", "net", folder=tmp_path)
        assert b"fuses" in output_of("./net", folder=tmp_path, status=1)


@pytest.mark.parametrize("kind", ["bytes", "ensemble"])
def test_the_test_in_the_file_finds_a_difference(kind, tmp_path):
    content = program(model_of(kind), "net").content
    command = [*compiler("gcc").command, *SANITIZED["gcc"], "-DGLASSNET_TEST", "net.c", "-o", "net"]
    (tmp_path / "net.c").write_bytes(content)
    output_of(*command, folder=tmp_path)
    assert output_of("./net", folder=tmp_path) == b"25 rows: all answers are those of the model.\n"
    changed = content.replace(b"0x1.", b"0x3.", content.count(b"0x1.", 0, content.index(b"_weights_1[")) + 40)
    (tmp_path / "net.c").write_bytes(changed)
    output_of(*command, folder=tmp_path)
    assert b"expected" in output_of("./net", folder=tmp_path, status=1)


def test_columns_may_have_the_names_of_variables():
    names = ("in", "outputs", "given", "row", "NAME_row", "name_row", "k", "x", "int64_t", "%s", "unix", "main")
    words = np.random.default_rng(6).choice(["COUNT", "GIVEN", "ROWS", "name_x"], (60, len(names)))
    table = {name: words[:, k].tolist() for k, name in enumerate(names)} | {"y": [0, 1] * 30}
    one = program(new_model(load_table(table, "y"), Options(hidden=(3,))).unchecked(), "name")
    [answers] = answers_of([one], compiler("gcc"), ["-Wall", "-Wextra", "-Werror"])
    assert_equal(one, answers)


def test_columns_may_have_the_names_of_constants():
    random = np.random.default_rng(7)
    days = np.datetime64("2001-02-03") + random.integers(0, 3000, 60)
    table = {
        "x": random.normal(size=60) ** 3,
        "x edges": random.normal(size=60),
        "when": days.astype(str),
        "when year": random.choice(["a", "b"], 60),
        "when year words": random.choice(["a", "b"], 60),
        "y": [0, 1] * 30,
    }
    data = load_table({name: list(values) for name, values in table.items()}, "y")
    one = program(new_model(data, Options(hidden=(3,))).unchecked(), "net")
    [answers] = answers_of([one], compiler("gcc"), ["-Wall", "-Wextra", "-Werror"])
    assert_equal(one, answers)


def test_weights_of_8_bits_may_have_scales_of_1():
    model = random_model("one", "numbers", "floats", True, 1, 1.0)
    network = Network(model.network.architecture.sizes, model.network.architecture.activations, rule="gradient")
    random = np.random.default_rng(8)
    for weights in network.parameters.weights:
        weights[...] = random.integers(-126, 127, weights.shape)
        weights[:, 0] = 127
    one = program(replace(model, network=network, scaling=Scaling.named("unit", 1.0)), "net", "int8")
    assert all((layer.scale == 1).all() for layer in one.form.members[0])
    [answers] = answers_of([one], compiler("gcc"), ["-Wall", "-Wextra", "-Wpedantic", "-Werror"])
    assert_equal(one, answers)


def test_blocks_without_weights_are_left_out():
    random = np.random.default_rng(5)
    networks = [Network((12, 6, 4, 3), bias=True, seed=seed) for seed in range(4)]
    for network in networks:
        network.parameters.flat[...] = random.normal(size=network.parameters.flat.shape)
    one = random_model("two", "notes", "bytes", True, 1, 1.0)
    joined = program(replace(one, network=side_by_side(networks)), "joined")
    weights = 24 * 12 + 4 * 4 * 6 + 3 * 16
    assert written(joined.form).memory == 4 * (weights + 24 + 16 + 3)
    [answers] = answers_of([joined], compiler("gcc"), ["-O2"])
    assert_equal(joined, answers)


def test_other_files_get_the_declarations_in_c_and_cxx(tmp_path):
    require("g++")
    one = program(model_of("table"), "net")
    (tmp_path / "net.c").write_bytes(one.content)
    (tmp_path / "main.cc").write_text(
        '#define NET_DECLARATIONS\n#include "net.c"\n#include "net.c"\n#include <cstdio>\n'
        "int main() { net_row row = net_missing_row; row.age = 40; row.joined = net_date(2020, 2, 29, 0, 0, 0);"
        "std::puts(net_class_names[net_classify(&row)]); return 0; }"
    )
    output_of(*compiler("gcc").command, "-c", "net.c", folder=tmp_path)
    output_of("g++", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "main.cc", "net.o", "-o", "main", folder=tmp_path)
    assert output_of("./main", folder=tmp_path).decode().strip() in one.form.names


def test_the_program_of_the_documentation_compiles(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "export.md").read_text()
    main = re.search(r"(?s)```c\n(#include.*?)```", page)[1]
    model = replace(
        random_model("none", "notes", "bytes", False, 1, 1.0),
        network=Network((784, 10)),
        targets=Targets.named("notes", 10),
    )
    (tmp_path / "digits.c").write_bytes(program(model, "digits", count=5).content)
    (tmp_path / "main.c").write_text(main)
    output_of(*compiler("gcc").command, *SANITIZED["gcc"], "main.c", "digits.c", "-o", "main", folder=tmp_path)
    assert output_of("./main", folder=tmp_path).strip().isdigit()


def test_run_compiles_a_file_whatever_its_path(tmp_path, monkeypatch):
    compiler("gcc")
    model = model_of("table")
    one = program(model, "net")
    path = tmp_path / 'a "quoted" $(name); \\ ü.c'
    path.write_bytes(one.content)
    for given in ("gcc", f"{shutil.which('gcc')} -DUNUSED='a b'"):
        monkeypatch.setenv("CC", given)
        ran = c.run(path, model, one.rows)
        assert re.fullmatch(r"gcc [\d.]+ -O2", ran.tool)
        assert ran.outputs.tobytes() == one.rows.outputs.tobytes()
        assert np.array_equal(ran.predicted, one.rows.predicted)


def test_run_says_why_nothing_ran(tmp_path, monkeypatch):
    one = program(small_model(), "net")
    path = tmp_path / "net.c"
    path.write_bytes(one.content)
    for given in ("no-such-compiler", "'", "false"):
        monkeypatch.setenv("CC", given)
        ran = c.run(path, small_model(), one.rows)
        assert (ran.tool, ran.outputs) == (None, None)
        assert str(ran.why_not).startswith(f"CC={given} ")
    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(c.run(path, small_model(), one.rows).why_not).startswith("no C compiler was found")


def test_a_compiler_for_another_machine_is_no_fault_of_the_file(tmp_path, monkeypatch):
    """It may be the one in CC, as where programs for a microcontroller are made."""
    script = tmp_path / "other-cc"
    script.write_text('#!/bin/sh\n[ "$1" = --version ] || { echo "stdio.h: error: no such file" >&2; exit 1; }\n')
    script.chmod(0o700)
    monkeypatch.setenv("CC", str(script))
    proof = export(small_model(), tmp_path / "net.c")
    assert (tmp_path / "net.c").is_file()
    assert proof.ran is None
    assert str(proof.why_not) == "other-cc -O2: its programs do not run here (stdio.h: error: no such file)"
    with pytest.raises(GlassnetError, match="do not run here") as caught:
        prove(tmp_path / "net.c", small_model())
    assert caught.value.code == "GN103"


def test_run_refuses_a_file_that_does_not_compile_or_stops(tmp_path, monkeypatch):
    monkeypatch.setenv("CC", " ".join(compiler("gcc").command))
    one = program(small_model(), "net")
    path = tmp_path / "net.c"
    for content in (one.content[:-3000], b"", one.content.replace(b"best = 0", b"none = 0")):
        path.write_bytes(content)
        with pytest.raises(GlassnetError, match=f"^{re.escape(str(path))}: gcc .* cannot compile or run it"):
            c.run(path, small_model(), one.rows)
    path.write_bytes(one.content[:-3000])
    with pytest.raises(GlassnetError) as caught:
        prove(path, small_model())
    assert str(caught.value).startswith(f"{path}: ")  # not a temporary name
    monkeypatch.setenv("CC", "gcc -ffast-math")
    path.write_bytes(one.content)
    assert "without -ffast-math" in str(c.run(path, small_model(), one.rows).why_not)


def test_the_same_model_gives_the_same_file():
    assert program(small_model(), "net").content == program(small_model(), "net").content
    assert max(map(len, program(model_of("table"), "net").content.split(b"\n"))) <= 200


def test_the_comment_names_the_file_as_it_is():
    """Names of functions need another spelling."""
    model = small_model()
    written = {"name": "my net-2", "quantize": None}
    text = c.write(portable_form(model), model, proof_rows(model), **written).decode("ascii")
    assert '#include "my net-2.c"' in text
    assert "cc -DGLASSNET_TEST 'my net-2.c' -o my_net_2_test" in text
    text = c.write(portable_form(model), model, proof_rows(model), **written, file="a.c").decode("ascii")
    assert text.startswith("/*\n * a.c: ")
    assert '#define MY_NET_2_DECLARATIONS\n *     #include "a.c"\n' in text
    assert "cc -DGLASSNET_TEST a.c -o my_net_2_test" in text


def test_the_comment_says_what_one_must_know_of_inputs():
    text = program(model_of("table"), "net").content.decode("ascii")
    assert re.search(
        r"const char \*city_of_birth; +/\* city, of birth: 6 words, see net_about_3_city_of_birth_words; NULL", text
    )
    assert "const char *const net_about_3_city_of_birth_words[6] = {" in text
    cities = {"place": ["Bonn", "Zürich"] * 30, "y": [0, 1] * 30}
    model = new_model(load_table(cities, "y"), Options(hidden=(3,))).unchecked()
    assert r'place: "Bonn", "Z\303\274rich"; NULL missing */' in program(model, "net").content.decode("ascii")
    digits = fit(bundled("train").take(slice(0, 100)), Options(hidden=(3,), epochs=1, engine="reference")).model
    header = program(digits, "net").content.decode("ascii")
    assert "28 rows of 28 pixels; 0 is the background, 255 is ink\n" in header
    photos = replace(small_model(), reading="photo")
    assert "4 rows of 4 pixels; 0 is black, 255 is white\n" in program(photos, "net").content.decode("ascii")


def test_the_example_in_the_comment_is_a_usual_row():
    model = model_of("table")
    text = program(model, "net").content.decode("ascii")
    age, city = (model.columns.inputs[k] for k in (0, 2))
    assert age.low <= float(re.search(r"row.age = (\S+);", text)[1]) <= age.high
    assert re.search(r"row.city_of_birth = (.+);", text)[1] in [string(one) for one in city.words]


def test_with_weights_of_8_bits_the_comment_promises_no_bits_of_those_of_32():
    exact, rounded = (program(small_model(), "net", one).content.decode("ascii") for one in (None, "int8"))
    assert "same bits as those of the model in Python (glassnet query --engine portable)" in exact
    assert "same bits as those of the model with weights of 8 bits in Python" in rounded
    assert "--engine portable" not in rounded
    assert all("-ffp-contract=fast" in one for one in (exact, rounded))  # a flag is not broken at its hyphens


def test_a_compiler_of_cpp_is_told_to_compile_it_as_c(tmp_path):
    (tmp_path / "net.cpp").write_bytes(program(small_model(), "net").content)
    command = [*compiler("gcc").command, "-c", "net.cpp", "-o", "net.o"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "compile this file as C; C++ includes it with NET_DECLARATIONS defined" in ended.stderr
