# SPDX-License-Identifier: MIT
"""Commands with words that make no sense: an error line or a usage line, nothing else.

Each target runs one script that calls every command with every word; what single commands make of
single words is in tests/cases.
"""

import re

import pytest
from casefile import TARGETS, TREE, usage_line
from machines import image

GROUPS = ("system", "process", "shell", "hardware")
COMMANDS = sorted(p.stem for g in GROUPS for p in (TREE / "modules/upyos/bin" / g).glob("*.py"))
BUILTINS = ["cd", "set", "alias", "unalias", "history", "loadconfig", "loadboard"]
# every word is text to them, or nothing
TAKE_ALL = {"echo", "true", "false", "printf", "test"}
# watch would run the word, again and again; ntpupdate would ask the name servers for it;
# printf ends no line
OWN_TESTS = {"watch", "ntpupdate", "printf"}

HUGE = "9" * 40
WORDS = (
    *(HUGE, "-" + HUGE, "-1", "-- -1", "1e400", "nan", "0x10", "1_0", "1.5.2", "½", "-½", "äöü€"),
    *("''", "-", "/none", "a b c d e f g", "x" * 200, "-" + "x" * 200, "'a b'", "$unset", "-- ''"),
)
# it would wait for so long
WAITS = {("sleep", HUGE)}

# `name: TypeError: text` or, from a script, `file:line: name: TypeError: text`
ESCAPED = re.compile(r"(?:^|: )[A-Z]\w*(?:Error|Exception|Iteration): |Traceback", re.MULTILINE)


def script(calls: list[str]) -> str:
    """A script that makes each call with nothing to read, and prints what belongs to it."""
    return "".join(f"echo @{n}\n{call} < /t/empty\necho =$?\n" for n, call in enumerate(calls))


def answers(machines, target: str, calls: list[str]) -> dict[str, tuple[str, int]]:
    """Call → (what it printed, status)."""
    files = {"/t/s.sh": script(calls), "/t/empty": ""}
    with machines.at_prompt(target, image(target, files)) as session:
        output = session.run("sh /t/s.sh")
        assert session.run("< 6*7") == "42"
    found = re.findall(r"^@(\d+)\n(.*?)^=(\d+)$", output, re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _, _ in found] == list(range(len(calls)))
    return {calls[int(number)]: (text, int(status)) for number, text, status in found}


@pytest.mark.parametrize("target", TARGETS)
def test_unknown_option_is_wrong_use(machines, target):
    names = [name for name in COMMANDS + BUILTINS if name not in TAKE_ALL]
    found = answers(machines, target, [f"{name} -Z" for name in names])
    wrong = {
        call: answer
        for call, answer in found.items()
        if answer[1] != 2 or f"usage: {usage_line(call[:-3])}" not in answer[0]
    }
    assert wrong == {}


@pytest.mark.parametrize("target", TARGETS)
def test_no_word_escapes_as_an_exception(machines, target):
    names = [name for name in COMMANDS + BUILTINS if name not in OWN_TESTS]
    calls = [f"{name} {word}" for name in names for word in WORDS if (name, word) not in WAITS]
    found = answers(machines, target, calls)
    escaped = {call: answer for call, answer in found.items() if ESCAPED.search(answer[0])}
    assert escaped == {}
    assert {status for _, status in found.values()} <= {0, 1, 2, 126, 127}


def test_every_group_is_there():
    assert len(COMMANDS) > 40
    assert "setauth" in COMMANDS and "incr" in COMMANDS and "hold" in COMMANDS


@pytest.mark.parametrize(
    "line", ["/t/s.sh:3: x: TypeError: no", "x: StopIteration: ", "Traceback (most recent"]
)
def test_escaped(line):
    assert ESCAPED.search("before\n" + line)
    assert not ESCAPED.search("x: 1: no such file\nUsage: E\n")
