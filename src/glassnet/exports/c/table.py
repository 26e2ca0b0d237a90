"""The C of a table's columns: a struct with a field for each, and the functions that encode its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...preprocess import Columns
from ...preprocess.tabular.dates import QUANTITIES, DateColumn
from ...preprocess.tabular.encoders import CLIP, LARGEST, BooleanColumn, NumberColumn, WordColumn
from ...preprocess.tabular.kinds import Encoding
from .spelling import array, commented, double_text, doubles, floats, identifiers, prefixed, shortened, string

NUMBER = f"""\
/* The square root of a number from 1 to 1e300, correctly rounded: digit by digit, in binary. */
static double name_sqrt(double x)
{{
    double scale = 0x1p-52;
    uint64_t digits, rest = 0, root = 0;
    int k;

    while (x >= 4.0) {{
        x = x * 0.25;
        scale = scale * 2.0;
    }}
    digits = (uint64_t)(x * 0x1p52);  /* 54 bits, of which two give one of the root */
    for (k = 0; k < 53; k++) {{
        rest = (rest << 2) | ((digits >> 52) & 3);
        digits = digits << 2;
        root = root << 1;
        if (rest > 2 * root) {{
            rest = rest - 2 * root - 1;
            root = root + 1;
        }}
    }}
    if (rest > root)
        root = root + 1;
    return (double)root * scale;
}}

/* A column of numbers. */
typedef struct {{
    double centre, scale;  /* mean and standard deviation in training */
    double fill;           /* the median, in place of missing values */
    const double *edges;   /* of the intervals that have an input of their own */
    size_t intervals;
    int flag;              /* whether an input says that the value is missing */
}} name_numbers;

static double name_clip(double value, double low, double high)
{{
    return value < low ? low : value > high ? high : value;
}}

/* Writes the inputs of a number, which is missing if it is NaN or infinite; returns the place after them. */
static float *name_number(float *x, double value, const name_numbers *column)
{{
    double t, root;
    int missing = !(value - value == 0.0);
    size_t k;

    if (missing)
        value = column->fill;
    t = name_clip(value, -{double_text(LARGEST)}, {double_text(LARGEST)});
    t = t - column->centre;
    t = t / column->scale;
    t = name_clip(t, -{double_text(LARGEST)}, {double_text(LARGEST)});
    root = t / {CLIP};
    root = root * root;
    root = root + 1.0;
    t = t / name_sqrt(root);
    *x++ = (float)t;
    for (k = 0; k < column->intervals; k++) {{
        double low = column->edges[k], high = column->edges[k + 1];
        double width = high - low;

        t = name_clip(value, low, high);
        t = t - low;
        t = t / width;
        t = t - 0.5;
        *x++ = (float)t;
    }}
    if (column->flag)
        *x++ = (float)missing;
    return x;
}}
"""
BOOLEAN = """\
/* Writes the input of yes (1), no (0) or a missing value (-1). */
static float *name_boolean(float *x, signed char value)
{
    *x++ = value < 0 ? 0.0f : value ? 1.0f : -1.0f;
    return x;
}
"""
WORD = """\
/* A column of words. */
typedef struct {
    const char *const *words;
    size_t count;           /* of the words with an input of their own, which come first */
    size_t other, missing;  /* whether other words, and missing ones, have an input: 1 or 0 */
    size_t known;           /* of all these words */
    const float *means;     /* of the target, of each word without an input of its own */
    size_t outputs;         /* means of a word */
} name_words;

/* Writes the inputs of a word, which is missing if it is NULL or empty: 1 for its own input, 0 for all others. */
static float *name_word(float *x, const char *text, const name_words *column)
{
    size_t inputs = column->count + column->other + column->missing;
    size_t all = inputs + column->outputs;
    size_t k, i;

    for (k = 0; k < all; k++)
        x[k] = 0.0f;
    if (text == NULL || text[0] == 0) {
        if (column->missing)
            x[inputs - 1] = 1.0f;
        return x + all;
    }
    for (k = 0; k < column->known; k++) {
        const char *word = column->words[k];

        for (i = 0; text[i] != 0 && text[i] == word[i]; i++)
            ;
        if (text[i] == word[i])
            break;
    }
    for (i = 0; k >= column->count && k < column->known && i < column->outputs; i++)
        x[inputs + i] = column->means[(k - column->count) * column->outputs + i];
    if (k > column->count)
        k = column->count;
    if (k < column->count + column->other)
        x[k] = 1.0f;
    return x + all;
}
"""
DATE = """\
/* Days since 1970-01-01. Years begin in March here, so that a leap day is last; 400,000 more make all positive. */
static int64_t name_days(int64_t year, int month, int day)
{
    int64_t years = year + 400000 - (month <= 2);
    int months = (month + 9) % 12;

    return 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 146816469;
}

int64_t name_date(int year, int month, int day, int hour, int minute, int second)
{
    int64_t seconds;

    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        name_days(year, month, day) >= name_days(month < 12 ? year : year + 1, month % 12 + 1, 1) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return NAME_NO_DATE;
    seconds = 86400 * name_days(year, month, day) + INT64_C(3600) * hour + INT64_C(60) * minute + second;
    return 1000000 * seconds;
}

/* What the network sees of a date: days since the first one in training, year, month, weekday from Monday, hour. */
static void name_quantities(double quantities[5], int64_t moment, int64_t first)
{
    const int64_t length = INT64_C(86400000000);
    int64_t days = moment / length;
    int64_t rest = moment % length;
    int64_t year;
    int k, month = 1;

    if (moment == NAME_NO_DATE) {
        for (k = 0; k < 5; k++)
            quantities[k] = NAME_MISSING;
        return;
    }
    if (rest < 0) {
        rest = rest + length;
        days = days - 1;
    }
    year = 1970 + days * 400 / 146097;
    while (name_days(year, 1, 1) > days)
        year = year - 1;
    while (name_days(year + 1, 1, 1) <= days)
        year = year + 1;
    while (month < 12 && name_days(year, month + 1, 1) <= days)
        month = month + 1;
    quantities[0] = (double)(days - first);
    quantities[1] = (double)year;
    quantities[2] = (double)month;
    quantities[3] = (double)(((days + 3) % 7 + 7) % 7);
    quantities[4] = (double)rest / 3.6e9;
}

/* A column of dates. */
typedef struct {
    int64_t first;                 /* the first date in training, in days since 1970-01-01 */
    const name_numbers *parts[5];  /* NULL for a quantity that is not an input */
    int flag;                      /* whether an input says that the value is missing */
} name_dates;

/* Writes the inputs of a date. */
static float *name_moment(float *x, int64_t moment, const name_dates *column)
{
    double quantities[5];
    int k;

    name_quantities(quantities, moment, column->first);
    for (k = 0; k < 5; k++)
        if (column->parts[k] != NULL)
            x = name_number(x, quantities[k], column->parts[k]);
    if (column->flag)
        *x++ = moment == NAME_NO_DATE ? 1.0f : 0.0f;
    return x;
}
"""
_ENCODE = """\
static void name_encode(const name_row *row, float *x)
{
    size_t k;

    for (k = 0; k < COUNT; k++) {
        const name_column *column = &name_columns[k];
        const void *value = (const char *)row + column->field;

        switch (column->kind) {
CASES        }
    }
}
"""
_COLUMN = """\
/* A column of the table. */
typedef struct {
    enum { KINDS } kind;
    size_t field;       /* its place in the row */
    const void *about;  /* what the function of its kind needs */
} name_column;
"""
_DATE_DECLARATIONS = """\
/* A missing date. */
#define NAME_NO_DATE INT64_MIN

/* The microseconds from 1970-01-01 to a date in the years 1 to 9999; NAME_NO_DATE if there is no such date. */
int64_t name_date(int year, int month, int day, int hour, int minute, int second);
"""
_LONGEST_ABOUT = 60


class Table:
    """The columns of a model in a C file whose names begin with `prefix`."""

    def __init__(self, columns: Columns, prefix: str) -> None:
        self.columns, self.prefix = columns.inputs, prefix
        self.fields = identifiers(columns.names, "column")
        # The number keeps `x_edges`, the edges of a column x, apart from what is about a column x_edges.
        self.constants = [f"{prefix}_about_{number}_{field}" for number, field in enumerate(self.fields, start=1)]

    @property
    def declarations(self) -> str:
        """The type of a row, and the values that are missing."""
        prefix = self.prefix
        declared = [
            _declared(_KINDS[type(one)].type, field) for one, field in zip(self.columns, self.fields, strict=True)
        ]
        widest = max(map(len, declared))
        fields = "".join(
            f"    {text + ';':<{widest + 2}} /* {_described(one, f'{name}_words')} */\n"
            for one, text, name in zip(self.columns, declared, self.constants, strict=True)
        )
        parts = [f"/* A row of the table. */\ntypedef struct {{\n{fields}}} {prefix}_row;\n"]
        if self._has(NumberColumn, DateColumn):
            parts.append(prefixed("/* A missing number: NaN. */\n#define NAME_MISSING (0.0 / 0.0)\n", prefix))
        if self._has(DateColumn):
            parts.append(prefixed(_DATE_DECLARATIONS, prefix))
        parts.append(
            f"/* A row of missing values, to begin with. */\nextern const {prefix}_row {prefix}_missing_row;\n"
        )
        return "\n".join(parts)

    @property
    def definitions(self) -> str:
        """The functions that encode a row, and the constants of the columns."""
        prefix = self.prefix
        constants, columns = [], []
        for one, field, name in zip(self.columns, self.fields, self.constants, strict=True):
            about, definitions = self._about(one, name)
            constants += definitions
            columns.append(f"{{{prefix}_is_{_KINDS[type(one)].name}, offsetof({prefix}_row, {field}), {about}}}")
        present = [one for kind, one in _KINDS.items() if self._has(kind)]
        needed = [text for text, kinds in _TEMPLATES if self._has(*kinds)]
        names = ", ".join(f"name_is_{one.name}" for one in present)
        cases = "".join(one.case for one in present)
        missing = f"const {prefix}_row {prefix}_missing_row = {self.row({})};\n"
        return "\n".join(
            [
                *(prefixed(one, prefix) for one in [*needed, _COLUMN.replace("KINDS", names)]),
                *constants,
                f"static const {prefix}_column {prefix}_columns[{len(columns)}] = {{\n    "
                + ",\n    ".join(columns)
                + "\n};\n",
                prefixed(_ENCODE.replace("COUNT", str(len(columns))).replace("CASES", cases), prefix),
                missing,
            ]
        )

    def row(self, values: Mapping[str, Any]) -> str:
        """Return the initialiser of a row; columns without a value, or with None, are missing."""
        return f"{{{', '.join(self._value(one, values.get(one.name)) for one in self.columns)}}}"

    def assignments(self, values: Mapping[str, Any], most: int) -> list[str]:
        """Return statements that set the first columns with a value, for an example."""
        pairs = [(one, field) for one, field in zip(self.columns, self.fields, strict=True)]
        present = [(one, field) for one, field in pairs if values.get(one.name) is not None]
        return [f"row.{field} = {self._example(one, values[one.name])};" for one, field in present[:most]]

    def _example(self, column: Encoding, value: Any) -> str:
        if isinstance(column, DateColumn):
            parts = str(np.datetime64(int(value), "us").astype("M8[s]")).replace("T", "-").replace(":", "-").split("-")
            if len(parts) == 6 and all(parts):
                return f"{self.prefix}_date({', '.join(str(int(one)) for one in parts)})"
        return f"{value:.10g}" if isinstance(column, NumberColumn) else self._value(column, value)

    def _value(self, column: Encoding, value: Any) -> str:
        upper = self.prefix.upper()
        if isinstance(column, NumberColumn):
            return f"{upper}_MISSING" if value is None else double_text(value)
        if isinstance(column, BooleanColumn):
            return "-1" if value is None else str(int(value))
        if isinstance(column, DateColumn):
            return f"{upper}_NO_DATE" if value is None else f"INT64_C({value})"
        return "NULL" if value is None else string(value)

    def _has(self, *kinds: type) -> bool:
        return any(isinstance(one, kinds) for one in self.columns)

    def _about(self, column: Encoding, name: str) -> tuple[str, list[str]]:
        """Return a pointer to what the functions need to know of a column, and the constants to which it points."""
        prefix = self.prefix
        if isinstance(column, BooleanColumn):
            return "NULL", []
        if isinstance(column, NumberColumn):
            return f"&{name}", self._numbers(column, name)
        if isinstance(column, DateColumn):
            parts = {part.name: self._numbers(part, f"{name}_{part.name}") for part in column.parts}
            pointers = ", ".join(f"&{name}_{part}" if part in parts else "NULL" for part in QUANTITIES)
            first = int(np.datetime64(column.first, "D").astype(np.int64))
            dates = f"{{{first}, {{{pointers}}}, {int(column.missing > 0)}}}"
            definitions = [text for part in parts.values() for text in part]
            return f"&{name}", [*definitions, f"static const {prefix}_dates {name} = {dates};\n"]
        words, means, outputs, definitions = "NULL", "NULL", 0, []
        if column.categories:
            words = f"{name}_words"
            spelt = [string(one) for one in column.categories]
            definitions.append(array(f"static const char *const {words}[{len(spelt)}]", spelt))
        if column.statistics is not None:
            means, outputs = f"{name}_means", len(column.statistics.outputs)
            of_words = floats(column.statistics.inputs[:-1])
            definitions.append(array(f"static const float {means}[{len(of_words)}]", of_words))
        marks = f"{len(column.words)}, {int(column.rare > 0)}, {int(column.missing > 0)}"
        about = f"{words}, {marks}, {len(column.categories)}, {means}, {outputs}"
        definitions.append(f"static const {prefix}_words {name} = {{{about}}};\n")
        return f"&{name}", definitions

    def _numbers(self, column: NumberColumn, name: str) -> list[str]:
        edges, definitions = "NULL", []
        if column.edges:
            edges = f"{name}_edges"
            definitions.append(array(f"static const double {edges}[{len(column.edges)}]", doubles(column.edges)))
        numbers = ", ".join(map(double_text, (column.centre, column.scale, column.fill)))
        intervals = max(0, len(column.edges) - 1)
        kind = f"static const {self.prefix}_numbers"
        return [*definitions, f"{kind} {name} = {{{numbers}, {edges}, {intervals}, {int(column.flag)}}};\n"]


@dataclass(frozen=True)
class _Kind:
    """A kind of column in C: its name, the type of its field, and the function that writes its inputs."""

    name: str
    type: str
    function: str
    with_column: bool = True

    @property
    def case(self) -> str:
        about = ", column->about" if self.with_column else ""
        return (
            f"        case name_is_{self.name}:\n"
            f"            x = name_{self.function}(x, *({_declared(self.type, 'const *')})value{about});\n"
            "            break;\n"
        )


_KINDS: dict[type, _Kind] = {
    NumberColumn: _Kind("number", "double", "number"),
    BooleanColumn: _Kind("boolean", "signed char", "boolean", with_column=False),
    WordColumn: _Kind("word", "const char *", "word"),
    DateColumn: _Kind("date", "int64_t", "moment"),
}
_TEMPLATES = (
    (NUMBER, (NumberColumn, DateColumn)),
    (BOOLEAN, (BooleanColumn,)),
    (WORD, (WordColumn,)),
    (DATE, (DateColumn,)),
)


def _declared(kind: str, name: str) -> str:
    return f"{kind}{'' if kind.endswith('*') else ' '}{name}"


def _described(column: Encoding, array_of_words: str) -> str:
    """Return the comment on a field; of many words it names the array instead."""
    name = shortened(column.name)
    if isinstance(column, NumberColumn):
        unit = f" {shortened(column.unit)}" if column.unit else ""
        return f"{name}: {column.low:g} to {column.high:g}{unit} in training"
    if isinstance(column, BooleanColumn):
        return f"{name}: 1 yes, 0 no, -1 missing"
    if isinstance(column, DateColumn):
        return f"{name}: {column.first} to {column.last} in training"
    words = commented(", ".join(string(one) for one in column.words))  # as one types them in C
    few = column.statistics is None and len(words) <= _LONGEST_ABOUT
    allowed = words if few else f"{len(column.categories)} words, see {array_of_words}"
    return f"{name}: {allowed}; NULL missing"
