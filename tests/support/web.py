"""The studio's files, and arrays as text, between Python and a page.

Playwright passes a megabyte of text in milliseconds, and the numbers of a list one by one.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import numpy as np
import pytest

from support.cli import TIMEOUT
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


def in_node(folder, program, given):
    """Run a program, the body of an asynchronous function, in Node.js; return its answer.

    It has `network.js` as `module`, `format.js` as `format` and `LOSSES` of `formulas.js`, and imports others by their
    path in `static/`, from copies in the folder, which may be used again.
    """
    if not (path := shutil.which("node")):
        pytest.skip("no Node.js: node is not installed")
    (folder / "package.json").write_text('{"type": "module"}')
    if not (folder / "network.js").exists():
        shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    script = f"""
    import * as module from "./network.js";
    import * as format from "./shared/format.js";
    import {{ LOSSES }} from "./formulas.js";
    import {{ readFileSync }} from "node:fs";
    {FLOATS}
    const answer = async (given) => {{ {program} }};
    console.log(JSON.stringify(await answer(JSON.parse(readFileSync(0, "utf8")))));
    """
    (folder / "program.js").write_text(script)
    done = subprocess.run(
        [path, "program.js"], input=json.dumps(given), cwd=folder, capture_output=True, text=True, timeout=TIMEOUT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
