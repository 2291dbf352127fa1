# SPDX-License-Identifier: MIT
"""The list of the earlier system's holes in docs/spec names tests that exist."""

import ast
import re

from casefile import TREE

SPEC = TREE / "docs/spec/behaviour.md"
# what issue 10 asks for, each by a word of its row
HOLES = ("FTP verbs", "SITE", "update", "clear text", "PORT", "idle", "takes the console")


def rows() -> list[tuple[str, str]]:
    """Each hole, and what is said of it."""
    section = SPEC.read_text().split("### 9.7 ")[1].split("\n## ")[0]
    return [item.partition(":")[::2] for item in section.split("\n* ")[1:]]


def functions(name: str) -> set[str]:
    tree = ast.parse((TREE / "tests/device" / name).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_hole_has_tests_that_exist():
    for hole, tests in rows():
        named = re.findall(r"`(\w+\.py)::(\w+)`", tests)
        assert named, hole
        assert [(file, test) for file, test in named if test not in functions(file)] == []


def test_no_hole_is_left_out():
    listed = "".join(row[0] for row in rows())
    assert [hole for hole in HOLES if hole not in listed] == []
