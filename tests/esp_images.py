# SPDX-License-Identifier: MIT
"""Stand-ins for firmware that is not built here: small ELF files, made images by esptool.

They have the marks of a real app and a real boot loader, and code that does nothing.
"""

import hashlib
import struct

from esptool import elf2image
from esptool.logger import log

# chip -> (ELF machine, where constants and code of the flash are mapped, RAM); esptool/targets
_PLACES = {
    "esp32": (94, 0x3F400020, 0x400D0020, 0x3FFB0000),
    "esp32s3": (94, 0x3C000020, 0x42000020, 0x3FC90000),
    "esp32c3": (243, 0x3C000020, 0x42000020, 0x3FC90000),
    "esp32c6": (243, 0x42800020, 0x42000020, 0x40810000),
}
_APP_DESC = struct.pack("<I", 0xABCD5432).ljust(256, b"\0")
_SAYS = b"upyOS version "
_BOOTLOADER_DESC = bytes([0x50]).ljust(80, b"\0")


def _elf(machine: int, sections: list[tuple[str, int, bytes]], entry: int) -> bytes:
    """Return a 32-bit little-endian executable with these sections (name, address, content)."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in sections) + b".shstrtab\0"
    body, heads, off = b"", [struct.pack("<10I", *[0] * 10)], 52
    for name, addr, data in sections:
        index = names.index(name.encode() + b"\0")
        # SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR
        heads.append(struct.pack("<10I", index, 1, 6, addr, off, len(data), 0, 0, 4, 0))
        body, off = body + data, off + len(data)
    index = names.index(b".shstrtab\0")
    heads.append(struct.pack("<10I", index, 3, 0, 0, off, len(names), 0, 0, 1, 0))
    body, off = body + names, off + len(names)
    ident = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    count = len(heads)
    head = struct.pack(
        "<HHIIIIIHHHHHH", 2, machine, 1, entry, 0, off, 0, 52, 32, 0, 40, count, count - 1
    )
    return ident + head + body + b"".join(heads)


def _image(chip: str, elf: bytes) -> bytes:
    log.set_verbosity("silent")
    try:
        return elf2image(elf, chip, flash_mode="dio", flash_size="4MB")
    finally:
        log.set_verbosity("auto")


def app(chip: str, code_bytes: int = 4096, version: str = "") -> bytes:
    """Return an app of about that size. version: what it says of itself, anywhere in it."""
    machine, rodata, text, _ = _PLACES[chip]
    code = bytes(range(256)) * (code_bytes // 256)
    if version:
        text_of = hashlib.sha512(version.encode()).digest() * (code_bytes // 64)
        code = text_of + _SAYS + version.encode()
    sections = [(".flash.appdesc", rodata, _APP_DESC), (".flash.text", text, code)]
    return _image(chip, _elf(machine, sections, text))


def version(app: bytes) -> str:
    """Return what an app says of itself."""
    return app.partition(_SAYS)[2][:5].decode()


def esp8266_firmware(code_bytes: int = 4096) -> bytes:
    """Return what an ESP8266 starts at address 0."""
    code = bytes(range(256)) * (code_bytes // 256)
    # instruction RAM; esptool/targets/esp8266.py
    elf = _elf(94, [(".text", 0x40100000, code[:16384])], 0x40100000)
    return _image("esp8266", elf)


def esp8266_elf() -> bytes:
    """Return a program for an ESP8266 as its port links one: code for RAM and code for flash."""
    sections = [(".text", 0x40100000, bytes(64)), (".irom0.text", 0x40209000, bytes(range(256)))]
    return _elf(94, sections, 0x40100000)


def bootloader(chip: str) -> bytes:
    """Return a boot loader."""
    machine, _, _, ram = _PLACES[chip]
    return _image(chip, _elf(machine, [(".dram0.bootdesc", ram, _BOOTLOADER_DESC)], ram))


def esp8266() -> bytes:
    """Return firmware of an ESP8266.

    One segment for RAM in front, as the port's makeimg.py has it, then what stays in flash.
    """
    head = struct.pack("<BBBBI", 0xE9, 1, 0, 0, 0x40100000)
    segment = struct.pack("<II", 0x40100000, 4) + b"\1\2\4\x08"
    checksum = 0xEF ^ 1 ^ 2 ^ 4 ^ 8
    return (head + segment).ljust(31, b"\0") + bytes([checksum]) + b"\xff" * 4096
