# SPDX-License-Identifier: MIT
"""Builds of the ESP ports from end to end, with a stand-in for what the makers' kits do.

The stand-ins look at what they are given, and leave images that the real esptool made.
"""

import os
import re
import subprocess
import sys

import esp_images
import pytest
from fabricated import lx106_sdk, program
from upyfw import cli
from upyfw.base.paths import REPO
from upyfw.board import boards, partitions, variant
from upyfw.build import firmware, firmware_esp8266
from upyfw.image import espimage, fsimage
from upyfw.measure import frozen_size

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
for name, value in ((name, os.environ.get(name)) for name in ("https_proxy", "SSL_CERT_FILE")):
    assert value == "/given", (name, value)
assert "UPYFW_SECRET" not in os.environ
assert words[-1] == "build" and all(path.is_file() for path in seen), (words, seen)
shutil.copytree(os.environ["IDF_STANDIN"], out, dirs_exist_ok=True)
"""

# The compiler of esp-open-sdk: GCC 4.8.5, which does not know what later releases brought.
GCC = """
for word; do
    case $word in
        -print-sysroot) echo SYSROOT;;
        -ffile-prefix-map=*) echo "cc1: error: unrecognized option $word" >&2; exit 1;;
    esac
done
"""
# make: the linker script puts our code into the flash, the compiler takes the flags, and esptool
# and the port's own script make the image of a program for this chip
MAKE = """
for word; do
    case $word in
        BUILD=*) build=${word#BUILD=};;
        LD_FILES=*) ld=${word#LD_FILES=};;
        ESPTOOL=*) esptool=${word#ESPTOOL=};;
        CFLAGS_EXTRA=*) flags=${word#CFLAGS_EXTRA=};;
        PYTHON=*) python=${word#PYTHON=};;
        -C) port=next;;
        *) [ "$port" != next ] || port=$word;;
    esac
done
grep -q upyos/ $(dirname $ld)/esp8266_common.ld || exit 1
eval "xtensa-lx106-elf-gcc $flags -E -x c /dev/null" || exit 1
mkdir -p $build && cp GIVEN $build/firmware.elf && cd $build || exit 1
$esptool elf2image firmware.elf || exit 1
$python $port/makeimg.py firmware.elf-0x00000.bin firmware.elf-0x[0-5][1-f]000.bin firmware.bin
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
    # the component manager fetches through them
    monkeypatch.setenv("https_proxy", "/given")
    monkeypatch.setenv("SSL_CERT_FILE", "/given")
    monkeypatch.setenv("UPYFW_SECRET", "not for builds")
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
    # what a user's init.sh of the earlier system loads: this board's, and another's
    own = fsimage.board_text(made.board).encode()
    assert files["/etc/upyOS-esp32c3_vcc_gnd.board"] == own
    other = files["/etc/boards/LUATOS_CORE_ESP32C3.board"]
    assert files["/etc/upyOS-esp32c3_luatos.board"] == other != own
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
    lx106_sdk(tmp_path / "usr")
    given = tmp_path / "given.elf"
    given.write_bytes(esp_images.esp8266_elf())
    gcc = GCC.replace("SYSROOT", str(tmp_path))
    program(tmp_path / "bin", "xtensa-lx106-elf-gcc", gcc)
    program(tmp_path / "bin", "make", MAKE.replace("GIVEN", str(given)))
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
    assert "/bin/sed.mpy" in files
    # one segment in RAM, dio, 4 MiB and 40 MHz; behind it what runs from the flash
    assert whole.startswith(bytes([0xE9, 1, 2, 0x40]))
    assert whole[0x9000:0x9010] == bytes(range(16))


# what the compiler itself may call, and what its library brings: libgcc is linked
BY_COMPILER = re.compile(r"__\w+")
DECLARED = re.compile(r"\b(\w+) ?\(")


def test_our_code_asks_the_c_library_for_no_more_than_an_esp8266_has(tmp_path):
    """Its port links none: it has some functions of its own, and the boot ROM's."""
    micropython = firmware.sources.prepare_micropython("unix").micropython
    wanted = _undefined(micropython, tmp_path)
    there = _defined(micropython, "shared/libc/string0.c", "ports/esp8266/posix_helpers.c")
    asked = wanted & _declared("string", "stdlib", "stdio", "ctype", "strings", "math", "time")
    assert {"memcpy", "strlen"} <= asked
    assert asked <= there
    assert "strrchr" not in there


def test_what_a_make_build_wraps_is_called_and_has_a_wrapper(tmp_path):
    """There littlefs has no checksum of its own: a wrapper of lfs2_crc would never be called."""
    micropython = firmware.sources.prepare_micropython("unix").micropython
    text = (REPO / "modules/c/upyos/build.txt").read_text()
    wrapped = set(re.findall(r"^wrap (?:all|chip|make) (\w+)$", text, re.M))
    folder = tmp_path / "ours"
    folder.mkdir()
    _undefined(micropython, folder)
    # this port has no FAT and no Mbed TLS, and nobody calls these then
    lacking = {"f_open", "mbedtls_ssl_read"}
    assert wrapped - _symbols(folder, "--defined-only", "__wrap_") == lacking
    defines = "-DLFS2_DEFINES=extmod/littlefs-include/lfs2_defines.h"
    _compile(
        micropython, folder, [micropython / "lib/littlefs/lfs2.c"], defines, "-DLFS2_NO_ASSERT"
    )
    called = _symbols(folder, "--undefined-only", "", "lfs2.o")
    assert "uzlib_crc32" in called & wrapped
    assert "lfs2_crc" not in called | wrapped


@pytest.mark.parametrize(
    ("port", "where"), [("esp8266", "all|chip|make"), ("esp32", "all|chip|cmake|idf")]
)
def test_a_port_does_not_say_in_other_words_what_its_compiler_is_told(port, where):
    """A macro that is defined again with other tokens is an error, as warnings are."""
    folder = firmware.sources.prepare_micropython("unix").micropython / "ports" / port
    text = (folder / "mpconfigport.h").read_text()
    if port == "esp8266":
        text = firmware_esp8266.settings(folder)
    shared = (REPO / "modules/c/upyos/build.txt").read_text()
    told = dict(re.findall(rf"^define (?:{where}) (\w+)=(.+)$", shared, re.M))
    assert "MICROPY_LOADED_MODULES_DICT_SIZE" in told
    again = re.findall(r"^(?:#ifndef (\w+)\n)?#define (\w+) +(\S.*?)$", text, re.M)
    assert again
    assert [
        name for guard, name, said in again if guard != name and told.get(name, said) != said
    ] == []


def _symbols(folder, which: str, prefix: str, name: str = "*.o") -> set[str]:
    objects = sorted(path.name for path in folder.glob(name))
    command = ["arm-none-eabi-nm", which, "--format=just-symbols", *objects]
    shown = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return {name.removeprefix(prefix) for name in shown.split() if name.startswith(prefix)}


def _compile(micropython, folder, paths, *further: str) -> None:
    lib = micropython / "lib"
    places = [frozen_size._HEADERS, folder, micropython, lib / "littlefs", lib / "mbedtls/include"]
    flags = ["-std=gnu11", "-Os", *(f"-I{place}" for place in places), *further]
    command = ["arm-none-eabi-gcc", "-mthumb", *flags, "-c", *map(str, paths)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _undefined(micropython, folder) -> set[str]:
    """Names that the C files of this port's firmware call and do not have."""
    frozen_size._write_headers(micropython, folder)
    _compile(micropython, folder, sorted((REPO / "modules/c/upyos").glob("*.c")))
    called = _symbols(folder, "--undefined-only", "")
    return {name for name in called if not BY_COMPILER.fullmatch(name)}


def _defined(micropython, *names: str) -> set[str]:
    """Names of the functions that C files of MicroPython define."""
    text = "".join((micropython / name).read_text() for name in names)
    return set(re.findall(r"^\w[\w *]*?(\w+)\([^;]*?\)\s*{", text, re.M))


def _declared(*headers: str) -> set[str]:
    """Names of functions that headers of the C library declare."""
    text = "".join(f"#include <{name}.h>\n" for name in headers)
    command = ["arm-none-eabi-gcc", "-E", "-P", "-x", "c", "-"]
    done = subprocess.run(command, input=text, check=True, capture_output=True, text=True)
    return set(DECLARED.findall(done.stdout))
