"""Count augmented images per second with all distortions on: two threads, each with half of MNIST's training images.

python benchmarks/augment.py [--runs 5]
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import glassnet
import machine
from glassnet.nn.random import Purpose, key
from glassnet.preprocess.augment.distort import distort
from peers.alone import arguments

THREADS = 2
OPTIONS = {"rotate": 14.0, "shift": 1.5, "zoom": 0.15, "shear": 0.2, "elastic": 1.0}


def main() -> None:
    given = arguments(__doc__ or "", ())
    data = glassnet.load_data("mnist").take(slice(given.samples))
    assert data.image_shape
    shape, options = data.image_shape, glassnet.Options(**OPTIONS)
    halves = np.array_split(np.arange(len(data)), THREADS)
    rates = []
    with ThreadPoolExecutor(THREADS) as pool:
        for run in range(given.runs + 1):
            place = key(0, Purpose.AUGMENTATION, run)
            began = time.perf_counter()
            list(pool.map(lambda half, place=place: distort(data.inputs, half, shape, options, place), halves))
            if run:  # the first run compiles
                rates.append(len(data) / (time.perf_counter() - began))
                print(f"{rates[-1]:,.0f} images per second", flush=True)
    if not given.trial:
        machine.write("augment", {"pictures a second": machine.summary(rates), "threads": THREADS, "options": OPTIONS})


if __name__ == "__main__":
    main()
