# SPDX-License-Identifier: MIT
"""Boards for the tests of the swap: an image that runs, an update, and the states in between."""

from collections.abc import Callable, Iterator

import boot_simulator as sim
from boot_simulator import SECTOR, Board, Layout

SECTORS = 5
# Not in the order of the addresses of a real board, and with files of the user in between.
LAYOUT = Layout(
    primary_off=2 * SECTOR,
    secondary_off=(4 + SECTORS) * SECTOR,
    slot_bytes=SECTORS * SECTOR,
    journal_off=(6 + 2 * SECTORS) * SECTOR,
)
FLASH_BYTES = (9 + 2 * SECTORS) * SECTOR
OLD = sim.image(3 * SECTOR + 700, seed=1)
NEW = sim.image(4 * SECTOR + 100, seed=2)
OTHER = sim.image(2 * SECTOR, seed=3)


def prepared(library: sim.Library, old: bytes = OLD, new: bytes = NEW) -> Board:
    """Return a board with one image running and another one downloaded."""
    board = Board(library, LAYOUT, FLASH_BYTES)
    board.flash_firmware(old)
    board.download(new)
    return board


def on_trial(board: Board) -> Board:
    """Bring a board to the trial of NEW."""
    assert board.run(sim.REQUEST_TEST) == sim.OK
    assert board.run() == sim.TRIAL
    assert board.runs(NEW)
    return board


def cuts(make: Callable[[], Board], what: int = sim.DECIDE) -> Iterator[tuple[Board, str]]:
    """Yield a board for each operation of a run at which the power can go, and where that was."""
    whole = make()
    whole.run(what)
    operations = sum(whole.library.counts)
    assert operations > 0
    for at in range(operations):
        for torn in (False, True, True):
            board = make()
            assert board.run(what, at, torn) == sim.CUT
            yield board, f"cut at operation {at} of {operations}, torn: {torn}"


def asked(library: sim.Library, what: int) -> Board:
    """Return a board on which a swap was asked for."""
    board = prepared(library)
    assert board.run(what) == sim.OK
    return board
