"""Registration of the HTML views of `html.notebook` with IPython, which loads them when they are first shown."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

FORMATTED = {
    "network_html": ("glassnet.model.network", "Network"),
    "model_html": ("glassnet.model.model", "Model"),
    "table_model_html": ("glassnet.workflow.table_model", "TableModel"),
    "trace_html": ("glassnet.explain.step", "Trace"),
}
"""Function of `html.notebook` -> module and name of the class that it draws."""


def register_formatters() -> None:
    """Register the HTML formatters with IPython; do nothing if IPython is not running.

    `import glassnet` calls this function if IPython is already loaded, as in every notebook.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        formatter = shell.display_formatter.formatters["text/html"]
        for function, (module, name) in FORMATTED.items():
            formatter.for_type_by_name(module, name, partial(_drawn, function))


def _drawn(function: str, value: Any) -> str:
    from . import notebook

    drawn: str = getattr(notebook, function)(value)
    return drawn
