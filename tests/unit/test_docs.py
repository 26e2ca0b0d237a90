"""The documentation: examples run, links resolve, and tables and generated pages are up to date."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import glassnet
from glassnet.cli import cli
from glassnet.errors import CODES
from glassnet.training.numerics import NUMERICS
from glassnet.training.receipt import surroundings
from support.cli import TIMEOUT, environment
from support.documentation import PAGES, name_of, programs, text_of
from support.sources import PACKAGE, ROOT

FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)

READMES = ("README.md", "README.zh-CN.md")
MEASURED = (*READMES, "docs/benchmarks.md", "docs/benchmarks.zh-CN.md")


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading, as GitHub generates it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return set(map(anchor_of, HEADING.findall(FENCE.sub("", text_of(path)))))


def load_script(name="make_reference"):
    found = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    return script


def test_required_pages_exist():
    needed = {"docs/the-notes.md", "docs/the-notes.zh-CN.md", "docs/design/README.md", "CONTRIBUTING.md", *READMES}
    reference = {f"docs/reference/{name}.md" for name in ("errors", "json", "options", "recipes", "file-format")}
    assert (needed | reference) - set(map(name_of, PAGES)) == set()


ONE_AFTER_THE_OTHER = """
import importlib, os, runpy, sys, tempfile
from glassnet import engines
engines.SMALL = 0
load = importlib.import_module("glassnet.data.load")
whole = load.bundled_pair
load.bundled_pair = lambda part: tuple(values[:1000] for values in whole(part))
for page in sys.argv[1:]:
    print(page, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        runpy.run_path(page)
        os.chdir("/")
"""


def test_the_examples_of_every_page_run_in_order(tmp_path):
    """In a separate process, each page with its own names and in an empty folder.

    With part of MNIST, and compiled loops, which are loaded once. The page about clusters is run by
    ``tests/distributed/test_ray_connection.py``.
    """
    written = []
    for page, program in programs().items():
        if page != "docs/distributed.md":
            written.append(tmp_path / f"{page.replace('/', '-')}.py")
            written[-1].write_text(program, encoding="utf-8")
    assert len(written) > 10
    start = [sys.executable, "-W", "error", "-c", ONE_AFTER_THE_OTHER, *map(str, written)]
    done = subprocess.run(start, env=environment(), capture_output=True, text=True, timeout=5 * TIMEOUT)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("package", ["tensorboard", "mlflow"])
def test_examples_for_packages_that_tests_do_not_need(package, tmp_path):
    """Without ``-W error``: what these packages warn of is not ours."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    start = [sys.executable, "-c", programs(package)["docs/questions.md"]]
    quiet = environment(MLFLOW_DISABLE_TELEMETRY="true")
    run = {"cwd": tmp_path, "env": quiet, "capture_output": True, "text": True}
    done = subprocess.run(start, **run, timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_python_example_is_run():
    for path in PAGES:
        marks = set(re.findall(r"^```(\S.*)$", text_of(path), re.MULTILINE))
        assert {mark for mark in marks if "py" in mark.lower()} <= {"python"}, name_of(path)


def test_links_lead_to_existing_files_and_headings():
    lost = []
    for path in PAGES:
        for link in LINK.findall(FENCE.sub("", text_of(path))):
            if re.match(r"[a-z]+:", link):
                continue
            place, _, anchor = link.partition("#")
            target = (path.parent / place).resolve() if place else path
            inside = target.is_relative_to(ROOT) and target.exists()
            if not inside or (anchor and anchor not in anchors(target)):
                lost.append(f"{name_of(path)}: {link}")
    assert lost == []


def exists(name: str) -> bool:
    """Tell whether a dotted name in a page is a module of the package, or an attribute of one."""
    found, path = glassnet, "glassnet"
    for part in name.split(".")[1:]:
        path += f".{part}"
        if hasattr(found, part):
            found = getattr(found, part)
        elif importlib.util.find_spec(path):
            found = importlib.import_module(path)
        else:
            return False
    return True


def test_names_of_the_package_in_pages_exist():
    assert exists("glassnet.doctor.data.checks.examine")
    assert not exists("glassnet.nothing")
    named = {
        (name_of(path), name)
        for path in PAGES
        for name in re.findall(r"(?<![\w/.])glassnet(?:\.[A-Za-z_]\w*)+", text_of(path))
    }
    assert len(named) > 30
    gone = ("_NAME", "glassnet.Checkpoint", "glassnet.pictures", "glassnet.trace")  # the list of changes has them
    assert [one for one in named if not one[1].endswith(gone) and not exists(one[1])] == []


def test_the_pages_of_questions_have_the_same_blocks_and_lead_to_every_answer():
    english, chinese = (text_of(ROOT / "docs" / f"questions{ending}.md") for ending in ("", ".zh-CN"))
    without_comments = [
        [re.sub(r" *# .*", "", block.group()) for block in FENCE.finditer(text)] for text in (english, chinese)
    ]
    assert without_comments[0] == without_comments[1]
    for text in (english, chinese):
        plain = FENCE.sub("", text)
        answers = re.findall(r"^### +(.+)$", plain, re.MULTILINE)
        contents = re.findall(r"\]\(#([^)]+)\)", plain.partition("\n## ")[0])
        assert list(map(anchor_of, answers)) == contents


def test_figures_of_the_questions_match_the_result_file(benchmarks):
    found = benchmarks("machine").read("digit_sizes")
    shown = [(50, 3), (100, 3), (200, 3), (400, 3), (200, 6), (200, 24)]
    cells = " | ".join(f"{found[f'{nodes} nodes, {epochs} epochs']['test']:.1%}" for nodes, epochs in shown)
    learned = f"{found['200 nodes, 24 epochs']['training']:.1%}"
    for ending in ("", ".zh-CN"):
        text = text_of(ROOT / "docs" / f"questions{ending}.md")
        assert cells in text
        assert learned in text


def test_the_list_of_pages_has_every_page():
    start = ROOT / "docs"
    linked = {(start / link).resolve() for link in LINK.findall(text_of(start / "README.md"))}
    assert set(start.rglob("*.md")) - linked == {start / "README.md"}


def test_the_page_of_errors_lists_the_codes_with_their_meaning():
    rows = re.findall(r"^\| (GN\d+) \| ([^|]+) \| [^|]+ \| [^|]+ \|$", text_of(ROOT / "docs/reference/errors.md"), re.M)
    assert rows == list(CODES.items())


@pytest.mark.parametrize("page", ["options.md", "recipes.md", "findings.md", "json.md"])
def test_generated_pages_are_up_to_date(page):
    written = text_of(ROOT / "docs" / "reference" / page)
    assert written == load_script().pages()[page], "run: python docs/make_reference.py"
    assert written.startswith("<!-- generated by ")


def test_the_reference_script_reports_no_problems():
    start = [sys.executable, str(ROOT / "docs" / "make_reference.py"), "--check"]
    done = subprocess.run(start, capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_gallery_script_can_be_imported():
    assert callable(load_script("make_pictures").main)  # drawing would take half a minute


@pytest.mark.parametrize("name", MEASURED)
def test_pages_have_the_markers_for_measurements(name):
    text = text_of(ROOT / name)
    assert text.count("<!-- results: written by benchmarks/table.py -->") == 1
    assert text.count("<!-- end of results -->") == 1


@pytest.mark.parametrize(
    ("page", "script"),
    [
        ("design/tables.md", "table_parts_page"),
        ("labels.md", "labels_page"),
        ("tables.md", "intervals_page"),
        ("read.md", "read_page"),
        ("serve.md", "service_page"),
        ("reference/portable.md", "portable_page"),
    ],
)
def test_tables_of_measurements_match_the_result_files(page, script, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    found, copy = importlib.import_module(script), tmp_path / Path(page).name
    copy.write_text(text_of(ROOT / "docs" / page), encoding="utf-8")
    monkeypatch.setattr(found, "PAGE", copy)
    found.main()
    assert text_of(copy) == text_of(ROOT / "docs" / page), f"run: python benchmarks/{script}.py"
    assert text_of(copy).count(f"<!-- written by benchmarks/{script}.py -->") == 1


@pytest.mark.parametrize("script", ["size_page", "trials_page"])
def test_tables_in_both_languages_match_the_result_files(script, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    found, pages = importlib.import_module(script), ("benchmarks.md", "benchmarks.zh-CN.md")
    for page in pages:
        (tmp_path / page).write_text(text_of(ROOT / "docs" / page), encoding="utf-8")
    monkeypatch.setattr(found, "PAGES", tmp_path)
    found.main()
    for page in pages:
        assert text_of(tmp_path / page) == text_of(ROOT / "docs" / page), f"run: python benchmarks/{script}.py"
        assert text_of(tmp_path / page).count(f"<!-- written by benchmarks/{script}.py -->") == 1


@pytest.fixture
def benchmarks(monkeypatch):
    """Return a function that imports a script of benchmarks/."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


def test_measurements_match_the_result_files(benchmarks, tmp_path, monkeypatch):
    table = benchmarks("table")
    (tmp_path / "docs").mkdir()
    for name in MEASURED:
        (tmp_path / name).write_text(text_of(ROOT / name), encoding="utf-8")
    monkeypatch.setattr(table, "PAGES", tmp_path)
    table.main()
    for name in MEASURED:
        assert text_of(tmp_path / name) == text_of(ROOT / name), "run: python benchmarks/table.py"
        assert text_of(tmp_path / name).count("<!-- written by benchmarks/first_runs.py -->") == 1


def test_the_chart_matches_the_result_files(benchmarks):
    chart = benchmarks("chart")
    for name in chart.FILES:
        with Image.open(ROOT / "docs/pictures" / name) as image:
            assert json.loads(image.text["Description"]) == chart.ratios(), "run: python benchmarks/chart.py"


def test_accuracies_were_measured_with_this_version_of_the_numerics(benchmarks):
    kept = json.loads(text_of(ROOT / "benchmarks/results/accuracy.json"))
    assert benchmarks("machine").numerics_of(kept) == NUMERICS, "run: python benchmarks/accuracy.py"


def one_line(text: str) -> str:
    """Return the text with single spaces and none before %."""
    return re.sub(r"\s+", " ", text).replace(" %", "%")


def test_accuracies_in_the_text_match_the_result_files(benchmarks):
    """Check sentences outside the tables, ignoring line breaks."""
    found = benchmarks("machine").read("accuracy")
    low, high, mean = (
        {name: f"{100 * one[key]:.1f} %" for name, one in found.items()} for key in ("min", "max", "mean")
    )
    expected = {
        "README.md": [
            f"over ten seeds its settings give about {mean['notes-code']}.",
            f"{found['notes']['values'][0]:.2%} right",
        ],
        "README.zh-CN.md": [
            f"测得平均约 {mean['notes-code']}，没有一次到 97%",
            f"十个种子平均约 {mean['notes']}。",
            f"准确率 {found['notes']['values'][0]:.2%}",
        ],
        "docs/the-notes.md": [
            f"the recipe `notes-code` gives {low['notes-code']} to {high['notes-code']}, "
            f"on average {mean['notes-code']};",
            f"the recipe `notes` {low['notes']} to {high['notes']}, on average {mean['notes']}.",
        ],
        "docs/the-notes.zh-CN.md": [
            f"配方 `notes-code` 得到 {low['notes-code']} 到 {high['notes-code']}，平均 {mean['notes-code']}；".replace(
                " %", "%"
            ),
            f"配方 `notes` 得到 {low['notes']} 到 {high['notes']}，平均 {mean['notes']}。".replace(" %", "%"),
        ],
    }
    for page, sentences in expected.items():
        text = one_line(text_of(ROOT / page))
        for sentence in sentences:
            assert one_line(sentence) in text, page
    assert max(found["notes-code"]["max"], found["notes-program"]["max"]) < 0.97, (
        "README.zh-CN says that none reaches it"
    )


def test_lines_of_code_that_the_course_quotes_exist():
    for path in (ROOT / "docs" / "learn").glob("[0-9]*.md"):
        (quoted,) = re.findall(
            r"^\*\*(?:The line of the code\.|代码里的那一行。)\*\* .+?(?=\n\n)", text_of(path), re.M | re.S
        )
        source = "".join(text_of(path.parent / link) for link in LINK.findall(quoted))
        lines = [line for line in re.findall(r"`([^`]+)`", LINK.sub("", quoted)) if line not in source]
        assert (lines, bool(source)) == ([], True), path.name


def test_measured_figures_of_the_course_match_the_result_files(benchmarks):
    course, seeds = benchmarks("machine").read("course"), benchmarks("machine").read("accuracy")
    usual, notes = course["notes' program"], course["recipe notes"]
    assert course["rate 5"] < 0.5, "chapter 6 says: fewer than half"
    assert course["weights 0"] == course["weights 0.01"], "chapter 8 says: the same"
    assert course["inputs 0 to 255"] < 0.2, "chapter 7 says: fewer than 20%"
    assert abs(usual[0] - course["swapped"]) < max(usual) - min(usual), "chapter 9 says: as much as another seed"
    expected = {
        "06-update": [usual[0], course["rate 0.001"]],
        "07-inputs-targets": [course[name] for name in ("targets 0 and 1", "inputs 0 to 1")],
        "08-weights": [usual[0], course["deviation 1"]],
        "09-program": [usual[0], course["swapped"]],
        "10-mnist": [
            *notes.values(),
            *(seeds[one][key] for one in ("notes-program", "notes") for key in ("min", "max")),
        ],
        "11-handwriting": [course[f"moved by {pixels}"] for pixels in (0, 2, 4)],
    }
    other = {
        "07-inputs-targets": [str(course["pixels always 0"])],
        "08-weights": [
            f"{course['sums']['saturated']:.0%}",
            f"{course['weights 0.01']:.2%}",
            f"{course['sums']['1']:.1f}",
            f"{course['sums']['uniform']:.1f}",
        ],
        "10-mnist": [f"{seeds['notes-program']['mean']:.1%}"],
    }
    for name, values in expected.items():
        for ending in (".md", ".zh-CN.md"):
            text = text_of(ROOT / "docs" / "learn" / f"{name}{ending}")
            figures = [f"{100 * value:.1f}%" for value in values] + other.get(name, [])
            assert [one for one in figures if one not in text] == [], f"{name}{ending}"


@pytest.mark.parametrize("name", READMES)
def test_the_first_screen_shows_both_uses(name):
    """Digits and a column of a table, before the picture; a longer page would move them away again."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    first = "\n".join(lines[:24])
    assert all(f"\nglassnet {use}" in first for use in ("train people.csv --target income", "read photo.jpg"))
    assert len(lines) <= 120


@pytest.mark.parametrize("name", READMES)
def test_readmes_name_python_versions_and_systems(name):
    with open(ROOT / "pyproject.toml", "rb") as file:
        needed = tomllib.load(file)["project"]["requires-python"].removeprefix(">=")
    assert f"Python {needed} " in text_of(ROOT / name)
    assert {"Linux", "x86-64", "macOS", "Windows"} <= set(re.findall(r"[\w-]+", text_of(ROOT / name), re.ASCII))


def test_contributing_names_files_and_folders_that_exist():
    names = re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|md)|(?:[\w-]+/)+[\w-]*)`", text_of(ROOT / "CONTRIBUTING.md"))
    names = [name for name in names if not re.search("NAME|FORMAT", name)]  # a file yet to be added
    assert len(names) > 80
    for name in names:
        found = (
            (ROOT / name).exists(),
            (PACKAGE / name).exists(),
            "/" not in name and any((ROOT / "tests").rglob(name)),
        )
        assert any(found), name


@pytest.mark.parametrize("name", READMES)
def test_readmes_are_short(name):
    assert len(text_of(ROOT / name).splitlines()) <= 120


@pytest.mark.parametrize(
    ("page", "term"), [("glossary.md", r"\*\*(.+?)\*\*: "), ("glossary.zh-CN.md", r"\*\*.+?\*\*（(.+?)）：")]
)
def test_every_entry_of_the_glossaries_has_a_link(page, term):
    for entry in re.split(r"^- ", text_of(ROOT / "docs" / page), flags=re.MULTILINE)[1:]:
        assert re.match(term, entry), entry
        assert LINK.search(entry), entry


def test_the_glossaries_have_the_same_terms():
    english = re.findall(r"^- \*\*(.+?)\*\*: ", text_of(ROOT / "docs/glossary.md"), re.MULTILINE)
    chinese = re.findall(r"^- \*\*.+?\*\*（(.+?)）：", text_of(ROOT / "docs/glossary.zh-CN.md"), re.MULTILINE)
    assert english == sorted(set(english), key=str.casefold)
    assert english == sorted(chinese, key=str.casefold)


def test_what_is_not_released_does_not_have_the_version_of_a_release():
    with open(ROOT / "pyproject.toml", "rb") as file:
        version = tomllib.load(file)["project"]["version"]
    changes = text_of(ROOT / "CHANGELOG.md")
    released = re.findall(r"^## \[(\d.+?)\] - \d{4}-\d\d-\d\d$", changes, re.MULTILINE)[0]
    unreleased = changes.partition("## [Unreleased]")[2].partition("\n## [")[0].strip()
    number = version.removesuffix(".dev0")
    if unreleased:
        assert version.endswith(".dev0")
        assert [*map(int, number.split("."))] > [*map(int, released.split("."))]
    else:
        assert version == released


def test_every_place_has_the_version_of_the_package():
    """It is in ``pyproject.toml`` alone, so the rest has that of the installed package, also a training record."""
    installed = importlib.metadata.version("glassnet")
    assert glassnet.__version__ == installed == surroundings()["versions"]["glassnet"]
    shown = CliRunner().invoke(cli, ["--version"], prog_name="glassnet")
    assert shown.output == f"glassnet {installed}\n"


def test_the_citation_is_that_of_the_project():
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    lines = text_of(ROOT / "CITATION.cff").splitlines()
    assert {f"{key}: {project[key]}" for key in ("version", "license")} <= set(lines)
    assert {f"title: {project['name']}", f"abstract: {project['description']}"} <= set(lines)
    assert f"  - name: {project['authors'][0]['name']}" in lines
    assert {line.removeprefix("  - ") for line in lines[lines.index("keywords:") + 1 :]} <= set(project["keywords"])


@pytest.mark.parametrize(("page", "ending"), [("gallery.md", ".png"), ("gallery.zh-CN.md", ".zh.png")])
def test_the_galleries_show_every_picture(page, ending):
    from glassnet import plots

    text, folder = text_of(ROOT / "docs" / page), ROOT / "docs" / "pictures"
    names = {name.removeprefix("draw_") for name in plots.__all__ if name.startswith("draw_")}
    assert set(re.findall(r"`draw_(\w+)\(", text)) == names
    shown = re.findall(r"\]\(pictures/(\S+)\)", text)
    wordless = {"reading"}  # one picture for both languages
    assert sorted(shown) == sorted(f"{name}{'.png' if name in wordless else ending}" for name in names)
    for file in shown:
        content = (folder / file).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 100_000, file
