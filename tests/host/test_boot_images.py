# SPDX-License-Identifier: MIT
"""Images and requests that the swap of two firmware slots refuses."""

import random
import struct
import subprocess
import sys

import boot_simulator as sim
from boot_boards import (
    LAYOUT,
    NEW,
    OLD,
    asked,
    prepared,
)
from boot_simulator import SECTOR


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


def test_the_same_image(board):
    """The image that runs already is not swapped in."""
    board.download(OLD)
    assert board.run(sim.REQUEST_TEST) == sim.SAME_IMAGE


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


def test_a_damaged_request(library):
    """A request of which any bit is another one is none."""
    bits = random.Random(6)
    for _ in range(60):
        board = asked(library, sim.REQUEST_PERM)
        board.flash[LAYOUT.journal_off + bits.randrange(84)] ^= 1 << bits.randrange(8)
        assert board.run() == sim.START
        assert board.runs(OLD)


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


def test_what_the_running_firmware_reads(board):
    """Board and signature of an image that imgtool made, and of images without them."""
    name = b"\xa0\x00\x04\x00PICO"
    for new, wanted in (
        (sim.image(2 * SECTOR, seed=9, protected=name), [4, 0, 32]),
        (sim.image(2 * SECTOR, seed=9), [0, 0, 32]),
        (b"no image", [-1, -1, -1]),
    ):
        board.download(new)
        off = LAYOUT.secondary_off + SECTOR
        board.library.power_on(board.flash, board.weak)
        asked_for = ((True, 0xA0), (False, 0x22), (False, 0x10))
        found = [board.library.tlv(off, LAYOUT.slot_bytes, *each) for each in asked_for]
        assert [size for size, _ in found] == wanted
        if wanted[0] == 4:
            assert board.flash[found[0][1] :][:4] == b"PICO"


def test_a_tlv_that_is_longer_than_the_list(board):
    """One TLV of a protected list says that it goes on behind the list's end."""
    new = sim.image(2 * SECTOR, seed=9, protected=b"\xa1\x00\xff\x00PICO")
    board.download(new)
    board.library.power_on(board.flash, board.weak)
    off = LAYOUT.secondary_off + SECTOR
    assert board.library.tlv(off, LAYOUT.slot_bytes, True, 0xA0)[0] == 0


def test_a_hash_of_another_size(board):
    """A TLV of the hash's type with fewer bytes is no hash."""
    new = bytearray(sim.image(2 * SECTOR, seed=9))
    at = len(new) - 34
    new[at : at + 2] = b"\x1f\x00"
    board.download(bytes(new))
    assert board.run(sim.REQUEST_TEST) == sim.BAD_SECONDARY
