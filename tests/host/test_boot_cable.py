# SPDX-License-Identifier: MIT
"""What the swap does when somebody writes the slots by cable, or damages them."""

import boot_simulator as sim
from boot_boards import FLASH_BYTES, LAYOUT, NEW, OLD, OTHER, asked, cuts, on_trial, prepared
from boot_simulator import SECTOR, Board


def test_flashed_firmware_wins(library):
    """Firmware that is flashed by cable stays, whatever the journal was about to do."""
    states = {
        "asked": lambda: asked(library, sim.REQUEST_TEST),
        "asked for good": lambda: asked(library, sim.REQUEST_PERM),
        "on trial": lambda: on_trial(prepared(library)),
    }
    for name, make in states.items():
        boards = [(make(), name)] + [(b, f"{name}, {where}") for b, where in cuts(make)]
        for board, where in boards:
            board.flash_firmware(OTHER)
            for _ in range(2):
                assert board.run() == sim.START, where
                assert board.runs(OTHER), where
            assert board.is_unharmed(), where


def test_flashed_firmware_wins_over_a_revert_by_hand(board):
    """A revert goes back from the image of the record only."""
    on_trial(board)
    board.run(sim.CONFIRM)
    board.flash_firmware(OTHER)
    assert board.run(sim.REVERT) == sim.BAD_PRIMARY
    assert board.runs(OTHER)


def test_no_way_back(board):
    """Without the old image the new one stays."""
    on_trial(board)
    board.erase(LAYOUT.secondary_off, SECTOR)
    for _ in range(2):
        assert board.run() == sim.START
        assert board.runs(NEW)
    assert board.run(sim.REVERT) == sim.NO_RECORD


def test_broken_cable_update_is_rescued(board):
    """Firmware that was half flashed while an update waits: the update takes its place."""
    board.run(sim.REQUEST_TEST)
    board.erase(LAYOUT.primary_off, SECTOR)
    assert board.run() == sim.TRIAL
    assert board.runs(NEW)


def test_nothing_to_start(board):
    """Without any whole image the chip's own boot loader is left, until somebody flashes."""
    on_trial(board)
    board.erase(LAYOUT.secondary_off, SECTOR)
    for damage in (lambda: board.erase(LAYOUT.primary_off + SECTOR, SECTOR), lambda: None):
        damage()
        assert board.run() == sim.NO_FIRMWARE
    board.flash_firmware(OTHER)
    assert board.run() == sim.START
    assert board.runs(OTHER)


def test_nothing_to_swap_in(board):
    """If running image and update are both damaged nothing is started, until somebody flashes."""
    board.run(sim.REQUEST_TEST)
    board.erase(LAYOUT.primary_off + SECTOR, SECTOR)
    board.erase(LAYOUT.secondary_off + 2 * SECTOR, SECTOR)
    for _ in range(2):
        assert board.run() == sim.NO_FIRMWARE
    board.flash_firmware(OTHER)
    assert board.run() == sim.START
    assert board.runs(OTHER)


def test_empty_board(library):
    """A board without firmware has nothing to start."""
    assert Board(library, LAYOUT, FLASH_BYTES).run() == sim.NO_FIRMWARE


def test_first_start_of_a_damaged_image(library):
    """A new image that was damaged after its swap, before its start, is swapped back."""
    for board, where in cuts(lambda: asked(library, sim.REQUEST_TEST)):
        was_swapped = board.runs(NEW)
        if was_swapped:
            board.flash[LAYOUT.primary_off + 3 * SECTOR + 5] ^= 0x40
            assert board.run() == sim.START, where
            assert board.runs(OLD), where


def test_flashed_before_the_first_start(library):
    """Firmware that was flashed between the swap and the first start stays."""
    for board, where in cuts(lambda: asked(library, sim.REQUEST_TEST)):
        if board.runs(NEW):
            board.flash_firmware(OTHER)
            assert board.run() == sim.START, where
            assert board.runs(OTHER), where
