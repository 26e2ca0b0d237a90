"""A command whose help lists its flags in groups: the common ones with ``--help``, all with ``--help-all``."""

from __future__ import annotations

from typing import Any

import click

from ...options.spec import GROUPS

_ALL = "help_all"


class GroupedFlag(click.Option):
    """A flag with its group in the help, one of `GROUPS`, and whether it is `common`: part of the short help."""

    def __init__(self, *words: Any, group: str = "run", common: bool = False, **more: Any) -> None:
        super().__init__(*words, **more)
        self.group, self.common = group, common


class GroupedCommand(click.Command):
    """A command with many flags, in groups. A flag that is no `GroupedFlag` is in the last group, and not common."""

    more = "'glassnet {command} --help-all' shows all {count} options."
    """The last line of the short help."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.params.append(_help_all_flag())

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags by group."""
        whole = context.meta.get(_ALL, False)
        flags = [flag for flag in self.get_params(context) if isinstance(flag, click.Option) and not flag.hidden]
        help_flag = self.get_help_option(context)
        for group in GROUPS:
            shown = [
                record
                for flag in flags
                if getattr(flag, "group", GROUPS[-1]) == group
                and (whole or getattr(flag, "common", flag.name == (help_flag and help_flag.name)))
                and (record := flag.get_help_record(context))
            ]
            if shown:
                with formatter.section(group.capitalize()):
                    formatter.write_dl(shown)
        if not whole:
            formatter.write_paragraph()
            formatter.write_text(self.more.format(command=self.name, count=len(flags)))


def _help_all_flag() -> GroupedFlag:
    def show(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
        if wanted and not context.resilient_parsing:
            context.meta[_ALL] = True
            click.echo(context.get_help(), color=context.color)
            context.exit()

    text = "Show all options and exit."
    return GroupedFlag(
        ["--help-all"], is_flag=True, is_eager=True, expose_value=False, callback=show, help=text, common=True
    )
