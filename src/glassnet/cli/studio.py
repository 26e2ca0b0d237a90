"""``glassnet studio``: the local page."""

from __future__ import annotations

import click

from ..messages.languages import LANGUAGES
from ..serve.studio import run
from .shared.console import message, result, say
from .shared.flags import max_bytes_flag


@click.command("studio")
@click.argument("model", metavar="[MODEL]", required=False)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port on this machine; 0: any free one.  [0]"
)
@click.option("--no-open", "closed", is_flag=True, help="Only print the address; do not open a browser.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the page.  [that of the browser]")
@max_bytes_flag
def studio_command(model: str | None, port: int, closed: bool, language: str | None) -> None:
    """Open a web page: draw digits, train, step through one update, compare, look.

    The page is served on this machine alone, until Ctrl+C. MODEL is opened with it; without one, the bundled digits and
    their reader are there. The address on standard output has a secret: only who has it can use the page.

    Needs the extra studio: pip install 'glassnet[studio]'
    """

    def announce(address: str) -> None:
        result(address)
        say(message("studio_running"))

    run(model, port=port, open_browser=not closed, language=language, announce=announce)
