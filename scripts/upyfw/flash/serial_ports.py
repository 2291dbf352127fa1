# SPDX-License-Identifier: MIT
"""Serial ports of boards, by their USB ids."""

import errno
import os
import termios
from dataclasses import dataclass

import rich_click as click
import serial
from serial.tools import list_ports

from upyfw.base.errors import BadInput, UpyfwError
from upyfw.board.port import ESP, UF2

# what a port is of if its USB id does not tell
ANY = ""
# speeds that a port may be asked for; which of them it has, its driver says
BAUDS = click.IntRange(1200, 4_000_000)

# USB vendor ids: of the chips' own USB, and of the bridges that boards of Espressif's chips carry.
# Source: usb-ids (linux-usb.org)
_RASPBERRY_PI = 0x2E8A
# Picoprobe, Debug Probe: their port is the target's UART. Source: raspberrypi/usb-pid, Readme.md
_PROBES = (0x0004, 0x000C)
_ESPRESSIF = 0x303A
_BRIDGES = {0x10C4: "CP210x", 0x1A86: "CH34x", 0x0403: "FTDI"}


@dataclass(frozen=True)
class Port:
    """A serial port; kind: which boards have such a one, ANY where its USB id does not tell."""

    path: str
    kind: str
    title: str

    @property
    def where(self) -> str:
        """The port as a user knows it."""
        return f"{self.path} ({self.title})" if self.title else self.path


def find() -> list[Port]:
    """Return the ports that can be a board's: those with a USB id that boards have."""
    known = {_RASPBERRY_PI: UF2, _ESPRESSIF: ESP, **dict.fromkeys(_BRIDGES, ESP)}
    return [
        Port(info.device, known[info.vid], info.product or _BRIDGES.get(info.vid, ""))
        for info in sorted(list_ports.comports(), key=lambda info: info.device)
        if info.vid in known and not (info.vid == _RASPBERRY_PI and info.pid in _PROBES)
    ]


def at(path: str) -> Port:
    """Return the port that the user named."""
    real = os.path.realpath(path)
    for port in find():
        if os.path.realpath(port.path) == real:
            return port
    return Port(path, ANY, "")


def identity(path: str) -> str:
    """Return what a board is known by when its port gets another name: its USB serial number.

    Empty where that is not the board's own, as at a bridge.
    """
    real = os.path.realpath(path)
    found = [info for info in list_ports.comports() if os.path.realpath(info.device) == real]
    is_own = found and found[0].vid in (_RASPBERRY_PI, _ESPRESSIF)
    return found[0].serial_number or "" if is_own else ""


def now_at(path: str, identity: str) -> str:
    """Return the port where the board of an identity is; path if there is none of it."""
    for info in list_ports.comports() if identity else ():
        if info.serial_number == identity:
            return info.device
    return path


def has_flow_control(path: str) -> bool:
    """Tell whether what is sent waits until the board reads it: USB of the chip, a terminal."""
    return bool(identity(path)) or os.path.realpath(path).startswith("/dev/pts/")


def check(path: str) -> None:
    """Raise UpyfwError if a port cannot be opened: gone, somebody else's, or not for this user."""
    try:
        serial.Serial(path, exclusive=True).close()
    except serial.SerialException as exc:
        raise _refusal(path, exc) from None


def _refusal(path: str, exc: serial.SerialException) -> UpyfwError:
    if exc.errno in (errno.EAGAIN, errno.EBUSY):
        hint = "close the program that uses it (a terminal, Thonny, mpremote)"
        return UpyfwError(f"{path}: in use by another program", hint)
    if exc.errno in (errno.EACCES, errno.EPERM):
        hint = "add yourself to the group dialout: sudo usermod -aG dialout $USER; log in again"
        return UpyfwError(f"{path}: you may not open it", hint)
    if exc.errno == errno.ENOENT:
        return BadInput(f"{path}: no such port", "plug the board in; ./upyfw flash finds its port")
    if exc.errno == errno.EISDIR or isinstance(exc.__context__, termios.error):
        what = f"{path}: is no serial port, or nothing is behind it"
        return BadInput(what, "plug the board in; ./upyfw flash finds its port")
    return UpyfwError(f"{path}: {exc}", "name another --port")
