# SPDX-License-Identifier: MIT
"""Firmware swapped on an ESP32, over the stand-in of esp32.Partition and its boot loader.

The device's own _slot.py and upgrade/slots.py run here, on flash of a real board's layout. After a
power cut at any flash operation the board must come up with the firmware before or the new one,
the new one never for good before it has confirmed itself, and the update can be completed.
"""

import random
import sys

import esp_flash
import pytest
from esp_board import BOARD, NAMES, Board, app
from esp_flash import PowerCut
from upyfw.board import boards
from upyfw.image import signing, slotimage


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "k.pem"
    signing.generate(path)
    return signing.load(path)


@pytest.fixture
def board(key, monkeypatch):
    for name in NAMES:
        monkeypatch.setitem(sys.modules, name, sys.modules.get(name))
    made = Board(key)
    made.start()
    return made


def image(key: object, version: str, name: str = BOARD.name) -> bytes:
    return slotimage.wrap(boards.load(name), app(version), version, key)


def restarted(board: Board) -> str:
    """Reset the board, and let it go on; return the version that runs."""
    board.start()
    board.go_on()
    return board.version


def test_the_checksum_of_a_record():
    """ESP-IDF's otatool.py writes this one for the first sequence."""
    assert esp_flash.crc(1) == 0x4743989A


def test_basic_upgrade(board, key):
    """Downloaded, tried, confirmed; then the next one goes into the first slot."""
    assert board.version == "0.2.0"
    assert board.slot.image(1, False) is None
    for number, version in enumerate(("0.3.0", "0.4.0", "0.5.0")):
        assert board.upgrade(image(key, version), version) is None
        board.start()
        assert (board.running, board.version) == (1 - number % 2, version)
        assert board.slot.trial()
        assert board.slot.request() == 1
        board.go_on()
        assert board.trial_ended
        assert not board.slot.trial()
        assert board.slot.marks() == 0
        assert board.slot.image(0, False)[0][:3] == tuple(map(int, version.split(".")))
        assert restarted(board) == version
    assert board.slot.image(2, True)[:2] == ((0, 4, 0, 0), BOARD.name.encode())


def test_revert(board, key):
    """A trial that ends by a reset goes back, and says so; the update can be tried again."""
    assert board.upgrade(image(key, "0.3.0"), "0.3.0") is None
    board.start()
    assert board.slot.trial()
    board.start()
    assert board.version == "0.2.0"
    assert board.slot.marks() == 1 << 4
    assert not board.slot.trial()
    assert board.slot.revert() == 5
    assert board.upgrade(image(key, "0.3.0"), "0.3.0") is None
    assert restarted(board) == "0.3.0"


def test_revert_by_hand(board, key):
    """The firmware before is tried again; who does not confirm it has the newer one back."""
    assert board.slot.revert() == 5
    assert board.upgrade(image(key, "0.3.0"), "0.3.0") is None
    assert restarted(board) == "0.3.0"
    # it came by cable, so nobody knows its version
    assert board.slot.image(2, False) is None
    assert board.slot.revert() == 0
    assert board.files["note"] is None
    board.start()
    assert (board.version, board.slot.trial()) == ("0.2.0", True)
    board.start()
    assert board.version == "0.3.0"
    assert board.slot.image(1, True)[0] if board.slot.image(1, True) else True
    # and an update that was asked for is withdrawn
    assert board.upgrade(image(key, "0.4.0"), "0.4.0") is None
    assert board.slot.revert() == 0
    assert restarted(board) == "0.3.0"


def test_only_what_is_missing_is_written(board, key):
    """The same line again costs the flash no sector."""
    update = image(key, "0.3.0")
    assert board.upgrade(update, "0.3.0") is None
    before = board.flash.operations
    assert board.upgrade(update, "0.3.0") is None
    # the record alone
    assert board.flash.operations - before <= 3


def test_the_slot_that_runs_without_a_record(board, key):
    """It runs because the other one was damaged: it gets a record before that is written."""
    assert board.upgrade(image(key, "0.3.0"), "0.3.0") is None
    assert restarted(board) == "0.3.0"
    assert board.slot.revert() == 0
    assert restarted(board) == "0.2.0"
    # somebody wrote half of the first slot by cable, and the power went
    board.data[BOARD.slots[0].offset] = 0
    off = BOARD.region("otadata").offset
    board.data[off : off + 4096] = b"\xff" * 4096
    board.start()
    assert board.version == "0.3.0"
    assert board.upgrade(image(key, "0.4.0"), "0.4.0") is None
    board.start()
    assert board.version == "0.4.0"
    board.start()
    assert board.version == "0.3.0"


def _record(board: Board, sector: int, sequence: int, state: int) -> None:
    """Put a record into otadata."""
    record = esp_flash.Record(b"\xff" * 32)
    record.sequence, record.state, record.crc = sequence, state, esp_flash.crc(sequence)
    off = BOARD.region("otadata").offset + sector * 4096
    board.data[off : off + 4096] = record.pack().ljust(4096, b"\xff")


def test_a_slot_without_a_record_is_not_lost(board, key):
    """It runs while the record is the other one's: a trial that fails must come back to it."""
    assert board.upgrade(image(key, "0.3.0"), "0.3.0") is None
    assert restarted(board) == "0.3.0"
    board.data[BOARD.slots[0].offset] = 0
    _record(board, 0, 3, esp_flash.VALID)
    _record(board, 1, 0xFFFFFFFF, 0xFFFFFFFF)
    board.start()
    assert board.version == "0.3.0"
    assert board.upgrade(image(key, "0.4.0"), "0.4.0") is None
    board.start()
    assert (board.version, board.slot.trial()) == ("0.4.0", True)
    board.start()
    assert board.version == "0.3.0"


def test_a_slot_that_is_being_written_has_no_record(board, key):
    """Nobody can ask for it, nor go back to it, before it is whole."""
    assert board.upgrade(image(key, "0.3.0"), "0.3.0") is None
    assert restarted(board) == "0.3.0"
    board.flash.cut = (board.flash.operations + 30, True)
    with pytest.raises(PowerCut):
        board.upgrade(image(key, "0.4.0"), "0.4.0")
    board.start()
    assert [record.is_valid for record in esp_flash.records(board.flash)].count(True) == 1
    assert board.slot.image(2, False) is None
    assert board.slot.revert() == 5


def test_a_state_that_a_power_cut_left_is_a_trial(board):
    """An erase that did not end may leave a sound record whose state is none."""
    _record(board, 1, 2, 0xFFFFFFFF)
    slot = BOARD.slots[1].offset
    board.data[slot : slot + 100_000] = app("0.3.0").ljust(100_000, b"\xff")
    board.start()
    assert (board.version, board.slot.trial()) == ("0.3.0", True)
    assert board.slot.confirm(False)
    assert not board.slot.trial()


def test_a_record_with_a_wrong_checksum_is_none(board):
    _record(board, 1, 2, esp_flash.ABORTED)
    off = BOARD.region("otadata").offset + 4096 + 28
    board.data[off] ^= 1
    board.start()
    assert board.slot.marks() == 0


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


REFUSED = {
    "bad_signature": (lambda _: image(_other_key(), "0.3.0"), "not signed by a key"),
    "unsigned": (lambda _: slotimage.wrap(BOARD, app("0.3.0"), "0.3.0"), "not signed"),
    "other board": (lambda key: image(key, "0.3.0", "ESP32_GENERIC"), "for the board ESP32_GEN"),
    "no_downgrade": (lambda key: image(key, "0.1.0"), "is lower than the running one"),
    "app alone": (lambda _: app("0.3.0"), "no whole update image"),
    "truncated": (lambda key: image(key, "0.3.0")[:-200], "no whole update image"),
    "oversized": (
        lambda key: image(key, "0.3.0").ljust(BOARD.slots[0].size_bytes + 1, b"\0"),
        "does not fit into a slot",
    ),
    "same": (
        lambda key: slotimage.wrap(BOARD, app("0.2.0"), "0.9.0", key),
        "the one that runs",
    ),
    "no app": (lambda key: slotimage.wrap(BOARD, bytes(9000), "0.3.0", key), "no whole firmware"),
}


def _other_key() -> object:
    from imgtool.keys import ECDSA256P1

    return ECDSA256P1.generate()


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_anything_moves(board, key, name):
    """A wrong image is refused with the reason, and the next start is an ordinary one."""
    make, why = REFUSED[name]
    assert why in board.upgrade(make(key), "0.3.0")
    assert restarted(board) == "0.2.0"
    assert not board.slot.trial()


def test_flipped_bits(board, key):
    """One bit flipped anywhere in what is signed, or in the signature: refused."""
    good = image(key, "0.3.0")
    whole = len(good)
    hashed = good.rindex(b"\x07\x69")
    # the TLV that says which key it was, which nothing goes by
    hint = good.index(b"\x01\0\x20\0", hashed)
    places = [*range(32), *range(4096, hashed, 97), *range(hashed, hint), *range(hint + 36, whole)]
    for at in places:
        assert board.upgrade(_flip(good, at), "0.3.0"), at
    assert board.upgrade(good, "0.3.0") is None


def test_a_length_that_leads_out_of_the_slot(board, key):
    """What the header and the TLVs say is checked before it is read."""
    good = image(key, "0.3.0")
    for at, value in ((12, 0xFFFFFFFF), (12, BOARD.slots[0].size_bytes), (10, 0xFFFF), (8, 0)):
        size = 4 if at == 12 else 2
        bad = good[:at] + (value % 2 ** (8 * size)).to_bytes(size, "little") + good[at + size :]
        assert board.upgrade(bad, "0.3.0") == "no whole update image"
    assert restarted(board) == "0.2.0"


def _life(board: Board, image: bytes, revert: bool, cut: tuple[int, bool] | None) -> int:
    """Upgrade, try, confirm, go back by hand; return the flash operations of it all.

    cut: counted over all of it.
    """
    count = 0

    def left() -> tuple[int, bool] | None:
        return cut and (cut[0] - count, cut[1])

    board.flash.cut, board.flash.operations = left(), 0
    assert board.upgrade(image, "0.3.0") is None
    count += board.flash.operations
    for _ in range(2 if revert else 1):
        board.start(left())
        board.go_on()
        count += board.flash.operations
        if revert and board.version == "0.3.0":
            board.flash.cut, board.flash.operations = left(), 0
            assert board.slot.revert() == 0
            count += board.flash.operations
    return count


@pytest.mark.parametrize("torn", [False, True])
def test_power_cuts(board, key, torn, full):
    """At each flash operation from the first sector to the last confirmation, or at 60."""
    update = image(key, "0.3.0")
    clean = bytes(board.data)
    count = _life(board, update, True, None)
    assert board.version == "0.2.0"
    wrong = bricks = 0
    # the last ones are those of otadata
    points = range(count) if full else [*range(3, count - 40, 12), *range(count - 40, count)]
    for number in points:
        board.data[:] = clean
        board.files.clear()
        board.confirmed = False
        board.start()
        with pytest.raises(PowerCut):
            _life(board, update, True, (number, torn))
        try:
            board.start()
        except AssertionError:
            bricks += 1
            continue
        is_for_good = board.version == "0.3.0" and not board.slot.trial()
        wrong += board.version not in ("0.2.0", "0.3.0") or is_for_good and not board.confirmed
        board.go_on()
        # it can be completed, whatever state that was
        if board.version == "0.2.0":
            assert board.upgrade(update, "0.3.0") is None, number
            wrong += restarted(board) != "0.3.0"
        wrong += restarted(board) != "0.3.0"
    print(
        f"ESP32, torn {torn}: {len(points)} points tried, {bricks} bricks, {wrong} wrong version"
    )
    assert len(points) > 60
    assert not (bricks or wrong)


@pytest.mark.parametrize("seed", range(4))
def test_several_cuts(board, key, full, seed):
    """Up to five cuts, one after the other, in the starts behind the first one too."""
    update = image(key, "0.3.0")
    clean = bytes(board.data)
    count = _life(board, update, True, None)
    for number in range(200 if full else 20):
        draw = random.Random(1000 * seed + number)
        board.data[:] = clean
        board.files.clear()
        board.start()
        with pytest.raises(PowerCut):
            _life(board, update, True, (draw.randrange(count), draw.random() < 0.5))
        for _ in range(draw.randrange(5)):
            try:
                board.start((draw.randrange(4), draw.random() < 0.5))
                board.go_on()
            except PowerCut:
                continue
        board.start()
        assert board.version in ("0.2.0", "0.3.0")
