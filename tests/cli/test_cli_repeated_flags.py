"""Two values of a flag that takes one are refused, by every command; click would silently use the last."""

from __future__ import annotations

from unittest import mock

import click
import pytest

from glassnet.errors import OptionError
from support.cli import commands, run

COMMANDS = commands()
SINGLE = [
    (name, flag)
    for name, command in COMMANDS.items()
    for flag in command.params
    if isinstance(flag, click.Option) and not flag.multiple and not flag.is_eager and not flag.is_flag
]
EITHER = [
    (name, flag)
    for name, command in COMMANDS.items()
    for flag in command.params
    if isinstance(flag, click.Option) and flag.secondary_opts
]


@pytest.mark.parametrize(("name", "flag"), SINGLE, ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_value_is_given_once(name, flag):
    command, word = COMMANDS[name], flag.opts[-1]
    again = f"{flag.opts[0]}{'=' * flag.opts[0].startswith('--')}2"
    with pytest.raises(OptionError, match=f"'{flag.opts[0]}' is given twice"):
        command.make_context(name, [word, "1", again])
    with pytest.raises(click.ClickException) as raised:
        command.make_context(name, [word, "1", word, "1", "--no-such-option"])
    assert "twice" not in str(raised.value)


@pytest.mark.parametrize(("name", "flag"), EITHER, ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_switch_is_not_both(name, flag):
    with pytest.raises(OptionError, match="is given twice"):
        COMMANDS[name].make_context(name, [flag.opts[0], flag.secondary_opts[0]])


def test_lists_and_plain_switches_may_be_repeated():
    train = COMMANDS["train"].make_context("train", ["--hidden", "3", "--hidden", "4", "--json", "--json"])
    assert train.params["hidden"] == (3, 4)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_message_is_one_line(language):
    with mock.patch.dict("os.environ", GLASSNET_LANGUAGE=language):
        run("train", "--epochs", "1", "--epochs", "2").refused("GN020", "'--epochs'")
