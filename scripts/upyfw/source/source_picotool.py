# SPDX-License-Identifier: MIT
"""Build picotool once into the cache; rp2 builds turn ELF into UF2 with it, and seal images."""

import os
import re
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import make_dir
from upyfw.base.progress import Report, step
from upyfw.source import source_archive, tools

# has CMake adapt it to Mbed TLS 3, which it was not written for
_MBEDTLS3 = Path(__file__).parent / "picotool" / "mbedtls3.cmake"
_CONFIGURE_LIMIT_S = 300
_BUILD_LIMIT_S = 1200
_NINJA_STEP = re.compile(r"^\[(\d+)/(\d+)\]")


def cmake_dir(installed: Path) -> Path:
    """Return the folder to pass as picotool_DIR."""
    return installed / "lib" / "cmake" / "picotool"


def executable(installed: Path) -> Path:
    """Return the program of an installed picotool."""
    return installed / "bin" / "picotool"


def _checked(command: list, limit_s: float, env: dict[str, str], report: Report) -> None:
    def handle(line: str) -> None:
        if match := _NINJA_STEP.match(line):
            report(int(match[1]) / int(match[2]))

    result = child.run(command, limit_s, handle, env)
    if result.status != 0:
        raise UpyfwError(f"picotool: {result.reason()}", hint="./upyfw doctor shows the compilers")


def _with_mbedtls(pico_sdk: Path, mbedtls: Path, folder: Path) -> Path:
    """Return a folder that shows the SDK with Mbed TLS in it, where picotool looks for SHA-256."""
    for entry in pico_sdk.iterdir():
        if entry.name != "lib":
            (make_dir(folder) / entry.name).symlink_to(entry)
    (make_dir(folder / "lib") / "mbedtls").symlink_to(mbedtls)
    return folder


def build(source: Path, pico_sdk: Path, mbedtls: Path, installed: Path) -> None:
    """Build picotool without USB support and put it at `installed` in one rename.

    The final place is compiled in, so the installation goes through DESTDIR.
    """
    tools.require("cmake", "ninja", "gcc")
    make_dir(installed.parent)
    pico_sdk = _with_mbedtls(pico_sdk, mbedtls, source.parent / "sdk")
    work = source.parent / "build"
    stage = source.parent / "stage"
    configure = ["cmake", "-S", source, "-B", work, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
    configure += ["-DPICOTOOL_NO_LIBUSB=1", f"-DPICO_SDK_PATH={pico_sdk}"]
    configure += [f"-DCMAKE_INSTALL_PREFIX={installed}"]
    configure += [f"-DCMAKE_PROJECT_picotool_INCLUDE={_MBEDTLS3}"]
    jobs = str(os.cpu_count() or 1)
    env = {**os.environ, "DESTDIR": str(stage)}
    with step("building picotool") as report:
        _checked(configure, _CONFIGURE_LIMIT_S, env, report)
        _checked(["cmake", "--build", work, "--parallel", jobs], _BUILD_LIMIT_S, env, report)
        _checked(["cmake", "--install", work], _CONFIGURE_LIMIT_S, env, report)
    made = stage / installed.relative_to(installed.anchor)
    if not executable(made).is_file():
        raise UpyfwError("picotool: the build left no program", hint="report this as a fault")
    source_archive.replace(installed, made)
