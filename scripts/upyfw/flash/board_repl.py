# SPDX-License-Identifier: MIT
"""Questions to a board that runs MicroPython or upyOS, over its raw REPL."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport
from serial import SerialException

from upyfw.base.errors import UpyfwError
from upyfw.board.chips import CHIPS

# for the raw REPL to come; a board that is busy with C code needs a moment
_ENTER_S = 3
_ANSWER_S = 10
# SHA-256 of a megabyte takes seconds
_DIGEST_S = 60

_WHO = """
import sys, os
i = sys.implementation
try:
    import sdata
    upyos = sdata.version
except ImportError:
    upyos = ""
try:
    blocks = os.statvfs("/")[2]
except OSError:
    blocks = 0
print((getattr(i, "_build", ""), getattr(i, "_machine", ""), i.version[:3], upyos, blocks))
"""
_DIGEST = """
import hashlib, uctypes
h = hashlib.sha256()
for addr, size in {runs}:
    h.update(uctypes.bytearray_at(addr, size))
print(h.digest())
"""
_BOOTLOADER = "import machine\nmachine.bootloader()"


@dataclass(frozen=True)
class Answer:
    """What a board says of itself; "" for what its firmware does not know.

    build: name of the board that it was built for. chip: name in chips.CHIPS. upyos, micropython:
    versions. fs_blocks: of the file system at /, 0 without one.
    """

    build: str
    chip: str
    micropython: str
    upyos: str
    fs_blocks: int

    @property
    def system(self) -> str:
        """The system that answers, with its version."""
        return f"upyOS {self.upyos}" if self.upyos else f"MicroPython {self.micropython}"


class NoAnswer(UpyfwError):
    """A port where no MicroPython answers."""


@contextlib.contextmanager
def _raw(port: str) -> Iterator[SerialTransport]:
    """Hold a board's raw REPL; its prompt comes back by a soft reset afterwards."""
    transport = None
    # mpremote prints what it did not expect
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            transport = SerialTransport(port, timeout=_ENTER_S)
            transport.enter_raw_repl(soft_reset=False, timeout_overall=_ENTER_S)
            yield transport
        except TransportError as exc:
            reason = str(exc).splitlines()[0]
            raise NoAnswer(f"{port}: no MicroPython answers: {reason}") from None
        except (OSError, SerialException) as exc:
            raise NoAnswer(f"{port}: {exc}") from None
        finally:
            _close(transport)


def _close(transport: SerialTransport | None) -> None:
    if transport is not None:
        with contextlib.suppress(OSError):
            # Ctrl-B, Ctrl-D: out of the raw REPL, soft reset
            transport.serial.write(b"\r\x02\x04")
            transport.close()


def ask(port: str) -> Answer:
    """Return what the board at a serial port says of itself; NoAnswer if it does not."""
    with _raw(port) as transport:
        out, error = transport.exec_raw(_WHO, timeout=_ANSWER_S)
    try:
        build, machine, version, upyos, blocks = ast.literal_eval(out.decode().strip())
    except (ValueError, SyntaxError, UnicodeDecodeError):
        raise NoAnswer(f"{port}: an answer that cannot be read: {(out or error)[:80]!r}") from None
    return Answer(build, _chip(machine), ".".join(map(str, version)), upyos, blocks)


def _chip(machine: str) -> str:
    """Return the chip of a text such as "Raspberry Pi Pico with RP2040"."""
    name = machine.rpartition(" with ")[2].lower().replace("-", "")
    return name if name in CHIPS else ""


def has_in_flash(port: str, runs: list[tuple[int, bytes]]) -> bool:
    """Tell whether a board's memory holds these bytes at these addresses, by their SHA-256.

    NoAnswer if it does not answer, or cannot look.
    """
    places = [(addr, len(data)) for addr, data in runs]
    with _raw(port) as transport:
        out, error = transport.exec_raw(_DIGEST.format(runs=places), timeout=_DIGEST_S)
    if error:
        raise NoAnswer(f"{port}: {error.decode(errors='replace').strip().splitlines()[-1]}")
    digest = hashlib.sha256(b"".join(data for _, data in runs)).digest()
    return ast.literal_eval(out.decode().strip()) == digest


def start_bootloader(port: str) -> None:
    """Have a board start the boot loader in its ROM; NoAnswer if no MicroPython answers.

    Its port disappears. Nothing tells whether it went there: wait for its drive.
    """
    with _raw(port) as transport:
        transport.exec_raw_no_follow(_BOOTLOADER)
