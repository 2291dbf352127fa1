# SPDX-License-Identifier: MIT
"""Building: from a board's name to the files that are flashed."""

import importlib
from dataclasses import replace
from pathlib import Path

from upyfw.base.files import copy_atomic, write_if_changed
from upyfw.base.paths import REPO
from upyfw.board import variant
from upyfw.board.variant import BARE, Variant
from upyfw.build import firmware_build, freezing
from upyfw.build.firmware_build import Binary, Inputs
from upyfw.build.workdir import Workdir, digest
from upyfw.image import artifacts, fsimage
from upyfw.image.artifacts import Artifacts
from upyfw.source import buildable, sources, tools

DEFAULT_BOARD = "RPI_PICO"

_C_MODULES = REPO / "modules" / "c"


def build(board_name: str, profile: str | None = None, heap: str | None = None) -> Artifacts:
    """Build the firmware and all files made from it; nothing is rebuilt that did not change.

    profile: what to freeze, manifest/<profile>.py; None is the board's own. heap: its size, less
    than the chip has ("36KiB"), to try what boards with little memory do. Finished files appear
    by rename: what an interrupted build leaves is never one of them.
    Raises UpyfwError (status 2 for a board, command or manifest that breaks a rule).
    """
    return build_variant(variant.of(board_name, profile, heap))


def build_variant(what: Variant) -> Artifacts:
    """Do as build(), for a variant."""
    buildable.require(what.board)
    trees = sources.prepare_micropython(what.board.port, what.board.sources)
    work = Workdir(what.folder, what.board.name)
    with work.locked():
        binary = _compile(what, work, trees)
        return _publish(what, work, binary)


def _compile(what: Variant, work: Workdir, trees: object) -> Binary:
    port = importlib.import_module(f"upyfw.build.firmware_{what.board.port}")
    if not work.objects.exists():
        # once per folder: asking every tool its version takes as long as an empty build
        tools.require(*what.board.record.tools)
    inputs = Inputs(
        sources=trees,
        manifest=work.path / "frozen.py",
        c_modules=None if what.profile == BARE else _C_MODULES,
        env=firmware_build.environment(trees.micropython),
        python=firmware_build.python(),
        heap_bytes=what.heap_bytes,
    )
    _, frozen = freezing.freeze(what, work.path, trees.micropython)
    # the pins are in frozen modules and the image, in no object
    objects_of = str(replace(what.board, pins={}, formerly=())) + str(getattr(port, "OPTIONS", ""))
    made_from = firmware_build.made_from(inputs, objects_of, port.compiler(what.board))
    with work.building(made_from, port.CHECKED):
        work.on_change("c", _c_digest(inputs), lambda: firmware_build.drop_names(work))
        work.on_change("frozen", frozen, lambda: firmware_build.drop_frozen(work))
        work.log.unlink(missing_ok=True)
        return port.compile(what.board, work, inputs)


def _c_digest(inputs: Inputs) -> str:
    if inputs.c_modules is None:
        return ""
    paths = [path for path in inputs.c_modules.rglob("*") if path.is_file()]
    return digest(paths, inputs.c_modules)


def _publish(what: Variant, work: Workdir, binary: Binary) -> Artifacts:
    """Check what was compiled and put the finished files into the board's folder."""
    artifacts.check_firmware(what.board, binary.image.read_bytes())
    made = artifacts.named(what, with_fs=what.profile != BARE)
    _publish_file(binary.elf, made.elf)
    _publish_file(binary.image, made.firmware)
    if binary.bootloader:
        _publish_file(binary.bootloader, made.bootloader)
    return made if what.profile == BARE else combine(what)


def _publish_file(source: Path, path: Path) -> None:
    """Copy a file unless the copy is newer than it."""
    if not path.exists() or path.stat().st_mtime_ns <= source.stat().st_mtime_ns:
        copy_atomic(source, path)


def combine(what: Variant) -> Artifacts:
    """Make the image, the file with everything and the update file around built firmware.

    A power cut leaves each of them as it was or as it is to be.
    """
    made = artifacts.built(what)
    write_if_changed(made.fs_image, fsimage.make(what.board, freezing.image_files(what)))
    for name, data in made.content().items():
        write_if_changed(what.folder / name, data)
    return made


def remake_image(what: Variant) -> Artifacts:
    """Do as combine(), while no build of the variant is running."""
    with Workdir(what.folder, what.board.name).locked():
        return combine(what)
