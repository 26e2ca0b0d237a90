"""All kinds of findings: code, severity, meaning, advice, and repair by ``--fix``."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Any

from ..i18n.findings_zh import CHINESE

ERROR, WARNING, REMARK = "error", "warning", "remark"


@dataclass(frozen=True)
class Kind:
    """One kind of finding.

    Parameters
    ----------
    severity : {"error", "warning", "remark"}
        An error prevents training, a warning makes its result worse, a remark does no harm.
    meaning : str
        The problem.
    advice : str
        The fix; begins with "none needed" if there is nothing to do.
    repair : str
        The change that ``--fix`` makes; empty if only a person can decide.
    """

    severity: str
    meaning: str
    advice: str
    repair: str = ""


KINDS: dict[str, Kind] = {
    # the table
    "GD01": Kind(ERROR, "a row has too few or too many values", "correct the lines", "drops these rows"),
    "GD02": Kind(
        REMARK,
        "column names above pixel data",
        "none needed; glassnet skips them, but the program of the notes does not",
        "omits them",
    ),
    "GD03": Kind(
        ERROR, "a column is empty", "remove it; often the cause is a separator at the end of every line", "drops it"
    ),
    "GD04": Kind(ERROR, "rows and columns are swapped", "transpose the table", "transposes it"),
    "GD05": Kind(
        WARNING, "a column only identifies the rows", "remove it: new rows do not have these values", "drops it"
    ),
    "GD06": Kind(ERROR, "the label is not in the first column", "put it first", "puts it first"),
    "GD07": Kind(ERROR, "no label column", "add one, or name it with --target"),
    "GD08": Kind(REMARK, "the label column was guessed", "name another one with --target if the guess is wrong"),
    "GD09": Kind(
        ERROR,
        "labels are spread over one column per class",
        "combine them into one column of class numbers",
        "combines them into one column",
    ),
    "GD10": Kind(
        ERROR, "values are missing, infinite or too large", "correct them, or remove the rows", "drops these rows"
    ),
    "GD11": Kind(ERROR, "a value is not a number", "correct it, or remove the rows", "drops these rows"),
    "GD12": Kind(
        WARNING, "numbers are written with a decimal comma", "write a decimal point", "writes a decimal point"
    ),
    "GD13": Kind(
        REMARK,
        "a table has missing values",
        "none needed; glassnet train --target imputes and flags them",
    ),
    "GD14": Kind(
        REMARK,
        "a column holds dates or times that training does not use",
        "none needed; glassnet train --target leaves it out. To use it, write dates as 2024-03-01, or times as numbers",
        "drops it",
    ),
    "GD15": Kind(
        ERROR, "columns have the same name", "give each column a unique name", "appends .2 to the second, and so on"
    ),
    "GD16": Kind(
        WARNING,
        "a number seems to mark missing values",
        "leave these fields empty: glassnet train --target imputes and flags them",
        "empties these fields",
    ),
    "GD17": Kind(
        WARNING,
        "words differ only in case or spaces",
        "use one spelling if they mean the same",
        "uses the most common spelling",
    ),
    "GD18": Kind(
        ERROR,
        "a column holds lists or records",
        "split it into columns of numbers or text, or exclude it with glassnet train --drop",
        "drops it",
    ),
    "GD19": Kind(
        REMARK,
        "rows of a table have no label",
        "none needed; glassnet train --target skips them",
        "drops these rows",
    ),
    "GD46": Kind(
        REMARK,
        "text or infinite values in a numeric column",
        "none needed; glassnet train --target treats them as missing",
        "empties these fields",
    ),
    "GD47": Kind(
        REMARK,
        "a column of a table is empty",
        "none needed; glassnet train --target leaves it out. Often the cause is a separator at the end of every line",
        "drops it",
    ),
    "GD48": Kind(
        WARNING,
        "several words in a column of numbers",
        "empty these fields or correct them: glassnet train --target treats the whole column as words",
    ),
    "GD49": Kind(
        ERROR,
        "no column is left to predict the label from",
        "add columns of numbers, dates or words that recur: glassnet train cannot use constants and words that hardly "
        "recur",
    ),
    # pixels
    "GD20": Kind(
        WARNING,
        "values use only part of the range",
        "use the raw pixels, or pass --input-max",
        "stretches them to the range",
    ),
    "GD21": Kind(
        WARNING,
        "values are already scaled as in the notes",
        "scale only once: use the raw pixels",
        "scales them back",
    ),
    "GD22": Kind(
        WARNING,
        "values are shifted or scaled by mistake",
        "use the raw pixels; the scaling of the notes is x / 255 * 0.99 + 0.01, applied once",
        "scales them back",
    ),
    "GD23": Kind(ERROR, "a few values are outside the range", "correct them, or remove the rows", "drops these rows"),
    "GD24": Kind(
        ERROR, "values are negative or exceed the range", "rescale them to 0 to 255", "stretches them to the range"
    ),
    "GD25": Kind(
        WARNING,
        "images have dark ink on a light background; MNIST is light on dark",
        "invert the images",
        "inverts them",
    ),
    "GD26": Kind(WARNING, "images are blank", "remove these rows"),
    "GD27": Kind(REMARK, "pixels have the same value in every image", "none needed; they only cost a little time"),
    "GD28": Kind(
        WARNING,
        "the number of values is close to a square, but is not one",
        "look for an extra or a missing column",
    ),
    "GD29": Kind(WARNING, "a column has only one value", "remove it: it carries no information", "drops it"),
    # labels
    "GD30": Kind(
        ERROR,
        "labels are not whole numbers from 0",
        "number the classes 0, 1, 2, …",
        "numbers them, or drops the row",
    ),
    "GD31": Kind(ERROR, "labels do not start at 0", "number the classes 0, 1, 2, …", "numbers them from 0"),
    "GD32": Kind(ERROR, "a class is missing", "add samples of it, or pass --classes"),
    "GD33": Kind(
        ERROR,
        "a label has no output",
        "correct it, or increase --classes; remove it from test data",
        "drops these rows",
    ),
    "GD34": Kind(ERROR, "there is only one class", "add samples of other classes"),
    "GD35": Kind(WARNING, "class sizes are very unequal", "collect more samples of the small classes"),
    "GD36": Kind(
        WARNING,
        "targets that a sigmoid cannot reach",
        "use --targets notes (0.01 and 0.99), or --loss cross_entropy",
    ),
    # rows
    "GD40": Kind(WARNING, "identical rows have different labels", "find out which label is right"),
    "GD41": Kind(WARNING, "rows occur more than once", "if they are copies, keep one of each"),
    "GD42": Kind(
        WARNING,
        "a single column determines the label",
        "make sure that its value is known before the label is; otherwise remove it",
        "drops it; sets it to 0 if it is a pixel",
    ),
    "GD43": Kind(WARNING, "rows are sorted by class and used in that order", "shuffle them", "shuffles them"),
    "GD44": Kind(
        REMARK,
        "a table has identical rows",
        "none needed if the columns have few distinct values, so that equal rows are expected; otherwise look for "
        "copied rows",
    ),
    "GD45": Kind(
        REMARK,
        "rows are sorted by class",
        "none needed; glassnet shuffles them, but the program of the notes does not",
    ),
    # training and test data together
    "GD50": Kind(ERROR, "test and training data have different columns", "use test data with the same columns"),
    "GD51": Kind(WARNING, "rows of the test data are also in the training data", "train without them"),
    "GD52": Kind(REMARK, "the test data lack a class", "test with samples of every class"),
    # folders of images
    "GD60": Kind(ERROR, "an image cannot be read", "save it again, or remove it", "omits it"),
    "GD61": Kind(ERROR, "images have different sizes", "choose one with --size"),
    "GD62": Kind(
        REMARK, "images are in colour", "if colour distinguishes the classes, pass --colour to doctor and train"
    ),
    "GD63": Kind(
        WARNING,
        "images are large, and train requires a size",
        "find handwritten digits with --handwriting, or shrink the images with --size",
    ),
    # programs
    "GS01": Kind(ERROR, "NumPy 2 has no asfarray", "use np.asarray(…, dtype=float)", "rewrites it"),
    "GS02": Kind(ERROR, "NumPy has removed this name", "use the current name", "rewrites it"),
    "GS03": Kind(ERROR, "SciPy no longer reads or writes images", "use Pillow", "uses Pillow"),
    "GS04": Kind(ERROR, "SciPy no longer resizes images", "use Pillow's Image.resize", "uses Pillow"),
    "GS05": Kind(ERROR, "imageio no longer accepts this argument", "use Pillow's convert('F')", "uses Pillow"),
    "GS06": Kind(
        WARNING, "a private module of SciPy that SciPy 2 removes", "import the name from scipy.ndimage", "rewrites it"
    ),
    "GS07": Kind(ERROR, "a file does not exist", "correct the path", "uses the file of this name near the program"),
    "GS08": Kind(ERROR, "a Jupyter command is not Python", "remove it from a .py file", "comments it out"),
    "GS09": Kind(ERROR, "code for Python 2 or an early Python 3", "write it for current Python", "rewrites it"),
    "GS10": Kind(ERROR, "the program is not valid Python", "correct the line"),
    "GS11": Kind(
        WARNING,
        "an absolute path works on one machine only",
        "make the path relative to the program",
        "makes it relative",
    ),
    "GS12": Kind(
        ERROR,
        "characters from a web page or a Chinese input method",
        "type the characters that Python expects",
        "replaces them",
    ),
    "GS13": Kind(ERROR, "the text is not UTF-8", "save it as UTF-8", "writes UTF-8"),
    "GS14": Kind(ERROR, "a file is a Git LFS pointer, not the data", "fetch the data with git lfs pull"),
    "GS15": Kind(
        ERROR,
        "the program has lost its indentation",
        "copy the program from a source that shows it indented",
        "indents it by rules and marks guessed lines with a comment; compare them with the source",
    ),
    "GS20": Kind(
        REMARK,
        "interpolation='None' is a string, not None",
        "write 'none', or 'nearest' for square pixels",
        "writes 'none'",
    ),
    "GS21": Kind(
        REMARK,
        "the initial weights depend on the number of nodes of their own layer",
        "the notes use 1/√(incoming connections): pow(self.inodes, -0.5) for wih, pow(self.hnodes, -0.5) for who",
    ),
    "GS22": Kind(
        REMARK,
        "the learning rate is outside the range that the notes try",
        "0.1 to 0.3 works for this network; the notes use 0.2",
    ),
    "GS23": Kind(REMARK, "inputs are not scaled as in the notes", "use x / 255 * 0.99 + 0.01"),
    "GS24": Kind(REMARK, "targets that a sigmoid cannot reach", "use 0.01 and 0.99"),
}
"""Code -> kind of finding: GD in data, GS in programs. docs/reference/findings.md is generated from this table."""


def kind_in(code: str, language: str) -> Kind:
    """Return the kind of finding with a code, in a language: "en" or "zh"."""
    kind = KINDS[code]
    if language == "en":
        return kind
    meaning, advice, repair = CHINESE[code]
    return replace(kind, meaning=meaning, advice=advice, repair=repair)


@dataclass(frozen=True)
class Finding:
    """A problem, or a fact worth knowing, with its location.

    Parameters
    ----------
    code : str
        A key of `KINDS`.
    source : str
        The file.
    text : str
        The details in words.
    count : int
        Number of affected rows, columns or places; 0 if not applicable.
    rows : tuple of int
        The first few affected rows, counted from 0 without the header and blank lines.
    lines : tuple of int
        Line numbers of `rows` in a text file, from 1; in a notebook, lines of the cell.
    columns : tuple of str
        The first few affected columns.
    files : tuple of str
        The image files of `rows` if the source is a folder of images.
    command : str
        A command that helps, if there is one.
    repaired : bool
        Whether ``--fix`` repairs it.
    cell : int
        The cell of a notebook, from 1, text cells included; 0 for other sources.
    """

    code: str
    source: str
    text: str
    count: int = 0
    rows: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    command: str = ""
    repaired: bool = False
    cell: int = 0

    @property
    def kind(self) -> Kind:
        """The kind of finding."""
        return KINDS[self.code]

    @property
    def severity(self) -> str:
        """``"error"``, ``"warning"`` or ``"remark"``."""
        return self.kind.severity

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON-compatible values."""
        command = f"glassnet doctor {shlex.quote(self.source)} --fix OUT" if self.repaired else ""
        return {
            "code": self.code,
            "severity": self.severity,
            "source": self.source,
            "meaning": self.kind.meaning,
            "found": self.text,
            "count": self.count,
            "rows": list(self.rows),
            "lines": list(self.lines),
            "cell": self.cell or None,
            "columns": list(self.columns),
            "files": list(self.files),
            "fix": self.kind.advice,
            "command": self.command or command,
            "repairable": self.repaired,
        }


def harmful(findings: list[Finding]) -> bool:
    """Return whether there is an error or a warning."""
    return any(finding.severity != REMARK for finding in findings)
