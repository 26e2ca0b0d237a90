"""Chinese help of every command, flag and section heading."""

from __future__ import annotations

import inspect
import re

import click
import pytest
from click.testing import CliRunner

from glassnet.cli import _COMMANDS, _in_language, cli
from glassnet.cli.help.grouped import DeclaredFlag, GroupedCommand
from glassnet.cli.help.translation import command_in_chinese
from glassnet.messages.catalogue import catalogue, translated
from glassnet.options.job_parameters import parameters
from glassnet.options.options import SPECS
from glassnet.options.recipes import RECIPES
from glassnet.options.spec import GROUPS
from glassnet.workflow.train_job import TrainJob
from support.cli import commands, run


def test_every_command_and_flag_has_chinese_help():
    for command in commands().values():
        chinese = command_in_chinese(command)
        assert re.search("[⺀-鿿]", chinese.help), command.name
        for flag, its_chinese in zip(command.params, chinese.params, strict=True):
            if getattr(flag, "help", None):
                assert re.fullmatch(r"[A-Z].*[.](  \[.+\])?", flag.help), flag.help
                assert re.fullmatch(r"[^.]*[⺀-鿿].*。(  \[.+\])?", its_chinese.help), flag.help


def test_the_help_of_all_has_the_first_line_of_each_command():
    assert {name: one.help.split("\n")[0] for name, one in commands().items() if " " not in name} == _COMMANDS


def test_no_chinese_help_is_unused():
    texts = {
        inspect.cleandoc(cli.help),
        *_COMMANDS.values(),
        *(spec.help for spec in SPECS.values()),
        GroupedCommand.more,
    }
    for command in commands().values():
        texts.add(inspect.cleandoc(command.help))
        for flag in command.params:
            if isinstance(flag, DeclaredFlag):
                texts |= {flag.parameter.spec.help, flag.parameter.spec.otherwise}
            else:
                texts.add((getattr(flag, "help", None) or "").partition("  [")[0])
    texts |= {one.spec.help for one in parameters(TrainJob).values()}
    texts |= {"Show this message and exit.", "Show the version and exit.", "Commands", "Options"}
    texts |= {group.capitalize() for group in GROUPS}
    assert set(catalogue("help")) - texts == set()


def test_every_option_has_a_flag_of_its_python_name_or_is_among_those_of_set():
    flags = {flag.name: flag for flag in commands()["train"].params}
    rare = re.search(r"\[(.*)\]", flags["assigned"].help)[1].split(", ")
    for name, spec in SPECS.items():
        if spec.rare:
            assert name not in flags
        else:
            assert flags[name].opts == [f"--{name.replace('_', '-')}"]
    assert rare == ["add_times", *(name for name, spec in SPECS.items() if spec.rare)]


def test_the_surface_is_small():
    assert len(_COMMANDS) <= 16
    assert len(sections(run("train", "--help-all").fine().out)) == len(GROUPS)
    assert sum(map(len, sections(run("train", "--help-all").fine().out).values())) <= 51


def test_help_names_every_recipe():
    listed = re.search(r"--recipe \[([^]]*)\]", run("train", "--help-all").fine().out)[1]
    assert re.sub(r"\s", "", listed).split("|") == list(RECIPES)


def sections(text):
    """Return the flags of a help by heading; a flag is the first word of its line that begins with two dashes."""
    found, current = {}, []
    for line in text.splitlines():
        if line and not line.startswith(" ") and line.endswith((":", "：")):
            current = found[line[:-1]] = []
        elif flag := re.match(r"  (?:-\w, )?(--[a-z0-9-]+)", line):
            current.append(flag[1])
    return found


def help_of(name, flag, monkeypatch, language="en"):
    monkeypatch.setenv("GLASSNET_LANGUAGE", language)
    return CliRunner().invoke(_in_language(cli), [name, flag], prog_name="glassnet").output


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_of_train_is_short_and_in_groups(monkeypatch, language):
    short, whole = (sections(help_of("train", flag, monkeypatch, language)) for flag in ("--help", "--help-all"))
    heads = [group.capitalize() for group in GROUPS]
    assert (
        list(whole)
        == list(short)
        == ([translated(head, "zh", "help") for head in heads] if language == "zh" else heads)
    )
    for group, flags in short.items():
        assert flags == [flag for flag in whole[group] if flag in flags]
    assert 15 <= sum(map(len, short.values())) <= 25
    assert {"--target", "--drop", "--group", "--time", "--weight"} <= {
        flag for flags in short.values() for flag in flags
    }
    assert f"--help-all' {'显示全部' if language == 'zh' else 'shows all'} {sum(map(len, whole.values()))}" in help_of(
        "train", "--help", monkeypatch, language
    )


def test_all_flags_are_in_the_group_that_their_option_declares(monkeypatch):
    whole = sections(help_of("train", "--help-all", monkeypatch))
    for name, spec in SPECS.items():
        assert spec.rare or f"--{spec.word(name)}" in whole[spec.group.capitalize()]
    visible = [flag for flag in commands()["train"].params if isinstance(flag, click.Option) and not flag.hidden]
    assert sum(map(len, whole.values())) == len(visible) + 1  # and --help


@pytest.mark.parametrize("words", [[], ["explain"], ["doctor"], ["train"], ["learn"]], ids=str)
def test_chinese_help_contains_no_english(words, monkeypatch):
    monkeypatch.setenv("GLASSNET_LANGUAGE", "zh")
    text = run(*words, "--help").fine().out
    assert text.startswith("用法：")
    assert ("选项：" in text) == (words != ["train"])
    assert ("命令：" in text) == (words in ([], ["learn"]))
    assert not re.search(r"\b(the|and|Show|Options|Usage|Print|Commands)\b", text)
    monkeypatch.setenv("GLASSNET_LANGUAGE", "en")
    english = run(*words, "--help").fine().out
    assert not re.search("[⺀-鿿]", english)
    assert set(re.findall(r"--[a-z-]+", text)) >= set(re.findall(r"^ +(?:-h, )?(--[a-z-]+)", english, re.M))


def test_a_misspelt_name_leads_to_one_that_the_help_shows(folder):
    run("train", "--epochz", "3").refused("GN020", "Did you mean '--epochs'?")
    run("train", "--recipe", "quik").refused("GN020", "Did you mean 'quick'?")


@pytest.mark.parametrize("name", commands())
def test_joined_lines_of_chinese_help_have_spaces_around_latin_words(name):
    text = command_in_chinese(commands()[name]).help
    assert re.findall(r"[\u4e00-\u9fff][A-Za-z0-9]", text) == []


def test_the_most_similar_option_is_suggested_first():
    """Also where one of those that follow comes before it in the alphabet, as hidden does."""
    for given, wanted in (("hiden", "hidden"), ("ephocs", "epochs"), ("dropuot", "dropout"), ("tets", "test")):
        message = run("train", f"--{given}", "3").refused("GN020")
        assert re.search(r"Did you mean (?:one of: )?'--([\w-]+)'", message)[1] == wanted
    message = run("train", "--hiden", "3").refused("GN020")
    names = re.findall(r"'(--[\w-]+)'", message.partition("Did you mean")[2])
    assert len(names) > 1
    assert names != sorted(names)
