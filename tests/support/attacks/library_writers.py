"""Saves outside by common libraries (numpy, PIL, logging, zipfile, tempfile, shutil, pathlib, dbm); effect: @OUTSIDE@/library_writers* or /tmp/glassnet-attack-library_writers* appears."""

import logging
import pathlib
import shutil
import tempfile
import zipfile

import numpy as np


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


def pil():
    from PIL import Image
    Image.new("RGB", (4, 4)).save("@OUTSIDE@/library_writers.png")


def by_zip():
    with zipfile.ZipFile("own.zip", "w") as z:
        z.writestr("library_writers_zip.txt", "out")
    zipfile.ZipFile("own.zip").extractall("@OUTSIDE@")


def temp():
    with tempfile.NamedTemporaryFile(prefix="glassnet-attack-library_writers-", dir="/tmp", delete=False) as f:
        f.write(b"out")


def copy():
    pathlib.Path("own.txt").write_text("out")
    shutil.copy("own.txt", "@OUTSIDE@/library_writers_copy.txt")


def by_dbm():
    import dbm.dumb
    dbm.dumb.open("@OUTSIDE@/library_writers_dbm", "c").close()


attempt(lambda: np.save("@OUTSIDE@/library_writers.npy", np.ones(3)))
attempt(lambda: np.ones(3).tofile("@OUTSIDE@/library_writers.bin"))
attempt(lambda: np.savetxt("@OUTSIDE@/library_writers_np.txt", np.ones(3)))
attempt(pil)
attempt(lambda: logging.FileHandler("@OUTSIDE@/library_writers.log").close())
attempt(by_zip)
attempt(temp)
attempt(copy)
attempt(lambda: pathlib.Path("@OUTSIDE@/library_writers_path.txt").touch())
attempt(by_dbm)

print("tried")
