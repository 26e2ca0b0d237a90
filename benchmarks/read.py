"""Measure how well photos are read: generated ones, because real ones would belong to somebody.

    python benchmarks/read.py [COUNT] [MODEL]

For each kind of photo: COUNT (default 40) single digits from MNIST's test set and as many by other writers, five times
COUNT boards of 280 × 280, a tenth as many sheets, and COUNT / 4 of each object that is not a digit. The network of
``glassnet train`` also predicts the boards, and 1,000 test digits that pass through the stages. Photos of seeds below
1,000 were inspected while the stages were written; these have other seeds. Writes results/read.json.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import glassnet
import machine
from glassnet.handwriting import extract_digits
from glassnet.handwriting.reader import Reading, read_photo
from glassnet.model.file import load_model, shipped_model
from support.photos import OTHERS, SINGLES, Photo, Scene, board, sheet, single

FIRST = 1000
EVERY = 10  # every tenth test digit passes through the stages
SHEETS = {
    "plain": Scene(gradient=0.3),
    "ruled": Scene(gradient=0.3, rules="ruled"),
    "squared": Scene(gradient=0.3, rules="squared", pen=(0.07, 0.13)),
    "hard": replace(SINGLES["hard"], size=(480, 640), shadow=0.3, pen=(0.08, 0.13)),
}


def main(count: int, model: glassnet.Model) -> None:
    def reading(photo: Photo) -> Reading:
        return read_photo(model, photo.opened())

    def share(photos: Iterable[Photo], right: Callable[[Reading, Photo], bool]) -> float:
        return float(np.mean([right(reading(photo), photo) for photo in photos]))

    seeds = range(FIRST, FIRST + count)
    result: dict[str, Any] = {"photographs_of_a_kind": count, "singles": {}, "sheets": {}}
    unsure = {"of_right": [], "of_wrong": []}

    def one_right(reading: Reading, photo: Photo) -> bool:
        right = [digit.answer for digit in reading.digits] == photo.labels
        unsure["of_right" if right else "of_wrong"].append(not all(digit.sure for digit in reading.digits))
        return right

    for kind in SINGLES:
        some = seeds[: max(1, count // 10)] if kind == "huge" else seeds
        result["singles"][kind] = {
            hand: share((single(kind, seed, hand=hand == "others") for seed in some), one_right)
            for hand in ("mnist", "others")
        }
        print(kind, result["singles"][kind], flush=True)
    for hand in ("mnist", "others"):
        result[f"singles_{hand}"] = float(np.mean([kind[hand] for kind in result["singles"].values()]))
    result["unsure"] = {name: float(np.mean(values or [0])) for name, values in unsure.items()}
    for kind, scene in SHEETS.items():
        for hand in (False, True):
            photos = [sheet(seed, scene=scene, hand=hand) for seed in seeds[: max(1, count // 10)]]
            found = [(photo, reading(photo)) for photo in photos]
            result["sheets"][f"{kind}, {'others' if hand else 'mnist'}"] = scores = {
                "digits": sum(len(photo.labels) for photo in photos),
                "found_in_order": float(np.mean([part_in_order(*one) for one in found])),
                "right": float(np.mean([part_right(*one) for one in found])),
            }
            print("sheets", kind, hand, scores, flush=True)
    notes = glassnet.fit(glassnet.load_data("mnist")).model  # as in `glassnet train`
    some = glassnet.load_data("mnist", part="test").inputs[::EVERY]
    forms = {
        name: np.concatenate([again_in_form(row, aside) for row in some])
        for name, aside in (("ten_times_as_large", 0), ("through_the_stages", 30))
    }
    result["reader"], result["notes"] = (on_boards(one, forms, count) for one in (model, notes))
    print(result["reader"], result["notes"], flush=True)
    others = {name: [reading(single("clean", s, shape=name)) for s in seeds[: max(1, count // 4)]] for name in OTHERS}
    result["no_digits_said_unsure"] = {
        name: float(np.mean([not any(digit.sure for digit in one.digits) for one in some]))
        for name, some in others.items()
    }
    result["no_digits_unsure"] = float(np.mean(list(result["no_digits_said_unsure"].values())))
    print({name: value for name, value in result.items() if name not in ("singles", "sheets")})
    machine.write("read", result)


def on_boards(model: glassnet.Model, forms: dict[str, np.ndarray], count: int) -> dict[str, float]:
    """Return the accuracy on MNIST's test digits: unchanged, after the stages, and anywhere on a board."""
    data = glassnet.load_data("mnist", part="test")
    untouched = model.predict(data.inputs) == data.labels
    result = {
        "rows": len(data.labels[::EVERY]),
        "untouched": float(untouched[::EVERY].mean()),
        **{name: float(np.mean(model.predict(some) == data.labels[::EVERY])) for name, some in forms.items()},
    }
    wanted = range(FIRST, FIRST + 5 * count)
    result["boards"], result["boards_untouched"] = len(wanted), float(untouched[list(wanted)].mean())
    for name, hard in (("board", False), ("board_hard", True)):
        photos = [board(seed, hard=hard) for seed in wanted]
        read = [[digit.answer for digit in read_photo(model, photo.opened()).digits] for photo in photos]
        result[name] = float(np.mean([answers == photo.labels for answers, photo in zip(read, photos, strict=True)]))
    return result


def part_in_order(photo: Photo, reading: Reading) -> float:
    """Return the fraction of digits with their own box over the centre, in writing order."""
    width, height = reading.picture.size
    boxes = [np.array(digit.box) / (width, height, width, height) for digit in reading.digits]
    place, found = -1, 0
    for left, top, right, bottom in photo.boxes:
        x, y = (left + right) / 2, (top + bottom) / 2
        inside = [k for k, box in enumerate(boxes) if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
        near = [k for k in inside if abs((boxes[k][3] - boxes[k][1]) / (bottom - top) - 1) < 0.35]
        if len(near) == 1 and near[0] > place:
            place, found = near[0], found + 1
    return found / len(photo.boxes)


def part_right(photo: Photo, reading: Reading) -> float:
    """Return the fraction of digits that are located and read correctly, by boxes."""
    width, height = reading.picture.size
    right = 0
    for label, (left, top, far, bottom) in zip(photo.labels, photo.boxes, strict=True):
        x, y = (left + far) / 2 * width, (top + bottom) / 2 * height
        over = [d for d in reading.digits if d.box[0] <= x <= d.box[2] and d.box[1] <= y <= d.box[3]]
        right += len(over) == 1 and over[0].answer == label
    return right / len(photo.labels)


def again_in_form(row: np.ndarray, aside: int) -> np.ndarray:
    """Return a digit of MNIST ten times as large; off-centre, so that it passes through the stages."""
    from PIL import Image

    large = Image.fromarray(row.reshape(28, 28)).resize((280, 280), Image.Resampling.BICUBIC)
    picture = Image.new("RGB", (280 + aside, 280))
    picture.paste(large, (aside, 0))
    forms = extract_digits(picture)
    return forms[:1].reshape(-1, 784) if len(forms) else np.zeros((1, 784), np.uint8)


if __name__ == "__main__":
    chosen = load_model(sys.argv[2]) if len(sys.argv) > 2 else shipped_model()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40, chosen)
