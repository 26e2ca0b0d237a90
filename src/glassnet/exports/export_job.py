"""Exporting a model, proving an export again, and importing a network from an ONNX file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..io.writing import require_place
from ..messages.notice import Notify, ignore
from ..model.file import load_model, save_model
from ..model.model import Model
from ..options.job_parameters import require_declared
from ..options.spec import option, required
from ..training.checkpoint import require_model_place
from ..workflow import parameters
from ..workflow.model_data import read_decimals
from .export import FORMS, form_named, prove_file, write_export
from .onnx.importing import TASKS, read_network
from .proof import QUANTIZED, Proof, written_as

MODEL = "safetensors"
"""The form of a model of glassnet."""


@dataclass(frozen=True)
class ExportJob:
    """A model to be written in another form, and the rows on which the file is compared with it."""

    model: str = parameters.model_path()
    to: str | None = option(None, "form of the file", choices=(*FORMS, MODEL), otherwise="by the suffix of --out")
    out: str | None = option(None, "file to write", metavar="FILE", otherwise="MODEL with the suffix of the form")
    data: str | None = option(
        None,
        "rows to compare, labelled or not; C and HTML files contain some",
        metavar="DATA",
        otherwise="the MNIST test digits, or random values",
    )
    name: str | None = option(None, "name of the model in the file", metavar="NAME", otherwise="the name of the file")
    quantize: str | None = option(None, "round the weights to 8 bits; for C only", choices=QUANTIZED)
    force: bool = parameters.force()
    decimal: str = parameters.decimal()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)

    @property
    def form(self) -> str:
        """The form that is named, or that the suffix of the file means."""
        return form_named(self.out, self.to)

    @property
    def place(self) -> str:
        """The file to write."""
        return self.out or str(Path(self.model).with_suffix(FORMS[self.form].suffixes[0]))


@dataclass(frozen=True)
class ProveJob:
    """An exported file to be run again, and the model that it was exported from."""

    model: str = parameters.model_path()
    prove: str = required("compare an exported FILE with MODEL again; write nothing", metavar="FILE")
    data: str | None = option(None, "rows to compare, labelled or not", metavar="DATA")
    decimal: str = parameters.decimal()
    language: str = parameters.language()


@dataclass(frozen=True)
class ImportJob:
    """An ONNX file with a chain of dense layers, which becomes a model."""

    model: str = parameters.model_path()
    out: str | None = option(None, "file to write", metavar="FILE")
    task: str | None = option(
        None, "what the outputs of an ONNX file are", choices=TASKS, otherwise="by the last operators"
    )
    input_max: float | None = option(
        None, "largest value of inputs of an ONNX file", otherwise="none; 255 for inputs of bytes"
    )
    force: bool = parameters.force()
    language: str = parameters.language()

    @property
    def place(self) -> str:
        """The model to write."""
        named = Path(self.model).name  # a folder such as . has none, and is refused when it is read
        return self.out or (str(Path(self.model).with_suffix(f".{MODEL}")) if named else f"model.{MODEL}")


def export_model(job: ExportJob, *, notify: Notify = ignore) -> Proof:
    """Write a model in another form, compared with the model before; nothing is written on a difference."""
    form, place = job.form, job.place
    require_place(place, written_as(form), overwrite=job.force)
    model = load_model(job.model)
    rows = read_decimals(model, job.data, job.decimal)
    return write_export(
        model,
        place,
        to=form,
        data=rows,
        name=job.name,
        quantize=job.quantize,
        overwrite=job.force,
        notify=notify,
    )


def prove_export(job: ProveJob, *, notify: Notify = ignore) -> Proof:
    """Run an exported file again and compare it with its model."""
    model = load_model(job.model)
    return prove_file(job.prove, model, read_decimals(model, job.data, job.decimal), notify=notify)


def import_network(job: ImportJob) -> tuple[Model, float]:
    """Write the model of an ONNX file; return it, and the largest difference of their answers to random rows."""
    require_model_place(job.place, overwrite=job.force)
    model, difference = read_network(job.model, job.task, job.input_max)
    save_model(model, job.place, overwrite=job.force)
    return model, difference
