"""The command line. One module a command: it calls its job in `workflow` and prints the result."""

from __future__ import annotations

import io
import os
import sys
import warnings
from difflib import get_close_matches
from importlib import import_module

import click

from .. import __version__
from ..errors import GlassnetError, RangeWarning
from ..i18n.language import chinese
from .console import complain, say_warning

_COMMANDS = (
    "train",
    "resume",
    "test",
    "query",
    "read",
    "show",
    "explain",
    "info",
    "verify",
    "doctor",
    "labels",
    "report",
    "bench",
)
"""The commands, each a module of this name with the function ``NAME_command``, in the order of the help."""


class _LazyGroup(click.Group):
    """Loads a command's module when it is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{name}", __name__), f"{name}_command")
        if chinese():
            from .help_in_chinese import in_chinese

            return in_chinese(command, name)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS and (near := get_close_matches(args[0], _COMMANDS, 1)):
            raise click.UsageError(f"No such command '{args[0]}'. Did you mean '{near[0]}'?")
        return super().resolve_command(context, args)


_HELP = """Train, test, ask and look at a neural network in a glass box.

Without a name for the data, the MNIST that comes with glassnet is used:

\b
    glassnet train                       train the notes' network, test it, draw it
    glassnet test notes.safetensors      what it gets right and wrong
    glassnet show mnist --row 7          a digit
    glassnet read photo.jpg              the digits in a photograph of handwriting
"""


@click.group(
    cls=_LazyGroup,
    help=_HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, message="glassnet %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Show the help when no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _command_line() -> click.Command:
    """Return the command line, with its help in the reader's language."""
    if chinese():
        from .help_in_chinese import in_chinese

        return in_chinese(cli, "")
    return cli


def main() -> None:
    """Run the command line: exit code 0 fine, 1 a finding, 2 wrong use or bad input, 130 interrupted."""
    code = 2
    _prepare_streams()
    os.environ["MPLBACKEND"] = "agg"  # pictures are files; what a notebook says of its own is not asked, nor loaded
    warnings.showwarning = lambda message, *_: _show_warning(message)
    try:
        if "" in sys.argv:
            before = sys.argv[sys.argv.index("") - 1]
            which = f"the word after {before}" if before.startswith("-") else "one of the words typed"
            raise click.UsageError(f"{which} is empty, as from a variable of the shell that is not set.")
        # Not `cli.main`: it would answer a closed pipe and an interrupt in its own way.
        with _command_line().make_context("glassnet", sys.argv[1:]) as context:
            cli.invoke(context)
        sys.stdout.flush()
        code = 0
    except click.exceptions.Exit as end:  # --help, --version
        code = end.exit_code
    except GlassnetError as problem:
        complain(problem.code, str(problem))
        code = 130 if problem.code == "GN031" else 2
    except (KeyboardInterrupt, click.Abort) as stop:
        complain("GN031", str(stop) or "interrupted; nothing was written.")
        code = 130
    except click.ClickException as problem:
        complain("GN020", f"{problem.format_message()} Try 'glassnet {_command_word()}--help'.")
    except MemoryError:
        complain("GN032", "not enough memory for this. Use a smaller network, or smaller batches.")
    except BrokenPipeError:  # the reader of a pipe has gone, as in `glassnet test … | head`
        _abandon_output()
        code = 0
    except OSError as problem:
        where = problem.filename or "standard output"
        complain("GN003", f"{where}: cannot be written or read ({problem.strerror or problem}).")
        _abandon_output()
    sys.exit(code)


def _show_warning(message: Warning | str) -> None:
    if isinstance(message, RangeWarning):
        complain(message.code, str(message))
    else:
        say_warning(str(message))


def _prepare_streams() -> None:
    """Give what the caller closed, as in `>&-`, somewhere to go, and let no character that output lacks end a command.

    A stream that is closed would be None here, and the next file that is opened might get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # Python's own choice for errors: names need not be UTF-8


def _abandon_output() -> None:
    """Keep Python from trying once more, at its end, to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command_word() -> str:
    return f"{sys.argv[1]} " if len(sys.argv) > 1 and sys.argv[1] in _COMMANDS else ""
