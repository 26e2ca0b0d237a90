"""Writing a model in another form, and proving that the file answers as the model does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from ..errors import DataError, OptionError, require_choice, require_packages, with_near_matches, wrong_type
from ..io.opening import require_path
from ..io.writing import replacing, require_place, require_suffix, writing_problem
from ..messages.control_characters import printable
from ..messages.message import Listing, Message
from ..messages.notice import Notify, ignore
from ..messages.option_spelling import Option
from ..messages.progress import step
from ..model.model import Model, require_model
from ..model.portable import PortableForm, portable_form
from .proof import QUANTIZED, Mark, Proof, Ran, compared, read_export
from .rows import ProofRows, proof_rows, with_added_rows
from .stored import Stored, differences


@dataclass(frozen=True)
class Form:
    """What is known of a form before its module is loaded."""

    suffixes: tuple[str, ...]  # suffixes of its files, the usual one first
    quantizes: bool = False  # whether it has weights of 8 bits
    mixes_layers: bool = False  # whether the networks of an ensemble may have different layers
    most_rows: int = 10_000  # how many rows a proof compares at most
    # raises OptionError GN092 if a package is not installed that the form needs
    require: Callable[[], None] = lambda: None


FORMS = {
    "c": Form((".c",), quantizes=True),
    "html": Form((".html", ".htm"), most_rows=2000),  # a millisecond each
    "onnx": Form(
        (".onnx",), mixes_layers=True, require=partial(require_packages, Message("an ONNX file"), "onnx", "onnx")
    ),
}
"""The forms. Each has a module of its name in this folder, which is loaded when it is used."""


class FormModule(Protocol):
    """What the module of a form has."""

    TOLERANCE: float
    """Largest difference of an output that counts as equal."""

    def write(
        self,
        form: PortableForm,
        model: Model,
        rows: ProofRows,
        *,
        name: str,
        quantize: str | None,
        file: str | None = None,
    ) -> bytes:
        """Return the content of the file, with `proof.mark` in it.

        `form` is already quantised if `quantize` is given; `name` is that of the model, `file` that of the file. Raises
        OptionError GN100 for what the form cannot carry.
        """
        ...

    def stored(self, path: str | Path, content: bytes) -> Stored:
        """Return what a file of this form stores, and its name as `write` takes it.

        Raises DataError GN101 for a file that is too damaged for that; the error names `path`.
        """
        ...

    def run(self, path: Path, model: Model, rows: ProofRows, *, name: str | Path = "") -> Ran:
        """Run a file of this form, which has the form's suffix, on rows.

        Raises DataError GN101 for a file that the tool rejects, or that ends with an error; it calls the file `name`,
        by default its path.
        """
        ...


def form_module(form: str) -> FormModule:
    """Load the module of a form."""
    return cast(FormModule, import_module(f".{form}", "glassnet.exports"))


def form_named(path: str | Path | None, to: str | None) -> str:
    """Return the form that is named, or that the suffix of a file means."""
    suffix = "" if path is None else Path(path).suffix.lower()
    meant = next((name for name, one in FORMS.items() if suffix in one.suffixes), None)
    form = meant if to is None else to
    if form is not None:
        require_choice("to", form, FORMS)
        if to is not None and path is not None:
            require_suffix(path, *FORMS[to].suffixes)
        FORMS[form].require()
        return form
    to_option, forms = Option("to"), Listing(FORMS)
    if path is None:
        template = "no form is named. Pass {to} (one of {forms}), or {out}."
        raise OptionError("GN020", template, to=to_option, forms=forms, out=Option("out", "FILE"))
    template = "{path}: its suffix means none of the forms {forms}. Pass {to}."
    raise OptionError("GN021", template, path=path, forms=forms, to=to_option)


@with_near_matches("export")
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
    """Write a model in another form: one file, which is run and compared with the model before it is written.

    `docs/export.md` says what becomes of each kind of model. An existing file is replaced atomically, and only if the
    new one answers as the model does.

    Parameters
    ----------
    model : Model
    path : path
        The file to write.
    to : {"c", "html", "onnx"}, optional
        The form; by default, that of the suffix of `path`.
    data : path, Dataset, array_like or table, optional
        Rows for the comparison, such as test data; labels are not needed. C and HTML files contain some of them. By
        default, the bundled test digits for a model trained on MNIST, else rows made from the training range.
    name : str, optional
        Name of the model in the file: of functions in C, of the page in HTML. By default, the stem of `path`.
    quantize : {"int8"}, optional
        Round weights to 8 bits, which makes a C file four times smaller. Its answers are not those of the model: they
        are compared with the model's weights rounded in the same way, and the proof says how many agree.
    overwrite : bool
        False to raise if the file exists.

    Returns
    -------
    Proof
        What was compared. Its `ran` is None if nothing here could run the file; it is then written unchecked.

    Raises
    ------
    OptionError
        GN021 for an unknown form or another suffix, GN100 for a model that the form cannot carry.
    DataError
        GN101 when the file answers otherwise than the model: nothing is then written. GN076 when `model` is not a
        `Model`; as for predictions if `data` do not fit.
    FileError
        GN001 to GN004 when the file cannot be written, GN007 when it exists and `overwrite` is False.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> proof = glassnet.export(glassnet.fit(X, y).model, "xor.html")
    >>> proof.form, proof.rows, proof.equal in (True, None)
    ('html', 1000, True)
    """
    return write_export(model, path, to=to, data=data, name=name, quantize=quantize, overwrite=overwrite)


def write_export(
    model: Model,
    path: str | Path,
    *,
    to: str | None = None,
    data: Any = None,
    name: str | None = None,
    quantize: str | None = None,
    overwrite: bool = True,
    notify: Notify = ignore,
) -> Proof:
    """See `export`; `notify` is called with remarks on the data."""
    require_model(model)
    model = _as_utf_8(model)
    require_path("path", path)
    if name is not None and not isinstance(name, str):
        raise wrong_type("name", name, "text")
    form = form_named(path, to)
    if quantize is not None:
        require_choice("quantize", quantize, QUANTIZED)
    require_place(path, overwrite=overwrite)
    if quantize is not None and not FORMS[form].quantizes:
        raise OptionError(
            "GN100",
            "{quantize}: {form} files have weights of 32 bits. Omit it, or export to {others}.",
            quantize=Option("quantize", quantize),
            form=form,
            others=Listing((name for name, one in FORMS.items() if one.quantizes), last="or"),
        )
    portable = portable_form(model)
    layers = {tuple((one.weights.shape, one.activation) for one in member) for member in portable.members}
    if len(layers) > 1 and not FORMS[form].mixes_layers:
        raise OptionError(
            "GN100",
            "model: the networks of its ensemble have different layers, which {form} files cannot carry.",
            form=form,
        )
    rows = proof_rows(model, data, quantize=quantize, most=FORMS[form].most_rows, notify=notify)
    module = form_module(form)
    network = portable.quantised() if quantize else portable
    shown = printable(_utf_8(name or Path(path).stem))
    file_name = printable(_utf_8(Path(path).name))
    with step(Message("making {path}", path=path)):
        content = module.write(network, model, rows, name=shown, quantize=quantize, file=file_name)
    with step(Message("comparing {path} with the model", path=path)):
        proof = _proof(path, Mark(form, model.hash(), quantize), content, model, rows)
    if proof.equal is False:
        raise DataError(
            "GN101",
            "{path}: not written, because {tool} computed other answers than the model: {differ:,} of "
            "{rows:,} differ, and an output by {largest:.3g}. Please report this.",
            path=path,
            tool=proof.ran,
            differ=proof.classes_differ,
            rows=proof.rows + proof.added,
            largest=proof.largest_difference,
        )
    with replacing(path, overwrite=overwrite) as file:
        file.write(content)
    return proof


def _as_utf_8(model: Model) -> Model:
    """Return a model without undecodable bytes in the names of its classes, as folders may have them."""
    names = tuple(map(_utf_8, model.class_names))
    return model if names == model.class_names else replace(model, class_names=names)


def _utf_8(name: str) -> str:
    return name.encode(errors="backslashreplace").decode()


@with_near_matches("prove")
def prove(path: str | Path, model: Model, data: Any = None) -> Proof:
    """Run an exported file again, and compare its answers, and the values and names in it, with those of its model.

    A C file is compiled and executed, so prove only files that you trust. The file names its model; this is checked
    before it is run.

    Parameters
    ----------
    path : path
        A file that `export` wrote.
    model : Model
        The model that it was exported from.
    data : path, Dataset, array_like or table, optional
        As for `export`.

    Returns
    -------
    Proof
        Its `equal` is False on a difference; `differences` has those of stored values and names.

    Raises
    ------
    FileError
        GN001 to GN003 when the file cannot be read.
    DataError
        GN017 when it is not an export, or of another model; GN101 when it cannot be compiled or ends with an error;
        GN076 when `model` is not a `Model`; as for predictions if `data` do not fit.
    OptionError
        GN103 when nothing here can run it and no stored value differs; GN092 for an ONNX file if onnx is not installed.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> model = glassnet.fit(X, y).model
    >>> proof = glassnet.export(model, "xor.c")
    >>> if proof.ran:  # a C compiler was found
    ...     assert glassnet.prove("xor.c", model, [[0, 1], [1, 1]]).equal
    """
    return prove_file(path, model, data)


def prove_file(path: str | Path, model: Model, data: Any = None, *, notify: Notify = ignore) -> Proof:
    """See `prove`; `notify` is called with remarks on the data."""
    require_path("path", path)
    require_model(model)
    model = _as_utf_8(model)
    content, mark = read_export(path)
    require_choice(Message("{path}: form", path=path), mark.form, FORMS)
    FORMS[mark.form].require()
    if mark.hash != model.hash():
        raise DataError(
            "GN017",
            "{path}: an export of the model with hash {other}, but the given model has hash {hash}. Name "
            "the model that it was exported from.",
            path=path,
            other=mark.hash,
            hash=model.hash(),
        )
    rows = proof_rows(model, data, quantize=mark.quantize, most=FORMS[mark.form].most_rows, notify=notify)
    module, portable = form_module(mark.form), portable_form(model)
    file = module.stored(path, content)
    network = portable.quantised() if mark.quantize else portable
    exported = module.write(network, model, rows, name=file.name, quantize=mark.quantize)
    proof = _proof(path, mark, content, model, rows, differences(file, module.stored(path, exported)))
    if proof.ran is None and not proof.differences:
        raise OptionError("GN103", "{path}: cannot be run here ({why}).", path=path, why=proof.why_not)
    return proof


def _proof(
    path: str | Path, mark: Mark, content: bytes, model: Model, rows: ProofRows, stored: tuple[Message, ...] = ()
) -> Proof:
    """Run the content of a file, and compare; errors name `path`. `stored` are differences of what it stores."""
    module = form_module(mark.form)
    rows = with_added_rows(rows, model, mark.quantize)
    try:
        with tempfile.TemporaryDirectory(prefix="glassnet-") as folder:
            file = Path(folder) / f"export{FORMS[mark.form].suffixes[0]}"
            file.write_bytes(content)
            ran = module.run(file, model, rows, name=path)
    except OSError as problem:
        raise writing_problem(tempfile.gettempdir(), problem) from None
    return compared(mark, module.TOLERANCE, model, rows, ran, stored)
