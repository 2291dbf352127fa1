# SPDX-License-Identifier: MIT
"""The emulated RP2040 board: a Node process that is spoken to in JSON lines.

Unless it streams, the machine runs only inside `read_until`, `read_quiet` and `advance`, and all
times are emulated seconds: the same calls give the same output and cycle counts every time.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from upyfw.targets.base import Target, TargetError, TargetStopped, check_reason
from upyfw.targets.cable import Cable
from upyfw.targets.inbox import Sink
from upyfw.targets.machine_process import MachineProcess, acquire, release

# A run of the machine ends after that much real time, whatever the emulated time is
_WALL_S = 120.0


class Emulator(Target):
    """An RP2040 board in the emulator.

    firmware: UF2 file or raw image that starts at offset 0. flash: raw image as `flash_image`
    gives it, or a shorter one that ends where the flash ends: a file system. cut_after: the power
    goes away when so many flash operations (an erased sector or a programmed page is one) are
    done; torn leaves the last one half done. node_modules: the folder that has rp2040js; set up
    in the cache if it is None. speed: while it streams, 1 for real time.
    """

    def __init__(
        self,
        firmware: Path | None,
        flash: Path | None = None,
        cut_after: int | None = None,
        *,
        node_modules: Path | None = None,
        torn: bool = False,
        flash_bytes: int = 2 * 1024 * 1024,
        speed: float = 1,
    ) -> None:
        super().__init__()
        self._files = (firmware, flash)
        self._cut = (cut_after, torn)
        self._modules = node_modules
        self._speed = speed
        self._flash_bytes = flash_bytes
        self._process: MachineProcess | None = None
        self.cable = Cable(self._ask)

    # Target

    def start(self) -> None:
        """Start the machine: power on, nothing executed yet."""
        self._process = acquire(*self._files, self._flash_bytes, self._modules, self._on_event)
        self.cut_after(self._cut[0], torn=self._cut[1])

    def stop(self) -> None:
        """Switch the machine off for good."""
        process, self._process = self._process, None
        if process is not None:
            release(process)

    def send(self, data: bytes) -> None:
        """Type data over USB at the present emulated moment."""
        self._ask("write", data=base64.b64encode(data).decode())

    def stream(self, sink: Sink | None) -> None:
        """Run in real time, output going to sink too as it comes; None ends that."""
        super().stream(sink)
        self._ask("free", on=sink is not None, speed=self._speed)

    # What only an emulated board has

    def advance(self, seconds: float) -> bytes:
        """Run for that much emulated time, or until the machine stops; returns the output."""
        return self._run(max_ms=seconds * 1000)[1]

    def step(self, pattern: re.Pattern[bytes], seconds: float) -> bool:
        """Run for that much emulated time at most; True if pattern ended it, right behind it.

        Raises TargetStopped if the machine stops.
        """
        args = {"pattern": pattern.pattern.decode("latin-1"), "flags": _flags(pattern)}
        reason, _ = self._run(max_ms=seconds * 1000, **args)
        if reason == "stopped":
            raise TargetStopped(f"emulator: stopped ({self.ended})")
        return reason == "pattern"

    @property
    def cycles(self) -> int:
        """Cycles executed since power-on, without sleep; 125 of them are a microsecond."""
        return self.stats()["busy_cycles"]

    @property
    def clock_ns(self) -> int:
        """Emulated time since power-on in nanoseconds: sleep and flash operations included."""
        return self.stats()["clock_ns"]

    @property
    def flash_ops(self) -> int:
        """Flash operations since the start: erased sectors + programmed pages."""
        return self.stats()["flash_ops"]

    @property
    def stopped(self) -> str | None:
        """None, 'power_cut', 'bootsel', or 'fault: …' (what would be a HardFault)."""
        return self.stats()["stopped"]

    @property
    def is_off(self) -> bool:
        """True once the power was cut."""
        return self.stopped == "power_cut"

    def stats(self) -> dict[str, Any]:
        """Return all counters: busy_cycles, clock_ns, erases, programs, flash_ops, resets, …"""
        return self._ask("stats")

    def reset(self) -> None:
        """Reset as the watchdog does: RAM and watchdog scratch registers stay."""
        self._ask("reset")
        self._inbox.end(None)

    def power_cycle(self, flash: bytes | None = None, cut: tuple[int, bool] | None = None) -> None:
        """Power off and on: only flash stays, and cycles and clock begin at 0.

        flash: new content, whole or its end (a file system). cut: (operations, torn) for a power
        cut to come; without it there is none, whatever was set before.
        """
        if flash is not None:
            self._ask("flash_load", data=base64.b64encode(flash).decode())
        self._ask("power_cycle")
        self._inbox.end(None)
        if cut is not None:
            self.cut_after(cut[0], torn=cut[1])
        if self._sink is not None:
            # it ended with the machine
            self._ask("free", on=True, speed=self._speed)

    def cut_after(self, ops: int | None, torn: bool = False) -> None:
        """Cut the power when ops more flash operations are done; 0: before the next, None: not."""
        self._ask("cut_after", ops=ops, torn=torn)

    def flash_image(self) -> bytes:
        """Return the whole flash."""
        return self.flash_read(0, self._flash_bytes)

    def flash_read(self, off: int, size: int) -> bytes:
        """Return size bytes of flash from an offset."""
        return base64.b64decode(self._ask("flash_read", off=off, size=size)["data"])

    def flash_record(self) -> list[tuple[int, bytes | None]]:
        """Return (offset, content) of each programmed page, or None for an erased sector.

        What was done since the last call; the first call begins the record.
        """
        operations = self._ask("flash_record")["operations"]
        return [(off, data and base64.b64decode(data)) for off, data in operations]

    def peek(self, address: int, size: int) -> bytes:
        """Return memory at an absolute address (ROM, flash or SRAM)."""
        return base64.b64decode(self._ask("peek", address=address, size=size)["data"])

    # What is wired to the pins; it stays over resets and power cycles

    def level(self, pin: int) -> int:
        """Return the level of a pin, 0 or 1."""
        return self._ask("pin", pin=pin)["level"]

    def is_output(self, pin: int) -> bool:
        """Tell whether the chip drives a pin."""
        return self._ask("pin", pin=pin)["output"]

    def drive(self, pin: int, level: int | None) -> None:
        """Put a level on a pin from outside; None lets go."""
        self._ask("pin", pin=pin, level=level)

    def edges(self, pin: int) -> list[tuple[int, int]]:
        """Return (clock_ns, new level) for each change of a pin since the last call.

        The first call begins the record.
        """
        return [(at_ns, level) for at_ns, level in self._ask("edges", pin=pin)["edges"]]

    def set_adc(self, channel: int, value: int) -> None:
        """Set what the ADC reads, 0 to 4095; channel 4 is the thermometer."""
        self._ask("adc", channel=channel, value=value)

    def add_i2c_device(self, scl: int, sda: int, address: int) -> None:
        """Wire a device to two pins that acknowledges at an I2C address."""
        self._ask("i2c_device", scl=scl, sda=sda, address=address)

    def add_spi_device(self, spi: int, cs: int, **what: int) -> None:
        """Wire an SD card (blocks=N), or a record (dc=PIN), to an SPI and the pin cs."""
        self._ask("spi_device", spi=spi, cs=cs, **what)

    def spi_taken(self, spi: int, cs: int) -> list[int]:
        """Return what is on a card, or what was recorded; 256 is added where dc was high."""
        return self._ask("spi_taken", spi=spi, cs=cs)["data"]

    def uart(self, number: int, data: bytes = b"") -> bytes:
        """Send data to a UART of the chip; return what it sent since the last call."""
        sent = base64.b64encode(data).decode()
        return base64.b64decode(self._ask("uart", uart=number, data=sent)["data"])

    # Waiting

    def _wait(
        self,
        pattern: re.Pattern[bytes] | None,
        timeout: float,
        settle: float | None,
        quiet: float | None,
    ) -> bytes:
        detail = f"{timeout:g} s"
        if self._sink is not None:
            reason, data = self._inbox.wait(pattern, timeout, settle, quiet)
        else:
            reason, data = self._run(
                pattern=pattern and pattern.pattern.decode("latin-1"),
                flags=_flags(pattern),
                settle_ms=_ms(settle),
                quiet_ms=_ms(quiet),
                max_ms=timeout * 1000,
            )
        wanted = repr(pattern.pattern) if pattern else "silence"
        check_reason("emulator", reason, wanted, self.ended or detail, self._seen)
        return data

    def _run(self, **args: Any) -> tuple[str, bytes]:
        """Run the machine; returns the reason for its end and the output."""
        reply = self._ask("run", wall_s=_WALL_S, **args)
        data = base64.b64decode(reply["output"])
        self._inbox.put_read(data)
        self._inbox.end(reply["stopped"])
        return reply["reason"], data

    def _ask(self, cmd: str, **args: Any) -> dict[str, Any]:
        if self._process is None:
            raise TargetError("emulator: not started")
        return self._process.ask(cmd, **args)

    def _on_event(self, event: dict[str, Any]) -> None:
        # called by the thread that reads from the machine while it streams
        if event["event"] == "stopped":
            self._inbox.end(event["stopped"])
            return
        data = base64.b64decode(event["data"])
        self._inbox.put(data)
        if self._sink is not None:
            self._sink(data)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _flags(pattern: re.Pattern[bytes] | None) -> str:
    names = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))
    return "".join(letter for flag, letter in names if pattern and pattern.flags & flag)
