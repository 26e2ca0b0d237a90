"""Bad input for the command line: the command, its files, and the expected code and words of the message."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass, field
from unittest import mock

import numpy as np
import safetensors.numpy

from glassnet.model import file as modelfile
from support.samples import digits_csv, flipped, idx, npz, png, small_model, table

BINARY = b"\x89\x12\0\x01\xfe\x00binary rubbish\0\0" * 40


@dataclass(frozen=True)
class Case:
    """One mistake; `typed` is the command line, to which ``--out old.safetensors`` is appended for training."""

    name: str
    typed: str
    code: str
    words: tuple[str, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""


def case(name: str, typed: str, code: str, *words: str, stdin: bytes = b"", **files: bytes) -> Case:
    """Make a case; ``rows_csv=b"…"`` is the file rows.csv."""
    return Case(name, typed, code, words, {key.replace("_", "."): content for key, content in files.items()}, stdin)


def _bad_table(name: str, code: str, *words: str, rows: bytes) -> Case:
    return case(name, "train rows.csv", code, "rows.csv", *words, rows_csv=rows)


def model_bytes() -> bytes:
    """A small model as a file, the same on every call."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        modelfile.save_model(small_model(), os.path.join(folder, "m"))
        with open(os.path.join(folder, "m"), "rb") as file:
            return file.read()


def _newer_model() -> bytes:
    with mock.patch.object(modelfile, "FORMAT", 99):
        return model_bytes()


LINE = table(rows=1).decode().strip()
PACKED = gzip.compress(table(rows=300), mtime=0)
IMAGES, LABELS = np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4), np.arange(6) % 3
STEM = "train-images-idx3-ubyte"
INTEGERS = npz(x=np.arange(48).reshape(12, 4), y=np.arange(12) % 3)
OBJECTS = npz(x=np.array([[1, "a"], [2, "b"]], object), y=np.arange(2))
MODEL = model_bytes()
DIGIT = np.zeros((30, 30), np.uint8)


def _idx(name: str, code: str, *words: str, images: bytes | None = None, labels: bytes | None = None) -> Case:
    files = {STEM: idx(IMAGES) if images is None else images}
    if labels != b"":
        files["train-labels-idx1-ubyte"] = idx(LABELS) if labels is None else labels
    return Case(name, f"train {STEM}", code, words, files)


TABLES = [
    _bad_table("empty file", "GN010", "empty", rows=b""),
    _bad_table("only blank lines", "GN010", "blank", rows=b"\n\n\n"),
    _bad_table("only a header", "GN010", "only column names", rows=b"label,a,b,c\n"),
    _bad_table("binary rubbish", "GN005", "binary data", "CSV", rows=BINARY),
    _bad_table(
        "prose",
        "GN011",
        "no number",
        "separated by commas",
        rows=b"Dear reader,\nthis is a letter,\nnot a table,\nbye\n",
    ),
    _bad_table("UTF-16", "GN011", "UTF-16", "UTF-8", rows=table().decode().replace("\n", "\x02").encode("utf-16-le")),
    _bad_table("one column", "GN012", "1 value", rows=b"1\n2\n0\n"),
    _bad_table(
        "short row",
        "GN012",
        "line 5: 16 values",
        "expected 17 (a label and 16 pixels)",
        rows=table((5, 17, "7")).replace(b",7\n", b"\n"),
    ),
    _bad_table("long row", "GN012", "line 9: 19 values", "expected 17", rows=table((9, 17, "1,2,3"))),
    _bad_table("row cut off at the end", "GN012", "line 12", "expected 17", rows=table()[:-20]),
    _bad_table("letter among the pixels", "GN013", "line 7, column 4: 'x'", rows=table((7, 4, "x"))),
    _bad_table("empty value", "GN013", "line 3, column 5", "empty", rows=table((3, 5, ""))),
    _bad_table("value above 255", "GN014", "line 4", "999", "0 to 255", "--input-max 999", rows=table((4, 6, "999"))),
    _bad_table("negative value", "GN014", "line 2", "-3", "0 to 255", rows=table((2, 2, "-3"))),
    _bad_table("label with a fraction", "GN015", "line 6", "2.5", "whole number", rows=table((6, 1, "2.5"))),
    _bad_table("negative label", "GN015", "line 6", "-1", "whole number", rows=table((6, 1, "-1"))),
    _bad_table("label in words", "GN013", "line 6, column 1", "'cat'", rows=table((6, 1, "cat"))),
    _bad_table("labels with gaps", "GN016", "missing: 3, 4", "--classes 6", rows=table((6, 1, "5"))),
    _bad_table("one class only", "GN016", "every label is 0", "two classes", rows=table(classes=1)),
    _bad_table("NaN", "GN018", "line 8, column 3", "nan", "finite", rows=table((8, 3, "nan"))),
    _bad_table("infinity", "GN018", "line 8, column 3", "inf", "finite", rows=table((8, 3, "inf"))),
    _bad_table("too few rows to keep any aside", "GN010", "3 samples", "--test", rows=table(rows=3)),
    case("quotation marks alone", "show q.csv", "GN011", "line 1: '\"' contains no number", q_csv=b'"\n' * 3),
    case("quotation marks for a table", "train q.csv --target a", "GN010", "only quotation marks", q_csv=b'"\n' * 3),
    case("the model last", "query d.png old.safetensors", "GN020", "'glassnet query old.safetensors d.png'"),
    case("an empty word", "test ''", "GN020", "an argument is empty"),
    case("an empty name", "train rows.csv --test ''", "GN020", "the value of --test is empty"),
    case("a negative seed", "train a.csv --seed -1", "GN021", "0 to 9,223,372,036,854,775,807.", a_csv=table()),
    case("a flag of another way to explain", "explain --example --row 3", "GN022", "--row does not go with --example"),
    case("missing file", "train gone.csv", "GN001", "gone.csv", "no such file"),
    case("missing folder", "train gone/data.csv", "GN001", "gone/data.csv", "no such file"),
    case(
        "standard input for what is read more than once",
        "train -",
        "GN001",
        "standard input is read only",
        "Save the data to a file",
    ),
    case("a folder without data", "train .", "GN002", "train-images-idx3-ubyte"),
    case("a picture as training data", "train d.png", "GN005", "d.png", "glassnet query", d_png=png(DIGIT)),
    case("truncated gzip", "train r.csv.gz", "GN006", "r.csv.gz", "end too early", r_csv_gz=PACKED[:-300]),
    case("gzip cut in its checksum", "train r.csv.gz", "GN006", "end too early", r_csv_gz=PACKED[:-3]),
    case("bit-flipped gzip", "train r.csv.gz", "GN006", "r.csv.gz", "damaged", r_csv_gz=flipped(PACKED, 8000)),
    case(
        "gzip with a wrong length", "train r.csv.gz", "GN006", "damaged", r_csv_gz=flipped(PACKED, 8 * len(PACKED) - 9)
    ),
    case(
        "test set of another width",
        "train a.csv --test b.csv",
        "GN017",
        "b.csv: 9 values",
        "a.csv has 16",
        a_csv=table(),
        b_csv=table(width=9),
    ),
    case(
        "test label beyond the classes",
        "train a.csv --test b.csv",
        "GN017",
        "b.csv, row 3: label 7",
        "0 to 2",
        a_csv=table(),
        b_csv=table((4, 1, "7")),
    ),
    case("test file missing", "train a.csv --test b.csv", "GN001", "b.csv", a_csv=table()),
    case("label beyond --classes", "train a.csv --classes 2", "GN015", "a.csv, line 3", "0 to 1", a_csv=table()),
    case("values above a given maximum", "train a.csv --input-max 9", "GN014", "0 to 9", a_csv=table()),
]

ARCHIVES = [
    _idx("truncated IDX", "GN019", STEM, "107 bytes, expected 112 for 6 × 4 × 4", images=idx(IMAGES)[:-5]),
    _idx("IDX with more than it says", "GN019", STEM, "113 bytes", images=idx(IMAGES) + b"\0"),
    _idx("IDX cut in its sizes", "GN019", STEM, "7 bytes", images=idx(IMAGES)[:7]),
    _idx("IDX of an unknown type", "GN019", "00 00 0a 03", "08, 09, 0b", images=b"\0\0\x0a" + idx(IMAGES)[3:]),
    _idx("IDX of fewer values than of its type", "GN019", "expected 400 for", images=b"\0\0\x0d" + idx(IMAGES)[3:]),
    _idx("IDX labels missing", "GN001", "train-labels-idx1-ubyte", labels=b""),
    _idx("IDX labels in another number", "GN017", "6 images", "5 labels", labels=idx(LABELS[:5])),
    _idx("IDX images in the place of labels", "GN019", "train-labels-idx1-ubyte", "images", labels=idx(IMAGES)),
    _idx("IDX without samples", "GN010", STEM, "0 samples", images=idx(IMAGES[:0]), labels=idx(LABELS[:0])),
    case("NPZ with other names", "train d.npz", "GN019", "'a', 'b'", "x_train", d_npz=npz(a=IMAGES, b=LABELS)),
    case("damaged NPZ", "train d.npz", "GN019", "d.npz", "complete", d_npz=INTEGERS[:-40]),
    case("bit-flipped NPZ", "train d.npz", "GN019", "d.npz", d_npz=flipped(INTEGERS, 8 * 80)),
    case("NPZ with pickled objects", "train d.npz", "GN019", "'x'", "Python objects", d_npz=OBJECTS),
    case("NPZ with one-hot labels", "train d.npz", "GN019", "argmax", d_npz=npz(x=IMAGES, y=np.eye(6))),
    case(
        "NPZ with NaN",
        "train d.npz",
        "GN018",
        "row 1, value 3",
        d_npz=npz(x=np.where(np.arange(48).reshape(12, 4) == 6, np.nan, 1.0), y=np.arange(12) % 3),
    ),
]

MODELS = [
    case("no model file", "test gone.safetensors rows.csv", "GN001", "gone.safetensors", "glassnet train"),
    case("a folder as model", "info .", "GN002", "folder"),
    case("empty model", "info m.safetensors", "GN040", "m.safetensors", m_safetensors=b""),
    case("text as model", "query m.safetensors r.csv", "GN040", "m.safetensors", m_safetensors=b"weights: 1 2 3\n" * 9),
    case("a table as model", "test r.csv r.csv", "GN040", "r.csv: not a model file", r_csv=table()),
    case("truncated model", "info m.safetensors", "GN041", "m.safetensors", "damaged", m_safetensors=MODEL[:-7]),
    case("model cut in its header", "info m.safetensors", "GN041", "damaged", m_safetensors=MODEL[:200]),
    case(
        "bit-flipped model",
        "query m.safetensors r.csv",
        "GN041",
        "checksum",
        m_safetensors=flipped(MODEL, 8 * len(MODEL) - 100),
        r_csv=table(),
    ),
    case(
        "model from a newer format", "info m.safetensors", "GN042", "format 99", "Update", m_safetensors=_newer_model()
    ),
    case(
        "foreign safetensors",
        "info m.safetensors",
        "GN040",
        "not a glassnet model",
        m_safetensors=safetensors.numpy.save({"w": np.zeros(3)}, {"format": "pt"}),
    ),
    case("no form of the export", "export old.safetensors", "GN020", "--to", "c, html, onnx"),
    case("an export of a table", "export rows.csv --to c", "GN040", "rows.csv: not a model file", rows_csv=table()),
    case("an export named as a page", "export old.safetensors --to c -o p.html", "GN021", "p.html", ".html means HTML"),
    case("an export over the model", "export old.safetensors --to c -o old.safetensors", "GN021", "ends in .c"),
    case("an export over data", "export old.safetensors --to c -o d --force", "GN022", "d: not replaced", d=table()),
    case("an export into no folder", "export old.safetensors -o no/net.c", "GN001", "no such folder"),
    case("rows of another width", "export old.safetensors -o n.html --data r.csv", "GN012", "r.csv", r_csv=b"1,2\n"),
    case("8 bits in ONNX", "export old.safetensors -o n.onnx --quantize int8", "GN100", "int8", "export to c"),
    case("proving a table", "export old.safetensors --prove r.csv", "GN017", "r.csv: not a file that", r_csv=table()),
    case("proving no file", "export old.safetensors --prove gone.c", "GN001", "gone.c", "Export the model"),
    case(
        "proving another model's export",
        "export old.safetensors --prove net.c",
        "GN017",
        f"hash {'0' * 64}, but",
        net_c=f"/* glassnet-export c {'0' * 64} float32 */".encode(),
    ),
    case("test without data", "test old.safetensors", "GN020", "not trained on the bundled MNIST", "DATA"),
    case("test data of another width", "test old.safetensors r.csv", "GN017", "9 values", "16", r_csv=table(width=9)),
    case("label the model does not know", "test old.safetensors r.csv", "GN017", "label 7", r_csv=table((1, 1, "7"))),
]

QUERIES = [
    case("picture of a wrong size", "query old.safetensors d.png", "GN017", "30 × 30", "4 × 4", d_png=png(DIGIT)),
    case(
        "a picture that is text",
        "query old.safetensors d.png",
        "GN005",
        "d.png",
        "text, but named as an image",
        d_png=b"not a picture\n" * 9,
    ),
    case("a picture that is rubbish", "query old.safetensors d.png", "GN005", "d.png", d_png=BINARY),
    case("a damaged picture", "query old.safetensors d.png", "GN006", "d.png", "damaged", d_png=png(DIGIT)[:50]),
    case(
        "row of a wrong width", "query old.safetensors r.csv", "GN012", "line 1: 5 values", "16", r_csv=b"1,2,3,4,5\n"
    ),
    case("second row too short", "query old.safetensors r.csv", "GN012", "line 2", r_csv=f"{LINE}\n1,2\n".encode()),
    case("empty standard input", "query old.safetensors -", "GN010", "standard input", "empty"),
    case("letters on standard input", "query old.safetensors -", "GN011", "standard input", stdin=b"hello\n"),
    case(
        "letter in a row of input",
        "query old.safetensors -",
        "GN013",
        "line 1, column 17",
        "x'",
        stdin=LINE.encode() + b"x\n",
    ),
    case("row out of range", "show r.csv --row 12", "GN021", "--row 12", "0 to 11", r_csv=table()),
    case("negative row", "show r.csv --row -1", "GN021", "--row -1", r_csv=table()),
    case(
        "drawing what is no picture",
        "show r.csv --row 0 --plot d.png --json",
        "GN017",
        "15 values",
        r_csv=table(width=15),
    ),
    case(
        "drawing into a missing folder", "show r.csv --row 0 --plot no/d.png", "GN001", "no such folder", r_csv=table()
    ),
]

OPTIONS = [
    case("unknown command", "trian", "GN020", "'trian'", "'train'", "--help"),
    case("unknown option", "train r.csv --hiden 3", "GN020", "--hiden", "glassnet train --help"),
    case("option without value", "train r.csv --hidden", "GN020", "--hidden", "argument"),
    case("value of a wrong type", "train r.csv --epochs many", "GN020", "--epochs", "'many'"),
    case("a fraction of an epoch", "train r.csv --epochs 1.5", "GN020", "--epochs", "'1.5'"),
    case("unknown choice", "train r.csv --loss hinge", "GN020", "'hinge'", "squared_error"),
    case("unknown recipe", "train r.csv --recipe best", "GN020", "'best'", "notes-code"),
    case("unknown engine", "train r.csv --engine gpu", "GN020", "'gpu'", "compiled"),
    case(
        "an activation with its parameter",
        "train r.csv --activation elu(0.7)",
        "GN021",
        "Use --activation elu and --set elu_alpha=0.7.",
    ),
    case("softmax in a hidden layer", "train r.csv --activation softmax", "GN020", "softmax", "sigmoid"),
    case("no epochs", "train r.csv --epochs 0", "GN021", "epochs 0", "expected 1 to"),
    case("negative rate", "train r.csv --learning-rate -0.1", "GN021", "rate", "-0.1", "expected 0 to"),
    case("rate that is no number", "train r.csv --learning-rate nan", "GN021", "rate", "nan"),
    case("hidden layer without nodes", "train r.csv --hidden 0", "GN021", "hidden 0", "expected 1"),
    case("all held out", "train r.csv --set holdout=1", "GN021", "holdout 1", "0.9"),
    case("negative seed", "train r.csv --seed -1", "GN021", "seed -1"),
    case(
        "activations for two of three",
        "train r.csv --hidden 3 --hidden 3 --hidden 3 --activation relu --activation tanh",
        "GN022",
        "2 values for 3 hidden layers",
    ),
    case(
        "two activations for one layer",
        "train r.csv --activation relu --activation tanh",
        "GN022",
        "2 values for 1 hidden layer.",
    ),
    case("notes' rule with cross-entropy", "train r.csv --loss cross_entropy", "GN022", "rule=gradient", r_csv=table()),
    case("notes' rule with softmax", "train r.csv --set output=softmax", "GN022", "rule=gradient", r_csv=table()),
    case(
        "cross-entropy with relu outputs",
        "train r.csv --set rule=gradient --loss cross_entropy --set output=relu",
        "GN022",
        "relu",
        "sigmoid or softmax",
        r_csv=table(),
    ),
    case(
        "table where an ONNX file is expected",
        "export r.csv --to safetensors -o m.safetensors",
        "GN102",
        "r.csv",
        r_csv=table(),
    ),
    case("import over data", "export r.csv --to safetensors -o r.csv", "GN022", "r.csv", r_csv=table()),
    case("import of a file that is absent", "export gone.onnx --to safetensors", "GN001", "gone.onnx"),
    case("argument too many", "train r.csv s.csv", "GN020", "s.csv"),
    case("query without input", "query old.safetensors", "GN020", "INPUT"),
    case("model not named", "test", "GN020", "MODEL"),
]

DIVERGING = [
    case(
        "sigmoid at rate 1000",
        "train d.csv --learning-rate 1000 --engine reference",
        "GN030",
        "epoch 1",
        "learning rate",
        d_csv=digits_csv(100).encode(),
    ),
    case(
        "sigmoid at rate 1000, compiled",
        "train d.csv --learning-rate 1000",
        "GN030",
        "epoch 1",
        "learning rate",
        d_csv=digits_csv(100).encode(),
    ),
    case(
        "relu and identity at rate 50",
        "train d.csv --learning-rate 50 --activation relu --set output=identity --engine reference",
        "GN030",
        "epoch 1",
        "initial",
        d_csv=digits_csv(100).encode(),
    ),
    case(
        "relu and identity at rate 50, compiled",
        "train d.csv --learning-rate 50 --activation relu --set output=identity",
        "GN030",
        "epoch 1",
        "initial",
        d_csv=digits_csv(100).encode(),
    ),
]

CASES = [*TABLES, *ARCHIVES, *MODELS, *QUERIES, *OPTIONS, *DIVERGING]
