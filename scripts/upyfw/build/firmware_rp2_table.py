# SPDX-License-Identifier: MIT
"""What the boot ROM of an RP2350 needs: a partition table, and firmware that is sealed for it."""

import json
from pathlib import Path

import upyfw
from upyfw.base.files import write_if_changed
from upyfw.board.boards import Board
from upyfw.board.layout import Region
from upyfw.build.workdir import Workdir
from upyfw.image import picobin
from upyfw.source import source_picotool

_ALL = {"secure": "rw", "nonsecure": "rw", "bootloader": "rw"}


def _partition(number: int, region: Region, family: str, further: dict) -> dict:
    return {
        "name": region.name,
        "id": number,
        "start": f"{region.offset // 1024}K",
        "size": f"{region.size_bytes // 1024}K",
        "families": [family],
        "permissions": _ALL,
        "ignored_during_riscv_boot": True,
        **further,
    }


def description(board: Board) -> str:
    """Return what picotool makes the table from: the pair, and the files.

    A UF2 file of the chip's family goes to the slot that does not run, one with absolute addresses
    anywhere.
    """
    pair, family = board.pair, board.chip.uf2_family
    rows = [
        _partition(0, pair.primary, family, {}),
        _partition(1, pair.secondary, family, {"link": ["a", 0]}),
        _partition(2, board.fs_region, "data", {"ignored_during_arm_boot": True}),
    ]
    space = {"families": ["absolute"], "permissions": _ALL}
    return json.dumps({"version": [1, 0], "unpartitioned": space, "partitions": rows}, indent=1)


def table(board: Board, work: Workdir, picotool_dir: Path, env: dict[str, str]) -> bytes:
    """Return the partition table of a board, by picotool. The ROM looks for no second one."""
    text, made = work.objects / "table.json", work.objects / "table.bin"
    write_if_changed(text, description(board).encode())
    picotool = source_picotool.executable(picotool_dir.parents[2])
    command = [picotool, "partition", "create", "--quiet", "--singleton", text, made]
    work.run("partition table", [str(word) for word in command], env)
    return made.read_bytes()


def sealed(board: Board, work: Workdir, picotool_dir: Path, env: dict[str, str]) -> bytes:
    """Return the compiled firmware with version and SHA-256 for the ROM, by picotool."""
    raw, made = work.objects / "firmware.bin", work.objects / "sealed.bin"
    major, minor = picobin.version(upyfw.__version__)
    picotool = source_picotool.executable(picotool_dir.parents[2])
    start = board.chip.flash_addr + board.pair.start_off
    command = [picotool, "seal", "--quiet", "--hash", raw, "-o", hex(start), made]
    command += ["--major", major, "--minor", minor]
    work.run("seal", [str(word) for word in command], env)
    return made.read_bytes()
