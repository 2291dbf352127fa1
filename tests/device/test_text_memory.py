# SPDX-License-Identifier: MIT
"""Text commands and files that do not fit into memory: an error line, and the prompt."""

import pytest
from session import Session

TARGET = "RPI_PICO"
MOST_LOST_BYTES = 512

LINES = "".join(f"{n * 7919 % 10007:05} of many lines\n" for n in range(10007))
# A Pico has room for one of them.
LARGE = {"/large": LINES, "/small": "x y\n"}
LINE = {"/line": "x" * 250_000, "/small": "x y\n"}
SOME = {"/some": LINES[:90_000], "/small": "x y\n"}


@pytest.fixture
def session(machines, files):
    group = f"text-memory {min(files)}"
    # what its first use keeps
    line = "grep x /small /none 2> /dev/null | sort > /dev/null ; wc < /small > /dev/null"
    with machines.shared(TARGET, group, files, line, lean=True) as machine:
        yield Session(machine)


def _free_bytes(session) -> int:
    return int(session.run("< (gc.collect(), gc.mem_free())[1]"))


@pytest.mark.parametrize(
    ("files", "line", "output", "status"),
    [
        (LINE, "sort /line /line", "sort: /line: out of memory", 1),
        (LARGE, "sort /large", "sort: /large: out of memory", 1),
        (LINE, "grep -c x /line /small", "grep: /line: out of memory\n/small:1", 2),
        (LINE, "grep -E 'xy$' /line", "grep: /line: out of memory", 2),
        (LINE, "cut -c 1 /line /small", "cut: /line: out of memory\nx", 1),
        (LINE, "uniq /line", "uniq: /line: out of memory", 1),
        (LINE, "wc /line", "0 1 250000 /line", 0),
        (LARGE, "wc -l /large", "10007 /large", 0),
        (LARGE, "tail -n 1 /large", LINES.splitlines()[-1], 0),
        (LARGE, "head -n 1 /large", LINES.splitlines()[0], 0),
        (LINE, "cmp /line /small", "/line /small differ: byte 2, line 1", 1),
        (LINE, "tr -d x < /line", "", 0),
        (SOME, "sort /some | tail -n 1", max(LINES[:90_000].splitlines()), 0),
    ],
)
def test_large_file(session, line, output, status):
    before = _free_bytes(session)
    assert session.run(line) == output
    assert session.run("echo $?") == str(status)
    assert before - _free_bytes(session) <= MOST_LOST_BYTES
