# SPDX-License-Identifier: MIT
"""README.md holds what the tree says."""

import re
import tomllib

import pytest
import upyfw
from casefile import TREE
from machines import Machines, image
from network import well_known_ports
from upyfw.base.errors import UpyfwError
from upyfw.commands.cmd_readme import README, refreshed


def test_generated_parts_are_up_to_date():
    text = README.read_text()
    assert refreshed(text) == text, "run ./upyfw readme"


def test_the_versions_are_the_same():
    declared = tomllib.loads((TREE / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## (\S+)", (TREE / "CHANGELOG.md").read_text(), re.M)[1]
    assert (declared, newest) == (upyfw.__version__, upyfw.__version__)


def test_a_stale_row_is_replaced():
    text = README.read_text()
    assert refreshed(text.replace("| `pwd` |", "| `old` |")) == text


def test_a_missing_place_is_named():
    with pytest.raises(UpyfwError, match="no place for the table of boards"):
        refreshed("<!-- commands: x -->\n<!-- /commands -->\n")


def test_what_it_says_can_be_typed(tmp_path):
    lines = re.findall(r"^/ \$: (.*?)(?:  +.*)?$", README.read_text(), re.M)
    assert len(lines) > 5
    with well_known_ports(), Machines(tmp_path).at_prompt("UNIX", image("UNIX", {})) as session:
        for line in lines:
            session.run(line, ("a password",) * 2 if line.startswith("setauth") else ())
            assert session.run("echo status $?").strip() == "status 0", line
