# SPDX-License-Identifier: MIT
"""A release for an ESP board whose firmware is a stand-in."""

import dataclasses
from pathlib import Path

import esp_images
from upyfw import boards, espimage, fsimage, manifest, release
from upyfw.boards import Board
from upyfw.manifest import File, Release

VERSION = "9.8.7"
APP_BYTES = 60_000


def make(folder: Path, name: str = "ESP32_GENERIC_C3") -> Release:
    """Write a release of one board into a folder."""
    board = boards.load(name)
    chip = board.chip.name
    content = espimage.files(
        board, esp_images.app(chip, APP_BYTES), esp_images.bootloader(chip), fsimage.make(board)
    )
    found = [entry(board, folder, file_name, data) for file_name, data in content.items()]
    made = Release(folder, VERSION, "1.26.1", {name: board}, tuple(found), {})
    (folder / manifest.NAME).write_text(manifest.text(made))
    return made


def entry(board: Board, folder: Path, name: str, data: bytes) -> File:
    """Write a file of a release and return what the manifest says of it."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    kind = manifest.UPDATE if "-update" in name else manifest.FULL
    file = release.entry(board, folder / name, name, kind, manifest.RAW)
    return dataclasses.replace(file, version=VERSION)
