# SPDX-License-Identifier: MIT
"""The swap of two firmware slots, under MCUboot's names, with power cuts at every operation."""

import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator

import boot_simulator as sim
import pytest
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


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> sim.Library:
    """The deciding code on this machine."""
    return sim.build(tmp_path_factory.mktemp("boot"))


@pytest.fixture
def board(library) -> Board:
    """A board with OLD running and NEW downloaded."""
    return prepared(library)


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


def asked(library: sim.Library, what: int) -> Board:
    """Return a board on which a swap was asked for."""
    board = prepared(library)
    assert board.run(what) == sim.OK
    return board


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


def test_oversized(board):
    """An image that says it is larger than a slot is refused."""
    for size_bytes in (LAYOUT.slot_bytes + 1, LAYOUT.slot_bytes + SECTOR, 0xFFFFFFFF):
        bad = bytearray(NEW)
        bad[12:16] = size_bytes.to_bytes(4, "little")
        board.download(bad)
        assert board.run(sim.REQUEST_TEST) == sim.BAD_SECONDARY
    assert board.run() == sim.START
    assert board.runs(OLD)


def test_flipped_bits(board):
    """An image with a flipped bit is refused when it is asked for."""
    bits = random.Random(4)
    for _ in range(100):
        bad = bytearray(NEW)
        # Behind the hash's own TLV nothing matters; the load address and version are hashed too.
        bad[bits.randrange(len(NEW))] ^= 1 << bits.randrange(8)
        board.download(bad)
        assert board.run(sim.REQUEST_TEST) == sim.BAD_SECONDARY
        assert board.run() == sim.START
        assert board.runs(OLD)


def test_damaged_after_the_request(board):
    """An image that was damaged after the request is not swapped in, not later either."""
    board.run(sim.REQUEST_TEST)
    board.flash[LAYOUT.secondary_off + 2 * SECTOR] ^= 1
    before = board.flash[: LAYOUT.journal_off]
    assert board.run() == sim.START
    assert board.flash[: LAYOUT.journal_off] == before
    board.flash[LAYOUT.secondary_off + 2 * SECTOR] ^= 1
    assert board.run() == sim.START
    assert board.runs(OLD)


def test_the_same_image(board):
    """The image that runs already is not swapped in."""
    board.download(OLD)
    assert board.run(sim.REQUEST_TEST) == sim.SAME_IMAGE


def test_requests_meet(board):
    """A request can be replaced before the start, not while an image is on trial."""
    board.run(sim.REQUEST_TEST)
    board.download(OTHER)
    assert board.run(sim.REQUEST_TEST) == sim.OK
    assert board.run() == sim.TRIAL
    assert board.runs(OTHER)
    assert board.run(sim.REQUEST_TEST) == sim.BUSY


def test_trailer_leftover(library):
    """A journal of an earlier life, or noise in its place, starts nothing."""
    for seed in range(50):
        board = prepared(library)
        board.write(LAYOUT.journal_off, random.Random(seed).randbytes(2 * SECTOR))
        assert board.run() == sim.START
        assert board.runs(OLD)
        assert board.run(sim.REQUEST_TEST) == sim.OK
        assert board.run() == sim.TRIAL
        assert board.runs(NEW)


def test_a_damaged_request(library):
    """A request of which any bit is another one is none."""
    bits = random.Random(6)
    for _ in range(60):
        board = asked(library, sim.REQUEST_PERM)
        board.flash[LAYOUT.journal_off + bits.randrange(84)] ^= 1 << bits.randrange(8)
        assert board.run() == sim.START
        assert board.runs(OLD)


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
    """Slots and journal anywhere, of any size, with several cuts: never without firmware."""
    for seed in range(10_000 if full else 400):
        random_life(library, seed)


def test_imgtool_makes_what_is_read(library, tmp_path):
    """An image that imgtool has signed is a whole image."""
    key, raw, signed = (tmp_path / name for name in ("key.pem", "raw.bin", "signed.bin"))
    raw.write_bytes(random.Random(8).randbytes(9000))
    imgtool = [sys.executable, "-m", "imgtool.main"]
    subprocess.run([*imgtool, "keygen", "-k", key, "-t", "ecdsa-p256"], check=True, timeout=60)
    sign = [*imgtool, "sign", "--key", key, "--align", "4"]
    sign += [
        "--header-size",
        "0x100",
        "--pad-header",
        "--slot-size",
        str(LAYOUT.slot_bytes),
        "--version",
        "1.2.3",
    ]
    sign += ["--custom-tlv", "0x00a0", "RPI_PICO", raw, signed]
    subprocess.run(sign, check=True, timeout=60)
    board = prepared(library, OLD, signed.read_bytes())
    assert board.run(sim.REQUEST_TEST) == sim.OK
    assert board.run() == sim.TRIAL
    assert board.runs(signed.read_bytes())


def changed(data: bytes, at: int, new: bytes) -> bytes:
    """Return data with other bytes from at on."""
    return data[:at] + new + data[at + len(new) :]


def test_protected_tlvs_are_hashed(board):
    """TLVs between firmware and hash are a part of the image: board and version stand there."""
    new = sim.image(2 * SECTOR, seed=9, protected=b"\xa0\x00\x04\x00PICO")
    board.download(new)
    assert board.run(sim.REQUEST_TEST) == sim.OK
    at = new.index(b"PICO")
    board.download(changed(new, at, b"PIC0"))
    assert board.run() == sim.START
    assert board.runs(OLD)


def test_malformed_images(board):
    """What is no image, or lies about its size, is refused; nothing beyond the slot is read."""
    tlvs = len(NEW) - 40
    guarded = sim.image(2 * SECTOR, seed=9, protected=b"12345678")
    inner = guarded.index(b"\x08\x69")
    for bad in (
        changed(NEW, 0, b"\0"),
        changed(NEW, 8, (32).to_bytes(2, "little")),
        changed(NEW, 10, (4).to_bytes(2, "little")),
        changed(NEW, 12, bytes(4)),
        changed(NEW, tlvs, b"\x08"),
        changed(NEW, tlvs + 2, (3).to_bytes(2, "little")),
        changed(NEW, tlvs + 2, (60_000).to_bytes(2, "little")),
        changed(NEW, tlvs + 2, (4).to_bytes(2, "little")),
        changed(NEW, tlvs + 2, (39).to_bytes(2, "little")),
        changed(NEW, tlvs + 4, b"\x11"),
        changed(NEW, tlvs + 6, (31).to_bytes(2, "little")),
        changed(NEW, tlvs + 6, (33).to_bytes(2, "little")),
        changed(guarded, inner + 2, (8).to_bytes(2, "little")),
        changed(guarded, inner, b"\x07"),
    ):
        board.download(bad)
        assert board.run(sim.REQUEST_TEST) == sim.BAD_SECONDARY
    # An image that leaves no room for TLVs in its slot.
    board.download(changed(NEW, 12, (LAYOUT.slot_bytes - 258).to_bytes(4, "little")))
    assert board.run(sim.REQUEST_TEST) == sim.BAD_SECONDARY


def test_other_tlvs_are_passed_over(board):
    """The hash is found behind other TLVs, such as those of a signature."""
    tlvs = struct.pack("<HHHH", 0x6907, 52, 0x22, 8) + b"12345678"
    board.download(NEW[:-40] + tlvs + NEW[-36:])
    assert board.run(sim.REQUEST_TEST) == sim.OK


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


def test_flashed_before_the_first_start(library):
    """Firmware that was flashed between the swap and the first start stays."""
    for board, where in cuts(lambda: asked(library, sim.REQUEST_TEST)):
        if board.runs(NEW):
            board.flash_firmware(OTHER)
            assert board.run() == sim.START, where
            assert board.runs(OTHER), where


def test_revert_by_hand_during_the_trial(board):
    """A trial can be ended by hand."""
    on_trial(board)
    assert board.run(sim.REVERT) == sim.OK
    assert board.run(sim.CONFIRM) == 0
    assert board.run() == sim.START
    assert board.runs(OLD)
