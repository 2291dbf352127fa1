# SPDX-License-Identifier: MIT
"""The record of a port: all that the tool must know of it, but for how it is compiled.

One file of ports/ holds one record; build/firmware_<port>.py calls MicroPython's build for it. No
other code holds the name of a port (tests/host/test_ports.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

from upyfw.board.chip import Chip
from upyfw.board.layout import Region

# what a build of the port gives, and so how it comes onto a board
PROGRAM = "program"
UF2 = "uf2"
ESP = "esp"

# (regions, chip, bytes of flash) -> "key: reason" for the first rule that is broken, or None
Rule = Callable[[tuple[Region, ...], Chip, int], str | None]


def no_fault(_regions: tuple[Region, ...], _chip: Chip, _flash_bytes: int) -> None:
    """Find nothing wrong: the rule of a port that has no more than the needed regions."""


@dataclass(frozen=True)
class Part:
    """Something of MicroPython that a board of a port can do without.

    size_bytes: what the firmware is smaller by, 0 if nobody has told. off, on: settings of the
    maker's kit. macro: MicroPython's own switch, "" if it follows from these.
    """

    name: str
    size_bytes: int
    off: tuple[str, ...]
    on: tuple[str, ...] = ()
    macro: str = ""


@dataclass(frozen=True)
class Port:
    """One port.

    name: folder of ports/, MicroPython's and ours. platform: what sys.platform says there, which
    names the board file in /etc (MicroPython, mpconfigport.h, MICROPY_PY_SYS_PLATFORM). image:
    what its build gives: PROGRAM runs on this machine, UF2 is copied to a boot drive, ESP is
    written by esptool. firmware_file: the name of that in the build folder. regions: those that
    every board must have. fs_region: the one of the file system. fault: further rules of the
    regions. has_table: the flash has a partition table, whose rows have types, and a boot loader
    of its own. image_header_bytes: of an image over the air, where the maker's boot loader has two
    slots; 0 where it has not. has_bluetooth: MicroPython has it on all its chips. parts: what its
    boards can do without. can_limit_heap: whether --heap works. can_usbnet: whether a board may
    have a network over USB. has_tls: whether MicroPython's boards with a radio have TLS that
    serves, Mbed TLS. deploy: the page that MicroPython's board.json names. tools: what a build
    calls (tools.TOOLS); compiler: the one of them whose absence is told before a build, "" if it
    comes with a kit.
    """

    name: str
    platform: str
    chips: tuple[Chip, ...]
    image: str
    firmware_file: str
    regions: tuple[str, ...]
    tools: tuple[str, ...]
    compiler: str = ""
    fs_region: str = "littlefs"
    fault: Rule = no_fault
    has_table: bool = False
    image_header_bytes: int = 0
    has_bluetooth: bool = False
    parts: tuple[Part, ...] = ()
    can_limit_heap: bool = False
    can_usbnet: bool = False
    has_tls: bool = False
    deploy: str = ""
