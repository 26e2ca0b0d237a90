"""All kinds of findings, collected from the checks that declare them."""

from __future__ import annotations

from .data import capitals, classes, image_folder, layout, missing, pixels, related, repeats, target
from .finding import Kind
from .script import checks, migrations, paths, python2, remarks

_DATA = (layout, missing, capitals, target, pixels, classes, repeats, related, image_folder)
_PROGRAMS = (python2, migrations, paths, remarks, checks)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in sorted(
        {one for module in (*_DATA, *_PROGRAMS) for one in vars(module).values() if isinstance(one, Kind)},
        key=lambda kind: kind.code,
    )
}
"""Code -> kind of finding. docs/reference/findings.md is generated from this table."""
