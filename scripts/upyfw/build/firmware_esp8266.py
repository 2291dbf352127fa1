# SPDX-License-Identifier: MIT
"""Firmware of the esp8266 port, by MicroPython's own Makefile."""

import re
import sys
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_if_changed
from upyfw.board.boards import Board
from upyfw.build.firmware_build import Binary, Inputs, job_count, prefix_map
from upyfw.build.workdir import Workdir
from upyfw.source import sdk

# make goes by file times alone
CHECKED = ()

# linker scripts of the port; the second one says which code stays in flash
_SCRIPT, _COMMON = "esp8266_2MiB.ld", "esp8266_common.ld"
_EXTMOD_LINE = "*extmod/*.o*(.literal* .text*)"
_OUR_LINE = "*upyos/*.o*(.literal* .text*)"
# left out by the port to save flash, used by our code
_NEEDED = ("MICROPY_PY_BUILTINS_STR_PARTITION", "MICROPY_PY_BUILTINS_COMPILE")
# the same, by MicroPython's default; axTLS, which is in this firmware anyway, has the digest
_ADDED = """
#undef MICROPY_PY_HASHLIB_MD5
#define MICROPY_PY_HASHLIB_MD5 (MICROPY_PY_SSL && MICROPY_SSL_AXTLS)
"""
_PROBE_LIMIT_S = 20


def compiler(board: Board) -> str:
    """Return the compiler."""
    return sdk.compiler(board.chip)


def compile(board: Board, work: Workdir, inputs: Inputs) -> Binary:
    """Build the firmware and return its files, which lie in the work folder.

    Raises UpyfwError if it does not compile or does not fit.
    """
    sdk.require(board)
    port = inputs.micropython / "ports" / "esp8266"
    config = work.path / "mpconfigport.h"
    write_if_changed(config, settings(port).encode())
    for name, text in linker_scripts(board, port, work.path).items():
        write_if_changed(work.path / name, text.encode())
    options = {
        "BUILD": work.objects,
        "BOARD_DIR": port / "boards" / board.upstream,
        "FROZEN_MANIFEST": inputs.manifest,
        "PYTHON": inputs.python,
        # esptool 5 does not take it from the ELF file
        "ESPTOOL": f"{Path(sys.prefix) / 'bin' / 'esptool'} --chip esp8266",
        "LD_FILES": work.path / _SCRIPT,
        # modules/c/upyos/micropython.mk tells a chip by it, before the port's Makefile sets it
        "CROSS_COMPILE": sdk.LX106,
        # needs a source that MicroPython's tarball lacks
        "MICROPY_PY_BTREE": 0,
        "MICROPY_VFS_FAT": 0,
        # includes the port's own mpconfigport.h beside ours
        "MICROPY_PY_ESPNOW": 0,
        "CFLAGS_EXTRA": f"{path_flags(compiler(board), work, inputs)} {_config_flag(config)}",
    }
    if inputs.c_modules:
        options["USER_C_MODULES"] = inputs.c_modules
    command = ["make", "-C", str(port), "-j", str(job_count())]
    command += [f"{name}={value}" for name, value in options.items()]
    work.run("compile", command, inputs.env)
    return Binary(work.objects / "firmware.elf", work.objects / "firmware.bin")


def _config_flag(config: Path) -> str:
    return f"-DMP_CONFIGFILE='\"{config}\"'"


def settings(port: Path) -> str:
    """Return the port's mpconfigport.h with what our code needs.

    Raises UpyfwError if it is another than the one this was made for.
    """
    text = (port / "mpconfigport.h").read_text()
    for name in _NEEDED:
        text, count = re.subn(rf"(#define {name} +)\(0\)", r"\1(1)", text)
        if count != 1:
            raise UpyfwError(f"mpconfigport.h of this MicroPython does not leave out {name}")
    return text + _ADDED


def path_flags(program: str, work: Workdir, inputs: Inputs) -> str:
    """Return flags that keep this machine's paths out of the firmware, as far as a compiler can.

    GCC has the one that covers __FILE__ since its release 8; the kit's is 4.8.5.
    """
    flags = prefix_map(work, inputs, {})
    probe = [program, "-ffile-prefix-map=/a=/b", "-E", "-x", "c", "/dev/null"]
    if child.run(probe, _PROBE_LIMIT_S).status == 0:
        return flags
    return flags.replace("-ffile-prefix-map=", "-fdebug-prefix-map=")


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
    if "len = 1M - 36K" not in script or board.slots[0].size_bytes != 1024 * 1024:
        raise UpyfwError(f"{board.name}: {_SCRIPT} and the region firmware differ in size")
    return {
        _SCRIPT: script.replace(include, f"INCLUDE {folder / _COMMON}"),
        _COMMON: common.replace(_EXTMOD_LINE, f"{_EXTMOD_LINE}\n        {_OUR_LINE}"),
    }
