"""Data sets: accepted arrays and how they are stored."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from glassnet import Dataset, Options, fit
from glassnet.errors import DataError, ShapeError
from glassnet.segmentation.morphology import border

ROWS, LABELS = np.random.default_rng(0).integers(0, 9, (40, 6)), np.arange(40) % 3


def dataset(inputs=ROWS, labels=LABELS) -> Dataset:
    return Dataset(inputs, labels, 3, None, "rows")


@pytest.mark.parametrize("batch_size", [1, 8])
@pytest.mark.parametrize("kind", ["?", "i1", "u2", ">i2", "i8", "f2", "f4", ">f4", "f8", ">f8", "g"])
def test_every_input_dtype_trains_the_same_model(kind, batch_size):
    rows = (ROWS % 2).astype(kind)
    trained = [
        fit(dataset(inputs), Options(hidden=4, epochs=1, batch_size=batch_size, rule="gradient")).model.hash()
        for inputs in (rows, rows.astype(np.float64))
    ]
    assert trained[0] == trained[1]


@pytest.mark.parametrize("kind", ["u1", "i4", ">i8", "?"])
def test_labels_are_stored_as_int64(kind):
    labels = (LABELS % 2).astype(kind)
    stored = dataset(labels=labels).labels
    assert stored.dtype == np.dtype(np.int64)
    np.testing.assert_array_equal(stored, LABELS % 2)


def test_suitable_arrays_are_not_copied():
    data = dataset()
    assert data.inputs is ROWS
    assert data.labels is LABELS


@pytest.mark.parametrize("kind", ["c8", "O", "U4"])
def test_non_numeric_types_are_rejected(kind):
    with pytest.raises(DataError, match="rows: values of type") as problem:
        dataset(ROWS.astype(kind))
    assert problem.value.code == "GN014"


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_out_of_range_are_rejected(label):
    labels = np.where(np.arange(40) == 6, label, LABELS)
    with pytest.raises(DataError, match=rf"rows, row 6: label {label}, expected 0 to 2") as problem:
        dataset(labels=labels)
    assert problem.value.code == "GN014"


def test_fractional_labels_are_rejected():
    with pytest.raises(DataError, match="labels of type float64"):
        dataset(labels=LABELS + 0.5)


def test_the_error_for_a_non_finite_value_names_its_place():
    rows = ROWS.astype(np.float32)
    rows[4, 2] = np.nan
    with pytest.raises(DataError, match="rows, row 4: value 3 is nan") as problem:
        dataset(rows)
    assert problem.value.code == "GN018"


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (28, 28)])
def test_the_border_of_an_image_has_each_pixel_once(shape):
    cells = np.arange(shape[0] * shape[1]).reshape(shape)
    inner = cells[1:-1, 1:-1].ravel().tolist()
    assert sorted([*border(cells).tolist(), *inner]) == cells.ravel().tolist()


def test_lists_are_accepted():
    data = Dataset([[1, 2], [3, 4]], [0, 1], 2, None, "lists", weights=[1, 2])
    assert (data.inputs.shape, data.labels.tolist(), data.weights.tolist()) == ((2, 2), [0, 1], [1, 2])
    assert Dataset([[1, 2]], [0], 1, None, "values", values=[[0.5]]).values.tolist() == [[0.5]]


def test_uneven_lists_and_sparse_matrices_are_rejected():
    with pytest.raises(ShapeError, match="uneven: inputs: rows of different lengths"):
        Dataset([[1], [2, 3]], [0, 1], 2, None, "uneven")
    with pytest.raises(DataError, match=r"sparse: inputs: csr_matrix, .*toarray"):
        Dataset(csr_matrix(np.eye(2)), [0, 1], 2, None, "sparse")
