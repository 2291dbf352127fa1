# SPDX-License-Identifier: MIT
"""Text commands and files that do not fit into memory: an error line, and the prompt."""

import machines as at
import pytest

TARGET = "RPI_PICO"
MOST_LOST_BYTES = 512

LINES = "".join(f"{n * 7919 % 10007:05} of many lines\n" for n in range(10007))
FILES = {"/large": LINES, "/line": "x" * 250_000, "/some": LINES[:90_000], "/small": "x y\n"}


@pytest.fixture(scope="module")
def session(machines):
    with machines.at_prompt(TARGET, at.image(TARGET, FILES)) as session:
        # what its first use keeps
        session.run("grep x /small /none | sort ; wc < /small ; echo $?")
        yield session


def _free_bytes(session) -> int:
    return int(session.run("< (gc.collect(), gc.mem_free())[1]"))


@pytest.mark.parametrize(
    ("line", "output", "status"),
    [
        ("sort /line /line", "sort: /line: out of memory", 1),
        ("sort /large", "sort: /large: out of memory", 1),
        ("grep -c x /line /small", "grep: /line: out of memory\n/small:1", 2),
        ("grep -E 'xy$' /line", "grep: /line: out of memory", 2),
        ("cut -c 1 /line /small", "cut: /line: out of memory\nx", 1),
        ("uniq /line", "uniq: /line: out of memory", 1),
        ("wc /line", "0 1 250000 /line", 0),
        ("wc -l /large", "10007 /large", 0),
        ("tail -n 1 /large", LINES.splitlines()[-1], 0),
        ("head -n 1 /large", LINES.splitlines()[0], 0),
        ("cmp /line /large", "/line /large differ: byte 1, line 1", 1),
        ("tr -d x < /line", "", 0),
        ("sort /some | tail -n 1", max(LINES[:90_000].splitlines()), 0),
    ],
)
def test_large_file(session, line, output, status):
    before = _free_bytes(session)
    assert session.run(line) == output
    assert session.run("echo $?") == str(status)
    assert before - _free_bytes(session) <= MOST_LOST_BYTES
