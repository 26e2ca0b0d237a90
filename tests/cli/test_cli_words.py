"""What commands say: every line is there in both languages, is said, and leaves no English where Chinese is wanted."""

from __future__ import annotations

import re
import string

import pytest

from glassnet import Options, evaluate, fit, save_model
from glassnet.data import load
from glassnet.errors import CODES
from glassnet.i18n.cli import CLI_WORDS
from glassnet.i18n.errors_zh import KINDS
from glassnet.i18n.labels import LABELS_WORDS
from glassnet.i18n.language import width_of
from glassnet.training.receipt import add_test
from support.cli import run, run_process
from support.samples import digits, digits_csv, png
from support.sources import PACKAGE

HAN = "[⺀-鿿]"
AS_TYPED = r"glassnet [^\n]*|\bdrop\b|--[a-z-]+|[\w.-]+\.(?:safetensors|png|csv|html)|[A-Z]+|notes|reference|float\d\d"
"""What stays as it is in every language: commands, files, and what options are called."""


def filled_in(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_line_is_there_in_both_languages_and_is_said():
    for key, (english, chinese) in (*CLI_WORDS.items(), *LABELS_WORDS.items()):
        assert filled_in(english) == filled_in(chinese), key
        assert not re.search(HAN, english), key
        assert re.search(HAN, chinese) or not re.search("[A-Za-z]{5,}", english), key
    sources = "".join(
        path.read_text(encoding="utf-8") for part in ("cli", "workflow") for path in (PACKAGE / part).rglob("*.py")
    )
    said = set(re.findall(r"\b(?:message|notice|cli_words\(\w+\))\(\s*[\"'](\w+)[\"']", sources))
    assert said == set(CLI_WORDS)
    said = set(re.findall(r"\b(?:labels_)?words(?:\(language\))?\(\s*[\"'](\w+)[\"']", sources))
    assert said == set(LABELS_WORDS)


def test_lines_begin_in_the_same_column():
    """A line of a result has its head in ten places, in either language."""
    keys = ("network", "kept", "test", "time", "model", "pictures", "next", "misread", "picture", "no_test", "report")
    told = [CLI_WORDS[key] for key in keys] + [
        LABELS_WORDS[key]
        for key in ("judged", "none_wrong", "some_wrong", "empty_list", "list", "go_on", "repaired_copy")
    ]
    for pair in told:
        heads = [re.match(r"\S+ {2,}", text).group() for text in pair]
        assert [width_of(head) for head in heads] == [10, 10], pair


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "digits.csv").write_text(digits_csv(150))
    (tmp_path / "seven.png").write_bytes(png(digits(1).inputs[0].reshape(28, 28)))
    data, options = load(tmp_path / "digits.csv"), Options(hidden=(12,), epochs=2, engine="reference")
    fitted = fit(data, options)
    add_test(fitted.model.receipt, evaluate(fitted.model, data), recipe="notes")
    save_model(fitted.model, tmp_path / "m.safetensors")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")
    return tmp_path


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
    "early": (*TRAIN, "--early-stopping", 1, "--no-pictures"),
    "test": ("test", "m.safetensors", "digits.csv"),
    "query": ("query", "m.safetensors", "seven.png"),
    "read": ("read", "m.safetensors", "seven.png", "--sure", 1),
    "show": ("show", "digits.csv"),
    "row": ("show", "digits.csv", "--row", 3, "--png", "three.png", "--force"),
    "report": ("report", "m.safetensors", "digits.csv"),
    "labels": ("labels", "digits.csv", "--folds", 2, "--epochs", 1, "--hidden", 8),
    "list": ("labels", "digits.csv", "--folds", 2, "--epochs", 1, "--hidden", 8, "--out", "list.csv", "--force"),
    "replay": ("explain", "m.safetensors", "digits.csv", "--epoch", 2, "--step", 3),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_results_and_progress_are_in_the_language_asked_for(folder, words):
    chinese = run(*words, "--language", "zh").fine()
    english = run(*words, "--language", "en").fine()
    for here in (chinese.out, chinese.err):
        if here:
            assert re.search(HAN, here)
            if words[0] != "explain":  # whose own words have a test of their own
                assert re.findall(r"[A-Za-z]{4,}", re.sub(AS_TYPED, "", here)) == []
    assert not re.search(HAN, english.out + english.err)
    numbers = [sorted(re.findall(r"\d+\.\d{4}|\d+\.\d+%", told.out)) for told in (chinese, english)]
    assert numbers[0] == numbers[1], "the numbers are the same"


def test_a_verdict_is_in_the_language_of_the_surroundings(folder, monkeypatch):
    assert run("verify", "m.safetensors", "digits.csv").fine().out.startswith("same bits: 2 epochs again, hash ")
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    assert run("verify", "m.safetensors", "digits.csv").fine().out.startswith("逐位相同")


def test_a_mistake_says_its_kind_in_chinese_first(tmp_path):
    assert set(KINDS) == set(CODES)
    wrong = (
        (("info", "no.safetensors"), "GN001"),
        (("train", "--no-such"), "GN020"),
        (("train", "--epochs", 0), "GN021"),
    )
    for words, code in wrong:
        in_two = [run_process(*words, cwd=tmp_path, env={"GLASSNET_LANGUAGE": language}) for language in ("zh", "en")]
        chinese, english = (told.refused(code) for told in in_two)
        assert chinese == english.replace("glassnet: ", f"glassnet: {KINDS[code]}: ", 1)
        assert not re.search(HAN, english)


def test_without_a_flag_the_surroundings_decide_and_json_is_the_same_in_all(folder):
    words = ("query", "m.safetensors", "seven.png")
    outputs = {
        language: run_process(*words, cwd=folder, env={"GLASSNET_LANGUAGE": language}).fine().out
        for language in ("zh", "en")
    }
    assert "置信度" in outputs["zh"]
    assert "sure" in outputs["en"]
    tested = ("test", "m.safetensors", "digits.csv", "--json")
    assert run(*tested, "--language", "zh").fine().out == run(*tested, "--language", "en").fine().out


def test_the_confusion_table_keeps_its_columns(folder):
    """Whatever the width of its letters, a row is as wide as the heads."""
    for language in ("zh", "en"):
        lines = run("test", "m.safetensors", "digits.csv", "--language", language).fine().out.splitlines()[1:12]
        assert len({width_of(line) for line in lines[1:]}) == 1
        assert width_of(lines[0].rsplit(maxsplit=1)[0]) == width_of(lines[1].rsplit(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--momentum 0.5", "--momentum does nothing with optimizer sgd; it is for momentum, nesterov, adam, adamw"),
        ("--beta2 0.5 --optimizer momentum", "--beta2 does nothing with optimizer momentum"),
        ("--patience 3", "--patience does nothing with schedule linear; it is for plateau"),
        ("--huber-delta 2", "--huber-delta does nothing with loss squared_error; it is for huber"),
        ("--hardest 0.5", "--hardest does nothing with batch-size 1; it is for more than 1"),
        ("--validation 0.2", "--validation does nothing with early-stopping 0"),
        ("--beta2 0.5 --optimizer adam", ""),
        ("--hardest 0.5 --batch-size 16", ""),
        ("--validation 0.2 --early-stopping 1", ""),
    ],
)
def test_a_flag_that_does_nothing_is_told(typed, said, folder):
    told = [line for line in run(*TRAIN, "--no-pictures", *typed.split()).err.splitlines() if "does nothing" in line]
    assert [line[: len(said)] for line in told] == [said] * bool(said)
