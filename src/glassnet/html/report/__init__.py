"""The report: one HTML file about a model, its training and its results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...data.dataset import Dataset
from ...errors import with_near_matches
from ...model.model import Model

if TYPE_CHECKING:
    from ...doctor.finding import Finding


@with_near_matches("report")
def report(
    model: Model,
    data: Dataset | None = None,
    *,
    language: str = "en",
    name: str = "",
    training: Dataset | None = None,
    findings: Sequence[Finding] | None = None,
    held_out: bool = False,
) -> str:
    """Return a report on a model: one HTML document that works offline and without scripts.

    Parameters
    ----------
    model : Model
        Facts that its training record lacks are omitted.
    data : Dataset, optional
        Labelled samples that the model was not trained on. Without data, the sections that need predictions are
        omitted, and a note lists them.
    language : {"en", "zh"}
    name : str
        Name of the model, such as its file.
    training : Dataset, optional
        Training data, to show the nearest training samples of misclassified ones.
    findings : sequence of Finding, optional
        Findings of the data doctor, from `glassnet.doctor.examine`; not shown by default.
    held_out : bool
        Whether `data` are the samples of the training file that were held out for testing.

    Returns
    -------
    str
        The document, from ``<!doctype html>``.

    Raises
    ------
    DataError
        GN010 or GN017 if the data do not fit the model; GN065 or GN076 if an argument has another type.
    OptionError
        GN021 for another language.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> glassnet.report(glassnet.fit(X, y).model)[:15]
    '<!doctype html>'
    """
    from .page import make_page

    return make_page(model, data, language, name, training, findings, held_out).html


__all__ = ["report"]
