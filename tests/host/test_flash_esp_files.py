# SPDX-License-Identifier: MIT
"""Files that `upyfw flash` does not write to an Espressif chip: nothing is erased then."""

import dataclasses
import json

import esp_images
import esp_release
import pytest
from esp_release import assert_untouched, used_board
from esp_rom import EspRom
from upyfw import cli
from upyfw.board import boards, partitions
from upyfw.image import fsimage
from upyfw.release import index

NAME = "ESP32_GENERIC_C3"
BOARD = boards.load(NAME)
SLOT = BOARD.slots[0]
FULL, UPDATE = f"upyos-{NAME}.bin", f"upyos-{NAME}-update.bin"


@pytest.fixture
def spoiled(tmp_path, capsys):
    """Flash a release with one file changed, and its manifest made to fit; the error."""

    def run(change, name: str = FULL, *words: str) -> str:
        made = esp_release.make(tmp_path)
        found = []
        for file in made.files:
            data = (tmp_path / file.name).read_bytes()
            if file.name == name:
                data = change(bytearray(data))
            found.append(esp_release.entry(BOARD, tmp_path, file.name, bytes(data)))
        made = dataclasses.replace(made, files=tuple(found))
        (tmp_path / index.NAME).write_text(index.text(made))
        return refused(tmp_path, capsys, *words or ("--with-fs",))

    return run


def refused(folder, capsys, *words: str) -> str:
    """Flash a board in use; the error, after which the board is as it was."""
    with EspRom() as rom:
        before = used_board(rom, BOARD)
        assert cli.run(["flash", NAME, "--port", rom.path, "--from", str(folder), *words]) == 2
        assert_untouched(rom, before)
    return capsys.readouterr().err


def _put(offset: int, data: bytes):
    return lambda whole: whole[:offset] + data + whole[offset + len(data) :]


def test_a_table_of_another_board(spoiled):
    table = partitions.table(BOARD.regions[:-1])
    assert "has the partition table of another board" in spoiled(_put(0x8000, table))


def test_firmware_of_another_chip(spoiled):
    app = esp_images.app("esp32s3")
    assert f"{FULL}, ota_0 is for esp32s3, not esp32c3" in spoiled(_put(SLOT.offset, app))


def test_a_boot_loader_of_another_chip(spoiled):
    assert f"{FULL}, boot loader is for esp32s3, not esp32c3" in spoiled(
        _put(0, esp_images.bootloader("esp32s3"))
    )


def test_damaged_firmware(spoiled):
    assert f"{FULL}, ota_0 is damaged: its" in spoiled(_put(SLOT.offset + 5000, b"damaged"))


def test_no_firmware(spoiled):
    message = spoiled(_put(SLOT.offset, b"\xff" * SLOT.size_bytes))
    assert f"{FULL}, ota_0 is no image of an ESP chip, not an app" in message


def test_no_file_system(spoiled):
    offset = BOARD.fs_region.offset
    assert "the file system image cannot be mounted" in spoiled(_put(offset, bytes(8192)))


def test_a_file_system_of_another_size(spoiled):
    small = dataclasses.replace(BOARD.fs_region, size_bytes=BOARD.fs_region.size_bytes // 2)
    regions = tuple(small if region.name == "vfs" else region for region in BOARD.regions)
    image = fsimage.make(dataclasses.replace(BOARD, regions=regions))
    assert "blocks, the device mounts" in spoiled(_put(BOARD.fs_region.offset, image))


def test_a_whole_flash_where_an_app_belongs(spoiled, tmp_path):
    """esptool would write it, its hash would be right, and the board would not start."""
    esp_release.make(tmp_path)
    whole = (tmp_path / FULL).read_bytes()[: SLOT.size_bytes]
    message = spoiled(lambda _: whole, UPDATE, "--keep-fs")
    assert f"{UPDATE} is a whole flash, not an app" in message


def test_an_app_where_a_whole_flash_belongs(spoiled, tmp_path):
    message = spoiled(lambda _: (tmp_path / UPDATE).read_bytes(), FULL)
    assert f"{FULL} is an app, not a whole flash" in message


def test_an_app_that_is_too_large_for_its_slot(spoiled):
    message = spoiled(lambda app: app.ljust(SLOT.size_bytes + 1, b"\xff"), UPDATE, "--keep-fs")
    assert "parts[0]: is not inside the region" in message


def test_a_file_that_is_cut_off(tmp_path, capsys):
    esp_release.make(tmp_path)
    data = (tmp_path / UPDATE).read_bytes()
    (tmp_path / UPDATE).write_bytes(data[:-1000])
    message = refused(tmp_path, capsys)
    assert f"{UPDATE}: has {len(data) - 1000:,} bytes, it should be {len(data):,}" in message


def test_a_manifest_that_was_tampered_with(tmp_path, capsys):
    """An offset that would write over the boot loader."""
    esp_release.make(tmp_path)
    data = json.loads((tmp_path / index.NAME).read_text())
    data["files"][0]["parts"][0]["offset"] = 0
    (tmp_path / index.NAME).write_text(json.dumps(data))
    assert 'is not inside the region "ota_0"' in refused(tmp_path, capsys)


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        (FULL, (), "holds a file system: the files on the board would be gone"),
        (UPDATE, ("--with-fs",), "holds no file system, which is asked for"),
        (UPDATE, ("--erase",), "holds no file system, which is asked for"),
    ],
)
def test_one_file_of_the_wrong_kind(tmp_path, capsys, name, words, message):
    esp_release.make(tmp_path)
    with EspRom() as rom:
        before = used_board(rom, BOARD)
        call = ["flash", NAME, "--port", rom.path, "--from", str(tmp_path / name), *words]
        assert cli.run(call) == 2
        assert_untouched(rom, before)
    assert message in capsys.readouterr().err
