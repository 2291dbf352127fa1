# SPDX-License-Identifier: MIT
"""An emulated Espressif chip in its serial boot loader, on a pseudo-terminal, with a flash.

It answers as the ROM does, and as esptool's flasher stub once that was uploaded and started.
Source: esptool documentation, "Serial Protocol"; codes and registers: esptool/loader.py and
esptool/targets. Programming can only clear bits, as on a real flash: what was not erased shows.
"""

import hashlib
import os
import pty
import select
import struct
import threading
import tty
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

SECTOR_BYTES = 0x1000
# magic word of the chips that are told by one, at this address of their ROM
_MAGIC_ADDR = 0x40001000
# commands to the flash chip: read JEDEC id, read SFDP
_RDID, _RDSFDP = 0x9F, 0x5A
_SFDP_WORD = 0x50444653
# bit of SPI_CMD_REG that starts a command to the flash chip
_SPI_USR = 1 << 18

_NAMES = {
    0x02: "flash_begin",
    0x03: "flash_data",
    0x04: "flash_end",
    0x05: "mem_begin",
    0x06: "mem_end",
    0x07: "mem_data",
    0x08: "sync",
    0x09: "write_reg",
    0x0A: "read_reg",
    0x0B: "spi_set_params",
    0x0D: "spi_attach",
    0x0F: "change_baudrate",
    0x10: "deflate_begin",
    0x11: "deflate_data",
    0x12: "deflate_end",
    0x13: "flash_md5",
    0x14: "security_info",
    0xD0: "erase_flash",
    0xD1: "erase_region",
    0xD2: "read_flash",
}
# what only the stub knows
_STUB_ONLY = ("erase_flash", "erase_region", "read_flash")
# commands that change the flash
CHANGES = ("flash_begin", "deflate_begin", "erase_flash", "erase_region")
_BAD_MESSAGE, _BAD_CHECKSUM, _BAD_DATA = 0x05, 0x07, 0x0B


@dataclass(frozen=True)
class Kind:
    """What tells a chip from others: an id that it says, or a magic word, and its SPI block."""

    spi_base: int
    chip_id: int | None = None
    magic: int | None = None


# esptool/targets/esp32*.py: IMAGE_CHIP_ID, MAGIC_VALUE, SPI_REG_BASE
KINDS = {
    "esp32": Kind(0x3FF42000, magic=0x00F01D83),
    "esp32c3": Kind(0x60002000, chip_id=5),
    "esp32s3": Kind(0x60002000, chip_id=9),
    "esp32c6": Kind(0x60003000, chip_id=13),
    "esp8266": Kind(0x60000200, magic=0xFFF0C101),
}
# offsets in the SPI block of its command and its first data word; esptool/targets
_SPI_OFFS = {"esp32": (0x24, 0x80), "esp8266": (0x24, 0x40)}
_SPI_OFFS_LATER = (0x20, 0x58)


class Refused(Exception):
    """A request that the chip answers with an error; args: the reason's code."""


@dataclass
class _Write:
    """A write that was begun: where the next bytes go, and how they are packed."""

    offset: int
    left_bytes: int
    unpack: Callable[[bytes], bytes]


@dataclass
class EspRom:
    """A chip of one kind. Use it in a `with` statement; `path` is its serial port.

    unplug_after: the port disappears at that many blocks of data written to the flash.
    worn_off: offset of a byte of the flash that is 0 whatever is written.
    """

    kind: str = "esp32c3"
    flash_bytes: int = 4 * 1024 * 1024
    unplug_after: int | None = None
    worn_off: int | None = None
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flash = bytearray(b"\xff" * self.flash_bytes)
        self.path = ""
        self.is_stub = False
        self.failure: BaseException | None = None
        self._registers: dict[int, int] = {}
        self._ram_left = 0
        self._write: _Write | None = None
        self._blocks = 0
        self._closing = threading.Event()

    # The port

    def __enter__(self) -> "EspRom":
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()
        self.unplug()
        os.close(self._slave)
        if self.failure:
            raise self.failure

    def unplug(self) -> None:
        """Let the port disappear, as a cable that is pulled out does.

        The slave stays open until the end: nobody else's pseudo-terminal gets the name before.
        """
        master, self._master = self._master, None
        if master is not None:
            os.close(master)

    def _serve(self) -> None:
        frames = _Frames()
        try:
            while not self._closing.is_set() and self._master is not None:
                ready, _, _ = select.select([self._master], [], [], 0.05)
                if ready:
                    for frame in frames.feed(os.read(self._master, 65536)):
                        self._answer(frame)
        except _Unplugged:
            self.unplug()
        except (OSError, KeyError, ValueError, struct.error, zlib.error) as error:
            # in a thread: the end of the with statement raises it
            self.failure = error

    def _send(self, packet: bytes) -> None:
        escaped = packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        data = b"\xc0" + escaped + b"\xc0"
        while data:
            data = data[os.write(self._master, data) :]

    # Requests

    def _answer(self, frame: bytes) -> None:
        if len(frame) < 8 or frame[0] != 0:
            # the count of bytes with which esptool acknowledges what it has read
            return
        _, code, size, checksum = struct.unpack_from("<BBHI", frame)
        data = frame[8:]
        name = _NAMES.get(code, f"0x{code:02x}")
        self.requests.append(name)
        try:
            if len(data) != size:
                raise Refused(_BAD_DATA)
            self._check_sum(name, data, checksum)
            value, body = self._do(name, data)
            status = b"\0\0"
        except Refused as refusal:
            value, body, status = 0, b"", bytes((1, refusal.args[0]))
        # the ROM of the ESP32 and later sends two more bytes, which mean nothing
        status += b"" if self.is_stub or self.kind == "esp8266" else b"\0\0"
        reply = struct.pack("<BBHI", 1, code, len(body + status), value) + body + status
        for _ in range(8 if name == "sync" else 1):
            self._send(reply)
        self._after(name, data)

    @staticmethod
    def _check_sum(name: str, data: bytes, checksum: int) -> None:
        if name in ("mem_data", "flash_data", "deflate_data"):
            found = 0xEF
            for byte in data[16:]:
                found ^= byte
            if found != checksum & 0xFF:
                raise Refused(_BAD_CHECKSUM)

    def _do(self, name: str, data: bytes) -> tuple[int, bytes]:
        """Do what a request asks; returns the value and the body of the reply."""
        if name in _STUB_ONLY and not self.is_stub:
            raise Refused(_BAD_MESSAGE)
        action = getattr(self, "_" + name, None)
        if action is None:
            raise Refused(_BAD_MESSAGE)
        return action(data) or (0, b"")

    def _after(self, name: str, data: bytes) -> None:
        """Do what comes after the reply."""
        if name == "mem_end" and struct.unpack("<II", data)[1] and not self.is_stub:
            self.is_stub = True
            self._send(b"OHAI")
        if name == "read_flash":
            self._stream(*struct.unpack("<IIII", data)[:3])

    def _sync(self, data: bytes) -> tuple[int, bytes]:
        # the stub says 0
        return (0 if self.is_stub else 0x20120707), b""

    def _read_reg(self, data: bytes) -> tuple[int, bytes]:
        address = struct.unpack("<I", data)[0]
        if address == _MAGIC_ADDR:
            return KINDS[self.kind].magic or 0, b""
        return self._registers.get(address, 0), b""

    def _write_reg(self, data: bytes) -> None:
        for address, value, mask, _ in struct.iter_unpack("<IIII", data):
            old = self._registers.get(address, 0)
            self._registers[address] = old & ~mask | value & mask
        if address == KINDS[self.kind].spi_base and value & _SPI_USR:
            self._flash_command()

    def _flash_command(self) -> None:
        """Run the command that the SPI registers hold, and be done at once."""
        base = KINDS[self.kind].spi_base
        usr2_off, w0_off = _SPI_OFFS.get(self.kind, _SPI_OFFS_LATER)
        command = self._registers.get(base + usr2_off, 0) & 0xFF
        # Winbond, NOR, and the power of two of the size
        jedec_id = 0x40EF | (self.flash_bytes.bit_length() - 1) << 16
        self._registers[base + w0_off] = {_RDID: jedec_id, _RDSFDP: _SFDP_WORD}.get(command, 0)
        self._registers[base] = 0

    def _security_info(self, data: bytes) -> tuple[int, bytes]:
        chip_id = KINDS[self.kind].chip_id
        if chip_id is None:
            raise Refused(_BAD_MESSAGE)
        return 0, struct.pack("<IBBBBBBBBII", 0, 0, *[0] * 7, chip_id, 0)

    def _nothing(self, data: bytes) -> None:
        """Do nothing that can be seen from here."""

    _spi_attach = _spi_set_params = _change_baudrate = _flash_end = _deflate_end = _nothing

    # RAM

    def _mem_begin(self, data: bytes) -> None:
        self._ram_left = struct.unpack("<IIII", data)[0]

    def _mem_data(self, data: bytes) -> None:
        self._ram_left -= len(data) - 16

    def _mem_end(self, data: bytes) -> None:
        if self._ram_left != 0:
            raise Refused(_BAD_DATA)

    # Flash

    def _flash_begin(self, data: bytes) -> None:
        erase_bytes, _, _, offset = struct.unpack_from("<IIII", data)
        self._begin(offset, erase_bytes, lambda block: block)

    def _deflate_begin(self, data: bytes) -> None:
        size_bytes, _, _, offset = struct.unpack_from("<IIII", data)
        self._begin(offset, size_bytes, zlib.decompressobj().decompress)

    def _begin(self, offset: int, size_bytes: int, unpack: Callable[[bytes], bytes]) -> None:
        self._erase(offset, size_bytes)
        self._write = _Write(offset, size_bytes, unpack)

    def _flash_data(self, data: bytes) -> None:
        if self._write is None or struct.unpack_from("<I", data)[0] != len(data) - 16:
            raise Refused(_BAD_DATA)
        self._blocks += 1
        if self._blocks == self.unplug_after:
            raise _Unplugged
        self._program(self._write.unpack(data[16:]))

    _deflate_data = _flash_data

    def _program(self, data: bytes) -> None:
        write = self._write
        # the last block of what is not compressed is filled up
        data = data[: write.left_bytes]
        old = self.flash[write.offset : write.offset + len(data)]
        if len(old) != len(data):
            raise Refused(_BAD_DATA)
        whole = int.from_bytes(old, "little") & int.from_bytes(data, "little")
        self.flash[write.offset : write.offset + len(data)] = whole.to_bytes(len(data), "little")
        if self.worn_off is not None:
            self.flash[self.worn_off] = 0
        write.offset += len(data)
        write.left_bytes -= len(data)

    def _erase(self, offset: int, size_bytes: int) -> None:
        if offset + size_bytes > len(self.flash):
            raise Refused(_BAD_DATA)
        start = offset // SECTOR_BYTES * SECTOR_BYTES
        end = -(-(offset + size_bytes) // SECTOR_BYTES) * SECTOR_BYTES
        self.flash[start:end] = b"\xff" * (end - start)

    def _erase_flash(self, data: bytes) -> None:
        self._erase(0, len(self.flash))

    def _erase_region(self, data: bytes) -> None:
        self._erase(*struct.unpack("<II", data))

    def _flash_md5(self, data: bytes) -> tuple[int, bytes]:
        offset, size_bytes = struct.unpack_from("<II", data)
        digest = hashlib.md5(self.flash[offset : offset + size_bytes])
        return 0, digest.digest() if self.is_stub else digest.hexdigest().encode()

    def _read_flash(self, data: bytes) -> None:
        """Nothing: the content follows the reply."""

    def _stream(self, offset: int, size_bytes: int, block_bytes: int) -> None:
        content = bytes(self.flash[offset : offset + size_bytes])
        for start in range(0, size_bytes, block_bytes):
            self._send(content[start : start + block_bytes])
        self._send(hashlib.md5(content).digest())


class _Unplugged(Exception):
    """The cable is out."""


class _Frames:
    """SLIP frames out of a stream; what stands between them is passed over."""

    def __init__(self) -> None:
        self._frame: bytearray | None = None
        self._escaped = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that end in data."""
        done = []
        for byte in data:
            if byte == 0xC0:
                if self._frame:
                    done.append(bytes(self._frame))
                self._frame = bytearray() if not self._frame else None
            elif self._frame is not None:
                self._take(byte)
        return done

    def _take(self, byte: int) -> None:
        if self._escaped:
            self._frame.append({0xDC: 0xC0, 0xDD: 0xDB}[byte])
            self._escaped = False
        elif byte == 0xDB:
            self._escaped = True
        else:
            self._frame.append(byte)
