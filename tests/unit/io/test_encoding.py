"""Text encodings: every encoding that spreadsheets write gives the same table in every reader."""

import gzip
import sys

import numpy as np
import pytest

from glassnet import load_data
from glassnet.data.queries import load_inputs
from glassnet.data.tables.relabel import read_review
from glassnet.data.tables.table import read_table
from glassnet.doctor.data.read import read_raw
from glassnet.errors import GlassnetError
from glassnet.io.encoding import in_utf8, wide_encoding

NAMED = "Größe\tStraße\n3\tGasse\n4\tüber\n5\tGasse\n"
PIXELS = "".join(f"{row % 3},{row},7,8,9\n" for row in range(9))
WIDE = ["utf-8-sig", "utf-16", "utf-32"]


def written(tmp_path, text, encoding, zipped=False):
    path = tmp_path / "t.csv"
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if zipped else content)
    return path


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", [*WIDE, "cp1252"])
def test_named_columns_in_any_encoding_are_the_same(tmp_path, encoding, zipped):
    path = written(tmp_path, NAMED.replace("\n", "\r\n"), encoding, zipped)
    table = read_table(path)
    assert table.frame.to_dict(as_series=False) == {"Größe": ["3", "4", "5"], "Straße": ["Gasse", "über", "Gasse"]}
    assert bool(table.remarks) == (encoding == "cp1252")
    loose = read_raw(path)
    assert loose.names == ("Größe", "Straße")
    assert loose.words[1].tolist() == ["Gasse", "über", "Gasse"]


def test_a_big_endian_byte_order_mark(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xfe\xff" + NAMED.encode("utf-16-be"))
    assert read_table(path).names == ("Größe", "Straße")


@pytest.mark.parametrize("encoding", WIDE)
def test_rows_of_numbers_in_any_encoding_are_the_same(tmp_path, encoding):
    path = written(tmp_path, PIXELS, encoding)
    data = load_data(path)
    assert data.inputs.shape == (9, 4)
    assert data.labels.tolist() == [0, 1, 2] * 3
    inputs, _, labels = load_inputs(path, 4, (2, 2), 255)
    assert np.array_equal(inputs, data.inputs)
    assert np.array_equal(labels, data.labels)
    assert np.array_equal(read_raw(path).numbers[:, 1:], data.inputs)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [NAMED, "城市,人口\r\n北京,2189\r\n上海,2487\r\n", "a\tb\r1\t2\r" * 3, PIXELS * 300])
def test_utf_16_without_a_byte_order_mark_is_recognised_by_its_zeros(tmp_path, text, encoding):
    plain, wide = written(tmp_path, text, "utf-8"), tmp_path / "wide.csv"
    expected = read_raw(plain)
    wide.write_bytes(text.encode(encoding))
    found = read_raw(wide)
    assert found.names == expected.names
    np.testing.assert_array_equal(found.numbers, expected.numbers)


def test_binary_numbers_are_not_taken_for_utf_16():
    for kind in ("<u2", ">u2"):
        for low, high in ((0, 256), (0, 65536), (0, 3), (48, 58)):  # the last are digits, but without line ends
            assert wide_encoding(np.random.default_rng(0).integers(low, high, 2048).astype(kind).tobytes()) == ""
    assert wide_encoding(b"\0\0\x08\x03" + bytes(4092)) == ""
    assert wide_encoding(b"") == wide_encoding(b"a,b\n1,2\n") == ""


@pytest.mark.parametrize("encoding", WIDE)
def test_a_list_of_changed_labels_in_any_encoding(tmp_path, encoding):
    path = written(tmp_path, "row,new\n0,drop\n2,1\n", encoding)
    assert read_review(path, 9, ["0", "1", "2"]) == {0: None, 2: "1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n".encode("utf-16")[:-1], "UTF-16"),
        (b"\xff\xfe\x00\xd8\x00\x00" * 20, "UTF-16"),
        ("a,b\n1,2\n".encode("utf-32")[:-3], "UTF-32"),
        ("a,b\n1,2\n".encode("utf-16-le")[:-1], "UTF-16-LE"),
        (("a,b\n" + "1,2\n" * 2000).encode("utf-16-be") + b"\xd8\0\0\0", "UTF-16-BE"),
    ],
)
def test_invalid_wide_text_is_rejected_with_the_place(tmp_path, content, words):
    (tmp_path / "t.csv").write_bytes(content)
    for read in (read_table, load_data, read_raw):
        with pytest.raises(GlassnetError, match=rf"t.csv, byte \d+: .*{words}.*CSV UTF-8") as caught:
            read(tmp_path / "t.csv")
        assert caught.value.code == "GN011"


def test_a_file_with_only_a_byte_order_mark_is_empty(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(GlassnetError) as caught:
        read_table(tmp_path / "t.csv")
    assert caught.value.code == "GN010"


@pytest.mark.parametrize(
    ("text", "encoding", "guessed"),
    [
        ("城市,人口\n北京,2189\n上海,2487\n", "gb18030", "GB 18030"),
        ("name,性别\nLi,男\nWang,女\n", "gbk", "GB 18030"),
        ("süß,b\n", "cp1252", "1252"),
        ("naïve,Müller,São Paulo\n", "cp1252", "1252"),
        ("ÄÖÜ,Łódź\n".replace("Łódź", "née"), "cp1252", "1252"),
        ("städtisch,groß\n" + "1,2\n" * 50_000, "cp1252", "1252"),
        ("a,b\n" + "1,2\n" * 50_000 + "3,über\n", "cp1252", "1252"),
        ("a,b\n" + "1,2\n" * 50_000 + "3,北京\n", "gbk", "GB 18030"),
        ("v,w\n" + "".join(f"{k},{k % 7}°C\n" for k in range(300)), "cp1252", "1252"),
        ("v,w\n" + "".join(f"{k},±{k % 7}\n" for k in range(300)), "latin-1", "1252"),
        ("m²,µg/m³,price €\n1,2,3\n", "cp1252", "1252"),
        ("prénom,âge,élève\nHélène,12,ça va\nFrançois,9,où\n", "cp1252", "1252"),
        ("GRÖSSE,ÄÜÖ,ÜBER\nÖL,Ä,Ü\n", "cp1252", "1252"),
        ("花萼长度,花萼宽度,类别\n5.1,3.5,山鸢尾\n", "gbk", "GB 18030"),
        ("年齡,收入,性別,是否購買\n23,4000,男,是\n", "big5", "Big5"),
        ("姓名,性別\n王,男\n李,女\n", "big5", "Big5"),
        ("名前,性別\n田中,男\n鈴木,女\n", "shift_jis", "Shift JIS"),
        ("がく片の長さ,品種\n5.1,セトサ\n", "cp932", "Shift JIS"),
        ("plain\n", "ascii", ""),
        ("süß 北京\n", "utf-8", ""),
    ],
)
def test_the_encoding_of_other_text_is_guessed(text, encoding, guessed):
    found, remark = in_utf8(text.encode(encoding))
    assert found.decode() == text
    assert guessed in str(remark)
    assert bool(guessed) == bool(remark)


def test_utf_8_needs_no_guess(monkeypatch):
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)  # cannot be imported
    for text in ("1,2\n" * 1000, "süß 北京\n", "temp °C\n"):
        assert in_utf8(text.encode()) == (text.encode(), "")


@pytest.mark.parametrize("above", ["# by us, of 2023\n", "#\n\n# till 3\n", "# one\n\n"])
def test_comments_above_a_table_are_ignored_with_a_remark(tmp_path, above):
    (tmp_path / "t.csv").write_text(f"{above}size,b,c\n1,2,3\n4,5,6\n")
    table = read_table(tmp_path / "t.csv")
    assert table.names == ("size", "b", "c")
    assert tuple(map(str, table.remarks)) == ("lines that begin with # above the table are ignored",)
    (tmp_path / "t.csv").write_text(f"{above}size,b,c\n1,2,3\n4,5\n")
    with pytest.raises(GlassnetError, match=f"line {above.count(chr(10)) + 3}: 2 values, expected 3"):
        read_table(tmp_path / "t.csv")


def test_a_column_name_may_begin_with_a_hash(tmp_path):
    (tmp_path / "t.csv").write_text("#id,b,c\n1,2,3\n4,5,6\n")
    assert read_table(tmp_path / "t.csv").names == ("#id", "b", "c")
    (tmp_path / "t.csv").write_text("# only this\n")
    with pytest.raises(GlassnetError):
        read_table(tmp_path / "t.csv")
