# SPDX-License-Identifier: MIT
"""Builds of the ESP ports from end to end, with a stand-in for what the makers' kits do.

The stand-ins look at what they are given, and leave images that the real esptool made.
"""

import os
import sys

import esp_images
import pytest
from fabricated import program
from upyfw import cli
from upyfw.base.paths import REPO
from upyfw.board import boards, partitions, variant
from upyfw.build import firmware
from upyfw.image import espimage, fsimage

NAME = "ESP32_GENERIC_C3"
# idf.py: the project's folder leads to MicroPython's tree, the board's to our files
IDF_PY = """
import os, pathlib, shutil, sys
words = sys.argv[1:]
project, out = (pathlib.Path(words[words.index(name) + 1]) for name in ("-C", "-B"))
told = dict(word[2:].split("=", 1) for word in words if word.startswith("-D"))
board = pathlib.Path(told["MICROPY_BOARD_DIR"])
seen = [project / "esp32_common.cmake", project / "../../py/py.cmake", board / "sdkconfig.upyos"]
seen += [pathlib.Path(told[key]) for key in ("USER_C_MODULES", "MICROPY_FROZEN_MANIFEST")]
assert words[-1] == "build" and all(path.is_file() for path in seen), (words, seen)
shutil.copytree(os.environ["IDF_STANDIN"], out, dirs_exist_ok=True)
"""

# make: its linker script puts our code into the flash
MAKE = """
for word; do
    case $word in BUILD=*) build=${word#BUILD=};; LD_FILES=*) ld=${word#LD_FILES=};; esac
done
grep -q upyos/ $(dirname $ld)/esp8266_common.ld || exit 1
mkdir -p $build && cp GIVEN $build/firmware.bin && echo elf > $build/firmware.elf
"""


@pytest.fixture
def idf(tmp_path, monkeypatch):
    """An ESP-IDF that gives a folder of files; returns the folder."""
    place, given = tmp_path / "esp-idf", tmp_path / "given"
    (place / "tools" / "cmake").mkdir(parents=True)
    (place / "tools" / "idf.py").write_text(IDF_PY)
    numbers = ("MAJOR 5", "MINOR 4", "PATCH 2")
    version = "".join(f"set(IDF_VERSION_{number})\n" for number in numbers)
    (place / "tools" / "cmake" / "version.cmake").write_text(version)
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    program(tmp_path / "bin", "riscv32-esp-elf-gcc", "exit 0")
    _to_path(monkeypatch, tmp_path / "bin")
    monkeypatch.setenv("IDF_PATH", str(place))
    monkeypatch.setenv("IDF_PYTHON_ENV_PATH", str(tmp_path / "env"))
    monkeypatch.setenv("IDF_STANDIN", str(given))
    monkeypatch.setattr(variant, "build_dir", lambda: tmp_path / "build")
    return given


def _to_path(monkeypatch, folder) -> None:
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def _give(given, chip: str = "esp32c3", table: bytes | None = None) -> None:
    board = boards.load(NAME)
    files = {
        "micropython.bin": esp_images.app(chip),
        "micropython.elf": b"elf",
        "bootloader/bootloader.bin": esp_images.bootloader(chip),
        "partition_table/partition-table.bin": table or partitions.table(board.regions),
    }
    for name, data in files.items():
        (given / name).parent.mkdir(parents=True, exist_ok=True)
        (given / name).write_bytes(data)


def test_an_esp32_build_gives_the_files_to_flash(idf, tmp_path):
    _give(idf)
    made = firmware.build(NAME)
    folder = tmp_path / "build" / NAME
    assert made.to_flash() == [folder / f"upyos-{NAME}.bin", folder / f"upyos-{NAME}-update.bin"]
    whole = made.combined_bin.read_bytes()
    assert espimage.kind(whole) == espimage.WHOLE
    assert made.update_bin.read_bytes() == esp_images.app("esp32c3")
    region = made.board.fs_region
    files = fsimage.read(made.board, whole[region.offset : region.end])
    assert "/etc/upyOS-esp32.board" in files
    assert "/etc/boards/LUATOS_CORE_ESP32C3.board" in files
    # what the profile leaves to the file system, for the chip: flags of a .mpy, from bit 2 on
    cold = [data for path, data in files.items() if path.endswith(".mpy")]
    assert cold or made.board.profile == "full"
    assert not (REPO / "build" / NAME / "obj").exists()


@pytest.mark.parametrize(
    ("chip", "table", "why"),
    [
        ("esp32s3", None, "firmware.bin is for esp32s3, not esp32c3"),
        ("esp32c3", partitions.table(boards.load("ESP32_GENERIC_C6").regions), "ESP-IDF made"),
        ("esp32c3", bytes(3072), "row 0 of the partition table has no magic"),
    ],
)
def test_what_esp_idf_made_wrong_is_refused(idf, tmp_path, capsys, chip, table, why):
    _give(idf, chip, table)
    assert cli.run(["build", NAME]) != 0
    assert why in capsys.readouterr().err
    assert not list((tmp_path / "build").glob("*/upyos-*"))


def test_an_esp8266_build_gives_the_files_to_flash(tmp_path, monkeypatch):
    header = tmp_path / "usr" / "include" / "user_interface.h"
    header.parent.mkdir(parents=True)
    header.touch()
    firmware_bin = tmp_path / "given.bin"
    firmware_bin.write_bytes(esp_images.esp8266())
    program(tmp_path / "bin", "xtensa-lx106-elf-gcc", f"echo {tmp_path}")
    script = MAKE.replace("GIVEN", str(firmware_bin))
    program(tmp_path / "bin", "make", script)
    _to_path(monkeypatch, tmp_path / "bin")
    monkeypatch.setattr(variant, "build_dir", lambda: tmp_path / "build")
    monkeypatch.setattr(firmware.sources, "missing", lambda *_: [])
    real = firmware.sources.prepare_micropython
    monkeypatch.setattr(firmware.sources, "prepare_micropython", lambda *_: real("unix"))
    monkeypatch.setattr(firmware.tools, "require", lambda *_: None)
    made = firmware.build("ESP8266_GENERIC")
    whole = made.combined_bin.read_bytes()
    region = made.board.fs_region
    files = fsimage.read(made.board, whole[region.offset : region.end])
    assert "/bin/tree.mpy" in files
    assert whole.startswith(bytes([0xE9, 1, 2, 0x40]))
