"""Pictures of 16 bits a channel: every bit counts, whatever Pillow's own pictures hold."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glassnet import load_data, load_inputs
from glassnet.data.readers.deep_colour import deep_colours
from glassnet.data.readers.image import open_photo, read_picture
from glassnet.io.opening import open_source

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> PNG's colour type


def png(pixels: np.ndarray, *more: tuple[bytes, bytes]) -> bytes:
    """Write numbers of 16 bits, shape (rows, columns, channels), as PNG: every second line differs from the one above.

    `more` are chunks of one's own.
    """
    high, wide, channels = pixels.shape
    lines = pixels.astype(">u2").reshape(high, -1).view(np.uint8)
    above = np.vstack([np.zeros_like(lines[:1]), lines[:-1]])
    raw = b"".join(
        bytes([2 * (k % 2)]) + (line - above[k] if k % 2 else line).tobytes() for k, line in enumerate(lines)
    )
    header = struct.pack(">IIBBBBB", wide, high, 16, COLOUR_TYPES[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def tiff(pixels: np.ndarray, order: str, packed: bool) -> bytes:
    """Write colours of 16 bits as TIFF, plain or packed, in an order of bytes (``<`` or ``>``)."""
    high, wide, channels = pixels.shape
    values = pixels.astype(f"{order}u2").tobytes()
    values = zlib.compress(values) if packed else values
    way = 8 if packed else 1
    tags = [(256, wide), (257, high), (259, way), (262, 2), (277, channels), (278, high), (279, len(values))]
    extra = 8 + 2 + 12 * (len(tags) + 2) + 4
    entries = [struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags]
    entries.append(struct.pack(f"{order}HHII", 258, 3, channels, extra))
    entries.append(struct.pack(f"{order}HHII", 273, 4, 1, extra + 2 * channels))
    entries.sort(key=lambda entry: struct.unpack(f"{order}H", entry[:2]))
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    body = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)
    return start + body + struct.pack(f"{order}{channels}H", *[16] * channels) + values


def noise(channels: int, top: int = 65535) -> np.ndarray:
    pixels = np.random.default_rng(channels).integers(0, top + 1, (5, 7, channels)).astype(np.uint16)
    pixels[0, 0] = top
    return pixels


def found(content: bytes) -> np.ndarray | None:
    stream = io.BytesIO(content)
    with Image.open(stream) as picture:
        return deep_colours(picture, stream)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_every_bit_of_a_png_is_read(channels):
    pixels = noise(channels)
    deep = found(png(pixels))
    assert deep is not None
    np.testing.assert_array_equal(deep, pixels if channels > 2 else pixels[..., [0, 0, 0, 1]])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_bit_of_a_tiff_is_read(order, packed):
    pixels = noise(3)
    np.testing.assert_array_equal(found(tiff(pixels, order, packed)), pixels)


def test_pictures_of_eight_bits_are_left_alone():
    for mode in ("L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"):
        stream = io.BytesIO()
        Image.new(mode, (4, 3)).save(stream, "TIFF" if mode == "CMYK" else "PNG")
        assert found(stream.getvalue()) is None, mode


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_white_is_what_the_cameras_bits_hold_and_is_kept(tmp_path, bits):
    top = 2**bits - 1
    bright, dark = noise(3, top), noise(3, top) // 300
    for name, pixels in (("a/1", bright), ("b/1", dark)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.png").write_bytes(png(pixels))
    data = load_data(tmp_path, colour=True)
    assert data.white == top
    expected = np.rint(np.stack([bright, dark]).reshape(2, -1) * (255 / top))
    np.testing.assert_array_equal(data.inputs, expected)
    asked = load_inputs(tmp_path / "b" / "1.png", 105, (5, 7), 255.0, data.reading, white=data.white)[0]
    np.testing.assert_array_equal(asked[0], expected[1])
    assert any("is white" in remark for remark in data.remarks) == (bits < 16)


def test_transparent_colours_do_not_count_and_are_white():
    pixels = noise(4, 4095)
    pixels[..., 3] = 65535
    pixels[2] = [60000, 60000, 60000, 0]
    read = read_picture(io.BytesIO(png(pixels)), "x")
    assert (read.white, read.picture.mode) == (4095, "RGB")
    expected = np.rint(pixels[..., :3] * (255 / 4095))
    expected[2] = 255
    np.testing.assert_array_equal(np.asarray(read.picture), expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_colour_that_means_transparent_is_white(channels):
    pixels = noise(channels)
    pixels[1:3] = 513
    key = struct.pack(f">{channels}H", *[513] * channels)
    read = np.asarray(read_picture(io.BytesIO(png(pixels, (b"tRNS", key))), "x").picture)
    assert (read[1:3] == 255).all()
    assert (read[0] != 255).any()


def test_they_stand_upright_and_photographs_of_them_are_read(tmp_path: Path):
    pixels = noise(3)
    note = Image.Exif()
    note[0x0112] = 6
    path = tmp_path / "x.png"
    path.write_bytes(png(pixels, (b"eXIf", note.tobytes().removeprefix(b"Exif\0\0"))))
    expected = np.rot90(np.rint(pixels * (255 / 65535)), -1)
    np.testing.assert_array_equal(np.asarray(read_picture(path, "x").picture), expected)
    np.testing.assert_array_equal(np.asarray(open_photo(open_source(path))), expected)
