"""The report: one HTML file on what a model is, how it was made, and how well it works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...data.dataset import Dataset
from ...model.model import Model

if TYPE_CHECKING:
    from ...doctor.findings import Finding


def report(
    model: Model,
    data: Dataset | None = None,
    *,
    language: str = "en",
    name: str = "",
    training: Dataset | None = None,
    findings: Sequence[Finding] | None = None,
    held_out: bool = False,
    kept_aside: bool = False,
) -> str:
    """Return a page about a model: one HTML document that needs no network and no script.

    Parameters
    ----------
    model : Model
        What its receipt does not say is left out.
    data : Dataset, optional
        Labelled samples to ask about; those the model was not trained on. Without them the page lacks what only answers
        can show, and says so.
    language : {"en", "zh"}
    name : str
        What the model is called: its file.
    training : Dataset, optional
        What the model was trained on, to show what misread samples resemble.
    findings : sequence of Finding, optional
        Of the data doctor, from `glassnet.doctor.examine`; not shown if not given.
    held_out, kept_aside : bool
        The second is the old name. Whether `data` are the part of the training file that was held out for the test.

    Returns
    -------
    str
        Begins with ``<!doctype html>``.

    Raises
    ------
    DataError
        GN010 or GN017 when the data do not fit the model; GN065 and GN076 when one of them is something else.
    OptionError
        GN021 for another language.
    """
    from .page import make_page

    return make_page(model, data, language, name, training, findings, held_out or kept_aside).html


__all__ = ["report"]
