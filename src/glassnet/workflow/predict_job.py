"""Predicting images or rows that need no label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from .. import data
from ..data.readers.image import no_digit, open_reduced
from ..data.tables.output import require_table_place, write_table
from ..data.validation import AUTO
from ..errors import GlassnetError
from ..handwriting.digit_model import reads_digits
from ..handwriting.reader import Reading, read_photo
from ..handwriting.reasons import Reason
from ..io.archives import is_folder
from ..io.opening import open_named
from ..io.sniff import kind_of
from ..messages.formats import number_text
from ..messages.message import Place
from ..messages.notice import Notify, ignore
from ..model.inference import ENGINES, compiled
from ..model.model import Model
from ..model.prediction_intervals import predict_interval, require_coverage
from ..nn.parameters import FloatArray
from ..options.job_parameters import require_declared
from ..options.spec import option, required
from ..words.cli import CLI_WORDS
from ..words.speaking import speaking
from . import parameters
from .model_data import load_queries, read_decimals, unless_warned
from .read_job import PhotoResult, read_photos


@dataclass(frozen=True)
class Answer:
    """The prediction for one input, or the error that prevented it.

    Parameters
    ----------
    input : str
        The name of the sample: its file, and the place in it.
    value : int, float or list
        A class; one or several numbers; or 0 and 1 for labels. None with an error.
    name : str
        The prediction as text.
    confidence : float or None
        0 to 1; None for numbers.
    outputs : ndarray of float, shape (outputs,)
    interval : list, optional
        With a coverage, the two ends of the prediction interval; for several numbers a list of such pairs.
    interval_text : str
        The interval as text.
    error : GlassnetError, optional
        Why the input cannot be read.
    sure : bool or None
        For a digit of a picture, whether the confidence suffices, as in `handwriting.reading.Digit`; None for others.
    reason : Reason or None
        Why a digit of a picture is not sure.
    second : str or None
        The name of the second most likely class, of a digit of a picture.
    """

    input: str
    value: Any = None
    name: str | None = None
    confidence: float | None = None
    outputs: FloatArray | None = field(default=None, repr=False)
    interval: list[Any] | None = None
    interval_text: str = ""
    error: GlassnetError | None = None
    sure: bool | None = None
    reason: Reason | None = None
    second: str | None = None


@dataclass(frozen=True)
class QueryJob:
    """What to predict, and how; without an engine NumPy computes.

    With `strict`, inputs that the training data did not have are a DataError GN075: for a table that of the source, for
    others of all.
    """

    inputs: tuple[str, ...] = required("images, folders of images, rows or tables", argument="[MODEL] INPUT...")
    out: str | None = option(
        None, "write the predictions as a table instead of printing them: CSV or Parquet", metavar="FILE"
    )
    force: bool = parameters.force()
    engine: str | None = option(
        None,
        "compiled loops: the fastest, or those with the same bits on every processor and in exported C and HTML",
        choices=tuple(ENGINES),
    )
    strict: bool = parameters.strict()
    coverage: float | None = parameters.coverage()
    decimal: str = parameters.decimal()
    language: str = parameters.language()

    def __post_init__(self) -> None:
        require_declared(self)


def query_model(
    model: Model,
    sources: Sequence[str],
    *,
    engine: str | None = None,
    decimal: str = AUTO,
    strict: bool = False,
    coverage: float | None = None,
    language: str = "en",
    notify: Notify = ignore,
) -> list[Answer]:
    r"""Predict all samples of all sources.

    Parameters
    ----------
    model : Model
    sources : sequence of str
        Images, folders of images, rows or tables; ``"-"`` for standard input.
    engine, decimal, strict, coverage, language
        As for `QueryJob`; the language is that of a prediction without any label, and of intervals as text.
    notify : callable

    Returns
    -------
    list of Answer
        With an error for each input that cannot be read.

    Raises
    ------
    GlassnetError
        If the only input cannot be read.
    OptionError
        GN021 and GN022 for a coverage that the model cannot give; see `TableModel.predict_interval`.

    Examples
    --------
    >>> import glassnet
    >>> from pathlib import Path
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]] * 30, ["no", "yes", "yes", "no"] * 30
    >>> model = glassnet.fit(X, y).model
    >>> _ = Path("rows.csv").write_text("0,1\n1,1\n")
    >>> [one.name for one in glassnet.query_model(model, ["rows.csv"])]
    ['yes', 'no']
    """
    if coverage is not None:
        require_coverage(model, coverage)
    digits = reads_digits(model)
    queries = [one for source in sources for one in _read(model, source, digits, decimal, strict, notify)]
    rows = [one.content for one in queries if isinstance(one.content, np.ndarray)]
    if engine is not None and not all(isinstance(one.content, GlassnetError) for one in queries):
        model = compiled(model, engine)
    # At once, so that the range check sees all of them.
    outputs = iter(_outputs(model, np.stack(rows), strict) if rows else ())
    intervals = iter(predict_interval(model, np.stack(rows), coverage) if rows and coverage is not None else ())
    files = [one.content for one in queries if isinstance(one.content, str)]
    photos = _read_all(model, files)
    answers: list[Answer] = []
    for name, content in queries:
        if isinstance(content, GlassnetError):
            answers.append(Answer(name, error=content))
        elif isinstance(content, np.ndarray):
            answer = answer_from(model, name, next(outputs), language)
            answers.append(answer if coverage is None else with_interval(model, answer, next(intervals), language))
        elif isinstance(content, Reading):
            answers += answers_in(model, name, content, language)
        else:
            photo = next(photos)
            answers += answers_in(model, name, photo.reading or photo.error, language)
    if len(answers) == 1 and answers[0].error is not None:
        raise answers[0].error
    return answers


def answers_in(model: Model, name: str, reading: Reading | GlassnetError | None, language: str) -> list[Answer]:
    """Return the predictions for the digits of a picture, under the name of the picture, or the error."""
    if isinstance(reading, Reading) and not reading.digits:
        reading = no_digit(name)
    if not isinstance(reading, Reading):
        return [Answer(name, error=reading)]
    digits = reading.digits
    names = [name] if len(digits) == 1 else [str(Place(name, row=k)) for k in range(len(digits))]
    answers = answers_from(model, names, np.stack([digit.outputs for digit in digits]), language)
    return [
        replace(
            answer,
            confidence=digit.confidence,
            sure=digit.sure,
            reason=digit.reason,
            second=model.name_of(digit.second),
        )
        for answer, digit in zip(answers, digits, strict=True)
    ]


def _read_all(model: Model, photos: list[str]) -> Iterator[PhotoResult]:
    try:
        yield from read_photos(model, photos)
    except GlassnetError as problem:  # of the only photo
        yield PhotoResult(photos[0], None, problem)


def _outputs(model: Model, rows: NDArray[Any], strict: bool) -> FloatArray:
    """Return the outputs for samples, (n, outputs), with a warning if they are far outside the training range."""
    if strict:
        unless_warned(model).require_near(rows)
    if type(model) is not Model and not model.columns:
        model.warn_if_far(rows)  # compiled loops do not look
    return unless_warned(model).outputs(rows)


def require_answers_place(path: str, *, overwrite: bool = False) -> None:
    """Check that predictions can be written to a file, before they are made; see `data.tables.output`."""
    require_table_place(path, ("input", "answer"), overwrite=overwrite)


def write_answers(path: str, model: Model, answers: Sequence[Answer], *, overwrite: bool = False) -> None:
    """Write predictions as a table, CSV or Parquet by the suffix of the file.

    The columns are ``input``; ``answer``, the name of the class or the labels that hold, or a number; with several
    labels or numbers, ``answer_NAME`` for each (1 or 0 for a label); with a coverage ``low`` and ``high``, or
    ``low_NAME`` and ``high_NAME``; and, but for a regression, ``confidence`` and ``output_NAME`` for each class or
    label. If some inputs cannot be read, their cells are empty, and column ``error``
    has the reason.

    An existing file is only replaced if glassnet wrote it, and with `overwrite`.
    """
    require_answers_place(path, overwrite=overwrite)
    names, regression = [model.name_of(k) for k in range(model.classes)], model.targets.name == "values"
    several = not model.targets.of_classes and model.classes > 1
    columns: dict[str, Any] = {"input": [one.input for one in answers]}
    if not (regression and several):
        plain = regression or (model.targets.of_classes and not model.class_names)
        columns["answer"] = [one.value if plain else one.name for one in answers]
    if several:
        for k, name in enumerate(names):
            columns[f"answer_{name}"] = [None if one.value is None else one.value[k] for one in answers]
    if any(one.interval is not None for one in answers):
        pairs = np.array(
            [
                np.full((model.classes, 2), np.nan)
                if one.interval is None
                else np.reshape(one.interval, (model.classes, 2))
                for one in answers
            ]
        )
        for k, name in enumerate(names):
            columns |= {f"{end}_{name}" if several else end: pairs[:, k, e] for e, end in enumerate(("low", "high"))}
    if not regression:
        missing = np.full(model.classes, np.nan, model.network.parameters.flat.dtype)
        outputs = np.stack([missing if one.outputs is None else one.outputs for one in answers])
        confidences = [np.nan if one.confidence is None else one.confidence for one in answers]
        columns["confidence"] = np.array(confidences, outputs.dtype)
        columns |= {f"output_{name}": outputs[:, k] for k, name in enumerate(names)}
    if any(one.error for one in answers):
        columns["error"] = [one.error and f"{one.error} [{one.error.code}]" for one in answers]
    write_table(path, columns, overwrite=overwrite)


class _Query(NamedTuple):
    """An input and its name: a row, shape (features,), the path of a picture of digits, its reading, or an error."""

    name: str
    content: NDArray[Any] | str | Reading | GlassnetError


def _read(model: Model, source: str, digits: bool, decimal: str, strict: bool, notify: Notify) -> list[_Query]:
    """Return the inputs of a source; `digits` if pictures go through the stages of `read_photo`."""
    pictures: list[str] = []
    try:
        table = read_decimals(model, source, decimal)
        pictures = [] if model.columns else data.pictures_in(source)
        if digits and pictures:
            return [_Query(picture, picture) for picture in pictures]
        opened = open_named(source) if digits and not is_folder(source) else None
        if opened is not None and kind_of(opened) == "picture":
            content = read_photo(model, open_reduced(opened).picture) if opened.path is None else source
            return [_Query(opened.name, content)]
        rows, names, _ = load_queries(model, opened or table or source, notify, strict=strict)
    except GlassnetError as problem:
        if pictures and pictures != [source]:  # one by one, so that the readable ones are predicted
            return [one for picture in pictures for one in _read(model, picture, digits, decimal, strict, notify)]
        return [_Query(data.STDIN if source == "-" else source, problem)]
    return [_Query(name, row) for name, row in zip(names, rows, strict=True)]


def answer_from(model: Model, name: str, outputs: FloatArray, language: str) -> Answer:
    """Return the prediction that outputs of shape (classes,) mean, under the name of its input."""
    return answers_from(model, [name], outputs[np.newaxis], language)[0]


def answers_from(model: Model, names: Sequence[str], outputs: FloatArray, language: str) -> list[Answer]:
    """Return the predictions that outputs of shape (n, classes) mean, under the names of their inputs."""
    decoded, confidences = model.targets.invert(outputs), model.confidence(outputs).tolist()
    values: list[Any] = (decoded if model.targets.of_classes or model.classes > 1 else decoded[:, 0]).tolist()
    if model.targets.of_classes:
        words = [model.name_of(value) for value in values]
    else:
        words = [_in_words(model, one, language) for one in decoded]
    return [
        Answer(name, value, word, None if confidence != confidence else confidence, own)
        for name, value, word, confidence, own in zip(names, values, words, confidences, outputs, strict=True)
    ]


def with_interval(model: Model, answer: Answer, interval: NDArray[np.float64], language: str) -> Answer:
    """Return a prediction with its interval, shape (outputs, 2)."""
    to = speaking(language, CLI_WORDS)("to")
    low, high = (_numbers_in_words(model, ends) for ends in interval.T)
    words = [to.join(pair) for pair in zip(low, high, strict=True)]
    ends = interval.tolist()
    return replace(answer, interval=ends if model.classes > 1 else ends[0], interval_text=_named(model, words))


class AnswerFacts(TypedDict):
    """A prediction."""

    input: Annotated[
        str,
        "name of the image, or file and row, from 0: `people.csv, row 2`, `standard input, row 0`; so for each of the "
        "digits of a photo with several: `photo.jpg, row 0`",
    ]
    answer: Annotated[
        int | float | list[float] | None,
        "the prediction: the class with the largest output, or by the decision of the model; for a regression the "
        "number in its own unit (a list for several); for several labels a list of 1 (applies) and 0 (does not apply)",
    ]
    name: Annotated[
        str | None,
        "the name of the class, or its number; for a regression the number as short text; for several labels those "
        "that apply",
    ]
    confidence: Annotated[
        float | None,
        "the output of the answer as a fraction of their sum, 0 to 1, after mapping targets such as 0.01 and 0.99 back "
        "to 0 and 1; null for a regression",
    ]
    outputs: Annotated[list[float] | None, "one output per class; standardised for a regression"]
    interval: Annotated[
        NotRequired[list[Any]],
        "with a coverage: the ends of the prediction interval, a list of two numbers; for several numbers a list of "
        "such lists",
    ]
    sure: Annotated[
        NotRequired[bool],
        "of a digit that was found in a picture, as for [`read`](#read), whose `confidence` and `outputs` it has too",
    ]
    reason: Annotated[NotRequired[str | None], "likewise"]


def answer_facts(answer: Answer) -> AnswerFacts:
    """Return a prediction as plain values, under the keys of ``glassnet query --json``; without an error."""
    facts: AnswerFacts = {
        "input": str(answer.input),
        "answer": answer.value,
        "name": answer.name,
        "confidence": answer.confidence,
        "outputs": None if answer.outputs is None else answer.outputs.tolist(),
    }
    if answer.interval is not None:
        facts["interval"] = answer.interval
    return facts if answer.sure is None else {**facts, "sure": answer.sure, "reason": answer.reason}


def _in_words(model: Model, decoded: NDArray[Any], language: str) -> str:
    """Return a prediction other than a class as text: numbers, or the labels that hold."""
    if model.targets.name != "values":
        names = [model.name_of(k) for k in range(model.classes)]
        holding = [name for name, holds in zip(names, decoded, strict=True) if holds]
        return ", ".join(holding) or speaking(language, CLI_WORDS)("none_holds")
    return _named(model, _numbers_in_words(model, decoded))


def _numbers_in_words(model: Model, numbers: NDArray[Any]) -> list[str]:
    """Return a number of each output as text, with its unit."""
    units = [one.suffix for one in model.columns.targets] if model.columns else [""] * model.classes
    return [f"{number_text(value)}{unit}" for value, unit in zip(numbers, units, strict=True)]


def _named(model: Model, texts: Sequence[str]) -> str:
    """Return the text of the only output, or those of several, each after its name."""
    return texts[0] if model.classes == 1 else "   ".join(f"{model.name_of(k)} {text}" for k, text in enumerate(texts))
