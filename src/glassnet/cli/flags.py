"""Flags of the command line, made from `options`: nothing about an option is written here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ..data.validation import AUTO, DECIMALS
from ..i18n.language import LANGUAGES, chinese, preferred
from ..io.limits import FLAG, MAX_BYTES, format_size, max_bytes
from ..options.options import ITEMS, SPECS, TYPES, Options
from ..options.recipes import RECIPES
from ..options.spec import Spec

Command = Callable[..., Any]

force_flag = click.option("--force", is_flag=True, help="Replace what is there already, if glassnet made it.")


def language_flag(command: Command, *, prints: bool = False) -> Command:
    """Give a command that draws, or `prints` so, ``--language``: of its words, by default that of the help."""
    drawn = "图与网页中文字的语言" if chinese() else "language of the words in pictures and pages"
    printed = "所输出文字的语言，图与网页中的也是" if chinese() else "language of what is printed and drawn"
    text = printed if prints else drawn
    kind, text = click.Choice(LANGUAGES), f"{text}  [{preferred()}]"
    return click.option("--language", type=kind, default=preferred, help=text)(command)


def max_bytes_flag(command: Command) -> Command:
    """Give a command that reads data ``--max-bytes``: the limit of what they unpack to, while it runs."""

    def limit(context: click.Context, parameter: click.Parameter, size: str | None) -> None:
        if size is not None:
            context.with_resource(max_bytes(size))

    english = "most that compressed data (gzip, NPZ and so on), or standard input, may unpack to"
    text = "压缩数据（gzip、NPZ 等）或标准输入解压后的上限" if chinese() else english
    text = f"{text}  [{format_size(MAX_BYTES)}]"
    return click.option(FLAG, metavar="SIZE", help=text, callback=limit, expose_value=False, is_eager=True)(command)


def decimal_flag(command: Command) -> Command:
    """Give a command that reads tables ``--decimal``; it is no option of training, but of reading text."""
    english = "how decimals are written in a table: found out for each column, or with a comma, or a point"
    text = "表格中小数的写法：逐列判断，或用逗号，或用点" if chinese() else english
    return click.option("--decimal", type=click.Choice(DECIMALS), default=AUTO, show_default=True, help=text)(command)


def with_options(*names: str, recipe: str = "notes") -> Callable[[Command], Command]:
    """Give a command ``--recipe`` and a flag for each named option, or for all; unset ones arrive as None or ()."""
    text = "配方：一组命名的选项，可用下列参数修改" if chinese() else "named set of options that the flags below change"

    def decorate(command: Command) -> Command:
        for name in reversed(names or tuple(SPECS)):
            command = _flag(name, SPECS[name], getattr(Options.recipe(recipe), name))(command)
        choice = click.Choice(list(RECIPES))
        return click.option("--recipe", type=choice, default=recipe, show_default=True, help=text)(command)

    return decorate


def given(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the flags for options that were given."""
    return {name: value for name, value in flags.items() if value not in (None, ())}


def typed(recipe: str, flags: dict[str, Any], usual: str = "notes") -> list[str]:
    """Return the words with which a command gets the same recipe and the same flags again."""
    words = [] if recipe == usual else ["--recipe", recipe]
    for name, value in flags.items():
        word = _word(name, SPECS[name])
        if isinstance(value, bool):
            words.append(f"--{'' if value else 'no-'}{word}")
        elif value is not None:
            each = value if isinstance(value, tuple) else (value,)
            words += [
                part for one in each for part in (f"--{word}", f"{one:g}" if isinstance(one, float) else str(one))
            ]
    return words


def _word(name: str, spec: Spec) -> str:
    return (spec.flag or name).replace("_", "-")


def _flag(name: str, spec: Spec, default: Any) -> Callable[[Command], Command]:
    kind, item = TYPES[name], ITEMS[name]
    word, several = _word(name, spec), kind is not item
    help_text = spec.full_help(zh=chinese())
    if kind is bool:
        default_word = f"{'' if default else 'no-'}{word}"
        return click.option(f"--{word}/--no-{word}", name, default=None, help=f"{help_text}  [{default_word}]")
    shown = " ".join(map(str, default)) if several else f"{default:g}" if kind is float else str(default)
    words = dict.fromkeys((f"--{word}", f"--{name.replace('_', '-')}"))  # the shorter one and Python's
    return click.option(
        *words,
        name,
        type=click.Choice(list(spec.choices)) if spec.choices else item,
        multiple=several,
        metavar=None if spec.choices else {int: "N", float: "X", str: "WORD"}[item],
        help=f"{help_text}  [{shown}]",
    )
