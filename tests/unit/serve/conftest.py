"""A studio for the tests of its server."""

from __future__ import annotations

import pytest

from web.studio_server import studio_server


@pytest.fixture
def studio():
    with studio_server() as running:
        yield running
