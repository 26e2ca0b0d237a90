"""glassnet where Numba cannot be installed: in a process that cannot import it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import glassnet

HIDE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numba", "llvmlite"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
"""

LIBRARY = """
import warnings
import numpy as np
import glassnet

x = np.random.default_rng(0).normal(size=(700, 4)).astype(np.float32)
data = glassnet.Dataset.from_arrays(x, (x[:, 0] > 0).astype(int))
options = glassnet.Options.recipe("table", hidden=(8,), epochs=120, early_stopping=0, members=1)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    glassnet.fit(data, hidden=4, epochs=1, engine="reference")
    assert not seen, seen
    fitted = glassnet.fit(data, options)
    assert fitted.engine == "reference"
    glassnet.save_model(fitted.model, "model.safetensors")
    model = glassnet.load_model("model.safetensors")
    outputs = model.outputs(x)
    assert np.array_equal(glassnet.compiled(model).outputs(x), outputs)
    portable = glassnet.compiled(model, engine="portable")
    assert np.allclose(portable.outputs(x), outputs, atol=1e-5)
    np.save("portable.npy", portable.outputs(x))
    assert glassnet.verify(model, data).same
    classifier = glassnet.NetworkClassifier(hidden_layer_sizes=(8,), max_iter=3, random_state=0).fit(x, x[:, 0] > 0)
    alone = classifier.predict_proba(x[:1])
    assert np.array_equal(classifier.predict_proba(x)[:1], alone)
    digits = glassnet.load_data("mnist").take(slice(0, 200))
    upright = glassnet.fit(digits, epochs=1, hidden=4, deskew=True).model
    slanted = digits.inputs.reshape(-1, 28, 28)[:, :, ::-1].reshape(-1, 784)
    assert np.array_equal(glassnet.compiled(upright).outputs(slanted), upright.outputs(slanted))
    for engine in ("compiled", "portable"):
        try:
            glassnet.fit(data, engine=engine)
        except glassnet.GlassnetError as error:
            assert error.code == "GN092" and "Numba" in str(error)
        else:
            raise AssertionError(engine)
about = [one for one in seen if "Numba" in str(one.message)]
assert len(about) == 1, [str(one.message) for one in seen]
assert not [one for one in seen if "far outside" in str(one.message)]
"""

COMMANDS = """
import sys
from glassnet.cli import main

for line in sys.stdin.read().splitlines():
    sys.argv = ["glassnet", *line.split()]
    try:
        code = main()
    except SystemExit as end:
        code = end.code
    print(f"ENDED {code or 0}", file=sys.stderr)
"""

LINES = (
    "train t.csv --target size --epochs 2 --out m.safetensors",
    "info m.safetensors --verify t.csv",
    "query m.safetensors t.csv",
    "explain m.safetensors t.csv --row 0",
    "export m.safetensors --to html --out m.html",
    "train t.csv --target size --engine compiled --out n.safetensors",
)


def test_numpy_computes_with_one_warning_and_what_needs_numba_says_so(tmp_path):
    rows = "\n".join(f"{k % 7},{k % 5},{'high' if k % 7 > 3 else 'low'}" for k in range(60))
    (tmp_path / "t.csv").write_text("a,b,size\n" + rows + "\n", encoding="utf-8")
    environment = {**os.environ, "GLASSNET_LANGUAGE": "en"}
    environment["PYTHONPATH"] = str(Path(glassnet.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", HIDE + LIBRARY + COMMANDS],
        cwd=tmp_path, env=environment, input="\n".join(LINES), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("ENDED 0") == len(LINES) - 1, done.stderr
    *_, refused, last = done.stderr.splitlines()
    assert last == "ENDED 2"
    assert "GN092" in refused
    assert "Traceback" not in done.stderr
    x = np.random.default_rng(0).normal(size=(700, 4)).astype(np.float32)
    compiled = glassnet.compiled(glassnet.load_model(tmp_path / "model.safetensors"), engine="portable")
    assert np.array_equal(compiled.outputs(x), np.load(tmp_path / "portable.npy")), "not the bits of the loops"
