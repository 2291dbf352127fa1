# SPDX-License-Identifier: MIT
"""Every check and case of tests/cases on every target."""

import re

import casefile
import pytest
from machines import image
from session import Session, first_lacking

# how long the last texts of a case may take once the prompt is there, seconds of the target
LIMIT_S = 4.0

# most commands cold, from files: all cases in the long form, else the first few of each file
TINY = "UNIX-tiny"
FEW = 2

PRESENT = casefile.commands_of_tree()
ITEMS = casefile.load_all()


def pytest_generate_tests(metafunc):
    for name, kind in (("case", casefile.Case), ("check", casefile.Check)):
        if name in metafunc.fixturenames:
            full = metafunc.config.getoption("full")
            metafunc.parametrize(("target", name), _params(kind, full))


def _params(kind: type, full: bool) -> list:
    found = []
    for target in (*casefile.TARGETS, TINY):
        items = casefile.for_target(ITEMS, target.removesuffix("-tiny"), PRESENT)
        chosen = [item for item in items if isinstance(item, kind)]
        if target == TINY and not full:
            chosen = _first(chosen, FEW)
        found += [_param(target, item) for item in chosen]
    return found


def _first(items: list[casefile.Item], count: int) -> list[casefile.Item]:
    """The first items of each file."""
    groups: dict[str, list] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return [item for group in groups.values() for item in group[:count]]


def _param(target: str, item: casefile.Item):
    """Checks of one file stay on one worker: they share a start."""
    shared = isinstance(item, casefile.Check)
    marks = [pytest.mark.xdist_group(f"{target}-{item.group}")] if shared else []
    return pytest.param(target, item, id=f"{target}-{item.id}", marks=marks)


def test_case(machines, target, case):
    with machines.at_prompt(target, image(target, case.files, case.remove)) as session:
        for line in case.input:
            session.type(line)
            session.settle()
        lacking = session.wait_texts(case.expect, LIMIT_S)
        assert lacking is None, f"{lacking!r} is not in its place in:\n{session.text}"
        present = [text for text in case.absent if text in session.text]
        assert present == [], session.text


def test_check(machines, target, check):
    with machines.shared(target, check.group, check.files) as machine:
        session = Session(machine)
        for line in _with_directory(check):
            session.run(line, cwd=check.dir)
        output = session.run(check.cmd, check.keys, cwd=check.dir)
        status = session.run("echo $?", cwd=check.dir)
        effects = {line: session.run(line, cwd=check.dir) for line in check.then}
        if check.dir != "/" or check.group == "cd":
            session.run("cd /")
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
