"""How the tests are shared among the workers of pytest-xdist."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from support.schedule import HEAVY, LONG, TESTS, Files, is_heavy, sort


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/a/test_b.py::test_c", "tests/a/test_b.py"),
        ("tests/a/test_b.py::TestD::test_c[e@f-g::h]", "tests/a/test_b.py"),
        ("tests/a/test_b.py::test_c@browser", "browser"),
        ("tests/a/test_b.py::test_c[e@f]@ray", "ray"),
    ],
)
def test_a_worker_gets_all_tests_of_a_group_or_of_a_file(test, scope):
    assert Files._split_scope(None, test) == scope


def test_groups_and_long_files_begin_and_others_keep_their_order():
    assert [name for name in LONG if not (TESTS / name).is_file()] == []
    items = [
        SimpleNamespace(path=TESTS / name, get_closest_marker=lambda _, group=group: group)
        for name, group in (("b.py", None), (LONG[1], None), ("a.py", None), (LONG[0], None), ("web/c.py", "browser"))
    ]
    sort(items)
    assert [item.path.relative_to(TESTS).as_posix() for item in items] == ["web/c.py", *LONG[:2], "b.py", "a.py"]


def test_folders_and_long_files_are_left_out_of_the_quick_tests():
    assert [name for name in HEAVY if not (TESTS / "unit" / name).is_dir()] == []
    left_out = {name: is_heavy(TESTS / name) for name in (LONG[0], "unit/serve/test_a.py", "unit/test_serve.py")}
    assert [*left_out.values()] == [True, True, False]
