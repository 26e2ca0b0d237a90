"""Decimal commas and points: inferred from unambiguous values, independent of the separator, and reported."""

from __future__ import annotations

import json
import warnings
from itertools import cycle

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import NetworkRegressor, TableModel, load_model, read_table
from glassnet.errors import DataError, RangeWarning
from glassnet.preprocess import Columns
from glassnet.preprocess.tabular.learner import ColumnsLearner
from glassnet.preprocess.tabular.selection import about_decimals
from support.cli import run

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
ROWS = 30
GERMAN = {
    "euro": [f"{400 + k},50 €" for k in range(ROWS)],
    "weight": [f"{k},4 kg" for k in range(ROWS)],
    "milligrams": [f"{k + 1},400 mg" for k in range(ROWS)],
    "people": [f"{k + 1}.{k:03d}.826" for k in range(ROWS)],
    "metres": [f"{k + 1}.{k:03d},{k % 9}" for k in range(ROWS)],
    "steps": [f"{k + 1}.{k:03d}" for k in range(ROWS)],
    "short": [f"-{k % 7 + 1}" for k in range(ROWS)],
}
COUNTED = [f"{k},{k % 9}" for k in range(ROWS)]
VALUES = {
    "euro": [400.5 + k for k in range(ROWS)],
    "weight": [k + 0.4 for k in range(ROWS)],
    "milligrams": [k + 1.4 for k in range(ROWS)],
    "people": [(k + 1) * 1e6 + k * 1000 + 826 for k in range(ROWS)],
    "metres": [(k + 1) * 1000 + k + k % 9 / 10 for k in range(ROWS)],
    "steps": [(k + 1) * 1000 + k for k in range(ROWS)],
    "short": [-(k % 7 + 1) for k in range(ROWS)],
}


def decimal_remarks(table):
    return tuple(map(str, about_decimals(table.columns().values())))


def written(folder, columns, separator=";", quote=False):
    path = folder / "table"
    marks = '"' if quote or separator == "," else ""
    rows = zip(*columns.values(), strict=True)
    lines = [separator.join(columns), *(separator.join(f"{marks}{one}{marks}" for one in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(("separator", "quote"), [*zip(SEPARATORS.values(), cycle((True, False)))], ids=SEPARATORS)
def test_numbers_with_decimal_commas(tmp_path, separator, quote):
    path = written(tmp_path, GERMAN, separator, quote)
    for decimal, either_way in ((",", 1), ("auto", 1000)):
        table = read_table(path, decimal=decimal)
        for name, values in VALUES.items():
            if name == "people" and decimal == "auto":  # could also be versions or addresses
                assert table.column(name).kind == "text"
                continue
            factor = {"milligrams": either_way, "steps": 1 / either_way}.get(name, 1)
            assert table.column(name).kind == "number"
            np.testing.assert_allclose(table.column(name).numbers, np.multiply(values, factor), rtol=1e-15)
    assert decimal_remarks(table) == (
        "column 'euro': '400,50 €' is read with a decimal comma (also in 2 more columns)",
        "column 'metres': '1.000,0' is read with a point between thousands",
        "column 'milligrams': '1,400 mg' is read with a comma between thousands",
        "column 'milligrams': '1,400 mg' is not read with a decimal comma, unlike other columns (also in 2 more "
        "columns); to do so, pass decimal=','",
    )


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
@pytest.mark.parametrize("decimals", ["{}", "{}.5"])
def test_thousands_commas_are_not_decimals_with_any_separator(tmp_path, separator, decimals):
    columns = {"pay": [f"{40 + k},000" for k in range(ROWS)], "x": [decimals.format(k) for k in range(ROWS)]}
    table = read_table(written(tmp_path, columns, separator))
    assert table.column("pay").numbers.tolist() == [40000.0 + 1000 * k for k in range(ROWS)]
    assert table.column("x").numbers.tolist() == [float(one) for one in columns["x"]]
    assert decimal_remarks(table) == ("column 'pay': '40,000' is read with a comma between thousands",)


def test_the_decimal_sign_is_inferred_for_each_column(tmp_path):
    columns = {
        "a": [f"{k},{k % 9}4" for k in range(ROWS)],
        "b": [f"{k}.{k % 9}3" for k in range(ROWS)],
        "c": [f"{k % 7 + 1}.{k:03d}" for k in range(ROWS)],
    }
    path = written(tmp_path, columns, "\t")
    table = read_table(path)
    for name, texts in columns.items():
        assert table.column(name).numbers.tolist() == [float(text.replace(",", ".")) for text in texts]
    assert decimal_remarks(table) == (
        "column 'a': '0,04' is read with a decimal comma",
        "column 'c': '1.000' is not read with a decimal comma, unlike other columns; to do so, pass decimal=','",
    )
    with pytest.raises(DataError, match=r"'c' is ambiguous: .* as other columns have decimal commas") as raised:
        Columns.learn(table, "b", task="numbers")
    assert raised.value.code == "GN017"
    learnt = Columns.learn(table, "b", task="numbers", keep="a", drop="c")
    fitted = Columns.from_dict(json.loads(json.dumps(learnt.to_dict())))
    query = {"a": ["1,234"], "b": ["5.03"]}
    expected = fitted.apply(read_table({"a": [1.234]}))
    np.testing.assert_array_equal(fitted.apply(read_table(written(tmp_path, query, "\t"))), expected)


def test_a_column_is_never_read_both_ways(tmp_path):
    column = [f"{k},25" for k in range(ROWS)]
    column[3] = "6.41"
    table = read_table(written(tmp_path, {"x": column, "y": ["a", "b"] * (ROWS // 2)}))
    assert table.column("x").kind == "number"
    assert table.column("x").non_numeric.to_list() == ["6.41"]
    assert np.flatnonzero(np.isnan(table.column("x").numbers)).tolist() == [3]


AMBIGUOUS = {
    "decimal commas": {"x": [f"{k}.{k % 7 + 100},{k % 9}{k % 5}" for k in range(1, ROWS)], "n": COUNTED},
    "whole, with decimal commas": {
        "x": [f"{k}.{k % 7 + 100}{',5' * (k % 3 > 1)}" for k in range(1, ROWS)],
        "n": COUNTED,
    },
    "both": {
        "x": [f"{k},{k % 9}5" for k in range(1, ROWS)],
        "n": ["0.5", *(f"{k}.{k % 9 + 100}" for k in range(2, ROWS))],
    },
    "a list of choices": {"x": [f"{k % 7}.{k % 9 + 100}" for k in range(1, ROWS)], "n": ["1,3", "2,3,4", "5", "x"]},
    "addresses": {
        "x": ["0.5", *(f"{k}.{k % 9 + 100}" for k in range(2, ROWS))],
        "n": [f"192.168.100.{k}" for k in range(100, 128)],
    },
    "points": {"x": ["0.5", *(f"{k}.{k % 9 + 100}" for k in range(2, ROWS))], "n": [f"{k}.5" for k in range(ROWS)]},
    "thousands": {"x": [f"{k},{k % 9 + 100}" for k in range(1, ROWS)], "n": [f"{k}.5" for k in range(ROWS)]},
}
"""Columns whose decimal sign a single row does not always determine."""


def table_of(columns):
    """Extend all columns to the length of "x" and add a target."""
    count = len(columns["x"])
    filled = {name: [values[k % len(values)] for k in range(count)] for name, values in columns.items()}
    return {**filled, "y": ["low" if k < count // 2 else "high" for k in range(count)]}


@pytest.mark.parametrize(
    ("trained", "queried"), [(",", "\t"), (";", ",")], ids=["comma and tab", "semicolon and comma"]
)
@pytest.mark.parametrize("case", AMBIGUOUS)
def test_a_single_row_is_read_as_within_the_training_data(tmp_path, case, trained, queried):
    columns = table_of(AMBIGUOUS[case])
    whole = read_table(written(tmp_path, columns, trained, quote=True))
    fitted = Columns.learn(whole, "y", keep=["x", "n"])
    fitted = Columns.from_dict(json.loads(json.dumps(fitted.to_dict())))
    inputs = fitted.apply(whole)
    for row in range(0, len(whole), 9):
        alone = {name: [values[row]] for name, values in columns.items()}
        names = [*columns]
        np.testing.assert_array_equal(
            fitted.apply(read_table(written(tmp_path, alone, queried, quote=True), names))[0], inputs[row]
        )
        np.testing.assert_array_equal(fitted.apply(read_table(alone))[0], inputs[row])


def test_a_single_cell_changes_no_other_column(tmp_path):
    columns = {"t": [f"{k % 30 + 10}.{k + 100}" for k in range(ROWS)], "n": [*map(str, range(ROWS))]}
    columns["n"][3] = "1,3"
    for separator in SEPARATORS.values():
        table = read_table(written(tmp_path, columns, separator, quote=True))
        assert table.column("t").numbers.tolist() == [float(text) for text in columns["t"]]


@pytest.mark.parametrize("codes", ["192.168.100.{}", "1.200.{}", "030.100.{}"])
def test_points_alone_do_not_imply_thousands(tmp_path, codes):
    columns = {"t": [f"{k + 1}.{k + 100}" for k in range(ROWS)], "ip": [codes.format(k + 100) for k in range(ROWS)]}
    for separator in SEPARATORS.values():
        table = read_table(written(tmp_path, columns, separator))
        assert table.column("ip").kind == "text"
        assert table.column("t").numbers.tolist() == [float(text) for text in columns["t"]]
        assert decimal_remarks(table) == ()


def test_a_note_with_a_point_does_not_disable_decimal_commas(tmp_path):
    columns = {"x": COUNTED, "note": ["ok"] * (ROWS - 1) + ["v 1.5"], "y": [f"{k}.5" for k in range(ROWS)]}
    for separator in SEPARATORS.values():
        table = read_table(written(tmp_path, columns, separator))
        assert table.column("x").numbers.tolist() == [float(text.replace(",", ".")) for text in COUNTED]
        assert table.column("y").numbers.tolist() == [float(text) for text in columns["y"]]
        assert decimal_remarks(table) == ("column 'x': '0,0' is read with a decimal comma",)


def test_a_notation_unlike_that_in_training_is_recognised_and_reported(tmp_path):
    german = {"x": [f"{k},{k % 9}5" for k in range(ROWS)], "z": [f"{k + 1}.{k + 100},5" for k in range(ROWS)]}
    fitted = Columns.learn(read_table(written(tmp_path, table_of(german))), "y", keep="xz")

    for x, z, numbers, remarks in (
        ("1,5", "1.234", (1.5, 1234), []),
        (
            "1.5",
            "1,234.5",
            (1.5, 1234.5),
            ["'1.5' is read with a decimal point, unlike in training (also in 1 more column)", "'1,234.5' is"],
        ),
        ("1,234", "7000", (1.234, 7000), []),
    ):
        table = read_table({"x": [x], "z": [z]})
        expected = fitted.apply(read_table({"x": [numbers[0]], "z": [numbers[1]]}))
        np.testing.assert_array_equal(fitted.apply(table), expected)
        for part, remark in zip(remarks, fitted.surprises(table), strict=True):
            assert part in str(remark)


@pytest.mark.parametrize(("z", "number"), [("1.234", 1.234), ("2,345", 2345)])
def test_another_notation_is_rejected_if_a_column_is_ambiguous(tmp_path, z, number):
    german = {"x": [f"{k},{k % 9}5" for k in range(ROWS)], "z": [f"{k + 1}.{k + 100},5" for k in range(ROWS)]}
    fitted = Columns.learn(read_table(written(tmp_path, table_of(german))), "y", keep="xz")
    query = {"x": ["1.5"], "z": [z]}
    with pytest.raises(DataError, match=r"'x'.*'z' is ambiguous.*decimal="):
        fitted.apply(read_table(query))
    inputs = fitted.apply(read_table(query, decimal="."))
    np.testing.assert_array_equal(inputs, fitted.apply(read_table({"x": [1.5], "z": [number]})))


@pytest.mark.parametrize(("separator", "quote"), [*zip(SEPARATORS.values(), cycle((True, False)))], ids=SEPARATORS)
def test_a_repaired_copy_has_the_same_numbers(tmp_path, separator, quote):
    columns = {**GERMAN, "words": ["ab,c", "1.5 or 2,5", "5,5"] * (ROWS // 3), "y": ["a", "b"] * (ROWS // 2)}
    path = written(tmp_path, columns, separator, quote)
    outcome = run("doctor", str(path), "--target", "y", "--decimal", ",", "--fix", str(tmp_path / "copy.csv"))
    assert "GD12" in outcome.out
    copy = read_table(tmp_path / "copy.csv")
    assert copy.frame["words"].to_list() == columns["words"]
    for name, values in VALUES.items():
        np.testing.assert_allclose(copy.column(name).numbers, values, rtol=1e-15)


def test_a_non_numeric_value_is_missing_in_a_repaired_copy(tmp_path):
    columns = {"x": [f"{k},25" for k in range(ROWS)], "y": ["a", "b"] * (ROWS // 2)}
    columns["x"][3] = "6.41"
    path = written(tmp_path, columns)
    run("doctor", str(path), "--target", "y", "--fix", str(tmp_path / "copy.csv"))
    numbers = [read_table(one).column("x").numbers for one in (path, tmp_path / "copy.csv")]
    np.testing.assert_array_equal(*numbers)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=3, max_size=20),
    st.sampled_from(["{0}", "{0},{1}", "{0},{1:03d}", "{0}.{1}", "{0}.{1:03d}", "{0:,}", "{0:,}.{1}"]),
    st.sampled_from(["{0}", "{1},{0}", "{0}.{1}"]),
)
def test_the_separator_does_not_affect_the_decimal_sign(tmp_path_factory, pairs, form, other):
    folder = tmp_path_factory.mktemp("decimals")
    columns = {"x": [form.format(*pair) for pair in pairs], "z": [other.format(*pair) for pair in pairs]}
    found = []
    for separator in ";\t|":  # with commas as separators, points rule out decimal commas
        table = read_table(written(folder, columns, separator, quote=True), ["x"])
        found.append(
            [
                *(table.column(name).decimal for name in columns),
                *(table.column(name).numbers.tobytes() for name in columns),
            ]
        )
    assert found[0] == found[1] == found[2]


def mixed(wholes, grouped):
    """Whole numbers up to 999, and others with points between thousands, as text and as numbers."""
    texts = [str(one) for one in wholes] + [f"{one:,}".replace(",", ".") for one in grouped]
    return texts, [*map(float, wholes), *map(float, grouped)]


UP_TO_999 = st.lists(st.integers(-999, 999), min_size=1, max_size=9)
FROM_1000 = st.lists(st.integers(1000, 999_999), min_size=1, max_size=9)


@settings(max_examples=20)
@given(UP_TO_999, FROM_1000, st.sampled_from(["{}", "{} kg", "${}"]), st.randoms())
def test_points_that_may_be_between_thousands_are_never_guessed(wholes, grouped, form, random):
    texts, thousands = mixed(wholes, grouped)
    order = random.sample(range(len(texts)), len(texts))
    texts, thousands = [form.format(texts[k]) for k in order], [thousands[k] for k in order]
    columns = {"x": texts * 2, "y": ["a", "b"] * len(texts)}
    for target in ("x", "y"):  # also as a column to predict
        with pytest.raises(DataError, match=r"column 'x' is ambiguous: the point in '.*decimal=") as raised:
            Columns.learn(read_table(columns), target)
        assert raised.value.code == "GN017"
    assert read_table(columns, decimal=",").column("x").numbers.tolist() == thousands * 2
    by_points = [float(text.strip("$ kg")) for text in texts]
    assert read_table(columns, decimal=".").column("x").numbers.tolist() == by_points * 2


@given(UP_TO_999, FROM_1000, st.sampled_from(["0.964", "1000", "1.5", "12345", "0.5", "-0.250", "2.5000"]))
def test_a_number_that_decides_leaves_a_column_as_it_is(wholes, grouped, other):
    texts = [*mixed(wholes, grouped)[0], other]
    column = read_table({"x": texts}).column("x")
    assert column.unclear_point() is None
    assert column.numbers.tolist() == [float(text) for text in texts]


@given(FROM_1000)
def test_three_decimals_everywhere_stay_decimals(grouped):
    texts = mixed([], grouped)[0]
    column = read_table({"x": texts}).column("x")
    assert column.unclear_point() is None
    assert column.numbers.tolist() == [float(text) for text in texts]


@pytest.mark.parametrize("text", ["3,964", "3 964", "3'964", "3\u202f964", "$3,964"])
def test_other_signs_between_thousands_are_certain(text):
    column = read_table({"x": ["964", text]}).column("x")
    assert column.unclear_point() is None
    assert column.numbers.tolist() == [964, 3964]


SALES = [str(k % 1000) if k % 3 else f"{1 + k % 7}.{k:03d}" for k in range(ROWS)]
WHOLE = {"x": [f"{17 * k % 4001}" for k in range(40)], "y": ["a", "b"] * 20}


@pytest.mark.parametrize("flags", [[], ["--stream"]])
def test_the_command_line_asks_and_the_flag_decides(tmp_path, flags):
    path = written(tmp_path, {"x": SALES, "y": ["a", "b"] * (ROWS // 2)}).rename(tmp_path / "sales.csv")
    pl.read_csv(path, separator=";", infer_schema=False).write_parquet(tmp_path / "sales.parquet")
    more = ["--epochs", "1", "--members", "1", "--out", str(tmp_path / "m.safetensors"), *flags]
    for name in ("sales.csv", "sales.parquet"):
        said = run("train", str(tmp_path / name), "--target", "y", *more).refused("GN017", "'x'", "--decimal .")
        assert "--decimal ," in said
    assert run("train", str(path), "--target", "y", "--decimal", ",", *more).code == 0
    assert load_model(tmp_path / "m.safetensors").columns.inputs[0].high > 1000


@pytest.mark.parametrize("rows", [["3.964"], ["3.964", "12"], ["1.234", "5.678"]])
def test_points_in_a_column_of_whole_numbers_are_not_guessed_for_other_tables(rows):
    fitted = Columns.from_dict(json.loads(json.dumps(Columns.learn(read_table(WHOLE), "y").to_dict())))
    assert fitted.whole == {"x"}
    with pytest.raises(DataError, match=r"'x' is ambiguous.*the training data have whole numbers") as raised:
        fitted.apply({"x": rows})
    assert raised.value.code == "GN017"
    thousands = [float(text.replace(".", "")) for text in rows]
    np.testing.assert_array_equal(fitted.apply(read_table({"x": rows}, decimal=",")), fitted.apply({"x": thousands}))
    numbers = [*map(float, rows)]
    np.testing.assert_array_equal(fitted.apply(read_table({"x": rows}, decimal=".")), fitted.apply({"x": numbers}))
    np.testing.assert_array_equal(fitted.apply({"x": ["3.5", "0.964"]}), fitted.apply({"x": [3.5, 0.964]}))


def test_points_in_a_target_of_whole_numbers_are_not_guessed_in_a_test():
    table = {"x": [f"{k}.5" for k in range(60)], "y": [f"{17 * k % 4001}" for k in range(60)]}
    fitted = Columns.learn(read_table(table), "y")
    assert fitted.whole == {"y"}
    with pytest.raises(DataError, match="'y' is ambiguous"):
        fitted.answers(read_table({"x": ["1.5"], "y": ["3.964"]}))
    assert fitted.answers(read_table({"x": ["1.5"], "y": ["3.964"]}, decimal=","))[1].tolist() == [[3964.0]]


def test_a_model_knows_the_sign_that_was_given_in_training():
    table = {"x": SALES, "y": ["a", "b"] * (ROWS // 2)}
    for decimal, number in ((",", 3964.0), (".", 3.964)):
        fitted = Columns.learn(read_table(table, decimal=decimal), "y")
        np.testing.assert_array_equal(fitted.apply({"x": ["3.964"]}), fitted.apply({"x": [number]}))


def test_parts_of_a_stream_after_whole_numbers_are_not_guessed():
    learner = ColumnsLearner(read_table(WHOLE), "y")
    with pytest.raises(DataError, match="'x' is ambiguous"):
        learner.summarise(read_table({"x": ["3.964", "5.100"], "y": ["a", "b"]}))


FLATS = {
    "rent": [f"{1 + k % 6}.{(k * 137) % 1000:03d}" for k in range(ROWS)],
    "rooms": [str(1 + k % 5) for k in range(ROWS)],
    "y": ["a", "b"] * (ROWS // 2),
}
TIDES = {"level": [f"{k},{k % 7}5" for k in range(ROWS)]}


@pytest.mark.parametrize(
    ("more", "separator", "why"),
    [({}, ";", "separated by semicolons"), (TIDES, "|", "other columns have decimal commas")],
    ids=["semicolons", "commas"],
)
def test_three_digits_behind_every_point_are_asked_for_with_both_readings(tmp_path, more, separator, why):
    path = written(tmp_path, FLATS | more, separator)
    learn = [lambda table: Columns.learn(table, "y"), lambda table: ColumnsLearner(table, "y")]
    for each in learn:
        with pytest.raises(DataError, match=why) as raised:
            each(read_table(path))
        assert raised.value.code == "GN017"
        assert "'1.000' may be decimal (1) or between thousands (1000)" in str(raised.value)
        assert raised.value.values["decimal"].name == "decimal"
    for decimal, factor in ((",", 1000), (".", 1)):
        fitted = Columns.learn(read_table(path, decimal=decimal), "y")
        fitted = Columns.from_dict(json.loads(json.dumps(fitted.to_dict())))
        assert fitted.decimal == decimal
        query = {name: [values[2]] for name, values in (FLATS | more).items()}
        number = query | {"rent": [3.274 * factor]}
        np.testing.assert_array_equal(fitted.apply(query), fitted.apply(number))
    Columns.learn(read_table(path), "y", drop=["rent"])
    for plain in (",", "\t"):  # with quotation marks, as English programs write it
        Columns.learn(read_table(written(tmp_path, FLATS, plain, quote=True)), "y")


@pytest.mark.parametrize(
    ("decides", "number"),
    [
        ("0.275", 0.275),
        ("-0.125", -0.125),
        ("14.3", 14.3),
        ("3.1250", 3.125),
        ("2.750,5", 2750.5),
        ("3.141.592", 3141592.0),
    ],
)
def test_one_value_of_the_column_decides_about_its_points(tmp_path, decides, number):
    columns = FLATS | {"rent": [*FLATS["rent"][7:], *FLATS["rent"][1:7], decides]}
    table = read_table(written(tmp_path, columns, ";"))
    Columns.learn(table, "y")
    read = table.column("rent").numbers
    assert read[-1] == number
    assert read[0] == (2959.0 if number > 1000 else 2.959)


def test_versions_of_three_parts_are_not_numbers(tmp_path):
    columns = FLATS | {"rent": [f"1.{k + 100}.{k + 200}" for k in range(ROWS)]}
    assert read_table(written(tmp_path, columns, ";")).column("rent").kind == "text"


@pytest.mark.parametrize("flags", [["--set", "decimal=,"], ["--decimal", ","]], ids=["set", "flag"])
def test_the_choice_is_named_alike_at_every_door_and_stays_in_the_model(tmp_path, flags):
    path = written(tmp_path, FLATS)
    once = ["--epochs", "1", "--members", "1", "--out", str(tmp_path / "m.safetensors")]
    run("train", str(path), "--target", "y", *once).refused("GN017", "(1)", "(1000)", "--decimal ,", "--decimal .")
    run("train", str(path), "--target", "y", *once, *flags).fine()
    fitted = TableModel.fit(path, "y", decimal=",", epochs=1, members=1, holdout=0.1)
    for columns in (load_model(tmp_path / "m.safetensors").columns, fitted.columns):
        assert columns.decimal == ","
        assert columns.inputs[0].high > 1000
    query = written(tmp_path, {"rent": ["2.5"], "rooms": ["3"]})
    said = run("query", str(tmp_path / "m.safetensors"), str(query)).fine()
    assert "'2.5' is read with a decimal point, unlike in training [GN075]" in said.err


def test_numbers_off_by_a_thousand_are_remarked_on_in_any_batch():
    fitted = Columns.learn(read_table({"x": [f"{k + 0.5}" for k in range(1500, 1900)], "y": ["a", "b"] * 200}), "y")
    for values, odd in (
        ([1600.5] * 9 + [1.7], ["1.7"]),
        ([1.8e6] + [1555.0] * 9, ["1800000"]),
        ([1400, 2200, 0, 1600], []),
    ):
        remarks = [str(one) for one in fitted.surprises({"x": values})]
        far = "is far outside the training range 1500.5 to 1899.5; check the unit and the decimal sign [GN075]"
        assert remarks == [f"column 'x': {value} {far}" for value in odd]


def test_estimators_warn_of_text_that_is_read_otherwise_than_in_training():
    frame = pl.DataFrame({"x": [f"{k}.{k % 9}5" for k in range(10, 70)]})
    model = NetworkRegressor(hidden_layer_sizes=(3,), max_iter=2).fit(frame, np.arange(60.0))
    for text in ("12,500", "41000"):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.predict(pl.DataFrame({"x": [text]}))
        said = [str(one.message) for one in caught if "column 'x'" in str(one.message)]
        assert said
        assert all(one.endswith("[GN075]") for one in said)
        assert caught[0].category is RangeWarning
