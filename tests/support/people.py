"""Generator of messy tables of people: mixed types, gaps, an identifier, a constant, a skewed column."""

from __future__ import annotations

import numpy as np

HEADER = ("id", "age", "job", "gain", "member", "country", "hours", "income")


def weather(rows: int = 400, seed: int = 0) -> str:
    """Rows with labels ``hot`` (0, 1) and ``wet`` (no, yes), two numeric targets, and text; row 5 has no ``hot``."""
    random = np.random.default_rng(seed)
    lines = ["wind,sun,cloud,hot,wet,degrees,rain,place"]
    for row in range(rows):
        wind, sun, cloud = random.normal(size=3)
        hot = "" if row == 5 else str(int(sun > 0.2))
        wet = "yes" if cloud - sun > 0.5 else "no"
        numbers = f"{20 + 5 * sun:.2f},{max(0.0, 10 * (cloud - sun)) + 0.1 * wind:.2f}"
        lines.append(f"{wind:.3f},{sun:.3f},{cloud:.3f},{hot},{wet},{numbers},{random.choice(['sea', 'hill', 'wood'])}")
    return "\n".join(lines) + "\n"


def people(rows: int = 300, seed: int = 0, *, separator: str = ",", comma: bool = False) -> str:
    """Rows of text; `comma` writes decimals with a comma."""
    random = np.random.default_rng(seed)
    lines = [separator.join(HEADER)]
    for row in range(rows):
        age, job = int(random.integers(18, 80)), str(random.choice(["clerk", "cook", "pilot"]))
        gain = f"{random.lognormal(5, 2):.2f}" if random.random() < 0.2 else "0"
        hours = f"{random.normal(40, 8):.1f}"
        score = (age - 45) / 10 + {"clerk": -1, "cook": 0, "pilot": 1}[job] + (float(hours) - 40) / 8
        fields = [
            str(row + 1),
            str(age) if row % 11 else random.choice(["?", "NA", "", "nan", "null"]),
            job if row % 13 else "",
            gain.replace(".", ",") if comma else gain,
            str(random.choice(["yes", "no"])),
            "CH",
            hours.replace(".", ",") if comma else hours,
            ">50K" if score > 0 else "<=50K",
        ]
        lines.append(separator.join(map(str, fields)))
    return "\n".join(lines) + "\n"
