# SPDX-License-Identifier: MIT
"""The code of a pair of slots, compiled for this machine, over a flash that loses power."""

import ctypes
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.paths import REPO
from upyfw.source import sources

SECTOR, PAGE = 4096, 256
HEADER_BYTES = 512
TAIL_BYTES = 2 * SECTOR
RP2 = REPO / "ports" / "rp2"
ALL_POWER = 0xFFFFFFFF
# What pair_request and pair_revert answer, and which image pair_image takes.
OK, BUSY, BAD_PRIMARY, BAD_SECONDARY, SAME_IMAGE, NO_RECORD = range(6)
RUNNING, UPDATE, BEFORE = range(3)
# Names a folder where gcov finds what ran.
COVERAGE = "UPYFW_TEST_COVERAGE"

_BUY = ctypes.CFUNCTYPE(None)


class Pair(ctypes.Structure):
    """pair_t: offsets and sizes in bytes."""

    _fields_ = [
        ("running_off", ctypes.c_uint32),
        ("other_off", ctypes.c_uint32),
        ("slot_bytes", ctypes.c_uint32),
        ("files_off", ctypes.c_uint32),
        ("files_bytes", ctypes.c_uint32),
        ("on_trial", ctypes.c_bool),
    ]


def build(folder: Path) -> ctypes.CDLL:
    """Compile the code and the simulator with the host's compiler into folder."""
    flags = []
    if COVERAGE in os.environ:
        folder, flags = Path(os.environ[COVERAGE]), ["--coverage"]
    mbedtls = sources.prepare_micropython().micropython / "lib" / "mbedtls"
    core, pair = RP2 / "boot" / "core", RP2 / "pair"
    code = [core / "image.c", *sorted(pair.glob("*.c"))]
    code += [REPO / "tests" / "pair" / "simulator.c", mbedtls / "library" / "sha256.c"]
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-shared", "-fPIC"]
    command += [*flags, f"-I{core}", f"-I{pair}", f"-I{mbedtls / 'include'}"]
    command += [f"-DBOOT_HEADER_BYTES={HEADER_BYTES}"]
    command += ['-DMBEDTLS_CONFIG_FILE="mbedtls_config.h"', "-o", folder / "pair.so", *code]
    subprocess.run(list(map(str, command)), check=True, cwd=folder, timeout=120)
    return ctypes.CDLL(str(folder / "pair.so"))


@dataclass
class Flash:
    """A flash whose content the compiled code and the model of the ROM change alike."""

    code: ctypes.CDLL
    content: bytearray
    buy: Callable[[], None]

    def __post_init__(self) -> None:
        self.weak = bytearray(len(self.content))
        bits = ctypes.c_uint8 * len(self.content)
        # What the library points to must not be collected.
        self.kept = _BUY(self.buy), bits.from_buffer(self.content), bits.from_buffer(self.weak)
        self.code.sim_open(self.kept[1], self.kept[2], len(self.content), self.kept[0])

    def power_on(self, ops: int = ALL_POWER, torn: bool = False, seed: int = 1) -> None:
        """Give power for so many operations; torn: the next one is stopped on its way."""
        self.code.sim_power_on(ctypes.c_uint32(ops), torn, seed | 1)

    @property
    def is_off(self) -> bool:
        """Whether the power went."""
        return bool(self.code.sim_is_off() & 1)

    @property
    def ops(self) -> int:
        """How many operations there were since the power came."""
        return self.code.sim_ops()

    def read(self, off: int, size: int) -> bytes:
        """What stands there; weak bits read as they like."""
        out = (ctypes.c_uint8 * size)()
        self.code.pair_port_read(off, out, ctypes.c_size_t(size))
        return bytes(out)

    def erase(self, off: int) -> None:
        """Erase a sector."""
        self.code.boot_port_erase(off)

    def program(self, off: int, data: bytes) -> None:
        """Program whole pages."""
        for at in range(0, len(data), PAGE):
            self.code.boot_port_program(off + at, data[at : at + PAGE])

    def put(self, off: int, data: bytes) -> None:
        """Put data there by cable, whatever was there."""
        self.content[off : off + len(data)] = data
        self.weak[off : off + len(data)] = bytes(len(data))
