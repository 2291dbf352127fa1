# SPDX-License-Identifier: MIT
"""Releases for boards with an RP2040 or RP2350 whose firmware is no program."""

import dataclasses
import random
from pathlib import Path

import fabricated
import upyfw
from upyfw.board import boards
from upyfw.image import flashfile, fsimage, uf2
from upyfw.image.artifacts import Artifacts
from upyfw.release import index, release
from upyfw.release.index import Release

FIRMWARE_BYTES = 50_000


def make(folder: Path, *names: str) -> Release:
    """Write a release of these boards into a folder."""
    folder.mkdir(exist_ok=True)
    files = [file for name in names for file in _files(folder, boards.load(name))]
    known = {name: boards.load(name) for name in names}
    found = Release(folder, upyfw.__version__, "1.26.1", known, tuple(files), {})
    (folder / index.NAME).write_text(index.text(found))
    return found


def _files(folder: Path, board: boards.Board) -> list[index.File]:
    content = random.Random(board.name).randbytes(FIRMWARE_BYTES)
    pages = uf2.pages(board.chip.flash_addr, content)
    family = "absolute" if board.pair else board.chip.uf2_family
    firmware = uf2.write(uf2.Image(family, pages))
    for file, data in flashfile.files(board, firmware, fsimage.make(board)).items():
        (folder / file).write_bytes(data)
    paths = [folder / f"upyos-{board.name}{end}" for end in (".uf2", ".bin", "-update.uf2")]
    combined_uf2, combined_bin, update_uf2 = paths
    made = Artifacts(
        board,
        # there is no firmware but that in the files
        firmware=folder,
        elf=folder,
        combined_uf2=combined_uf2,
        combined_bin=combined_bin,
        update_uf2=update_uf2,
    )
    return list(release.describe(made).values())


def replace(folder: Path, name: str, data: bytes) -> None:
    """Put other content into a file of a release, and make its manifest fit."""
    found = index.read(folder)
    (folder / name).write_bytes(data)
    digest = fabricated.sha256(folder / name)
    files = [
        dataclasses.replace(file, size_bytes=len(data), sha256=digest)
        if file.name == name
        else file
        for file in found.files
    ]
    found = dataclasses.replace(found, files=tuple(files))
    (folder / index.NAME).write_text(index.text(found))
