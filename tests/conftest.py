# SPDX-License-Identifier: MIT
"""Options of all tests."""

import pytest


def pytest_addoption(parser):
    """--full: every power cut, and long random sessions."""
    parser.addoption("--full", action="store_true", help="every power cut, long random sessions")


@pytest.fixture(scope="session")
def full(request) -> bool:
    """Whether the long form of a test is wanted."""
    return request.config.getoption("--full")
