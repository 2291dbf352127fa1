# SPDX-License-Identifier: MIT
"""Firmware of the rp2 port, by MicroPython's own CMake project and Ninja."""

import re
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_if_changed
from upyfw.base.paths import REPO
from upyfw.board import layout
from upyfw.board.boards import Board
from upyfw.build import firmware_rp2_boot, firmware_rp2_table
from upyfw.build.firmware_build import Binary, Inputs, job_count, prefix_map
from upyfw.build.workdir import Workdir
from upyfw.image import picobin, slotimage, uf2

# the line of ports/rp2/memmap_mp_*.ld that says where firmware may lie
_FLASH_LINE = "FLASH(rx) : ORIGIN = 0x10000000, LENGTH = __micropy_flash_size__"
# what the port leaves out and commands need, for md5sum (about 1,700 bytes of flash); room for
# the collector to remember 128 objects that it has yet to look at, not 64: for what does not fit
# it goes through the whole heap (3 ms), which a program on top of the resident modules made it do
_OPTIONS = """\
#define MICROPY_ALLOC_GC_STACK_SIZE (128)
#undef MICROPY_PY_HASHLIB_MD5
#define MICROPY_PY_HASHLIB_MD5 (1)
"""
# A network over the USB cable, modules/c/usbnet; TLS is left out for want of heap and flash.
_USBNET_OPTIONS = """\
#define MICROPY_PY_NETWORK (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "upyos"
#define MICROPY_PY_SSL (0)
#define MICROPY_PY_WEBREPL (0)
#define MICROPY_PY_WEBSOCKET (0)
extern const struct _mp_obj_type_t usbnet_nic_type;
#define MICROPY_BOARD_NETWORK_INTERFACES \\
    { MP_ROM_QSTR(MP_QSTR_USBD_NCM), MP_ROM_PTR(&usbnet_nic_type) },
"""
_USBNET_CMAKE = """\
set(MICROPY_PY_LWIP 1)
set(UPYOS_USBNET 1)
"""
# two firmware slots, modules/c/swap
_SWAP_CMAKE = "set(UPYOS_SWAP 1)\n"
# Two slots that the boot ROM chooses from, modules/c/pair. The vector table is not where the ROM
# expects it, at the start of the image: the SDK's IMAGE_DEF has one item more to say so (type 3, 2
# words; RP2350 datasheet, 5.9.3), behind its own value, for its source has no switch for that.
_PAIR_CMAKE = """\
set(UPYOS_PAIR 1)
list(APPEND MICROPY_DEF_BOARD PICO_CRT0_IMAGE_TYPE_ITEM_VALUE=0x1021,0x0203,0,0x{low:x},0x{high:x})
set_source_files_properties(${{CMAKE_SOURCE_DIR}}/rp2_flash.c PROPERTIES
    COMPILE_OPTIONS "-include;{untranslated}")
"""
# the firmware runs where the ROM shows its slot: the files are read where they are
_UNTRANSLATED = REPO / "modules" / "c" / "pair" / "untranslated.h"
# Ninja makes these again unless its log says that their command ended well
CHECKED = (".obj", ".ninja_log", ".ninja_deps")

# how the flash is read: at the start of the flash, and of each firmware
_BOOT2_BYTES = 256
# C stack of an RP2040 beyond the port's 8 KiB, from the end of the heap: upyos_port.py leaves 768
# bytes to interrupts, in which USB and lwIP run.
_STACK_BYTES = 1024
_OVERFLOW = re.compile(r"region .FLASH. overflowed by (\d+) bytes")


def compiler(board: Board) -> str:
    """Return the cross compiler."""
    return "arm-none-eabi-gcc"


def compile(board: Board, work: Workdir, inputs: Inputs) -> Binary:
    """Build the firmware and return its files, which lie in the work folder.

    Raises UpyfwError if it does not compile or is larger than its region.
    """
    board_dir = work.path / "board"
    for name, text in board_files(board, board_dir, inputs).items():
        write_if_changed(board_dir / name, text.encode())
    env = _environment(work, inputs)
    if not (work.objects / "build.ninja").exists():
        work.run("configure", _configure(board, board_dir, work, inputs), env)
    try:
        jobs = str(job_count())
        work.run("compile", ["cmake", "--build", str(work.objects), "-j", jobs], env)
    except UpyfwError as exc:
        raise explained(exc, board) from None
    made = work.objects / "firmware.uf2"
    if board.swap:
        made = _with_boot_loader(board, work, inputs)
    elif board.pair:
        made = _with_table(board, work, inputs)
    return Binary(work.objects / "firmware.elf", made)


def _with_boot_loader(board: Board, work: Workdir, inputs: Inputs) -> Path:
    """Return a UF2 file of the boot loader and the image for the slot that firmware runs from."""
    # not the UF2 file: the linker has the ELF file's header in the sector that the slot begins in
    content = (work.objects / "firmware.bin").read_bytes()
    swap_layout = firmware_rp2_boot.of_board(board)
    flash_bytes = board.flash.size_bytes
    loader = firmware_rp2_boot.build(
        work.path / "boot", swap_layout, flash_bytes, work.path / "board", inputs.sources
    )
    if content[:_BOOT2_BYTES] != loader[:_BOOT2_BYTES]:
        # the SDK copies it from the start of the flash after each erase and program
        raise UpyfwError(f"{board.name}: its boot2 is another one than the boot loader's")
    image = slotimage.wrap(board, content)
    base = board.chip.flash_addr
    pages = uf2.pages(base + board.swap.boot.offset, loader)
    pages |= uf2.pages(base + board.swap.primary.offset, image)
    path = work.objects / "boot-and-firmware.uf2"
    write_if_changed(path, uf2.write(uf2.Image(board.chip.uf2_family, pages)))
    return path


def _with_table(board: Board, work: Workdir, inputs: Inputs) -> Path:
    """Return a UF2 file of the boot ROM's table and the image in slot A, by absolute addresses.

    The image is signed as one on trial; flashed by cable it is none.
    """
    tools = (work, inputs.sources.picotool_dir, inputs.env)
    firmware = picobin.with_trial(firmware_rp2_table.sealed(board, *tools), True)
    image = picobin.with_trial(slotimage.wrap(board, firmware), False)
    base = board.chip.flash_addr
    pages = uf2.pages(base, firmware_rp2_table.table(board, *tools))
    pages |= uf2.pages(base + board.pair.primary.offset, image)
    path = work.objects / "table-and-firmware.uf2"
    write_if_changed(path, uf2.write(uf2.Image("absolute", pages)))
    return path


def board_files(board: Board, folder: Path, inputs: Inputs) -> dict[str, str]:
    """Return {name: content} of a MicroPython board folder: upstream's or ours, with our regions.

    Raises UpyfwError if there is no such board.
    """
    port = inputs.micropython / "ports" / board.port
    below = _c_dir(board, port)
    # MicroPython alone, to compare with, has nothing of ours
    usbnet = board.usbnet and inputs.c_modules is not None
    swap = board.swap is not None and inputs.c_modules is not None
    options = (_OPTIONS if inputs.c_modules else "") + (_USBNET_OPTIONS if usbnet else "")
    options += firmware_rp2_boot.of_board(board).header() if swap else ""
    stack_bytes = _STACK_BYTES if inputs.c_modules and board.chip.mcu == "RP2040" else 0
    further = (_USBNET_CMAKE if usbnet else "") + (_SWAP_CMAKE if swap else "")
    further += _pair_cmake(board) if board.pair else ""
    return {
        "mpconfigboard.h": _header(board, below) + options,
        "mpconfigboard.cmake": _cmake(board, below, folder) + further,
        "memmap.ld": linker_script(board, port, inputs.heap_bytes, stack_bytes),
    }


def _pair_cmake(board: Board) -> str:
    start = board.chip.flash_addr + board.pair.start_off
    words = {"low": start & 0xFFFF, "high": start >> 16}
    return _PAIR_CMAKE.format(untranslated=_UNTRANSLATED, **words)


def _c_dir(board: Board, port: Path) -> Path:
    """Return the folder with the board's C files: ours, else MicroPython's."""
    for folder in (board.c_dir, port / "boards" / board.upstream):
        if (folder / "mpconfigboard.h").is_file():
            return folder
    raise UpyfwError(
        f"{board.name}: MicroPython has no rp2 board {board.upstream!r}",
        hint="correct upstream in its board.toml",
        status=2,
    )


def _header(board: Board, below: Path) -> str:
    fs = board.fs_region
    return f"""\
// Generated from boards/{board.name}/board.toml
#include "{below}/mpconfigboard.h"
#undef MICROPY_HW_FLASH_STORAGE_BASE
#define MICROPY_HW_FLASH_STORAGE_BASE (0x{fs.offset:x})
#undef MICROPY_HW_FLASH_STORAGE_BYTES
#define MICROPY_HW_FLASH_STORAGE_BYTES ({fs.size_bytes})
"""


def _cmake(board: Board, below: Path, folder: Path) -> str:
    variant = f"_{board.variant}" if board.variant else ""
    optional = "" if board.variant else " OPTIONAL"
    return f"""\
# Generated from boards/{board.name}/board.toml
include({below}/mpconfigboard.cmake)
include({below}/mpconfigvariant{variant}.cmake{optional})
{_without_bluetooth(board)}set(MICROPY_BOARD_PINS {below}/pins.csv)
set(MICROPY_BOARD_LINKER_SCRIPT {folder}/memmap.ld)
list(APPEND MICROPY_DEF_BOARD PICO_FLASH_SIZE_BYTES={board.flash.size_bytes})
"""


def _without_bluetooth(board: Board) -> str:
    """Return what takes back that upstream's board has Bluetooth, or ""."""
    if board.firmware.bluetooth:
        return ""
    names = ("MICROPY_PY_BLUETOOTH", "MICROPY_BLUETOOTH_BTSTACK", "MICROPY_PY_BLUETOOTH_CYW43")
    # A header of the radio's that the SDK gives to who links its Bluetooth library. SYSTEM: the
    # port's own cyw43_configport.h comes before that of the same folder.
    folder = "${PICO_SDK_PATH}/src/rp2_common/pico_cyw43_driver/include"
    return "".join(f"set({name} OFF)\n" for name in names) + (
        f"include_directories(SYSTEM {folder})\n"
    )


def linker_script(
    board: Board, port: Path, heap_bytes: int | None = None, stack_bytes: int = 0
) -> str:
    """Return the port's linker script with the firmware's region for its flash.

    heap_bytes: where the heap ends behind its start, if not where the chip's RAM does.
    stack_bytes: what the C stack takes of the end of the heap.
    """
    name = f"memmap_mp_{board.chip.mcu.lower()}.ld"
    text = (port / name).read_text()
    if text.count(_FLASH_LINE) != 1:
        raise UpyfwError(f"{board.name}: {name} of this MicroPython has another FLASH line")
    runs_from = board.swap or board.pair
    start_off = runs_from.start_off if runs_from else board.slots[0].offset
    origin = board.chip.flash_addr + start_off
    line = f"FLASH(rx) : ORIGIN = 0x{origin:08x}, LENGTH = {board.room_bytes}"
    text = text.replace(_FLASH_LINE, line)
    if stack_bytes:
        for start in ("__StackBottom = ", "__GcHeapEnd = "):
            text = _with_symbol(text, start, rf"\g<1> - {stack_bytes}", name)
    if heap_bytes is not None:
        text = _with_symbol(text, "__GcHeapEnd = ", f"__GcHeapStart + {heap_bytes}", name)
    return text


def _with_symbol(text: str, start: str, value: str, name: str) -> str:
    """Return a linker script where start gets another value (\\g<1>: the one before)."""
    text, count = re.subn(rf"(?<={start})([^;]+)(?=;)", value, text)
    if count != 1:
        raise UpyfwError(f"{name} of this MicroPython has another line {start.strip()}")
    return text


def _environment(work: Workdir, inputs: Inputs) -> dict[str, str]:
    flags = prefix_map(work, inputs, {"/pico-sdk": inputs.sources.pico_sdk})
    return inputs.env | {"CFLAGS": flags, "CXXFLAGS": flags, "ASMFLAGS": flags}


def _configure(board: Board, board_dir: Path, work: Workdir, inputs: Inputs) -> list[str]:
    options = {
        "PICO_SDK_PATH_OVERRIDE": inputs.sources.pico_sdk,
        "PICO_SDK_PATH": inputs.sources.pico_sdk,
        "picotool_DIR": inputs.sources.picotool_dir,
        "MICROPY_BOARD": board.name,
        "MICROPY_BOARD_DIR": board_dir,
        "MICROPY_FROZEN_MANIFEST": inputs.manifest,
        "Python3_EXECUTABLE": inputs.python,
    }
    if inputs.c_modules:
        options["USER_C_MODULES"] = inputs.c_modules / "micropython.cmake"
    source = inputs.micropython / "ports" / board.port
    command = ["cmake", "-S", str(source), "-B", str(work.objects), "-G", "Ninja"]
    return command + [f"-D{name}={value}" for name, value in options.items()]


def explained(exc: UpyfwError, board: Board) -> UpyfwError:
    """Say what the linker's complaint about a full region means."""
    match = _OVERFLOW.search(exc.what)
    if not match:
        return exc
    region = board.slots[0]
    why = layout.overrun(region, region.end + int(match[1]))
    hint = "freeze less (manifest/), or move the regions in its board.toml"
    return UpyfwError(f"{board.name}: {why}", hint=hint)
