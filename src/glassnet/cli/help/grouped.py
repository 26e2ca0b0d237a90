"""A command whose help lists its flags in groups: the common ones with ``--help``, all with ``--help-all``."""

from __future__ import annotations

from typing import Any

import click

from ...io.limits import SIZE, format_size
from ...messages.catalogue import translated
from ...options.job_parameters import Parameter
from ...options.spec import GROUPS

_ALL = "help_all"


class GroupedFlag(click.Option):
    """A flag with its group in the help, one of `GROUPS`, and whether it is `common`: part of the short help."""

    def __init__(self, *words: Any, group: str = "run", common: bool = False, **more: Any) -> None:
        super().__init__(*words, **more)
        self.group, self.common = group, common


class DeclaredFlag(GroupedFlag):
    """The flag of a declared parameter, from which its help, group and place derive.

    `shown` is the default that the help shows, if the declaration has no words for it; `more` is as for `click.Option`.
    """

    def __init__(self, *words: Any, parameter: Parameter, shown: Any, **more: Any) -> None:
        spec = parameter.spec
        self.parameter, self.shown = parameter, shown
        super().__init__(*words, group=spec.group, common=spec.common, **more)
        self.help = self.line("en")

    def line(self, language: str) -> str:
        """Return the line of help, with the default."""
        spec, text = self.parameter.spec, self.parameter.spec.full_help(language)
        text = f"{text}。" if language == "zh" else f"{text[0].upper()}{text[1:]}."
        default = translated(spec.otherwise, language, "help") if spec.otherwise else self._default()
        return f"{text}  [{default}]" if default else text

    def _default(self) -> str:
        shown, word = self.shown, self.parameter.word
        if shown in (None, (), ""):
            return ""
        if isinstance(shown, bool):
            return (word if shown else f"no-{word}") if self.secondary_opts else ""
        if self.parameter.spec.metavar == SIZE:
            return format_size(shown)
        if isinstance(shown, tuple):
            return " ".join(map(str, shown))
        return f"{shown:g}" if isinstance(shown, float) else str(shown)


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
