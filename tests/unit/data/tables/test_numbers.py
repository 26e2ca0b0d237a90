"""Numbers with units: one unit per column, a warning for mixed units, and the training unit for queries."""

import numpy as np
import polars as pl
import pytest

from glassnet.data.tables.table import read_table
from glassnet.errors import DataError
from glassnet.preprocess import Columns
from support.cli import run


@pytest.mark.parametrize(
    ("written", "numbers", "unit"),
    [
        (["12 kg", "13.5kg", "-1,014 kg."], [12, 13.5, -1014], "kg"),
        (["3,5 km", "1.200 km", "7 km"], [3.5, 1200, 7], "km"),
        (["1 200 kr", "500 kr", "3\u00a0000,5 kr"], [1200, 500, 3000.5], "kr"),
        (["€ 1,200", "€ 7.50", "€ -3"], [1200, 7.5, -3], "€"),
        (["USD 1200", "35 USD", "USD 7"], [1200, 35, 7], "USD"),
        (["R$ 5,5", "R$ 1.200"], [5.5, 1200], "R$"),
        (["1 year", "2 years", "3 years"], [1, 2, 3], "years"),
        (["\u22125 °C", "7 °C", "0 °C"], [-5, 7, 0], "°C"),
        (["\u22125", "$ \u22127", "0"], [-5, -7, 0], "$"),
        (["5.5 l/100km", "7 l/100km"], [5.5, 7], "l/100km"),
        (["35 sq ft", "7 sq ft"], [35, 7], "sq ft"),
        (["12 kg", "13 KG", "14 kg.", "7 kg", "1 Kgs"], [12, 13, 14, 7, 1], "kg"),
        (["35 sq. ft", "7 Sq ft", "8 sq. ft"], [35, 7, 8], "sq. ft"),
        (["5 mL", "7 ml", "5 ML", "4 ml"], [5, 7, 5, 4], "ml"),
        (["5 MW", "7 MW"], [5, 7], "MW"),
        (["16 GB", "8 gb", "4 GB"], [16, 8, 4], "GB"),
        (["USD 5", "usd 6", "Usd. 7", "USD 8"], [5, 6, 7, 8], "USD"),
        (["12公斤", "7.5公斤"], [12, 7.5], "公斤"),
    ],
)
def test_numbers_with_one_unit_are_numbers(written, numbers, unit):
    table = read_table({"size": written, "word": ["a"] * len(written)})
    assert table.column("size").kind == "number"
    assert table.column("size").numbers.tolist() == numbers
    assert table.column("size").unit == unit


@pytest.mark.parametrize(
    "written",
    [
        ["500 g", "1 kg", "2 kg"],
        ["3A", "2B", "4A"],
        ["5 mW", "3 MW", "4 mW"],
        ["5 m", "3 M", "4 m"],
        ["5 Mb", "3 MB", "4 MB"],
        ["1st", "2nd", "3rd", *["4th"] * 5],
        ["12 Main Street", "7 Oak Lane", "9 High Road"],
        ["1234 AB", "4321 CD", "1111 EF"],
        ["5 ft 3 in", "6 ft 1 in"],
        ["P12", "P13", "P15"],
        ["kg", "words", "12 kg of it"],
    ],
    ids=lambda written: written[0],
)
def test_text_that_resembles_numbers_with_units_stays_text(written):
    table = read_table({"size": written})
    assert table.column("size").kind == "text"
    assert table.column("size").unit == ""


def test_values_without_the_unit_of_nearly_all_others_are_not_numbers():
    column = [f"{k} kg" for k in range(1, 40)] + ["500 g", "7"]
    table = read_table({"mass": column})
    assert table.column("mass").kind == "number"
    assert table.column("mass").non_numeric.to_list() == ["500 g", "7"]
    assert np.isnan(table.column("mass").numbers[-2:]).all()


def _fitted(**others):
    random = np.random.default_rng(0)
    mass = random.integers(40, 100, 60)
    table = {
        "mass": [f"{k} kg" for k in mass],
        "share": [f"{k} %" for k in random.integers(0, 100, 60)],
        "old": random.integers(0, 100, 60).astype(str).tolist(),
        "y": np.where(mass > 70, "much", "little").tolist(),
    }
    return Columns.learn(read_table({**table, **others}), "y")


def _query(mass):
    return read_table({"mass": [mass], "share": ["5 %"], "old": ["1"]})


def test_a_model_accepts_only_the_unit_of_the_training_data():
    fitted = _fitted()
    assert "column 'mass': the unit 'kg' is ignored" in [*map(str, fitted.remarks)]
    assert np.array_equal(fitted.apply(_query("70 kg")), fitted.apply(_query("70 KG.")))
    for columns in (fitted, Columns.from_dict(fitted.to_dict())):
        query = read_table({"mass": ["70 kg", "70 g", "70"], "share": ["5%", "€5", "5"], "old": ["1", "2", "3 kg"]})
        inputs = columns.apply(query)
        flagged = read_table({"mass": [70, None, None], "share": [5, None, 5], "old": [1, 2, None]})
        assert np.array_equal(inputs, columns.apply(flagged))
        warnings = [*map(str, columns.surprises(query))]
        assert "column 'mass': 2 values treated as missing, expected numbers in kg ('70', '70 g')" in warnings
        assert "column 'share': 1 value treated as missing, expected numbers in % ('€5')" in warnings
        assert "column 'old': 1 value treated as missing, expected numbers ('3 kg')" in warnings


@pytest.mark.parametrize("bare", [[70, 80], ["70", "80"]], ids=["numbers", "text"])
def test_a_column_without_units_is_assumed_to_have_the_training_unit(bare):
    columns = _fitted()
    query = read_table({"mass": bare, "share": [0.5, 0.2], "old": ["5 %", "6"]})
    written = read_table(query.frame.with_columns(pl.Series("mass", ["70 kg", "80 kg"])))
    assert np.array_equal(columns.apply(query), columns.apply(written))
    assert [*map(str, columns.surprises(query))] == [
        "column 'mass': its numbers lack the 'kg' of the training data, which is assumed",
        "column 'share': its numbers lack the '%' of the training data, which is assumed",
        "column 'old': '%', which the training data did not have, is ignored",
    ]


def test_a_value_with_another_sign_is_missing_in_a_column_with_a_unit():
    columns, query = _fitted(), read_table({"mass": ["$60", "80%", "70"], "share": [1, 2, 3], "old": [1, 2, 3]})
    assert (
        str(columns.surprises(query)[0])
        == "column 'mass': 2 values treated as missing, expected numbers in kg ('$60', '80%')"
    )
    plain = read_table(query.frame.with_columns(pl.Series("mass", [None, None, "70 kg"])))
    assert np.array_equal(columns.apply(query), columns.apply(plain))


def test_mixed_units_give_a_warning_with_advice():
    mixed = _fitted(mass=["500 g", "1 kg"] * 30)
    [warning] = [remark for remark in map(str, mixed.remarks) if "'mass'" in remark]
    assert "('g' 30, 'kg' 30)" in warning
    assert "convert them to one unit" in warning
    [warning] = [remark for remark in map(str, _fitted(mass=["€ 5", "$ 1"] * 30).remarks) if "'mass'" in remark]
    assert "('$' 30, '€' 30)" in warning


def test_a_training_subset_with_few_units_does_not_change_the_unit():
    column = [*["5", "6"] * 5, *[f"{k} kg" for k in range(100)]]
    table = read_table({"mass": column, "y": ["a", "b"] * 55})
    assert table.column("mass").kind == "number"
    fitted = Columns.learn(table, "y", rows=np.arange(20))
    assert fitted.inputs[0].unit == "kg"
    assert fitted.inputs[0].high == 9


def test_a_numeric_target_keeps_its_unit_and_classes_keep_their_names():
    size = [f"{k / 4} km" for k in range(40)]
    numbers = Columns.learn(read_table({"x": list(range(0, 80, 2)), "y": size}), "y", keep="x")
    assert numbers.targets[0].suffix == " km"
    assert Columns.from_dict(numbers.to_dict()).targets == numbers.targets
    query = read_table({"x": [1, 2, 3], "y": ["2.5 km", "5 m", "7.5 km"]})
    assert numbers.answers(query)[1].ravel().tolist() == [2.5, 7.5]
    classes = Columns.learn(read_table({"x": list(range(0, 80, 2)), "y": ["2D", "3D"] * 20}), "y", keep="x")
    assert classes.output_names == ("2D", "3D")


def test_a_saved_column_without_a_unit_has_no_key_for_it():
    fitted = Columns.learn(read_table({"x": list(range(0, 80, 2)), "y": ["a", "b"] * 20}), "y", keep="x")
    described = fitted.to_dict()
    assert "beside" not in described["inputs"][0]
    assert "beside" not in described["target"]


def test_the_keys_of_a_saved_column_are_unchanged():
    described = _fitted().to_dict()["inputs"][0]
    assert described["beside"] == "kg"
    assert set(described) == {
        *("kind", "name", "fill", "centre", "scale", "unit", "flag", "missing", "low", "high", "beside", "edges")
    }


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('x,y\n"3,5",1\n"1.204,25",2\n"7",3\n', [3.5, 1204.25, 7]),
        ('x,y\n"3,5",1\n"4,25",2\n"1,204",3\n', [3.5, 4.25, 1.204]),
        ('x,y\n"1,200",1\n"4,250",2\n"7",3\n', [1200, 4250, 7]),
        ('x,y\n"1,200",1.5\n"4,250",2\n"7",3\n', [1200, 4250, 7]),
    ],
)
def test_quoted_decimal_commas_in_a_comma_separated_file(tmp_path, text, values):
    (tmp_path / "d.csv").write_text(text)
    assert read_table(tmp_path / "d.csv").column("x").numbers.tolist() == values


def test_a_model_trained_on_decimal_commas_reads_a_single_row_with_them(tmp_path):
    rows = "".join(f'"{k // 10},{k % 10}",{"ab"[k > 50]}\n' for k in range(100))
    (tmp_path / "d.csv").write_text(f"x,y\n{rows}")
    columns = Columns.learn(read_table(tmp_path / "d.csv"), "y", keep="x")
    assert "x" in columns.commas
    (tmp_path / "one.csv").write_text('x\n"1,234"\n')
    for table in (read_table(tmp_path / "one.csv"), read_table({"x": ["1,234"]})):
        assert columns.apply(table)[0, 0] == columns.apply(read_table({"x": [1.234]}))[0, 0]


def test_numbers_mixed_with_few_words_give_a_warning_and_with_many_are_codes():
    incomes = [*map(str, range(60)), *["refused"] * 20, *["moved"] * 3]
    table = {
        "y": ["a", "b", "b"] * 27 + ["a", "b"],
        "income": incomes,
        "grade": [str(k % 5) for k in range(73)] + ["none"] * 10,
    }
    table["ticket"] = [str(k) if k % 3 else f"A/{k % 50}" for k in range(83)]
    fitted = Columns.learn(read_table(table), "y")
    warnings = [remark for remark in map(str, fitted.remarks) if "values are numbers and others are words" in remark]
    assert len(warnings) == 1
    assert "'income': treated as words, since only 72% of its values" in warnings[0]
    assert "such as 'refused'" in warnings[0]
    table["income"] = [f"{word} kg" if word.isdecimal() else word for word in incomes]
    assert any(
        "'income': treated as words, since only 72% of its values" in str(remark)
        for remark in Columns.learn(read_table(table), "y").remarks
    )


def test_an_identifier_with_a_row_of_totals_is_dropped():
    table = {"respondent": [*map(str, range(5, 105)), "TOTAL"], "x": [1.5, 2.5] * 50 + [3.0], "y": [*"ab" * 50, None]}
    fitted = Columns.learn(read_table(table), "y")
    assert [name for name, _ in fitted.dropped] == ["respondent"]


MIXED = [f"{40 + k % 7}.5 {'kg' if k % 3 else 'g'}" for k in range(60)]


@pytest.mark.parametrize("target", ["y", "mass"])
def test_training_warns_about_mixed_units(target):
    table = {"mass": MIXED, "x": [k % 7 for k in range(60)], "y": [0, 1] * 30}
    remarks = Columns.learn(read_table(table), target).remarks
    assert (
        sum(
            "'mass': treated as words, since its numbers have different units ('kg' 40, 'g' 20)" in str(remark)
            for remark in remarks
        )
        == 1
    )


def test_classes_with_different_units_give_no_warning_if_requested():
    table = read_table({"x": [k % 7 for k in range(60)], "y": ["6 months", "1 year", "2 years"] * 20})
    assert not any("units" in str(remark) for remark in Columns.learn(table, "y", task="classes").remarks)
    assert any("units" in str(remark) for remark in Columns.learn(table, "y").remarks)


@pytest.mark.parametrize("sign", ["€{:.2f}", "{:.1f}%", "{:.1f} kg"])
def test_training_and_the_doctor_treat_a_target_with_a_sign_as_numeric(sign, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,price\n" + "".join(f"{k % 9},{sign.format(k * 7.3 % 100)}\n" for k in range(90)))
    assert Columns.learn(read_table(path), "price").task == "numbers"
    found = run("doctor", path, "--target", "price", "--json").json()
    assert found["classes"] is None
    assert not {finding["code"] for finding in found["findings"]} & {"GD33", "GD34", "GD45"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            [51.0, 62.0, 70.0],
            ["most numbers are far outside the training range, such as 51 instead of 4 to 8; check the unit"],
        ),
        ([51.0], ["51 is far outside the training range 4 to 8; check the unit"]),
        ([51.0, None], ["51 is far outside the training range 4 to 8; check the unit"]),
        ([5.0, 6.0, 51.0, 0.06], []),
        ([11.9, 9.0, 1.0], []),
        ([-999.0], ["-999 in 1 row is far outside the training range 4 to 8 and is used as a number"]),
        ([None, None], []),
    ],
)
def test_a_query_in_another_unit_gives_a_warning(values, expected):
    fitted = Columns.learn(read_table({"size": np.linspace(4, 8, 60), "y": [0, 1] * 30}), "y")
    found = fitted.surprises(read_table({"size": values}))
    assert len(found) == len(expected)
    assert all(str(text).startswith(f"column 'size': {start}") for text, start in zip(found, expected, strict=True))


def test_warnings_about_units_of_several_columns_are_combined():
    columns = {f"c{k}": np.linspace(4, 8, 60) for k in range(5)} | {"same": [3.0, None] * 30}
    fitted = Columns.learn(read_table({**columns, "y": [0, 1] * 30}), "y")
    [remark] = fitted.surprises(read_table({key: [70.0, 60.0] for key in columns} | {"same": [4.0, 5.0]}))
    assert str(remark).startswith(
        "column 'c0': most numbers are far outside the training range (also in 4 more columns)"
    )


def test_distinct_long_integers_are_identifiers():
    """They are compared as text, because float64 rounds them to equal values."""
    columns = {"k": [10**17 + k for k in range(60)], "x": [k % 7 for k in range(60)], "y": [0, 1] * 30}
    assert str(dict(Columns.learn(read_table(columns), "y").dropped)["k"]).startswith("every value differs")
    assert Columns.learn(read_table(columns), "y", keep=["k"]).names == ("k", "x")
    measured = {**columns, "k": [10**17 + k % 20 for k in range(60)]}
    assert Columns.learn(read_table(measured), "y").names == ("k", "x")


def test_renaming_a_column_in_use_is_not_suggested():
    fitted = Columns.learn(read_table({"petal width": [1, 2] * 9, "sepal width": [1, 2, 3] * 6, "y": [0, 1] * 9}), "y")
    with pytest.raises(DataError, match=r"Rename 'petal\.width'\."):
        fitted.apply(read_table({"petal.width": [1], "sepal width": [2]}))
    with pytest.raises(DataError, match="Add the missing columns"):
        fitted.apply(read_table({"y": [1], "sepal width": [2]}))
