# SPDX-License-Identifier: MIT
"""Single weak bits in what a buy, or an erase, was writing on an RP2350 when the power went.

They read as 0 or as 1, another time otherwise. tests/host/test_pair.py cuts everywhere, but where
it stops a whole page is weak, which the ROM does not start; here the ROM does.
"""

import random

import pair_simulator as sim
import pytest
from pair_boards import A, B, Board, Maker
from pair_simulator import SECTOR
from upyfw.image import picobin

OLD_BYTES, NEW_BYTES = 2 * SECTOR + 900, 3 * SECTOR - 1200
# how weak bits read (tests/weak_flash.h): as they were written, as before, as they like
ARRIVED, NOT_LEFT, ANY = range(3)
_SETTLED_PAGE = 3


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Table, the image before, the newer one."""
    maker = Maker(tmp_path_factory.mktemp("images"))
    return maker.table(), maker.image(512, 1, OLD_BYTES), maker.image(513, 2, NEW_BYTES)


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    return sim.build(tmp_path_factory.mktemp("pair"))


def _power(board: Board, reads: int, seed: int = 0) -> None:
    board.flash.power_on(seed=6 * seed + 2 * reads + 1)


@pytest.fixture(params=[A, B], ids=["in A", "in B"])
def bought(request, code, images):
    """Return what makes a board whose newer image was bought, and not yet said to be settled."""
    table, old, new = images

    def made() -> Board:
        board = Board(code, table, old, request.param)
        board.power()
        board.start()
        board.upgrade(new)
        board.flash.put(_settled_off(board), b"\xff")
        return board

    return made


def _settled_off(board: Board) -> int:
    """Where a byte says that what the buy wrote can be relied on."""
    pair = board.pair()
    return pair.running_off + pair.slot_bytes - SECTOR + _SETTLED_PAGE * sim.PAGE


def _flag_off(board: Board, new: bytes) -> int:
    """Where the byte with the flag of the trial is."""
    differs = zip(new, picobin.with_trial(new, False), strict=True)
    return board.rom.running.off + next(at for at, (a, b) in enumerate(differs) if a != b)


def _settles(board: Board, new: bytes, seed: int) -> bool:
    """Start a board with weak bits; tell whether it took itself for sound.

    If so, nothing is weak any more, and the content is right.
    """
    slot_off = board.rom.running.off
    _power(board, ANY, seed)
    if board.rom.start() is None or board.rom.on_trial or board.rom.running.off != slot_off:
        # the ROM has read it otherwise: not what this is about
        return False
    settled_off = _settled_off(board)
    board.call("pair_start")
    assert board.others() == board.fixed
    assert not any(board.flash.weak[:A])
    if board.flash.content[settled_off] != 0:
        return False
    assert board.runs(new)
    return True


def _weaken(board: Board, off: int, bit: int) -> None:
    """Make a bit of a byte weak that was on its way to 0."""
    board.flash.weak[off] = ~board.flash.content[off] & 1 << bit


# what of the sector that the buy wrote is weak: from where on, how many bytes
PLACES = {"flag": (0, 1), "its block": (-7, 24), "code in front": (-0x300, 0x2C0)}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_said_to_be_settled_is(bought, images, place):
    """Whatever two bits of what the buy wrote read as, one time and another."""
    first, size = PLACES[place]
    settled = 0
    for seed in range(200):
        board = bought()
        chance = random.Random(seed)
        for _ in range(2):
            off = _flag_off(board, images[2]) + first + chance.randrange(size)
            _weaken(board, off, 7 if place == "flag" else chance.randrange(8))
        settled += _settles(board, images[2], seed)
    assert settled


def test_a_request_leaves_nothing_weak(code, images):
    """The place of the first sector reads as erased, and an erase was cut off there."""
    table, old, new = images
    board = Board(code, table, old)
    board.power()
    board.start()
    board.download(new)
    slot_off = board.pair().other_off
    board.flash.weak[slot_off : slot_off + SECTOR] = b"\x11" * SECTOR
    _power(board, ARRIVED)
    assert board.call("pair_request") == sim.OK
    assert not any(board.flash.weak[slot_off : slot_off + len(new)])
    _power(board, NOT_LEFT)
    board.start()
    assert board.runs(new)
