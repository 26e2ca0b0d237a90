"""Findings of the doctor exist in both languages, and output in Chinese has no English words."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet.doctor.data.checks import examine, examine_table
from glassnet.doctor.data.context import Case
from glassnet.doctor.data.read import read_raw
from glassnet.doctor.registry import KINDS
from glassnet.doctor.script.checks import examine_script
from glassnet.options.options import Options
from support.cli import run
from support.sources import PACKAGE

CODE = r"[A-Za-z_.\d]+"


def lines(head: str, row, count: int, tail: str = "") -> str:
    """Return the text of a table of `count` rows."""
    return head + "".join(f"{row(k)}\n" for k in range(count)) + tail


def pixels(k: int, modulus: int, scale: float) -> str:
    return ",".join(f"{(k * j) % modulus / scale:g}" for j in range(64))


TABLES = {
    "broken, gaps, id": lines(
        "id,a,b,kind\n", lambda k: f"{k},{k % 7},{'' if k == 3 else k % 5},{'xy'[k % 2]}", 40, "1,2\n"
    ),
    "sorted, constant, repeated": lines("a,b,label\n", lambda k: f"1,{k % 3},{k // 20}", 40),
    "one label": lines("a,b,label\n", lambda k: f"{k % 7},{k % 3},4", 40),
    "dates, strays": lines("a,day,label\n", lambda k: f"{k if k != 5 else 'x'},{k % 28 + 1}.1.2020,{k % 2}", 60),
    "pixels": lines("", lambda k: f"{k % 3 + 1},{pixels(k, 90, 100)}", 30),
    "too large": lines("", lambda k: f"{k % 3},{pixels(k, 900, 1)}", 30),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_finding_about_data_has_a_chinese_text(name, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TABLES[name])
    findings = examine(path).findings
    assert findings
    for finding in findings:
        assert finding.text.text("zh") != str(finding.text) or str(finding.text) in finding.columns, finding


def test_findings_about_two_data_sets_have_a_chinese_text(tmp_path):
    (tmp_path / "a.csv").write_text("a,b,label\n" + "".join(f"{k},{k * k % 97},{k % 3}\n" for k in range(30)))
    (tmp_path / "b.csv").write_text("a,b,label\n" + "".join(f"{k},{k * k % 97},{k % 2 * 4}\n" for k in range(30)))
    findings = examine(tmp_path / "a.csv", tmp_path / "b.csv", target="label").findings
    across = [finding for finding in findings if finding.code in ("GD33", "GD51", "GD52")]
    assert len(across) >= 2
    assert all(re.search("没有|也在", one.text.text("zh")) for one in across)
    read = read_raw(tmp_path / "b.csv", "test", target="label")
    assert np.array_equal(examine_table(read, Case(Options(), "test", "label")).table.rows, read.rows)


PROGRAM = """import numpy
import scipy.misc
import time
class neuralNetwork:
    def __init__(self, i, h, o, lr):
        self.wih = numpy.random.normal(0.0, pow(h, -0.5), (h, i))
n = neuralNetwork(784, 200, 10, 0.9)
f = open("mnist_dataset/train.csv", 'r')
for record in f:
    inputs = numpy.asfarray(record.split(',')) / 255.0
    inputs = inputs / 255.0 * 0.99
    targets = numpy.zeros(10)
    x = numpy.float_(3)
    t = time.clock()
    if t:
\tu = 1
img = scipy.misc.imread("a.png", flatten=True)
print "done"
"""


@pytest.mark.parametrize("text", [PROGRAM, "for i in range(3):\nprint(i)\n"], ids=["old", "flat"])
def test_every_finding_about_a_script_has_a_chinese_text(text, tmp_path):
    path = tmp_path / "old.py"
    path.write_text(text)
    findings = examine_script(path).findings
    assert findings
    for finding in findings:
        english, chinese = str(finding.text), finding.text.text("zh")
        assert re.match(r"line \d+: ", english)
        assert chinese.startswith(f"第 {finding.lines[0]} 行：")
        message = re.sub(r"^line \d+: ", "", english)
        # A quotation from the script is the same in both languages.
        quoted = message in text or finding.code in ("GS01", "GS03")
        assert quoted or message not in chinese, finding


def test_every_kind_of_finding_is_in_both_languages():
    for code, kind in KINDS.items():
        assert re.fullmatch(r"G[DS]\d\d", code)
        for text in (kind.meaning, kind.advice, kind.repair):
            assert text is None or re.search("[⺀-鿿]", text.text("zh")), (code, text)


def test_every_kind_of_finding_has_a_code_of_its_own():
    source = "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "doctor").rglob("*.py"))
    assert sorted(re.findall(r"\bKind\(\s*\"(G\w+)", source)) == sorted(KINDS)


ALIKE = r"glassnet doctor [^\n]*|--[\w-]+|[\w.]*[._][\w.(/]+|\b(?:sigmoid|NumPy|SciPy|Python|Pillow|Jupyter)\b|'[^']*'"
KEPT_NAMES = {"glassnet", "train", "day", "kind", "label", "UTF", "column"}
KEPT_NAMES |= {"asfarray", "dtype", "float", "pow", "wih", "who"}
"""Words that are the same in both languages: commands, flags, names in scripts."""


@pytest.mark.parametrize("name", [*TABLES, "old.py"])
def test_chinese_output_of_the_doctor_has_no_english_words(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = name if name.endswith(".py") else "t.csv"
    (tmp_path / source).write_text(PROGRAM if source == name else TABLES[name])
    copy_of = f"copy{source[source.index('.') :]}"
    for options in ((), ("--fix", copy_of)):
        text = run("doctor", source, *options, "--language", "zh").out
        assert re.search("^(错误|警告|提示)  G[DS]", text, re.M)
        prose = re.sub(ALIKE, "", text if source != name else re.sub(r"^.*G[S]\d\d.*$", "", text, flags=re.M))
        words = set(re.findall("[A-Za-z]{3,}", prose))
        assert words <= KEPT_NAMES, words
        (tmp_path / copy_of).unlink(missing_ok=True)
        english = run("doctor", source, *options, "--language", "en").out
        assert not re.search("[⺀-鿿]", english)
        (tmp_path / copy_of).unlink(missing_ok=True)
    facts = run("doctor", source, "--json", "--language", "zh").json()
    assert facts["findings"] == run("doctor", source, "--json").json()["findings"]
