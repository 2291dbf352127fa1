# SPDX-License-Identifier: MIT
"""The boot loader of the RP2040 (ports/rp2/boot), compiled for a layout of slots and journal."""

from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_if_changed
from upyfw.base.paths import REPO
from upyfw.board.boards import Board
from upyfw.build import firmware_build
from upyfw.build.workdir import Workdir, digest
from upyfw.source import tools
from upyfw.source.sources import SourceTree

SOURCE = REPO / "ports" / "rp2" / "boot"
ROOM_BYTES = 16 * 1024
# the unit of slots and journal, and how many of them a slot may have (core/port.h, core/layout.h)
SECTOR_BYTES = 4096
SLOT_SECTORS_MOST = 896


@dataclass(frozen=True)
class BootLayout:
    """Where slots and journal lie: offsets and sizes in bytes (ports/rp2/boot/core/layout.h)."""

    primary_off: int
    secondary_off: int
    slot_bytes: int
    journal_off: int

    def fault(self) -> str | None:
        """Return the first rule that the layout breaks, or None."""
        if any(value % SECTOR_BYTES for value in vars(self).values()):
            return "a slot or the journal is not on a sector"
        if not 0 < self.slot_bytes <= SLOT_SECTORS_MOST * SECTOR_BYTES:
            return f"a slot has 1 to {SLOT_SECTORS_MOST} sectors"
        parts = sorted(
            [
                (0, ROOM_BYTES),
                (self.primary_off, self.slot_bytes),
                (self.secondary_off, self.slot_bytes + SECTOR_BYTES),
                (self.journal_off, 2 * SECTOR_BYTES),
            ]
        )
        for (low, size_bytes), (high, _) in zip(parts, parts[1:], strict=False):
            if low + size_bytes > high:
                return f"what begins at 0x{low:x} reaches into what begins at 0x{high:x}"
        return None

    def header(self) -> str:
        """Return boot_layout.h. The files are all that is behind the journal."""
        fields = ", ".join(f".{name} = 0x{value:x}" for name, value in vars(self).items())
        return (
            "// Generated: where slots and journal lie, bytes\n"
            f"#define UPYOS_BOOT_SLOT_BYTES (0x{self.slot_bytes:x})\n"
            f"#define UPYOS_BOOT_FILES_OFF (0x{self.journal_off + 2 * SECTOR_BYTES:x})\n"
            f"#define UPYOS_BOOT_LAYOUT {{ {fields} }}\n"
        )


def of_board(board: Board) -> BootLayout:
    """Return the layout of a board that has a boot loader of ours."""
    swap = board.swap
    return BootLayout(
        swap.primary.offset,
        swap.secondary.offset,
        swap.primary.size_bytes,
        swap.journal.offset,
    )


def build(
    folder: Path, layout: BootLayout, flash_bytes: int, board_dir: Path, trees: SourceTree
) -> bytes:
    """Compile the boot loader in folder; return its bytes, boot2 first, for the flash's start.

    board_dir: MicroPython's board folder of the firmware, which says what boot2 its flash needs.
    Raises UpyfwError if the layout breaks a rule, it does not compile or is larger than its room.
    """
    why = layout.fault()
    if why:
        raise UpyfwError(f"boot loader: {why}", hint="correct the regions in board.toml", status=2)
    work = Workdir(folder, "boot loader")
    with work.locked():
        tools.require("arm-none-eabi-gcc", "cmake", "ninja", "newlib")
        write_if_changed(folder / "layout" / "boot_layout.h", layout.header().encode())
        made_from = {
            "sources": str(trees.micropython),
            "flash_bytes": str(flash_bytes),
            "code": digest([path for path in SOURCE.rglob("*") if path.is_file()], SOURCE),
        }
        with work.building(made_from, (".obj", ".ninja_log", ".ninja_deps")):
            _compile(work, flash_bytes, board_dir, trees)
    return (work.objects / "boot.bin").read_bytes()


def _compile(work: Workdir, flash_bytes: int, board_dir: Path, trees: SourceTree) -> None:
    env = firmware_build.environment(trees.micropython)
    options = {
        "CMAKE_BUILD_TYPE": "MinSizeRel",
        "PICO_SDK_PATH": trees.pico_sdk,
        "MBEDTLS": trees.micropython / "lib" / "mbedtls",
        "UPYOS_LAYOUT": work.path / "layout",
        "PICO_FLASH_SIZE_BYTES": flash_bytes,
        "UPYOS_BOARD": board_dir / "mpconfigboard.cmake",
        "picotool_DIR": trees.picotool_dir,
    }
    if not (work.objects / "build.ninja").exists():
        command = ["cmake", "-S", str(SOURCE / "rp2040"), "-B", str(work.objects), "-G", "Ninja"]
        work.run(
            "configure", command + [f"-D{key}={value}" for key, value in options.items()], env
        )
    work.run("compile", ["cmake", "--build", str(work.objects)], env)
