"""Writing a model in another form, and proving that the file answers as the model does."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..model.model import Model
from .proof import Proof, Ran
from .rows import ProofRows

if TYPE_CHECKING:
    from ..model.portable import PortableForm


@dataclass(frozen=True)
class Form:
    """A form: the suffixes of its files, the usual one first, and its module in this folder."""

    suffixes: tuple[str, ...]
    module: str


FORMS = {
    "c": Form((".c",), "c"),
    "html": Form((".html", ".htm"), "html"),
    "onnx": Form((".onnx",), "onnx"),
}
"""The forms by name. Their modules are loaded when they are used."""


class FormModule(Protocol):
    """What the module of a form has."""

    TOLERANCE: float
    """Largest difference of an output that counts as equal."""

    def write(self, form: PortableForm, model: Model, rows: ProofRows, *, name: str, quantize: str | None) -> bytes:
        """Return the content of the file, with `proof.mark` in it.

        `form` is already quantised if `quantize` is given. Raises OptionError GN100 for what the form cannot carry.
        """
        ...

    def run(self, path: Path, model: Model, rows: ProofRows) -> Ran:
        """Run a file of this form, which has the form's suffix, on rows."""
        ...


def form_module(form: str) -> FormModule:
    """Load the module of a form."""
    return cast(FormModule, import_module(f"{__package__}.{FORMS[form].module}"))


def export(
    model: Model,
    path: str | Path,
    *,
    to: str | None = None,
    data: Any = None,
    name: str | None = None,
    quantize: str | None = None,
    overwrite: bool = True,
) -> Proof:
    """Write a model in another form."""
    raise NotImplementedError


def prove(path: str | Path, model: Model, data: Any = None) -> Proof:
    """Compare an exported file with its model again."""
    raise NotImplementedError
