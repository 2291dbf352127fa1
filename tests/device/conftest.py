# SPDX-License-Identifier: MIT
"""Targets for the tests of this folder."""

import pytest
from machines import Machines


@pytest.fixture(scope="session")
def machines(tmp_path_factory):
    """Boards to start; the kept one is stopped at the end."""
    every = Machines(tmp_path_factory.mktemp("machines"))
    yield every
    every.close()
