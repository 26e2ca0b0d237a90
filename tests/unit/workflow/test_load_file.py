"""`glassnet.load`: every file that glassnet saves, as what it was saved from; the others name the right function."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import glassnet
from glassnet import Model, TableModel
from glassnet.errors import DataError, FileError, ModelFileError
from glassnet.training.checkpoint import LoadedCheckpoint
from support.cli import environment

QUICK = {"epochs": 2, "members": 1, "hidden": (4,), "engine": "reference"}
X, Y = np.random.default_rng(0).normal(0, 1, (60, 2)), [0, 1, 2] * 20
TABLE = {"age": [21, 35, 52, 44] * 9, "city": ["Bonn", "Rome", "Rome", "Bonn"] * 9, "left": ["no", "yes"] * 18}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a file of every kind."""
    folder = tmp_path_factory.mktemp("files")
    fitted = glassnet.fit(X, Y, checkpoint=folder / "checkpoint.safetensors", **QUICK)
    glassnet.save_model(fitted.model, folder / "model.safetensors")
    TableModel.fit(TABLE, "left", **QUICK).save(folder / "table.safetensors")
    pytest.importorskip("sklearn")
    small = {"hidden_layer_sizes": (4,), "max_iter": 2, "members": 1}
    glassnet.NetworkClassifier(**small).fit(X, Y).save(folder / "classifier.safetensors")
    glassnet.NetworkRegressor(**small).fit(X, X[:, 0]).save(folder / "regressor.safetensors")
    return folder


def test_every_file_is_opened_as_what_it_was_saved_from(files):
    kinds = {
        "model": Model,
        "table": TableModel,
        "checkpoint": LoadedCheckpoint,
        "classifier": glassnet.NetworkClassifier,
        "regressor": glassnet.NetworkRegressor,
    }
    found = {name: glassnet.load(files / f"{name}.safetensors") for name in kinds}
    assert {name: type(one) for name, one in found.items()} == kinds
    assert found["model"].hash() == found["checkpoint"].model.hash()
    assert found["table"].predict({"age": 21, "city": "Bonn"}) in ("no", "yes")
    assert found["table"].history.loss
    assert (
        found["classifier"].predict(X).tolist()
        == glassnet.NetworkClassifier.load(files / "classifier.safetensors").predict(X).tolist()
    )
    for name in kinds:
        assert isinstance(glassnet.load_model(files / f"{name}.safetensors"), Model)


def test_another_file_is_an_error_that_names_the_function(files):
    (files / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ModelFileError, match="Use load_data or load_table for data, import_model for ONNX") as caught:
        glassnet.load(files / "rows.csv")
    assert caught.value.code == "GN040"
    with pytest.raises(FileError, match="no such model file"):
        glassnet.load(files / "none.safetensors")
    content = bytearray((files / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (files / "damaged.safetensors").write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged"):
        glassnet.load(files / "damaged.safetensors")


def test_the_other_functions_name_the_right_one(files):
    with pytest.raises(DataError, match=r"model\.safetensors: a model of other data.*Use glassnet\.load"):
        TableModel.load(files / "model.safetensors")
    with pytest.raises(ModelFileError, match=r"a model, expected a checkpoint\..*load_model reads it"):
        glassnet.load_checkpoint(files / "table.safetensors")
    with pytest.raises(DataError, match=r"saved by NetworkRegressor, expected NetworkClassifier\. Use glassnet\.load"):
        glassnet.NetworkClassifier.load(files / "regressor.safetensors")
    with pytest.raises(DataError, match=r"not saved by an estimator.*Use glassnet\.load"):
        glassnet.NetworkClassifier.load(files / "model.safetensors")


def test_opening_a_model_loads_only_what_it_needs(files):
    program = (
        f"import glassnet, sys; glassnet.load({str(files / 'table.safetensors')!r})\n"
        "print({'numba', 'sklearn', 'matplotlib', 'polars'} & set(sys.modules))\n"
        f"glassnet.load({str(files / 'classifier.safetensors')!r}).predict([[0.5, 0.5]] * 20)\n"
        "print({'numba', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.split() == ["set()", "set()"]
