# SPDX-License-Identifier: MIT
"""The two firmware slots of an ESP32, for upyos.upgrade (the contract is in ports/README.md).

A slot is an app partition. The header of an image, one sector, stands in the last sector of it;
what follows the header begins at its start, where ESP-IDF's boot loader looks for the app. That
boot loader goes by the records of otadata (ESP-IDF 5.4, esp_flash_partitions.h): the record with
the highest sequence says which slot starts, and its state whether that is on trial.
"""

import binascii
import hashlib
import struct

import _upyos
import sdata
from esp32 import Partition
from micropython import const

_SECTOR_BYTES = const(4096)
_PIECE_BYTES = const(256)
# MP_BLOCKDEV_IOCTL_BLOCK_ERASE
_ERASE = const(6)
_SUBTYPE_OTADATA = const(0)

# MCUboot, boot/bootutil/include/bootutil/image.h
_HEADER = "<4s4xHHI4xBBHI"
_HEADER_MAGIC = b"\x3d\xb8\xf3\x96"
_TLVS = const(0x6907)
_PROTECTED = const(0x6908)
_SHA256 = const(0x10)
_ECDSA = const(0x22)
_BOARD = const(0xA0)
# An image has about 170 bytes of them.
_MOST_TLVS = const(1024)

# esp_ota_img_states_t; a record may also have none, 0xffffffff, or what a power cut left
_NEW = const(0)
_VALID = const(2)
_INVALID = const(3)
_ABORTED = const(4)
# ESP_ERR_OTA_VALIDATE_FAILED, as MicroPython raises it
_NO_APP = const(-0x1503)
# app_elf_sha256 of esp_app_desc_t, behind 32 bytes of headers (ESP-IDF, esp_app_desc.h)
_ELF_OFF = const(176)

# Answers of request() and revert()
_BUSY = const(1)
_NOT_WHOLE = const(3)
_SAME = const(4)
_NO_WAY_BACK = const(5)
_MARK_WENT_BACK = const(1 << 4)


def _second(running):
    """Return the other app partition, None if there is none."""
    try:
        found = running.get_next_update()
    except OSError:
        return None
    return None if found.info()[2] == running.info()[2] else found


_running = Partition(Partition.RUNNING)
_other = _second(_running)


def room():
    """Return the bytes of the largest image, 0 on a board with one slot."""
    return _other.info()[3] if _other else 0


def _block(number):
    """Return the sector of the partition that has a sector of the image."""
    return (number or room() // _SECTOR_BYTES) - 1


def read(at, block):
    """Fill block from a byte of the other slot's image on, within a sector."""
    _other.readblocks(_block(at // _SECTOR_BYTES), block, at % _SECTOR_BYTES)


def write(number, sector):
    """Replace a sector of the other slot's image, unless it is so already.

    Its record in otadata goes first, so nothing but the running firmware is started while the
    other slot is not whole. A power cut leaves the sector half erased or half written.
    """
    if not 0 <= number < room() // _SECTOR_BYTES:
        raise ValueError
    if not _has(number, sector):
        _own()
        _withdraw()
        _other.writeblocks(_block(number), sector)


def _has(number, sector):
    piece = bytearray(_PIECE_BYTES)
    for off in range(0, _SECTOR_BYTES, _PIECE_BYTES):
        read(number * _SECTOR_BYTES + off, piece)
        if piece != sector[off : off + _PIECE_BYTES]:
            return False
    return True


def _otadata():
    return Partition.find(Partition.TYPE_DATA, _SUBTYPE_OTADATA)[0]


def _records():
    """Return [sector, sequence, state] of the sound records, the one that holds last."""
    found = []
    partition = _otadata()
    record = bytearray(32)
    for sector in range(2):
        partition.readblocks(sector, record, 0)
        sequence = struct.unpack_from("<I", record)[0]
        state, crc = struct.unpack_from("<II", record, 24)
        # bootloader_common_ota_select_crc: of the sequence alone
        if sequence + 1 >> 32 == 0 and crc == binascii.crc32(record[:4], 0xFFFFFFFF):
            found.append((sequence, sector, state))
    return sorted(found)


def _of(partition):
    """Return the records of a slot."""
    number = partition.info()[1] & 15
    return [record for record in _records() if (record[0] - 1) % 2 == number]


def _state(partition):
    """Return the state of a slot by its record, None without one."""
    found = _of(partition)
    return found[-1][2] if found else None


def _own():
    """Have a record of the running slot there: it may run because the other one could not."""
    if _state(_running) is None:
        _running.set_boot()
        Partition.mark_app_valid_cancel_rollback()


def _withdraw():
    """Erase the record of the other slot."""
    for record in _of(_other):
        _otadata().ioctl(_ERASE, record[1])


def _tlvs(at, magic, most):
    """Return ({type: value}, their bytes) of the TLVs at a byte of the image, None if broken."""
    head = bytearray(4)
    _across(at, head)
    found, size = struct.unpack("<HH", head)
    if found != magic or not 4 <= size <= min(most, _MOST_TLVS):
        return None
    data = bytearray(size)
    _across(at, data)
    values = {}
    at = 4
    while at + 4 <= size:
        kind, length = struct.unpack_from("<HH", data, at)
        at += 4
        if at + length > size:
            return None
        values.setdefault(kind, bytes(data[at : at + length]))
        at += length
    return (values, size) if at == size else None


def _across(at, block):
    """Do as read, over the ends of sectors; not from the header on."""
    _other.readblocks(0, block, at - _SECTOR_BYTES)


def image(which, whole):
    """Return what the image of a slot says of itself, or None: see the contract.

    Of the running firmware it is what the system says: by cable it comes without a header.
    """
    if which == 0:
        numbers = [int(word) for word in sdata.version.split("-")[0].split(".")]
        return tuple((numbers + [0, 0, 0, 0])[:4]), None, 0, None, None
    if which == 2 and _state(_other) in (None, _NEW, _INVALID, _ABORTED):
        return None
    head = bytearray(28)
    read(0, head)
    magic, header_bytes, protected_bytes, size, *version = struct.unpack(_HEADER, head)
    hashed = _SECTOR_BYTES + size + protected_bytes
    if magic != _HEADER_MAGIC or header_bytes != _SECTOR_BYTES or hashed + 4 > room():
        return None
    others = _tlvs(hashed, _TLVS, room() - hashed)
    protected = ({}, 0)
    if protected_bytes:
        protected = _tlvs(_SECTOR_BYTES + size, _PROTECTED, protected_bytes)
    if not others or not protected or protected[1] != protected_bytes:
        return None
    digest = others[0].get(_SHA256)
    if digest is None or whole and digest != _digest(hashed):
        return None
    total = hashed + others[1]
    return tuple(version), protected[0].get(_BOARD), total, digest, others[0].get(_ECDSA)


def _digest(size):
    digest = hashlib.sha256()
    block = memoryview(bytearray(_SECTOR_BYTES))
    for at in range(0, size, _SECTOR_BYTES):
        part = block[: min(_SECTOR_BYTES, size - at)]
        read(at, part)
        digest.update(part)
    return digest.digest()


def _is_same():
    """Tell whether both slots hold the same program."""
    digests = bytearray(32), bytearray(32)
    _running.readblocks(0, digests[0], _ELF_OFF)
    _other.readblocks(0, digests[1], _ELF_OFF)
    return digests[0] == digests[1] and any(digests[0])


def request():
    """Have the next start try the other slot: one record of otadata is erased and written.

    A power cut there leaves the running firmware, or the request. ESP-IDF checks the app first.
    """
    if trial():
        return _BUSY
    if _is_same():
        return _SAME
    _own()
    return _start(_other, _NOT_WHOLE)


def _start(partition, refused):
    try:
        partition.set_boot()
    except OSError as e:
        if e.errno != _NO_APP:
            raise
        return refused
    return 0


def trial():
    """Tell whether the running firmware is on trial."""
    return _state(_running) not in (None, _VALID, _INVALID, _ABORTED)


def confirm(_keep_watchdog):
    """End the trial: the running firmware stays. Return False if there was none.

    The record is erased and written: a power cut there leaves the trial, or the firmware before.
    """
    was = trial()
    if was:
        Partition.mark_app_valid_cancel_rollback()
        _upyos.trial_end()
    return was


def revert():
    """Have the next start go back; return an answer.

    On trial, and before an update was tried, that is what a reset does without the record. Else
    the firmware before is tried as an update is: it comes back to this one if it does not confirm
    itself.
    """
    if trial():
        return 0
    state = _state(_other)
    if state == _NEW:
        _withdraw()
        return 0
    if state in (None, _INVALID, _ABORTED):
        return _NO_WAY_BACK
    from upyos.start import upgraded

    found = image(2, False)
    upgraded.write(sdata.version, found and "%d.%d.%d" % found[0][:3], False)
    return _start(_other, _NO_WAY_BACK)


def marks():
    """Return how the last upgrade ended, as far as otadata has it."""
    return _MARK_WENT_BACK if _state(_other) in (_INVALID, _ABORTED) else 0
