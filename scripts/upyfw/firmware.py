# SPDX-License-Identifier: MIT
"""Building: from a board's name to the files that are flashed."""

from dataclasses import dataclass
from pathlib import Path

import upyfw
from upyfw import (
    boards,
    codegen,
    firmware_build,
    firmware_frozen,
    firmware_rp2,
    firmware_unix,
    flashfile,
    fsimage,
    sources,
)
from upyfw.boards import Board
from upyfw.errors import BadInput
from upyfw.files import copy_atomic, write_if_changed
from upyfw.firmware_build import Binary, Inputs
from upyfw.paths import REPO, build_dir
from upyfw.workdir import Workdir, digest

DEFAULT_BOARD = "RPI_PICO"
DEFAULT_PROFILE = "core"
# MicroPython without the operating system, for comparison
BARE = "bare"

_C_MODULES = REPO / "modules" / "c"
_COMMANDS = REPO / "modules" / "upyos" / "bin"
_PORTS = {
    "rp2": (firmware_rp2, "arm-none-eabi-gcc"),
    "unix": (firmware_unix, "gcc"),
}


@dataclass(frozen=True)
class Artifacts:
    """The files of one build; None where the port or the profile has no such file."""

    board: Board
    firmware: Path
    elf: Path
    fs_image: Path | None = None
    combined_uf2: Path | None = None
    combined_bin: Path | None = None
    update_uf2: Path | None = None


def out_dir(board: Board, profile: str = DEFAULT_PROFILE) -> Path:
    """Return the folder of a build: build/<BOARD>, for other profiles a folder in it."""
    folder = build_dir() / board.name
    return folder if profile == DEFAULT_PROFILE else folder / profile


def build(board_name: str, profile: str = DEFAULT_PROFILE) -> Artifacts:
    """Build the firmware and all files made from it; nothing is rebuilt that did not change.

    Finished files appear by rename: what an interrupted build leaves is never one of them.
    Raises UpyfwError (status 2 for a board, command or manifest that breaks a rule).
    """
    board = boards.load(board_name)
    trees = sources.prepare_micropython()
    work = Workdir(out_dir(board, profile), board_name)
    with work.locked():
        binary = _compile(board, profile, work, trees)
        return _publish(board, profile, work, binary)


def _compile(board: Board, profile: str, work: Workdir, trees: object) -> Binary:
    port, compiler = _PORTS[board.port]
    inputs = Inputs(
        sources=trees,
        manifest=work.path / "frozen.py",
        c_modules=None if profile == BARE else _C_MODULES,
        env=firmware_build.environment(trees.micropython),
        python=firmware_build.python(),
    )
    moved = _freeze(board, profile, work, inputs)
    made_from = firmware_build.made_from(inputs, str(board), compiler)
    with work.building(made_from, port.CHECKED):
        if work.changed("c", _c_digest(inputs)) or moved:
            firmware_build.drop_generated(work)
        work.log.unlink(missing_ok=True)
        return port.compile(board, work, inputs)


def _freeze(board: Board, profile: str, work: Workdir, inputs: Inputs) -> bool:
    """Put together the folder of frozen modules; returns True if files came or went."""
    generated = work.path / "generated"
    codegen.generate(
        generated,
        _COMMANDS,
        upyfw.__version__,
        board.system_name,
        fsimage.board_text(board),
    )
    frozen = firmware_frozen.files(profile, inputs.micropython, board.port, generated)
    return firmware_frozen.stage(frozen, work.path / "frozen")


def _c_digest(inputs: Inputs) -> str:
    if inputs.c_modules is None:
        return ""
    paths = [path for path in inputs.c_modules.rglob("*") if path.is_file()]
    return digest(paths, inputs.c_modules)


def _publish(board: Board, profile: str, work: Workdir, binary: Binary) -> Artifacts:
    """Check what was compiled and put the finished files into the board's folder."""
    elf = work.path / "firmware.elf"
    if board.port == "unix":
        firmware = work.path / "upyos"
        _publish_file(binary.image, firmware)
        _publish_file(binary.elf, elf)
        fs_image = None if profile == BARE else image(board)
        return Artifacts(board, firmware, elf, fs_image)
    firmware = work.path / "firmware.uf2"
    flashfile.check_firmware(board, binary.image.read_bytes())
    _publish_file(binary.image, firmware)
    _publish_file(binary.elf, elf)
    if profile == BARE:
        return Artifacts(board, firmware, elf)
    return combine(board)


def _publish_file(source: Path, path: Path) -> None:
    """Copy a file unless the copy is newer than it."""
    if not path.exists() or path.stat().st_mtime_ns <= source.stat().st_mtime_ns:
        copy_atomic(source, path)


def image(board: Board) -> Path:
    """Make the file system image build/<BOARD>/fs.img and return its path."""
    path = out_dir(board) / "fs.img"
    write_if_changed(path, fsimage.make(board))
    return path


def combine(board: Board) -> Artifacts:
    """Make the image, the file with everything and the update file around built firmware.

    Raises BadInput if the firmware has not been built.
    """
    folder = out_dir(board)
    firmware, elf = folder / "firmware.uf2", folder / "firmware.elf"
    if not firmware.exists():
        raise BadInput(
            f"{board.name}: no firmware in {folder}", hint=f"./upyfw build {board.name}"
        )
    fs_image = image(board)
    made = flashfile.files(board, firmware.read_bytes(), fs_image.read_bytes())
    for name, data in made.items():
        write_if_changed(folder / name, data)
    stem = folder / f"upyos-{board.name}"
    return Artifacts(
        board,
        firmware,
        elf,
        fs_image,
        combined_uf2=Path(f"{stem}.uf2"),
        combined_bin=Path(f"{stem}.bin"),
        update_uf2=Path(f"{stem}-update.uf2"),
    )
