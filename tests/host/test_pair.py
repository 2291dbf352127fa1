# SPDX-License-Identifier: MIT
"""Two slots that the boot ROM of an RP2350 chooses from: upgrades against a model of the ROM.

No chip ran this. Names of tests are MCUboot's where it has such a test.
"""

import ctypes
import random
import struct
from collections.abc import Callable

import pair_simulator as sim
import pytest
from pair_boards import FILES, A, B, Board, Maker, wrapped
from pair_simulator import SECTOR
from upyfw.image import picobin

_VARIANTS = 5
OLD_BYTES, NEW_BYTES = 2 * SECTOR + 900, 3 * SECTOR - 1200


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    return sim.build(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    return Maker(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def table(maker):
    return maker.table()


@pytest.fixture(scope="module")
def old(maker):
    return maker.image(512, 1, OLD_BYTES)


@pytest.fixture(scope="module")
def new(maker):
    return maker.image(513, 2, NEW_BYTES)


@pytest.fixture(scope="module")
def lower(maker):
    return maker.image(511, 3, OLD_BYTES)


@pytest.fixture(params=[A, B], ids=["in A", "in B"])
def make(request, code, table, old) -> Callable[[], Board]:
    """Return what makes a board on which OLD runs, in either slot."""

    def made() -> Board:
        board = Board(code, table, old, request.param)
        board.power()
        assert board.start().off == request.param
        return board

    return made


def test_basic_upgrade(make, old, new):
    board = make()
    before = board.rom.running.off
    board.download(new)
    assert board.start().off == before
    assert board.call("pair_request") == sim.OK
    assert board.start().off != before
    assert board.rom.on_trial
    assert board.runs(new)
    assert board.call("pair_confirm")
    assert not board.rom.on_trial
    assert board.start().off != before
    assert board.runs(new)
    assert board.call("pair_marks") == 0
    assert board.others() == board.fixed


def test_revert(make, old, new):
    """A trial that is not confirmed ends with the next reset, for good."""
    board = make()
    board.download(new)
    board.call("pair_request")
    board.start()
    assert board.runs(new)
    for _ in range(3):
        board.start()
        assert board.runs(old)
    assert board.call("pair_marks") == 1 << 4
    assert board.call("pair_revert") == sim.NO_RECORD
    assert board.upgrade(new) == sim.OK
    board.start()
    assert board.runs(new)


def test_revert_by_hand(make, old, new):
    board = make()
    board.upgrade(new)
    assert board.call("pair_revert") == sim.OK
    for _ in range(3):
        board.start()
        assert board.runs(old)
        assert not board.rom.on_trial
    assert board.upgrade(new) == sim.OK
    assert board.runs(new)


def test_revert_by_hand_during_the_trial(make, old, new):
    """A trial that is to end is not confirmed meanwhile."""
    board = make()
    board.download(new)
    board.call("pair_request")
    board.start()
    assert board.call("pair_revert") == sim.OK
    assert not board.call("pair_confirm") & 0xFF
    board.start()
    assert board.runs(old)


def test_a_lower_version_stays(make, old, lower):
    """The ROM would start the higher one: the buy takes it away."""
    board = make()
    assert board.upgrade(lower) == sim.OK
    for _ in range(2):
        board.start()
        assert board.runs(lower)
    assert board.call("pair_revert") == sim.NO_RECORD


def test_nothing_starts_unasked(make, maker, old):
    """Whatever is loaded, with the flag or not, the ROM does not see it before it was checked."""
    board = make()
    for image in (maker.image(999, 5, NEW_BYTES), wrapped(maker.sealed(999, 5, NEW_BYTES))):
        board.download(image)
        board.start()
        assert board.runs(old)
    # without the flag the ROM would start it with no trial
    assert board.call("pair_request") == sim.BAD_SECONDARY
    board.start()
    assert board.runs(old)


def test_refused(make, old, new):
    board = make()
    board.download(old)
    assert board.call("pair_request") == sim.SAME_IMAGE
    bits = random.Random(4)
    for _ in range(60):
        bad = bytearray(new)
        bad[bits.randrange(len(new))] ^= 1 << bits.randrange(8)
        board.download(bytes(bad))
        assert board.call("pair_request") == sim.BAD_SECONDARY
        board.start()
        assert board.runs(old)
    board.download(new)
    board.call("pair_request")
    board.start()
    assert board.call("pair_request") == sim.BUSY


def test_a_file_by_cable_wins(make, maker, old, new):
    """A UF2 file that is dropped while an update waits, or is on trial, is what runs then."""
    dropped = maker.image(512, 9, OLD_BYTES)
    for starts in (0, 1, 2):
        board = make()
        board.download(new)
        board.call("pair_request")
        for _ in range(starts):
            board.start()
        board.rom.start()
        slot_off = board.rom.drop(picobin.with_trial(dropped, False))
        board.rom.start(slot_off)
        for _ in range(2):
            assert board.runs(dropped)
            assert not board.rom.on_trial
            assert not board.call("pair_start") & 0xFF
            board.start()


def test_another_image_than_the_one_that_was_asked_for(make, maker, old, new):
    board = make()
    board.download(new)
    board.call("pair_request")
    other_off = board.pair().other_off
    board.flash.put(other_off, maker.image(515, 12, NEW_BYTES))
    board.start()
    assert board.runs(old)


def _cut(make: Callable, act: Callable, at: int, variant: int) -> Board:
    """Variant 0 cuts before an operation, the others in it; bits on their way read otherwise."""
    board = make()
    board.seeds = random.Random(at * _VARIANTS + variant)
    board.power(at, variant > 0)
    act(board)
    assert board.flash.is_off
    return board


def _operations(make: Callable, act: Callable) -> int:
    board = make()
    board.power()
    act(board)
    return board.flash.ops


def _lives_alone(board: Board) -> bool:
    """Tell whether what runs can be relied on when the next download has taken the other one."""
    board.download(bytes(SECTOR))
    for _ in range(4):
        board.power()
        if board.start() is None:
            return False
    return True


def _sweep(make: Callable, act: Callable, images: tuple, last: bytes) -> dict[str, int]:
    """Cut the power before and in each operation; return the table of what came of it."""
    found = {"points": 0, "bricks": 0, "wrong version": 0, "files lost": 0, "not completed": 0}
    for at in range(_operations(make, act)):
        for variant in range(_VARIANTS):
            board = _cut(make, act, at, variant)
            found["points"] += 1
            board.power()
            if board.start() is None:
                found["bricks"] += 1
                continue
            found["wrong version"] += not any(board.runs(image) for image in images)
            if board.rom.on_trial:
                # It hangs, or is switched off again.
                board.power()
                board.start()
                found["wrong version"] += not any(board.runs(image) for image in images)
            found["bricks"] += not _lives_alone(board)
            if not board.runs(last):
                board.upgrade(last)
            board.power()
            board.start()
            found["not completed"] += not board.runs(last)
            found["files lost"] += board.others() != board.fixed
    print(found)
    return found


def _is_sound(found: dict[str, int]) -> bool:
    return found["points"] > 0 and not any(
        count for name, count in found.items() if name != "points"
    )


def test_power_cuts_in_an_upgrade(make, old, new):
    """Download, request, start, trial and buy."""
    assert _is_sound(_sweep(make, lambda board: board.upgrade(new), (old, new), new))


def test_power_cuts_in_an_upgrade_to_a_lower_version(make, old, lower):
    """The buy erases the other slot, too."""
    assert _is_sound(_sweep(make, lambda board: board.upgrade(lower), (old, lower), lower))


def test_power_cuts_in_a_second_upgrade(make, maker, old, new):
    """It goes where the firmware before stands."""

    def upgraded() -> Board:
        board = make()
        board.upgrade(new)
        board.start()
        return board

    third = maker.image(514, 6, NEW_BYTES)
    assert _is_sound(_sweep(upgraded, lambda board: board.upgrade(third), (new, third), third))


def test_power_cuts_in_going_back(make, old, new):
    def upgraded() -> Board:
        board = make()
        board.upgrade(new)
        board.start()
        return board

    def back(board: Board) -> None:
        board.call("pair_revert")
        board.start()

    assert _is_sound(_sweep(upgraded, back, (old, new), new))


def test_random_cuts(code, table, maker, old):
    """Upgrades, one after the other, with up to five cuts each."""
    images = [old, *(maker.image(513 + i % 5, 20 + i, NEW_BYTES - 64 * i) for i in range(8))]
    chance = random.Random(11)
    board = Board(code, table, old)
    board.power()
    board.start()
    for _ in range(200):
        image = images[chance.randrange(len(images))]
        for _ in range(chance.randrange(6)):
            board.power(chance.randrange(130), chance.random() < 0.7)
            board.upgrade(image)
            board.power()
            assert board.start() is not None
            assert any(board.runs(each) for each in images)
        board.power()
        if board.rom.on_trial:
            board.start()
        if not board.runs(image):
            assert board.upgrade(image) == sim.OK
        board.start()
        assert board.runs(image)
        assert board.others() == board.fixed


def _with_words(firmware: bytes, at: int, *words: int) -> bytes:
    return firmware[:at] + struct.pack(f"<{len(words)}I", *words) + firmware[at + 4 * len(words) :]


def test_blocks_that_the_rom_does_not_follow(make, maker, old):
    """Images with the right hash of ours, whose loop of blocks is another one than picotool's."""
    board = make()
    firmware = picobin.with_trial(maker.sealed(513, 2, NEW_BYTES), True)
    first, last = (at for at, _ in (picobin.blocks(firmware)[0], picobin.blocks(firmware)[2]))
    end = first + 4 * 4
    for bad in (
        _with_words(firmware, first, 0),
        _with_words(firmware, last, 0),
        _with_words(firmware, first + 4, 0x0042),
        _with_words(firmware, end, 0x2FF),
        _with_words(firmware, end + 4, 0),
        _with_words(firmware, end + 4, 2),
        _with_words(firmware, end + 4, 0x7FFFFFF0),
        _with_words(firmware, end + 4, 0xFFFFFF00),
        _with_words(firmware, end + 8, 0),
        _with_words(firmware, first + 4, 0xFFFF42),
        _with_words(_with_words(firmware, first + 4, 0x0101), last + 4, 0x0101),
    ):
        board.download(wrapped(bad))
        assert board.call("pair_request") == sim.BAD_SECONDARY
        board.start()
        assert board.runs(old)
    board.download(wrapped(firmware))
    assert board.call("pair_request") == sim.OK


def test_nothing_happened_yet(make):
    board = make()
    assert board.call("pair_marks") == -1
    assert not board.call("pair_confirm") & 0xFF
    assert board.call("pair_revert") == sim.NO_RECORD
    assert board.call("pair_request") == sim.BAD_SECONDARY


def test_tables_without_a_pair(code):
    """The ROM's words for partitions: location (first sector, last sector << 13), flags (link)."""
    a, b, link = 2 | 7 << 13, 8 | 13 << 13, 1 << 1
    for words, running_off in (
        ((), 0),
        ((a, 0), 2 * SECTOR),
        ((a, 0, b, 0), 2 * SECTOR),
        ((a, 0, b, link), 3 * SECTOR),
        ((a, 0, b, link | 5 << 3), 2 * SECTOR),
        ((a, 0, 8 | 12 << 13, link), 2 * SECTOR),
        ((2 | 3 << 13, 0, 4 | 5 << 13, link), 2 * SECTOR),
    ):
        pair = sim.Pair()
        rows = (ctypes.c_uint32 * len(words))(*words)
        found = code.pair_find(rows, len(words) // 2, running_off, ctypes.byref(pair))
        assert not found & 0xFF
    pair = sim.Pair()
    rows = (ctypes.c_uint32 * 4)(a, 0, b, link)
    assert code.pair_find(rows, 2, 8 * SECTOR, ctypes.byref(pair)) & 0xFF
    assert (pair.other_off, pair.files_bytes) == (2 * SECTOR, 0)


def test_the_table_says_where_all_is(make):
    pair = make().pair()
    assert {pair.running_off, pair.other_off} == {A, B}
    assert (pair.files_off, pair.files_bytes) == (FILES, 3 * SECTOR)
