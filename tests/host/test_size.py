# SPDX-License-Identifier: MIT
"""The size report, of the test run's own builds."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.board import boards
from upyfw.build import firmware
from upyfw.image import uf2
from upyfw.measure import size, size_report


@pytest.fixture(scope="module", params=["RPI_PICO", "UNIX"])
def made(request):
    """A built board."""
    return firmware.build(request.param)


@pytest.fixture(scope="module")
def pico():
    """The built RPI_PICO."""
    return firmware.build("RPI_PICO")


def test_every_frozen_module_is_counted(made):
    report = size.of_build(made)
    staged = made.elf.parent / "frozen"
    assert set(report.modules) == {
        path.relative_to(staged).as_posix() for path in staged.rglob("*.py")
    }
    assert min(report.modules.values()) > 0
    assert list(report.modules.values()) == sorted(report.modules.values(), reverse=True)


def _map_bytes(text: str, name: str) -> int:
    """Bytes of flash that the linker's map ascribes to an object file."""
    placed = text[text.index("Linker script and memory map") :]
    found = re.findall(rf"0x1[0-9a-f]{{7}}\s+0x([0-9a-f]+) \S*{re.escape(name)}\n", placed)
    return sum(int(number, 16) for number in found)


def test_the_frozen_total_is_the_linkers(pico):
    """Within 3 %: the map counts padding and picotool's list of modules too."""
    text = (pico.elf.parent / "obj" / "firmware.elf.map").read_text()
    linked = _map_bytes(text, "frozen_content.c.o")
    frozen = size.of_build(pico).frozen_bytes
    assert linked > 10_000
    assert 0.97 * linked <= frozen <= linked


def test_a_long_text_is_ascribed_to_its_module(pico):
    board_text = (pico.elf.parent / "generated/upyos/made/board_default.py").stat().st_size
    assert (
        0.6 * board_text
        < size.of_build(pico).modules["upyos/made/board_default.py"]
        < 2 * board_text
    )


def test_parts_add_up(pico):
    report = size.of_build(pico)
    image = uf2.read(pico.firmware.read_bytes())
    slot = [addr for addr in image.pages if addr >= 0x10004000]
    assert report.flash_bytes == len(slot) * 256
    assert report.c_bytes + report.frozen_bytes == report.flash_bytes
    assert report.left_bytes + report.flash_bytes == pico.board.region("firmware").size_bytes
    # RP2040: 264 KiB of RAM in all; datasheet, 2.6.2
    assert report.ram_static_bytes + report.heap_bytes < 264 * 1024
    assert report.fs_used_bytes % 4096 == 0
    assert 0 < report.fs_used_bytes < report.fs_bytes


def test_as_json(pico, capsys):
    assert cli.run(["size", "RPI_PICO", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == size.of_build(pico).as_json()
    assert shown["modules"]["upyos/made/index.py"] > 0


def test_as_text(pico, capsys):
    assert cli.run(["size"]) == 0
    out = capsys.readouterr().out
    for line in size_report.lines(size.of_build(pico)):
        assert line in out
    assert re.search(r"upyos/executor.py +[\d,]+ *\n", out)


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"no program" * 100])
def test_what_is_no_program_is_refused(pico, tmp_path, content):
    elf = tmp_path / "x.elf"
    elf.write_bytes(content)
    with pytest.raises(UpyfwError, match="x.elf") as caught:
        size.of_build(replace(pico, elf=elf))
    assert caught.value.status == 2


# sections of ESP-IDF's linker script for the ESP32-C3: name, flags, type, address, bytes
IDF_SECTIONS = (
    (".iram0.text", "ax", "progbits", 0x40380000, 0x1000),
    (".dram0.dummy", "aw", "nobits", 0x3FC80000, 0x1000),
    (".dram0.data", "aw", "progbits", 0x3FC90000, 0x200),
    (".dram0.bss", "aw", "nobits", 0x3FC90200, 0x300),
    (".flash.text", "ax", "progbits", 0x42000020, 0x8000),
    (".flash.rodata", "aw", "progbits", 0x3C010020, 0x4000),
    (".flash_rodata_dummy", "aw", "nobits", 0x3C000020, 0x10000),
    (".rtc_noinit", "aw", "nobits", 0x50000000, 4),
)


def _linked(folder: Path, sections: tuple) -> Path:
    """Link a program that has nothing but sections, each where it is to be."""
    lines, places = [".globl _start", "_start = 0"], []
    for name, flags, kind, addr, size_bytes in sections:
        lines += [f'.section {name},"{flags}",%{kind}', f".space {size_bytes}"]
        places.append(f"-Wl,--section-start={name}=0x{addr:x}")
    source, elf = folder / "x.s", folder / "x.elf"
    source.write_text("\n".join(lines) + "\n")
    command = ["arm-none-eabi-gcc", "-nostdlib", "-nostartfiles", *places]
    subprocess.run([*command, "-o", str(elf), str(source)], check=True, capture_output=True)
    return elf


def test_static_ram_of_an_esp32_is_what_lies_in_its_ram(tmp_path):
    """Not the flash, which is above 0x20000000 too, nor one memory twice."""
    firmware = tmp_path / "firmware.bin"
    firmware.write_bytes(bytes(100))
    elf = _linked(tmp_path, IDF_SECTIONS)
    report = size.measure(boards.load("ESP32_GENERIC_C3"), firmware, elf, None)
    assert report.ram_static_bytes == 0x1000 + 0x200 + 0x300


def test_a_missing_file_says_what_to_do(pico):
    with pytest.raises(UpyfwError, match="gone.elf: No such file") as caught:
        size.of_build(replace(pico, elf=Path("gone.elf")))
    assert caught.value.hint == "./upyfw build RPI_PICO"
