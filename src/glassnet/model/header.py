"""Schema of the header of a model file: types, limits and lengths, checked before the header is used.

A file may come from a stranger, and its checksum detects damage, not intent. ``MODEL`` and ``TRAINING`` are the
schemas; their records follow the dataclasses that are made from them, with the limits that a type does not express.
Lists and objects may be as long as the file: no memory is allocated by a number in the file before that number is
checked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, TypedDict, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ..data.arrays import CLASS_TYPES
from ..data.dataset import SampleLayout
from ..data.validation import DECIMALS
from ..data.validation_split import ValidationReceipt
from ..errors import ModelFileError
from ..messages.message import Listing, Message
from ..nn.architecture import Architecture
from ..nn.parameters import Layout
from ..options.options import RENAMED, SPECS, TYPES
from ..options.recipes import RECORDED_AS
from ..preprocess.scaling import SCALINGS, STANDARDISING, Scaling
from ..preprocess.tabular.encoders import keys_of
from ..preprocess.tabular.kinds import ENCODINGS
from ..preprocess.tabular.split_columns import TIME_KINDS, SplitColumns, TimeColumn, WeightColumn
from ..preprocess.tabular.target import TASKS, Target
from ..preprocess.tabular.target_statistics import TargetStatistics
from ..preprocess.targets import TARGETS, Targets
from ..preprocess.training_range import FEWEST
from .residuals import Residuals


class ValidationDataReceipt(TypedDict):
    """Description of data that were passed for validation, in a training record."""

    source: str
    samples: int
    fingerprint: str


class DataReceipt(TypedDict, total=False):
    """Description of data in a training record."""

    source: str
    samples: int
    classes: int
    dtype: str
    """Of the inputs."""
    fingerprint: str
    """SHA-256 of shape, inputs, labels and weights; see `data.fingerprint`."""
    group: list[str]
    """With groups that no split separates: the columns that name them, none if they are an array."""
    time: str
    """With times, of which the latest are held out: the name of their column, empty for an array."""
    validation: int
    """With groups or times: the number of samples held out for early stopping, which is only near to the fraction."""
    validation_data: ValidationDataReceipt
    """Data that were passed for validation, and not trained on."""
    unweighted: str
    """The same without the weights, if there are weights."""
    held_out: bool
    """Whether a fraction of the source was held out for testing, and is not among the samples."""
    stratified: bool
    """Whether the held-out fraction was stratified by class; missing in models of version 0.2 and before."""
    first: int
    """How many samples of the source were used, the first ones; missing if all, as Python does."""
    added: list[str]
    """Sources of the samples that were added to those of `source`."""
    stream: dict[str, Any]
    """Of training on a stream: number of its rows and row groups, SHA-256 of their sizes, rows of a window, the
    fractions of the rows for testing and for the validation sample, with times also where these and the folds begin
    (see `data.stream.roles`), and whether numbers had a type, unlike in delimited text. `fingerprint` is then that of
    the row groups."""
    validation_split: ValidationReceipt
    """How a search held out the samples that it scored the model on, which are not among the samples."""


class ParentReceipt(TypedDict, total=False):
    """Description of the model that a training run started from."""

    hash: str
    """Hash of its weights; see `Model.hash`."""
    file: str
    """Name of its file, if known."""


class Receipt(TypedDict, total=False):
    """Training record of a model: made by `fit`, extended by the command line (recipe, test), kept in model files."""

    recipe: str | None
    options: dict[str, Any]
    data: DataReceipt
    parent: ParentReceipt
    """The model that training started from; missing for a new network."""
    seed: int
    engine: str
    versions: dict[str, str]
    numerics: int
    blas: str | None
    processor: str | None
    hash: str
    """Hash of the weights; see `Model.hash`."""
    trails: list[list[str]]
    """For each member, the hashes of the weights before the first epoch and after each epoch."""
    curves: list[dict[str, list[float | None]]]
    """For each member, its learning curve; see `History.thinned`."""
    result: dict[str, float | None]
    """Scores on test data."""
    interval: dict[str, Any]
    """For each of these scores, the ends of its 95% confidence interval; see `model.intervals`."""
    cross_validation: dict[str, Any]
    """Scores of a cross-validation on all rows of a small table; see `training.cross_validation`."""
    too_good_for: dict[str, str]
    """If rows of a group, copies or later rows make them too good: code of the warning, its option and column."""
    resumed: list[str]
    """Changes of versions and processor while training was interrupted, as text."""
    kept: list[int]
    """With early stopping, for each member, the epoch whose weights it has."""
    plain_share: float
    """Share of the networks without intervals in the sums of the output layer; see `Options.plain_inputs`."""
    own_validation: bool
    """Whether validation data were passed, rather than held out from the training data."""
    calibrated: bool
    """Whether a fraction of the training data was held out for calibration."""
    not_verifiable: str
    """Why the training cannot be repeated from this record, as text; missing if it can."""
    imported: dict[str, str]
    """Of a network that another library trained: the name of its ONNX file and the SHA-256, or the class."""
    progress: float | str
    """In a checkpoint: number of finished epochs."""
    estimator: dict[str, Any]
    """Data to restore an estimator from the model; see `estimators.persistence`."""


DEEPEST = 100
"""Maximum nesting depth of lists and objects."""
LARGEST = 1e154
"""Numbers of larger magnitude are rejected: their squares are infinite."""
_LONG = 2**64  # larger integers may not convert to float, and take hours to print
_TINIEST = 5e-324  # the smallest positive float


def imported_from(source: Mapping[str, str]) -> Message:
    """Return why the training of an imported network cannot be repeated, from ``Receipt.imported``."""
    if "class" in source:
        return Message("the network was imported from scikit-learn's {name}", name=source["class"])
    return Message("the network was imported from {name}", name=source["file"])


def joined_count(receipt: Mapping[str, Any]) -> int:
    """Return how many networks trained with folds were joined into the one of the model; 1 for any other model."""
    options, trails = receipt.get("options"), receipt.get("trails")
    if not (isinstance(options, dict) and options.get("folds") is True and isinstance(trails, list)):
        return 1
    return max(1, len(trails) // 2 if receipt.get("plain_share") in (0, 1) else len(trails))


Kind = Callable[[Any, str], None]
"""The kind of a JSON value: raises ModelFileError GN041, with a line that names the place, for a value of another."""


def number(low: float = -LARGEST, high: float = LARGEST, *, whole: bool = False) -> Kind:
    """Return the kind of finite numbers within inclusive limits; true and false do not count."""
    wanted = Message("a whole number") if whole else Message("a finite number")
    if low > -1e6 and high < 1e18:
        wanted = Message("{kind} from {low:g} to {high:g}", kind=wanted, low=low, high=high)
    elif low > -1e6:
        wanted = Message("{kind} from {low:g}", kind=wanted, low=low)
    elif high < 1e18:
        wanted = Message("{kind} up to {high:g}", kind=wanted, high=high)

    def check(value: Any, place: str) -> None:
        if type(value) not in ((int,) if whole else (int, float)) or not low <= value <= high:
            raise _wrong(place, value, wanted)

    return check


def text(choices: Collection[str] = ()) -> Kind:
    """Return the kind of text, or of one of several choices."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, str):
            raise _wrong(place, value, Message("text"))
        if choices and value not in choices:
            raise _wrong(place, value, Message("one of {choices}", choices=Listing(choices, quoted=True)))

    return check


def plain(of: type, name: Message) -> Kind:
    """Return the kind of values of an exact type: true or false, null, or a float."""

    def check(value: Any, place: str) -> None:
        if type(value) is not of:
            raise _wrong(place, value, name)

    return check


def anything(value: Any, place: str, depth: int = 0) -> None:
    """Check any value: with limited nesting and integers of at most 64 bits."""
    if depth > DEEPEST:
        raise _inconsistent("header: nested more than {levels} levels deep.", levels=DEEPEST)
    if type(value) is int and abs(value) > _LONG:
        raise _inconsistent("header: {place} has a whole number of more than 64 bits.", place=place or _TOP)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        anything(one, place, depth + 1)


def list_of(item: Kind, length: int | None = None) -> Kind:
    """Return the kind of lists of values of one kind, optionally of a fixed length."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, list) or length not in (None, len(value)):
            raise _wrong(place, value, Message("a list") if length is None else _length(length))
        for position, one in enumerate(value):
            item(one, f"{place}[{position}]")

    return check


def either(*kinds: Kind) -> Kind:
    """Return the kind of values of one of several kinds."""

    def check(value: Any, place: str) -> None:
        problems = []
        for kind in kinds:
            try:
                return kind(value, place)
            except ModelFileError as problem:
                problems.append(problem)
        raise max(problems, key=lambda problem: len(str(problem.values.get("place", ""))))  # the innermost place

    return check


@dataclass(frozen=True)
class Record:
    """An object with these keys; `others` is the kind of values of other keys, None if there must not be any."""

    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)
    others: Kind | None = None

    def __call__(self, value: Any, place: str) -> None:
        """Check a value: see `Kind`."""
        if not isinstance(value, dict):
            raise _wrong(place, value, Message("an object"))
        missing = sorted(self.required.keys() - value.keys())
        if missing:
            raise _inconsistent("header: {place} is missing.", place=_inside(place, missing[0]))
        for name, one in value.items():
            kind = self.required.get(name) or self.optional.get(name) or self.others
            if kind is None:
                raise _inconsistent("header: {place} is unknown.", place=_inside(place, ascii(name)))
            kind(one, _inside(place, name if name.isidentifier() else ascii(name)))


def _inside(place: str, name: str) -> str:
    return f"{place}.{name[:60]}" if place else name[:60]


def _wrong(place: str, value: Any, wanted: Message) -> ModelFileError:
    """Return an error that describes the given value, of lists and objects only their type and length."""
    found = _length(len(value)) if isinstance(value, list) else ascii(value)[:60]
    found = Message("an object") if isinstance(value, dict) else found
    template = "header: {place} is {found}, expected {wanted}."
    return _inconsistent(template, place=place or _TOP, found=found, wanted=wanted)


def _inconsistent(template: str, **values: Any) -> ModelFileError:
    """Return an error about the content of a file, to which `file.damage` adds the path."""
    return ModelFileError("GN041", template, **values)


def _length(length: int) -> Message:
    return Message("a list of {length}", length=length)


_TOP = Message("the top level")
FLAG, NULL = plain(bool, Message("true or false")), plain(NoneType, Message("null"))
COUNT, SHARE = number(0, _LONG, whole=True), number(0, 1)
_LARGEST_VALUE = 1e308
VALUE = number(-_LARGEST_VALUE, _LARGEST_VALUE)  # of a table: compared and clipped before scaling
POSITIVE, LOOSE = number(_TINIEST), either(number(), NULL, plain(float, Message("a number")))
TEXTS = list_of(text())
LIMITS = list_of(list_of(number()), 2)
_ORDER = text(("", "day", "month"))
_TYPES: dict[Any, Kind] = {
    bool: FLAG, int: number(-_LONG, _LONG, whole=True), float: number(), str: text(), NoneType: NULL, Any: anything,
}  # fmt: skip


def kind_of(hint: Any) -> Kind:
    """Return the JSON kind of a type: a list for a tuple, an object for a mapping, either for a union."""
    if get_origin(hint) in (tuple, list):
        return list_of(kind_of(get_args(hint)[0]))
    if get_origin(hint) is dict:
        return Record(others=kind_of(get_args(hint)[1]))
    if get_origin(hint) in (Union, UnionType):
        return either(*map(kind_of, get_args(hint)))
    return _TYPES[hint]


def record_of(cls: type, **kinds: Kind) -> Record:
    """Return the record of a dataclass's fields, some of a narrower kind; fields with a default are optional."""
    hints, keys = get_type_hints(cls), keys_of(cls)
    found = {key: kinds.get(key) or kind_of(hints[name]) for name, key in keys.items()}
    made_of = [one for one in fields(cls) if one.init]
    needed = {keys[one.name] for one in made_of if one.default is MISSING and one.default_factory is MISSING}
    return Record(
        {name: kind for name, kind in found.items() if name in needed},
        {name: kind for name, kind in found.items() if name not in needed},
    )


def open_record_of(cls: type, **kinds: Kind) -> Record:
    """Return the record of a `TypedDict`, some keys of a narrower kind; all are optional, and others are allowed."""
    return Record(
        optional={name: kinds.get(name) or kind_of(hint) for name, hint in get_type_hints(cls).items()},
        others=anything,
    )


def statistics(value: Any, place: str) -> None:
    """Check the object of a `TargetStatistics`; see `Kind`."""
    scale = list_of(number(_TINIEST, _LARGEST_VALUE))
    kinds = {"mean": list_of(number()), "scale": scale, "shrinkage": scale, "rows": list_of(COUNT)}
    record_of(TargetStatistics, **kinds, sums=list_of(list_of(VALUE)))(value, place)
    outputs, words = len(value["outputs"]), len(value["words"])
    for name in ("mean", "scale", "shrinkage"):
        list_of(VALUE, outputs)(value[name], f"{place}.{name}")
    list_of(COUNT, words)(value["rows"], f"{place}.rows")
    list_of(list_of(VALUE, outputs), words)(value["sums"], f"{place}.sums")


def encoding(kinds: tuple[str, ...] = tuple(ENCODINGS)) -> Kind:
    """Return the kind of objects for a class of ``ENCODINGS``, named by their ``kind``, which is one of `kinds`."""

    def check(value: Any, place: str) -> None:
        Record({"kind": text(kinds)}, others=anything)(value, place)
        closer: dict[str, Kind] = {
            "scale": number(_TINIEST, _LARGEST_VALUE),
            "missing": SHARE,
            "share": SHARE,
            "rare": COUNT,
            "statistics": statistics,
            "word_counts": list_of(COUNT),
        }
        closer |= dict.fromkeys(("fill", "centre", "low", "high"), VALUE) | {"unit": number(0, _LARGEST_VALUE)}
        closer |= {"edges": list_of(VALUE), "order": _ORDER}
        closer |= {"parts": list_of(encoding(("number",)))} if value["kind"] == "date" else {}
        record = record_of(ENCODINGS[value["kind"]], **closer)
        Record({**record.required, "kind": text()}, record.optional)(value, place)
        edges = value.get("edges", [])
        if len(edges) == 1 or any(low >= high for low, high in pairwise(edges)):
            raise _wrong(f"{place}.edges", edges, Message("two or more ascending numbers, or none"))
        if "word_counts" in value:
            list_of(COUNT, len(value["words"]))(value["word_counts"], f"{place}.word_counts")

    return check


TARGET = record_of(Target, task=text((*TASKS, "label")))

COLUMNS = Record(
    {"version": number(1, _LONG, whole=True), "inputs": list_of(encoding()), "dropped": list_of(list_of(text(), 2))},
    {
        "target": TARGET,
        "targets": list_of(TARGET),
        "decimal_comma": either(TEXTS, FLAG),
        "whole": TEXTS,
        "decimal": text(DECIMALS),
        "split": record_of(
            SplitColumns,
            time=either(NULL, record_of(TimeColumn, kind=text(TIME_KINDS), order=_ORDER)),
            weight=either(NULL, record_of(WeightColumn)),
        ),
    },
    anything,
)

_WHOLE = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
VALIDATION = Record({"seed": COUNT}, {"fraction": SHARE, "folds": COUNT, "fold": COUNT})
DATA = open_record_of(
    DataReceipt,
    validation_split=VALIDATION,
    validation_data=Record({"fingerprint": text(), "samples": COUNT, "source": text()}),
    samples=COUNT,
    classes=COUNT,
    validation=COUNT,
    first=COUNT,
    dtype=text(("bool", *_WHOLE, "float32", "float64")),
)

DESCRIBED = Record({"fingerprint": text(), "samples": COUNT, "source": text()}, DATA.optional)
"""Required description of data for resuming training."""

RECEIPT = open_record_of(
    Receipt,
    # Types only: the allowed values depend on the version, and `receipt.options_of` checks them.
    options=Record(optional={name: kind_of(kind) for name, kind in TYPES.items()}, others=anything),
    data=DATA,
    parent=Record({"hash": text()}, {"file": text()}, anything),
    seed=COUNT,
    result=Record(others=LOOSE),
    kept=list_of(number(1, _LONG, whole=True)),
    plain_share=either(NULL, SHARE),
    progress=LOOSE,
    # Informational: readers ignore unexpected content.
    numerics=anything,
    curves=anything,
    estimator=anything,
)

ESTIMATOR = Record(
    {
        "class": text(),
        "parameters": Record(others=anything),
        "classes": either(NULL, list_of(anything, 2)),
        "flat": either(NULL, FLAG),
        "features": TEXTS,
        "epochs": COUNT,
    },
    {"columns_in": COUNT, "side_by_side": COUNT},
    anything,
)
"""Description of a fitted estimator in a training record; see `estimators.persistence`."""

TRAINING = Record(
    {
        "plateau": Record(others=anything),
        "every": either(text(), COUNT),
        "note": Record(others=anything),
        "trail": TEXTS,
        "changes": TEXTS,
        "validation": either(NULL, DESCRIBED),
    },
    others=anything,  # the numbers, whose types `training.state` checks
)
"""Additional header of a checkpoint."""

_INPUT_MAX = SPECS["input_max"]
assert _INPUT_MAX.low is not None
assert _INPUT_MAX.high is not None

BEGUN = Record(
    {"engine": text(), "data": DESCRIBED, "versions": Record({"glassnet": text()}, others=text())}, others=anything
)
"""Minimum training record of a checkpoint."""

MODEL = Record(
    {
        "members": number(1, _LONG, whole=True),
        "architecture": record_of(Architecture),
        "scaling": record_of(Scaling, name=text(tuple(SCALINGS)), maximum=number(_INPUT_MAX.low, _INPUT_MAX.high)),
        "targets": record_of(
            Targets, name=text(tuple(TARGETS)), scale=list_of(POSITIVE), decision=list_of(number(0, 1e30))
        ),
        "image_shape": either(NULL, list_of(number(1, _LONG, whole=True), 2)),
        "receipt": RECEIPT,
    },
    {
        "class_names": TEXTS,
        "class_type": text(CLASS_TYPES),
        "temperature": number(1e-6, 1e6),
        "reading": text(("", "ink", "photo")),
        "white": COUNT,
        "deskews": FLAG,
        "handwriting": FLAG,
        "layout": record_of(SampleLayout, labels=text(("first", "last")), columns=number(1, _LONG, whole=True)),
        "training_range": either(
            NULL, Record({"samples": LIMITS}, {"features": LIMITS, "rows": number(1, FEWEST - 1, whole=True)})
        ),
        "residuals": record_of(Residuals, count=number(1, _LONG, whole=True)),
        "columns": either(NULL, COLUMNS),
        "training": TRAINING,
    },
    anything,
)
"""The header. Other keys are allowed: an older glassnet ignores additions of a newer one."""


def require_header(header: Any, tensors: Mapping[str, NDArray[Any]], prefix: Callable[[int], str]) -> Architecture:
    """Raise for a parsed header that violates the schema, or for tensors that do not match it; return its architecture.

    `tensors` has those of the model by their names in the file, which begin with the `prefix` of a member's index.
    """
    anything(header, "")
    MODEL(header, "")
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in header["architecture"].items()}
    architecture = Architecture(**fields)
    _require_tensors(header["members"], architecture.layout, tensors, prefix)
    _require_scaling(header["scaling"], next(iter(tensors.values())).dtype)
    receipt = header["receipt"]
    options = receipt.get("options", {})
    networks = header["members"]
    if options.get("folds"):  # one network of several
        members = options.get("members", 1)
        networks = 2 * members if options.get("plain_inputs") and members > 1 else members
    for name in {"trails", "kept"} & receipt.keys():
        if len(receipt[name]) != networks:
            template = "header: receipt.{name} has {count} values, expected {expected}."
            raise _inconsistent(template, name=name, count=len(receipt[name]), expected=networks)
    return architecture


def in_present_names(receipt: Receipt) -> Receipt:
    """Return a training record, which version 0.2 or before may have written, with the present names."""
    found = receipt.copy()
    recipe = receipt.get("recipe") or ""
    if recipe in RECORDED_AS:
        found["recipe"] = RECORDED_AS[recipe]
    if "options" in receipt:
        found["options"] = {RENAMED.get(name, name): value for name, value in receipt["options"].items()}
    return found


def _require_tensors(
    members: int, layout: Layout, tensors: Mapping[str, NDArray[Any]], prefix: Callable[[int], str]
) -> None:
    """Raise for tensors with unexpected names or shapes, or with values that are NaN or infinite."""
    if members * len(layout.shapes) != len(tensors):  # before names are made for all members
        template = "{found} tensors, expected {expected} for each of {members} networks."
        raise _inconsistent(template, found=len(tensors), expected=len(layout.shapes), members=members)
    wanted = {f"{prefix(k)}{name}": shape for k in range(members) for name, shape in layout.shapes.items()}
    dtypes = {str(tensor.dtype) for tensor in tensors.values()}
    if tensors.keys() != wanted.keys() or dtypes not in ({"float32"}, {"float64"}):
        found = Listing(map(ascii, sorted(tensors)), most=8) if tensors else Message("none")
        template = "unexpected tensors: {names} ({dtypes})."
        raise _inconsistent(template, names=found, dtypes=Listing(sorted(dtypes)))
    for name, shape in wanted.items():
        if tensors[name].shape != shape:
            template = "tensor {name} has shape {shape}, expected {expected}."
            raise _inconsistent(template, name=name, shape=tensors[name].shape, expected=shape)
        if not np.isfinite(tensors[name]).all():
            raise _inconsistent("tensor {name} has values that are NaN or infinite.", name=name)


def _require_scaling(scaling: dict[str, Any], dtype: np.dtype[Any]) -> None:
    """Raise for a scaling whose results could be infinite."""
    standardises = scaling["name"] in STANDARDISING
    largest = float(np.finfo(dtype).max) if standardises else 1e6
    for name, divisor in (("span", scaling["maximum"]), ("offset", 1.0)):
        values = np.array(scaling[name], np.float64)
        with np.errstate(over="ignore"):
            if (np.abs(values / (divisor if standardises else 1.0)) > largest).any():
                raise _inconsistent("header: scaling.{name} is too large.", name=name)
