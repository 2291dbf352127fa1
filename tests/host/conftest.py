# SPDX-License-Identifier: MIT
"""Fixtures of the host tests."""

import pytest
from fabricated import Checkout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A made-up checkout with an empty cache."""
    return Checkout(tmp_path)
