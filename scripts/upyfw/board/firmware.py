# SPDX-License-Identifier: MIT
"""What a board's firmware has of MicroPython: the table "firmware" of its board.toml."""

from dataclasses import dataclass

from upyfw.board.chip import Chip
from upyfw.board.ports import PORTS
from upyfw.board.strict import Refused, Table

# the source that a board of the port rp2 has Bluetooth from
BTSTACK = "btstack"

_OPTIMIZE = ("size", "speed")
# the part that has a key of its own, for ports without parts have it too
_BLUETOOTH = "bluetooth"


@dataclass(frozen=True)
class Firmware:
    """What the build is told and what is known of it without one.

    optimize: "size", "speed" or None for MicroPython's own choice. upstream_bytes: size of
    MicroPython's firmware for the board without us, from elsewhere; None where we build it.
    bluetooth: False leaves out what MicroPython has of it for a board whose chip could do it.
    without: parts of the port's (Port.parts) that are left out, with Bluetooth if it is one.
    """

    optimize: str | None = None
    upstream_bytes: int | None = None
    bluetooth: bool = True
    without: tuple[str, ...] = ()


def read(data: object, chip: Chip, sources: tuple[str, ...]) -> Firmware:
    """Return a table's content; Refused if it breaks a rule. sources: those of the board."""
    table = Table(data, "firmware.")
    # other ports have no such switch
    optimize = table.one_of("optimize", _OPTIMIZE, optional=True) if chip.is_esp else None
    bluetooth = table.take("bluetooth", bool, optional=True)
    if bluetooth is not None and not PORTS[chip.port].has_bluetooth and BTSTACK not in sources:
        raise Refused("firmware.bluetooth: MicroPython has none for this board")
    without = _without(table, chip, bluetooth is False)
    upstream_bytes = table.number("upstream_bytes", optional=True)
    table.done()
    return Firmware(optimize, upstream_bytes, bluetooth is not False, without)


def _without(table: Table, chip: Chip, no_bluetooth: bool) -> tuple[str, ...]:
    names = [part.name for part in PORTS[chip.port].parts]
    known = [name for name in names if name != _BLUETOOTH]
    chosen = table.texts("without", r"\w+")
    for name in chosen:
        if name not in known:
            told = ", ".join(known) or "nothing"
            raise Refused(f'firmware.without: "{name}" is none of {told}')
    return tuple(n for n in names if n in chosen or n == _BLUETOOTH and no_bluetooth)
