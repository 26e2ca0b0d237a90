"""Make the Chinese letters that ship with glassnet, a part of Noto Sans CJK SC: matplotlib's own font has none.

    python scripts/make_font.py NotoSansCJK-Regular.ttc        the file of Debian's package fonts-noto-cjk

Taken are the 3,755 commonest characters (GB 2312, level 1), Chinese punctuation, and what else `pictures.words`
uses. It needs fontTools, which matplotlib brings.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

from glassnet.plots.fonts import FAMILY, FONT
from glassnet.words.plots import WORDS

FACE = "Noto Sans CJK SC"
PUNCTUATION = "，。：；、（）！？《》「」“”‘’…—·％℃×÷±°"


def characters() -> str:
    """Return the characters that are taken."""
    common = [bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    own = {letter for pair in WORDS.values() for letter in pair[1] if unicodedata.east_asian_width(letter) in "WF"}
    return "".join(sorted({*b"".join(common).decode("gb2312", "ignore"), *PUNCTUATION, *own}))


def main() -> None:
    """Take them out of the collection, and name the result so that it is no one else's font."""
    [face] = [font for font in TTCollection(sys.argv[1]).fonts if font["name"].getDebugName(1) == FACE]
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 4, 6, 13, 14])
    chosen = subset.Subsetter(options)
    chosen.populate(text=characters())
    chosen.subset(face)
    for number, name in ((1, FAMILY), (4, FAMILY), (6, FAMILY.replace(" ", ""))):
        for record in [record for record in face["name"].names if record.nameID == number]:
            record.string = name
    face["CFF "].cff.fontNames = [FAMILY.replace(" ", "")]
    face["CFF "].cff.topDictIndex[0].FamilyName = face["CFF "].cff.topDictIndex[0].FullName = FAMILY
    face.recalcTimestamp = False
    face.save(FONT)
    print(f"{FONT}: {Path(FONT).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
