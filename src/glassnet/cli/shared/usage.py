"""Wrong usage as click reports it, as messages: click's texts come from its own templates, translated like ours."""

from __future__ import annotations

import click

from ...messages.catalogue import translated
from ...messages.message import Command, Listing, Message
from ...messages.option_spelling import UNSET, Option
from .console import language_in_use

_REPLACED = {
    **dict.fromkeys(("--picture", "--pictures", "--png"), "--plot"),
    "--no-pictures": "--no-plot",
}
_REPLACED_IN = {("compare", "--all-seeds"): "--no-stop-early", ("labels", "--folds"): "--cv"}
"""Flag of version 0.2, of one command or of any -> what to type; those that ``--set`` sets are found below."""


def speak_the_users_language() -> None:
    """Let click, which marks its texts for gettext, take them from our catalogue, in the language of the command."""

    def one(text: str) -> str:
        return translated(text, language_in_use(), "click")

    def counted(singular: str, plural: str, count: int) -> str:
        return one(singular if count == 1 else plural)

    for module in (click.core, click.exceptions, click.parser, click.types):
        vars(module).update(_=one, ngettext=counted)


def usage_message(problem: click.ClickException, command: str) -> Message:
    """Return what was wrong with the arguments of a command, and how to see its help."""
    words = (command,) if command else ()
    return Message("{problem} Try '{command}'.", problem=_what(problem), command=Command(*words, Option("help")))


def _what(problem: click.ClickException) -> Message | str:
    if isinstance(problem, click.NoSuchOption):
        return _no_such_option(problem)
    parameter = getattr(problem, "param", None)
    if isinstance(problem, click.MissingParameter) and parameter is not None:
        kind, name = parameter.param_type_name, parameter.get_error_hint(problem.ctx)
        choices = getattr(parameter.type, "choices", ())
        missing = Message("Missing option {name}." if kind == "option" else "Missing argument {name}.", name=name)
        if not choices:
            return missing
        return Message("{missing} Choose from: {choices}.", missing=missing, choices=Listing(choices))
    if isinstance(problem, click.BadParameter) and parameter is not None:
        name = parameter.get_error_hint(problem.ctx)
        return Message("Invalid value for {name}: {problem}", name=name, problem=_ended(problem.message))
    return _ended(problem.format_message())


def _ended(text: str) -> str:
    """Return a text of click with a full stop at its end."""
    return text if text.endswith((".", "?", "。", "？")) else f"{text}{'。' if language_in_use() == 'zh' else '.'}"


def _no_such_option(problem: click.NoSuchOption) -> Message:
    """Return the message for a misspelt option: near ones have the names that the help shows, not hidden ones."""
    from ...options.options import OTHER_NAMES, SPECS

    name = problem.option_name
    command = problem.ctx.info_name if problem.ctx else None
    if instead := _REPLACED_IN.get((command or "", name), _REPLACED.get(name)):
        return Message("No such option {name!r}. Write {option}.", name=name, option=instead)
    field = name.removeprefix("--").removeprefix("no-").replace("-", "_")
    field = OTHER_NAMES.get(field, field)
    flags = {one.name for one in problem.ctx.command.params} if problem.ctx else set()
    if field in SPECS and (field in flags or (SPECS[field].rare and "assigned" in flags)):
        option = Option(field, (False if name.startswith("--no-") else "VALUE") if SPECS[field].rare else UNSET)
        return Message("No such option {name!r}. Write {option}.", name=name, option=option)
    if problem.ctx and problem.ctx.parent is None and not problem.possibilities:
        return Message("No such option before the command: {name}. Options are after the command.", name=name)
    near = dict.fromkeys(problem.possibilities or ())  # without repetitions, the most similar name first
    if not near:
        return Message("No such option {name!r}.", name=name)
    if len(near) == 1:
        return Message("No such option {name!r}. Did you mean {near!r}?", name=name, near=next(iter(near)))
    template = "No such option {name!r}. Did you mean one of: {near}?"
    return Message(template, name=name, near=Listing(near, quoted=True))
