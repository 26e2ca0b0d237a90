"""Rows of requests as inputs of a model, with the checks of the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import HANDWRITING
from ...data.queries import inputs_in
from ...data.validation import plain
from ...errors import DataError, GlassnetError, ShapeError
from ...io.limits import max_bytes
from ...io.opening import open_stream
from ...io.sniff import kind_of
from ...messages.message import Message, Place
from ...model.prediction_intervals import predict_interval, require_coverage
from ...nn.parameters import FloatArray
from ...preprocess.tabular.columns import Columns
from ...preprocess.tabular.dataset import read_table
from .errors import too_large
from .exchange import Request
from .limits import Limits
from .models import ServedModel

if TYPE_CHECKING:
    from ...data.tables.table import Table

CHUNK = 1024
"""Rows that are read or answered between two looks at the time."""
QUICK_PRODUCTS = 2_000_000
"""Most products of an answer on the event loop: about a millisecond."""
MOST = 20
"""Rows of a request that get remarks."""
_NAMED = 20
_WHITE = b"P5 32 32 255 " + b"\xff" * 1024
"""An empty image, as PGM."""
_NUMBERS = {int, float, bool}
_SCALARS = (str, int, float, type(None))


def outputs_of(served: ServedModel, inputs: NDArray[Any], request: Request) -> FloatArray:
    """Return the outputs, (n, classes), for inputs, (n, features); a request out of time raises GN126."""
    return _in_chunks(served.fast.outputs, served, inputs, request)


def intervals_of(served: ServedModel, inputs: NDArray[Any], coverage: float, request: Request) -> NDArray[np.float64]:
    """Return the prediction intervals, (n, outputs, 2), for inputs, (n, features); errors as `outputs_of`.

    Also those of `require_coverage`.
    """
    require_coverage(served.model, coverage)
    request.may_take_time()
    return _in_chunks(partial(predict_interval, served.model, coverage=coverage), served, inputs, request)


def _in_chunks(
    compute: Callable[[NDArray[Any]], NDArray[Any]], served: ServedModel, inputs: NDArray[Any], request: Request
) -> NDArray[Any]:
    """Return what a function computes of each row of the inputs, (n, features), looking at the time in between."""
    if len(inputs) * served.products > QUICK_PRODUCTS:
        request.may_take_time()
    if len(inputs) <= CHUNK:
        return compute(inputs)
    parts = []
    for start in range(0, len(inputs), CHUNK):
        request.require_time()
        parts.append(compute(inputs[start : start + CHUNK]))
    return np.concatenate(parts)


def require_few(count: int, limits: Limits) -> None:
    """Raise DataError GN010 without rows, RequestError GN125 for too many."""
    if not count:
        raise DataError("GN010", "rows: none, expected at least one.")
    if count > limits.max_rows:
        raise too_large(
            "{count:,} rows, expected at most {most:,}. Send fewer rows at once.", count=count, most=limits.max_rows
        )


def inputs_of(served: ServedModel, rows: Any, request: Request, limits: Limits) -> NDArray[Any]:
    """Return rows in JSON as inputs, (n, features).

    Rows of a table are objects of column -> value, others are lists of numbers, or images as lists of such lists.
    """
    if type(rows) is not list:
        raise ShapeError("GN050", "rows: expected a list of rows.")
    require_few(len(rows), limits)
    if served.encoder is not None:
        return _encoded(served, rows, request)
    features = served.model.features
    if served.takes_bytes and all(type(row) is list and len(row) == features for row in rows):
        try:
            joined = b"".join(map(bytes, rows))
        except (TypeError, ValueError):  # not whole numbers from 0 to 255
            pass
        else:
            return judged(served, np.frombuffer(joined, np.uint8).reshape(len(rows), features), request)
    parts = []
    for start in range(0, len(rows), CHUNK):
        request.require_time()
        parts.append(array_in(rows[start : start + CHUNK], "rows"))
    if len({part.shape[1:] for part in parts}) > 1:
        raise ShapeError("GN050", "rows: of different lengths.")
    return judged(served, checked(served, np.concatenate(parts), "rows"), request)


def array_in(values: Sequence[Any], name: str) -> NDArray[Any]:
    """Return numbers in JSON as an array."""
    level, types = values, {*map(type, values)}
    while list in types:
        level = [*chain.from_iterable(one for one in level if type(one) is list)]
        types = types - {list} | {*map(type, level)}
    if not types <= _NUMBERS:  # of text, NumPy would make an array with the width of the longest one
        raise DataError("GN013", "{name}: a value that is not a number.", name=name)
    try:
        array = np.array(values)
    except ValueError:
        raise ShapeError("GN050", "{name}: of different lengths.", name=name) from None
    except OverflowError:
        raise DataError("GN013", "{name}: a whole number of more than 64 bits.", name=name) from None
    if array.dtype.kind not in "biuf":
        raise DataError("GN013", "{name}: a whole number of more than 64 bits.", name=name)
    return array


def checked(served: ServedModel, values: NDArray[Any], name: str | Message) -> NDArray[Any]:
    """Return numbers as inputs, (n, features), in the smallest type that holds them.

    The values of any numeric type have shape (n, features), or for images (n, rows, columns[, 3]); `name` is for
    messages.
    """
    model = served.model
    if values.ndim < 2:
        raise ShapeError(
            "GN050", "{name}: expected a list of {count} numbers for each row.", name=name, count=model.features
        )
    values = model.raw(values)
    if values.dtype == np.uint8 and served.takes_bytes:
        return values
    standardises, bounded = model.scaling.standardises, model.layout.bounded
    if not (standardises or bounded):
        with np.errstate(over="ignore"):  # numbers beyond float32 become infinite, which is an error
            values = values.astype(np.float32)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0].tolist()
        template = "{place}: {value:g}, expected a finite number."
        raise DataError("GN018", template, place=Place(name, row=row, value=column), value=values[row, column])
    if standardises or not bounded:
        return values
    maximum = model.scaling.maximum
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > maximum:
        row, column = np.argwhere((values < 0) | (values > maximum))[0].tolist()
        value = plain(float(f"{values[row, column]:.7g}"))
        template = "{place}: {value}, expected 0 to {maximum}."
        place = Place(name, row=row, value=column)
        raise DataError("GN014", template, place=place, value=value, maximum=plain(maximum))
    whole = maximum == 255 and (values.dtype.kind in "bui" or bool((values == np.floor(values)).all()))
    return values.astype(np.uint8 if whole else np.float32)


def judged(served: ServedModel, inputs: NDArray[Any], request: Request) -> NDArray[Any]:
    """Return the inputs, (n, features), with a remark if a model of arrays was trained on another range."""
    if served.training_range is not None and (remark := served.training_range.remark(inputs)):
        request.remark("rows", remark)
    return inputs


def encoded_columns(
    served: ServedModel, columns: Mapping[str, NDArray[Any]], rows: int, request: Request, limits: Limits
) -> NDArray[Any]:
    """Return the inputs, (rows, features), of the columns of a table, each of shape (rows,)."""
    assert served.encoder is not None
    unusual = set[int]()
    encoded = served.encoder.arrays(rows, columns, unusual)
    if encoded is not None and not unusual:
        return encoded
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return inputs_of(served, [dict(zip(columns, row, strict=True)) for row in values], request, limits)


def _encoded(served: ServedModel, rows: list[Any], request: Request) -> NDArray[np.float32]:
    """Return the inputs of rows, with remarks on the first `MOST` rows that need any: those are read as tables."""
    encoder, columns = served.encoder, served.model.columns
    assert encoder is not None
    assert columns is not None
    parts, left = [], MOST
    for start in range(0, len(rows), CHUNK):
        request.require_time()
        chunk = rows[start : start + CHUNK]
        for number, row in enumerate(chunk, start):
            if type(row) is not dict:
                template = "{place}: expected an object of column names and values."
                raise DataError("GN013", template, place=Place("rows", row=number))
        unusual = set[int]()
        encoded = encoder.rows(chunk, unusual)
        if encoded is None or unusual:
            request.may_take_time()
            each: list[NDArray[np.float32] | None] = [*encoded[:, np.newaxis]] if encoded is not None else []
            for k, row in enumerate(chunk if encoded is None else ()):
                own = set[int]()
                each.append(encoder.row(row, own))
                unusual |= {k} if own or each[k] is None else set()
            for k in sorted(unusual):
                if each[k] is None or left:
                    each[k], found = columns.apply_with_remarks(_read_row(columns, chunk[k], start + k))
                    for remark in found if left else ():
                        request.remark(Message("row {row}", row=start + k), remark)
                    left -= bool(found and left)
            encoded = np.concatenate([one for one in each if one is not None])
        parts.append(encoded)
    return np.concatenate(parts)


def _read_row(columns: Columns, row: Mapping[str, Any], number: int) -> Table:
    """Read a row as a table, which alone can take values such as numbers in text, and from which remarks are made."""
    present = {name: row[name] for name in columns.names if name in row}
    for name, value in present.items():
        if not isinstance(value, _SCALARS):
            template = "{place}: expected a number, text, true, false or null."
            raise DataError("GN013", template, place=Place("rows", row=number, column=name))
    if not row:
        template = "{place}: none of the model's columns, such as {name!r}."
        raise DataError("GN060", template, place=Place("rows", row=number), name=columns.names[0])
    # For the message about the columns that are missing.
    others = dict.fromkeys(islice(row, _NAMED)) if len(present) < len(columns.names) else {}
    table = read_table({name: [value] for name, value in {**others, **present}.items()}, columns.names)
    return replace(table, source=f"row {number}")


def inputs_in_file(
    served: ServedModel, content: bytes, name: str, request: Request, limits: Limits, *, text: bool | None
) -> tuple[NDArray[Any], list[str]]:
    """Return the inputs, (n, features), in a CSV or an image, and the name of each row.

    With `text`, rows are expected, without it an image, with None either; a photo of several digits has several rows.
    The request gets the remarks on the values of a table.
    """
    model = served.model
    with max_bytes(limits.max_body):
        opened = open_stream(BytesIO(content), name)
        is_text = kind_of(opened) == "text"
        if text not in (None, is_text):
            expected = Message("rows as text") if text else Message("an image")
            raise DataError(
                "GN011", "{name}: not the data that its content type names, expected {what}.", name=name, what=expected
            )
        if is_text:
            most = max(1 << 16, 64 * model.features)
            if len(opened.stream().readline(most + 1)) > most:  # reading it would take long and much memory
                raise too_large("{name}: the first line is longer than {most:,} bytes.", name=name, most=most)
        if model.columns is not None:
            from ...data.tables.table import parse_frame

            table = parse_frame(opened, model.columns.names)
            require_few(len(table), limits)
            encoded, remarks = model.columns.apply_with_remarks(table)
            request.remarks += [Message("{place}: {remark}", place=name, remark=remark) for remark in table.remarks]
            for remark in remarks:
                request.remark(name, remark)
            return encoded, [f"{name}, row {row}" for row in range(len(table))]
        reading = HANDWRITING if served.reads_digits else model.reading
        like = (model.image_shape, model.scaling.maximum, reading, model.white, model.layout)
        inputs, names, _ = inputs_in(opened, model.features, *like)
    require_few(len(inputs), limits)
    return judged(served, inputs, request), names


def preload(served: ServedModel, limits: Limits) -> None:
    """Load the packages that read files, which the first request with a file would otherwise wait for."""
    for content, text in ((b"0,1\n", True), (_WHITE, False)):
        with suppress(GlassnetError):
            inputs_in_file(served, content, "", Request("POST", "", {}, {}), limits, text=text)
