"""What the doctor's findings say in Chinese: every text has both languages, and findings carry both."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest

from glassnet.data.lenient import read_loosely
from glassnet.doctor.case import Case
from glassnet.doctor.data import examine, examine_table
from glassnet.doctor.details import DETAILS, Detail, counted, detail, in_chinese, listed
from glassnet.options import Options
from support.sources import PACKAGE

CODE = r"[A-Za-z_.\d]+"


def test_both_languages_fill_in_the_same_and_every_text_is_used():
    for key, pair in DETAILS.items():
        english, chinese = (set(re.findall(r"{(\w+)", text)) for text in pair)
        assert english == chinese, key
    sources = [path for path in (PACKAGE / "doctor").glob("*.py") if path.name != "details.py"]
    used = set(re.findall(r"\"(\w+)\"", "".join(path.read_text(encoding="utf-8") for path in sources)))
    assert set(DETAILS) - used == set()


def test_what_is_filled_in_is_in_the_same_language():
    text = detail(
        "gaps_in", rows=counted(1200, "row"), all=5000, what=detail("gaps"), names=listed(["a", detail("the_label")])
    )
    assert text == "1,200 rows of 5,000 with gaps in a, the label"
    assert in_chinese(text) == "5,000 行中有 1,200 行在 a、标签 处有空缺"
    assert in_chinese("a") == "a"
    assert in_chinese(copy.deepcopy(text)) == in_chinese(text)


def lines(head: str, row, count: int, tail: str = "") -> str:
    """A table of `count` rows."""
    return head + "".join(f"{row(k)}\n" for k in range(count)) + tail


def pixels(k: int, modulus: int, scale: float) -> str:
    return ",".join(f"{(k * j) % modulus / scale:g}" for j in range(64))


TABLES = {
    "broken, gaps, id": lines(
        "id,a,b,kind\n", lambda k: f"{k},{k % 7},{'' if k == 3 else k % 5},{'xy'[k % 2]}", 40, "1,2\n"
    ),
    "sorted, constant, repeated": lines("a,b,label\n", lambda k: f"1,{k % 3},{k // 20}", 40),
    "one label": lines("a,b,label\n", lambda k: f"{k % 7},{k % 3},4", 40),
    "dates, strays": lines("a,day,label\n", lambda k: f"{k if k != 5 else 'x'},2020-01-{k % 28 + 1:02},{k % 2}", 60),
    "pixels": lines("", lambda k: f"{k % 3 + 1},{pixels(k, 90, 100)}", 30),
    "too large": lines("", lambda k: f"{k % 3},{pixels(k, 900, 1)}", 30),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_finding_says_itself_in_chinese(name, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TABLES[name])
    findings = examine(path).findings
    assert findings
    for finding in findings:
        assert isinstance(finding.text, Detail), finding
        assert finding.text.chinese != finding.text or finding.text in finding.columns, finding


def test_test_data_beside_training_data(tmp_path):
    (tmp_path / "a.csv").write_text("a,b,label\n" + "".join(f"{k},{k * k % 97},{k % 3}\n" for k in range(30)))
    (tmp_path / "b.csv").write_text("a,b,label\n" + "".join(f"{k},{k * k % 97},{k % 2 * 4}\n" for k in range(30)))
    findings = examine(tmp_path / "a.csv", tmp_path / "b.csv", target="label").findings
    across = [finding for finding in findings if finding.code in ("GD33", "GD51", "GD52")]
    assert len(across) >= 2
    assert all("没有" in one.text.chinese or "也在" in one.text.chinese for one in across)
    read = read_loosely(tmp_path / "b.csv", "test", target="label")
    assert np.array_equal(examine_table(read, Case(Options(), "test", "label")).table.rows, read.rows)
