# SPDX-License-Identifier: MIT
"""Building: from a board's name to the files that are flashed."""

from dataclasses import dataclass, replace
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
    tools,
)
from upyfw.boards import Board
from upyfw.errors import BadInput, UpyfwError
from upyfw.files import copy_atomic, write_if_changed
from upyfw.firmware_build import Binary, Inputs
from upyfw.paths import REPO, build_dir
from upyfw.workdir import Workdir, digest

DEFAULT_BOARD = "RPI_PICO"
# MicroPython without the operating system, for comparison
BARE = "bare"

_C_MODULES = REPO / "modules" / "c"
_COMMANDS = REPO / "modules" / "upyos" / "bin"
# port -> its build, the compiler, what else must be there (names of tools.TOOLS)
_PORTS = {
    "rp2": (firmware_rp2, "arm-none-eabi-gcc", ("cmake", "ninja", "newlib", "libstdc++")),
    "unix": (firmware_unix, "gcc", ("make",)),
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

    def to_flash(self) -> list[Path]:
        """Return the files that are meant for a user: to flash, or to run."""
        files = [self.combined_uf2, self.combined_bin, self.update_uf2]
        return [path for path in files if path] or [self.firmware]


def out_dir(board: Board, profile: str | None = None) -> Path:
    """Return the folder of a build: build/<BOARD>, for other profiles than its own one in it."""
    folder = build_dir() / board.name
    return folder if profile in (None, board.profile) else folder / profile


def build(board_name: str, profile: str | None = None) -> Artifacts:
    """Build the firmware and all files made from it; nothing is rebuilt that did not change.

    profile: what to freeze, manifest/<profile>.py; None is the board's own. Finished files appear
    by rename: what an interrupted build leaves is never one of them.
    Raises UpyfwError (status 2 for a board, command or manifest that breaks a rule).
    """
    board = boards.load(board_name)
    if board.port not in _PORTS:
        raise UpyfwError(f"{board_name}: firmware of the {board.port} port cannot be built yet")
    profile = profile or board.profile
    trees = sources.prepare_micropython(board.port)
    work = Workdir(out_dir(board, profile), board_name)
    with work.locked():
        binary = _compile(board, profile, work, trees)
        return _publish(board, profile, work, binary)


def _compile(board: Board, profile: str, work: Workdir, trees: object) -> Binary:
    port, compiler, further = _PORTS[board.port]
    if not work.objects.exists():
        # once per folder: asking every tool its version takes as long as an empty build
        tools.require(compiler, *further)
    inputs = Inputs(
        sources=trees,
        manifest=work.path / "frozen.py",
        c_modules=None if profile == BARE else _C_MODULES,
        env=firmware_build.environment(trees.micropython),
        python=firmware_build.python(),
    )
    frozen = _freeze(board, profile, work, inputs)
    # the pins are in frozen modules and the image, in no object
    objects_of = str(replace(board, pins={}))
    made_from = firmware_build.made_from(inputs, objects_of, compiler)
    with work.building(made_from, port.CHECKED):
        work.on_change("c", _c_digest(inputs), lambda: firmware_build.drop_names(work))
        work.on_change("frozen", frozen, lambda: firmware_build.drop_frozen(work))
        work.log.unlink(missing_ok=True)
        return port.compile(board, work, inputs)


def _freeze(board: Board, profile: str, work: Workdir, inputs: Inputs) -> str:
    """Put together the folder of frozen modules; returns its manifest."""
    generated = work.path / "generated"
    codegen.generate(
        generated,
        _COMMANDS,
        upyfw.__version__,
        board.system_name,
        fsimage.board_text(board),
        fsimage.skeleton(),
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
    if board.port != "unix":
        flashfile.check_firmware(board, binary.image.read_bytes())
    elf = work.path / "firmware.elf"
    firmware = work.path / ("upyos" if board.port == "unix" else "firmware.uf2")
    _publish_file(binary.elf, elf)
    _publish_file(binary.image, firmware)
    if profile == BARE:
        return Artifacts(board, firmware, elf)
    return combine(board, profile)


def _publish_file(source: Path, path: Path) -> None:
    """Copy a file unless the copy is newer than it."""
    if not path.exists() or path.stat().st_mtime_ns <= source.stat().st_mtime_ns:
        copy_atomic(source, path)


def combine(board: Board, profile: str | None = None) -> Artifacts:
    """Make the image, the file with everything and the update file around built firmware.

    A power cut leaves each of them as it was or as it is to be.
    """
    made = built(board, profile)
    write_if_changed(made.fs_image, fsimage.make(board))
    if made.combined_uf2:
        content = flashfile.files(board, made.firmware.read_bytes(), made.fs_image.read_bytes())
        for name, data in content.items():
            write_if_changed(made.firmware.with_name(name), data)
    return made


def remake_image(board: Board) -> Artifacts:
    """Do as combine(), while no build of the board is running."""
    with Workdir(out_dir(board), board.name).locked():
        return combine(board)


def built(board: Board, profile: str | None = None) -> Artifacts:
    """Return the files of the last build, without building.

    Raises BadInput if there is no built firmware.
    """
    folder = out_dir(board, profile)
    chip = board.port != "unix"
    made = Artifacts(
        board,
        firmware=folder / ("firmware.uf2" if chip else "upyos"),
        elf=folder / "firmware.elf",
        fs_image=folder / "fs.img",
        combined_uf2=folder / f"upyos-{board.name}.uf2" if chip else None,
        combined_bin=folder / f"upyos-{board.name}.bin" if chip else None,
        update_uf2=folder / f"upyos-{board.name}-update.uf2" if chip else None,
    )
    if not made.firmware.exists():
        raise BadInput(f"{board.name}: not built yet", hint=f"./upyfw build {board.name}")
    return made
