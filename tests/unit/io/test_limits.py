"""Compressed data and streams: the unpacked size is limited, and sizes declared in a file are not trusted."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import glassnet
from glassnet import data, max_bytes
from glassnet.data.tables.relabel import write_relabelled
from glassnet.doctor.data.read import read_raw
from glassnet.errors import DataError, FileError, OptionError
from glassnet.io import limits, opening
from glassnet.io.limits import require_room
from glassnet.runtime.threads import in_threads
from support.cli import TIMEOUT, commands, environment, run, snapshot
from support.samples import digits, idx, npz, png, table, write_model_and_rows

LIMIT = "100KB"
ZEROS = np.zeros((4000, 100), np.uint8)
HALF = np.arange(4000, dtype=np.uint8) % 2


def _frame() -> pl.DataFrame:
    return pl.DataFrame({"a": np.zeros(100_000), "b": [0, 1] * 50_000})


def _words() -> pl.DataFrame:
    return pl.DataFrame({"a": ["x" * 50_000 + str(k) for k in range(20)], "b": [0, 1] * 10})


def _written(frame: pl.DataFrame, way: str, **options) -> bytes:
    file = io.BytesIO()
    getattr(frame, f"write_{way}")(file, **options)
    return file.getvalue()


LINES = b"".join(b"%d,%s\n" % (k % 2, b",".join([b"0"] * 100)) for k in range(2000))
BOMBS = {
    "rows.csv.gz": gzip.compress(LINES, mtime=0),
    "train-images-idx3-ubyte.gz": gzip.compress(idx(ZEROS.reshape(4000, 10, 10)), mtime=0),
    "x.npz": npz(x=ZEROS, y=HALF),
    "x.npz.gz": gzip.compress(npz(x=ZEROS, y=HALF) + bytes(200_000), mtime=0),
    "rows.json.gz": gzip.compress(_frame().head(20_000).write_json().encode(), mtime=0),
    "rows.parquet": _written(_frame(), "parquet"),
    "words.parquet": _written(_words(), "parquet", compression="zstd", statistics=False),  # which hold whole words
    "rows.arrow": _written(_frame(), "ipc", compression="zstd"),
    "words.arrow": _written(_words(), "ipc", compression="lz4"),
    "stream.arrow": _written(_frame(), "ipc_stream", compression="zstd"),
    "words-stream.arrow": _written(_words(), "ipc_stream", compression="zstd"),
}
TABLES = [name for name in BOMBS if "npz" not in name and "idx" not in name]


WAYS = [(how, name) for how in (data.load, read_raw) for name in BOMBS]
WAYS += [(glassnet.read_table, name) for name in TABLES]


@pytest.mark.parametrize(("how", "name"), WAYS, ids=[f"{how.__name__} {name}" for how, name in WAYS])
def test_data_larger_than_the_limit_when_unpacked_are_rejected(tmp_path, how, name):
    path = tmp_path / name
    path.write_bytes(BOMBS[name])
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(HALF))
    assert len(BOMBS[name]) < 60_000
    with max_bytes(LIMIT), pytest.raises(FileError, match=r"97\.66KiB when unpacked.*max_bytes\(\W\d") as problem:
        how(path)
    assert problem.value.code == "GN033"
    assert path.name in str(problem.value)


@pytest.mark.parametrize("name", ["rows.csv.gz", "x.npz", "rows.parquet", "words.arrow", "stream.arrow"])
def test_the_limit_can_be_raised(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BOMBS[name])
    read = glassnet.read_table if name in TABLES else data.load
    with max_bytes(LIMIT), max_bytes("20MB"):
        assert len(read(path))
    assert len(read(path))


PLAIN = {
    "rows.csv": LINES,
    "utf16.csv": LINES.decode().encode("utf-16"),
    "train-images-idx3-ubyte": idx(ZEROS.reshape(4000, 10, 10)),
}


@pytest.mark.parametrize("name", [*PLAIN, "stored.npz", "plain.arrow"])
def test_uncompressed_files_have_no_limit(tmp_path, name):
    path = tmp_path / name
    if name == "stored.npz":
        np.savez(path, x=ZEROS, y=HALF)
    else:
        path.write_bytes(PLAIN.get(name) or _written(_frame(), "ipc", compression="uncompressed"))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(HALF))
    with max_bytes(1000):
        assert len(glassnet.read_table(path) if name == "plain.arrow" else data.load(path))


def _npz(method: int = zipfile.ZIP_DEFLATED, dtype: str = "|u1", shape: tuple[int, ...] = (2, 4)) -> bytes:
    """An archive whose first array has eight bytes, whatever its header declares."""
    file, member = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(member, {"descr": dtype, "fortran_order": False, "shape": shape})
    labels = io.BytesIO()
    np.save(labels, np.arange(2))
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("x.npy", member.getvalue() + bytes(8))
        archive.writestr("y.npy", labels.getvalue())
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _npz(shape=(10**12, 10**6)),
        _npz(zipfile.ZIP_STORED, shape=(10**9, 4)),
        _npz(shape=(-1, 4)),
        _npz(dtype="<U0", shape=(10**12, 4)),
        _npz(dtype="<f8", shape=(2, 4)),
        _npz(zipfile.ZIP_BZIP2),
        _npz(zipfile.ZIP_LZMA),
    ],
    ids=["compressed", "stored", "negative", "no bytes each", "of a longer type", "bzip2", "lzma"],
)
def test_an_array_shorter_than_its_header_declares_is_rejected(tmp_path, content):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    for read in (data.load, read_raw):
        with pytest.raises(DataError) as problem:
            read(path)
        assert problem.value.code == "GN019"
    path.write_bytes(_npz())
    assert data.load(path).inputs.shape == (2, 4)


def test_writing_a_repaired_copy_respects_the_limit(tmp_path):
    path, changes = tmp_path / "x.npz", {0: "1"}
    pixels = digits(20).inputs[:, :16]
    path.write_bytes(npz(x=pixels, y=np.arange(20) % 2, other=np.zeros(10**6)))
    samples = data.load(path)
    with max_bytes("1MB"), pytest.raises(FileError) as problem:
        write_relabelled(path, tmp_path / "fixed.npz", changes, samples)
    assert problem.value.code == "GN033"
    write_relabelled(path, tmp_path / "fixed.npz", changes, samples)
    assert data.load(tmp_path / "fixed.npz").labels[0] == 1


@given(
    members=st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    zeros=st.integers(0, 20),
    piece=st.integers(1, 40),
    read=st.integers(1, 60),
)
def test_gzip_unpacks_the_same_in_chunks_of_any_size(members, zeros, piece, read):
    packed = (bytes(zeros)).join(gzip.compress(member * 3, mtime=0) for member in members)
    before, opening._PIECE = opening._PIECE, piece
    try:
        pieces = [packed[start : start + read] for start in range(0, len(packed), read)]
        unpacked = list(opening.gunzip(pieces, "x.gz"))
        assert b"".join(unpacked) == b"".join(member * 3 for member in members)
        assert max(map(len, unpacked)) <= piece
        with pytest.raises(FileError, match="end too early"):
            list(opening.gunzip([packed[: -1 - zeros]], "x.gz"))
    finally:
        opening._PIECE = before


PEAK = """
import sys
sys.path[:0] = sys.argv.pop().split(":")
from glassnet.cli import main
from support.memory import peak
try:
    main()
finally:
    print(peak())
"""


@pytest.mark.parametrize("kind", ["csv", "idx"])
def test_memory_stays_bounded_for_gigabytes_of_data(tmp_path, kind):
    """6.5 GB packed into 6.5 MB: one gzip member, repeated 400 times."""
    once = gzip.compress(b"1,2,3,4,5,6,7,8\n" * (1 << 20) if kind == "csv" else bytes(1 << 24), mtime=0)
    start = b"" if kind == "csv" else gzip.compress(bytes([0, 0, 8, 3]) + b"\0\x7f\xff\xff" + b"\0\0\0\x1c" * 2)
    name = "rows.csv.gz" if kind == "csv" else "train-images-idx3-ubyte.gz"
    (tmp_path / name).write_bytes(start + once * 400)
    (tmp_path / "old.safetensors").write_bytes(b"")
    before = snapshot(tmp_path)
    typed = ["train", name, "--max-bytes", "100MB", "--force", "--out", "old.safetensors"]
    command = [sys.executable, "-c", PEAK, *typed, ":".join(sys.path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "[GN033]" in done.stderr
    assert int(done.stdout) < 400e6, "at most the program itself and twice the limit"
    assert snapshot(tmp_path) == before


def test_the_limit_applies_to_standard_input(tmp_path):
    write_model_and_rows(tmp_path)
    rows = table(rows=500)
    typed = ("query", tmp_path / "m.safetensors", "-")
    run(*typed, "--max-bytes", "1KiB", stdin=rows).refused("GN033", "standard input", "1KiB")
    assert run(*typed, "--max-bytes", "1MiB", stdin=rows).code == 0


def test_every_command_that_reads_data_can_raise_the_limit():
    # they read only networks and the bundled digits, or no data at all
    without = {"serve", "learn", "learn check", "learn worksheet"}
    for name, command in commands().items():
        flags = [flag for one in command.params for flag in one.opts]
        assert (limits.FLAG in flags) == (name not in without), name


def test_commands_apply_the_limit(tmp_path):
    write_model_and_rows(tmp_path)
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(table(rows=300), mtime=0))
    (tmp_path / "d.png.gz").write_bytes(gzip.compress(png(np.zeros((99, 99), np.uint8)) + bytes(9999), mtime=0))
    model, rows = tmp_path / "m.safetensors", tmp_path / "r.csv.gz"
    for typed in (
        ("train", rows, "--out", tmp_path / "new"), ("test", model, rows), ("query", model, rows), ("show", rows),
        ("explain", model, rows, "--row", 1), ("doctor", rows), ("labels", rows), ("compare", "notes", "quick", rows),
        ("test", model, rows, "--report", tmp_path / "r.html"), ("read", tmp_path / "d.png.gz"),
    ):  # fmt: skip
        line = run(*typed, "--max-bytes", "2KiB").refused("GN033", "2KiB")
        assert "--max-bytes" in line
    assert not (tmp_path / "new").exists()


@given(st.integers(1, 10**15))
def test_formatted_sizes_are_parsed_back(size):
    assert limits.parse_size(size) == size
    assert limits.parse_size(limits.format_size(size)) == pytest.approx(size, rel=1e-3, abs=1)


@pytest.mark.parametrize(
    ("text", "size"), [("8GiB", 8 << 30), ("500 MB", 5 * 10**8), ("1.5kb", 1500), ("7", 7), ("2TiB", 2 << 40)]
)
def test_units(text, size):
    assert limits.parse_size(text) == size


@pytest.mark.parametrize("size", ["", "0", "-1", "GiB", "8 bytes", "1e9", "nan", 0, True, None, 1.5j, "9" * 400])
def test_invalid_sizes_are_rejected(size):
    with pytest.raises(OptionError) as problem, max_bytes(size):
        pass
    assert problem.value.code == "GN021"


def test_the_limit_applies_in_threads_that_read_images():
    with max_bytes("1KiB"):
        in_threads(lambda size: require_room("x", size), [3, 1024])
        with pytest.raises(FileError, match="1KiB"):
            in_threads(lambda size: require_room("x", size), [3, 1025])
