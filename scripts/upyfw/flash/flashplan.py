# SPDX-License-Identifier: MIT
"""What will be written where: made and checked before a board is touched (docs/design.md, 3.1)."""

from dataclasses import dataclass
from enum import Enum

from upyfw.base.errors import BadInput
from upyfw.board.boards import Board
from upyfw.flash import flashplan_esp, flashplan_uf2
from upyfw.flash.flashstep import ERASE, WRITE, Step
from upyfw.release import index
from upyfw.release.index import File, Release


class Mode(Enum):
    """What becomes of the files on a board: kept, replaced, or erased with all else before."""

    KEEP = "keep"
    REPLACE = "replace"
    ERASE = "erase"


@dataclass(frozen=True)
class Facts:
    """What a board says of itself; None where it does not say.

    board, system: what its firmware was built for, and is ("upyOS 0.2.0"). fs_blocks: of the file
    system that it has mounted. table: the first bytes at the place of an ESP32's partition table.
    """

    chip: str | None = None
    board: str | None = None
    system: str | None = None
    flash_bytes: int | None = None
    fs_blocks: int | None = None
    table: bytes | None = None


@dataclass(frozen=True)
class Plan:
    """All that a flasher needs; steps by offset. uf2: the file to copy onto a boot drive."""

    board: Board
    version: str
    profile: str
    file: str
    mode: Mode
    steps: tuple[Step, ...]
    uf2: bytes = b""

    @property
    def writes(self) -> list[Step]:
        """Return the steps that write."""
        return [step for step in self.steps if step.action == WRITE]

    @property
    def erases(self) -> list[Step]:
        """Return the steps that erase a region."""
        return [step for step in self.steps if step.action == ERASE]


def make(release: Release, name: str, chosen: File | None, mode: Mode, facts: Facts) -> Plan:
    """Return the plan for one board; nothing is written.

    chosen: the file that the user named, or None for the one that the mode asks for. Raises
    BadInput if the files are damaged, or do not belong to the board or to what it says of itself.
    """
    board = release.boards[name]
    _check_device(board, facts)
    if mode == Mode.KEEP and flashplan_esp.is_blank(board, facts.table):
        # nothing to keep on a new board, and it would not start from the firmware alone
        mode = Mode.REPLACE
    if mode == Mode.KEEP:
        _check_kept(board, facts)
    file = chosen or _wanted(release, name, mode)
    _check_kind(file, mode)
    data = index.checked(release, file)
    if board.chip.is_esp:
        steps, uf2 = flashplan_esp.steps(board, file, data), b""
    else:
        steps, uf2 = flashplan_uf2.steps(board, file, data, mode == Mode.ERASE)
    return Plan(board, file.version, file.profile, file.name, mode, steps, uf2)


def _check_device(board: Board, facts: Facts) -> None:
    if facts.chip not in (None, board.chip.name):
        raise BadInput(
            f"the board has a chip {facts.chip}, the files for {board.name} are for "
            f"{board.chip.name}",
            "name another board, or choose another port",
        )
    if facts.board not in (None, board.name):
        raise BadInput(
            f"the board says that it is {facts.board}, the files are for {board.name}",
            f"./upyfw flash {facts.board}; if it is wrong about itself, start its boot loader by "
            "hand (hold BOOTSEL while plugging it in)",
        )
    if facts.flash_bytes is not None and facts.flash_bytes < board.flash.size_bytes:
        raise BadInput(
            f"the board has {facts.flash_bytes:,} bytes of flash, {board.name} needs "
            f"{board.flash.size_bytes:,}",
            "choose a board definition with a smaller flash",
        )


def _check_kept(board: Board, facts: Facts) -> None:
    """The file system stays where it is, so the new firmware must look for it there."""
    hint = "save them, then add --with-fs: it writes a new file system"
    if facts.fs_blocks not in (None, board.block_count):
        raise BadInput(
            f"the board's file system has {facts.fs_blocks} blocks, {board.name} mounts "
            f"{board.block_count}: its files cannot be kept",
            hint,
        )
    why = flashplan_esp.moved(board, facts.table)
    if why:
        raise BadInput(f"{why}: its files cannot be kept", hint)


def _wanted(release: Release, name: str, mode: Mode) -> File:
    """Return the file of the board that the mode asks for."""
    kind = index.UPDATE if mode == Mode.KEEP else index.FULL
    container = index.RAW if release.boards[name].chip.is_esp else index.UF2
    for file in release.of_board(name):
        if (file.kind, file.container) == (kind, container):
            return file
    raise BadInput(f"{release.folder}: no file of kind {kind} for {name} to flash")


def _check_kind(file: File, mode: Mode) -> None:
    if mode == Mode.KEEP and file.kind == index.FULL:
        raise BadInput(
            f"{file.name} holds a file system: the files on the board would be gone",
            "choose the -update file, or add --with-fs",
        )
    if mode != Mode.KEEP and file.kind == index.UPDATE:
        raise BadInput(
            f"{file.name} holds no file system, which is asked for",
            "choose the file without -update, or leave --with-fs and --erase out",
        )


def unsure(plan: Plan, facts: Facts) -> str:
    """Return what to tell a user whose board does not say what files it has, or ""."""
    if plan.mode != Mode.KEEP or plan.board.chip.is_esp or facts.fs_blocks is not None:
        return ""
    return "what is on the board cannot be seen: one that never had upyOS wants --with-fs"


def lines(plan: Plan, where: str) -> list[str]:
    """Return what will be done, a line for each region."""
    head = f"{plan.board.name} {plan.version} ({plan.profile}), {plan.file}, to {where}"
    if plan.mode == Mode.ERASE:
        head += "; everything on it is erased before"
    rows = [
        f"  {step.action:5} 0x{step.offset:06x} to 0x{step.offset + step.size_bytes - 1:06x}  "
        f"{step.region}"
        for step in plan.steps
    ]
    return [head, *rows]
