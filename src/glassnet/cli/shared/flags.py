"""Flags of the command line. Those of the options derive from their declarations in `options`.

The help is in English; `help.translation` translates it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

import click
from click.core import ParameterSource

from ...data.validation import AUTO, DECIMALS
from ...errors import OptionError
from ...io.limits import FLAG, MAX_BYTES, format_size, max_bytes
from ...messages.languages import LANGUAGES, preferred
from ...messages.option_spelling import Option, assignment, flag_words
from ...options.options import ITEMS, SPECS, TYPES, Options
from ...options.recipes import RECIPES, RECORDED_AS
from ...options.spec import Spec
from ..help.grouped import GroupedFlag
from .assignments import options_in

Command = Callable[..., Any]
_SET = "assigned"

force_flag = click.option("--force", is_flag=True, help="Overwrite an existing file, if glassnet wrote it.")
strict_flag = click.option(
    "--strict",
    is_flag=True,
    help="Refuse inputs that the training data did not have, such as new words or another range, instead of a notice.",
)
part_flag = click.option(
    "--part", type=click.Choice(["train", "test"]), default="train", help="Part of the data.  [train]"
)


def language_flag(command: Command, *, prints: bool = False) -> Command:
    """Give a command ``--language``, by default that of the help: of its output if it `prints`, else of its page."""
    text = "Language of the output and the figures." if prints else "Language of the page."
    kind = click.Choice(LANGUAGES)
    return click.option("--language", type=kind, default=preferred, help=f"{text}  [{preferred()}]")(command)


def max_bytes_flag(command: Command) -> Command:
    """Give a command that reads data ``--max-bytes``, which limits their decompressed size while the command runs."""

    def limit(context: click.Context, parameter: click.Parameter, size: str | None) -> None:
        if size is not None:
            context.with_resource(max_bytes(size))

    text = "Limit for standard input and for decompressed data (gzip, NPZ and others)."
    text = f"{text}  [{format_size(MAX_BYTES)}]"
    more: dict[str, Any] = {"callback": limit, "expose_value": False, "is_eager": True}
    return click.option(FLAG, cls=GroupedFlag, group="data", metavar="SIZE", help=text, **more)(command)


def decimal_flag(command: Command) -> Command:
    """Give a command that reads tables ``--decimal``."""
    text = f"Decimal separator in tables; auto detects it per column.  [{AUTO}]"
    more: dict[str, Any] = {"type": click.Choice(DECIMALS), "default": AUTO}
    return click.option("--decimal", cls=GroupedFlag, group="data", help=text, **more)(command)


def with_options(*names: str, recipe: str | None = "notes") -> Callable[[Command], Command]:
    """Give a command ``--recipe`` and a flag for each named option, or for all; unset ones arrive as None or ().

    Rare options have no flag of their own: they are among the words of ``--set``. A command that takes its recipes
    otherwise passes None as `recipe`: it has no ``--recipe``, and the help no defaults.
    """
    text = f"Set of options to start from; other options change it.  [{recipe}]"

    def decorate(command: Command) -> Command:
        every = names or tuple(SPECS)
        if any(SPECS[name].rare for name in every):
            command = _set_flag(every)(command)
        for name in reversed(every):
            if not SPECS[name].rare:
                default = None if recipe is None else getattr(Options.recipe(recipe), name)
                command = _flag(name, SPECS[name], default)(command)
        if recipe is None:
            return command
        place: dict[str, Any] = {"cls": GroupedFlag, "group": "training", "common": True}
        return click.option("--recipe", type=recipe_name, default=recipe, help=text, **place)(command)

    return decorate


class _Recipe(click.Choice[str]):
    """A recipe: its standard name is shown, and both are accepted."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as given."""
        if value in RECORDED_AS:
            self.fail(f"{value!r} is {RECORDED_AS[value]!r} now.", param, ctx)
        if value not in RECIPES and (near := get_close_matches(str(value), RECIPES, 1)):
            allowed = ", ".join(map(repr, self.choices))
            self.fail(f"{value!r} is not one of {allowed}. Did you mean {near[0]!r}?", param, ctx)
        return str(value) if value in RECIPES else super().convert(value, param, ctx)


recipe_name = _Recipe(RECIPES)
"""The type of an argument or a flag that names a recipe."""


def given(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given, by the names of their fields."""
    found = {name: value for name, value in flags.items() if name != _SET and value not in (None, ())}
    for name, value in flags.get(_SET, {}).items():
        if name in found:
            template = "{flag} {word}: also given as {option}. Give it once."
            option = Option(name, found[name])
            raise OptionError("GN022", template, flag="--set", word=assignment(name, value), option=option)
        found[name] = value
    return found


def _set_flag(names: Sequence[str]) -> Callable[[Command], Command]:
    """Give a command ``--set``, for each of its options; the help names the rare ones."""

    def read(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> dict[str, Any]:
        return options_in("--set", words, names)

    rare = ", ".join(SPECS[name].alias or name for name in names if SPECS[name].rare)
    text = f"Set any option; repeat for more. Listed are those that have no flag.  [{rare}]"
    place: dict[str, Any] = {"cls": GroupedFlag, "group": "training", "common": True, "multiple": True}
    return click.option("--set", _SET, metavar="OPTION=VALUE", callback=read, help=text, **place)


def only_with(flag: str, *allowed: str) -> None:
    """Raise OptionError GN022 if an option was typed that has no effect together with `flag`.

    Parameters
    ----------
    flag : str
    *allowed : str
        Names of the command's parameters that may be given, that of `flag` among them.
    """
    context = click.get_current_context()
    for one in context.command.params:
        typed_here = context.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE
        if isinstance(one, click.Option) and typed_here and one.name not in (*allowed, "max_bytes"):
            template = "{option} does not go with {other}. Omit one of them."
            raise OptionError("GN022", template, option=one.opts[0], other=flag)


def typed(recipe: str, flags: dict[str, Any], usual: str = "notes") -> list[str]:
    """Return the words that give a command the same recipe and options again."""
    words = [] if recipe == usual else ["--recipe", recipe]
    return [*words, *(word for name, value in given(flags).items() for word in flag_words(Option(name, value)))]


def _flag(name: str, spec: Spec, default: Any) -> Callable[[Command], Command]:
    kind, item = TYPES[name], ITEMS[name]
    word, several = spec.word(name), kind is not item
    text = spec.full_help()
    text = f"{text[0].upper()}{text[1:]}."
    place: dict[str, Any] = {"cls": GroupedFlag, "group": spec.group, "common": spec.common}
    if kind is bool:
        text += "" if default is None else f"  [{'' if default else 'no-'}{word}]"
        return click.option(f"--{word}/--no-{word}", name, default=None, help=text, **place)
    if default is not None:
        shown = " ".join(map(str, default)) if several else f"{default:g}" if kind is float else str(default)
        text += f"  [{shown}]"
    return click.option(
        f"--{word}",
        name,
        type=click.Choice(list(spec.choices)) if spec.choices else item,
        multiple=several,
        metavar=None if spec.choices else spec.metavar or {int: "N", float: "X", str: "WORD"}[item],
        help=text,
        **place,
    )
