"""Columns: inferred from a training table and applied to other tables."""

from __future__ import annotations

import json
from contextlib import contextmanager

import numpy as np
import polars as pl
import pytest

from glassnet import Columns, GlassnetError, load_table, read_table
from glassnet.preprocess.tabular.columns import VERSION
from glassnet.preprocess.tabular.encoders import CLIP, LIMIT, MOST_BINS, ROWS_OF_OWN, NumberColumn, enough
from support.people import HEADER, people


@pytest.fixture
def table(tmp_path):
    (tmp_path / "people.csv").write_text(people())
    return read_table(tmp_path / "people.csv")


@contextmanager
def refused(code, *words):
    with pytest.raises(GlassnetError) as caught:
        yield
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


def many(**columns):
    return {"y": [0, 1] * 50, "x": np.linspace(0, 1, 100) ** 2, **columns}


def test_a_messy_table_is_encoded(table):
    columns = Columns.learn(table, "income")
    intervals = {one.name: max(0, len(one.edges) - 1) for one in columns.inputs if isinstance(one, NumberColumn)}
    assert {name: count > 1 for name, count in intervals.items()} == {"age": True, "gain": True, "hours": True}
    assert [name for name in columns.features if " to " not in name] == [
        "age", "age missing", "job=clerk", "job=cook", "job=pilot", "job missing", "gain", "member", "hours",
    ]  # fmt: skip
    assert dict(columns.dropped).keys() == {"id", "country"}
    assert (columns.targets[0].task, columns.targets[0].classes) == ("classes", ("<=50K", ">50K"))
    summed_up = [name for name, _ in columns.summary()]
    assert summed_up == ["age", "job", "gain", "member", "hours", "income", "id", "country"]
    inputs = columns.apply(table)
    assert (inputs.dtype, inputs.shape) == (np.float32, (300, 9 + sum(intervals.values())))
    assert np.isfinite(inputs).all()
    assert np.abs(inputs).max() <= CLIP


def test_columns_survive_a_round_trip(table):
    columns = Columns.learn(table, "income", drop=["gain"], keep=["id"])
    again = Columns.from_dict(json.loads(json.dumps(columns.to_dict())))
    assert again.to_dict() == columns.to_dict()
    np.testing.assert_array_equal(again.apply(table), columns.apply(table))


def test_reordered_and_additional_columns_have_no_effect(table):
    columns = Columns.learn(table, "income")
    other = read_table(table.frame.select(reversed(HEADER)).with_columns(more=1).drop("income"))
    np.testing.assert_array_equal(columns.apply(other), columns.apply(table))


def test_the_error_for_missing_columns_names_them(table):
    columns = Columns.learn(table, "income")
    with refused("GN060", "'age', 'hours'", "'Age'"):
        columns.apply(read_table(table.frame.drop("hours").rename({"age": "Age"})))
    with refused("GN060", "no column names"):
        columns.apply(read_table(np.zeros((3, 7))))


def test_unseen_values_are_encoded(table):
    columns = Columns.learn(table, "income")
    row = {"age": ["1e300"], "job": ["astronaut"], "gain": ["-5"], "member": ["perhaps"], "hours": ["many"]}
    encoded = dict(zip(columns.features, columns.apply(read_table(row))[0], strict=True))
    assert np.isfinite(list(encoded.values())).all()
    assert encoded["age"] == pytest.approx(CLIP)
    assert [encoded[name] for name in ("job=clerk", "job=cook", "job=pilot", "job missing")] == [0, 0, 0, 0]
    assert encoded["member"] == 0
    median = np.median(table.column("hours").ordered)
    hours = columns.inputs[4]
    assert encoded["hours"] == hours.inputs_of(np.array([median]))[0, 0], "a non-numeric value becomes the median"


def test_unseen_values_give_a_warning(table):
    columns = Columns.learn(table, "income")
    assert columns.surprises(table) == []
    row = {"age": ["old"], "job": ["astronaut"], "gain": ["5"], "member": ["perhaps"], "hours": [None]}
    warnings = "\n".join(map(str, columns.surprises(read_table(row))))
    for words in (
        "'age': 1 value treated as missing, expected numbers ('old')",
        "'job': 1 value not in the training data, treated as none of its words ('astronaut')",
        "'member': 1 value treated as missing, expected yes or no",
    ):
        assert words in warnings
    assert "hours" not in warnings
    assert "gain" not in warnings


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e-300, 1e-5, 1.0, 1e200, 1e308])
def test_numbers_of_any_magnitude_are_encoded(scale):
    values = scale * np.random.default_rng(0).uniform(-1, 1, 100)
    columns = Columns.learn(read_table(many(n=values)), "y")
    assert "n" in columns.features
    encoded = columns.apply(read_table(many(n=np.where(values > 0, 1e308, -1e308))))
    assert np.isfinite(encoded).all()
    assert np.abs(encoded).max() <= CLIP
    assert read_table(many(n=[1e308] * 100)).column("n").describe()["examples"] == [1e308] * 3
    assert read_table(many(n=["7"] * 95 + ["unknown"] * 5)).column("n").describe()["missing"] == 0.05


def test_rare_words_share_an_input_with_unseen_ones():
    columns = Columns.learn(read_table(many(w=["a"] * 60 + ["b"] * 37 + ["c", "d", "e"])), "y")
    assert columns.features[-3:] == ("w=a", "w=b", "w other")
    encoded = columns.apply(read_table({"x": [0.0] * 4, "w": ["b", "c", "never", None]}))[:, -3:]
    assert encoded.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]]


def test_the_number_of_words_with_an_input_is_limited_to_the_most_frequent_ones():
    words = [f"w{k}" for k in range(LIMIT + 20) for _ in range(ROWS_OF_OWN if k < 20 else ROWS_OF_OWN + 2)]
    columns = Columns.learn(read_table({"w": words, "y": [0, 1] * (len(words) // 2)}), "y", keep=["w"])
    assert {*columns.features} == {"w other", *(f"w=w{k}" for k in range(20, LIMIT + 20))}


@pytest.mark.parametrize(("rows", "count"), [(5, 2), (200, 2), (300, 3), (400, 4), (10**6, 4)])
def test_the_minimum_frequency_of_a_word(rows, count):
    assert enough(rows) == count


def test_medians_and_words_come_from_the_training_rows_alone():
    table = read_table(many(v=[1.0] * 49 + [2.0] + [100.0] * 50, w=["a", "b"] * 25 + ["z"] * 50))
    columns = Columns.learn(table, "y", rows=np.arange(50))
    number, words = columns.inputs[1:]
    assert (number.high, words.words) == (2.0, ("a", "b"))


def test_the_intervals_of_skewed_numbers_have_equal_numbers_of_rows():
    random = np.random.default_rng(0)
    table = read_table({"skewed": random.lognormal(3, 2, 480), "y": [0, 1] * 240})
    [skewed] = Columns.learn(table, "y").inputs
    encoded = skewed.inputs_of(table.column("skewed").numbers)[:, 1:]
    assert encoded.shape == (480, MOST_BINS)
    np.testing.assert_array_equal(np.histogram(table.column("skewed").numbers, skewed.edges)[0], 480 // MOST_BINS)
    assert np.quantile(encoded[:, -1], 0.99) < 0.5, "the upper end must not be clipped"
    assert skewed.bend == 0, "only files of earlier versions have logarithms"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([7] * 100, "every value is 7"),
        (["x"] * 100, "every value is 'x'"),
        ([None] * 100, "missing"),
        (list(range(100)), "identifier"),
        (list(range(500, 400, -1)), "identifier"),
        ([f"n{k}" for k in range(100)], "every value differs"),
    ],
    ids=str,
)
def test_useless_columns_are_dropped_with_a_reason(values, reason):
    columns = Columns.learn(read_table(many(useless=values)), "y")
    assert columns.names == ("x",)
    ((name, why),) = columns.dropped
    assert name == "useless"
    assert reason in str(why)


def test_words_that_hardly_recur_are_dropped_with_their_number():
    words = [f"n{k // 2}" for k in range(400)]
    columns = Columns.learn(read_table({"w": words, "x": np.arange(400) % 7, "y": [0, 1] * 200}), "y")
    assert [(name, str(why)) for name, why in columns.dropped] == [
        ("w", "200 different words, each in fewer than 4 rows; words that hardly recur cannot become inputs"),
    ]


def test_the_line_about_a_column_has_whole_numbers_in_full_and_few_missing_values():
    numbers = [None, *range(5_305_629, 5_305_629 + 2 * 2999, 2)]
    words = [None, *(["a", "b"] * 1500)[1:]]
    flags = [None, *([True, False] * 1500)[1:]]
    days = [None, *np.arange("2020-01-01", "2020-01-31", dtype="M8[D]").astype(str).tolist() * 100][:3000]
    table = read_table({"n": numbers, "w": words, "f": flags, "d": days, "y": [0, 1] * 1500})
    number, *others = map(str, Columns.learn(table, "y").inputs)
    assert number == "number, 5305629 to 5311625, median 5308627, <0.1% missing, filled with 5308627"
    assert len(others) == 3
    assert all(", <0.1% missing" in line for line in others)


def test_identifiers_are_recognised_by_name_unless_kept():
    gaps = [3 * k + k % 2 for k in range(100)]
    assert Columns.learn(read_table(many(size=gaps)), "y").names == ("x", "size")
    for name in ("customer_id", "customerId", "ID", "row"):
        assert Columns.learn(read_table(many(**{name: gaps})), "y").names == ("x",)
        assert Columns.learn(read_table(many(**{name: gaps})), "y", keep=[name]).names == ("x", name)
    assert Columns.learn(read_table(many(humid=gaps)), "y").names == ("x", "humid")


def test_other_dates_are_excluded_and_lists_are_rejected_with_advice():
    useless = {"born": ["2020-01-05"] * 100, "last seen": ["1.2.2003", "1.3.2003"] * 50, "at": ["12:30"] * 100}
    columns = Columns.learn(read_table(many(**useless)), "y")
    assert (columns.names, [name for name, _ in columns.dropped]) == (("x",), list(useless))
    assert str(columns.dropped[0][1]) == "every value is '2020-01-05'"
    assert str(columns.dropped[1][1]).startswith("dates or times such as '1.2.2003'")
    with refused("GN062", "'born' is excluded", "dates"):
        Columns.learn(read_table({"born": ["1.2.2003", "1.3.2003"] * 20, "y": ["a", "b"] * 20}), "y")
    with refused("GN061", "lists", "such as '[1, 2]'", "columns of numbers or words"):
        Columns.learn(read_table(many(lists=[[1, 2]] * 100)), "y")


def test_a_few_words_among_numbers_are_missing_with_a_remark():
    columns = Columns.learn(read_table(many(n=[*map(str, range(0, 297, 3)), "unknown"])), "y")
    assert columns.inputs[1].missing == pytest.approx(0.01)
    assert any("'unknown'" in str(remark) for remark in columns.remarks)


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["a", "b"] * 50, "classes", ("a", "b")),
        (["10", "9"] * 50, "classes", ("9", "10")),
        ([1.0, 2.0] * 50, "classes", ("1", "2")),
        ([True, False] * 50, "classes", ("false", "true")),
        (np.linspace(0, 9, 100), "numbers", ()),
        (list(range(100)), "numbers", ()),
        ([0.5, 1.5] * 50, "numbers", ()),
    ],
    ids=str,
)
def test_the_task_is_inferred_and_can_be_overridden(values, task, classes):
    table = read_table({"x": np.linspace(0, 1, 100) ** 2, "y": values})
    columns = Columns.learn(table, "y")
    assert (columns.targets[0].task, columns.targets[0].classes) == (task, classes)
    assert f"target 'y': {'regression' if task == 'numbers' else len(classes)}" in str(columns.remarks[0])
    if classes in (("9", "10"), ("1", "2")):
        assert Columns.learn(table, "y", task="numbers").task == "numbers"


@pytest.mark.parametrize(
    ("values", "task", "words"),
    [
        ([None] * 100, None, "missing"),
        (["a"] * 100, None, "every value is 'a'"),
        ([2.5] * 100, None, "every value is 2.5"),
        ([f"n{k}" for k in range(100)], None, "too many classes"),
        (["a", "b"] * 50, "numbers", "words, expected numbers"),
        (list(range(100)), "classes", "too many classes"),
        (["2020-01-05", "2020-01-06"] * 50, None, "dates"),
        ([*np.linspace(0, 1, 99), -1e308], None, "-1e+308 is too large, expected numbers up to 1e+150"),
    ],
    ids=str,
)
def test_unsuitable_targets_are_rejected(values, task, words):
    with refused("GN064", "'y'", words):
        Columns.learn(read_table({"x": np.linspace(0, 1, 100) ** 2, "y": values}), "y", task=task)


def test_too_large_targets_are_also_rejected_in_test_data():
    columns = Columns.learn(read_table({"x": np.linspace(0, 1, 100) ** 2, "y": np.linspace(0, 9, 100)}), "y")
    with refused("GN064", "'y'", "1e+200"):
        columns.answers(read_table({"x": [0.5, 0.6], "y": [1.0, 1e200]}))


def test_the_error_for_an_unknown_name_suggests_similar_names(table):
    with refused("GN060", "'incme'", "'income'"):
        Columns.learn(table, "incme")
    with refused("GN060", "'Hours'", "'hours'"):
        Columns.learn(table, "income", drop=["Hours"])
    with refused("GN060", "'zzz'", "id, age, job"):
        Columns.learn(table, "zzz")
    with refused("GN062", "'id' is excluded, because every value differs"):
        Columns.learn(table, "income", drop=[name for name in HEADER if name not in ("income", "id")])
    with refused("GN021", "task"):
        Columns.learn(table, "income", task="guess")


def test_a_missing_target_is_not_called_an_input_and_another_table_is_said():
    columns = Columns.learn(read_table(many(a=[1.5, 2, 4, 8] * 25, b=[3.5, 1, 2, 7] * 25)), "y")
    rows = {name: [1.0, 2.0] for name in columns.names}
    with pytest.raises(GlassnetError, match="'y', whose true values are needed here") as caught:
        columns.require(read_table(rows), [*columns.names, "y"])
    assert "the model needs" not in str(caught.value)
    del rows["a"]
    with refused("GN060", "'a', which the model needs", "Add the missing columns"):
        columns.require(read_table({**rows, "y": [0, 1]}), columns.names)
    with refused("GN060", "looks like another table"):
        columns.require(read_table({"ab": [1, 2], "ba": [3, 4], "c": [0, 1]}), columns.names)


def test_keep_uses_words_as_soon_as_one_recurs_and_the_reason_says_so_otherwise():
    texts = [f"text {row}" for row in range(600)]
    recurring = many(c=["the same"] * 5 + texts[5:100])
    assert "keep=['c']" in str(dict(Columns.learn(read_table(recurring), "y").dropped)["c"])
    assert "c" in Columns.learn(read_table(recurring), "y", keep=["c"]).names
    for keep in ([], ["c"]):
        why = dict(Columns.learn(read_table(many(c=texts[:100])), "y", keep=keep).dropped)["c"]
        assert str(why).endswith("words that hardly recur cannot become inputs")
        assert "keep" not in str(why)
        with refused("GN062", "cannot become inputs", "Add columns of numbers, dates or words that recur"):
            Columns.learn(read_table({"y": [0, 1] * 50, "c": texts[:100]}), "y", keep=keep)
    with refused("GN062", "Drop fewer columns"):
        Columns.learn(read_table(recurring), "y", drop=["x", "c"])


def test_rows_without_a_target_are_excluded():
    data = load_table({"x": [1.0, 2.5, 3.0, 7.5], "y": ["a", None, "b", "a"]}, "y")
    assert (data.labels.tolist(), len(data.inputs)) == ([0, 1, 0], 3)


def test_regression_targets_keep_their_original_scale():
    data = load_table({"x": [1.0, 2.5, 3.0, 7.5], "y": [100.5, None, 300.0, 250.0]}, "y")
    assert data.values.tolist() == [[100.5], [300.0], [250.0]]
    assert (data.class_names, data.feature_names, data.maximum) == (("y",), ("x",), 1.0)


def test_fitted_columns_apply_to_another_table(table):
    learnt = load_table(table, "income").columns
    test = load_table(read_table(table.frame.head(20)), columns=learnt)
    assert test.class_names == ("<=50K", ">50K")
    with refused("GN064", "'?!'", "row 0"):
        load_table({**table.frame.head(2).to_dict(as_series=False), "income": ["?!", ">50K"]}, columns=learnt)
    with refused("GN022", "either"):
        load_table(table, "income", columns=learnt)
    with refused("GN022", "either"):
        load_table(table)


def test_columns_of_a_newer_version_are_rejected(table):
    with pytest.raises(ValueError, match=f"version {VERSION + 1}, expected {VERSION} or lower"):
        Columns.from_dict({**Columns.learn(table, "income").to_dict(), "version": VERSION + 1})


@pytest.mark.parametrize("change", [{"version": 2}, {"inputs": [{"kind": "new"}]}, {"target": {}}, {"dropped": [3]}])
def test_damaged_columns_are_rejected(table, change):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Columns.from_dict({**Columns.learn(table, "income").to_dict(), **change})


def test_thousands_points_are_read_as_in_training_unless_the_table_contradicts(tmp_path):
    rows = [f"{'abc'[k % 3]};{k % 9 + 1}.{k:03d},{k % 7}" for k in range(60)]
    (tmp_path / "train.csv").write_text("y;x\n" + "\n".join(rows))
    (tmp_path / "query.csv").write_text("x;z\n1.234;7\n5;8\n")
    (tmp_path / "with points.csv").write_text("x;z\n1.234;7\n1.5;8\n")
    (tmp_path / "with commas between.csv").write_text("x,z\n1.234,7\n1.5,8\n")
    fitted = Columns.learn(read_table(tmp_path / "train.csv"), "y")
    columns = Columns.from_dict(json.loads(json.dumps(fitted.to_dict())))
    expected = {"query.csv": [1234, 5], "with points.csv": [1.234, 1.5], "with commas between.csv": [1.234, 1.5]}
    for name, values in expected.items():
        np.testing.assert_array_equal(
            columns.apply(read_table(tmp_path / name)), columns.apply(read_table({"x": values}))
        )
    assert "decimal_comma" not in Columns.learn(read_table(many()), "y").to_dict()


def test_infinite_values_are_missing_with_a_remark():
    columns = Columns.learn(read_table(many(v=[*np.linspace(0, 1, 98) ** 3, np.inf, -np.inf])), "y")
    assert str(columns.remarks[-1]) == "column 'v': 2 infinite values treated as missing"
    query = read_table({"x": [1, 2], "v": ["1e400", "0.3"]})
    assert [*map(str, columns.surprises(query))] == ["column 'v': 1 infinite value treated as missing"]
    assert np.isfinite(columns.apply(query)).all()


def test_advice_in_python_names_arguments_instead_of_flags():
    lists = [[1], [2]] * 50
    with refused("GN061", "or pass drop=['a day', 'd']."):
        load_table(many(**{"a day": lists, "d": lists}), "y")
    with refused("GN060", "target=['x', 'y']"):
        load_table(many(), "x,y")
    remarks = load_table({"y": np.arange(50) ** 2, "x": np.linspace(0, 1, 50) ** 2}, "y").columns.remarks
    assert "task='classes'" in str(remarks[0])
    assert not any("--" in str(remark) for remark in remarks)


def test_single_and_numeric_column_names_are_accepted():
    pandas = pytest.importorskip("pandas")
    data = load_table(
        pandas.DataFrame({0: np.linspace(0, 1, 20) ** 2, 1: [0, 1] * 10, 2: [5, 7] * 10}), target=1, drop=2
    )
    assert (data.feature_names, data.columns.target_names) == (("0",), ("1",))
    assert load_table(many(other=np.linspace(0, 2, 100)), "y", drop="other").feature_names[0] == "x"
    assert not any(
        "other" in name for name in load_table(many(other=np.linspace(0, 2, 100)), "y", drop="other").feature_names
    )


def test_booleans_in_a_frame_and_in_csv_are_equal(tmp_path):
    frame = pl.DataFrame(
        {
            "a": [float(k % 7) for k in range(40)],
            "b": [k % 3 == 0 for k in range(40)],
            "y": [k % 2 == 0 for k in range(40)],
        }
    )
    frame.write_csv(tmp_path / "lower.csv")
    (tmp_path / "capitals.csv").write_text(
        (tmp_path / "lower.csv").read_text().replace("true", "True").replace("false", "False")
    )
    (tmp_path / "digits.csv").write_text(
        "\n".join(
            line.replace(",true,", ",1,").replace(",false,", ",0,")
            for line in (tmp_path / "lower.csv").read_text().splitlines()
        )
    )
    sources = [frame, *(tmp_path / f"{name}.csv" for name in ("lower", "capitals", "digits"))]
    for training in sources[:3]:
        columns = load_table(training, "y").columns
        read = [load_table(source, columns=columns) for source in sources]
        for one in read[1:]:
            np.testing.assert_array_equal(one.inputs, read[0].inputs)
            np.testing.assert_array_equal(one.labels, read[0].labels)


def test_reasons_are_known_in_chinese_after_loading_and_only_by_our_templates():
    table = read_table(many(c=[f"text {row}" for row in range(100)], d=["same"] * 100, e=range(100)))
    columns = Columns.learn(table, "y", drop=["e"])
    saved = json.loads(json.dumps(columns.to_dict()))
    again = Columns.from_dict(saved)
    assert again.dropped == columns.dropped
    assert [why.text("zh") for _, why in again.dropped] == [why.text("zh") for _, why in columns.dropped]
    for change in ({}, {"reasons": [{"template": "{x.__class__}", "values": {"x": 1}}] * len(columns.dropped)}):
        older = Columns.from_dict({**{name: one for name, one in saved.items() if name != "reasons"}, **change})
        assert [str(why) for _, why in older.dropped] == [str(why) for _, why in columns.dropped]
        assert older.dropped[-1][1].values == {}
