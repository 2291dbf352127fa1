# SPDX-License-Identifier: MIT
"""The chips of all ports, by name."""

from upyfw.board.chip import Chip
from upyfw.board.ports import PORTS

CHIPS: dict[str, Chip] = {chip.name: chip for port in PORTS.values() for chip in port.chips}
