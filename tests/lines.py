# SPDX-License-Identifier: MIT
"""Long sessions: command lines that all differ, from the checks of the case files."""

import re

import casefile

# A Python line leaves names in the session.
_PYTHON = re.compile(r"(^|[;&|] *)[<>] ")


def different(count: int, target: str = "RPI_PICO") -> list[casefile.Check]:
    """Checks with different lines: the first of each case file, the second of each, and so on.

    Lines that wait for an answer or hold Python are left out.
    """
    present = casefile.commands_of_tree()
    groups: dict[str, list] = {}
    for item in casefile.for_target(casefile.load_all(), target, present):
        if isinstance(item, casefile.Check) and _is_plain(item):
            groups.setdefault(item.group, []).append(item)
    longest = max(map(len, groups.values()))
    turns = [group[n] for n in range(longest) for group in groups.values() if n < len(group)]
    found: dict[str, casefile.Check] = {}
    for check in turns:
        found.setdefault(check.cmd, check)
    return list(found.values())[:count]


def _is_plain(check: casefile.Check) -> bool:
    lines = (*check.before, check.cmd)
    return not (check.keys or check.needs or any(_PYTHON.search(line) for line in lines))


def files(checks: list[casefile.Check]) -> dict[str, str]:
    """Files of all checks; where two have the same path, the later one's."""
    return {path: text for check in checks for path, text in check.files.items()}


def run(session, check: casefile.Check) -> str:
    """Type a check's line, with what it asks for before; returns what it printed."""
    for line in (f"cd {check.dir}", *check.before):
        session.run(line, cwd=check.dir)
    output = session.run(check.cmd, cwd=check.dir)
    session.run("cd /")
    return output
