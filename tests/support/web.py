"""The studio's files, and arrays as text, between Python and a page.

Playwright passes a megabyte of text in milliseconds, and the numbers of a list one by one.
"""

from __future__ import annotations

import base64

import numpy as np

from support.sources import PACKAGE

STATIC = PACKAGE / "serve" / "studio" / "static"

FLOATS = """
const bytesOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);
const textOf = (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(text);
};
"""
"""The same for programs in the page: `bytesOf` and `floatsOf` a text, and `textOf` a typed array."""


def text_of(array: np.ndarray) -> str:
    """The bytes of an array as text."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def array_of(text: str, dtype: str = "<f4") -> np.ndarray:
    """The array whose bytes a text has."""
    return np.frombuffer(base64.b64decode(text), dtype)
