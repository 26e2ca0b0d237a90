"""CSV: values survive a round trip, and every error names its line."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.data import load
from glassnet.data.readers.labelled_csv import read_values, samples_in, sniff
from glassnet.errors import DataError, FileError, GlassnetError, OptionError
from glassnet.io.opening import open_source

QUICK = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LINES = ["0,0,9,255", "1,1,2,3", "0,4,5,6", "1,7,8,9"]


def write(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(path: Path, code: str, *words: str, **options: object) -> None:
    with pytest.raises(GlassnetError) as caught:
        load(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert caught.value.code == code, message
    assert "\n" not in message
    assert path.name in message
    for word in words:
        assert word in message


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    rows, features = draw(st.integers(2, 6)), draw(st.integers(1, 6))
    pixels = draw(st.lists(st.integers(0, 255), min_size=rows * features, max_size=rows * features))
    labels = np.arange(rows) % draw(st.integers(2, rows))
    return np.column_stack([labels, np.reshape(pixels, (rows, features))])


@QUICK
@given(
    table=tables(),
    header=st.sampled_from(["", "label", "标签"]),
    packed=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
    blank=st.booleans(),
    bom=st.booleans(),
    separator=st.sampled_from([",", ";", "\t", " ", ", ", " ,"]),
    form=st.sampled_from(["{}", "{}.0", "{:03d}"]),
)
def test_round_trip(tmp_path, table, header, packed, end, last, blank, bom, separator, form):
    names = separator.join([header, *(f"1x{k}" for k in range(1, table.shape[1]))])
    lines = [names] * bool(header) + [separator.join(map(form.format, row)) for row in table.tolist()]
    if blank:
        lines.insert(1, "")
    text = (b"\xef\xbb\xbf" if bom else b"") + (end.join(lines) + end * last).encode()
    data = load(write(tmp_path, gzip.compress(text, 1) if packed else text))
    assert data.inputs.dtype == np.uint8
    assert data.inputs.flags.c_contiguous
    assert data.labels.dtype == np.int64
    np.testing.assert_array_equal(data.inputs, table[:, 1:])
    np.testing.assert_array_equal(data.labels, table[:, 0])
    assert data.classes == table[:, 0].max() + 1


@QUICK
@given(
    values=st.lists(st.floats(0, 7.5, width=32), min_size=4, max_size=4),
    blank=st.booleans(),
)
def test_floats_keep_their_value(tmp_path, values, blank):
    text = f"0,{values[0]!r},{values[1]!r}\n{chr(10) * blank}1,{values[2]!r},{values[3]!r}\n"
    data = load(write(tmp_path, text), maximum=7.5)
    assert data.inputs.dtype == np.float32
    np.testing.assert_array_equal(data.inputs.ravel(), np.array(values, np.float32))


@QUICK
@given(table=tables(), maximum=st.sampled_from([255.0, 256.0]))
def test_the_fast_and_the_exact_reader_agree(tmp_path, table, maximum):
    path = write(tmp_path, "\n".join(",".join(map(str, row)) for row in table.tolist()))
    data = load(path, maximum=maximum)
    opened = open_source(path)
    rows = samples_in(read_values(opened, sniff(opened), labelled=True), opened.name, maximum)
    assert rows.inputs.dtype == data.inputs.dtype
    np.testing.assert_array_equal(rows.inputs, data.inputs)
    np.testing.assert_array_equal(rows.labels, data.labels)


@QUICK
@given(text=st.text('01,.;-x\n "e\t', max_size=40) | st.binary(max_size=60))
def test_any_content_loads_or_gives_a_one_line_error(tmp_path, text):
    path = write(tmp_path, text)
    try:
        data = load(path)
    except GlassnetError as error:
        assert path.name in str(error)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert data.inputs.min() >= 0
        assert data.inputs.max() <= 255


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("0,1,2", "GN012", ["3 values, expected 4 (a label and 3 values)", "missing values"]),
        ("0,1,2,3,4", "GN012", ["5 values, expected 4", "Remove the extra values"]),
        ("0,1,2,3,", "GN012", ["5 values"]),
        ("0", "GN012", ["1 value,"]),
        ("0,1,abc,3", "GN013", ["column 3", "'abc'"]),
        ("0,1,,3", "GN013", ["column 3", "an empty value"]),
        ("0,1,1_0,3", "GN013", ["column 3"]),
        ("0,1,٣,3", "GN013", ["column 3"]),
        ("0,1,0x1,3", "GN013", ["column 3"]),
        ("x,1,2,3", "GN013", ["column 1", "'x'"]),
        ("0,1,256,3", "GN014", ["column 3", "256", "0 to 255", "maximum=256"]),
        ("0,1,-1,3", "GN014", ["column 3", "-1"]),
        ("0,1,255.5,3", "GN014", ["column 3", "255.5"]),
        ("0,1,2,nan", "GN018", ["column 4", "nan"]),
        ("0,1,2,-inf", "GN018", ["column 4", "inf"]),
        ("0,1,2,1e999", "GN018", ["column 4"]),
        ("-1,1,2,3", "GN015", ["label -1"]),
        ("7.5,1,2,3", "GN015", ["label 7.5"]),
        ("nan,1,2,3", "GN015", ["label nan"]),
        ("1e300,1,2,3", "GN015", ["label"]),
        ("99999999999,1,2,3", "GN015", ["label 99999999999,"]),
    ],
)
def test_an_error_names_the_line(tmp_path, line, code, words):
    for header, at in ((0, 1), (0, 4), (1, 3)):
        lines = ["label,a,b,c"] * header + LINES
        lines.insert(at + header, line)
        refused(write(tmp_path, "\n".join(lines)), code, f"t.csv, line {at + header + 1}", *words)


def test_an_error_in_the_first_line_names_that_line(tmp_path):
    refused(write(tmp_path, "\n".join(["0,1,2", *LINES])), "GN012", "line 1", "3 values, expected 4")
    refused(write(tmp_path, "\n".join(["0,1,x,2", *LINES])), "GN013", "line 1, column 3")


def test_blank_lines_do_not_shift_the_line_number(tmp_path):
    refused(write(tmp_path, "\n".join(["", LINES[0], "", "0,1,2", *LINES])), "GN012", "line 4")


def test_the_advice_gives_the_largest_value_of_the_file(tmp_path):
    path = write(tmp_path, "\n".join([*LINES, "0,300,1,1", "1,0,4095,0"]))
    refused(path, "GN014", "line 5, column 2", "300", "maximum=4095")
    assert load(path, maximum=4095).inputs.dtype == np.float32


def test_the_values_of_an_image_are_called_pixels(tmp_path):
    row = ",".join(["0"] * 785)
    refused(
        write(tmp_path, f"{row}\n{row}\n{row},0\n"),
        "GN012",
        "line 3: 786 values, expected 785 (a label and 784 pixels). Remove the extra values.",
    )


def test_numbers_as_column_names_are_a_header(tmp_path):
    names = ",".join(map(str, range(785)))
    rows = [",".join([str(k), *["7"] * 784]) for k in range(2)]
    data = load(write(tmp_path, "\n".join([names, *rows])))
    assert data.inputs.shape == (2, 784)
    assert data.image_shape == (28, 28)


def test_quoted_values_and_labels_such_as_1_0_are_accepted(tmp_path):
    data = load(write(tmp_path, '"label","a","b"\n"0","1","2"\n"1.0","3","4"\n'))
    np.testing.assert_array_equal(data.inputs, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(data.labels, [0, 1])


def test_gaps_in_the_labels(tmp_path):
    path = write(tmp_path, "0,1\n1,2\n3,4\n")
    refused(path, "GN016", "missing: 2", "classes=4")
    assert load(path, classes=4).classes == 4
    assert load(path, part="test").classes == 4
    refused(path, "GN015", "line 3", "label 3", "0 to 2", classes=3)
    refused(write(tmp_path, "0,1\n0,2\n"), "GN016", "every label is 0")
    refused(write(tmp_path, "1,1\n2,2\n"), "GN016", "missing: 0.")
    refused(write(tmp_path, "0,1\n2000000000,2\n"), "GN016", "1, 2, 3", "1999999999 of them are missing")


# mtime=0: the bytes are part of the tests' ids, which must be equal in all workers.
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "GN010"),
        (gzip.compress(b"", mtime=0), "GN010"),
        (b"\n\r\n  \n", "GN010"),
        (b"label,a,b\n", "GN010"),
        (b"hello", "GN011"),
        (b"<!DOCTYPE html>\n<html>\n<p>404</p>\n", "GN011"),
        (b"once upon a time\nthere was a table\n", "GN011"),
        ("0,1,\x02\n1,2,3\n".encode("utf-16-le"), "GN011"),
        (b"5\n3\n", "GN012"),
        (bytes(range(200)), "GN005"),
        (b"PAR1\x15\x04\x15", "GN006"),
        (b"\x89PNG\r\n\x1a\n", "GN005"),
        (gzip.compress(b"0,1\n1,2\n" * 50, mtime=0)[:-9], "GN006"),
    ],
)
def test_content_that_is_not_a_table_is_rejected(tmp_path, content, code):
    refused(write(tmp_path, content), code)


def test_missing_and_unreadable_files_are_rejected(tmp_path, monkeypatch):
    refused(tmp_path / "none.csv", "GN001")
    refused(write(tmp_path, "0,1") / "below.csv", "GN001")
    refused(tmp_path, "GN002")
    with pytest.raises(FileError) as caught:
        load("a\0b\nc.csv")
    assert caught.value.code == "GN001"
    assert "\n" not in str(caught.value)

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", forbidden)
    refused(tmp_path / "t.csv", "GN003", "permission")


def test_a_file_name_that_is_not_utf_8_is_accepted(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    content = "".join(f"{k % 3},{k},{255 - k}\n" for k in range(9))
    try:
        path.write_text(content)
    except OSError:
        pytest.skip("this file system only accepts Unicode names")
    (tmp_path / "cafe.csv").write_text(content)
    found, wanted = load(path), load(tmp_path / "cafe.csv")
    np.testing.assert_array_equal(found.inputs, wanted.inputs)
    np.testing.assert_array_equal(found.labels, wanted.labels)
    assert os.fsencode(found.source) == os.fsencode(path), "the source keeps the original bytes; printing escapes them"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes exist on Unix")
def test_a_pipe_is_read(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"0,1\n1,2\n",), daemon=True)
    writer.start()
    np.testing.assert_array_equal(load(pipe).inputs, [[1], [2]])
    writer.join()


@pytest.mark.parametrize("options", [{"part": "both"}, {"maximum": 0}, {"maximum": float("nan")}, {"classes": 1}])
def test_options_out_of_range(options):
    with pytest.raises(OptionError) as caught:
        load("mnist", **options)
    assert caught.value.code == "GN021"


def test_a_damaged_file_never_loads_other_values(tmp_path):
    packed = bytearray(gzip.compress("\n".join(LINES).encode(), mtime=0))
    right = load(write(tmp_path, "\n".join(LINES)))
    for bit in range(0, 8 * len(packed), 3):
        flipped = bytearray(packed)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            data = load(write(tmp_path, bytes(flipped), "t.csv.gz"))
        except (DataError, FileError):
            continue
        np.testing.assert_array_equal(data.inputs, right.inputs)
