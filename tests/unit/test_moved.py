"""Old names end with an error that gives the new one."""

import pytest

import glassnet


def test_an_old_public_name_names_the_new_one():
    with pytest.raises(AttributeError, match="It is 'CheckpointPolicy' now"):
        getattr(glassnet, "Checkpoint")  # noqa: B009
