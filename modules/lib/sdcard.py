# SPDX-License-Identifier: MIT
"""SD cards on SPI, as a block device of 512-byte blocks: vfs.mount(SDCard(spi, cs), "/sd").

Source: SD Specifications, Part 1, Physical Layer Simplified Specification 6.00, 7 (SPI mode).
"""

import time

from micropython import const

_BLOCK_BYTES = const(512)
# Until a card is known; 7.2 and 6.4.1
_SLOW_HZ = const(400_000)
_START_MS = const(1000)
# A card answers within 8 bytes (7.5.4), is ready to be read within 100 ms, written within 500.
_ANSWER_BYTES = const(9)
_READY_MS = const(600)
_DATA = const(0xFE)
_ACCEPTED = const(0x05)
_IDLE = const(1)
_EIO = const(5)
_ENODEV = const(19)


class SDCard:
    """A card. Raises OSError: ENODEV without one, EIO when it does not do what it should."""

    def __init__(self, spi, cs, baudrate=10_000_000):
        self.spi = spi
        self.cs = cs
        self.one = bytearray(1)
        cs.init(cs.OUT, value=1)
        spi.init(baudrate=_SLOW_HZ, polarity=0, phase=0)
        # 74 clocks or more, not selected (6.4.1.1)
        spi.write(b"\xff" * 10)
        self._begin()
        spi.init(baudrate=baudrate, polarity=0, phase=0)

    def _begin(self):
        """Bring the card up: the diagram in 7.2.1."""
        for _ in range(9):
            if self._command(0, 0, 0x95) == _IDLE:
                break
        else:
            raise OSError(_ENODEV)
        # a card of version 2 gives the pattern back
        is_new = self._command(8, 0x1AA, 0x87, 4) == _IDLE and self.more[3] == 0xAA
        end_ms = time.ticks_add(time.ticks_ms(), _START_MS)
        while True:
            self._command(55, 0)
            if self._command(41, 0x40000000 if is_new else 0) == 0:
                break
            if time.ticks_diff(end_ms, time.ticks_ms()) < 0:
                raise OSError(_ENODEV)
        # large cards count blocks, others bytes
        self._must(58, 0, 4)
        self.unit = 1 if self.more[0] & 0x40 else _BLOCK_BYTES
        self._must(16, _BLOCK_BYTES)
        self.blocks = self._capacity()

    def _byte(self):
        self.spi.readinto(self.one, 0xFF)
        return self.one[0]

    def _release(self):
        self.cs(1)
        self.spi.write(b"\xff")

    def _command(self, number, argument, crc=1, more=0, stays=False):
        """Send a command; return its first byte of answer, -1 if none came.

        more bytes follow it, into self.more. stays: the card stays selected.
        """
        self.cs(0)
        self._byte()
        self.spi.write(bytes((0x40 | number,)) + argument.to_bytes(4, "big") + bytes((crc,)))
        answer = -1
        for _ in range(_ANSWER_BYTES):
            byte = self._byte()
            if not byte & 0x80:
                answer = byte
                break
        self.more = [self._byte() for _ in range(more)]
        if not stays:
            self._release()
        return answer

    def _must(self, number, argument, more=0, stays=False):
        """Send a command that must be accepted. Raises OSError."""
        if self._command(number, argument, 1, more, stays) != 0:
            self._release()
            raise OSError(_EIO)

    def _until(self, wanted):
        """Read until this byte comes. Raises OSError."""
        end_ms = time.ticks_add(time.ticks_ms(), _READY_MS)
        while self._byte() != wanted:
            if time.ticks_diff(end_ms, time.ticks_ms()) < 0:
                self._release()
                raise OSError(_EIO)

    def _data(self, buf):
        """Read a block of data, its CRC too."""
        self._until(_DATA)
        self.spi.readinto(buf, 0xFF)
        self._byte()
        self._byte()
        self._release()

    def _capacity(self):
        """Return the number of blocks, from the card's CSD (5.3)."""
        self._must(9, 0, 0, True)
        csd = bytearray(16)
        self._data(csd)
        if csd[0] >> 6:
            return (((csd[7] & 0x3F) << 16 | csd[8] << 8 | csd[9]) + 1) * 1024
        size = (csd[6] & 3) << 10 | csd[7] << 2 | csd[8] >> 6
        shift = ((csd[9] & 3) << 1 | csd[10] >> 7) + 2 + (csd[5] & 15)
        return ((size + 1) << shift) // _BLOCK_BYTES

    def readblocks(self, number, buf):
        """Read blocks, from one on."""
        view = memoryview(buf)
        for at in range(0, len(view), _BLOCK_BYTES):
            self._must(17, (number + at // _BLOCK_BYTES) * self.unit, 0, True)
            self._data(view[at : at + _BLOCK_BYTES])

    def writeblocks(self, number, buf):
        """Write blocks, from one on."""
        view = memoryview(buf)
        for at in range(0, len(view), _BLOCK_BYTES):
            self._must(24, (number + at // _BLOCK_BYTES) * self.unit, 0, True)
            self.spi.write(b"\xff\xfe")
            self.spi.write(view[at : at + _BLOCK_BYTES])
            self.spi.write(b"\xff\xff")
            accepted = self._byte() & 0x1F == _ACCEPTED
            self._until(0xFF)
            self._release()
            if not accepted:
                raise OSError(_EIO)

    def ioctl(self, operation, argument):
        """Do what vfs asks of a block device: 4 is the number of blocks, 5 their size."""
        return {4: self.blocks, 5: _BLOCK_BYTES}.get(operation, 0)
