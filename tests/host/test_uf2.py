# SPDX-License-Identifier: MIT
"""UF2 files, and the files to flash that are made of them."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upyfw.base.errors import UpyfwError
from upyfw.board import boards
from upyfw.image import flashfile, fsimage, uf2

BASE = 0x10000000


def _image(size_bytes: int = 1000, family: str = "rp2040") -> uf2.Image:
    return uf2.Image(family, uf2.pages(BASE, bytes(range(250)) * 4 + bytes(size_bytes - 1000)))


def test_a_block_is_as_the_specification_says():
    block = uf2.write(uf2.Image("rp2040", {BASE: bytes(range(256))}))
    words = struct.unpack("<8I", block[:32])
    assert words == (0x0A324655, 0x9E5D5157, 0x2000, BASE, 256, 0, 1, 0xE48BFF56)
    assert block[32:288] == bytes(range(256))
    assert block[288:508] == bytes(220)
    assert block[508:] == bytes.fromhex("306fb10a")


def test_golden_file_of_the_rp2350():
    """docs/formats/flash-files.md holds this digest."""
    data = uf2.write(uf2.Image("rp2350-arm-s", uf2.pages(BASE, b"upyOS")))
    assert len(data) == 1024
    words = struct.unpack("<8I", data[:32])
    assert words == (0x0A324655, 0x9E5D5157, 0xA000, 0x10FFFF00, 256, 0, 2, 0xE48BFF57)
    digest = hashlib.sha256(data).hexdigest()
    assert digest == "4585609569c751c31510218f9b590a22de59dadb80738591b5f06119b6b9d4c1"


@given(st.binary(min_size=1, max_size=3000), st.sampled_from(["rp2040", "rp2350-arm-s"]))
def test_what_was_written_reads_back(data, family):
    image = uf2.Image(family, uf2.pages(BASE, data))
    found = uf2.read(uf2.write(image))
    assert found == image
    assert found.content(BASE, len(data)) == data


def test_what_no_page_covers_is_erased():
    image = uf2.Image("rp2040", uf2.pages(BASE + 512, b"x"))
    assert image.content(BASE, 1024) == b"\xff" * 512 + b"x" + b"\xff" * 511


def _patched(off: int, data: bytes) -> bytes:
    whole = bytearray(uf2.write(_image()))
    whole[off : off + len(data)] = data
    return bytes(whole)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not whole blocks"),
        (b"UF2\n" * 10, "not whole blocks"),
        (bytes(512), "block 0: no UF2 magic"),
        (uf2.write(_image())[:-512], "block 0: says it is 0 of 4, the file has 3"),
        (uf2.write(_image())[512:], "block 0: says it is 1 of 4"),
        (_patched(512 + 508, bytes(4)), "block 1: no UF2 magic"),
        (_patched(512 + 16, b"\x00\x02"), "block 1: 512 bytes"),
        (_patched(512 + 12, b"\x01"), "block 1: 256 bytes at 0x10000101"),
        (_patched(512 + 12, struct.pack("<I", BASE)), "block 1: address 0x10000000 a second"),
        (_patched(512 + 28, b"\x59"), "block 1: family 0xe48bff59 differs"),
        (_patched(8, bytes(4)), "block 0: family 0xe48bff56 differs or is missing"),
    ],
)
def test_a_damaged_file_is_refused_with_its_block(data, why):
    with pytest.raises(ValueError, match="^" + why if why.startswith("block") else why):
        uf2.read(data)


@pytest.fixture(scope="module")
def pico():
    return boards.load("RPI_PICO")


@pytest.fixture(scope="module")
def fs_image(pico):
    return fsimage.make(pico)


def test_the_files_to_flash_hold_what_they_should(pico, fs_image):
    firmware = uf2.write(_image(5000))
    made = flashfile.files(pico, firmware, fs_image)
    assert sorted(made) == [
        "upyos-RPI_PICO-update.uf2",
        "upyos-RPI_PICO.bin",
        "upyos-RPI_PICO.uf2",
    ]
    assert made["upyos-RPI_PICO-update.uf2"] == firmware
    flash = made["upyos-RPI_PICO.bin"]
    region = pico.fs_region
    assert len(flash) == pico.flash.size_bytes
    assert flash[:5000] == _image(5000).content(BASE, 5000)
    assert set(flash[5120 : region.offset]) == {0xFF}
    assert flash[region.offset : region.end] == fs_image
    whole = uf2.read(made["upyos-RPI_PICO.uf2"])
    assert whole.content(BASE, pico.flash.size_bytes) == flash


def test_every_block_of_the_file_system_is_written(pico, fs_image):
    """A block left out would keep an old file system's metadata."""
    made = flashfile.files(pico, uf2.write(_image()), fs_image)
    pages = uf2.read(made["upyos-RPI_PICO.uf2"]).pages
    start = BASE + pico.fs_region.offset
    wanted = set(range(start, start + pico.fs_region.size_bytes, 256))
    assert wanted <= set(pages)


def _refusal(pico, firmware: bytes, fs_image: bytes) -> str:
    with pytest.raises(UpyfwError) as caught:
        flashfile.files(pico, firmware, fs_image)
    assert "\n" not in caught.value.what
    return caught.value.what


def test_firmware_that_just_fits_is_taken_one_page_more_is_not(pico, fs_image):
    room = pico.region("firmware").end
    assert flashfile.check_firmware(pico, uf2.write(_image(room)))
    assert _refusal(pico, uf2.write(_image(room + 1)), fs_image) == (
        "RPI_PICO: firmware needs 819,456 bytes, 256 more than its region of 800KiB at 0x4000"
    )


def test_firmware_of_another_family_is_refused(pico, fs_image):
    why = _refusal(pico, uf2.write(_image(1000, "rp2350-arm-s")), fs_image)
    assert why == "RPI_PICO: the firmware is for family rp2350-arm-s, the board is rp2040"


def test_firmware_that_begins_elsewhere_is_refused(pico, fs_image):
    firmware = uf2.write(uf2.Image("rp2040", uf2.pages(BASE + 0x4000, b"x")))
    assert "begins at 0x4000, its region at 0x0" in _refusal(pico, firmware, fs_image)


def test_damaged_firmware_is_refused(pico, fs_image):
    assert "no sound UF2: block 0" in _refusal(pico, bytes(512), fs_image)


def test_an_image_of_another_size_is_refused(pico, fs_image):
    other = fsimage.make(boards.load("UNIX"))
    assert _refusal(pico, uf2.write(_image()), other) == (
        "RPI_PICO: the file system image has 256 blocks, the device mounts 105"
    )
