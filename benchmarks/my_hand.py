"""Choose and measure how the room My hand trains: the page's own modules in Node.js, on made hands.

A made hand is a distortion that all digits of one person share (slant, rotation, width, thickness of the pen) of digits
of MNIST that neither the network nor the training has seen. In `alike` hands, the second image of a digit is one of
the ten most like the first, as a person writes it the same way twice; in `any` hands it is any other, so that only the
distortion is shared. The network of the notes is trained on the other 50,000 digits. Each hand's first ten train it
further; the second ten only count, before and after, and so do the 10,000 test digits of MNIST.

    python benchmarks/my_hand.py [--hands 40] [--grid] [--trial]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

import glassnet
import machine
from glassnet.model.network import Network
from glassnet.nn.parameters import Parameters
from glassnet.options.options import recorded
from glassnet.serve.studio.app import STATIC
from glassnet.serve.studio.models import describe
from glassnet.serve.studio.page_training import DIGITS, HAND, VARIANTS

SIDE = 280
SEEN = 50_000
JITTER = 0.25
"""How much of a hand's distortion each digit differs."""
SPREAD = (0.3, 0.45, 0.35, 1)
"""Standard deviations of a hand's rotation, slant, width (its logarithm) and thickness."""
GRID: dict[str, tuple[Any, ...]] = {
    "variants": (1, 10, 20, 40),
    "digits": (0, 800, 1600, 3200),
    "learning_rate": (0.02, 0.05, 0.1, 0.2),
    "epochs": (1, 2, 4),
}
PROGRAM = """
import { readFileSync, writeFileSync } from "node:fs";
import { mnistStages } from "./mnist_form.js";
import { Network, ranked } from "./network.js";
import { examplesOf } from "./rooms/hand/examples.js";
import { newTraining } from "./training/trainer.js";
const file = (name) => new Uint8Array(readFileSync(name));
const { settings, options, description, hands, side } = JSON.parse(readFileSync("given.json", "utf8"));
const start = new Float32Array(file("start.bin").buffer);
const part = (name) => ({ inputs: file(`${name}.bin`), labels: file(`${name}_labels.bin`) });
const [digits, masks] = [part("digits"), file("masks.bin")];
const answers = (weights, images) => {
  const network = new Network(description, weights);
  return images.map((one) => ranked(network.forward(one).outputs, description.targets)[0]);
};
const same = (weights, forms) => answers(weights, forms).filter((one, label) => one === label).length;
const trial = ({ variants, digits: count, ...changed }, which) => Array.from({ length: hands }, (_, hand) => {
  const mask = (k) => masks.subarray((20 * hand + k) * side * side, (20 * hand + k + 1) * side * side);
  const forms = Array.from({ length: 20 }, (_, k) => mnistStages(mask(k), side, side).form);
  const [first, second] = [forms.slice(0, 10), forms.slice(10)];
  const mixed = { inputs: digits.inputs.subarray(0, 784 * count), labels: digits.labels.subarray(0, count) };
  const data = examplesOf(first.map((pixels, label) => ({ pixels, label })), variants, mixed);
  const began = performance.now();
  const training = newTraining({ ...options, ...changed }, data, start);
  while (!training.ended) training.run(1000);
  const weights = training.weights();
  const seconds = (performance.now() - began) / 1000;
  writeFileSync(`weights-${which}-${hand}.bin`, weights);
  const [before, after] = [same(start, second), same(weights, second)];
  return { seconds, first: same(weights, first), before, after, samples: data.labels.length };
});
console.log(JSON.stringify(settings.map(trial)));
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hands", type=int, default=40, help="made hands (default 40)")
    parser.add_argument("--grid", action="store_true", help="other settings too, on alike hands")
    parser.add_argument("--trial", action="store_true", help="few hands, and keep no result")
    given = parser.parse_args()
    hands = 2 if given.trial else given.hands
    chosen = {"variants": VARIANTS, "digits": DIGITS}
    settings = [chosen]
    if given.grid:
        usual = {**chosen, "learning_rate": HAND["learning_rate"], "epochs": HAND["epochs"]}
        settings += [{**usual, name: one} for name, values in GRID.items() for one in values if one != usual[name]]
    result: dict[str, Any] = {}
    for kind in ("alike",) if given.grid else ("alike", "any"):
        for setting, found in zip(settings, measured(settings, hands, kind), strict=True):
            result[kind] = summary(found)
            print(f"{kind}, {setting}: {result[kind]}", flush=True)
    if not (given.trial or given.grid):
        machine.write("my_hand", {"hands": hands, "setting": {**chosen, **HAND}, **result})


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What a setting does, over all hands."""
    before, after, test = (np.array([one[key] for one in found]) for key in ("before", "after", "test"))
    gain = after - before
    return {
        "right before, of ten": round(float(before.mean()), 2),
        "right after": round(float(after.mean()), 2),
        "standard error of the gain": round(float(gain.std(ddof=1) / len(gain) ** 0.5), 2),
        "hands better, same, worse": [int((gain > 0).sum()), int((gain == 0).sum()), int((gain < 0).sum())],
        "first ten right after": round(float(np.mean([one["first"] for one in found])), 2),
        "test digits right before": found[0]["test_before"],
        "test digits right after, mean": round(float(test.mean()), 4),
        "test digits right after, least": float(test.min()),
        "samples": found[0]["samples"],
        "seconds of training": round(float(np.median([one["seconds"] for one in found])), 2),
    }


def measured(settings: list[dict[str, Any]], hands: int, kind: str) -> list[list[dict[str, Any]]]:
    """Train every hand with every setting, in Node.js."""
    digits = glassnet.load_data("mnist")
    test = glassnet.load_data("mnist", part="test")
    start = glassnet.fit(digits.take(slice(SEEN)), glassnet.Options.recipe("notes", engine="portable")).model
    options = {**recorded(glassnet.Options.recipe("notes")), **HAND}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "static"
        shutil.copytree(STATIC, root)
        (root / "package.json").write_text('{"type": "module"}')
        (root / "program.js").write_text(PROGRAM)
        (root / "start.bin").write_bytes(start.network.parameters.flat.tobytes())
        most = max(one["digits"] for one in settings)
        (root / "digits.bin").write_bytes(digits.inputs[:most].tobytes())
        (root / "digits_labels.bin").write_bytes(digits.labels[:most].astype(np.uint8).tobytes())
        masks = [made_hand(digits, seed, kind) for seed in range(hands)]
        (root / "masks.bin").write_bytes(np.concatenate(masks).tobytes())
        described = describe(start)
        content = {"settings": settings, "options": options, "description": described, "hands": hands, "side": SIDE}
        (root / "given.json").write_text(json.dumps(content))
        done = subprocess.run(["node", "program.js"], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: list[list[dict[str, Any]]] = json.loads(done.stdout)
        before = glassnet.evaluate(start, test).accuracy
        for which, of_setting in enumerate(found):
            for hand, one in enumerate(of_setting):
                weights = np.fromfile(root / f"weights-{which}-{hand}.bin", "<f4")
                architecture = start.network.architecture
                learned = replace(start, network=Network.of(architecture, Parameters(architecture.layout, weights)))
                one |= {"test": glassnet.evaluate(learned, test).accuracy, "test_before": before}
    return found


def made_hand(digits: glassnet.Dataset, seed: int, kind: str) -> NDArray[np.uint8]:
    """Two rounds of the ten digits in one hand: masks of ink, shape (20, SIDE²)."""
    rng = np.random.default_rng(seed)
    inputs, labels = digits.inputs[SEEN:], digits.labels[SEEN:]
    own = rng.normal(size=4) * SPREAD
    rounds: list[list[NDArray[np.uint8]]] = [[], []]
    for label in range(10):
        images = inputs[labels == label].astype(np.float32).reshape(-1, 28, 28)
        smooth = ndimage.gaussian_filter(images, (0, 1, 1)).reshape(len(images), -1)
        one = int(rng.integers(len(images)))
        like = np.argsort(((smooth - smooth[one]) ** 2).sum(axis=1))[1 : 11 if kind == "alike" else None]
        for where, place in zip(rounds, (one, int(rng.choice(like))), strict=True):
            where.append(distorted(images[place], own + JITTER * rng.normal(size=4) * SPREAD))
    return np.concatenate([np.array(one) for one in rounds])


def distorted(image: NDArray[np.float32], how: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A digit in a hand, as ink on the board."""
    turn, slant, wide, bold = how
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    form = np.array([[1, 0], [slant, np.exp(-wide)]]) @ rotation * 28 / SIDE * 1.1
    middle = np.full(2, 13.5) - form @ np.full(2, (SIDE - 1) / 2)
    ink = ndimage.affine_transform(image, form, middle, output_shape=(SIDE, SIDE), order=1)
    return np.asarray(ink > np.clip(128 - 50 * bold, 30, 220), np.uint8).reshape(-1)


if __name__ == "__main__":
    main()
