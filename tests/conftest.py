# SPDX-License-Identifier: MIT
"""Options of all tests, and what none of them may do."""

import os
from pathlib import Path

import pytest
import serial


def pytest_addoption(parser):
    """--full: every power cut, and long random sessions."""
    parser.addoption("--full", action="store_true", help="every power cut, long random sessions")


@pytest.fixture(scope="session")
def full(request) -> bool:
    """Whether the long form of a test is wanted."""
    return request.config.getoption("--full")


@pytest.fixture(autouse=True)
def own_ports(monkeypatch) -> None:
    """Refuse serial ports that are not a test's own pseudo-terminals.

    The others are the boards of whoever runs the tests, and the terminals of other programs.
    """
    real = serial.Serial.open

    def open_own(port: serial.Serial) -> None:
        path = Path(port.port).resolve()
        assert not path.is_char_device() or str(path) in _held(), f"{path} is not this test's"
        real(port)

    monkeypatch.setattr(serial.Serial, "open", open_own)


def _held() -> set[str]:
    """Return the files that this process has open."""
    return {os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()}
