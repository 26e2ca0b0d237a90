"""The C of a table's columns: a struct with a field for each, and the functions that encode its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...preprocess import Columns
from ...preprocess.tabular.dates import QUANTITIES, DateColumn
from ...preprocess.tabular.encoders import CLIP, LARGEST, BooleanColumn, NumberColumn, WordColumn
from ...preprocess.tabular.kinds import Encoding
from .spelling import array, comment, double_text, doubles, identifiers, prefixed, shortened, string

_NUMBER = f"""\
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

/* Writes the inputs of a number, NaN or infinite if it is missing; returns the place after them. */
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
_BOOLEAN = """\
/* Writes the input of yes (1), no (0) or a missing value (-1). */
static float *name_boolean(float *x, signed char value)
{
    *x++ = value < 0 ? 0.0f : value ? 1.0f : -1.0f;
    return x;
}
"""
_WORD = """\
/* Writes the inputs of a word: one for each of `words`, one for other words, and one if it is missing. */
static float *name_word(
    float *x, const char *text, const char *const *words, size_t count, size_t other, size_t missing)
{
    size_t inputs = count + other + missing;
    size_t k, i;

    for (k = 0; k < inputs; k++)
        x[k] = 0.0f;
    if (text == NULL || text[0] == 0) {
        if (missing)
            x[inputs - 1] = 1.0f;
        return x + inputs;
    }
    for (k = 0; k < count; k++) {
        for (i = 0; text[i] != 0 && text[i] == words[k][i]; i++)
            ;
        if (text[i] == words[k][i])
            break;
    }
    if (k < count + other)
        x[k] = 1.0f;
    return x + inputs;
}
"""
_DATE = """\
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

    @property
    def declarations(self) -> str:
        """The type of a row, and the values that are missing."""
        prefix = self.prefix
        fields = "".join(
            f"    {_TYPES[type(one)]}{field};  /* {_about(one)} */\n"
            for one, field in zip(self.columns, self.fields, strict=True)
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
        templates = [
            *([_NUMBER] if self._has(NumberColumn, DateColumn) else []),
            *([_BOOLEAN] if self._has(BooleanColumn) else []),
            *([_WORD] if self._has(WordColumn) else []),
            *([_DATE] if self._has(DateColumn) else []),
        ]
        encode = [f"static void {prefix}_encode(const {prefix}_row *row, float *x)\n{{\n"]
        if self._has(DateColumn):
            encode.append("    double quantities[5];\n\n")
        constants = []
        for one, field in zip(self.columns, self.fields, strict=True):
            lines, definitions = self._encoding(one, field)
            encode += [f"    {line}\n" for line in lines]
            constants += definitions
        # The last place after the inputs is not used.
        encode[-1] = encode[-1].replace("x = ", "", 1).replace("*x++", "*x")
        missing = f"const {prefix}_row {prefix}_missing_row = {self.row({})};\n"
        return "\n".join(
            [*(prefixed(one, prefix) for one in templates), *constants, "".join([*encode, "}\n"]), missing]
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

    def _encoding(self, column: Encoding, field: str) -> tuple[list[str], list[str]]:
        """Return the statements that write the inputs of a column, and its constants."""
        prefix = self.prefix
        if isinstance(column, NumberColumn):
            name = f"{prefix}_column_{field}"
            return [f"x = {prefix}_number(x, row->{field}, &{name});"], self._numbers(column, name)
        if isinstance(column, BooleanColumn):
            return [f"x = {prefix}_boolean(x, row->{field});"], []
        if isinstance(column, DateColumn):
            first = int(np.datetime64(column.first, "D").astype(np.int64))
            lines, constants = [f"{prefix}_quantities(quantities, row->{field}, INT64_C({first}));"], []
            for part in column.parts:
                name = f"{prefix}_column_{field}_{part.name}"
                lines.append(f"x = {prefix}_number(x, quantities[{QUANTITIES.index(part.name)}], &{name});")
                constants += self._numbers(part, name)
            if column.missing > 0:
                lines.append(f"*x++ = row->{field} == {prefix.upper()}_NO_DATE ? 1.0f : 0.0f;")
            return lines, constants
        name, words = f"{prefix}_words_{field}", column.words
        flags = f"{int(column.rare > 0)}, {int(column.missing > 0)}"
        if not words:
            return [f"x = {prefix}_word(x, row->{field}, NULL, 0, {flags});"], []
        constant = array(f"static const char *const {name}[{len(words)}]", [string(one) for one in words])
        return [f"x = {prefix}_word(x, row->{field}, {name}, {len(words)}, {flags});"], [constant]

    def _numbers(self, column: NumberColumn, name: str) -> list[str]:
        edges, constants = "NULL", []
        if column.edges:
            edges = f"{name}_edges"
            constants.append(array(f"static const double {edges}[{len(column.edges)}]", doubles(column.edges)))
        numbers = ", ".join(map(double_text, (column.centre, column.scale, column.fill)))
        intervals = max(0, len(column.edges) - 1)
        kind = f"static const {self.prefix}_numbers"
        return [*constants, f"{kind} {name} = {{{numbers}, {edges}, {intervals}, {int(column.flag)}}};\n"]


_TYPES = {NumberColumn: "double ", BooleanColumn: "signed char ", WordColumn: "const char *", DateColumn: "int64_t "}


def _about(column: Encoding) -> str:
    """Return the comment on a field."""
    name = shortened(column.name)
    if isinstance(column, NumberColumn):
        unit = f" {shortened(column.unit)}" if column.unit else ""
        return f"{name}: {column.low:g} to {column.high:g}{unit} in training"
    if isinstance(column, BooleanColumn):
        return f"{name}: 1 yes, 0 no, -1 missing"
    if isinstance(column, DateColumn):
        return f"{name}: {column.first} to {column.last} in training"
    words = ", ".join(f'"{comment(one)}"' for one in column.words)
    return f"{name}: {words if len(words) <= _LONGEST_ABOUT else f'{len(column.words)} words'}"
