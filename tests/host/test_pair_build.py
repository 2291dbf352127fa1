# SPDX-License-Identifier: MIT
"""What is built for a board whose boot ROM chooses between two slots, read back with picotool."""

import re
import struct
import subprocess

import pair_simulator as sim
import pytest
import upyfw
from pair_rom import Rom
from upyfw.build import firmware
from upyfw.image import flashfile, picobin, slotimage, uf2
from upyfw.release import updates
from upyfw.source import source_picotool, sources

NAME = "RPI_PICO2"


@pytest.fixture(scope="module")
def made():
    return firmware.build(NAME)


def _info(path) -> str:
    picotool = source_picotool.executable(
        sources.prepare_micropython("rp2").picotool_dir.parents[2]
    )
    command = [str(picotool), "info", "-a", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return " ".join(done.stdout.split())


def test_picotool_reads_the_table(made):
    info = _info(made.combined_uf2)
    assert "family ID 'absolute'" in info
    assert "partition table: singleton" in info
    rights = "S(rw) NSBOOT(rw) NS(rw), id=000000000000000"
    for row in (
        f'partition 0 (A): 00002000->00122000 {rights}0, "firmware", uf2 {{ rp2350-arm-s }}',
        f'partition 1 (B w/ 0): 00122000->00242000 {rights}1, "firmware_b", uf2 {{ rp2350-arm',
        f'partition 2 (A): 00242000->00400000 {rights}2, "littlefs", uf2 {{ data }}, arm_boot 0',
        "un-partitioned space: S(rw) NSBOOT(rw) NS(rw), uf2 { absolute }",
    ):
        assert row in info
    regions = {region.name: region for region in made.board.regions}
    assert regions["firmware_b"].offset == 0x122000
    assert made.board.fs_region.offset == 0x242000


def test_picotool_reads_the_sealed_image(made):
    info = _info(made.update_uf2)
    assert "family ID 'rp2350-arm-s'" in info
    major, minor = picobin.version(upyfw.__version__)
    for text in (
        "hash: verified",
        f"version: {major}.{minor}",
        "vector table: 0x10000200",
        "load map entry 0: Load 0x10000200->",
        "target chip: RP2350",
    ):
        assert text in info
    # the flash as it is, not as the ROM shows it
    assert "embedded drive: 0x1c242000-0x1c400000 (1784K): MicroPython" in info


def test_the_image_for_upgrades(made):
    data = updates.of_build(made.board, made.firmware)
    image = slotimage.read(data)
    assert (image.board, image.version) == (NAME, upyfw.__version__)
    assert picobin.is_trial(data)
    base = made.board.chip.flash_addr
    by_cable = uf2.read(made.update_uf2.read_bytes()).content(base, len(data))
    assert not picobin.is_trial(by_cable)
    assert picobin.with_trial(by_cable, True) == data
    entry = struct.unpack_from("<I", data, 512 + 4)[0]
    assert base + 512 < entry < base + len(data)


def test_the_model_of_the_rom_starts_it(made, tmp_path):
    """The file that is flashed, whatever the flash held before: B's old image is gone."""
    rom = Rom(sim.build(tmp_path), made.combined_bin.read_bytes())
    newer = picobin.with_trial(updates.of_build(made.board, made.firmware), False)
    slot_b = made.board.pair.secondary
    rom.flash.put(slot_b.offset, newer)
    for addr, page in uf2.read(made.combined_uf2.read_bytes()).pages.items():
        rom.flash.put(addr - made.board.chip.flash_addr, page)
    rom.flash.power_on()
    assert rom.slots()[1].found is None
    assert rom.start().off == made.board.pair.primary.offset
    assert not rom.on_trial
    update = uf2.read(made.update_uf2.read_bytes())
    assert flashfile.in_slot(made.board, update).start_addr - 0x10000000 == 0x2000
    content = update.content(0x10000000, update.end_addr - 0x10000000)
    assert rom.drop(content) == slot_b.offset
    # the same version: what was dropped runs, and goes on to run
    assert rom.start(slot_b.offset).off == slot_b.offset
    assert rom.start().off == slot_b.offset


def test_a_version_is_a_number_that_grows():
    assert picobin.version("1.2.3") == (1, 515)
    texts = ("0.2.0", "0.2.1", "0.3.0", "1.0.0")
    assert sorted(texts, key=picobin.version) == list(texts)


def test_what_is_no_image_for_the_rom(made):
    data = updates.of_build(made.board, made.firmware)
    at = data.index(struct.pack("<I", 0xFFFFDED3))
    for bad in (
        data[: at + 8],
        data[: len(data) // 2],
        data.replace(struct.pack("<I", 0xAB123579), bytes(4)),
        data[: at + 4] + b"\0" * 4 + data[at + 8 :],
        bytes(8192),
        b"",
    ):
        with pytest.raises(ValueError, match=re.compile("block|loop|image")):
            picobin.is_trial(bad)
