# SPDX-License-Identifier: MIT
"""A release: the files of all boards in one folder (docs/formats/release.md)."""

import os
import shutil
from pathlib import Path

import upyfw
from upyfw.base.errors import BadInput
from upyfw.base.files import copy_atomic, write_atomic
from upyfw.base.paths import REPO
from upyfw.board import boards, layout
from upyfw.board.boards import Board
from upyfw.board.port import PROGRAM
from upyfw.build import firmware
from upyfw.image import flashfile, uf2
from upyfw.image.artifacts import Artifacts
from upyfw.release import index, sbom
from upyfw.release.index import File, Part, Release
from upyfw.source import buildable, source_pins

DIST = REPO / "dist"


def describe(made: Artifacts) -> dict[Path, File]:
    """Return what a release says of each file of a build that is meant for a user."""
    board = made.board
    if board.record.image != PROGRAM:
        return {path: entry(board, path, path.name, *_facts(path)) for path in made.to_flash()}
    program, files = f"upyos-{board.name}", f"upyos-{board.name}.img"
    return {
        made.firmware: entry(board, made.firmware, program, index.PROGRAM, index.RAW),
        made.fs_image: entry(board, made.fs_image, files, index.FILES, index.RAW),
    }


def _facts(path: Path) -> tuple[str, str]:
    """Return kind and container of a file to flash, as its name says."""
    kind = index.UPDATE if path.stem.endswith("-update") else index.FULL
    return kind, index.UF2 if path.suffix == ".uf2" else index.RAW


def entry(board: Board, path: Path, name: str, kind: str, container: str) -> File:
    """Return what the manifest says of one file, which lies at path and will be called name."""
    return File(
        name=name,
        board=board.name,
        kind=kind,
        container=container,
        chip=board.chip.name,
        version=upyfw.__version__,
        profile=board.profile,
        size_bytes=path.stat().st_size,
        sha256=index.sha256(path),
        parts=_parts(board, path.read_bytes(), kind, container),
    )


def _parts(board: Board, data: bytes, kind: str, container: str) -> tuple[Part, ...]:
    """Return what a file writes, by region."""
    if kind == index.PROGRAM:
        return ()
    if kind == index.FILES:
        return (Part(board.fs_region.name, board.fs_region.offset, len(data)),)
    if kind == index.UPDATE and container == index.RAW:
        slot = board.slots[0]
        return (Part(slot.name, slot.offset, len(data)),)
    if container == index.UF2:
        image = uf2.read(data)
        if board.pair and kind == index.UPDATE:
            image = flashfile.in_slot(board, image)
        offsets = [addr - board.chip.flash_addr for addr in image.pages]
        spans = [_span(region, offsets) for region in board.regions]
    else:
        spans = [_used(board, region, data) for region in board.regions]
    return tuple(span for span in spans if span)


def _span(region: layout.Region, page_offs: list[int]) -> Part | None:
    inside = [off for off in page_offs if region.offset <= off < region.end]
    if not inside:
        return None
    end = max(inside) + uf2.PAYLOAD_BYTES
    return Part(region.name, min(inside), end - min(inside))


def _used(board: Board, region: layout.Region, data: bytes) -> Part | None:
    """Return the part of a whole flash that lies in a region; of the file system, all of it."""
    if region == board.fs_region:
        return Part(region.name, region.offset, region.size_bytes)
    used_bytes = len(data[region.offset : region.end].rstrip(b"\xff"))
    return Part(region.name, region.offset, used_bytes) if used_bytes else None


def of_build(made: Artifacts) -> Release:
    """Return a build as a release, its files where the build left them."""
    files = {path.name: file for path, file in describe(made).items()}
    found = tuple(File(**{**vars(file), "name": name}) for name, file in files.items())
    return _release(made.firmware.parent, {made.board.name: made.board}, found, {})


def _release(
    folder: Path, known: dict[str, Board], files: tuple[File, ...], not_built: dict[str, str]
) -> Release:
    micropython = source_pins.read()["micropython"].version
    return Release(folder, upyfw.__version__, micropython, known, files, not_built)


def make(names: list[str], out: Path = DIST) -> Release:
    """Build boards and put their files, manifest, SBOM and checksums into a new folder out.

    No names: every board; one that this machine cannot build is listed with the reason. The
    folder appears by rename: an interrupted run leaves the release of before. Raises UpyfwError
    if a board does not build, BadInput if out is something else than a release.
    """
    _check_place(out)
    for name in names:
        buildable.require(boards.load(name))
    reasons = {} if names else {name: _why_not(name) for name in boards.names()}
    not_built = {name: reason for name, reason in reasons.items() if reason}
    built = [firmware.build(name) for name in names or reasons if name not in not_built]
    return _publish(built, not_built, out)


def _why_not(name: str) -> str:
    return buildable.why_not(boards.load(name))


def _check_place(out: Path) -> None:
    """Only a release is replaced, never somebody's folder."""
    is_free = not out.exists() or (out.is_dir() and not any(out.iterdir()))
    if not is_free and not (out / index.NAME).exists():
        raise BadInput(
            f"{out}: is something else than a release", "name another folder with --out"
        )


def _publish(built: list[Artifacts], not_built: dict[str, str], out: Path) -> Release:
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    files = {}
    for made in built:
        for path, file in describe(made).items():
            copy_atomic(path, part / file.name)
            files[file.name] = file
    known = {made.board.name: made.board for made in built}
    release = _release(out, known, tuple(files.values()), not_built)
    write_atomic(part / index.NAME, index.text(release).encode())
    write_atomic(part / sbom.NAME, sbom.text(release, part, built).encode())
    write_atomic(part / index.SUMS, _sums(part).encode())
    _swap(part, out)
    return release


def _sums(folder: Path) -> str:
    """Return the lines that `sha256sum -c` reads."""
    names = sorted(path.name for path in folder.iterdir())
    return "".join(f"{index.sha256(folder / name)}  {name}\n" for name in names)


def _swap(part: Path, out: Path) -> None:
    old = out.with_name(out.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        os.rename(out, old)
    os.rename(part, out)
    shutil.rmtree(old, ignore_errors=True)
