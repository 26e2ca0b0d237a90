"""Texts of commands: each exists in both languages and is used, and Chinese output contains no English."""

from __future__ import annotations

import re

import pytest

from glassnet import Options, evaluate, fit, save_model
from glassnet.data import load
from glassnet.handwriting.reasons import Reason
from glassnet.messages.catalogue import catalogue
from glassnet.messages.formats import width_of
from glassnet.training.receipt import add_test
from glassnet.words.cli import CLI_WORDS
from glassnet.words.compare import COMPARE_WORDS
from glassnet.words.labels import LABELS_WORDS
from glassnet.words.search import SEARCH_WORDS
from support.cli import run, working_copy
from support.messages import in_both
from support.samples import digits, digits_csv, png
from support.sources import PACKAGE

HAN = "[⺀-鿿]"
AS_TYPED = r"glassnet [^\n]*|\bdrop\b|--[a-z-]+|[\w.-]+\.(?:safetensors|png|csv|html)|[A-Z]+|notes|reference|float\d\d"
"""Text that is the same in every language: commands, files, and names of options."""


def test_every_text_is_used():
    files = [path for part in ("cli", "workflow", "serve") for path in (PACKAGE / part).rglob("*.py")]
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    used = set(re.findall(r"\b(?:message)\(\s*[\"'](\w+)[\"']", sources))
    assert used <= set(CLI_WORDS)
    derived = {"not_sure", *(f"{kind}_{reason}" for kind in ("reason", "some") for reason in Reason)}
    derived |= {f"{score}_of" for score in ("accuracy", "coverage", "pinball")}
    assert {key for key in CLI_WORDS if not re.search(rf"[\"']{key}[\"']", sources)} == derived
    used = set(re.findall(r"\b(?:labels_)?words(?:\(language\))?\(\s*[\"'](\w+)[\"']", sources))
    assert set(LABELS_WORDS) <= used <= {*LABELS_WORDS, *COMPARE_WORDS, *SEARCH_WORDS}


def test_lines_begin_in_the_same_column():
    """The heading of each result line is ten columns wide in both languages."""
    keys = ("network", "kept", "test", "time", "model", "pictures", "next", "misread", "picture", "no_test", "report")
    texts = [in_both(CLI_WORDS)[key] for key in keys] + [
        in_both(LABELS_WORDS)[key]
        for key in ("judged", "none_wrong", "some_wrong", "empty_list", "list", "go_on", "repaired_copy")
    ]
    for pair in texts:
        heads = [re.match(r"\S+ {2,}", text).group() for text in pair]
        assert [width_of(head) for head in heads] == [10, 10], pair


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with digits, and a model of them."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "digits.csv").write_text(digits_csv(150))
    (folder / "seven.png").write_bytes(png(digits(1).inputs[0].reshape(28, 28)))
    data, options = load(folder / "digits.csv"), Options(hidden=(12,), epochs=2, engine="reference")
    fitted = fit(data, options)
    add_test(fitted.model.receipt, evaluate(fitted.model, data), recipe="notes")
    save_model(fitted.model, folder / "m.safetensors")
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")
    return working_copy(made, tmp_path, monkeypatch)


TRAIN = (
    "train",
    "digits.csv",
    "--hidden",
    12,
    "--engine",
    "reference",
    "--epochs",
    2,
    "--out",
    "other.safetensors",
    "--force",
)
COMMANDS = {
    "train": TRAIN,
    "early": (*TRAIN, "--early-stopping", 1, "--no-plot"),
    "test": ("test", "m.safetensors", "digits.csv"),
    "query": ("query", "m.safetensors", "seven.png"),
    "read": ("read", "m.safetensors", "seven.png", "--sure", 1),
    "show": ("show", "digits.csv"),
    "row": ("show", "digits.csv", "--row", 3, "--plot", "three.png", "--force"),
    "report": ("test", "--report", "m-report.html", "m.safetensors", "digits.csv", "--force"),
    "labels": ("labels", "digits.csv", "--cv", 2, "--epochs", 1, "--hidden", 8),
    "list": ("labels", "digits.csv", "--cv", 2, "--epochs", 1, "--hidden", 8, "--out", "list.csv", "--force"),
    "replay": ("explain", "m.safetensors", "digits.csv", "--epoch", 2, "--step", 3),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_results_and_progress_are_in_the_requested_language(folder, words):
    chinese = run(*words, "--language", "zh").fine()
    english = run(*words, "--language", "en").fine()
    for here in (chinese.out, chinese.err):
        if here:
            assert re.search(HAN, here)
            if words[0] != "explain":  # its texts have their own test
                assert re.findall(r"[A-Za-z]{4,}", re.sub(AS_TYPED, "", here)) == []
    assert not re.search(HAN, english.out + english.err)
    numbers = [sorted(re.findall(r"\d+\.\d{4}|\d+\.\d+%", outcome.out)) for outcome in (chinese, english)]
    assert numbers[0] == numbers[1], "the numbers differ between languages"


def test_info_is_in_the_requested_language(folder):
    facts = run("info", "m.safetensors", "--json").fine().json()
    labelled = {*facts, *facts["receipt"]} - {"receipt", "columns", "trails", "curves"}
    labels = catalogue("info")
    assert labelled <= set(labels)
    chinese = run("info", "m.safetensors", "--language", "zh").fine().out.splitlines()
    english = run("info", "m.safetensors").fine().out.splitlines()
    assert len(chinese) == len(english)
    for here, there in zip(chinese, english, strict=True):
        key, value = there[:12].rstrip(), there[13:]
        assert key in labelled
        assert here.startswith(labels[key] + " ")
        assert width_of(here[: here.index(" ")]) <= 12
        assert re.search(HAN, here) or not re.search("[a-z]", here.partition(" ")[0])
        if not re.search(HAN, here.partition(" ")[2]):
            assert here.endswith(value.replace(", ", "，"))
    assert any("偏置" in line and line.endswith("否") for line in chinese)
    assert any(line.startswith("训练数据") and "样本数 150" in line for line in chinese)


def test_a_verdict_is_in_the_language_of_the_environment(folder, monkeypatch):
    assert (
        run("info", "--verify", "m.safetensors", "digits.csv")
        .fine()
        .out.startswith("same bits after retraining 2 epochs, hash ")
    )
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    assert run("info", "--verify", "m.safetensors", "digits.csv").fine().out.startswith("逐位一致")


def test_an_error_in_chinese_has_the_same_code(monkeypatch):
    wrong = (
        (("info", "no.safetensors"), "GN001"),
        (("train", "--no-such"), "GN020"),
        (("train", "--epochs", 0), "GN021"),
    )
    for words, code in wrong:
        lines = []
        for language in ("zh", "en"):
            monkeypatch.setenv("GLASSNET_LANGUAGE", language)
            lines.append(run(*words).refused(code))
        chinese, english = lines
        assert re.search(HAN, chinese)
        assert not re.search(HAN, english)
        assert {name in chinese for name in re.findall(r"no\.safetensors|--[a-z-]+", english)} <= {True}


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        (("train", "--rate", "0.1"), "--learning-rate"),
        (("train", "--no-pictures"), "--no-plot"),
        (("labels", "--folds", "3"), "Write --cv."),
        (("compare", "notes", "quick", "--all-seeds"), "Write --no-stop-early."),
        (("show", "--row", "3", "--png", "three.png"), "--plot"),
        (("train", "--zoom", "0.1"), "--set zoom=VALUE"),
        (("train", "--no-shuffle"), "--set shuffle=no"),
        (("train", "--recipe", "committee"), "'ensemble'"),
        (("resume", "run.ck"), "glassnet train --resume CHECKPOINT"),
        (("verify", "m.safetensors"), "glassnet info MODEL --verify"),
        (("report", "m.safetensors"), "glassnet test MODEL --report FILE"),
        (("prove", "m.c", "m.safetensors"), "glassnet export MODEL --prove FILE"),
        (("import", "net.onnx"), "glassnet export NETWORK.onnx --to safetensors"),
        (("data", "mnist", "."), "glassnet show mnist --csv DIR"),
    ],
)
def test_an_old_spelling_names_the_new_one(folder, typed, instead):
    run(*typed).refused("GN020", instead)


def test_without_a_flag_the_environment_decides_and_json_is_language_independent(folder, monkeypatch):
    for language, word in (("zh", "置信度"), ("en", "confidence")):
        monkeypatch.setenv("GLASSNET_LANGUAGE", language)
        assert word in run("query", "m.safetensors", "seven.png").fine().out
    tested = ("test", "m.safetensors", "digits.csv", "--json")
    assert run(*tested, "--language", "zh").fine().out == run(*tested, "--language", "en").fine().out


def test_the_confusion_matrix_is_aligned(folder):
    """Rows are as wide as the header, for characters of any width."""
    for language in ("zh", "en"):
        lines = run("test", "m.safetensors", "digits.csv", "--language", language).fine().out.splitlines()[2:13]
        assert len({width_of(line) for line in lines[1:]}) == 1
        assert width_of(lines[0].rsplit(maxsplit=1)[0]) == width_of(lines[1].rsplit(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            "--set momentum=0.5",
            "--set momentum has no effect with --optimizer sgd, only with momentum, nesterov, adam, adamw",
        ),
        ("--set beta2=0.5 --optimizer momentum", "--set beta2 has no effect with --optimizer momentum"),
        ("--set patience=3", "--set patience has no effect with --set schedule=linear, only with plateau"),
        ("--set huber_delta=2", "--set huber_delta has no effect with --loss squared_error, only with huber"),
        ("--set hard_fraction=0.5", "--set hard_fraction has no effect with --batch-size 1, only above 1"),
        ("--validation 0.2", "--validation has no effect with --early-stopping 0"),
        ("--set beta2=0.5 --optimizer adam", ""),
        ("--set hard_fraction=0.5 --batch-size 16", ""),
        ("--validation 0.2 --early-stopping 1", ""),
    ],
)
def test_a_flag_without_effect_is_reported(typed, expected, folder):
    lines = [line for line in run(*TRAIN, "--no-plot", *typed.split()).err.splitlines() if "has no effect" in line]
    assert [line[: len(expected)] for line in lines] == [expected] * bool(expected)


def test_columns_of_a_table_are_aligned_with_kinds_in_chinese(folder):
    (folder / "t.csv").write_text(
        "年龄,job,born,member\n"
        + "".join(
            f"{k},{'cook' if k % 3 else 'clerk'},2020-01-0{k % 9 + 1},{'yes' if k % 2 else 'no'}\n" for k in range(30)
        )
    )
    described = run("show", "t.csv", "--json").fine().json()["columns"]
    assert {one["kind"] for one in described} == {"number", "text", "date", "boolean"} < set(catalogue("show"))
    for language in ("en", "zh"):
        size, head, *lines = run("show", "t.csv", "--language", language).fine().out.splitlines()
        assert "30" in size
        starts = {width_of(line[: line.index("0.0%")]) for line in lines}
        assert len(starts) == 1
        kinds = [line.split()[1] for line in lines]
        wanted = [one["kind"] for one in described]
        assert kinds == (wanted if language == "en" else [catalogue("show")[kind] for kind in wanted])
        assert head.split()[0] == ("column" if language == "en" else "列")


def test_an_error_is_in_the_language_of_its_command(monkeypatch):
    for words, locale, chinese in ((("--language", "zh"), "en", True), (("--language=en",), "zh", False)):
        monkeypatch.setenv("GLASSNET_LANGUAGE", locale)
        assert bool(re.search(HAN, run("train", "no.csv", *words).refused("GN001"))) is chinese
