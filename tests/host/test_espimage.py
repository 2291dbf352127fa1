# SPDX-License-Identifier: MIT
"""Files for the flash of ESP chips, made around stand-ins by the real esptool."""

import re
import subprocess
import sys
from dataclasses import replace

import esp_images
import pytest
from mp_image_tool_esp32.partition_table import PartitionTable
from upyfw.base.errors import UpyfwError
from upyfw.board import boards, partitions
from upyfw.image import espimage, fsimage

ESP32 = [name for name in boards.names() if boards.load(name).port == "esp32"]


def _files(board: boards.Board) -> dict[str, bytes]:
    chip = board.chip.name
    fs_image = fsimage.make(board)
    return espimage.files(board, esp_images.app(chip), esp_images.bootloader(chip), fs_image)


def _esptool(*words: object) -> str:
    command = [sys.executable, "-m", "esptool", *map(str, words)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("name", ESP32)
def test_all_in_one_has_every_part_at_its_place(name):
    board = boards.load(name)
    whole = _files(board)[f"upyos-{name}.bin"]
    assert len(whole) == board.flash.size_bytes
    fs = board.fs_region
    assert fsimage.read(board, whole[fs.offset : fs.end]) == fsimage.read(
        board, fsimage.make(board)
    )
    slot = board.slots[0]
    app = esp_images.app(board.chip.name)
    assert whole[slot.offset :].startswith(app)
    assert espimage.kind(whole) == espimage.WHOLE
    for region in board.regions:
        if region.subtype in ("ota", "ota_1", "nvs"):
            assert set(whole[region.offset : region.end]) == {0xFF}, region.name


@pytest.mark.parametrize("name", ESP32)
def test_others_read_the_table_that_we_write(name):
    board = boards.load(name)
    whole = _files(board)[f"upyos-{name}.bin"]
    table = PartitionTable.from_bytes(whole[0x8000:0x9000], board.flash.size_bytes)
    table.check()
    found = [(row.name, row.type_name, row.subtype_name, row.offset, row.size) for row in table]
    wanted = partitions.rows(board.regions)
    assert found == [(r.name, r.type, r.subtype, r.offset, r.size_bytes) for r in wanted]


@pytest.mark.parametrize("name", ESP32)
def test_esptool_reads_the_boot_loader_of_all_in_one(name, tmp_path):
    board = boards.load(name)
    start = board.chip.boot_off
    path = tmp_path / "bootloader.bin"
    path.write_bytes(_files(board)[f"upyos-{name}.bin"][start : start + 0x1000])
    told = _esptool("--chip", board.chip.name, "image-info", path)
    size = board.flash.size_bytes // 1024 // 1024
    assert re.search(rf"Flash size: {size}MB", told)
    assert re.search(rf"Flash freq: {board.flash.clock_mhz}m", told)
    # of the ESP32-S3 too, whose firmware runs in qio: its ROM may not read the boot loader so
    assert "Flash mode: DIO" in told
    assert re.search(r"Checksum: 0x\w+ \(valid\)", told)
    assert re.search(r"Validation hash: \w+ \(valid\)", told)


@pytest.mark.parametrize(
    ("port_board", "mode", "byte"),
    [
        *[("ESP32_GENERIC", mode, 2) for mode in ("qio", "qout", "dio")],
        ("ESP32_GENERIC", "dout", 3),
        ("ESP8266_GENERIC", "qio", 0),
    ],
)
def test_the_mode_in_front_is_one_that_every_flash_starts_in(port_board, mode, byte):
    """An ESP8266 has no second boot loader: its ROM is told what is so."""
    board = boards.load(port_board)
    board = replace(board, flash=replace(board.flash, mode=mode))
    front = board.region("bootloader" if board.port == "esp32" else "firmware")
    image = esp_images.bootloader("esp32") if board.port == "esp32" else esp_images.esp8266()
    whole = espimage.merged(board, {front: image})
    assert whole[front.offset : front.offset + 3] == bytes([0xE9, image[1], byte])


@pytest.mark.parametrize("name", ESP32)
def test_esptool_reads_the_firmware(name, tmp_path):
    board = boards.load(name)
    path = tmp_path / "update.bin"
    path.write_bytes(_files(board)[f"upyos-{name}-update.bin"])
    told = _esptool("--chip", board.chip.name, "image-info", path)
    assert re.search(r"Checksum: 0x\w+ \(valid\)", told)
    assert re.search(r"Validation hash: \w+ \(valid\)", told)
    assert "Application Information" in told


def test_merging_gives_what_the_command_gives(tmp_path):
    board = boards.load("ESP32_GENERIC")
    chip = board.chip.name
    fs_image = fsimage.make(board)
    parts = {
        0x1000: esp_images.bootloader(chip),
        0x8000: partitions.table(board.regions),
        0x10000: esp_images.app(chip),
        board.fs_region.offset: fs_image,
    }
    words = []
    for offset, data in parts.items():
        path = tmp_path / f"{offset:x}"
        path.write_bytes(data)
        words += [hex(offset), path]
    out = tmp_path / "all.bin"
    settings = ("--flash-mode", "dio", "--flash-freq", "40m", "--flash-size", "4MB")
    pad = ("--pad-to-size", "4MB")
    _esptool("--chip", chip, "merge-bin", "-o", out, *settings, *pad, *words)
    assert out.read_bytes() == _files(board)["upyos-ESP32_GENERIC.bin"]


def test_the_esp8266_has_firmware_and_file_system():
    board = boards.load("ESP8266_GENERIC")
    firmware = esp_images.esp8266()
    whole = espimage.files(board, firmware, b"", fsimage.make(board))["upyos-ESP8266_GENERIC.bin"]
    assert len(whole) == board.flash.size_bytes
    # mode dio, 4 MB, 40 MHz
    assert whole[:4] == bytes([0xE9, 1, 2, 0x40])
    assert whole[4 : len(firmware)] == firmware[4:]
    fs = board.fs_region
    assert "/etc/upyOS-esp8266.board" in fsimage.read(board, whole[fs.offset : fs.end])


@pytest.mark.parametrize("cut", [0, 1, 12, 20, 31])
def test_a_cut_firmware_of_the_esp8266_is_refused(cut):
    board = boards.load("ESP8266_GENERIC")
    with pytest.raises(UpyfwError, match="firmware.bin is damaged"):
        espimage.check_app(board, esp_images.esp8266()[:cut])


C3 = "ESP32_GENERIC_C3"
APP = esp_images.app("esp32c3")
BOOTLOADER = esp_images.bootloader("esp32c3")


def _changed(data: bytes, off: int) -> bytes:
    out = bytearray(data)
    out[off] ^= 1
    return bytes(out)


def _whole() -> bytes:
    return _files(boards.load(C3))[f"upyos-{C3}.bin"]


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (b"", "firmware.bin is no image of an ESP chip, not an app"),
        (b"UF2\n" + bytes(600), "firmware.bin is no image of an ESP chip, not an app"),
        (BOOTLOADER, "firmware.bin is a boot loader, not an app"),
        (esp_images.app("esp32"), "firmware.bin is for esp32, not esp32c3"),
        (esp_images.app("esp32s3"), "firmware.bin is for esp32s3, not esp32c3"),
        (esp_images.app("esp32c6"), "firmware.bin is for esp32c6, not esp32c3"),
        (APP[:-40], "firmware.bin is damaged"),
        (APP[:-1], "firmware.bin is damaged: its SHA-256 is wrong, or it is cut off"),
        (APP[:200], "firmware.bin is damaged"),
        (_changed(APP, 400), "firmware.bin is damaged: its checksum is wrong"),
        (_changed(APP, 20), "firmware.bin is damaged: its SHA-256 is wrong"),
        (
            esp_images.app("esp32c3", 1792 * 1024),
            "firmware.bin: ota_0 needs 1,900,624 bytes, 65,616 more than its region of 1792KiB",
        ),
    ],
)
def test_an_app_that_does_not_belong_is_refused(app, why):
    board = boards.load(C3)
    with pytest.raises(UpyfwError) as caught:
        espimage.files(board, app, BOOTLOADER, fsimage.make(board))
    assert caught.value.what.startswith(f"{C3}: {why}")


def test_any_changed_byte_of_a_header_is_refused():
    """The second half is ESP-IDF's own, which esptool looks at in other ways."""
    board = boards.load(C3)
    for off in range(64):
        app = APP[:off] + bytes([APP[off] ^ 0x30]) + APP[off + 1 :]
        with pytest.raises(UpyfwError) as caught:
            espimage.check_app(board, app)
        assert caught.value.what.startswith(f"{C3}: firmware.bin ")


def test_a_whole_flash_is_no_app():
    with pytest.raises(UpyfwError, match="firmware.bin is a whole flash, not an app"):
        espimage.check_app(boards.load(C3), _whole())


@pytest.mark.parametrize(
    ("bootloader", "why"),
    [
        (APP, "bootloader.bin is an app, not a boot loader"),
        (esp_images.bootloader("esp32"), "bootloader.bin is for esp32, not esp32c3"),
        (BOOTLOADER[:60], "bootloader.bin is damaged"),
    ],
)
def test_a_boot_loader_that_does_not_belong_is_refused(bootloader, why):
    board = boards.load(C3)
    with pytest.raises(UpyfwError, match=f"{C3}: {why}"):
        espimage.files(board, APP, bootloader, fsimage.make(board))


@pytest.mark.parametrize("other", ["ESP32_GENERIC_S3", "ESP32_GENERIC_C6", "RPI_PICO"])
def test_the_file_system_of_another_board_is_refused(other):
    board = boards.load(C3)
    fs_image = fsimage.make(boards.load(other))
    with pytest.raises(UpyfwError, match="the device mounts 112"):
        espimage.files(board, APP, BOOTLOADER, fs_image)
