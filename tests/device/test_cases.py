# SPDX-License-Identifier: MIT
"""Every check and case of tests/cases on every target."""

import re
from contextlib import nullcontext

import casefile
import pytest
from machines import image
from network import well_known_ports
from session import SETTLE_S, Session, first_lacking

# how long the last texts of a case may take once the prompt is there, seconds of the target
LIMIT_S = 4.0

# most commands cold, from files: all cases in the long form, else the first few of each file
TINY = "UNIX-tiny"
FEW = 2

# Each allocation may collect then: what C code holds where the collector does not look is gone.
COLLECT = "> gc.threshold(1)"
# A long line is drawn in pieces then, each ends like a prompt; seconds of the target.
SLOW_S = {"RPI_PICO": 0.3}

# As little C stack as an ESP8266 has below what calls MicroPython, 6.5 KiB; four times that
# where addresses are twice as long and functions have larger frames.
SMALL_STACK = '> __import__("_upyos").headroom(%d)'
STACK_TAKEN_BYTES = {"RPI_PICO": 9216 - 6656, "UNIX": 80_000 - 4 * 6656}

PRESENT = casefile.commands_of_tree()
ITEMS = casefile.load_all()


def pytest_generate_tests(metafunc):
    full = metafunc.config.getoption("full")
    if metafunc.function is test_check_with_a_collection_at_each_allocation:
        metafunc.parametrize(("target", "check"), _collecting(full))
        return
    if metafunc.function is test_check_on_a_small_stack:
        metafunc.parametrize(("target", "check"), _small(full))
        return
    for name, kind in (("case", casefile.Case), ("check", casefile.Check)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(("target", name), _params(kind, full))


def _params(kind: type, full: bool) -> list:
    every = [_of(target, kind) for target in casefile.TARGETS]
    tiny = _of(TINY, kind)
    return sum(every, []) + (tiny if full else _first(tiny, FEW))


def _collecting(full: bool) -> list:
    """The checks on UNIX; in the long form some on a board, where a collection takes long."""
    board = _first(_of("RPI_PICO", casefile.Check), FEW) if full else []
    return _of("UNIX", casefile.Check) + board


def _small(full: bool) -> list:
    """The checks on both targets; in the short form the first few of each file."""
    every = [_of(target, casefile.Check) for target in casefile.TARGETS]
    return sum(every if full else [_first(params, FEW) for params in every], [])


def _of(target: str, kind: type) -> list:
    """The items of a kind that a target has the commands for, as parameters."""
    items = casefile.for_target(ITEMS, target.removesuffix("-tiny"), PRESENT)
    return [
        pytest.param(target, item, id=f"{target}-{item.id}")
        for item in items
        if isinstance(item, kind)
    ]


def _first(params: list, count: int) -> list:
    """The parameters with the first items of each file."""
    groups: dict[str, list] = {}
    for param in params:
        groups.setdefault(param.values[1].group, []).append(param)
    return [param for group in groups.values() for param in group[:count]]


def test_case(machines, target, case):
    flash = image(target, case.files, case.remove)
    with _ports(case), machines.at_prompt(target, flash) as session:
        for line in case.input:
            session.type(line)
            session.settle()
        lacking = session.wait_texts(case.expect, LIMIT_S)
        assert lacking is None, f"{lacking!r} is not in its place in:\n{session.text}"
        present = [text for text in case.absent if text in session.text]
        assert present == [], session.text


def test_check(machines, target, check):
    with _ports(check), machines.shared(target, check.group, check.files) as machine:
        _hold(check, *_run(check, Session(machine)))


def test_check_on_a_small_stack(machines, target, check):
    line = SMALL_STACK % STACK_TAKEN_BYTES[target]
    group = f"{check.group} {line}"
    with _ports(check), machines.shared(target, group, check.files, line) as machine:
        _hold(check, *_run(check, Session(machine)))


def test_check_with_a_collection_at_each_allocation(machines, target, check):
    group = f"{check.group} {COLLECT}"
    with _ports(check), machines.shared(target, group, check.files, COLLECT) as machine:
        session = Session(machine, settle_s=SLOW_S.get(target, SETTLE_S))
        _hold(check, *_run(check, session))


def _ports(item: casefile.Item):
    """Other workers do not run what listens at the same ports meanwhile."""
    return well_known_ports() if "net" in item.needs else nullcontext()


def _run(check: casefile.Check, session: Session) -> tuple[str, str, dict[str, str]]:
    """Type a check; returns what it printed, its status, and what the lines after it printed."""
    for line in _with_directory(check):
        session.run(line, cwd=check.dir)
    output = session.run(check.cmd, check.keys, cwd=check.dir)
    status = session.run("echo $?", cwd=check.dir)
    effects = {line: session.run(line, cwd=check.dir) for line in check.then}
    if check.dir != "/" or check.group == "cd":
        session.run("cd /")
    return output, status, effects


def _hold(check: casefile.Check, output: str, status: str, effects: dict[str, str]) -> None:
    """Hold what came against what the check says."""
    _compare(check, output)
    assert status == str(check.status), output
    assert effects == {line: text.removesuffix("\n") for line, text in check.then.items()}


def _with_directory(check: casefile.Check) -> list[str]:
    go = [f"cd {check.dir}"] if check.dir != "/" else []
    return go + list(check.before)


def _compare(check: casefile.Check, output: str) -> None:
    """Hold the output of a check against what it names."""
    present = [text for text in check.absent if text in output]
    assert present == [], output
    rest = _without_errors(check.err, output)
    if check.usage:
        assert "\n" not in rest
        assert casefile.usage_line(check.group) in rest
    elif check.match is not None:
        assert re.fullmatch(check.match, rest), repr(rest)
    elif check.has is not None:
        assert first_lacking(check.has, rest) is None, rest
    else:
        assert rest == (check.out or "").removesuffix("\n")


def _without_errors(errors: tuple[str, ...], output: str) -> str:
    """The output without its error lines, which must be there in this order."""
    lines = output.split("\n")
    at = 0
    for error in errors:
        at = next((n for n in range(at, len(lines)) if lines[n].startswith(error)), -1)
        assert at >= 0, f"no line begins with {error!r} in:\n{output}"
        del lines[at]
    return "\n".join(lines)
