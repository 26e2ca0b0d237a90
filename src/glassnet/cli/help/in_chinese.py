"""A command with its help in Chinese, built only if the language is Chinese."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

import click

from ...i18n import help_zh
from .grouped import GroupedCommand


class _Formatter(click.HelpFormatter):
    """Writes the headings in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{'':>{self.current_indent}}{help_zh.HEADS.get(heading, heading)}：\n")


class _Context(click.Context):
    formatter_class = _Formatter


def command_in_chinese(command: click.Command, name: str) -> click.Command:
    """Return a copy of a command with its help in Chinese."""
    made = copy(command)
    made.help = _joined(help_zh.COMMANDS[name]) if name in help_zh.COMMANDS else help_zh.GROUP
    made.short_help = made.help.split("\n")[0]
    made.context_class = _Context
    if isinstance(made, GroupedCommand):
        made.more = help_zh.MORE
    made.params = [_translated(parameter) for parameter in command.params]

    def help_option(context: click.Context) -> click.Option | None:
        option: click.Option | None = _translated(command.get_help_option(context))
        return option

    vars(made)["get_help_option"] = help_option
    return made


def _joined(text: str) -> str:
    """Return a text with the lines of a paragraph joined; after a Chinese character, a space is only before Latin."""
    text = re.sub(r"(?<=[\u4e00-\u9fff])\n +(?=[A-Za-z0-9'-])", " ", text)
    return re.sub(r"(?<=[^\x00-\x7f])\n +(?=\S)", "", text)


def _translated(parameter: Any) -> Any:
    made = copy(parameter)
    if isinstance(made, click.Option) and made.help is not None:
        made.help = help_zh.flag_help(made.help)
    return made
