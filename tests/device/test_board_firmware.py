# SPDX-License-Identifier: MIT
"""Boards beside RPI_PICO that the emulator can be: their own firmware, flash and pins."""

import machines as at
import pytest
from upyfw.board import boards

NAME = "VCCGND_YD2040"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    machines = at.Machines(tmp_path_factory.mktemp("boards"))
    with machines.at_prompt(NAME, at.image(NAME, {})) as session:
        yield session


def test_a_board_of_our_own_says_what_it_is(session):
    assert "Board: VCC-GND Studio YD-2040\n" in session.run("lshw -b")
    assert session.run("< sdata.board['rgbio']") == "[{'rgb': 23}]"


def test_its_file_system_is_as_large_as_its_flash_allows(session):
    size = boards.load(NAME).fs_region.size_bytes
    assert size > 2 * 1024 * 1024
    assert f"Total: {size}\n" in session.run("df")


def test_the_board_file_of_another_board_can_be_loaded(session):
    assert session.run("loadboard /etc/boards/RPI_PICO.board") == ""
    assert session.run("< sdata.board['board']['name'], sdata.board['rgbio']") == "Pico []"
