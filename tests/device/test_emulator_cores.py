# SPDX-License-Identifier: MIT
"""Core 1 of the emulated machine, and the flash while one core writes it."""

import pytest
from upyfw.build import firmware
from upyfw.targets.base import TargetStopped
from upyfw.targets.emulator import Emulator

# 20 lines of 40 bytes: some flash pages
WRITE_FILE = "f = open('/t', 'w'); [f.write('%039d\\n' % n) for n in range(20)] and f.close()"
TEXT = "".join(f"{n:039d}\n" for n in range(20))

# The boot ROM's functions by name (RP2040 datasheet, 2.8.3), without the lockout of the SDK; and
# code in RAM (0x4798 is blx r3). The last block of the file system is written.
ROM = """
import _thread, machine, rp2, time
chip = rp2.Flash()
count = chip.ioctl(4, 0)
off = 0x200000 - 4096
data = bytearray(256)
def rom(code):
    at = machine.mem16[0x14]
    while machine.mem16[at] != code[0] + code[1] * 256:
        at += 4
    return machine.mem16[at + 2]
@micropython.asm_thumb
def call(r0, r1, r2, r3):
    data(2, 0x4798)
@micropython.asm_thumb
def count_down(r0):
    label(loop)
    sub(r0, 1)
    bne(loop)
@micropython.asm_thumb
def reads(r0):
    label(loop)
    ldr(r1, [r0, 0])
    b(loop)
def loop():
    while True:
        pass
def sleeps():
    while True:
        time.sleep_ms(1)
def write():
    chip.ioctl(6, count - 1)
    chip.writeblocks(count - 1, data, 0)
"""
ERASE = "call(off, 4096, 0, rom(b'RE'))"
PROGRAM = "call(off, data, 256, rom(b'RP'))"
# of count_down: 0.2 s
LONG = 6_000_000


@pytest.fixture(scope="module")
def bare():
    return firmware.build("RPI_PICO", firmware.BARE).firmware


@pytest.fixture
def board(bare):
    with Emulator(bare) as emulator:
        emulator.wait_prompt()
        define(emulator, ROM)
        yield emulator


def define(board, code):
    assert board.run(f"exec({code!r})") == ""


def evaluate(board, expression):
    return board.run(f"print({expression})").strip()


def stopped(board, line):
    """Type a line that stops the machine; return why it stopped."""
    with pytest.raises(TargetStopped):
        board.run(line)
    return board.stopped


def test_thread_on_core_1(board):
    board.run("r = []")
    board.run("f = lambda: [r.append((_thread.get_ident(), n)) for n in range(3)]")
    board.run("_thread.start_new_thread(f, ())")
    board.run("time.sleep(0.1)")
    assert evaluate(board, "r") == "[(2, 0), (2, 1), (2, 2)]"
    # its flash writes need the other core to stand still
    board.run("_thread.start_new_thread(lambda: exec(W), ())".replace("W", repr(WRITE_FILE)))
    board.run("time.sleep(1)")
    assert evaluate(board, "len(open('/t').read())") == str(len(TEXT))
    board.send(b"\x04")
    board.wait_prompt()
    assert evaluate(board, "6 * 7") == "42"


@pytest.mark.parametrize(("write", "name"), [(ERASE, "an erase"), (PROGRAM, "a program")])
def test_code_in_flash_stops_at_a_write_of_the_other_core(board, write, name):
    board.run("_thread.start_new_thread(loop, ())")
    why = stopped(board, write)
    assert why.startswith("fault: core 1 executes 0x10"), why
    assert f"during {name} of the flash by core 0, at 0x10" in why


@pytest.mark.parametrize("main", ["loop()", "time.sleep(0.05)"])
def test_core_0_stops_at_a_write_of_core_1(board, main):
    define(board, f"def late():\n count_down(300000)\n {ERASE}")
    why = stopped(board, f"_thread.start_new_thread(late, ()); {main}")
    assert why.startswith("fault: core 0 executes 0x10"), why
    assert "during an erase of the flash by core 1, at 0x10" in why


def test_code_in_ram_stops_where_it_reads_flash(board):
    define(board, f"def late():\n time.sleep_ms(1)\n {ERASE}")
    why = stopped(board, "_thread.start_new_thread(late, ()); reads(0x10000000)")
    assert why.startswith(
        "fault: core 0 reads 0x10000000 during an erase of the flash by core 1"
    ), why


def test_code_in_ram_goes_on(board):
    board.run(f"_thread.start_new_thread(count_down, ({LONG},))")
    before = board.stats()
    board.run(f"{ERASE}; time.sleep(0.3)")
    after = board.stats()
    assert after["clock_ns"] - before["clock_ns"] >= 345_000_000
    assert after["core1_cycles"] - before["core1_cycles"] >= 3 * 0.9 * LONG
    assert after["stopped"] is None


@pytest.mark.parametrize("main", ["loop", "sleeps"])
def test_core_1_is_locked_out_while_core_0_writes(board, main):
    board.run(f"_thread.start_new_thread({main}, ())")
    for _ in range(3):
        before = board.stats()
        board.run("write()")
        after = board.stats()
        assert after["erases"] - before["erases"] == 1
        assert after["clock_ns"] - before["clock_ns"] >= 45_700_000


@pytest.mark.parametrize("main", ["for n in range(30000): pass", "time.sleep(0.5)"])
def test_core_0_is_locked_out_while_core_1_writes(board, main):
    board.run("w = []")
    define(board, "def writer():\n for n in range(3):\n  write()\n  w.append(n)")
    before = board.stats()
    board.run(f"_thread.start_new_thread(writer, ()); exec({main!r})")
    board.run("time.sleep(0.2)")
    assert evaluate(board, "w") == "[0, 1, 2]"
    assert board.stats()["erases"] - before["erases"] == 3
