"""Old names end with an error that gives the new one."""

from importlib import import_module
from importlib.util import find_spec

import pytest

import glassnet
from glassnet.runtime.moved_modules import MOVED


@pytest.mark.parametrize("old", MOVED)
def test_an_old_module_is_not_found_and_the_error_names_the_new_one(old):
    with pytest.raises(ModuleNotFoundError, match=rf"glassnet\.{old}'; it is 'glassnet\.{MOVED[old]}' now\.$"):
        import_module(f"glassnet.{old}")
    assert find_spec(f"glassnet.{MOVED[old]}")


def test_other_missing_modules_are_reported_by_python():
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'glassnet\.pictorial'$"):
        import_module("glassnet.pictorial")


def test_an_old_public_name_names_the_new_one():
    with pytest.raises(AttributeError, match="It is 'CheckpointPolicy' now"):
        getattr(glassnet, "Checkpoint")  # noqa: B009
