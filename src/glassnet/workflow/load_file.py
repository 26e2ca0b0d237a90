"""`glassnet.load`: any file in which glassnet saves something trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelFileError, with_near_matches
from ..io.opening import require_path
from ..model.file import damage, model_from, read
from ..model.model import Model
from ..training.checkpoint import LoadedCheckpoint, load_checkpoint
from .table_model import TableModel

if TYPE_CHECKING:
    from ..estimators import NetworkClassifier, NetworkRegressor


@with_near_matches("load")
def load(path: str | Path) -> Model | TableModel | LoadedCheckpoint | NetworkClassifier | NetworkRegressor:
    """Open any file that glassnet has saved, as what it was saved from.

    `load_model` opens the same files, always as a `Model`. For data, use `load_data` and `load_table`.

    Parameters
    ----------
    path : path

    Returns
    -------
    Model
        From `save_model`, ``glassnet train`` or ``glassnet export --to safetensors``.
    TableModel
        The same for a table with named columns.
    LoadedCheckpoint
        From a checkpoint, also of a training run that has ended.
    NetworkClassifier or NetworkRegressor
        From the `save` of an estimator; needs scikit-learn.

    Raises
    ------
    FileError
        GN001 to GN003 when the file cannot be read.
    ModelFileError
        GN040 for a file of another kind, GN041 when it is damaged, GN042 when its format is newer.

    Examples
    --------
    >>> import glassnet
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> glassnet.save_model(glassnet.fit(X, y).model, "xor.safetensors")
    >>> type(glassnet.load("xor.safetensors")).__name__
    'Model'
    """
    require_path("path", path)
    try:
        header, tensors = read(path)
    except ModelFileError as problem:
        if problem.code != "GN040":
            raise
        template = (
            "{path}: expected a model, a checkpoint or an estimator that glassnet has saved. Use load_data or "
            "load_table for data, import_model for ONNX."
        )
        raise ModelFileError("GN040", template, path=path) from None
    if "training" in header:
        return load_checkpoint(path)
    with damage(path):
        model = model_from(header, tensors)
    saved = model.receipt.get("estimator")
    if isinstance(saved, dict) and saved.get("class") in ("NetworkClassifier", "NetworkRegressor"):
        from .. import estimators  # needs scikit-learn
        from ..estimators.persistence import restored

        kind = estimators.NetworkRegressor if saved["class"] == "NetworkRegressor" else estimators.NetworkClassifier
        return restored(kind, model, str(path))
    return model if model.columns is None else TableModel(model)
