"""``glassnet doctor`` on programs: outdated code is found, the repaired copy runs, clean code has no findings."""

from __future__ import annotations

import ast
import gzip
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from glassnet.doctor.registry import KINDS
from glassnet.doctor.script.checks import examine_script
from support.cli import TIMEOUT, environment, run, snapshot
from support.old_programs import CLEAN, OLD, SNIPPETS
from support.samples import digits_csv, png

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 109575994\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist_train.csv").write_text(digits_csv(20))
    (tmp_path / "mnist_train.csv").write_text(digits_csv(20))
    (tmp_path / "rows.csv").write_text("1,2\n")
    (tmp_path / "pointer.csv").write_text(POINTER)
    (tmp_path / "my_own_3.png").write_bytes(png(np.arange(784, dtype=np.uint16).reshape(28, 28) % 256))
    return tmp_path


def runs(name: str) -> str:
    """Run a program with warnings as errors, except those of a BLAS; return its output."""
    # See network.forward: a BLAS may issue these warnings for finite numbers too.
    start = [sys.executable, "-W", "error", "-W", "ignore:invalid value encountered:RuntimeWarning", name]
    done = subprocess.run(start, capture_output=True, text=True, env=environment(), timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def codes(name: str) -> list[str]:
    return [finding.code for finding in examine_script(name).findings]


def test_every_kind_of_finding_in_programs_has_a_test():
    assert set(SNIPPETS) == {code for code in KINDS if code.startswith("GS")}


@pytest.mark.parametrize("code", SNIPPETS)
def test_only_the_fault_is_found_and_it_is_repaired(code, folder):
    program, repaired = SNIPPETS[code]
    program = program.replace("{here}", str(folder))
    (folder / "old.py").write_bytes(program.encode("gb18030" if code == "GS13" else "utf-8"))
    assert set(codes("old.py")) == {code}
    outcome = run("doctor", "old.py", "--fix", "new.py")
    harmless = KINDS[code].severity == "remark"
    assert outcome.code == (0 if repaired or harmless else 1), outcome.out
    if code == "GS10":  # still not valid Python
        assert not (folder / "new.py").exists()
        assert "not written" in outcome.out
        assert run("doctor", "old.py", "--fix", "new.py", "--json").json()["fixed"] is None
        return
    text = (folder / "new.py").read_text(encoding="utf-8")
    if repaired:
        ast.parse(text)
        assert repaired in text
        assert code not in codes("new.py")


def test_an_old_program_of_the_book_runs_after_repair(folder):
    (folder / "old.py").write_text(OLD, encoding="utf-8")
    before = snapshot(folder)
    outcome = run("doctor", "old.py", "--fix", "new.py", "--json")
    found = outcome.json()
    assert outcome.code == 0
    seen = {finding["code"] for finding in found["findings"]}
    assert seen == {"GS01", "GS02", "GS03", "GS04", "GS05", "GS06", "GS07", "GS08", "GS09", "GS20", "GS21"}
    assert {finding["code"] for finding in found["fixed"]["left"]} == {"GS21"}
    assert snapshot(folder).items() >= before.items()
    printed = runs("new.py").splitlines()
    assert printed[:2] == ["epoch 0", "epoch 1"]
    assert printed[2:4] == ["same True float32", "small (14, 7)"]
    assert printed[4].endswith(" [1. 2.]")


def test_comments_and_layout_are_kept(folder):
    (folder / "old.py").write_text(OLD, encoding="utf-8")
    run("doctor", "old.py", "--fix", "new.py")
    new = (folder / "new.py").read_text(encoding="utf-8")
    for kept in ("# the network of the book 神经网络\n", "   # 学习率\n", "   # which one\n", "   # two numbers\n"):
        assert kept in new
    changed = set(new.splitlines()) - set(OLD.splitlines())
    untouched = [line for line in OLD.splitlines() if line in new.splitlines()]
    assert len(untouched) > 0.65 * len(OLD.splitlines())
    assert all("self." not in line for line in changed)


def test_line_numbers_are_those_of_the_file(folder):
    (folder / "old.py").write_text(OLD, encoding="utf-8")
    lines = OLD.splitlines()
    for finding in examine_script("old.py").findings:
        word = {"GS01": "asfarray", "GS08": "%matplotlib", "GS04": "imresize", "GS20": "interpolation", "GS07": "open("}
        assert word.get(finding.code, "") in lines[finding.lines[0] - 1]


def test_a_clean_program_has_no_findings(folder):
    (folder / "clean.py").write_text(CLEAN)
    outcome = run("doctor", "clean.py")
    assert (outcome.code, outcome.out, outcome.err) == (0, "clean.py: no problems found\n", "")
    assert examine_script("clean.py").content == CLEAN.encode()
    assert float(runs("clean.py")) > 0.2


def test_a_notebook_keeps_its_magics_and_other_cells(folder):
    sources = ["%matplotlib inline\nimport numpy as np\n", "%%bash\necho if", "!ls\nx = np.asfarray([1])\nprint x"]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# np.asfarray"]}]
    cells += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text.splitlines(True)}
        for text in sources
    ]
    book = {"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "old.ipynb").write_text(json.dumps(book))
    found = run("doctor", "old.ipynb", "--fix", "new.ipynb", "--json").json()
    places = [(one["code"], one["cell"], one["lines"], one["found"].split(":")[0]) for one in found["findings"]]
    assert places == [("GS01", 4, [2], "cell 4, line 2"), ("GS09", 4, [3], "cell 4, line 3")]
    new = json.loads((folder / "new.ipynb").read_text())
    texts = ["".join(cell["source"]) for cell in new["cells"]]
    assert texts[:3] == ["# np.asfarray", *sources[:2]]
    assert texts[3] == "!ls\nx = np.asarray([1], dtype=float)\nprint(x)"
    assert new["metadata"] == book["metadata"]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import numpy\nx = map(numpy.asfarray, y)\n", "(lambda values: numpy.asarray(values, dtype=float))"),
        ("from numpy import asfarray as f\nx = f(('1'))\n", "asarray(('1'), dtype=float)"),
        ("import numpy as np\nx = np.asfarray([1], np.float64)\n", "np.asarray([1], np.float64)"),
        ("import numpy as np\nx = np.product([1, 2]) + np.NaN\n", "np.prod([1, 2]) + np.nan"),
        ("import sys\nprint >>sys.stderr, 'a', 1\n", "print('a', 1, file=sys.stderr)"),
        ("if 1: print 'a'; print\nelse: print ('a'), 2\n", "if 1: print('a'); print()\nelse: print(('a'), 2)"),
        ("raise ValueError, 'no'\n", "raise ValueError('no')"),
        ("if 1:\n        x = 1\n\ty = 2\n", "        y = 2"),
        ("def imread(x):\n    return x\nimport scipy.misc\nx = scipy.misc.imread('my_own_3.png')\n", "x = _imread("),
        ("import scipy.misc, numpy\nx = scipy.misc.imread('my_own_3.png')\n", "import numpy\n"),
        ("import numpy as np\nx = '数' + str(np.asfarray([1]))\n", "'数' + str(np.asarray([1], dtype=float))"),
        ("for a in {}.iteritems():\n    pass\n", "{}.items()"),
        ("class A:\n    def iteritems(self):\n        return 1\nA().iteritems()\nimport cPickle\n", "A().iteritems()"),
        (
            "import imageio\nimport imageio_ffmpeg\nx = imageio.imread('my_own_3.png', as_gray=True)\n"
            "imageio_ffmpeg.get_ffmpeg_exe()\n",
            "import imageio_ffmpeg\n",
        ),
    ],
)
def test_calls_are_repaired_in_every_spelling(program, expected, folder):
    (folder / "old.py").write_text(program, encoding="utf-8")
    new = examine_script("old.py").content.decode()
    ast.parse(new)
    assert expected in new


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x = v / 255 * 0.99 + 0.01", None),
        ("x = 0.01 + 0.99 * (v / 255.0)", None),
        ("x = v * 0.99 / 255 + 0.01", None),
        ("x = v / 255", "GS23"),
        ("x = v / 256 * 0.99 + 0.01", "GS23"),
        ("x = v / 255 * 0.99", "GS23"),
        ("x = v / 255 * 0.99 + 0.01\ny = x / 255 * 0.99 + 0.01", "GS23"),
        ("learning_rate = 0.1", None),
        ("n = NeuralNetwork(784, 200, 10, 0.6)", "GS22"),
        ("targets = np.zeros(10)", "GS24"),
        ("targets = np.zeros(10) + 0.01", None),
        ("w = np.random.normal(0.0, h ** -0.5, (h, i))", "GS21"),
        ("w = np.random.normal(0.0, 1 / np.sqrt(i), (h, i))", None),
        ("w = np.random.normal(scale=pow(o, -0.5), size=(o, h))", "GS21"),
    ],
)
def test_differences_from_the_notes_are_found(line, code, folder):
    (folder / "old.py").write_text(f"import numpy as np\n{line}\n")
    assert codes("old.py") == ([code] if code else [])


def test_files_written_by_the_program_are_not_reported_missing(folder):
    (folder / "old.py").write_text(
        "open('new.txt', 'w').write('a')\nprint(open('new.txt').read())\nurl = 'http://a/b'\n"
    )
    assert codes("old.py") == []


ONCE = 'f = "/away/me/mnist_train.csv"'
BASE = 'base = "/away/me"'
FOLLOWED = {
    "a name": f"{ONCE}\nprint(len(open(f).read()))",
    "a name with a type": f"{ONCE.replace('f =', 'f: str =')}\nprint(len(open(f).read()))",
    "a sum": f"{BASE}\nprint(len(open(base + '/mnist_train.csv').read()))",
    "a formatted text": f'{BASE}\nprint(len(open(f"{{base}}/mnist_train.csv").read()))',
    "a join": f"import os\n{BASE}\nprint(len(open(os.path.join(base, 'data', 'mnist_train.csv')).read()))",
    "a join by its name": f"from os.path import join as j\n{BASE}\nf = j(base, 'mnist_train.csv')\n"
    "print(len(open(f).read()))",
    "a join of another system": "import os\nprint(len(open(os.path.join('C:\\\\me', 'mnist_train.csv')).read()))",
    "a path": f"from pathlib import Path\n{BASE}\nprint(len((Path(base) / 'mnist_train.csv').read_text()))",
    "a path of several": "import pathlib\nf = pathlib.Path('/away', 'me').joinpath('mnist_train.csv')\n"
    "print(len(f.open().read()), f.name[:0])",
    "a path as text": f"from pathlib import Path as P\n{BASE}\nf = str(P(base) / 'mnist_train.csv')\n"
    "print(len(open(f).read()))",
    "a keyword": f"{ONCE}\nprint(len(open(file=f).read()))",
    "a name of the function": f"def main():\n    {ONCE}\n    print(len(open(f).read()))\nmain()",
    "a name of the module": f"{BASE}\ndef main():\n    print(len(open(base + '/mnist_train.csv').read()))\nmain()",
    "names that hide others": f"{BASE}\ndef main():\n    base = '/gone/'\n    f = base + 'mnist_train.csv'\n"
    "    print(len(open(f).read()))\nmain()",
    "a name used again": "f = 'mnist_train.csv'\nopen(f).close()\nf = '/away/me/mnist_train.csv'\n"
    "print(len(open(f).read()))",
    "a search": "import glob\nfor f in glob.glob('/away/me/mnist_t*.csv'):\n    print(len(open(f).read()))",
}


@pytest.mark.parametrize("way", FOLLOWED)
def test_paths_are_followed_through_constants(way, folder):
    (folder / "old.py").write_text(FOLLOWED[way] + "\n")
    found = examine_script("old.py").findings
    assert [finding.code for finding in found] == ["GS07"]
    there = ("does not exist; found mnist_train.csv", "matches no file; mnist_t*.csv does")
    assert str(found[0].text).endswith(there)
    assert run("doctor", "old.py", "--fix", "new.py").code == 0
    assert runs("new.py").split() == [str(len((folder / "mnist_train.csv").read_text()))]
    assert codes("new.py") == []


@pytest.mark.parametrize(
    "program",
    [
        f"def main(base):\n    open(base + '/mnist_train.csv')\n{BASE}",
        "import sys\nopen(sys.argv[1])\nopen(sys.argv[1] + '/a.csv')\nopen('%s.csv' % sys.argv[2])",
        "name = input('which? ')\nopen(f'{name}.csv')\nopen('{}.csv'.format(name))",
        "import os\nfor name in os.listdir('.'):\n    open(name)\nfor name in []:\n    open(name)",
        "import os\nf = 'gone.csv'\nif os.path.exists(f):\n    open(f)",
        "from pathlib import Path\nf = Path('gone.csv')\nif f.is_file():\n    f.read_text()",
        "import os\nos.chdir('/somewhere')\nopen('gone.csv')",
        "for name in ('mnist_train', 'mnist_test'):\n    with open(f'{name}.new', 'w') as f:\n        f.write('a')\n"
        "for other in ('mnist_train', 'mnist_test'):\n    open(other + '.new')",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('f')\nargs = p.parse_args()\nopen(args.f)",
        "import os\nhere = os.path.dirname(os.path.abspath(__file__))\nopen(os.path.join(here, 'mnist_train.csv'))",
        "def load(name):\n    return open(name)\nload('mnist_train.csv')\nload(input())",
        "for k in range(3):\n    open('%03d.csv' % k)\n    open(f'{k:02}.csv')\n    open('{:>3}'.format(k))",
        "def f(p):\n    open(p)\n    f(p + p)\nf(f)",
        f"for name in 'a', 'b':\n    {ONCE}\n    open(f)\n    f = name",
        f"import sys\n{BASE}\nif sys.argv[1:]:\n    base = sys.argv[1]\nopen(base + '/mnist_train.csv')",
        f"{BASE}\ndef main():\n    global base\n    base = '.'\nmain()\nopen(base + '/mnist_train.csv')",
        f"{BASE}\nbase += 'x'\nopen(base + '/mnist_train.csv')",
        "class A:\n    base = '/away'\n    def f(self):\n        open(base + '/mnist_train.csv')",
        f"with open('rows.csv') as base:\n    {BASE}\nopen(base + '/mnist_train.csv')",
        "import os\nopen(os.path.join(os.getcwd(), 'gone.csv'))",
        "a = a + 'x'\nopen(a)",
        "from pathlib import Path\n(Path('new') / 'a.txt').write_text('a')\nopen('new/a.txt')",
        "import glob\nopen('made.csv', 'w')\nglob.glob('*.csv')",
        "import glob\nname = input()\nopen(name, 'w')\nglob.glob('*.gone')",
        "import glob, tarfile\ntarfile.open(input()).extractall()\nglob.glob('*.gone')",
        "import gzip, urllib.request\nurllib.request.urlretrieve('http://a.b/c', 'c.gz')\ngzip.open('c.gz')",
        "import gzip\ngzip.open('new.gz', 'wb')\ngzip.open('new.gz')",
        "import gzip\ngzip.open('mnist_train.csv')",
    ],
)
def test_uncertain_paths_are_not_followed(program, folder):
    (folder / "old.py").write_text(program + "\n")
    assert codes("old.py") == []


IN_TURN = {
    "a loop": "for f in ['mnist_train.csv', 'gone.csv']:\n    open(f)",
    "a loop over a name": "files = ('mnist_train.csv', 'gone.csv')\nfor f in files:\n    open(f)",
    "a loop with parts": "import os\nfor part in ['mnist_train', 'gone']:\n    open(os.path.join('.', part + '.csv'))",
    "a formatted text": "for part in ['mnist_train', 'gone']:\n    path = f'{part}.csv'\n    open(path)",
    "a format of old": "for part in ['mnist_train', 'gone']:\n    open('%s.csv' % part)",
    "a method": "for part in sorted(['mnist_train', 'gone']):\n    open('{}.csv'.format(part))",
    "numbers": "for k, part in enumerate(['mnist_train', 'gone']):\n    print(k)\n    open('{0}.csv'.format(part))",
    "two loops": "for a in ['mnist', 'go']:\n    for b in ['_train', 'ne']:\n        f = open(a + b + '.csv')",
    "a range": "for k in range(2):\n    open(f'gone{k}.csv')",
    "a function": "def load(name):\n    return open(name)\nload('mnist_train.csv')\nload(name='gone.csv')",
    "a default": "def load(name='gone.csv'):\n    return open(name)\nload()\nload('mnist_train.csv')",
    "a function of two": "import os\ndef load(base, f='gone.csv'):\n    return open(os.path.join(base, f))\nload('.')",
    "a flag": "import argparse\np = argparse.ArgumentParser()\n"
    "p.add_argument('-t', '--train-data', default='gone.csv')\nargs = p.parse_args()\nopen(args.train_data)",
    "a flag by its own name": "import argparse\np = argparse.ArgumentParser()\n"
    "p.add_argument('--data', dest='where', default='gone.csv')\nargs = p.parse_args()\nopen(args.where)",
    "a word of the command line": "import sys\nf = sys.argv[1] if len(sys.argv) > 1 else 'gone.csv'\nopen(f)",
    "the program's folder": "import os\nhere = os.path.dirname(os.path.abspath(__file__))\n"
    "open(os.path.join(here, 'gone.csv'))",
}


@pytest.mark.parametrize("way", IN_TURN)
def test_missing_files_in_a_list_are_reported(way, folder):
    (folder / "old.py").write_text(IN_TURN[way] + "\n")
    found = examine_script("old.py").findings
    assert {finding.code for finding in found} == {"GS07"}
    named = [str(finding.text).split(": ", 1)[1].split(" does not exist")[0] for finding in found]
    wanted = {"a range": ["gone0.csv", "gone1.csv"], "two loops": ["mnistne.csv", "go_train.csv", "gone.csv"]}
    assert [name.removeprefix("./") for name in named] == wanted.get(way, ["gone.csv"])


READ = {
    "gzip.open": "import gzip\ngzip.open({!r})",
    "by another name": "from gzip import open as unpack\nunpack({!r}, 'rb')",
    "GzipFile": "import gzip\ngzip.GzipFile(filename={!r})",
    "bz2.open": "import bz2\nbz2.open({!r}, mode='rt')",
    "lzma.open": "import lzma\nlzma.open({!r})",
    "codecs.open": "import codecs\ncodecs.open({!r}, 'r', 'utf-8')",
}


@pytest.mark.parametrize("way", READ)
def test_compressed_files_are_checked_too(way, folder):
    (folder / "data" / "packed.gz").touch()
    for name, near in (("packed.gz", "found data/packed.gz"), ("gone.gz", "no gone.gz near the program")):
        (folder / "old.py").write_text(READ[way].format(name) + "\n")
        (finding,) = examine_script("old.py").findings
        assert finding.code == "GS07"
        assert str(finding.text).endswith(near)


WINDOWS = {
    "a text": "f = 'data\\\\deep\\\\one.csv'",
    "a joined one": "import os\nf = os.path.join('data', 'deep\\\\one.csv')",
    "the system's separator": "import os\nf = 'data' + '\\\\' + 'deep' + os.sep + 'one.csv'",
    "a list": "f = '\\\\'.join(['data', 'deep', 'one.csv'])",
    "a tuple and a name": "from os import sep\nf = sep.join(('data\\\\deep', 'one.csv'))",
    "ntpath": "import ntpath\nf = ntpath.join('data', 'deep', 'one.csv')",
    "a path": "from pathlib import PureWindowsPath\nf = PureWindowsPath('data', 'deep', 'one.csv')",
    "another machine's": "import os\nf = os.path.join('C:\\\\me', 'data\\\\deep', 'one.csv')",
}


@pytest.mark.skipif(os.sep != "/", reason="what Windows cannot find is another thing")
@pytest.mark.parametrize("way", WINDOWS)
def test_windows_paths_are_resolved(way, folder):
    """Another file of the same name in the program's folder is not confused with it."""
    (folder / "data" / "deep").mkdir()
    for place in ("data", "data/deep"):
        (folder / place / "one.csv").touch()
    (folder / "old.py").write_text(f"{WINDOWS[way]}\nopen(f)\n")
    (finding,) = examine_script("old.py").findings
    assert finding.code == "GS07"
    assert str(finding.text).endswith("found data/one.csv" if way == "another machine's" else "found data/deep/one.csv")


@pytest.mark.parametrize(
    ("program", "near"),
    [
        ("import glob\nglob.glob('gone/*.png')", ""),
        ("import glob\nglob.glob('*.gone')", ""),
        ("from glob import iglob\niglob('gone*.csv')", ""),
        ("from pathlib import Path\nPath('gone').glob('*.png')", ""),
        ("import glob\nglob.glob('mnist*.cvs')", ""),
        ("import glob\nglob.glob('data\\\\*.csv')", "data/*.csv"),
        ("import glob, os\nglob.glob(os.path.join('old', 'rows*.csv'))", "rows*.csv"),
    ],
)
def test_a_relative_pattern_without_matches_is_reported(program, near, folder):
    (folder / "old.py").write_text(program + "\n")
    (finding,) = examine_script("old.py").findings
    assert finding.code == "GS07"
    assert str(finding.text).endswith(f"matches no file; {near} does" if near else "matches no file")


def test_findings_in_a_notebook_are_sorted_by_cell(folder):
    sources = ["import numpy as np\n", "\n\nx = np.asfarray([1])\n", "y = np.asfarray([1])", "def f(x):\n    print x"]
    cells = [{"cell_type": "code", "source": text} for text in sources]
    (folder / "old.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    found = run("doctor", "old.ipynb", "--json").json()["findings"]
    assert [(one["code"], one["cell"], one["lines"]) for one in found] == [
        ("GS01", 2, [3]),
        ("GS01", 3, [1]),
        ("GS09", 4, [2]),
    ]
    (folder / "old.py").write_text("import numpy as np\nx = np.asfarray([1])\n")
    assert [one["cell"] for one in run("doctor", "old.py", "--json").json()["findings"]] == [None]


@pytest.mark.parametrize(
    ("name", "proposed"),
    [("a.b.c.py", "a.b.c-fixed.py"), ("old.py", "old-fixed.py"), ("a.b.csv", "a.b-fixed.csv"),
     ("a.b.csv.gz", "a.b-fixed.csv"), ("v1.2.ipynb", "v1.2-fixed.ipynb"),
     ("programs/old.py", "programs/old-fixed.py"), ("tables/a.csv", "a-fixed.csv")],
)  # fmt: skip
def test_the_proposed_copy_keeps_the_full_name(name, proposed, folder):
    if name.endswith(".py"):
        content = b"xrange(3)\n"
    elif name.endswith(".ipynb"):
        content = json.dumps({"cells": [{"cell_type": "code", "source": "xrange(3)"}]}).encode()
    else:
        content = digits_csv(20).encode() + b"1,2\n"
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    outcome = run("doctor", name)
    assert outcome.out.splitlines()[-1] == f"next      glassnet doctor {name} --fix {proposed}"
    assert run("doctor", name, "--fix", proposed).code in (0, 1)
    assert (folder / proposed).exists()


def test_a_git_lfs_pointer_is_reported(folder):
    (folder / "rows.csv").write_text(POINTER)
    (folder / "old.py").write_text("import gzip\nopen('rows.csv')\ngzip.open('rows.csv')\nopen('mnist_train.csv')\n")
    found = examine_script("old.py").findings
    assert [(one.code, one.lines) for one in found] == [("GS14", (2,)), ("GS14", (3,))]
    assert "109,575,994 bytes" in str(found[0].text)


@pytest.mark.parametrize(
    "name", ["rows.csv", "rows.csv.gz", "rows.npz", "train-images-idx3-ubyte", "t.parquet", "a.png"]
)
def test_a_git_lfs_pointer_is_rejected_as_data(name, folder):
    (folder / name).write_text(POINTER)
    for command in (["train", name], ["train", name, "--target", "x"], ["doctor", name], ["show", name]):
        run(*command).refused("GN005", name, "Git LFS", "109,575,994", "git lfs pull")
    for place in ("a", "b"):
        (folder / "pets" / place).mkdir(parents=True)
        (folder / "pets" / place / "1.png").write_text(POINTER)
    run("train", "pets").refused("GN005", "pets/a/1.png", "Git LFS")
    (folder / "p.ipynb").write_text(POINTER)
    run("doctor", "p.ipynb").refused("GN005", "Git LFS")


def test_a_path_in_a_list_is_repaired_but_not_a_composed_path(folder):
    (folder / "data" / "more.csv").write_text("1,2\n")
    (folder / "old.py").write_text(
        "for f in ['mnist_train.csv', '/away/more.csv']:\n    print(len(open(f).read()))\n"
        "for name in ['more', 'mnist_train']:\n    print(f'/away/{name}.csv' and open(f'/away/{name}.csv'))\n"
    )
    run("doctor", "old.py", "--fix", "new.py")
    text = (folder / "new.py").read_text()
    assert "['mnist_train.csv', \"data/more.csv\"]" in text
    assert "open(f'/away/{name}.csv')" in text


def test_a_pattern_matches_only_files_in_its_folder(folder):
    """Files next to a program that match ``*.png`` are probably not those it expects elsewhere."""
    for name in ("cats", "out"):
        (folder / name).mkdir()
        (folder / name / "one.png").touch()
    for gone, found in (("/gone/cats/*.png", '"cats/*.png"'), ("/gone/dogs/*.png", None), ("out/*.gone", None)):
        (folder / "look.py").write_text(f"import glob\nprint(glob.glob({gone!r}))\n")
        run("doctor", "look.py", "--fix", "new.py")
        assert (found or gone) in (folder / "new.py").read_text()
        (folder / "new.py").unlink()


def test_lost_indentation_is_reported(folder):
    (folder / "old.py").write_text("class A:\ndef f(self):\npass\n")
    outcome = run("doctor", "old.py")
    assert outcome.code == 1
    assert "all indentation is missing" in outcome.out


@pytest.mark.parametrize(
    ("name", "content", "typed", "code"),
    [
        ("gone.py", None, (), "GN001"),
        ("old.ipynb", b"no json", (), "GN011"),
        ("old.ipynb", b"[]", (), "GN011"),
        ("old.py", b"x = 1\n", ("--fix", "old.py"), "GN022"),
        ("old.py", b"x = 1\n", ("--fix", "new.csv"), "GN022"),
        ("old.py", b"x = 1\n", ("--test", "rows.csv"), "GN022"),
    ],
)
def test_wrong_use_is_rejected_and_changes_no_file(name, content, typed, code, folder):
    if content is not None:
        (folder / name).write_bytes(content)
    before = snapshot(folder)
    run("doctor", name, *typed).refused(code)
    assert snapshot(folder) == before


ODD = [
    b"",
    b"\0\0",
    b"\xff\xfe\0",
    b"(" * 3000,
    b"x = '\\d'\n",
    b"\tprint 1\n  print 2\n",
    b"a" + b".b(1)" * 900 + b"\n",
]


@pytest.mark.parametrize("content", ODD)
def test_odd_programs_give_findings(content, folder):
    (folder / "odd.py").write_bytes(content)
    outcome = run("doctor", "odd.py", "--fix", "new.py")
    assert outcome.code in (0, 1)
    assert outcome.err == ""


def test_repaired_and_unrepaired_paths_are_both_listed(folder):
    (folder / "old.py").write_text('a = open("C:\\\\x\\\\rows.csv").read()\nb = open("C:\\\\x\\\\gone.csv").read()\n')
    fixed = run("doctor", "old.py", "--fix", "new.py", "--json").json()["fixed"]
    assert 'open("rows.csv")' in (folder / "new.py").read_text()
    assert "GS07" in fixed["done"]
    assert [finding["code"] for finding in fixed["left"]] == ["GS07"]
