# SPDX-License-Identifier: MIT
"""Patterns that many names fit: memory has its limit, and the shell goes on."""

import machines as at
import pytest

NAMES = 300
# all of them fit on a board, and not where there are 27 KB
TARGETS = {"UNIX": True, "RPI_PICO": True, "RPI_PICO-36KiB": False}


@pytest.mark.parametrize("target", TARGETS)
def test_what_fits_is_there_or_an_error(machines, target):
    files = {f"/m/a{number:03}.txt": "" for number in range(NAMES)}
    with machines.at_prompt(target, at.image(target, files)) as session:
        session.run("cd /m")
        every = session.run("echo *****.txt")
        if TARGETS[target]:
            assert every.split() == [f"a{number:03}.txt" for number in range(NAMES)]
            assert session.run("for f in *; do x=$f; done; echo $x") == f"a{NAMES - 1:03}.txt"
        else:
            assert every in ("too many names", "out of memory")
        assert session.run("echo *29[5-9].txt ******b") == (
            "a295.txt a296.txt a297.txt a298.txt a299.txt ******b"
        )
