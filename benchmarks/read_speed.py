"""Time reading photographs, as ratios to an earlier commit in the same run, and measure its memory.

Each version runs `glassnet read` in a process of its own, and the versions alternate. The first photograph of a
process, a small one, is not timed, so that start and loading do not count.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BEFORE = "31ee722"
"""The commit to compare with: the first with this reader."""
RUNS = 3
LONG = 20.0  # seconds; what takes longer in either version is measured once


def speeds(folder: Path, small: bool) -> dict[str, Any]:
    """Return seconds and peak memory of both versions for each task, and their ratios."""
    from earlier import commit_of, unpacked

    sources = {"before": unpacked(BEFORE), "now": ROOT / "src"}
    tasks = write_photographs(folder, small)
    taken: dict[str, dict[str, list[float]]] = {name: {"before": [], "now": []} for name in tasks}
    for run in range(1 if small else RUNS):
        wanted = [name for name, each in taken.items() if run == 0 or max(map(max, each.values())) < LONG]
        for name in wanted:
            for version in sorted(sources, reverse=run % 2 == 1):
                measured = in_version(sources[version], [str(folder / "warm.png")], tasks[name])
                taken[name][version].append(measured["seconds"])
    result: dict[str, Any] = {"commit": commit_of(BEFORE), "tasks": {}}
    for name, each in taken.items():
        best = {version: min(values) for version, values in each.items()}
        result["tasks"][name] = {
            "photographs": len(tasks[name]),
            "runs": len(each["now"]),
            "seconds": best,
            "new_over_old": best["now"] / best["before"],
        }
        print(name, result["tasks"][name], flush=True)
    large = [str(write_large(folder, (800, 1200) if small else (4000, 6000)))]
    result["peak_mib_24_mp"] = {name: in_version(source, [], large)["peak_mib"] for name, source in sources.items()}
    print("peak MiB at 24 MP", result["peak_mib_24_mp"], flush=True)
    return result


def write_photographs(folder: Path, small: bool) -> dict[str, list[str]]:
    """Write the photographs of each task; return their paths."""
    from support.photos import SINGLES, Scene, sheet, single
    from support.written import full_grid, newsprint

    kinds = [kind for kind, scene in SINGLES.items() if max(scene.size) == 440]
    batch = [single(kinds[k % len(kinds)], 1000 + k, hand=True) for k in range(4 if small else 40)]
    phone = sheet(1000, 2, 3, Scene(gradient=0.3, rules="ruled"), hand=True)
    tasks = {
        "one, 12 MP": [enlarged(phone.content, (600, 800) if small else (3024, 4032))],
        "40 of one digit": [photo.content for photo in batch],
        "110 digits": [sheet(1001, 2 if small else 10, 11, hand=True).content],
        "newspaper page": [newsprint(1000, (600, 440) if small else (3000, 2200)).content],
        "full grid, 280 digits": [full_grid(1000, 2 if small else 14).content],
    }
    (folder / "warm.png").write_bytes(single("small", 1000).content)
    paths: dict[str, list[str]] = {}
    for number, (name, files) in enumerate(tasks.items()):
        paths[name] = [str(folder / f"{number}-{k}.jpg") for k in range(len(files))]
        for path, content in zip(paths[name], files, strict=True):
            Path(path).write_bytes(content)
    return paths


def write_large(folder: Path, size: tuple[int, int]) -> Path:
    """Write the photograph whose memory is measured."""
    from support.photos import Scene, sheet

    path = folder / "large.jpg"
    path.write_bytes(enlarged(sheet(1002, 3, 4, Scene(gradient=0.3), hand=True).content, size))
    return path


def enlarged(content: bytes, size: tuple[int, int]) -> bytes:
    """Return a JPEG at the resolution of a camera, portrait or landscape as it is, with the camera's noise."""
    import numpy as np
    from PIL import Image

    picture = Image.open(io.BytesIO(content)).convert("RGB")
    wide = size[::-1] if (picture.width > picture.height) == (size[1] > size[0]) else size
    large = np.asarray(picture.resize(wide, Image.Resampling.BICUBIC), np.int16)
    noise = np.random.default_rng(0).integers(-6, 7, (*large.shape[:2], 1), np.int16)
    file = io.BytesIO()
    Image.fromarray((large + noise).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def in_version(source: Path, first: list[str], photos: list[str]) -> dict[str, float]:
    """Read photographs with one version, after some that are not timed; return the seconds and the peak memory."""
    start = [sys.executable, str(Path(__file__).resolve()), json.dumps([first, photos])]
    environment = os.environ | {"PYTHONPATH": str(source), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(start, env=environment, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert Path(measured["package"]).is_relative_to(source), f"{measured['package']} is not the version in {source}"
    return measured


def measure(first: list[str], photos: list[str]) -> dict[str, Any]:
    """Read photographs in this process."""
    import re

    import glassnet
    from glassnet.cli import main

    def read(files: list[str]) -> float:
        sys.argv = ["glassnet", "read", *files]
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            main()
        return time.perf_counter() - began

    if first:
        read(first)
    seconds = read(photos)
    # Not getrusage, whose peak is that of the process that started this one if that was larger.
    peak = int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))[1]) / 2**10
    return {"seconds": seconds, "peak_mib": peak, "package": str(Path(glassnet.__file__).resolve())}


if __name__ == "__main__":
    print(json.dumps(measure(*json.loads(sys.argv[1]))))
