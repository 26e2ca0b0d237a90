"""Flags of the command line, which derive from the declarations of jobs and of the options of training.

The help is in English; `help.translation` translates it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING
from difflib import get_close_matches
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ...errors import OptionError
from ...io.limits import FLAG, MAX_BYTES, SIZE, format_size, max_bytes, parse_size
from ...messages.languages import preferred
from ...messages.message import Listing, Message
from ...messages.option_spelling import Option, assignment
from ...options.job_parameters import Parameter, job_from, options_of_job, parameters
from ...options.options import SPECS, Options
from ...options.recipes import RECIPES, RECORDED_AS
from ..help.grouped import DeclaredFlag, GroupedFlag
from .assignments import options_in
from .console import language_in_use

Command = Callable[..., Any]
_Job = TypeVar("_Job")
_SET = "assigned"


def max_bytes_flag(command: Command) -> Command:
    """Give a command that reads data ``--max-bytes``, which limits their decompressed size while the command runs."""

    def limit(context: click.Context, parameter: click.Parameter, size: str | None) -> None:
        if size is not None:
            context.with_resource(max_bytes(size))

    text = "Limit for standard input and for decompressed data (gzip, NPZ and others)."
    text = f"{text}  [{format_size(MAX_BYTES)}]"
    more: dict[str, Any] = {"callback": limit, "expose_value": False, "is_eager": True}
    return click.option(FLAG, cls=GroupedFlag, group="data", metavar="SIZE", help=text, **more)(command)


def with_job(*jobs: type) -> Callable[[Command], Command]:
    """Give a command the arguments and flags of its jobs, each of which arrives by the name of the parameter.

    A rare parameter has no flag of its own: it is among the words of ``--set``. Options of training that were not given
    arrive as None or ().
    """
    declared: dict[str, Parameter] = {}
    options: dict[str, Parameter] = {}
    defaults: Any = None
    for job in jobs:
        declared = {**declared, **{name: one for name, one in parameters(job).items() if name not in declared}}
        if found := options_of_job(job):
            _, names, recipe = found
            options = {name: one for name, one in parameters(Options).items() if name in (names or SPECS)}
            options = {name: one for name, one in options.items() if name not in declared}
            defaults = None if recipe is None else Options.recipe(recipe)
    every = {**declared, **options}

    def decorate(command: Command) -> Command:
        rare = [name for name, one in every.items() if one.spec.rare]
        if rare:
            command = _set_flag(every if options else {name: every[name] for name in rare}, rare)(command)
        for name, one in reversed(options.items()):
            if name not in rare:
                command = _option_flag(one, getattr(defaults, name, None))(command)
        for name, one in reversed(declared.items()):
            if one.spec.argument:
                command = _argument(one)(command)
            elif name not in rare:
                command = _job_flag(one)(command)
        return command

    return decorate


def job_of(job: type[_Job], flags: Mapping[str, Any], **more: Any) -> _Job:
    """Return the job that a command's arguments and flags describe, with `more` by the names of its fields."""
    assigned, own = flags.get(_SET, {}), parameters(job)
    values = {name: value for name, value in {**flags, **assigned}.items() if name in own}
    if found := options_of_job(job):
        values[found[0]] = given(flags, [name for name in found[1] or SPECS if name not in own])
    return job_from(job, {**values, **more})


def given(flags: Mapping[str, Any], names: Sequence[str] = tuple(SPECS)) -> dict[str, Any]:
    """Return the options of training that were given, by the names of their fields."""
    found = {name: value for name in names if (value := flags.get(name)) not in (None, ())}
    for name, value in flags.get(_SET, {}).items():
        if name in found:
            template = "{flag} {word}: also given as {option}. Give it once."
            option = Option(name, found[name])
            raise OptionError("GN022", template, flag="--set", word=assignment(name, value), option=option)
        if name in names:
            found[name] = value
    return found


def only_with(flag: str, *jobs: type, also: Sequence[str] = ()) -> None:
    """Raise OptionError GN022 if an option was typed that has no effect together with `flag`.

    The parameters of the jobs may be given, and `also` further ones of the command, that of `flag` among them.
    """
    allowed = {"as_json", "max_bytes", "language", *also, *(name for job in jobs for name in parameters(job))}
    context = click.get_current_context()
    for one in context.command.params:
        typed_here = context.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE
        if isinstance(one, click.Option) and typed_here and one.name not in allowed:
            template = "{option} does not go with {other}. Omit one of them."
            off = one.is_flag and one.secondary_opts and not context.params.get(one.name or "")
            raise OptionError("GN022", template, option=(one.secondary_opts if off else one.opts)[-1], other=flag)


class _Recipe(click.Choice[str]):
    """A recipe; the error for an unknown one names a similar one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as given."""
        if value in RECORDED_AS:
            refused = Message("{value!r} is {now!r} now.", value=value, now=RECORDED_AS[value])
            self.fail(refused.text(language_in_use()), param, ctx)
        if value not in RECIPES and (near := get_close_matches(str(value), RECIPES, 1)):
            template = "{value!r} is not one of {choices}. Did you mean {near!r}?"
            refused = Message(template, value=value, choices=Listing(self.choices, quoted=True), near=near[0])
            self.fail(refused.text(language_in_use()), param, ctx)
        return super().convert(value, param, ctx)


class _Choice(click.Choice[str]):
    """One of a parameter's choices."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(list(parameter.spec.choices))
        self._parameter = parameter

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the choice; an activation with its parameter is refused as everywhere, with the option for it."""
        if "(" in str(value):
            self._parameter.checked(value)
        return super().convert(value, param, ctx)


class _Size(click.ParamType[int]):
    """A number of bytes, such as 32MiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes."""
        return value if isinstance(value, int) else parse_size(value, param.opts[0] if param else "")


recipe_name = _Recipe(list(RECIPES))
"""The type of an argument or a flag that names a recipe."""


def _set_flag(settable: Mapping[str, Parameter], rare: Sequence[str]) -> Callable[[Command], Command]:
    """Give a command ``--set``, for each of these parameters; the help names the rare ones."""

    def read(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> dict[str, Any]:
        return options_in("--set", words, settable)

    text = f"Set any option; repeat for more. Those without a flag are listed.  [{', '.join(rare)}]"
    place: dict[str, Any] = {"cls": GroupedFlag, "group": "training", "common": True, "multiple": True}
    return click.option("--set", _SET, metavar="OPTION=VALUE", callback=read, help=text, **place)


def _argument(parameter: Parameter) -> Callable[[Command], Command]:
    metavar, optional = parameter.spec.argument, parameter.spec.argument.startswith("[")
    more: dict[str, Any] = {"nargs": -1} if metavar.endswith("...") else {}
    if optional and not more:
        more["default"] = None if parameter.default is MISSING else parameter.default
    return click.argument(parameter.name, metavar=metavar, required=not optional, **more)


def _job_flag(parameter: Parameter) -> Callable[[Command], Command]:
    """Return the flag of a job's parameter, whose value is the default of the job unless it is typed."""
    name, word = parameter.name, parameter.word
    default = None if parameter.default is MISSING else parameter.default
    place: dict[str, Any] = {"cls": DeclaredFlag, "parameter": parameter, "shown": default}
    if parameter.item is bool:
        words = f"--{word}/--no-{word}" if default else f"--{word}"
        return click.option(words, name, is_flag=True, default=default, **place)
    if name == "language" and default is not None:
        default = preferred
        place["shown"] = preferred()
    short = ["-o"] if name == "out" else []
    return click.option(*short, f"--{word}", name, default=default, **_typed_as(parameter), **place)


def _option_flag(parameter: Parameter, default: Any) -> Callable[[Command], Command]:
    """Return the flag of an option of training, whose value is None or () unless it is typed."""
    name, word = parameter.name, parameter.word
    place: dict[str, Any] = {"cls": DeclaredFlag, "parameter": parameter, "shown": default}
    if parameter.item is bool:
        return click.option(f"--{word}/--no-{word}", name, default=None, **place)
    return click.option(f"--{word}", name, **_typed_as(parameter), **place)


def _typed_as(parameter: Parameter) -> dict[str, Any]:
    spec = parameter.spec
    kind: Any = _Choice(parameter) if spec.choices else parameter.item
    if parameter.name == "recipe":
        kind = recipe_name
    elif spec.metavar == SIZE:
        kind = _Size()
    metavar = None if spec.choices else spec.metavar or {int: "N", float: "X", str: "WORD"}[parameter.item]
    return {"type": kind, "multiple": parameter.several, "metavar": metavar}
