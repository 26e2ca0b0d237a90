"""Images of 16 bits per channel: colours keep the upper 8 bits, as in Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from glassnet import Dataset, Options, load_inputs, load_model, new_model, save_model
from glassnet.data.readers.image import open_photo, read_picture
from glassnet.errors import GlassnetError
from glassnet.io.opening import open_source

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> PNG's colour type


def png(pixels: np.ndarray, *more: tuple[bytes, bytes]) -> bytes:
    """Encode 16-bit pixels, shape (rows, columns, channels), as PNG. Every second line has the Up filter.

    `more` are additional chunks.
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
    """Encode 16-bit colours as TIFF with byte order ``<`` or ``>``, optionally compressed."""
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


def colours_of(content: bytes) -> np.ndarray:
    return np.asarray(read_picture(io.BytesIO(content), "x").picture)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_png_colours_keep_the_upper_8_bits(channels):
    pixels = noise(channels)
    if channels != 3:
        pixels[..., -1] = 65535
    expected = (pixels if channels > 2 else pixels[..., [0, 0, 0]])[..., :3] >> 8
    np.testing.assert_array_equal(colours_of(png(pixels)), expected)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_colours_keep_the_upper_8_bits(order, packed):
    pixels = noise(3)
    np.testing.assert_array_equal(colours_of(tiff(pixels, order, packed)), pixels >> 8)


def test_a_model_with_a_lower_white_level_rejects_16_bit_colours(tmp_path):
    """They would be nearly black to a model trained on 12 bits, whether in colour (older versions) or grey."""
    path = tmp_path / "1.png"
    path.write_bytes(png(noise(3, 4095)))
    for features in (35, 105):
        with pytest.raises(
            GlassnetError, match=r"1.png: 16-bit colours, .*4,095.*Save the image with 8 bits"
        ) as caught:
            load_inputs(path, features, (5, 7), 255.0, "photo", white=4095)
        assert caught.value.code == "GN017"
        for white in (0, 65535):
            assert load_inputs(path, features, (5, 7), 255.0, "photo", white=white)[0].max() == 15
    Image.new("RGB", (7, 5), (200, 0, 0)).save(path)
    assert load_inputs(path, 105, (5, 7), 255.0, "photo", white=4095)[0].max() == 200


def test_the_white_level_survives_saving(tmp_path):
    path = tmp_path / "m.safetensors"
    data = Dataset(np.zeros((4, 105), np.uint8), np.arange(4) % 2, 2, (5, 7), "s", reading="photo", white=4095)
    save_model(new_model(data, Options()), path)
    assert load_model(path).white == 4095


def test_a_transparent_grey_level_is_white():
    pixels = noise(1)
    pixels[1:3] = 513
    read = colours_of(png(pixels, (b"tRNS", struct.pack(">H", 513))))
    assert (read[1:3] == 255).all()
    assert (read[0] != 255).any()


def test_the_exif_orientation_is_applied(tmp_path: Path):
    pixels = noise(3)
    note = Image.Exif()
    note[0x0112] = 6
    path = tmp_path / "x.png"
    path.write_bytes(png(pixels, (b"eXIf", note.tobytes().removeprefix(b"Exif\0\0"))))
    expected = np.rot90(pixels >> 8, -1)
    np.testing.assert_array_equal(np.asarray(read_picture(path, "x").picture), expected)
    np.testing.assert_array_equal(np.asarray(open_photo(open_source(path))), expected)
