# SPDX-License-Identifier: MIT
"""What can be wired to the emulated board, with bare MicroPython on it."""

import pytest
from upyfw.build import firmware
from upyfw.targets.base import TargetError
from upyfw.targets.emulator import Emulator


@pytest.fixture
def board():
    with Emulator(firmware.build("RPI_PICO", firmware.BARE).firmware) as emulator:
        emulator.wait_prompt()
        emulator.run("from machine import *")
        yield emulator


def evaluate(board, expression):
    return board.run(f"print({expression})").strip()


def test_output(board):
    assert (board.level(7), board.is_output(7)) == (0, False)
    board.run("Pin(7, Pin.OUT, value=1)")
    assert (board.level(7), board.is_output(7)) == (1, True)
    assert evaluate(board, "Pin(7).value()") == "1"


def test_input_and_pulls(board):
    assert evaluate(board, "Pin(7, Pin.IN).value()") == "0"
    assert evaluate(board, "Pin(7, Pin.IN, Pin.PULL_UP).value()") == "1"
    board.drive(7, 0)
    assert evaluate(board, "Pin(7).value()") == "0"
    board.drive(7, None)
    assert evaluate(board, "Pin(7).value()") == "1"


def test_a_pin_reads_before_anybody_uses_it(board):
    board.drive(9, 1)
    assert evaluate(board, "Pin(9).value()") == "1"


def test_an_edge_interrupts(board):
    board.run("n = []; Pin(7, Pin.IN).irq(n.append, Pin.IRQ_RISING)")
    board.drive(7, 1)
    board.advance(0.01)
    assert evaluate(board, "len(n)") == "1"


def test_edges_have_times(board):
    board.run("Pin(7, Pin.OUT, value=0)")
    assert board.edges(7) == []
    board.run("import time; Pin(7).high(); time.sleep_ms(5); Pin(7).low()")
    (rise_ns, high), (fall_ns, low) = board.edges(7)
    assert (high, low) == (1, 0)
    assert 5_000_000 < fall_ns - rise_ns < 6_000_000
    assert fall_ns < board.clock_ns
    assert board.edges(7) == []


def test_analogue(board):
    board.set_adc(2, 4095)
    assert evaluate(board, "ADC(Pin(28)).read_u16()") == "65535"
    assert evaluate(board, "ADC(Pin(27)).read_u16()") == "0"


def test_i2c_devices_at_one_bus(board):
    for address in (0x20, 0x77):
        board.add_i2c_device(5, 4, address)
    assert evaluate(board, "I2C(0, scl=Pin(5), sda=Pin(4)).scan()") == "[32, 119]"
    soft = "SoftI2C(scl=Pin(5), sda=Pin(4))"
    assert evaluate(board, f"{soft}.writeto(0x77, b'abc')") == "3"
    assert evaluate(board, f"{soft}.readfrom(0x20, 2)") == r"b'\xff\xff'"
    assert "ENODEV" in board.run(f"{soft}.writeto(0x21, b'abc')")


def test_uart_at_its_speed(board):
    board.run("u = UART(1, 1200, tx=Pin(8), rx=Pin(9), rxbuf=600)")
    board.run("u.write(b'out')")
    # ten bits each: 500 bytes take 4.2 s
    assert board.uart(1, b"i" * 500) == b"out"
    board.advance(2)
    assert 200 < int(evaluate(board, "u.any()")) < 300
    board.advance(3)
    assert evaluate(board, "u.read() == b'i' * 500") == "True"


@pytest.mark.parametrize("restart", ["reset", "power_cycle"])
def test_wires_stay_over_a_restart(board, restart):
    board.drive(7, 1)
    board.set_adc(0, 4095)
    board.add_i2c_device(5, 4, 0x20)
    getattr(board, restart)()
    board.wait_prompt()
    board.run("from machine import *")
    values = "Pin(7).value(), ADC(Pin(26)).read_u16(), I2C(0, scl=Pin(5), sda=Pin(4)).scan()"
    assert evaluate(board, values) == "1 65535 [32]"


def test_no_such_pin(board):
    with pytest.raises(TargetError):
        board.level(30)
