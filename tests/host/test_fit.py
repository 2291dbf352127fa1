# SPDX-License-Identifier: MIT
"""What of a board's firmware can be checked without its maker's kit."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.board import boards, variant
from upyfw.board.chips import CHIPS, Chip
from upyfw.build import frozen_names
from upyfw.build.firmware import build
from upyfw.build.firmware_frozen import FrozenFile
from upyfw.measure import fit, frozen_size, size
from upyfw.source import buildable, sources

NOT_BUILT = [name for name in boards.names() if boards.load(name).firmware.upstream_bytes]
# what it takes of an ESP32-C3 (docs/formats/board-file.md)
BLUETOOTH_BYTES = 108308
# the boards whose firmware has to leave room: a slot can never become larger
GROWING = [
    board.name
    for board in map(boards.load, boards.names())
    if board.update or board.port == "esp32"
]


@pytest.mark.parametrize("name", boards.names())
def test_a_board_that_needs_a_kit_or_git_is_estimated(name):
    board = boards.load(name)
    needs = buildable.needs_more(board)
    assert needs == (name in NOT_BUILT)
    assert board.tier == 3 or not needs


@pytest.mark.parametrize("name", NOT_BUILT)
def test_a_board_that_is_not_built_would_fit(name):
    found = fit.estimate(variant.of(name))
    assert fit.refusal(found) is None
    # a slot never becomes larger, so a tenth of it is for later versions
    assert found.left_bytes >= (found.slot_bytes // 10 if name in GROWING else 0)
    # and Bluetooth is not left out by the key of another board that this one is like
    if found.board.port == "esp32" and not found.board.firmware.bluetooth:
        assert found.left_bytes - BLUETOOTH_BYTES < found.slot_bytes // 10
    assert 0 < found.fs_used_bytes < found.board.fs_region.size_bytes


@pytest.mark.parametrize(
    "name", [name for name in GROWING if name not in NOT_BUILT and boards.load(name).tier < 3]
)
def test_a_tenth_of_a_slot_is_left_by_the_build(name):
    made = build(name)
    slot = made.board.slots[0]
    assert size.of_build(made).flash_bytes <= slot.size_bytes - slot.size_bytes // 10


def test_the_other_boards_with_slots_have_those_of_a_board_that_is_built():
    others = [name for name in GROWING if name not in NOT_BUILT and boards.load(name).tier == 3]
    assert others == ["VCCGND_YD2040_16M", "VCCGND_YD2040_8M"]
    slots = boards.load("VCCGND_YD2040").slots
    assert [boards.load(name).slots for name in others] == [slots, slots]


def test_a_part_that_a_board_has_again_takes_its_room(monkeypatch):
    board = boards.load("ESP32_GENERIC_C3")
    assert [part.name for part in board.left_out] == ["bluetooth", "ethernet", "ipv6", "ppp"]
    lean = fit.estimate(variant.of(board.name)).left_bytes
    firmware = replace(board.firmware, without=("bluetooth", "ethernet", "ipv6"))
    monkeypatch.setattr(boards, "load", lambda _: replace(board, firmware=firmware))
    assert lean - fit.estimate(variant.of(board.name)).left_bytes == 40_532


def test_a_tenth_of_the_esp8266s_region_is_left():
    """It can never move: the chip maps the first MiB alone, and files begin behind it."""
    board = boards.load("ESP8266_GENERIC")
    assert board.profile == "full"
    assert board.slots == (board.region("firmware"),)
    assert (board.slots[0].offset, board.slots[0].size_bytes) == (0, 1024 * 1024)
    assert board.fs_region.offset == board.slots[0].end
    assert board.fs_region.end == board.flash.size_bytes - 20 * 1024
    found = fit.estimate(variant.of(board.name))
    assert found.left_bytes >= found.slot_bytes // 10


@pytest.mark.parametrize(
    ("name", "is_counted"), [("ESP32_GENERIC_C3", False), ("ESP8266_GENERIC", True)]
)
def test_what_upstream_freezes_too_is_not_counted_twice(monkeypatch, name, is_counted):
    """Its firmware for the ESP32 family has asyncio, that for an ESP8266 with 1 MiB has not."""
    counted = []

    def frozen_bytes(chip: Chip, compiled: list[Path], *_: object) -> int:
        counted.append(compiled)
        return 1

    monkeypatch.setattr(frozen_size, "frozen_bytes", frozen_bytes)
    fit.estimate(variant.of(name))
    # second is all that is frozen
    added, everything = counted
    names = {path.name for path in added if "asyncio" in path.parts}
    assert ("core.mpy" in names) == is_counted
    assert "kernel.mpy" in {path.name for path in added}
    assert "core.mpy" in {path.name for path in everything}


def test_a_slot_that_is_too_small_is_refused(monkeypatch, capsys):
    board = boards.load("ESP32_GENERIC_C3")
    small = [
        replace(r, size_bytes=r.size_bytes - 0x38000) if r.type == "app" else r
        for r in board.regions
    ]
    monkeypatch.setattr(boards, "load", lambda _: replace(board, regions=tuple(small)))
    assert cli.run(["fit", "ESP32_GENERIC_C3"]) == 1
    error = capsys.readouterr().err
    assert "ESP32_GENERIC_C3: about " in error
    assert "bytes too large for ota_0; a smaller profile or larger regions" in error


def test_the_estimate_is_near_what_a_build_measures(tmp_path):
    made = build("RPI_PICO")
    folder = variant.of("RPI_PICO").folder / "frozen"
    names = frozen_names.names_of(folder.with_suffix(".py"))
    frozen = [
        FrozenFile(path, path.relative_to(folder).as_posix(), 3)
        for path in sorted(folder.rglob("*.py"))
    ]
    micropython = sources.prepare_micropython("unix").micropython
    chip = CHIPS["rp2040"]
    compiled = frozen_size.compile_mpy(chip, frozen, tmp_path)
    estimated = frozen_size.frozen_bytes(chip, compiled, names, micropython, tmp_path)
    measured = size.of_build(made).frozen_bytes
    assert 0.98 * measured < estimated < 1.04 * measured


@pytest.mark.parametrize(
    ("chip", "arch"), [("rp2040", 4), ("rp2350", 7), ("esp32c3", 11), ("esp32", 10)]
)
def test_modules_are_compiled_for_the_chip(chip, arch, tmp_path):
    source = tmp_path / "m.py"
    source.write_text("@micropython.native\ndef f(a):\n    return a + 1\n")
    made = frozen_size.compile_mpy(CHIPS[chip], [FrozenFile(source, "m.py", 3)], tmp_path)
    # header of a .mpy: M, version, flags with the architecture from bit 2 on
    assert struct.unpack_from("BBB", made[0].read_bytes())[2] >> 2 == arch


def test_a_module_that_does_not_compile_is_named(tmp_path):
    source = tmp_path / "m.py"
    source.write_text("def f(:\n")
    with pytest.raises(UpyfwError, match="upyos/m.py: SyntaxError"):
        frozen_size.compile_mpy(CHIPS["esp8266"], [FrozenFile(source, "upyos/m.py", 3)], tmp_path)


def test_the_compiler_of_another_chip_will_do(monkeypatch):
    """That of an RP2040, where Debian's for Xtensa and RISC-V are not installed."""
    real = frozen_size.shutil.which
    alike = []
    for names in (("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"), ("arm-none-eabi-gcc",)):
        monkeypatch.setattr(
            frozen_size.shutil, "which", lambda name, names=names: name in names and real(name)
        )
        alike.append(fit.estimate(variant.of("ESP32_GENERIC_C3")))
    one, other = alike
    assert other.left_bytes > 0
    assert 0.97 * one.frozen_bytes < other.frozen_bytes < 1.03 * one.frozen_bytes


def test_an_arm_compiler_stands_for_one_with_larger_code(monkeypatch, tmp_path):
    """Measured against a build for an ESP32-C3, the code for a Cortex-M0+ was 15 % too small."""
    real = frozen_size.shutil.which
    monkeypatch.setattr(
        frozen_size.shutil, "which", lambda name: name == "arm-none-eabi-gcc" and real(name)
    )
    micropython = sources.prepare_micropython("unix").micropython
    found = frozen_size.c_bytes(CHIPS["esp32c3"], micropython, tmp_path)
    assert found > frozen_size.c_bytes(CHIPS["rp2040"], micropython, tmp_path)
    monkeypatch.setattr(frozen_size, "_AGAINST_ARM", {})
    plain = frozen_size.c_bytes(CHIPS["esp32c3"], micropython, tmp_path)
    assert 1.2 * plain < found < 1.3 * plain


def test_code_for_speed_is_measured_as_it_is_built(monkeypatch, tmp_path):
    compiled = {}

    def run(command: list[str], what: str) -> str:
        compiled[what] = command[: command.index("-c")] if "-c" in command else []
        raise UpyfwError("seen")

    real = frozen_size._object_bytes

    def object_bytes(command: tuple, source: Path, *places) -> int:
        with pytest.raises(UpyfwError):
            real(command, source, *places)
        return 0

    micropython = sources.prepare_micropython("unix").micropython
    frozen_size._write_headers(micropython, tmp_path)
    monkeypatch.setattr(frozen_size, "_run", run)
    monkeypatch.setattr(frozen_size, "_object_bytes", object_bytes)
    frozen_size.c_bytes(CHIPS["rp2040"], micropython, tmp_path)
    fast = {name for name, command in compiled.items() if "-O2" in command}
    assert fast == {"crc.c", "frozen.c", "interned.c", "maps.c", "pattern.c", "text.c"}


def test_all_that_is_frozen_is_told_beside_what_we_add(capsys):
    """A build's frozen size has asyncio, which upstream's firmware has too."""
    assert cli.run(["fit", "ESP32_GENERIC_C3", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)[0]
    assert 5_000 < row["frozen_all_bytes"] - row["frozen_bytes"] < 10_000


def test_without_a_compiler_the_size_is_unknown_not_wrong(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(frozen_size.shutil, "which", lambda _: None)
    assert cli.run(["fit", "ESP8266_GENERIC", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)[0]
    assert (row["frozen_bytes"], row["left_bytes"]) == (None, None)
    assert row["fs_used_bytes"] > 0


def test_another_profile_is_called_by_its_name(capsys):
    assert cli.run(["fit", "ESP8266_GENERIC", "--profile", "core", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["profile"] == "core"


def test_a_board_that_can_be_built_is_not_estimated(capsys):
    assert cli.run(["fit", "RPI_PICO"]) == 1
    assert "RPI_PICO: firmware.upstream_bytes is not in its board.toml" in capsys.readouterr().err
