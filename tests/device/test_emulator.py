# SPDX-License-Identifier: MIT
"""The emulated machine itself, with bare MicroPython on it."""

import ast
import math
import re
import struct
from itertools import pairwise

import pytest
from upyfw.build import firmware
from upyfw.source import source_pins
from upyfw.targets.base import TargetError, TargetStopped
from upyfw.targets.emulator import Emulator

FLASH_BYTES = 2 * 1024 * 1024
# address of the watchdog's first scratch register (RP2040 datasheet, 4.7.6)
SCRATCH0_ADDR = 0x4005800C
SRAM_END_ADDR = 0x20042000
# 20 lines of 40 bytes: some flash pages
WRITE_FILE = "f = open('/t', 'w'); [f.write('%039d\\n' % n) for n in range(20)] and f.close()"
TEXT = "".join(f"{n:039d}\n" for n in range(20))


@pytest.fixture(scope="module")
def bare():
    return firmware.build("RPI_PICO", firmware.BARE).firmware


@pytest.fixture
def board(bare):
    with Emulator(bare) as emulator:
        emulator.wait_prompt()
        yield emulator


def evaluate(board, expression):
    return board.run(f"print({expression})").strip()


def test_prompt_and_evaluation(board):
    version = source_pins.read()["micropython"].version
    assert f"MicroPython v{version}".encode() in board.output
    assert evaluate(board, "sum(range(1000))") == "499500"


def test_same_input_same_cycles(bare):
    def counts():
        with Emulator(bare) as emulator:
            for line in ("", "x = [n ** 2 for n in range(99)]", "1 / 3", WRITE_FILE):
                emulator.run(line)
                yield emulator.stats()

    assert list(counts()) == list(counts())


def test_sleep_is_time_but_not_work(board):
    before = board.stats()
    board.run("import time; time.sleep(3)")
    after = board.stats()
    assert after["clock_ns"] - before["clock_ns"] >= 3_000_000_000
    assert after["busy_cycles"] - before["busy_cycles"] < 0.02 * 125_000_000


def test_work_is_time(board):
    before = board.stats()
    board.run("x = [n * n for n in range(2000)]")
    after = board.stats()
    busy_ns = (after["busy_cycles"] - before["busy_cycles"]) * 8
    assert busy_ns > 10_000_000
    assert after["clock_ns"] - before["clock_ns"] >= busy_ns


# ---- flash -----------------------------------------------------------------------------------


def test_flash_operations_are_counted_and_take_time(board):
    before = board.stats()
    board.run(WRITE_FILE)
    after = board.stats()
    erases, programs = (after[name] - before[name] for name in ("erases", "programs"))
    assert erases >= 1
    # 800 bytes are four pages
    assert programs >= 4
    assert after["flash_ops"] - before["flash_ops"] == erases + programs
    least_ns = erases * 45_000_000 + programs * 700_000
    assert after["clock_ns"] - before["clock_ns"] >= least_ns
    assert (after["busy_cycles"] - before["busy_cycles"]) * 8 < least_ns


@pytest.mark.parametrize("restart", ["machine.reset()", None])
def test_flash_survives(board, restart):
    board.run(WRITE_FILE)
    if restart:
        board.send(f"import machine; {restart}\r".encode())
    else:
        board.power_cycle()
    board.read_until(re.compile(rb"MicroPython v"))
    board.wait_prompt()
    assert board.run("print(open('/t').read())").replace("\n\n", "\n") == TEXT


def test_flash_image_goes_into_another_machine(board, bare, tmp_path):
    board.run(WRITE_FILE)
    image = board.flash_image()
    assert len(image) == FLASH_BYTES
    (tmp_path / "flash.bin").write_bytes(image)
    with Emulator(None, tmp_path / "flash.bin") as other:
        other.wait_prompt()
        assert evaluate(other, "len(open('/t').read())") == str(len(TEXT))


def test_short_flash_image_is_the_end(bare, tmp_path):
    (tmp_path / "end.bin").write_bytes(b"\x5a" * 4096)
    with Emulator(bare, tmp_path / "end.bin") as emulator:
        image = emulator.flash_image()
        assert image[-4096:] == b"\x5a" * 4096
        assert image[-8192:-4096] == b"\xff" * 4096
        assert image[:256] != b"\xff" * 256


def test_programming_only_clears_bits(board):
    board.run("import rp2; f = rp2.Flash()")
    board.run("f.ioctl(6, 90); f.writeblocks(90, b'\\x0f' * 256, 0)")
    board.run("f.writeblocks(90, b'\\x3c' * 256, 0)")
    board.run("b = bytearray(257); f.readblocks(90, b, 0)")
    assert evaluate(board, "b[0], b[255], b[256]") == "12 12 255"


# ---- power cuts ------------------------------------------------------------------------------


def states(bare, cuts, torn=False):
    """The flash after power cuts at the operations of one write; the operations it takes."""
    with Emulator(bare) as emulator:
        emulator.wait_prompt()
        start = emulator.flash_image()
        emulator.power_cycle()
        emulator.wait_prompt()
        before = emulator.flash_ops
        emulator.run(WRITE_FILE)
        images = {None: emulator.flash_image(), 0: start}
        ops = emulator.flash_ops - before
        for cut in cuts:
            emulator.power_cycle(flash=start)
            emulator.wait_prompt()
            count = emulator.flash_ops
            emulator.cut_after(cut, torn)
            emulator.send(WRITE_FILE.encode() + b"\r")
            with pytest.raises(TargetStopped):
                emulator.wait_prompt()
            assert emulator.is_off
            assert emulator.flash_ops - count == cut
            images[cut] = emulator.flash_image()
    return images, ops


def changed(one, other):
    """Numbers of the 256-byte pages that differ."""
    return {
        at // 256
        for at in range(0, FLASH_BYTES, 256)
        if one[at : at + 256] != other[at : at + 256]
    }


def test_power_cut_after_each_operation(bare):
    _, ops = states(bare, ())
    assert ops >= 5
    images, _ = states(bare, range(1, ops + 1))
    # each operation changes a page or the pages of one sector, and nothing comes after a cut
    for one, other in pairwise(range(ops + 1)):
        pages = changed(images[one], images[other])
        assert len(pages) <= 1 or len({page // 16 for page in pages}) == 1
    assert images[ops] == images[None]


def test_power_cut_before_the_next_operation(board):
    before = board.flash_image()
    board.cut_after(0)
    board.send(WRITE_FILE.encode() + b"\r")
    with pytest.raises(TargetStopped, match="power_cut"):
        board.wait_prompt()
    assert board.flash_image() == before


def test_torn_operation_is_half_done(bare):
    whole, ops = states(bare, range(1, 6))
    torn, _ = states(bare, range(1, 6), torn=True)
    for cut in range(1, 6):
        old, new, half = whole[cut - 1], whole[cut], torn[cut]
        pages = changed(old, new) or {0}
        first, last = min(pages) * 256, (max(pages) + 1) * 256
        size = 4096 if last - first > 256 else 256
        first -= first % size
        assert half[first : first + size // 2] == new[first : first + size // 2]
        assert half[first + size // 2 : first + size] == old[first + size // 2 : first + size]
    assert any(torn[cut] != whole[cut] for cut in range(1, 6))


def test_dead_until_power_cycle(board):
    board.cut_after(1)
    board.send(WRITE_FILE.encode() + b"\r")
    with pytest.raises(TargetStopped):
        board.wait_prompt()
    ops = board.flash_ops
    board.send(b"1 + 1\r")
    assert board.advance(5) == b""
    assert board.flash_ops == ops
    board.power_cycle()
    board.wait_prompt()
    assert evaluate(board, "6 * 7") == "42"


# ---- resets ----------------------------------------------------------------------------------


def test_scratch_register_survives_a_reset_and_not_a_power_cycle(board):
    board.run(f"import machine; machine.mem32[{SCRATCH0_ADDR}] = 4711")
    board.send(b"machine.reset()\r")
    board.read_until(re.compile(rb"MicroPython v"))
    board.wait_prompt()
    board.run("import machine")
    assert evaluate(board, f"machine.mem32[{SCRATCH0_ADDR}]") == "4711"
    assert evaluate(board, "machine.reset_cause() == machine.WDT_RESET") == "True"
    board.reset()
    board.wait_prompt()
    board.run("import machine")
    assert evaluate(board, f"machine.mem32[{SCRATCH0_ADDR}]") == "4711"
    board.power_cycle()
    board.wait_prompt()
    board.run("import machine")
    assert evaluate(board, f"machine.mem32[{SCRATCH0_ADDR}]") == "0"
    assert evaluate(board, "machine.reset_cause() == machine.PWRON_RESET") == "True"


def test_watchdog_timeout_resets(board):
    board.send(b"import machine; machine.WDT(timeout=500)\r")
    board.wait_prompt()
    board.advance(0.4)
    assert board.stats()["resets"] == []
    board.read_until(re.compile(rb"MicroPython v"), 1.0)
    assert [reset["cause"] for reset in board.stats()["resets"]] == ["watchdog"]


def test_boot_loader_stops_the_machine(board):
    board.send(b"import machine; machine.bootloader()\r")
    with pytest.raises(TargetStopped, match="bootsel"):
        board.wait_prompt()


def test_fault_names_its_address(board):
    board.send(b"import machine; machine.mem32[0x90000000]\r")
    board.wait_prompt()
    board.send(b"import uctypes; uctypes.struct(0x20000001, {'x': uctypes.UINT32}).x\r")
    with pytest.raises(TargetStopped, match="fault: unaligned read of 0x20000001 at 0x1"):
        board.wait_prompt()


def test_soft_reset(board):
    board.send(b"\x04")
    assert b"soft reboot" in board.wait_prompt()
    assert board.stats()["resets"] == []


# ---- arithmetic of the boot ROM --------------------------------------------------------------


def single(value):
    """Round to a float of 32 bits as the ROM does: too large is infinity, denormals are zero."""
    if value in (True, False):
        return float(value)
    try:
        rounded = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded if abs(rounded) >= 2**-126 else math.copysign(0.0, rounded)


def packed(values):
    return [struct.pack("f", value) for value in values]


NUMBERS = packed([0.0, 1.0, -1.0, 0.1, -2.5, math.pi, 1e-10, 1.5e10, 16777217.0, -1e30, 3e38])
VALUES = [struct.unpack("f", data)[0] for data in NUMBERS]


def on_board(board, expression):
    """The bytes of a list of floats that the board computes from v, a list of NUMBERS."""
    board.run("import struct, math")
    board.run(f"v = [struct.unpack('f', b)[0] for b in {NUMBERS}]")
    return ast.literal_eval(evaluate(board, f"[struct.pack('f', x) for x in {expression}]"))


@pytest.mark.parametrize("operator", ["+", "-", "*", "<", "<=", "==", "!=", ">", ">="])
def test_float_operators(board, operator):
    operate = eval(f"lambda a, b: a {operator} b")
    wanted = packed(single(operate(a, b)) for a in VALUES for b in VALUES)
    assert on_board(board, f"[a {operator} b for a in v for b in v]") == wanted


def test_float_division(board):
    wanted = packed(single(a / b) for a in VALUES for b in VALUES if b)
    assert on_board(board, "[a / b for a in v for b in v if b]") == wanted


@pytest.mark.parametrize("function", ["sqrt", "exp", "sin", "cos", "tan"])
def test_float_functions(board, function):
    some = [value for value in VALUES if 0 <= value < 100]
    found = on_board(board, f"[math.{function}(a) for a in v if 0 <= a < 100]")
    values = [struct.unpack("f", data)[0] for data in found]
    wanted = [getattr(math, function)(value) for value in some]
    assert values == pytest.approx(wanted, rel=2**-22, abs=2**-22)


def test_float_to_integer_and_back(board):
    some = [value for value in VALUES if abs(value) < 2**29]
    assert evaluate(board, "0") == "0"
    on_board(board, "v")
    assert ast.literal_eval(evaluate(board, "[int(a) for a in v if abs(a) < 2**29]")) == [
        int(value) for value in some
    ]
    integers = [0, -1, 7, -(2**24) - 1, 2**29 + 33, -(2**30)]
    wanted = packed(single(float(number)) for number in integers)
    assert on_board(board, f"[float(n) for n in {integers}]") == wanted


# ---- the host's side -------------------------------------------------------------------------


def test_silence_is_an_error_with_what_was_seen(board):
    with pytest.raises(TargetError, match="no b'nothing' within 2 s.*>>> "):
        board.read_until(re.compile(b"nothing"), 2)


def test_endless_program_is_left_at_the_limit(board):
    board.send(b"while True: pass\r\r")
    board.read_until(re.compile(rb"\.\.\. "))
    with pytest.raises(TargetError):
        board.read_until(re.compile(rb">>> $"), 0.5)
    board.send(b"\x03")
    assert b"KeyboardInterrupt" in board.wait_prompt()


def test_rest_of_output_stays_for_the_next_read(board):
    board.send(b"print('ab')\r")
    assert board.read_until(re.compile(rb"\r\na")).endswith(b"\r\na")
    assert board.wait_prompt() == b"b\r\n>>> "


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"UF2\nWQ]\x9e" + bytes(505), "UF2 file is cut off"),
        (b"UF2\n" + bytes(508), "damaged UF2 block"),
        (bytes(FLASH_BYTES + 1), "larger than the flash"),
    ],
)
def test_bad_firmware_file(tmp_path, content, message):
    (tmp_path / "bad.uf2").write_bytes(content)
    with pytest.raises(TargetError, match=message):
        Emulator(tmp_path / "bad.uf2").start()


def test_missing_firmware_file(tmp_path):
    with pytest.raises(TargetError, match="no such file"):
        Emulator(tmp_path / "none.uf2").start()


def test_folder_without_the_library(bare, tmp_path):
    with pytest.raises(TargetError, match="rp2040js"):
        Emulator(bare, node_modules=tmp_path).start()
