# SPDX-License-Identifier: MIT
"""The lines typed, over losses of power, and what they cost the flash."""

import machines as at

TARGET = "RPI_PICO"
# emulated: longer than the shell waits before it writes (modules/upyos/lineedit.py)
PAUSE_S = 25.0
UP = b"\x1b[A"
# littlefs writes a file that it appends to in a few operations
OPS_OF_A_SAVE = 12


def _lines(session, count: int) -> int:
    """Type lines; how many flash operations that took."""
    before = session.target.flash_ops
    for number in range(count):
        session.run(f"echo line {number}")
    return session.target.flash_ops - before


def test_what_was_typed_before_a_pause_is_there_after_a_loss_of_power(machines):
    with machines.at_prompt(TARGET, at.image(TARGET, {})) as session:
        assert _lines(session, 3) == 0
        session.target.advance(PAUSE_S)
        assert session.target.flash_ops > 0
        session.forget()
        session.target.power_cycle()
        session.wait_prompt()
        session.target.send(UP + UP)
        assert session.run("x") == "line 1x"
        assert session.run("history | head -2") == "1 echo line 0\n2 echo line 1"


def test_many_lines_cost_few_writes(machines):
    with machines.at_prompt(TARGET, at.image(TARGET, {})) as session:
        assert _lines(session, 20) == 0
        # every twentieth line writes those before it
        assert 0 < _lines(session, 100) <= 6 * OPS_OF_A_SAVE
        session.target.send(UP * 110)
        assert session.run("") == "line 10"
