"""Compare what an sdist and a wheel contain with the checkout: the package whole, and nothing that does not belong.

python .ci/contents.py SDIST WHEEL
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_MB = 20
"""Size limit of each file; most of it is MNIST."""


def main(sdist: str, wheel: str) -> None:
    """Check both files; exit with a message at the first difference."""
    package = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src/glassnet").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as file:
        content = {name for name in file.namelist() if not name.endswith("/")}
        compare("wheel", {name for name in content if ".dist-info/" not in name}, package)
        metadata = {name.split(".dist-info/")[1] for name in content if ".dist-info/" in name}
        compare("metadata", {name for name in metadata if not name.startswith("licenses/")}, METADATA)
    with tarfile.open(sdist) as file:
        content = {member.name.partition("/")[2] for member in file.getmembers() if member.isfile()}
        compare("sdist", content, {f"src/{name}" for name in package} | outside_package())
    for path in map(Path, (sdist, wheel)):
        size = path.stat().st_size / 1e6
        print(f"{path.name}: {size:.1f} MB")
        if size > MOST_MB:
            sys.exit(f"{path.name}: {size:.1f} MB, expected at most {MOST_MB} MB.")


METADATA = {"METADATA", "WHEEL", "RECORD", "entry_points.txt"}


def outside_package() -> set[str]:
    """Return the sdist's files other than the package: metadata, and what the tests need."""
    files = [ROOT / name for name in ("pyproject.toml", "Makefile", "jsconfig.json", "LICENSE", ".gitignore")]
    files += [*ROOT.glob("*.md"), *ROOT.glob("*.cff")]
    for folder in ("tests", "docs", "scripts", "benchmarks", "examples"):
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file() and not set(path.parts) & CACHES]
    return {path.relative_to(ROOT).as_posix() for path in files} | {"PKG-INFO"}


CACHES = {"__pycache__", ".hypothesis"}


def compare(what: str, found: set[str], expected: set[str]) -> None:
    """Exit with a message unless both sets are equal."""
    if missing := sorted(expected - found):
        sys.exit(f"{what}: missing {', '.join(missing)}")
    if stray := sorted(found - expected):
        sys.exit(f"{what}: unexpected {', '.join(stray)}")
    print(f"{what}: {len(found)} files, as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
