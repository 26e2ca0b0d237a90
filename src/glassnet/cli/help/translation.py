"""A command with its help in Chinese, built only if the language is Chinese."""

from __future__ import annotations

import inspect
from copy import copy
from typing import Any

import click

from ...messages.catalogue import catalogue, translated
from .grouped import DeclaredFlag, GroupedCommand


class _Formatter(click.HelpFormatter):
    """Writes the headings in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{'':>{self.current_indent}}{translated(heading, 'zh', 'help')}：\n")


class _Context(click.Context):
    formatter_class = _Formatter


def command_in_chinese(command: click.Command) -> click.Command:
    """Return a copy of a command with its help in Chinese."""
    made = copy(command)
    # Python removes the indentation of docstrings from 3.13 on; the catalogue has none.
    made.help = translated(inspect.cleandoc(command.help or ""), "zh", "help")
    made.short_help = made.help.split("\n")[0]
    made.context_class = _Context
    if isinstance(made, GroupedCommand):
        made.more = translated(GroupedCommand.more, "zh", "help")
    made.params = [_in_chinese(parameter) for parameter in command.params]

    def help_option(context: click.Context) -> click.Option | None:
        option: click.Option | None = _in_chinese(command.get_help_option(context))
        return option

    vars(made)["get_help_option"] = help_option
    return made


def _in_chinese(parameter: Any) -> Any:
    made = copy(parameter)
    if isinstance(made, DeclaredFlag):
        made.help = made.line("zh")
    elif isinstance(made, click.Option) and made.help is not None:
        line, bracket, default = made.help.partition("  [")
        made.help = f"{catalogue('help')[line]}{bracket}{default}"
    return made
