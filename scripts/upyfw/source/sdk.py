# SPDX-License-Identifier: MIT
"""Makers' kits that are too large to be fetched by a build: found on the machine, or asked for."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.source import source_pins

_LIMIT_S = 10
# image that ESP-IDF's makers publish for each of their releases
_IDF_IMAGE = "espressif/idf"
LX106 = "xtensa-lx106-elf-"


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


def require(name: str, board: str) -> Kit:
    """Return a kit that can be used.

    Raises UpyfwError with one line that says what is missing and one that says how to get it.
    """
    kit = find(name)
    if kit.problem:
        raise UpyfwError(f"{board}: {kit.problem}", hint=_advice(name, board))
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
    """esp-open-sdk: the compiler in PATH, with the SDK's libraries in its sysroot.

    Debian's compiler of the same name has no SDK, so it is not enough.
    """
    pinned = source_pins.read()[name].version
    compiler = shutil.which(LX106 + "gcc")
    if compiler is None:
        return Kit(name, pinned, problem=f"esp-open-sdk ({LX106}gcc) is not on this machine")
    sysroot = child.run([compiler, "-print-sysroot"], _LIMIT_S, keep_lines=None).output.strip()
    place = Path(sysroot or "/") / "usr"
    if not (place / "include" / "user_interface.h").is_file():
        return Kit(name, pinned, Path(compiler), f"{compiler} comes without the ESP8266 SDK")
    return Kit(name, pinned, place)


_FINDERS: dict[str, Callable[[str], Kit]] = {"esp-idf": _esp_idf, "esp-open-sdk": _esp_open_sdk}


def _advice(name: str, board: str) -> str:
    """Return the line that gets a kit."""
    pin = source_pins.read()[name]
    if name != "esp-idf":
        return f"unpack a build of {pin.git.url} {pin.git.tag} and put its bin folder into PATH"
    clone = f"git clone -b {pin.git.tag} --recursive {pin.git.url}"
    advice = f"{clone} && esp-idf/install.sh && . esp-idf/export.sh"
    if runner := container_runner():
        image = f"docker.io/{_IDF_IMAGE}:{pin.git.tag}"
        inside = f'-v "$PWD:$PWD" -w "$PWD" {image} ./upyfw build {board}'
        advice += f"; or in a container: {runner} run --rm {inside}"
    return advice


def container_runner() -> str | None:
    """Return the program that runs containers here, if one does."""
    for name in ("docker", "podman"):
        if shutil.which(name) is None:
            continue
        if child.run([name, "info"], _LIMIT_S, keep_lines=None).status == 0:
            return name
    return None
