# SPDX-License-Identifier: MIT
"""Regular expressions that take more C stack than there is."""

import pytest
from session import Session

TOO_DEEP = "RuntimeError: maximum recursion depth exceeded"


@pytest.fixture
def board(machines):
    with machines.shared("RPI_PICO", "regex", {}) as machine:
        yield Session(machine)


@pytest.mark.parametrize("depth", [200, 700, 3000])
@pytest.mark.parametrize("mark", ["(?:", "(a|"])
def test_a_pattern_with_too_many_parentheses(board, depth, mark):
    said = board.run(f"> import re; re.compile('{mark}' * {depth} + 'a' + ')' * {depth})")
    assert said in (TOO_DEEP, "ValueError: regex too complex")
    assert board.run("< 'alive'") == "alive"


def test_a_pattern_that_needs_more_than_a_process_has(machines):
    """Where MicroPython's build uses make, as the ESP8266's does."""
    with machines.shared("UNIX", "regex", {}) as machine:
        unix = Session(machine)
        pattern = "'(?:' * 9000 + 'a' + ')' * 9000"
        assert unix.run(f"> import re; re.compile({pattern})") == TOO_DEEP
        assert unix.run("< 'alive'") == "alive"


def test_a_text_that_needs_too_much(board):
    assert board.run("> import re; re.match('(((a*)*)*)*b', 'a' * 200)") == TOO_DEEP


def test_others_work(board):
    line = "> import re; print(re.match('(?:(?:(a)|b)*)c', 'abac').group(1))"
    assert board.run(line) == "a"
