# SPDX-License-Identifier: MIT
"""A stand-in for the flash of an ESP32: esp32.Partition, and ESP-IDF's boot loader.

It runs on CPython, and on MicroPython for UNIX as the module esp32. It follows ESP-IDF 5.4.2:
bootloader_utility.c (which slot starts), esp_ota_ops.c (what an app may ask), and what
esp_image_format.c finds wrong with an app; and MicroPython 1.26.1's esp32_partition.c. Erases and
programs are counted, and the power can go at any of them.
"""

import binascii
import hashlib
import struct

SECTOR = 4096
PAGE = 256
TABLE = 0x8000
NEW, PENDING, VALID, INVALID, ABORTED = range(5)
UNDEFINED = 0xFFFFFFFF
_EMPTY = 0xFFFFFFFF
_NOT_FOUND, _INVALID_SIZE, _FAIL, _VALIDATE_FAILED = 0x105, 0x104, -1, 0x1503


class PowerCut(BaseException):
    """The power has gone."""


class Flash:
    """NOR flash: an erase sets the bits of a sector, a program clears bits of a page.

    cut: (operation, torn): where the power goes, before that operation or in the middle of it.
    """

    def __init__(self, data):
        self.data = data
        self.operations = 0
        self.cut = None
        self._seed = 1

    def read(self, off, size):
        return bytes(self.data[off : off + size])

    def erase(self, off, size):
        assert off % SECTOR == 0 and size % SECTOR == 0
        for at in range(off, off + size, SECTOR):
            self._do(at, b"\xff" * SECTOR, self._half_erased)

    def write(self, off, data):
        data = bytes(data)
        while data:
            count = PAGE - off % PAGE
            page = data[:count]
            old = self.read(off, len(page))
            self._do(off, bytes([old[i] & page[i] for i in range(len(page))]), self._half_written)
            off, data = off + count, data[count:]

    def _do(self, off, after, half):
        number, self.operations = self.operations, self.operations + 1
        if self.cut and number == self.cut[0]:
            if self.cut[1]:
                self._put(off, half(self.read(off, len(after)), after))
            raise PowerCut
        self._put(off, after)

    def _put(self, off, data):
        self.data[off : off + len(data)] = data

    def _random(self):
        # as the C standard's example has it; any will do
        self._seed = (self._seed * 1103515245 + 12345 + self.operations) & 0x7FFFFFFF
        return self._seed >> 16

    def _half_erased(self, before, _):
        """Some bits of it are set already."""
        return bytes(byte | self._random() & 0xFF for byte in before)

    def _half_written(self, before, after):
        """The first bytes are, one is partly, the others are not."""
        end = self._random() % len(after)
        return after[:end] + bytes([before[end] & (after[end] | 0x55)]) + before[end + 1 :]


def crc(sequence):
    """bootloader_common_ota_select_crc"""
    return binascii.crc32(struct.pack("<I", sequence), 0xFFFFFFFF) & 0xFFFFFFFF


class Record:
    """esp_ota_select_entry_t: sequence, a label that nobody reads, state, checksum."""

    def __init__(self, data):
        self.sequence = struct.unpack_from("<I", data)[0]
        self.state, self.crc = struct.unpack_from("<II", data, 24)

    def pack(self):
        return (
            struct.pack("<I", self.sequence)
            + b"\xff" * 20
            + struct.pack("<II", self.state, self.crc)
        )

    @property
    def is_empty(self):
        return self.sequence == _EMPTY or self.crc != crc(self.sequence)

    @property
    def is_invalid(self):
        """bootloader_common_ota_select_invalid"""
        return self.sequence == _EMPTY or self.state in (INVALID, ABORTED)

    @property
    def is_valid(self):
        """bootloader_common_ota_select_valid"""
        return not self.is_invalid and self.crc == crc(self.sequence)


def active(records):
    """bootloader_common_get_active_otadata: the index of the valid record that holds, or -1."""
    found = [(record.sequence, -i) for i, record in enumerate(records) if record.is_valid]
    return -max(found)[1] if found else -1


def table(flash):
    """Return the rows of the partition table: (type, subtype, offset, size, label)."""
    rows = []
    for at in range(TABLE, TABLE + 0xC00, 32):
        row = flash.read(at, 32)
        if row[:2] != b"\xaa\x50":
            break
        kind, subtype, off, size = struct.unpack_from("<BBII", row, 2)
        rows.append((kind, subtype, off, size, row[12:28].rstrip(b"\0").decode()))
    return rows


def slots(flash):
    """Return the OTA slots in the order of their numbers."""
    return sorted(
        [row for row in table(flash) if row[0] == 0 and 16 <= row[1] < 32], key=lambda row: row[1]
    )


def _otadata(flash):
    return [row for row in table(flash) if row[:2] == (1, 0)][0][2]


def records(flash):
    """Return both records of otadata."""
    off = _otadata(flash)
    return [Record(flash.read(off + i * SECTOR, 32)) for i in range(2)]


def _rewrite(flash, i, record):
    """Erase the sector of a record, and write it."""
    off = _otadata(flash) + i * SECTOR
    flash.erase(off, SECTOR)
    flash.write(off, record.pack())


def _xor(data):
    """Return all bytes of data, one against the other: halves of it, as long as there are two."""
    value, bits = int.from_bytes(data, "little"), 8
    while bits < 8 * len(data):
        bits *= 2
    while bits > 8:
        bits //= 2
        value = value >> bits ^ value & (1 << bits) - 1
    return value


def pieces(flash, off, size):
    """Yield what is there, a little at a time: this runs in a small heap too."""
    for at in range(off, off + size, SECTOR):
        yield flash.read(at, min(SECTOR, off + size - at))


def app_bytes(flash, off, size):
    """Return the bytes of a whole app, 0 for what esp_image_verify refuses."""
    head = flash.read(off, 24)
    if head[0] != 0xE9 or not 0 < head[1] <= 16:
        return 0
    at, checksum = 24, 0xEF
    for _ in range(head[1]):
        length = struct.unpack_from("<I", flash.read(off + at + 4, 4))[0]
        at += 8
        if length % 4 or at + length > size:
            return 0
        for piece in pieces(flash, off + at, length):
            checksum ^= _xor(piece)
        at += length
    end = at + 16 - at % 16
    if end + 32 > size or flash.read(off + end - 1, 1)[0] != checksum:
        return 0
    if head[23] == 1:
        digest = hashlib.sha256()
        for piece in pieces(flash, off, end):
            digest.update(piece)
        if digest.digest() != flash.read(off + end, 32):
            return 0
        end += 32
    return end


def boot(flash):
    """Start as ESP-IDF's boot loader does, with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE.

    Return the number of the slot that runs, None if there is nothing to start.
    """
    there = records(flash)
    for i, record in enumerate(there):
        if record.state == PENDING:
            record.state = ABORTED
            _rewrite(flash, i, record)
    index, is_initial = -1, False
    if there[0].is_invalid and there[1].is_invalid:
        index, is_initial = 0, there[0].is_empty and there[1].is_empty
    elif active(there) >= 0:
        i = active(there)
        index = (there[i].sequence - 1) % len(slots(flash))
        if there[i].state == NEW:
            there[i].state = PENDING
            _rewrite(flash, i, there[i])
    return _load(flash, index, is_initial)


def _load(flash, index, is_initial):
    """bootloader_utility_load_boot_image: that slot, those before it, those behind it."""
    places = slots(flash)
    for i in list(range(index, -1, -1)) + list(range(index + 1, len(places))):
        if app_bytes(flash, places[i][2], places[i][3]):
            if is_initial:
                record = Record(b"\xff" * 32)
                record.sequence, record.state, record.crc = i + 1, VALID, crc(i + 1)
                _rewrite(flash, 0, record)
            return i
    return None


def _error(code, name):
    """As MicroPython's check_esp_err raises it."""
    return OSError(-code, "ESP_" + name)


class Partition:
    """esp32.Partition of a board; flash and running are of the machine that is on."""

    BOOT, RUNNING = 0, 1
    TYPE_APP, TYPE_DATA = 0, 1
    flash = None
    running = 0

    def __init__(self, which, block_size=SECTOR):
        if isinstance(which, tuple):
            self._row = which
        elif which == self.RUNNING:
            self._row = slots(self.flash)[self.running]
        elif which == self.BOOT:
            there = records(self.flash)
            i = active(there)
            places = slots(self.flash)
            self._row = places[(there[i].sequence - 1) % len(places) if i >= 0 else 0]
        else:
            found = [row for row in table(self.flash) if row[4] == which]
            if not found:
                raise OSError(2)
            self._row = found[0]
        assert block_size == SECTOR

    @staticmethod
    def find(type=0, subtype=0xFF, label=None, block_size=SECTOR):
        return [
            Partition(row, block_size)
            for row in table(Partition.flash)
            if row[0] == type and subtype in (0xFF, row[1]) and label in (None, row[4])
        ]

    def info(self):
        return self._row + (False,)

    def _place(self, block, size, off):
        at = block * SECTOR + off
        if at < 0 or at + size > self._row[3]:
            raise _error(_INVALID_SIZE, "ERR_INVALID_SIZE")
        return self._row[2] + at

    def readblocks(self, block, buf, off=0):
        at = self._place(block, len(buf), off)
        buf[:] = self.flash.read(at, len(buf))

    def writeblocks(self, block, buf, off=None):
        at = self._place(block, len(buf), off or 0)
        if off is None:
            self.flash.erase(at, len(buf))
        self.flash.write(at, buf)

    def ioctl(self, op, arg):
        if op in (1, 2, 3):
            return 0
        if op == 4:
            return self._row[3] // SECTOR
        if op == 5:
            return SECTOR
        if op == 6:
            self.flash.erase(self._place(arg, SECTOR, 0), SECTOR)
            return 0
        return None

    def set_boot(self):
        """esp_ota_set_boot_partition, esp_rewrite_ota_data"""
        if not app_bytes(self.flash, self._row[2], self._row[3]):
            raise _error(_VALIDATE_FAILED, "ERR_OTA_VALIDATE_FAILED")
        number, count = self._row[1] & 15, len(slots(self.flash))
        there = records(self.flash)
        i = active(there)
        if i < 0:
            i, sequence = 0, number + 1
        else:
            sequence = (number + 1) % count
            while there[i].sequence > sequence:
                sequence += count
            i = 1 - i
        there[i].sequence, there[i].state, there[i].crc = sequence, NEW, crc(sequence)
        _rewrite(self.flash, i, there[i])

    def get_next_update(self):
        """esp_ota_get_next_update_partition"""
        places = slots(self.flash)
        if not places:
            raise OSError(2)
        number = places.index(self._row) if self._row in places else -1
        return Partition(places[(number + 1) % len(places)])

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        """esp_ota_current_ota_is_workable(true)"""
        there = records(cls.flash)
        i = active(there)
        if i < 0 or not slots(cls.flash):
            raise _error(_FAIL, "FAIL")
        if there[i].state != VALID:
            there[i].state = VALID
            _rewrite(cls.flash, i, there[i])
