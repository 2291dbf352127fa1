# SPDX-License-Identifier: MIT
"""The port to a POSIX system: a program of this machine, a file stands for the flash."""

from upyfw.board.chip import Chip
from upyfw.board.port import PROGRAM, Port

PORT = Port(
    name="unix",
    platform="linux",
    chips=(Chip("host", "unix", "host", "host", None),),
    image=PROGRAM,
    firmware_file="upyos",
    regions=("littlefs",),
    tools=("gcc", "make"),
    has_tls=True,
    compiler="gcc",
)
