# SPDX-License-Identifier: MIT
"""The swap of two firmware slots, under MCUboot's names, with power cuts at every operation."""

import random

import boot_simulator as sim
from boot_boards import (
    LAYOUT,
    NEW,
    OLD,
    OTHER,
    SECTORS,
    asked,
    cuts,
    on_trial,
    prepared,
)
from boot_simulator import SECTOR, Board, Layout


def test_basic_upgrade(board):
    """A requested image is swapped in, runs on trial, and stays once it has confirmed itself."""
    on_trial(board)
    assert board.run(sim.IS_ON_TRIAL) == 1
    assert board.run(sim.CONFIRM) == 1
    assert board.run(sim.CONFIRM) == 0
    for _ in range(3):
        assert board.run() == sim.START
        assert board.runs(NEW)
    assert board.is_unharmed()


def test_nothing_asked_writes_nothing(board):
    """A normal start changes no bit of the flash."""
    before = bytes(board.flash)
    assert board.run() == sim.START
    assert board.flash == before


def test_revert(board):
    """An image that does not confirm itself is swapped back at the next start, once."""
    on_trial(board)
    for _ in range(3):
        assert board.run() == sim.START
        assert board.runs(OLD)
    assert board.run(sim.IS_ON_TRIAL) == 0
    assert board.is_unharmed()


def test_norevert(library):
    """An image that was asked for good is not swapped back."""
    board = prepared(library)
    assert board.run(sim.REQUEST_PERM) == sim.OK
    for _ in range(3):
        assert board.run() == sim.START
        assert board.runs(NEW)


def test_revert_by_hand_of_a_swap_for_good(board):
    """What was swapped in for good can be swapped back by hand."""
    board.run(sim.REQUEST_PERM)
    assert board.run() == sim.START
    assert board.run(sim.REVERT) == sim.OK
    assert board.run() == sim.START
    assert board.runs(OLD)


def test_revert_by_hand(board):
    """The image before can be had back after a confirmation, and the new one again after that."""
    on_trial(board)
    board.run(sim.CONFIRM)
    assert board.run(sim.REVERT) == sim.OK
    assert board.run(sim.REVERT) == sim.NO_RECORD
    assert board.run() == sim.START
    assert board.runs(OLD)
    assert board.run(sim.REVERT) == sim.NO_RECORD
    assert board.run(sim.REQUEST_TEST) == sim.OK
    assert board.run() == sim.TRIAL
    assert board.runs(NEW)


def test_request_with_fails(library):
    """A cut while the swap is asked for leaves the running image, or the swap."""
    for board, where in cuts(lambda: prepared(library), sim.REQUEST_TEST):
        outcome = board.run()
        expected = {sim.START: OLD, sim.TRIAL: NEW}
        assert board.runs(expected[outcome]), where
        assert board.is_unharmed(), where


def test_perm_with_fails(library):
    """A swap for good goes on after a cut at any operation, and ends with the new image."""
    for board, where in cuts(lambda: asked(library, sim.REQUEST_PERM)):
        assert board.run() == sim.START, where
        assert board.runs(NEW), where
        assert board.is_unharmed(), where


def test_trial_with_fails(library):
    """A cut on the way to the trial leads to it, or back; without a confirmation it reverts."""
    for board, where in cuts(lambda: asked(library, sim.REQUEST_TEST)):
        outcome = board.run()
        assert board.runs({sim.TRIAL: NEW, sim.START: OLD}[outcome]), where
        assert board.run() == sim.START, where
        assert board.runs(OLD), where
        assert board.is_unharmed(), where


def test_revert_with_fails(library):
    """A swap back goes on after a cut at any operation, and ends with the old image."""
    for board, where in cuts(lambda: on_trial(prepared(library))):
        assert board.run() == sim.START, where
        assert board.runs(OLD), where
        assert board.is_unharmed(), where


def test_confirm_with_fails(library):
    """A cut while the image confirms itself leaves it confirmed, or swapped back."""
    for board, where in cuts(lambda: on_trial(prepared(library)), sim.CONFIRM):
        assert board.run() == sim.START, where
        assert board.runs(NEW) or board.runs(OLD), where


def test_a_weak_request(library):
    """A request whose bits were on their way is not lost once sectors have moved."""
    for board, where in cuts(lambda: prepared(library), sim.REQUEST_TEST):
        for second in (3, 50, 90):
            board.run(sim.DECIDE, second, torn=True)
        outcome = board.run()
        assert outcome != sim.NO_FIRMWARE, where
        assert board.runs(NEW if outcome == sim.TRIAL else OLD), where


def test_a_weak_revert_by_hand(library):
    """A revert whose mark was on its way goes on once sectors have moved."""

    def confirmed() -> Board:
        board = on_trial(prepared(library))
        board.run(sim.CONFIRM)
        return board

    for board, where in list(cuts(confirmed, sim.REVERT)) * 4:
        for second in (3, 50, 90):
            board.run(sim.DECIDE, second, torn=True)
        assert board.run() == sim.START, where
        assert board.runs(NEW) or board.runs(OLD), where


def test_status_fails(library):
    """Two cuts, the second one while the swap goes on after the first."""
    for first in range(0, 150, 7):
        for second in range(40):
            board = asked(library, sim.REQUEST_PERM)
            if board.run(sim.DECIDE, first, torn=True) == sim.CUT:
                board.run(sim.DECIDE, second, torn=True)
            assert board.run() == sim.START
            assert board.runs(NEW), (first, second)


def test_a_longer_and_a_shorter_image(library):
    """Either image may be the longer one, both may fill their slot."""
    full = SECTORS * SECTOR
    for old_bytes, new_bytes in ((full, SECTOR), (SECTOR, full), (full, full), (600, 700)):
        old, new = sim.image(old_bytes, seed=5), sim.image(new_bytes, seed=6)
        board = prepared(library, old, new)
        assert board.run(sim.REQUEST_TEST) == sim.OK
        assert board.run() == sim.TRIAL
        assert board.runs(new)
        assert board.run() == sim.START
        assert board.runs(old)
        assert board.is_unharmed()


def test_requests_meet(board):
    """A request can be replaced before the start, not while an image is on trial."""
    board.run(sim.REQUEST_TEST)
    board.download(OTHER)
    assert board.run(sim.REQUEST_TEST) == sim.OK
    assert board.run() == sim.TRIAL
    assert board.runs(OTHER)
    assert board.run(sim.REQUEST_TEST) == sim.BUSY


def test_many_upgrades(board):
    """The journal serves one upgrade after the other."""
    for seed in range(10, 22):
        new = sim.image(SECTOR * (1 + seed % SECTORS), seed)
        board.download(new)
        assert board.run(sim.REQUEST_TEST) == sim.OK
        assert board.run() == sim.TRIAL
        assert board.run(sim.CONFIRM) == 1
        assert board.run() == sim.START
        assert board.runs(new)


def test_each_sector_is_written_once(library):
    """The swap erases no sector twice: an upper bound for its time is the sum of its parts."""
    board = asked(library, sim.REQUEST_PERM)
    board.run()
    erases, _ = board.library.counts
    assert erases == 2 * 5


def random_layout(dice: random.Random) -> tuple[Layout, int]:
    """Return slots of random size in random places, and the size of the flash."""
    sectors = dice.randint(1, 12)
    parts = [("primary_off", sectors), ("secondary_off", sectors + 1), ("journal_off", 2)]
    dice.shuffle(parts)
    at = 0
    places = {}
    for name, size in parts:
        at += dice.randint(0, 2)
        places[name] = at * SECTOR
        at += size
    return Layout(slot_bytes=sectors * SECTOR, **places), (at + 1) * SECTOR


def random_life(library: sim.Library, seed: int) -> None:
    """Let a board of a random layout be upgraded, with up to five cuts, and check what runs."""
    dice = random.Random(seed)
    layout, flash_bytes = random_layout(dice)
    old, new = (sim.image(dice.randint(400, layout.slot_bytes), seed * 2 + i) for i in range(2))
    board = Board(library, layout, flash_bytes, seed + 1)
    board.flash_firmware(old)
    board.download(new)
    what = dice.choice([sim.REQUEST_TEST, sim.REQUEST_PERM])
    assert board.run(what) == sim.OK
    most = 40 * layout.slot_bytes // SECTOR
    for _ in range(dice.randint(0, 5)):
        board.run(sim.DECIDE, dice.randrange(most), dice.random() < 0.7)
    outcome = board.run()
    if what == sim.REQUEST_PERM:
        assert outcome == sim.START
        assert board.runs(new)
    else:
        assert board.runs(new if outcome == sim.TRIAL else old)
        assert board.run() == sim.START
        assert board.runs(old)
    assert board.is_unharmed()


def test_random_layouts(library, full):
    """Slots and journal anywhere, of any size, with several cuts: never without firmware.

    3756: the mark of a step reads as not set, as set, and the power goes in between.
    """
    for seed in (3756, *range(10_000 if full else 400)):
        random_life(library, seed)


def test_requests_that_have_no_ground(library):
    """Without a whole running image nothing is asked for; without a swap nothing is reverted."""
    board = prepared(library)
    assert board.run(sim.REVERT) == sim.NO_RECORD
    board.run(sim.REQUEST_TEST)
    assert board.run(sim.REVERT) == sim.NO_RECORD
    assert board.run(sim.IS_ON_TRIAL) == 0
    board.erase(LAYOUT.primary_off, SECTOR)
    assert board.run(sim.REQUEST_TEST) == sim.BAD_PRIMARY


def test_revert_by_hand_without_the_old_image(board):
    """A revert is refused once the old image is gone, as it is when the next update is loaded."""
    on_trial(board)
    board.run(sim.CONFIRM)
    board.download(OTHER)
    assert board.run(sim.REVERT) == sim.BAD_SECONDARY
    assert board.run() == sim.START
    assert board.runs(NEW)


def test_revert_by_hand_during_the_trial(board):
    """A trial can be ended by hand."""
    on_trial(board)
    assert board.run(sim.REVERT) == sim.OK
    assert board.run(sim.CONFIRM) == 0
    assert board.run() == sim.START
    assert board.runs(OLD)
