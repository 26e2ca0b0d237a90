"""How decimals are written: told by what can be read in one way alone, whatever separates the values, and said."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import read_table
from glassnet.data.lenient import read_loosely
from glassnet.data.rewrite import write_loosely
from glassnet.preprocess import Columns

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
ROWS = 30
GERMAN = {
    "euro": [f"{400 + k},50 €" for k in range(ROWS)],
    "weight": [f"{k},4 kg" for k in range(ROWS)],
    "milligrams": [f"{k},400 mg" for k in range(ROWS)],
    "people": [f"{k + 1}.{k:03d}.826" for k in range(ROWS)],
    "metres": [f"{k + 1}.{k:03d},{k % 9}" for k in range(ROWS)],
    "steps": [f"{k + 1}.{k:03d}" for k in range(ROWS)],
    "short": [f"-{k}" for k in range(ROWS)],
}
VALUES = {
    "euro": [400.5 + k for k in range(ROWS)],
    "weight": [k + 0.4 for k in range(ROWS)],
    "milligrams": [k + 0.4 for k in range(ROWS)],
    "people": [(k + 1) * 1e6 + k * 1000 + 826 for k in range(ROWS)],
    "metres": [(k + 1) * 1000 + k + k % 9 / 10 for k in range(ROWS)],
    "steps": [(k + 1) * 1000 + k for k in range(ROWS)],
    "short": [-k for k in range(ROWS)],
}


def written(folder, columns, separator=";", quote=False):
    path = folder / "table"
    marks = '"' if quote or separator == "," else ""
    rows = zip(*columns.values(), strict=True)
    lines = [separator.join(columns), *(separator.join(f"{marks}{one}{marks}" for one in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
@pytest.mark.parametrize("quote", [True, False])
def test_numbers_with_decimal_commas(tmp_path, separator, quote):
    table = read_table(written(tmp_path, GERMAN, separator, quote))
    for name, values in VALUES.items():
        assert table.kind(name) == "number"
        np.testing.assert_allclose(table.numbers(name), values, rtol=1e-15)
    (said,) = table.remarks
    assert said == "column 'euro': '400,50 €' is read with a decimal comma, and points as between thousands"


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
@pytest.mark.parametrize("decimals", ["{}", "{}.5"])
def test_commas_between_thousands_are_no_decimals_whatever_separates(tmp_path, separator, decimals):
    columns = {"pay": [f"{40 + k},000" for k in range(ROWS)], "x": [decimals.format(k) for k in range(ROWS)]}
    table = read_table(written(tmp_path, columns, separator))
    assert table.numbers("pay").tolist() == [40000.0 + 1000 * k for k in range(ROWS)]
    assert table.numbers("x").tolist() == [float(one) for one in columns["x"]]
    assert table.remarks == ("column 'pay': '40,000' is read with commas between thousands",)


def test_points_beside_commas_are_read_as_each_column_shows(tmp_path):
    columns = {
        "a": [f"{k},{k % 9}4" for k in range(ROWS)],
        "b": [f"{k}.{k % 9}3" for k in range(ROWS)],
        "c": [f"{k % 7 + 1}.{k:03d}" for k in range(ROWS)],
    }
    path = written(tmp_path, columns, "\t")
    table = read_table(path)
    for name, texts in columns.items():
        assert table.numbers(name).tolist() == [float(text.replace(",", ".")) for text in texts]
    assert table.remarks == ("column 'a': '0,04' is read with a decimal comma; column 'b' has points",)
    learnt = Columns.from_dict(json.loads(json.dumps(Columns.learn(table, "b", task="numbers", keep="ac").to_dict())))
    asked = {"a": ["1,234"], "c": ["1.234"]}
    expected = learnt.apply(read_table({"a": [1.234], "c": [1.234]}))
    np.testing.assert_array_equal(learnt.apply(read_table(written(tmp_path, asked, "\t"))), expected)


def test_a_column_is_never_read_both_ways(tmp_path):
    column = [f"{k},25" for k in range(ROWS)]
    column[3] = "6.41"
    table = read_table(written(tmp_path, {"x": column, "y": ["a", "b"] * (ROWS // 2)}))
    assert table.kind("x") == "number"
    assert table.strays("x") == (1, ("6.41",))
    assert np.flatnonzero(np.isnan(table.numbers("x"))).tolist() == [3]


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
@pytest.mark.parametrize("quote", [True, False])
def test_a_repaired_copy_has_the_same_numbers(tmp_path, separator, quote):
    columns = {**GERMAN, "words": ["ab,c", "1.5 or 2,5"] * (ROWS // 2)}
    path = written(tmp_path, columns, separator, quote)
    loose = read_loosely(path)
    assert loose.decimal_comma
    with (tmp_path / "copy.csv").open("wb") as file:
        write_loosely(replace(loose, decimal_comma=False), file, "csv")
    copy = read_table(tmp_path / "copy.csv")
    assert not copy.decimals.commas
    assert copy.frame["words"].to_list() == columns["words"]
    for name, values in VALUES.items():
        np.testing.assert_allclose(copy.numbers(name), values, rtol=1e-15)


@given(
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=3, max_size=20),
    st.sampled_from(["{0}", "{0},{1}", "{0},{1:03d}", "{0}.{1}", "{0}.{1:03d}", "{0:,}", "{0:,}.{1}"]),
    st.sampled_from(["{0}", "{1},{0}", "{0}.{1}"]),
)
def test_what_separates_the_values_decides_nothing(tmp_path_factory, pairs, form, other):
    folder = tmp_path_factory.mktemp("decimals")
    columns = {"x": [form.format(*pair) for pair in pairs], "z": [other.format(*pair) for pair in pairs]}
    found = []
    for separator in ";\t|":
        table = read_table(written(folder, columns, separator, quote=True), ["x"])
        found.append([table.decimals.commas, *(table.numbers(name).tobytes() for name in columns)])
    assert found[0] == found[1] == found[2]
