"""All kinds of findings: code, severity, meaning, advice, and what ``--fix`` does."""

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
        Whether training cannot work, works worse than it could, or is not harmed.
    meaning : str
        What is wrong.
    advice : str
        What to do about it.
    repair : str
        What ``--fix`` does; empty where only a person can decide.
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
        "names of columns above pixels",
        "glassnet passes over them; the notes' program does not",
        "leaves them out",
    ),
    "GD03": Kind(ERROR, "a column holds nothing", "remove it; often the lines end in a separator", "drops the column"),
    "GD04": Kind(ERROR, "rows and columns are exchanged", "transpose the table", "transposes it"),
    "GD05": Kind(
        WARNING, "a column only tells the rows apart", "remove it: a new row never has one of these values", "drops it"
    ),
    "GD06": Kind(ERROR, "the label is not the first column", "put it first", "puts it first"),
    "GD07": Kind(ERROR, "no column of labels", "add one, or name it with --target"),
    "GD08": Kind(REMARK, "the column of labels was guessed", "name another with --target"),
    "GD09": Kind(
        ERROR, "labels are spread over columns, one a class", "make them one column of numbers", "makes them one column"
    ),
    "GD10": Kind(
        ERROR, "values are missing, infinite or too large", "correct them, or remove the rows", "drops these rows"
    ),
    "GD11": Kind(ERROR, "a value is not a number", "correct it, or remove the rows", "drops these rows"),
    "GD12": Kind(WARNING, "numbers are written with a decimal comma", "write them with a point", "writes a point"),
    "GD13": Kind(
        REMARK,
        "a table has gaps",
        "nothing, for glassnet train --target: it fills them in and flags them",
    ),
    "GD14": Kind(
        ERROR,
        "a column holds dates or times",
        "make numbers of them, as days or years since one day, or leave it out: glassnet train --drop",
        "drops it",
    ),
    "GD15": Kind(
        ERROR, "columns have the same name", "give each a name of its own", "puts .2 behind the second, and so on"
    ),
    "GD16": Kind(
        WARNING,
        "a number seems to stand for missing values",
        "leave these fields empty, which glassnet train --target fills in and flags",
        "leaves them empty",
    ),
    "GD17": Kind(
        WARNING,
        "words differ in capitals or blanks alone",
        "write each in one way, if they mean the same",
        "writes the commonest",
    ),
    "GD18": Kind(
        ERROR,
        "a column holds lists or records",
        "make columns of numbers or words of them, or leave it out: glassnet train --drop",
        "drops it",
    ),
    "GD46": Kind(
        REMARK,
        "words, or infinite numbers, in a column of numbers",
        "nothing, for glassnet train --target: it takes them for missing",
        "leaves them empty",
    ),
    # pixels
    "GD20": Kind(
        WARNING,
        "values fill a part of the range",
        "use the pixels themselves, or pass --input-max",
        "stretches them",
    ),
    "GD21": Kind(
        WARNING,
        "values are scaled as in the notes already",
        "scale once: use the pixels themselves",
        "scales them back",
    ),
    "GD22": Kind(
        WARNING,
        "values are shifted or scaled by mistake",
        "x / 255 * 0.99 + 0.01, once, is meant: use the pixels themselves",
        "scales them back",
    ),
    "GD23": Kind(ERROR, "a few values are outside the range", "correct them, or remove the rows", "drops these rows"),
    "GD24": Kind(
        ERROR, "values are negative or go beyond the range", "bring them to 0 to 255", "stretches them to the range"
    ),
    "GD25": Kind(WARNING, "dark ink on light, where MNIST is light on dark", "invert the pictures", "inverts them"),
    "GD26": Kind(WARNING, "pictures without anything on them", "remove the rows"),
    "GD27": Kind(REMARK, "pixels that are the same in every picture", "nothing: they cost a little time"),
    "GD28": Kind(
        WARNING, "the number of values is close to a square, but none", "look for a column too many or too few"
    ),
    "GD29": Kind(WARNING, "a column has one value throughout", "remove it: nothing can be learnt from it", "drops it"),
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
        ERROR, "a label has no output", "correct it, or raise --classes; in test data, leave it out", "drops these rows"
    ),
    "GD34": Kind(ERROR, "there is one class only", "add samples of other classes"),
    "GD35": Kind(WARNING, "classes are of very different size", "collect more of the small ones"),
    "GD36": Kind(
        WARNING, "targets no sigmoid can reach", "use --targets notes (0.01 and 0.99), or --loss cross_entropy"
    ),
    # rows
    "GD40": Kind(WARNING, "equal rows have different labels", "find out which label is right"),
    "GD41": Kind(WARNING, "rows occur more than once", "keep one of each, if they are copies"),
    "GD42": Kind(
        WARNING,
        "one column tells the label all by itself",
        "make sure that it is known before the answer is; else remove it",
        "drops it, or blanks it where it is a pixel",
    ),
    "GD43": Kind(WARNING, "rows are sorted by class, and taken in that order", "shuffle them", "shuffles them"),
    "GD44": Kind(
        REMARK, "rows of a table are equal", "nothing, if the columns have few values; else look for copied rows"
    ),
    "GD45": Kind(REMARK, "rows are sorted by class", "nothing: glassnet shuffles them; the notes' program does not"),
    # training and test data together
    "GD50": Kind(ERROR, "test and training data have different columns", "use data of the same columns"),
    "GD51": Kind(WARNING, "rows of the test data are among the training data", "train without them"),
    "GD52": Kind(REMARK, "the test data lack a class", "test with samples of every class"),
    # folders of pictures
    "GD60": Kind(ERROR, "a picture cannot be read", "save it again, or remove it", "leaves them out"),
    "GD61": Kind(ERROR, "pictures have several sizes", "choose one with --size"),
    "GD62": Kind(REMARK, "pictures are in colour", "where colours tell classes apart, pass --colour here and to train"),
    "GD63": Kind(
        WARNING,
        "pictures are large, and train asks for their size",
        "find handwritten digits with --handwriting, or shrink the pictures with --size",
    ),
    # programs
    "GS01": Kind(ERROR, "NumPy 2 has no asfarray", "use np.asarray(…, dtype=float)", "rewrites it"),
    "GS02": Kind(ERROR, "NumPy has dropped this old name", "use today's name", "rewrites it"),
    "GS03": Kind(ERROR, "SciPy no longer reads or writes pictures", "use Pillow", "does it with Pillow"),
    "GS04": Kind(ERROR, "SciPy no longer resizes pictures", "use Pillow's Image.resize", "does it with Pillow"),
    "GS05": Kind(ERROR, "imageio no longer takes this argument", "use Pillow's convert('F')", "does it with Pillow"),
    "GS06": Kind(
        WARNING, "an inner part of SciPy that goes with SciPy 2", "take the name from scipy.ndimage", "rewrites it"
    ),
    "GS07": Kind(ERROR, "a file is not there", "name where it is", "names the file of this name near the program"),
    "GS08": Kind(ERROR, "a command of Jupyter is no Python", "leave it out of a .py file", "makes it a comment"),
    "GS09": Kind(ERROR, "Python 2, or an early Python 3", "write it for today's Python", "rewrites it"),
    "GS10": Kind(ERROR, "the program cannot be read as Python", "correct the line"),
    "GS11": Kind(
        WARNING, "an absolute path works on one machine only", "name the file relative to the program", "shortens it"
    ),
    "GS12": Kind(
        ERROR, "characters of a web page or a Chinese keyboard", "type them as Python has them", "replaces them"
    ),
    "GS13": Kind(ERROR, "the text is not UTF-8", "save it as UTF-8", "writes UTF-8"),
    "GS14": Kind(ERROR, "a file is a Git LFS pointer, not the data", "fetch the data with git lfs pull"),
    "GS20": Kind(REMARK, "interpolation='None' is a word", "write 'none', or 'nearest' for squares", "writes 'none'"),
    "GS21": Kind(
        REMARK,
        "initial weights are drawn by the layer's own nodes",
        "the notes' text says 1/√(incoming links): pow(self.inodes, -0.5) for wih, pow(self.hnodes, -0.5) for who",
    ),
    "GS22": Kind(
        REMARK,
        "the learning rate is outside what the notes try",
        "0.1 to 0.3 works for this network; the notes use 0.2",
    ),
    "GS23": Kind(REMARK, "inputs are not scaled as in the notes", "use x / 255 * 0.99 + 0.01"),
    "GS24": Kind(REMARK, "targets that a sigmoid cannot reach", "use 0.01 and 0.99"),
}
"""Code -> kind of finding: GD in data, GS in programs. The page docs/reference/findings.md follows it."""


def kind_in(code: str, language: str) -> Kind:
    """Return what is known of findings of a code, in a language: "en" or "zh"."""
    kind = KINDS[code]
    if language == "en":
        return kind
    meaning, advice, repair = CHINESE[code]
    return replace(kind, meaning=meaning, advice=advice, repair=repair)


@dataclass(frozen=True)
class Finding:
    """A problem, or something worth knowing, in one place.

    Parameters
    ----------
    code : str
        One of ``KINDS``.
    source : str
        The file.
    text : str
        What was found, in words.
    count : int
        How many rows, columns or places; 0 where that has no meaning.
    rows : tuple of int
        The first few rows it concerns, from 0, names and blank lines not counted.
    lines : tuple of int
        Their lines, from 1, where the file is text; in a notebook, lines of the cell.
    columns : tuple of str
        The first few columns it concerns.
    files : tuple of str
        The pictures of `rows`, where the source is a folder of them.
    command : str
        What to type, where a command helps.
    repaired : bool
        Whether ``--fix`` takes care of it.
    cell : int
        The cell of a notebook, from 1, its cells of text counted too; 0 elsewhere.
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
        """The kind of finding of this code."""
        return KINDS[self.code]

    @property
    def severity(self) -> str:
        """``"error"``, ``"warning"`` or ``"remark"``."""
        return self.kind.severity

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
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
    """Whether anything more than a remark was found."""
    return any(finding.severity != REMARK for finding in findings)
