# SPDX-License-Identifier: MIT
"""Firmware of the esp32 port, by MicroPython's own ESP-IDF project."""

import os
import shutil
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_if_changed
from upyfw.board import partitions
from upyfw.board.boards import Board
from upyfw.build.firmware_build import Binary, Inputs, prefix_map
from upyfw.build.workdir import Workdir
from upyfw.source import sdk

# Ninja makes these again unless its log says that their command ended well
CHECKED = (".obj", ".ninja_log", ".ninja_deps")

# beside what ESP-IDF's export.sh set: its component manager fetches while it configures
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"),
)
# of ESP-IDF's Kconfig; an option is "n" when another of its choice is "y"
_MODES = ("QIO", "QOUT", "DIO", "DOUT")
_OPTIMIZE = {"speed": "PERF", "size": "SIZE"}


def compiler(board: Board) -> str:
    """Return the compiler of the board's chip, which ESP-IDF's export.sh puts into PATH."""
    return sdk.compiler(board.chip)


def compile(board: Board, work: Workdir, inputs: Inputs) -> Binary:
    """Build the firmware and return its files, which lie in the work folder.

    Raises UpyfwError if it does not compile, or if the partition table that ESP-IDF made is not
    that of the board.
    """
    kit = sdk.require(board)
    project = _project(work, inputs)
    board_dir = work.path / "board"
    for name, text in board_files(board, board_dir, inputs.micropython).items():
        write_if_changed(board_dir / name, text.encode())
    python = Path(os.environ["IDF_PYTHON_ENV_PATH"]) / "bin" / "python"
    command = [str(python), str(kit.place / "tools" / "idf.py"), "-C", str(project)]
    command += ["-B", str(work.objects), *_options(board, board_dir, inputs), "build"]
    env = inputs.env | _idf_environment() | {"CFLAGS": prefix_map(work, inputs, {})}
    work.run("compile", command, env)
    _check_table(board, work.objects / "partition_table" / "partition-table.bin")
    return Binary(
        elf=work.objects / "micropython.elf",
        image=work.objects / "micropython.bin",
        bootloader=work.objects / "bootloader" / "bootloader.bin",
    )


def _idf_environment() -> dict[str, str]:
    """Return what ESP-IDF's export.sh set, and how this machine gets to the network."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("IDF_", "ESP_")) or name.upper() in _NETWORK
    }


def _project(work: Workdir, inputs: Inputs) -> Path:
    """Return a copy of the port, as ESP-IDF writes into a project's folder.

    What the port refers to by ../.. are links to MicroPython's tree, where nothing is written.
    """
    tree = work.path / "tree"
    port = tree / "ports" / "esp32"
    port.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(inputs.micropython / "ports" / "esp32", port, dirs_exist_ok=True)
    for entry in inputs.micropython.iterdir():
        link = tree / entry.name
        if entry.name == "ports":
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(entry)
    return port


def _options(board: Board, board_dir: Path, inputs: Inputs) -> list[str]:
    options = {
        "MICROPY_BOARD": board.name,
        "MICROPY_BOARD_DIR": board_dir,
        "MICROPY_FROZEN_MANIFEST": inputs.manifest,
        # needs a source that MicroPython's tarball lacks
        "MICROPY_PY_BTREE": "OFF",
    }
    if inputs.c_modules:
        options["USER_C_MODULES"] = inputs.c_modules / "micropython.cmake"
    return [f"-D{name}={value}" for name, value in options.items()]


def board_files(board: Board, folder: Path, micropython: Path) -> dict[str, str]:
    """Return {name: content} of a MicroPython board folder: upstream's, with our flash.

    Raises UpyfwError if MicroPython has no such board or variant.
    """
    upstream = micropython / "ports" / "esp32" / "boards" / board.upstream
    variant = upstream / f"mpconfigvariant_{board.variant}.cmake"
    if not (upstream / "mpconfigboard.cmake").is_file() or board.variant and not variant.is_file():
        named = board.upstream + (f", variant {board.variant}" if board.variant else "")
        raise UpyfwError(
            f"{board.name}: MicroPython has no esp32 board {named}",
            hint="correct upstream in its board.toml",
            status=2,
        )
    head = f"Generated from boards/{board.name}/board.toml"
    return {
        "mpconfigboard.h": (
            f'// {head}\n#include "{upstream}/mpconfigboard.h"\n'
            + "".join(f"#define {part.macro} (0)\n" for part in board.left_out if part.macro)
        ),
        "mpconfigboard.cmake": (
            f"# {head}\ninclude({upstream}/mpconfigboard.cmake)\n"
            + (f"include({variant})\n" if board.variant else "")
            + f"list(APPEND SDKCONFIG_DEFAULTS {folder}/sdkconfig.upyos)\n"
            # the flash that it would take is the file system's
            + "list(APPEND MICROPY_DEF_BOARD MICROPY_VFS_ROM=0)\n"
        ),
        "sdkconfig.upyos": f"# {head}\n" + sdkconfig(board, folder / "partitions.csv"),
        "partitions.csv": partitions.csv(board.regions),
    }


def sdkconfig(board: Board, table: Path) -> str:
    """Return the settings of ESP-IDF that a board.toml decides, for after those of upstream."""
    size_mb = board.flash.size_bytes // (1024 * 1024)
    lines = [
        "CONFIG_PARTITION_TABLE_CUSTOM=y",
        f'CONFIG_PARTITION_TABLE_CUSTOM_FILENAME="{table}"',
        f"CONFIG_PARTITION_TABLE_OFFSET=0x{partitions.TABLE_OFF:x}",
        "CONFIG_ESPTOOLPY_FLASHSIZE_4MB=n",
        f"CONFIG_ESPTOOLPY_FLASHSIZE_{size_mb}MB=y",
    ]
    for mode in _MODES:
        chosen = mode == board.flash.mode.upper()
        lines.append(f"CONFIG_ESPTOOLPY_FLASHMODE_{mode}={'y' if chosen else 'n'}")
    for mhz in board.chip.flash_mhz:
        chosen = mhz == board.flash.clock_mhz
        lines.append(f"CONFIG_ESPTOOLPY_FLASHFREQ_{mhz}M={'y' if chosen else 'n'}")
    if board.update:
        # new firmware is started once, and goes back unless it confirms itself
        lines.append("CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE=y")
    for part in board.left_out:
        lines += [f"{name}=n" for name in part.off] + [f"{name}=y" for name in part.on]
    if board.firmware.optimize:
        for name, option in _OPTIMIZE.items():
            chosen = name == board.firmware.optimize
            lines.append(f"CONFIG_COMPILER_OPTIMIZATION_{option}={'y' if chosen else 'n'}")
    if board.firmware.optimize == "size":
        # as upstream's variants that are optimised so: checks say no file and line
        lines.append("CONFIG_COMPILER_OPTIMIZATION_CHECKS_SILENT=y")
    return "\n".join(lines) + "\n"


def _check_table(board: Board, path: Path) -> None:
    """Refuse firmware whose partition table is not that of the board."""
    try:
        found = list(partitions.read(path.read_bytes()))
    except (OSError, ValueError) as exc:
        raise UpyfwError(f"{board.name}: {path}: {exc}") from None
    if found != partitions.rows(board.regions):
        raise UpyfwError(
            f"{board.name}: ESP-IDF made another partition table than board.toml says",
            hint=f"./upyfw clean {board.name}, then build it again",
        )
