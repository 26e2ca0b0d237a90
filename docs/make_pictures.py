"""Draw the picture of the README: what `glassnet train` leaves behind, on one sheet.

python docs/make_pictures.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

SHEET = Path(__file__).parent / "pictures" / "training.png"
GAP = 30


def main() -> None:
    """Train with the default recipe in a folder that is thrown away, and paste the three pictures together."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "glassnet", "train"], cwd=folder, check=True)
        digits, curve, confusion = (
            Image.open(Path(folder) / f"notes-{name}.png").convert("RGB") for name in ("digits", "curve", "confusion")
        )
        height = max(curve.height, confusion.height)
        row = [
            picture.resize((round(picture.width * height / picture.height), height)) for picture in (curve, confusion)
        ]
        width = sum(picture.width for picture in row) + GAP
        top = digits.resize((width, round(digits.height * width / digits.width)))
        sheet = Image.new("RGB", (width, top.height + GAP + height), "white")
        sheet.paste(top, (0, 0))
        sheet.paste(row[0], (0, top.height + GAP))
        sheet.paste(row[1], (row[0].width + GAP, top.height + GAP))
        sheet.thumbnail((1600, 1600))
        sheet.quantize(64).save(SHEET, optimize=True)


if __name__ == "__main__":
    main()
