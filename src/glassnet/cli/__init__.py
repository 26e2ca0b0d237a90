"""The command line, with one module per command, which calls its job in `workflow` and prints the result."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from typing import Any

import click

from ..errors import GlassnetError, OptionError, RangeWarning
from ..io.archives import remove_unpacked
from ..messages.catalogue import translated
from ..messages.languages import chinese
from ..messages.message import Command, Message
from ..messages.option_spelling import Option
from ..messages.progress import REPORTER, step
from ..runtime.compile_notice import is_compiling, shown_by
from ..runtime.threads import runs_in_background
from .shared.console import StepDisplay, complain, say_compiling, say_warning
from .shared.usage import speak_the_users_language, usage_message

_COMMANDS = {
    "train": "Train a network, test it, save it and plot the results.",
    "test": "Test a model: accuracy, confusion matrix, misclassified samples.",
    "query": "Make predictions for images or rows of data.",
    "read": "Read the handwritten digits in photos or scans.",
    "show": "Show one sample of DATA, or without --row a summary.",
    "explain": "Explain a model: a training step, a prediction, classes or nodes.",
    "info": "Show a model's architecture, inputs, targets and training record.",
    "doctor": "Find problems in data, or in an old program (.py, .ipynb).",
    "compare": "Compare recipes over several seeds, and judge which are better than A.",
    "search": "Search for better options, and test the best once.",
    "labels": "Find samples whose label is wrong or ambiguous.",
    "export": "Write a model as C, HTML or ONNX, and prove that the file answers as the model does.",
    "studio": "Open a web page: draw digits, train, step through one update, compare, look.",
    "learn": "Open the course: chapters, and exercises that name your mistake.",
    "serve": "Answer over HTTP: predictions and explanations of models.",
}
"""Command -> the first line of its help, in the order of the help of all.

Each is a module of this name with the function ``NAME_command``. The lines are here so that ``glassnet --help`` need
not load the modules.
"""
_REPLACED = {
    "data": Command("show", "mnist", Option("csv", "DIR")),
    "import": Command("export", "NETWORK.onnx", Option("to", "safetensors")),
    "prove": Command("export", "MODEL", Option("prove", "FILE")),
    "report": Command("test", "MODEL", Option("report", "FILE")),
    "resume": Command("train", Option("resume", "CHECKPOINT")),
    "verify": Command("info", "MODEL", Option("verify")),
}
"""Command of version 0.2 -> what to type instead."""


class _LazyGroup(click.Group):
    """Loads the module of a command when the command is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the first line of each command's help."""
        lines = _COMMANDS
        if chinese():
            lines = {name: translated(line, "zh", "help") for name, line in _COMMANDS.items()}
        with formatter.section("Commands"):
            formatter.write_dl(list(lines.items()))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        return _prepared(getattr(import_module(f".{name}", __name__), f"{name}_command"))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in _REPLACED:
            template = "No such command {name!r}. Write '{command}'."
            raise OptionError("GN020", template, name=args[0], command=_REPLACED[args[0]])
        if args[0] not in _COMMANDS and (near := get_close_matches(args[0], _COMMANDS, 1)):
            template = "No such command {name!r}. Did you mean {near!r}? Try '{command}'."
            raise OptionError("GN020", template, name=args[0], near=near[0], command=Command(Option("help")))
        return super().resolve_command(context, args)


def _in_language(command: click.Command) -> click.Command:
    """Return a command with its help in the reader's language."""
    if not chinese():
        return command
    from .help.translation import command_in_chinese

    return command_in_chinese(command)


def _prepared(command: click.Command) -> click.Command:
    """Return a command in the reader's language that refuses repeated flags; of a group, its commands too."""
    made = _without_repeats(_in_language(command))
    if isinstance(made, click.Group):
        made.commands = {name: _prepared(one) for name, one in made.commands.items()}
    return made


def _without_repeats(command: click.Command) -> click.Command:
    """Return a command that refuses two values of a flag that takes one; click would use the last."""
    command = copy(command)
    make = command.make_parser

    def make_parser(context: click.Context) -> Any:
        parser = make(context)
        words: Any = {**parser._short_opt, **parser._long_opt}
        for flag in {id(one): one for one in words.values()}.values():
            if flag.action in ("store", "store_const"):
                flag.process = partial(_process_once, flag, flag.process, context)
        return parser

    command.make_parser = make_parser  # type: ignore[assignment, method-assign]
    return command


def _process_once(flag: Any, process: Callable[..., None], context: click.Context, value: Any, state: Any) -> None:
    before = state.opts.get(flag.dest)
    process(value, state)
    if before is not None and before != state.opts[flag.dest]:
        raise OptionError("GN020", "Option {name!r} is given twice. Give it once.", name=flag.obj.opts[0])


_HELP = """Train, test and explain small neural networks.

If DATA is omitted, the bundled MNIST digits are used:

\b
    glassnet train                       train the network of the notes, test it, plot it
    glassnet test notes.safetensors      accuracy, confusion matrix, misread digits
    glassnet show mnist --row 7          show one digit
    glassnet read photo.jpg              read the handwritten digits of a photo
"""


@click.group(
    cls=_LazyGroup,
    help=_HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="glassnet", message="glassnet %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Show the help if no command is given."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


_COLLECTIONS = (50_000, 20, 100)
"""Thresholds of the garbage collector while a command runs.

Numba, SciPy and matplotlib create a quarter of a million objects that stay. With Python's own thresholds, a fifth of
the time in which they are loaded goes into looking for garbage among them.
"""


@contextmanager
def _fewer_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_fewer_collections()
def main() -> None:
    """Run the command line.

    Exit code 0: success; 1: a finding; 2: wrong usage or bad input; 3: `learn check` found neither; 130: interrupted.
    """
    code = 2
    _prepare_streams()
    os.environ["MPLBACKEND"] = "agg"  # figures go to files; a notebook's setting would load its own backend
    warnings.showwarning = lambda message, *_: _show_warning(message)
    try:
        if "" in sys.argv:
            before = sys.argv[sys.argv.index("") - 1]
            named = Message("the value of {flag}", flag=before) if before.startswith("-") else Message("an argument")
            raise OptionError("GN020", "{argument} is empty, perhaps from an unset shell variable.", argument=named)
        speak_the_users_language()
        # Calls `NAME_command` of the module NAME. Not `cli.main`, which handles a closed pipe and an interrupt
        # differently.
        REPORTER.display = StepDisplay()
        typed = Message("glassnet {command} is running", command=" ".join(sys.argv[1:2]))
        with (
            step(typed, is_command=True, took=time.process_time()),  # Python and the modules above are loaded
            shown_by(say_compiling),
            _in_language(cli).make_context("glassnet", sys.argv[1:]) as context,
        ):
            cli.invoke(context)
        sys.stdout.flush()
        code = 0
    except click.exceptions.Exit as end:  # --help, --version
        code = end.exit_code
    except GlassnetError as problem:
        complain(problem.code, problem.message)
        code = 130 if problem.code == "GN031" else 2
    except (KeyboardInterrupt, click.Abort) as stop:
        complain(
            "GN031",
            next((one for one in stop.args if isinstance(one, Message)), Message("interrupted; nothing was written.")),
        )
        code = 130
    except click.ClickException as problem:
        complain("GN020", usage_message(problem, next((word for word in sys.argv[1:2] if word in _COMMANDS), "")))
    except MemoryError:
        complain("GN032", Message("not enough memory. Use a smaller network or smaller batches."))
    except BrokenPipeError:  # the reader of a pipe has ended, as in `glassnet test … | head`
        _abandon_output()
        code = 0
    except OSError as problem:
        where = problem.filename or Message("standard output")
        reason = problem.strerror or problem
        complain("GN003", Message("{where}: cannot be written or read ({reason}).", where=where, reason=reason))
        _abandon_output()
    atexit.register(_end, code)
    sys.exit(code)


def _end(code: int) -> None:
    """Let Python end without a search for unreachable cycles, which took 0.4 s.

    End at once while a thread loads or compiles kernels, or still trains: LLVM may crash if the interpreter ends under
    it.
    """
    if is_compiling() or runs_in_background():
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        remove_unpacked()
        os._exit(code)
    gc.freeze()


def _show_warning(message: Warning | str) -> None:
    if isinstance(message, RangeWarning):
        complain(message.code, message.message)
    else:
        say_warning(getattr(message, "message", None) or Message(" ".join(str(message).split())))


def _prepare_streams() -> None:
    """Reopen streams that the caller closed (`>&-`) on the null device, and escape characters the output lacks.

    A closed stream is None here, and the next file to be opened could get its descriptor.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # as Python does for stderr: names need not be UTF-8


def _abandon_output() -> None:
    """Keep Python from flushing again, on exit, the output that could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
