"""The functions of C files, one by one: they are those of portable arithmetic, IEEE 754 and the Gregorian calendar."""

from __future__ import annotations

import numpy as np
import pytest

from glassnet.exports.c import arithmetic, table
from glassnet.exports.c.spelling import prefixed
from glassnet.preprocess.tabular.dates import _quantities
from support import portable
from support.c_compilers import compiler, output_of

READING = """
#include <float.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef float name_weight;
#define NAME_MISSING (0.0 / 0.0)
#define NAME_NO_DATE INT64_MIN
int64_t name_date(int year, int month, int day, int hour, int minute, int second);
"""
MAIN = """
int main(void)
{
    %s given;
    %s results[%d];

    while (fread(&given, sizeof given, 1, stdin) == 1) {
        %s
        fwrite(results, sizeof results, 1, stdout);
    }
    return 0;
}
"""
FLAGS = ("-std=c99", "-O2", "-Wno-unused-function", "-fsanitize=undefined", "-fno-sanitize-recover=all")


def computed(tmp_path, functions, given, kind, count, statements, c_type):
    """Results, (n, count), of statements that set `results` from each value."""
    source = READING + functions + MAIN % (c_type, kind, count, statements)
    (tmp_path / "one.c").write_text(prefixed(source, "n"))
    output_of(*compiler("gcc").command, *FLAGS, "one.c", "-o", "one", folder=tmp_path)
    results = output_of("./one", folder=tmp_path, content=given.tobytes())
    return np.frombuffer(results, {"float": np.float32, "double": np.float64}[kind]).reshape(len(given), count)


def test_activations_have_the_bits_of_portable_arithmetic(tmp_path):
    functions = {
        "exp": portable.exp32,
        **{name: portable.ACTIVATIONS[name] for name in portable.ACTIVATIONS if name not in ("identity", "softmax")},
    }
    random = np.random.default_rng(1)
    every = random.integers(0, 2**32, 200_000, dtype=np.uint32).view(np.float32)
    usual = random.normal(0, 20, 200_000).astype(np.float32)
    edges = np.float32([0, -0.0, 80, 88.72283, 88.72284, -103.97208, -103.97209, 0.34657359, 1e-45, np.inf, -np.inf])
    given = np.concatenate([every[~np.isnan(every)], usual, edges, [np.float32(np.nan)]])
    called = {name: name if name == "exp" else arithmetic.activation_function(name) for name in functions}
    statements = "".join(f"results[{k}] = name_{name}(given);" for k, name in enumerate(called.values()))
    results = computed(
        tmp_path, arithmetic.with_called(called.values()), given, "float", len(functions), statements, "float"
    )
    with np.errstate(all="ignore"):
        for k, (name, function) in enumerate(functions.items()):
            expected = function(given).astype(np.float32)
            same = (results[:, k].view(np.uint32) == expected.view(np.uint32)) | (
                np.isnan(results[:, k]) & np.isnan(expected)
            )
            assert same.all(), (name, given[~same][:3])


def test_the_root_is_correctly_rounded(tmp_path):
    random = np.random.default_rng(2)
    roots = random.uniform(1, 2**26, 20_000).round()
    squares = np.concatenate([roots**2, np.nextafter(roots**2, 0), np.nextafter(roots**2, np.inf)])
    given = np.concatenate(
        [random.uniform(1, 20, 100_000), np.exp2(random.uniform(0, 990, 20_000)), squares, [1, np.nextafter(4, 0), 4]]
    )
    given = given[given >= 1]
    results = computed(tmp_path, table.NUMBER, given, "double", 1, "results[0] = name_sqrt(given);", "double")
    assert np.array_equal(results[:, 0], np.sqrt(given))


def test_dates_are_those_of_the_calendar(tmp_path):
    random = np.random.default_rng(3)
    near = np.arange(-800_000, 800_000, 17) * 86_400_000_000  # every date of some years, the last day of February too
    edges = np.array([0, -1, 86_399_999_999, 86_400_000_000, 2**63 - 1, -(2**63)])
    given = np.concatenate([near, near - 1, random.integers(-(2**62), 2**62, 100_000), edges]).astype(np.int64)
    statement = "name_quantities(results, given, -17);"
    results = computed(tmp_path, table.NUMBER + table.DATE, given, "double", 5, statement, "int64_t")
    expected = np.stack(list(_quantities(given.view("M8[us]"), np.datetime64("1969-12-15")).values()), axis=1)
    assert np.array_equal(results, expected, equal_nan=True)


def test_dates_are_made_from_their_parts(tmp_path):
    random = np.random.default_rng(4)
    given = random.integers([-1, 0, 0, -1, -1, -1], [10_001, 14, 33, 25, 61, 61], (20_000, 6)).astype(np.int32)
    given[:1000, 1:3] = 2, 29
    statement = "results[0] = (double)name_date(given.y, given.mo, given.d, given.h, given.mi, given.s);"
    fields = "struct { int y, mo, d, h, mi, s; }"
    results = computed(tmp_path, table.NUMBER + table.DATE, given, "double", 1, statement, fields)[:, 0]
    texts = [f"{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}" for y, mo, d, h, mi, s in np.maximum(given, 0).tolist()]
    for text, parts, result in zip(texts, given.tolist(), results.tolist(), strict=True):
        try:
            assert min(parts) >= 0
            assert 1 <= parts[0] <= 9999
            expected = float(np.datetime64(text, "us").astype(np.int64))
        except (AssertionError, ValueError):
            expected = -(2.0**63)
        assert result == pytest.approx(expected, abs=0), text
