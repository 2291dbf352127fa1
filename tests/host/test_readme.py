# SPDX-License-Identifier: MIT
"""README.md holds what the tree says."""

import pytest
from upyfw.cmd_readme import README, refreshed
from upyfw.errors import UpyfwError


def test_generated_parts_are_up_to_date():
    text = README.read_text()
    assert refreshed(text) == text, "run ./upyfw readme"


def test_a_stale_row_is_replaced():
    text = README.read_text()
    assert refreshed(text.replace("| `pwd` |", "| `old` |")) == text


def test_a_missing_place_is_named():
    with pytest.raises(UpyfwError, match="no place for the table of boards"):
        refreshed("<!-- commands: x -->\n<!-- /commands -->\n")
