# SPDX-License-Identifier: MIT
"""Makers' kits that are too large to be fetched by a build: found on the machine, or asked for."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.board.boards import Board
from upyfw.board.chip import Chip
from upyfw.source import source_pins

IDF = "esp-idf"
_LIMIT_S = 10
# image that ESP-IDF's makers publish for each of their releases
IDF_IMAGE = "docker.io/espressif/idf"
LX106 = "xtensa-lx106-elf-"
# the kits' compilers, by architecture of mpy-cross; ESP-IDF's install.sh gets those of the chips
# that it is told
_COMPILERS = {
    "xtensa": LX106 + "gcc",
    "xtensawin": "xtensa-{}-elf-gcc",
    "rv32imc": "riscv32-esp-elf-gcc",
}
# what MicroPython's ports/esp8266/Makefile includes and links of the SDK
_LX106_FILES = (
    "include/user_interface.h",
    "include/lwip/init.h",
    *(
        f"lib/lib{name}.a"
        for name in ["main", "json", "lwip_open", "pp", "net80211", "wpa", "phy"]
    ),
)


@dataclass(frozen=True)
class Kit:
    """One kit as it was found: its folder, its version, or what is wrong ("" is nothing)."""

    name: str
    version: str
    place: Path | None = None
    problem: str = ""


def of_port(port: str) -> str | None:
    """Return the name of the kit in ports/upstream.toml that a port needs, or None."""
    pins = source_pins.read().values()
    return next((pin.name for pin in pins if pin.kit and port in pin.needed_by), None)


def find(name: str) -> Kit:
    """Look for a kit; its problem says why it cannot be used."""
    return _FINDERS[name](name)


def for_board(board: Board) -> Kit | None:
    """Look for the kit that a board needs, with its chip's compiler; None if it needs none."""
    name = of_port(board.port)
    if name is None:
        return None
    kit = find(name)
    program = compiler(board.chip)
    if not kit.problem and shutil.which(program) is None:
        return replace(kit, problem=f"{program} of {name} {kit.version} is not in PATH")
    return kit


def compiler(chip: Chip) -> str:
    """Return the name of a kit's compiler for a chip."""
    return _COMPILERS[chip.mpy_arch].format(chip.name)


def require(board: Board) -> Kit:
    """Return the kit of a board that needs one.

    Raises UpyfwError with one line that says what is missing and one that says how to get it.
    """
    kit = for_board(board)
    if kit.problem:
        raise UpyfwError(f"{board.name}: {kit.problem}", hint=_advice(kit, board))
    return kit


def _esp_idf(name: str) -> Kit:
    """ESP-IDF: IDF_PATH, or idf.py in PATH, made ready by its export.sh."""
    pinned = source_pins.read()[name].version
    program = shutil.which("idf.py")
    place = os.environ.get("IDF_PATH") or (program and str(Path(program).resolve().parents[1]))
    if not place:
        return Kit(name, pinned, problem=f"ESP-IDF {pinned} is not on this machine")
    found = _idf_version(Path(place))
    if not found:
        return Kit(name, pinned, Path(place), f"IDF_PATH: {place} holds no ESP-IDF")
    if found.split(".")[:2] != pinned.split(".")[:2]:
        return Kit(name, found, Path(place), f"ESP-IDF {found} is another than {pinned}")
    if not os.environ.get("IDF_PYTHON_ENV_PATH"):
        return Kit(name, found, Path(place), f"ESP-IDF {found} is not ready: source its export.sh")
    return Kit(name, found, Path(place))


def _idf_version(place: Path) -> str:
    """Return what an ESP-IDF says it is (tools/cmake/version.cmake), or ""."""
    try:
        text = (place / "tools" / "cmake" / "version.cmake").read_text(errors="replace")
    except OSError:
        return ""
    numbers = re.findall(r"set\(IDF_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)\)", text)
    return ".".join(numbers)


def _esp_open_sdk(name: str) -> Kit:
    """esp-open-sdk: the compiler in PATH, with the SDK's headers and libraries in its sysroot.

    Debian's compiler of the same name has no SDK, so it is not enough.
    """
    pinned = source_pins.read()[name].version
    program = shutil.which(LX106 + "gcc")
    if program is None:
        return Kit(name, pinned, problem=f"esp-open-sdk ({LX106}gcc) is not on this machine")
    sysroot = child.run([program, "-print-sysroot"], _LIMIT_S, keep_lines=None).output.strip()
    place = Path(sysroot or "/") / "usr"
    missing = [name for name in _LX106_FILES if not (place / name).is_file()]
    if len(missing) == len(_LX106_FILES):
        return Kit(name, pinned, Path(program), f"{program} comes without the ESP8266 SDK")
    if missing:
        return Kit(name, pinned, place, f"the ESP8266 SDK in {place} lacks {', '.join(missing)}")
    return Kit(name, pinned, place)


_FINDERS: dict[str, Callable[[str], Kit]] = {IDF: _esp_idf, "esp-open-sdk": _esp_open_sdk}


def _advice(kit: Kit, board: Board) -> str:
    """Return the line that gets a kit, or what it lacks."""
    pin = source_pins.read()[kit.name]
    if kit.name != IDF:
        return f"unpack a build of {pin.git.url} {pin.git.tag} and put its bin folder into PATH"
    if kit.place and kit.problem.startswith(compiler(board.chip)):
        return f"{kit.place}/install.sh {board.chip.name} && . {kit.place}/export.sh"
    clone = f"git clone -b {pin.git.tag} --recursive {pin.git.url}"
    advice = f"{clone} && esp-idf/install.sh && . esp-idf/export.sh"
    if container_runner():
        advice += f"; or in a container: ./upyfw build {board.name} --container"
    return advice


def container_runner() -> str | None:
    """Return the program that runs containers here, if one does."""
    for name in ("docker", "podman"):
        if shutil.which(name) is None:
            continue
        if child.run([name, "info"], _LIMIT_S, keep_lines=None).status == 0:
            return name
    return None
