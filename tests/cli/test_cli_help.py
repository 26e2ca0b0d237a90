"""Chinese help of every command, flag and section heading."""

from __future__ import annotations

import re

import click
import pytest

from glassnet.cli import _COMMANDS, cli
from glassnet.i18n.help_zh import COMMANDS, FLAGS, OPTIONS, flag_help
from glassnet.options.options import ALIASES, SPECS
from glassnet.options.recipes import RECIPE_ALIASES
from support.cli import run_process


def commands():
    return {name: cli.get_command(click.Context(cli), name) for name in _COMMANDS}


def test_every_command_and_flag_has_chinese_help():
    assert list(COMMANDS) == list(_COMMANDS)
    written = {flag.help for command in commands().values() for flag in command.params if getattr(flag, "help", None)}
    for text in written:
        assert re.fullmatch(r"[A-Z].*[.](  \[.+\])?", text), text
        assert re.fullmatch(r"[^.]*[⺀-鿿].*。(  \[.+\])?", flag_help(text)), text


def test_no_chinese_help_is_unused():
    written = {flag.help for command in commands().values() for flag in command.params if getattr(flag, "help", None)}
    used = written | {text.partition("  [")[0] for text in written}
    assert set(FLAGS) - used == {"Show this message and exit.", "Show the version and exit."}
    assert list(OPTIONS) == [spec.help for spec in SPECS.values()]


def test_every_option_has_its_python_name():
    spelled = {word for flag in commands()["train"].params for word in flag.opts}
    assert {f"--{name.replace('_', '-')}" for name in (*SPECS, *ALIASES)} - spelled == set()


def test_help_uses_the_standard_names_of_options_and_recipes(tmp_path):
    text = run_process("train", "--help", cwd=tmp_path).fine().out
    for alias, name in ALIASES.items():
        assert f"--{alias.replace('_', '-')} " in text
        assert f"--{name} " not in text
    for alias, name in RECIPE_ALIASES.items():
        assert re.search(rf"--recipe \[[^]]*\b{alias}\b", text)
        assert not re.search(rf"--recipe \[[^]]*\b{name}\b", text)


@pytest.mark.parametrize("words", [[], ["explain"], ["doctor"], ["train"]], ids=str)
def test_chinese_help_contains_no_english(words, tmp_path):
    text = run_process(*words, "--help", cwd=tmp_path, env={"GLASSNET_LANGUAGE": "zh"}).fine().out
    assert text.startswith("用法：")
    assert "选项：" in text
    assert ("命令：" in text) == (not words)
    assert not re.search(r"\b(the|and|Show|Options|Usage|Print|Commands)\b", text)
    english = run_process(*words, "--help", cwd=tmp_path, env={"GLASSNET_LANGUAGE": "en"}).fine().out
    assert not re.search("[⺀-鿿]", english)
    assert set(re.findall(r"--[a-z-]+", text)) >= set(re.findall(r"^ +(?:-h, )?(--[a-z-]+)", english, re.M))
