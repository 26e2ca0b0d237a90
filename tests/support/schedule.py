"""How pytest-xdist shares the tests: a worker gets whole files, and the longest ones begin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest

TESTS = Path(__file__).parents[1]

LONG = (
    "estimators/test_check_suite.py",
    "unit/test_docs.py",
    "architecture/test_types.py",
    "unit/handwriting/test_reader.py",
    "unit/explain/test_label_errors.py",
    "unit/test_examples.py",
    "cli/test_cli_explain.py",
    "cli/test_cli_output.py",
    "cli/test_cli_doctor.py",
    "equivalence/test_batches.py",
)
"""Files that take longest, after the groups of the browser and the cluster."""

HEAVY = ("exports", "handwriting", "html", "plots", "segmentation", "serve", "workflow")
"""Folders of ``tests/unit`` that `make quick` leaves out, as it does `LONG`.

They need compilers, servers or photographs, or do whole jobs.
"""


def is_heavy(path: Path) -> bool:
    """Whether `make quick` leaves out a file."""
    parts = path.relative_to(TESTS).parts
    return "/".join(parts) in LONG or (parts[0] == "unit" and parts[1] in HEAVY)


def sort(items: list[pytest.Item]) -> None:
    """Put groups first, then long files, so that nothing long is left for one worker when the others end.

    The order of the others is that of pytest-randomly.
    """
    places = {name: place for place, name in enumerate(LONG, start=1)}

    def place(item: pytest.Item) -> int:
        if item.get_closest_marker("xdist_group"):
            return 0
        return places.get(item.path.relative_to(TESTS).as_posix(), len(LONG) + 1)

    items.sort(key=place)


class Files(LoadScopeScheduling):
    """Tests of a group, or else of a file, run in one worker: what a module prepares for them is prepared once.

    With ``--dist loadgroup`` the workers append ``@NAME`` to the tests of a group. A worker that has two tests left
    gets the next file, in the order of the tests.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        _, found, group = nodeid[nodeid.rfind("]") + 1 :].rpartition("@")
        return group if found else nodeid.partition("::")[0]
