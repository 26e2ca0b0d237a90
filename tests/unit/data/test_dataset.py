"""Data sets: what arrays they take, and how they keep them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from glassnet import Dataset, Options, fit
from glassnet.data.dataset import border
from glassnet.errors import DataError, ShapeError

ROWS, LABELS = np.random.default_rng(0).integers(0, 9, (40, 6)), np.arange(40) % 3


def made(inputs=ROWS, labels=LABELS) -> Dataset:
    return Dataset(inputs, labels, 3, None, "rows")


@pytest.mark.parametrize("batch_size", [1, 8])
@pytest.mark.parametrize("kind", ["?", "i1", "u2", ">i2", "i8", "f2", "f4", ">f4", "f8", ">f8", "g"])
def test_numbers_of_every_type_are_learnt_from_alike(kind, batch_size):
    rows = (ROWS % 2).astype(kind)
    trained = [
        fit(made(inputs), Options(hidden=4, epochs=1, batch_size=batch_size, rule="gradient")).model.hash()
        for inputs in (rows, rows.astype(np.float64))
    ]
    assert trained[0] == trained[1]


@pytest.mark.parametrize("kind", ["u1", "i4", ">i8", "?"])
def test_labels_are_kept_as_int64(kind):
    labels = (LABELS % 2).astype(kind)
    kept = made(labels=labels).labels
    assert kept.dtype == np.dtype(np.int64)
    np.testing.assert_array_equal(kept, LABELS % 2)


def test_arrays_that_fit_are_not_copied():
    data = made()
    assert data.inputs is ROWS
    assert data.labels is LABELS


@pytest.mark.parametrize("kind", ["c8", "O", "U4"])
def test_what_is_no_number_is_refused(kind):
    with pytest.raises(DataError, match="rows: values of type") as problem:
        made(ROWS.astype(kind))
    assert problem.value.code == "GN014"


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_beyond_the_classes_are_refused(label):
    labels = np.where(np.arange(40) == 6, label, LABELS)
    with pytest.raises(DataError, match=rf"rows, sample 7: label {label}, expected 0 to 2") as problem:
        made(labels=labels)
    assert problem.value.code == "GN014"


def test_labels_that_are_no_whole_numbers_are_refused():
    with pytest.raises(DataError, match="labels of type float64"):
        made(labels=LABELS + 0.5)


def test_a_value_that_is_not_finite_is_named():
    rows = ROWS.astype(np.float32)
    rows[4, 2] = np.nan
    with pytest.raises(DataError, match="rows, sample 5: value 3 is nan") as problem:
        made(rows)
    assert problem.value.code == "GN018"


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (28, 28)])
def test_the_border_of_a_picture_has_every_pixel_of_it_once(shape):
    cells = np.arange(shape[0] * shape[1]).reshape(shape)
    inner = cells[1:-1, 1:-1].ravel().tolist()
    assert sorted([*border(cells).tolist(), *inner]) == cells.ravel().tolist()


def test_lists_are_as_good_as_arrays():
    data = Dataset([[1, 2], [3, 4]], [0, 1], 2, None, "lists", weights=[1, 2])
    assert (data.inputs.shape, data.labels.tolist(), data.weights.tolist()) == ((2, 2), [0, 1], [1, 2])
    assert Dataset([[1, 2]], [0], 1, None, "values", values=[[0.5]]).values.tolist() == [[0.5]]


def test_what_is_no_array_is_named():
    with pytest.raises(ShapeError, match="uneven: inputs: rows of different lengths"):
        Dataset([[1], [2, 3]], [0, 1], 2, None, "uneven")
    with pytest.raises(DataError, match=r"sparse: inputs: csr_matrix, .*toarray"):
        Dataset(csr_matrix(np.eye(2)), [0, 1], 2, None, "sparse")
