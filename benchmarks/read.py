"""Measure how well and how fast photographs of handwriting are read, beside other recognisers.

    python benchmarks/read.py [--count N] [--parts NAMES] [--taken FOLDER] [--model FILE]

Parts, one process at a time:

- ``generated``: photographs drawn from seeds that were not used for tuning: one digit on paper by kind, in forms that
  MNIST hardly has, tightly cropped, on a canvas; pages upright, turned, tilted and mixed with words; images of 28 × 28
  pixels; signs.
- ``forms``: scans of printed forms with digits of the writers of the MNIST test data in their cells; alone, it replaces
  the forms in the results.
- ``scanned``: digits of 43 people on forms, which come with scikit-learn as counts of 8 × 8, enlarged.
- ``taken``: photographs in FOLDER, which stay there, because they belong to somebody: class folders ``0`` to ``9``,
  ``none`` for those without a digit, and ``many`` with ``labels.csv``, a line for each photograph: its name and digits.
- ``speed``: seconds and memory of `glassnet read`, as ratios to an earlier commit in the same run.
- ``peers``: the same photographs by tesseract and RapidOCR; those that are not installed are named.

With all parts and the default count, writes results/read.json and the tables of docs/read.md (`read_page.py`).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import glassnet
import machine
from glassnet.handwriting.reader import Reading, read_photo
from glassnet.model.file import load_model, shipped_model
from read_scores import Score, digits_of, edits, plain, score, together
from support.forms import STYLES, form, random_form
from support.no_writing import CYRILLIC, GREEK, LIKE_DIGITS, POSES, edge, hand, letter
from support.photos import CROPS, OTHERS, SINGLES, Photo, Scene, as_file, board, sheet, single, turned
from support.strokes import RARE, SIGNS
from support.written import TINY, full_grid, mixed, newsprint, tiny

FIRST = 1000  # photographs of seeds below this were looked at when the stages were written
FIRST_FORM = 2000  # as FIRST for printed forms
COUNT = 3
PARTS = ("generated", "forms", "scanned", "speed", "peers")
SLOW = ("huge",)  # kinds of photographs that take seconds to draw
SHEETS = {
    "plain": Scene(gradient=0.3),
    "ruled": Scene(gradient=0.3, rules="ruled"),
    "squared": Scene(gradient=0.3, rules="squared", pen=(0.07, 0.13)),
    "hard": replace(SINGLES["hard"], size=(480, 640), shadow=0.3, pen=(0.08, 0.13)),
}
WAYS = (90, 180, 270)
TILTS = (-20, -10, 10, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="photographs of a kind (default %(default)s)")
    parser.add_argument("--parts", default=",".join(PARTS), help="some of: %(default)s; keep no result")
    parser.add_argument("--taken", type=Path, help="a folder of photographs that were taken")
    parser.add_argument("--model", type=Path, help="read with this model instead of the shipped one; keep no result")
    given = parser.parse_args()
    model = load_model(given.model) if given.model else shipped_model()

    def read(photo: Photo) -> Reading:
        return read_photo(model, photo.opened())

    parts = tuple(filter(None, given.parts.split(",")))
    result: dict[str, Any] = {"photographs_of_a_kind": given.count}
    with tempfile.TemporaryDirectory() as folder:
        if "generated" in parts:
            result["generated"] = generated(read, given.count)
            notes = glassnet.fit(glassnet.load_data("mnist")).model  # as in `glassnet train`
            result["canvas_glassnet_train"] = plain(
                boards(lambda photo: read_photo(notes, photo.opened()), given.count)
            )
        if "forms" in parts:
            result["forms"] = plain(forms(read, given.count))
        if "scanned" in parts:
            result["scanned"] = asdict(shown("scanned", score(scanned(50 * given.count), read)))
            result["things"] = asdict(shown("things", score(things(12 * given.count), read)))
        if given.taken:
            result["taken"] = plain(taken(given.taken, read))
        if "speed" in parts:
            import read_speed

            result["speed"] = read_speed.speeds(Path(folder), small=given.count < COUNT)
        if "peers" in parts:
            result["peers"] = beside_peers(read, Path(folder), given.count)
    if parts in (PARTS, ("forms",)) and given.count == COUNT and not given.model:
        import read_page

        result = {**(machine.read("read") or {}), **result}
        machine.write("read", result)
        read_page.main()
    else:
        print("No result is kept.")


def generated(read: Callable[[Photo], Reading], count: int) -> dict[str, Any]:
    """Return the scores of generated photographs: group -> kind -> score."""
    seeds = range(FIRST, FIRST + count)
    few = seeds[: max(1, count - 1)]
    # Lists, because generators would be drawn after the loops around them.
    groups: dict[str, dict[str, list[Photo]]] = {
        "kinds, MNIST": {kind: [single(kind, s) for s in (seeds[:1] if kind in SLOW else seeds)] for kind in SINGLES},
        "kinds, other hands": {
            kind: [single(kind, s, hand=True) for s in (seeds[:1] if kind in SLOW else seeds)] for kind in SINGLES
        },
        "forms": {
            form: [single(kind, s, form=form) for s in seeds for kind in ("squared", "crop, ruled")] for form in RARE
        },
        "crops": {kind: [single(kind, s, hand=True) for s in range(FIRST, FIRST + 5 * count)] for kind in CROPS},
        "sheets": {
            f"{kind}, {'other hands' if hand else 'MNIST'}": [sheet(s, scene=scene, hand=hand) for s in few]
            for kind, scene in SHEETS.items()
            for hand in (False, True)
        },
        "full grid": {"full grid": [full_grid(s) for s in seeds[:1]]},
        "turned": {str(way): [turned(sheet(s, 3, 4, hand=True), way) for s in few] for way in WAYS},
        "tilted": {
            str(tilt): [sheet(s, 3, 4, Scene(gradient=0.3, tilt=tilt), hand=True) for s in few] for tilt in TILTS
        },
        "mixed": {"mixed": [mixed(s) for s in range(FIRST, FIRST + 2 * count)]},
        "28 × 28": {kind: [tiny(kind, s) for s in range(FIRST, FIRST + 10 * count)] for kind in TINY},
        "signs": {name: [single(kind, s, shape=name) for s in seeds for kind in ("squared", "crop")] for name in SIGNS},
        "letters and others": {
            name: [single("clean", s, shape=name) for s in few] for name in OTHERS if name not in SIGNS
        },
        "hands": {pose: [hand(pose, s) for s in range(FIRST, FIRST + 5 * count)] for pose in POSES},
        "edges": {"edges": [edge(s) for s in range(FIRST, FIRST + 14 * count)]},
        "letters of other scripts": {one: [letter(one, FIRST)] for one in GREEK + CYRILLIC if one not in LIKE_DIGITS},
        "newspaper page": {"newspaper page": [newsprint(s) for s in seeds[:1]]},
    }
    result: dict[str, Any] = {}
    for group, kinds in groups.items():
        result[group] = plain({kind: score(photos, read) for kind, photos in kinds.items()})
        shown(group, together(result[group].values()))
    result["canvas"] = plain(boards(read, count))
    return result


def forms(read: Callable[[Photo], Reading], count: int) -> dict[str, Score]:
    """Return the scores of printed forms by style: every other parameter is drawn by seed."""
    return {
        style: shown(
            f"forms, {style}",
            score(
                (
                    form(s, replace(random_form(s, test=True), style=style))
                    for s in range(FIRST_FORM, FIRST_FORM + count)
                ),
                read,
            ),
        )
        for style in STYLES
    }


def boards(read: Callable[[Photo], Reading], count: int) -> dict[str, Score]:
    """Return the scores of test digits anywhere on 280 × 280: on black, and on paper."""
    seeds = range(FIRST, FIRST + 15 * count)
    return {
        name: shown(f"canvas, {name}", score((board(seed, hard=hard) for seed in seeds), read))
        for name, hard in (("board", False), ("paper", True))
    }


def scanned(count: int) -> Iterator[Photo]:
    """Scanned digits of 43 people (Alpaydin and Kaynak 1998) as scikit-learn has them: 8 × 8 counts of 4 × 4 pixels."""
    from PIL import Image
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    for row in np.linspace(0, len(labels) - 1, min(count, len(labels))).astype(int):
        grey = (240 - images[row].reshape(8, 8) * (200 / 16)).astype(np.uint8)
        page = Image.new("L", (280, 280), 240)
        page.paste(Image.fromarray(grey).resize((200, 200), Image.Resampling.BICUBIC), (40, 40))
        yield Photo(as_file(page, Scene(quality=0)), [int(labels[row])])


def things(count: int) -> Iterator[Photo]:
    """Squares of the photographs without writing that come with scikit-learn and Matplotlib."""
    import matplotlib
    from PIL import Image
    from sklearn.datasets import load_sample_images

    people = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    whole = [*(Image.fromarray(one) for one in load_sample_images().images), Image.open(people).convert("RGB")]
    for k in range(count):
        rng = np.random.default_rng([FIRST, k])
        picture = whole[k % len(whole)]
        side = int(min(picture.size) * rng.uniform(0.25, 0.9))
        left, top = (int(rng.integers(size - side + 1)) for size in picture.size)
        square = picture.crop((left, top, left + side, top + side)).resize((400, 400), Image.Resampling.BICUBIC)
        yield Photo(as_file(square, Scene()), [])


def taken(folder: Path, read: Callable[[Photo], Reading]) -> dict[str, Score]:
    """Return the scores of photographs that were taken: singles, many, none."""
    groups: dict[str, list[tuple[Path, list[int]]]] = {"one digit": [], "many digits": [], "no digit": []}
    for digit in range(10):
        groups["one digit"] += [(path, [digit]) for path in pictures(folder / str(digit))]
    groups["no digit"] = [(path, []) for path in pictures(folder / "none")]
    labels = folder / "many" / "labels.csv"
    if labels.exists():
        for line in labels.read_text(encoding="utf-8").splitlines():
            name, _, written = line.partition(",")
            groups["many digits"].append((labels.parent / name, [int(one) for one in written if one.isdigit()]))
    result = {}
    for group, files in groups.items():
        if files:
            result[group] = shown(f"taken, {group}", score((Photo(p.read_bytes(), known) for p, known in files), read))
    return result


def beside_peers(read: Callable[[Photo], Reading], folder: Path, count: int) -> dict[str, Any]:
    """Return for each recogniser what it reads of the same photographs, and the median milliseconds of each."""
    from peers import ocr

    singles = [
        single(kind, FIRST + k, hand=True) for k in range(count) for kind in ("clean", "ruled", "squared", *CROPS)
    ]
    pages = [sheet(FIRST + k, 3, 6, scene, hand=True) for k in range(max(1, count // 2)) for scene in SHEETS.values()]
    installed = ocr.engines()
    result: dict[str, Any] = {"not installed": [name for name in ocr.NAMES if name not in installed]}
    readers: dict[str, tuple[str, ocr.Reads]] = {
        "glassnet": (glassnet.__version__, lambda path, one: [answer for answer, _ in digits_of(read(loaded(path)))]),
        **installed,
    }
    for number, photo in enumerate([*singles, *pages]):
        (folder / f"peer-{number}.png").write_bytes(png(photo))
    for name, (version, reads) in readers.items():
        reads(str(folder / "peer-0.png"), True)  # loads its models
        answers, taken_ms = [], []
        for number in range(len(singles) + len(pages)):
            began = time.perf_counter()
            answers.append(reads(str(folder / f"peer-{number}.png"), number < len(singles)))
            taken_ms.append(1000 * (time.perf_counter() - began))
        of_pages = list(zip(pages, answers[len(singles) :], strict=True))
        result[name] = {
            "version": version,
            "singles": len(singles),
            "singles_right": sum(one.labels == answer for one, answer in zip(singles, answers, strict=False)),
            "page_digits": sum(len(page.labels) for page in pages),
            "page_edits": sum(int(edits(page.labels, answer)[-1, -1]) for page, answer in of_pages),
            "single_ms": statistics.median(taken_ms[: len(singles)]),
            "page_ms": statistics.median(taken_ms[len(singles) :]),
        }
        print(name, result[name], flush=True)
    if missing := result["not installed"]:
        print("not installed:", *missing)
    return result


def loaded(path: str) -> Photo:
    return Photo(Path(path).read_bytes(), [])


def png(photo: Photo) -> bytes:
    """Return the photograph upright, because not every recogniser reads an EXIF orientation."""
    return as_file(photo.opened(), Scene(quality=0))


def pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []


def shown(name: str, one: Score) -> Score:
    """Print a score and return it."""
    print(f"{name}: {one}", flush=True)
    return one


if __name__ == "__main__":
    main()
