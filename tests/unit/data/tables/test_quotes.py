"""Single quotation marks, as in ARFF files, are not part of names or values."""

import numpy as np
import pytest

from glassnet.doctor.data.read import read_raw
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.dataset import read_table

KINDS = ["'Iris-setosa'", "'Iris virginica'"]


def written(path, header, rows):
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")
    return path


@pytest.fixture
def quoted(tmp_path):
    rows = [[f"{1 + n % 7 / 10}", "'5.5'", KINDS[n % 2], ["new", "'very old'"][n % 2]] for n in range(40)]
    return written(tmp_path / "q.csv", "'petal width','petal length',class,age", rows)


def test_names_words_and_numbers_lose_their_quotes(quoted):
    table = read_table(quoted, ["class"])
    assert table.names == ("petal width", "petal length", "class", "age")
    assert table.row(1) == {"petal width": "1.1", "petal length": "5.5", "class": "Iris virginica", "age": "very old"}
    assert table.column("petal length").kind == "number"
    columns = Columns.learn(table, "class")
    assert columns.output_names == ("Iris virginica", "Iris-setosa")
    assert "age=very old" in columns.features


def test_a_target_is_found_by_its_name_without_quotes(tmp_path):
    path = written(tmp_path / "n.csv", "'a','b c'", [["'x'", "'u'"], ["'y'", "'v'"]] * 9)
    assert read_table(path, ["b c"]).names == ("a", "b c")


def test_the_doctor_reads_the_same(quoted):
    raw = read_raw(quoted, target="class")
    assert raw.names == ("petal width", "petal length", "class", "age")
    assert set(raw.words[2]) == {"Iris-setosa", "Iris virginica"}


def test_a_later_table_with_or_without_quotes_is_the_same(quoted, tmp_path):
    columns = Columns.learn(read_table(quoted, ["class"]), "class", keep=["petal length"])
    plain = tmp_path / "p.csv"
    plain.write_text(quoted.read_text().replace("'", ""))
    one, other = (read_table(path, columns.names) for path in (quoted, plain))
    np.testing.assert_array_equal(columns.apply(one), columns.apply(other))
    single = written(tmp_path / "s.csv", "'petal width','petal length',class,age", [["1", "'5.5'", KINDS[0], "'new'"]])
    np.testing.assert_array_equal(columns.apply(read_table(single)), columns.apply(one)[:1])


@pytest.mark.parametrize(
    "words",
    [
        ["rock 'n' roll", "'jazz'"],  # an unquoted word with a blank
        ["'a'", "a"],  # both are words
        ["O'Hara", "'t", "ten'"],
        ["'", "''"],
    ],
)
def test_other_quotes_stay(tmp_path, words):
    rows = [[word, str(k)] for k in range(3) for word in words]
    assert read_table(written(tmp_path / "w.csv", "word,n", rows)).column("word").words()[1] == tuple(sorted(words))
