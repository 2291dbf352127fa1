# SPDX-License-Identifier: MIT
"""How much of the boot loader's deciding code its tests reach."""

import json
import os
import subprocess
import sys
from pathlib import Path

from boot_simulator import CORE, COVERAGE
from upyfw.base.paths import REPO

_TESTS = [
    str(REPO / "tests" / "host" / f"test_boot_{name}.py") for name in ("swap", "images", "cable")
]
_LEAST_PERCENT = 95


def _branches(folder: Path) -> dict[str, tuple[int, int]]:
    """Return {file: (branches taken, branches)} of what ran in folder."""
    found = {}
    for notes in folder.rglob("*.gcda"):
        command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", notes.name]
        done = subprocess.run(command, cwd=notes.parent, capture_output=True, timeout=60)
        for file in json.loads(done.stdout)["files"]:
            name = Path(file["file"]).name
            if (CORE / name).exists():
                each = [branch for line in file["lines"] for branch in line["branches"]]
                found[name] = (sum(1 for branch in each if branch["count"]), len(each))
    return found


def test_the_tests_reach_nearly_every_branch(tmp_path):
    """Of all branches of ports/rp2/boot/core at least 95 in 100 are taken by the tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_TESTS]
    env = os.environ | {COVERAGE: str(tmp_path)}
    run = subprocess.run(command, env=env, cwd=REPO, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stdout
    branches = _branches(tmp_path)
    print(branches)
    assert set(branches) == {path.name for path in CORE.glob("*.c")}
    taken, there = (sum(column) for column in zip(*branches.values(), strict=True))
    assert 100 * taken / there >= _LEAST_PERCENT, branches
