"""The command line. One file a group of commands; flags come from `options`; heavy parts are loaded by the command."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from .. import __version__
from ..errors import GlassnetError
from .console import complain

_COMMANDS = {"train": "train", "test": "ask", "query": "ask", "show": "look", "info": "look"}


class _LazyGroup(click.Group):
    """Loads a command's module when it is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{_COMMANDS[name]}"), f"{name}_command")
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="glassnet %(version)s")
def cli() -> None:
    r"""Train, test, ask and look at a neural network in a glass box.

    Without a name for the data, the MNIST that comes with glassnet is used:

    \b
        glassnet train                       train the notes' network, test it, draw it
        glassnet test notes.safetensors      what it gets right and wrong
        glassnet show mnist --row 7          a digit
    """


def main() -> None:
    """Run the command line: exit code 0 fine, 1 a finding, 2 wrong use or bad input, 130 interrupted."""
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except GlassnetError as problem:
        complain(problem.code, str(problem))
        code = 2
    except click.exceptions.Abort:  # click's form of KeyboardInterrupt
        complain("GN031", "interrupted; nothing was written.")
        code = 130
    except click.ClickException as problem:
        complain("GN020", f"{problem.format_message()} Try 'glassnet {_command_word()}--help'.")
        code = 2
    except BrokenPipeError:  # the reader of a pipe has gone, `glassnet test … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _command_word() -> str:
    return f"{sys.argv[1]} " if len(sys.argv) > 1 and sys.argv[1] in _COMMANDS else ""
