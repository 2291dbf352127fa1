# SPDX-License-Identifier: MIT
"""A release for an ESP board whose firmware is a stand-in, and a board in use to write it to."""

import dataclasses
import random
from pathlib import Path

import esp_images
from esp_rom import CHANGES, EspRom
from upyfw.board import boards, partitions
from upyfw.board.boards import Board
from upyfw.image import espimage, fsimage
from upyfw.release import index, release
from upyfw.release.index import File, Release

VERSION = "9.8.7"
APP_BYTES = 60_000


def make(folder: Path, name: str = "ESP32_GENERIC_C3") -> Release:
    """Write a release of one board into a folder."""
    board = boards.load(name)
    chip = board.chip.name
    if chip == "esp8266":
        parts = esp_images.esp8266_firmware(APP_BYTES), b""
    else:
        parts = esp_images.app(chip, APP_BYTES), esp_images.bootloader(chip)
    content = espimage.files(board, *parts, fsimage.make(board))
    found = [entry(board, folder, file_name, data) for file_name, data in content.items()]
    made = Release(folder, VERSION, "1.26.1", {name: board}, tuple(found), {})
    (folder / index.NAME).write_text(index.text(made))
    return made


def entry(board: Board, folder: Path, name: str, data: bytes) -> File:
    """Write a file of a release and return what the manifest says of it."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    kind = index.UPDATE if "-update" in name else index.FULL
    file = release.entry(board, folder / name, name, kind, index.RAW)
    return dataclasses.replace(file, version=VERSION)


def used_board(rom: EspRom, board: Board) -> bytes:
    """Fill the flash as a board in use has it: its second slot runs; returns all of it."""
    rom.flash[:] = random.Random(7).randbytes(len(rom.flash))
    table = partitions.table(board.regions)
    rom.flash[partitions.TABLE_OFF : partitions.TABLE_OFF + len(table)] = table
    return bytes(rom.flash)


def assert_untouched(rom: EspRom, before: bytes) -> None:
    """Nothing was erased or written."""
    assert bytes(rom.flash) == before
    assert not set(CHANGES) & set(rom.requests)
