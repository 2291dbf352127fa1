# SPDX-License-Identifier: MIT
"""Building: from a board's name to the files that are flashed."""

from dataclasses import dataclass, replace
from pathlib import Path

import upyfw
from upyfw import (
    codegen,
    firmware_build,
    firmware_cold,
    firmware_frozen,
    firmware_rp2,
    firmware_unix,
    flashfile,
    fsimage,
    sources,
    tools,
    variant,
)
from upyfw.boards import Board
from upyfw.errors import BadInput, UpyfwError
from upyfw.files import copy_atomic, write_if_changed
from upyfw.firmware_build import Binary, Inputs
from upyfw.paths import REPO, make_dir
from upyfw.variant import BARE, WHOLE, Variant
from upyfw.workdir import Workdir, digest

DEFAULT_BOARD = "RPI_PICO"

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


def build(board_name: str, profile: str | None = None, heap: str | None = None) -> Artifacts:
    """Build the firmware and all files made from it; nothing is rebuilt that did not change.

    profile: what to freeze, manifest/<profile>.py; None is the board's own. heap: its size, less
    than the chip has ("36KiB"), to try what boards with little memory do. Finished files appear
    by rename: what an interrupted build leaves is never one of them.
    Raises UpyfwError (status 2 for a board, command or manifest that breaks a rule).
    """
    what = variant.of(board_name, profile, heap)
    port = what.board.port
    if port not in _PORTS:
        raise UpyfwError(f"{board_name}: firmware of the {port} port cannot be built yet")
    trees = sources.prepare_micropython(port)
    work = Workdir(what.folder, board_name)
    with work.locked():
        binary = _compile(what, work, trees)
        return _publish(what, work, binary)


def _compile(what: Variant, work: Workdir, trees: object) -> Binary:
    port, compiler, further = _PORTS[what.board.port]
    if not work.objects.exists():
        # once per folder: asking every tool its version takes as long as an empty build
        tools.require(compiler, *further)
    inputs = Inputs(
        sources=trees,
        manifest=work.path / "frozen.py",
        c_modules=None if what.profile == BARE else _C_MODULES,
        env=firmware_build.environment(trees.micropython),
        python=firmware_build.python(),
        heap_bytes=what.heap_bytes,
    )
    frozen = _freeze(what, work, inputs)
    # the pins are in frozen modules and the image, in no object
    objects_of = str(replace(what.board, pins={}))
    made_from = firmware_build.made_from(inputs, objects_of, compiler)
    with work.building(made_from, port.CHECKED):
        work.on_change("c", _c_digest(inputs), lambda: firmware_build.drop_names(work))
        work.on_change("frozen", frozen, lambda: firmware_build.drop_frozen(work))
        work.log.unlink(missing_ok=True)
        return port.compile(what.board, work, inputs)


def _freeze(what: Variant, work: Workdir, inputs: Inputs) -> str:
    """Put together the folder of frozen modules; returns its manifest.

    What the profile leaves to the file system is compiled beside it.
    """
    generated = make_dir(work.path / "generated")

    def chosen(profile: str) -> list[firmware_frozen.FrozenFile]:
        port = what.board.port
        return firmware_frozen.files(profile, inputs.micropython, port, generated)

    cold = codegen.NOTHING_COLD
    if what.profile != BARE:
        left = firmware_cold.chosen(chosen(what.profile), chosen(WHOLE))
        firmware_cold.compile(what.board, left, _cold_folder(what))
        cold = firmware_cold.summary(_cold_folder(what))
    codegen.generate(
        generated,
        _COMMANDS,
        upyfw.__version__,
        what.board.system_name,
        fsimage.board_text(what.board),
        fsimage.skeleton(),
        cold,
    )
    return firmware_frozen.stage(chosen(what.profile), work.path / "frozen")


def _cold_folder(what: Variant) -> Path:
    return what.folder / "cold"


def _c_digest(inputs: Inputs) -> str:
    if inputs.c_modules is None:
        return ""
    paths = [path for path in inputs.c_modules.rglob("*") if path.is_file()]
    return digest(paths, inputs.c_modules)


def _publish(what: Variant, work: Workdir, binary: Binary) -> Artifacts:
    """Check what was compiled and put the finished files into the board's folder."""
    board = what.board
    if board.port != "unix":
        flashfile.check_firmware(board, binary.image.read_bytes())
    elf = work.path / "firmware.elf"
    firmware = work.path / ("upyos" if board.port == "unix" else "firmware.uf2")
    _publish_file(binary.elf, elf)
    _publish_file(binary.image, firmware)
    if what.profile == BARE:
        return Artifacts(board, firmware, elf)
    return combine(what)


def _publish_file(source: Path, path: Path) -> None:
    """Copy a file unless the copy is newer than it."""
    if not path.exists() or path.stat().st_mtime_ns <= source.stat().st_mtime_ns:
        copy_atomic(source, path)


def cold_files(what: Variant) -> dict[str, bytes]:
    """Return {path: content} of what the last build of a variant left to the file system."""
    texts = {command.name: command.help for command in codegen.commands(_COMMANDS)}
    return firmware_cold.image_files(_cold_folder(what), texts)


def combine(what: Variant) -> Artifacts:
    """Make the image, the file with everything and the update file around built firmware.

    A power cut leaves each of them as it was or as it is to be.
    """
    made = built(what)
    write_if_changed(made.fs_image, fsimage.make(what.board, cold_files(what)))
    if made.combined_uf2:
        parts = made.firmware.read_bytes(), made.fs_image.read_bytes()
        for name, data in flashfile.files(what.board, *parts).items():
            write_if_changed(what.folder / name, data)
    return made


def remake_image(what: Variant) -> Artifacts:
    """Do as combine(), while no build of the variant is running."""
    with Workdir(what.folder, what.board.name).locked():
        return combine(what)


def built(what: Variant) -> Artifacts:
    """Return the files of the last build, without building.

    Raises BadInput if there is no built firmware.
    """
    folder = what.folder
    name = what.board.name
    chip = what.board.port != "unix"
    made = Artifacts(
        what.board,
        firmware=folder / ("firmware.uf2" if chip else "upyos"),
        elf=folder / "firmware.elf",
        fs_image=folder / "fs.img",
        combined_uf2=folder / f"upyos-{name}.uf2" if chip else None,
        combined_bin=folder / f"upyos-{name}.bin" if chip else None,
        update_uf2=folder / f"upyos-{name}-update.uf2" if chip else None,
    )
    if not made.firmware.exists():
        raise BadInput(f"{name}: not built yet", hint=f"./upyfw build {name}")
    return made
