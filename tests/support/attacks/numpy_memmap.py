"""Maps outside files by numpy and mmap and changes them in memory; effect: @OUTSIDE@/numpy_memmap.bin appears or victim.txt changes."""

import mmap
import os

import numpy as np


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def new():
    a = np.memmap("@OUTSIDE@/numpy_memmap.bin", dtype="u1", mode="w+", shape=(64,))
    a[:] = 7
    a.flush()


def old():
    a = np.memmap("@OUTSIDE@/victim.txt", dtype="u1", mode="r+")
    a[0] = 88
    a.flush()


def by_mmap():
    m = mmap.mmap(os.open("@OUTSIDE@/victim.txt", os.O_RDWR), 0)
    m[1:2] = b"X"


attempt(new)
attempt(old)
attempt(by_mmap)

print("tried")
