"""The format of a file is that of its content; a name only tells spreadsheets from other ZIP archives."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

import glassnet
from glassnet.errors import FileError
from glassnet.io.opening import open_stream
from glassnet.io.sniff import kind_of

OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def archive():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for name in ("content.xml", "styles.xml"):
            files.writestr(name, "<a/>")
    return packed.getvalue()


@pytest.mark.parametrize("content", [archive(), OFFICE])
@pytest.mark.parametrize("name", ["sales.xlsx", "SALES.XLSX", "Sales.Xls", "SALES.ODS", "sales.xlsm"])
def test_a_spreadsheet_is_named_whatever_the_case_of_its_suffix(content, name):
    with pytest.raises(FileError, match="a spreadsheet") as raised:
        kind_of(open_stream(io.BytesIO(content), name))
    assert raised.value.code == "GN005"


def test_text_with_the_suffix_of_a_spreadsheet_is_read(tmp_path):
    (tmp_path / "SALES.XLSX").write_text("a,b\n1,2\n3,4\n")
    assert glassnet.read_table(tmp_path / "SALES.XLSX").names == ("a", "b")


def test_a_big_tiff_is_an_image():
    written = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(written, "TIFF", big_tiff=True)
    assert kind_of(open_stream(io.BytesIO(written.getvalue()), "page.tif")) == "picture"
