"""Draw the pictures of the documentation: every plot of ``glassnet.plots`` in both languages.

    python docs/make_pictures.py            writes docs/pictures/*.png; the pages that show them are written by hand

The networks are trained on the bundled digits, with fixed seeds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import glassnet
from glassnet import Dataset, Options, plots
from glassnet.explain import LayerOfNodes, Neighbours, examine_nodes, hidden_space, trace, why
from glassnet.handwriting.reader import read_photo
from glassnet.messages.languages import LANGUAGES
from glassnet.model.evaluate import evaluate, reliability
from glassnet.model.file import shipped_model
from glassnet.training.executor import ThreadExecutor
from glassnet.words.plots import words_in
from glassnet.workflow.compare_job import CompareJob, Side, compare

FOLDER = Path(__file__).parent / "pictures"
WIDEST = 1100
ROW = 7
"""Test digit of the training step."""


def main() -> None:
    """Draw all pictures."""
    drawn = gallery()
    for language in LANGUAGES:
        for name, draw in drawn.items():
            english = FOLDER / f"{name}.png"
            path = english if language == "en" else FOLDER / f"{name}.{language}.png"
            keep(draw(language), path)
            if path != english and path.read_bytes() == english.read_bytes():
                path.unlink()  # a picture without words


def gallery() -> dict[str, Callable[[str], Any]]:
    """Return name -> function that draws the picture in a language, for each ``plots.draw_NAME``."""
    training, test = glassnet.load_data("mnist"), glassnet.load_data("mnist", part="test")
    training_part, validation = training.take(slice(0, 50_000)), training.take(slice(50_000, 60_000))
    fitted = glassnet.fit(training_part, Options.recipe("notes", epochs=8), validation_data=validation)
    model = glassnet.fit(training, Options.recipe("notes")).model
    evaluation, bins, photo = (
        evaluate(model, test),
        reliability(model, test),
        read_photo(shipped_model(), photograph(test)),
    )
    some = np.concatenate([test.some(10), evaluation.misread[:10]])
    layer = examine_nodes(model, test.take(slice(0, 2000)))[0]
    space = hidden_space(model, test)
    compared = compare(CompareJob(Side("quick"), Side("quick", {"rotate": 10.0}), options={"epochs": 4})).to_dict()
    search = searched(training, test)
    explained = why(model, test.inputs[evaluation.misread[0]], Neighbours(model, training))
    return {
        "curve": lambda language: plots.draw_curve(fitted.history.curve(), language=language),
        "comparison": lambda language: plots.draw_comparison(compared, language=language),
        "search": lambda language: plots.draw_search(search, language=language),
        "confusion": lambda language: plots.draw_confusion(evaluation.confusion, language=language),
        "digits": lambda language: plots.draw_digits(
            test.inputs[some], test.labels[some], evaluation.answers[some], language=language
        ),
        "reliability": lambda language: plots.draw_reliability(bins, language=language),
        "hidden": lambda language: plots.draw_hidden(space, language=language),
        "weights": lambda language: weights(layer, language),
        "augmentation": lambda language: plots.draw_augmentation(
            training.inputs, Options.recipe("accurate"), language=language
        ),
        "step": lambda language: plots.draw_step(trace(model, test.take(slice(ROW, ROW + 1))), language=language),
        "why": lambda language: plots.draw_why(explained, (28, 28), language=language),
        "reading": lambda language: plots.draw_reading(photo, language=language),
        "stages": lambda language: plots.draw_stages(photo, language=language),
    }


def weights(layer: LayerOfNodes, language: str) -> Any:
    """Draw the weights into the most important nodes, as `glassnet explain --nodes` does."""
    top, word = layer.order[:20], words_in(language)
    captions = [word("node_matters", node=node, matters=f"{layer.matters[node]:.2f}") for node in top]
    title = word("weights_that_matter", nodes=len(top))
    return plots.draw_weights(layer.weights[top], captions, title=title, language=language)


def searched(training: Dataset, test: Dataset) -> dict[str, Any]:
    """Return the result of a search; one worker tries the same options every time."""
    with tempfile.TemporaryDirectory() as folder, ThreadExecutor(1) as executor:
        found = glassnet.search(
            training, test=test, recipe="quick", trials=30, out=Path(folder) / "search", executor=executor
        )
    return found.to_dict()


def photograph(test: Dataset) -> Image.Image:
    """Return a synthetic photograph: test digits in blue ink on paper that is lit from one corner."""
    rng = np.random.default_rng(4)
    high, wide = 340, 880
    ink = np.zeros((high, wide))
    for k, row in enumerate(range(40, 54)):
        digit = Image.fromarray(test.inputs[row].reshape(28, 28)).resize((112, 112), Image.Resampling.BICUBIC)
        y, x = 30 + k // 7 * 160 + rng.integers(-14, 14), 40 + k % 7 * 118 + rng.integers(-8, 8)
        ink[y : y + 112, x : x + 112] += np.asarray(digit) / 255
    down, across = np.mgrid[0 : 1 : high * 1j, 0 : 1 : wide * 1j]
    light = (1 - 0.35 * down - 0.25 * across)[..., None]
    paper, blue = np.array([244, 238, 222]), np.array([34, 48, 120])
    colours = paper + (blue - paper) * ink.clip(0, 1)[..., None]
    return Image.fromarray((colours * light).clip(0, 255).astype(np.uint8))


def keep(axes: Any, path: Path) -> None:
    """Write a picture with 32 colours, so that all of them together take less than 1 MB."""
    first = axes[0] if isinstance(axes, list) else axes
    plots.save(axes, path, dpi=min(150, int(WIDEST / first.figure.get_figwidth())))
    with Image.open(path) as file:
        picture = file.convert("RGB")
    # This method keeps white and the strong colours, which have few pixels.
    picture.quantize(32, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
