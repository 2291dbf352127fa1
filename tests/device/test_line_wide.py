# SPDX-License-Identifier: MIT
"""The edited line with characters that take two columns, or none."""

import machines as at
import pytest
from casefile import TARGETS
from screens import Terminal

LEFT = "\x1b[D"
PROMPT = "/ $: "
WIDE = "\u65e5\u672c"


@pytest.mark.parametrize("target", TARGETS)
def test_cursor_and_window_count_columns(machines, target):
    with machines.at_prompt(target, at.image(target, {})) as session:
        terminal = Terminal(session)
        terminal.press("a" + WIDE + "e\u0301x" + LEFT)
        terminal.wait(lambda: terminal.cursor == (0, 11))
        assert terminal.rows[0] == PROMPT + "a" + WIDE + "\xe9x"
        assert terminal.cursor == (0, 11)
        terminal.press(LEFT * 3 + "-")
        terminal.wait(lambda: terminal.cursor == (0, 9))
        assert terminal.rows[0] == PROMPT + "a" + WIDE[0] + "-" + WIDE[1] + "\xe9x"
        terminal.press("\x01\x0becho " + WIDE * 20 + "end")
        terminal.wait(lambda: terminal.rows[0].endswith("end"))
        assert terminal.rows[0].startswith(PROMPT + "<")
        assert terminal.rows[1] == ""
