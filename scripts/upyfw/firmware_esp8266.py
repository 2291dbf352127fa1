# SPDX-License-Identifier: MIT
"""Firmware of the esp8266 port, by MicroPython's own Makefile."""

import sys
from pathlib import Path

from upyfw import sdk
from upyfw.boards import Board
from upyfw.errors import UpyfwError
from upyfw.files import write_if_changed
from upyfw.firmware_build import Binary, Inputs, job_count, prefix_map
from upyfw.workdir import Workdir

# make goes by file times alone
CHECKED = ()

KIT = "esp-open-sdk"
# linker scripts of the port; the second one says which code stays in flash
_SCRIPT, _COMMON = "esp8266_2MiB.ld", "esp8266_common.ld"
_EXTMOD_LINE = "*extmod/*.o*(.literal* .text*)"
_OUR_LINE = "*upyos/*.o*(.literal* .text*)"


def compiler(board: Board) -> str:
    """Return the compiler."""
    return sdk.LX106 + "gcc"


def compile(board: Board, work: Workdir, inputs: Inputs) -> Binary:
    """Build the firmware and return its files, which lie in the work folder.

    Raises UpyfwError if it does not compile or does not fit.
    """
    sdk.require(KIT, board.name)
    port = inputs.micropython / "ports" / "esp8266"
    for name, text in linker_scripts(board, port, work.path).items():
        write_if_changed(work.path / name, text.encode())
    options = {
        "BUILD": work.objects,
        "BOARD_DIR": port / "boards" / board.upstream,
        "FROZEN_MANIFEST": inputs.manifest,
        "PYTHON": inputs.python,
        "ESPTOOL": Path(sys.prefix) / "bin" / "esptool",
        "LD_FILES": work.path / _SCRIPT,
        # modules/c/upyos/micropython.mk tells a chip by it, before the port's Makefile sets it
        "CROSS_COMPILE": sdk.LX106,
        # needs a source that MicroPython's tarball lacks
        "MICROPY_PY_BTREE": 0,
        "MICROPY_VFS_FAT": 0,
        "CFLAGS_EXTRA": prefix_map(work, inputs, {}),
    }
    if inputs.c_modules:
        options["USER_C_MODULES"] = inputs.c_modules
    command = ["make", "-C", str(port), "-j", str(job_count())]
    command += [f"{name}={value}" for name, value in options.items()]
    work.run("compile", command, inputs.env)
    return Binary(work.objects / "firmware.elf", work.objects / "firmware.bin")


def linker_scripts(board: Board, port: Path, folder: Path) -> dict[str, str]:
    """Return {name: content} of the port's linker scripts, with our code in flash, not in RAM.

    Raises UpyfwError if they are others than those this was made for, or leave the firmware
    another size than the board does.
    """
    script = (port / "boards" / _SCRIPT).read_text()
    common = (port / "boards" / _COMMON).read_text()
    include = f"INCLUDE boards/{_COMMON}"
    if script.count(include) != 1 or common.count(_EXTMOD_LINE) != 1:
        raise UpyfwError(f"{board.name}: the linker scripts of this MicroPython are others")
    if "len = 1M - 36K" not in script or board.region("firmware").size_bytes != 1024 * 1024:
        raise UpyfwError(f"{board.name}: {_SCRIPT} and the region firmware differ in size")
    return {
        _SCRIPT: script.replace(include, f"INCLUDE {folder / _COMMON}"),
        _COMMON: common.replace(_EXTMOD_LINE, f"{_EXTMOD_LINE}\n        {_OUR_LINE}"),
    }
