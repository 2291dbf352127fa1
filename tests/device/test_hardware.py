# SPDX-License-Identifier: MIT
"""Commands that work pins, on the firmware of a board, with something wired to the pins."""

import json
import re
from collections.abc import Iterator

import pytest
from machines import image
from session import Session

TARGET = "RPI_PICO"
BOARD = {
    "ver": 1.0,
    "ledio": [{"led": 25}, {"green": 17, "blue": 16}],
    "rgbio": [{"strip": 2}, {"ring": 3}],
    "gpio": [{"0": 1, "1": 2, "4": 6, "5": 7}],
    "i2c": [{"scl": 7, "sda": 6}],
    "uart": [{"tx": 1, "rx": 2}],
}
FILES = {"/etc/upyOS-rp2.board": json.dumps(BOARD)}
LEDS = (25, 16, 17)
SCL, SDA = 5, 4
# a WS2812 takes a low of 50 us for the end of a frame (WS2812B datasheet, data transfer time)
RESET_NS = 50_000
# between the high of a 0 and the high of a 1 (same)
LONG_NS = 600
CTRL_Q = b"\x11"


@pytest.fixture
def board(machines) -> Iterator[Session]:
    """A board that the tests of this file share, at its prompt."""
    with machines.shared(TARGET, "hardware", FILES) as machine:
        yield Session(machine)


def status(board: Session) -> str:
    return board.run("echo $?")


def levels(board: Session) -> list[int]:
    return [board.target.level(pin) for pin in LEDS]


def frames(edges: list[tuple[int, int]]) -> list[bytes]:
    """What a WS2812 makes of the changes of its input: the bytes before each reset."""
    found: list[list[bool]] = []
    fell_ns = -RESET_NS
    for (at_ns, level), (next_ns, _) in zip(edges, edges[1:] + [(0, 0)], strict=True):
        if not level:
            fell_ns = at_ns
            continue
        if at_ns - fell_ns >= RESET_NS:
            found.append([])
        found[-1].append(next_ns - at_ns > LONG_NS)
    return [_bytes(bits) for bits in found]


def _bytes(bits: list[bool]) -> bytes:
    assert len(bits) % 8 == 0
    text = "".join("01"[bit] for bit in bits)
    return int(text, 2).to_bytes(len(bits) // 8, "big")


def test_frames():
    bits = [(0, 1), (300, 0), (1200, 1), (2000, 0)] + [
        edge for n in range(6) for edge in ((3000 + n * 1000, 1), (3300 + n * 1000, 0))
    ]
    later = [(at_ns + 99_000, level) for at_ns, level in bits]
    assert frames(bits + later) == [b"\x40", b"\x40"]


# ---- led -------------------------------------------------------------------------------------


def test_led_of_the_board(board):
    assert board.run("led on") == ""
    assert levels(board) == [1, 0, 0]
    board.run("led off")
    assert levels(board) == [0, 0, 0]
    assert board.target.is_output(25)


def test_leds_have_numbers(board):
    board.run("led on 1")
    assert levels(board) == [0, 1, 0]
    board.run("led on 2 ; led off 1")
    assert levels(board) == [0, 0, 1]
    board.run("led off 2")
    assert board.run("led on 3") == "led: 3: no such LED"
    assert levels(board) == [0, 0, 0]


def test_led_boot_blinks_all_of_them(board):
    for pin in LEDS:
        board.target.edges(pin)
    board.run("led boot")
    for pin in LEDS:
        assert [level for _, level in board.target.edges(pin)] == [1, 0] * 3


def test_led_rgb_shows_three_colours_and_is_dark_then(board):
    for pin in (2, 3):
        board.target.edges(pin)
    board.run("led rgb 2")
    # green, red, blue
    colours = [b"\x00\x32\x00", b"\x32\x00\x00", b"\x00\x00\x32", b"\x00\x00\x00"]
    for pin in (2, 3):
        assert frames(board.target.edges(pin)) == [colour * 2 for colour in colours]


def test_led_rgb_is_dark_after_ctrl_c(board):
    board.target.edges(2)
    board.type("led rgb 1")
    board.target.advance(0.2)
    board.type("\x03")
    assert "led: ended" in board.wait_prompt()
    assert frames(board.target.edges(2)) == [b"\x00\x32\x00", b"\x00\x00\x00"]


def test_a_job_goes_on_while_leds_blink(machines):
    files = {"/t/count.py": COUNT, "/t/s.sh": "/t/count &\nled boot\n< sdata.n\n"}
    with machines.at_prompt(TARGET, image(TARGET, {**FILES, **files})) as board:
        output = board.run("sh /t/s.sh")
        counts = [int(line) for line in output.split("\n") if line.isdigit()]
        # 360 ms of blinking, a count each 10 ms
        assert counts and 10 < counts[0] < 100, output


COUNT = """
import asyncio, sdata
async def __main__(args):
    sdata.n = 0
    while True:
        sdata.n += 1
        await asyncio.sleep_ms(10)
"""


# ---- gpio, test -g ---------------------------------------------------------------------------


def test_gpio_reads(board):
    board.target.drive(14, 1)
    assert board.run("gpio 14") == "1"
    assert board.run("test -g 14") == "True"
    board.target.drive(14, 0)
    assert board.run("gpio 14") == "0"
    assert board.run("test -g 14") == "False"


def test_gpio_writes(board):
    assert board.run("gpio 15 1") == ""
    assert (board.target.level(15), board.target.is_output(15)) == (1, True)
    board.run("gpio 15 0")
    assert board.target.level(15) == 0


def test_an_output_that_is_read_stays_one(board):
    board.run("gpio 18 1")
    assert board.run("gpio 18") == "1"
    assert board.run("test -g 18") == "True"
    assert (board.target.level(18), board.target.is_output(18)) == (1, True)


def test_a_pull_is_kept_when_read(board):
    board.run("> machine.Pin(19, machine.Pin.IN, machine.Pin.PULL_UP)")
    assert board.run("gpio 19") == "1"


def test_a_pin_in_use_is_left_alone(board):
    board.run("> u = machine.UART(0, 9600, tx=machine.Pin(0), rx=machine.Pin(1))")
    board.run("gpio 0 ; gpio 1")
    for pin in (0, 1):
        assert "alt=UART" in board.run(f"< machine.Pin({pin})")
    board.run("> u.deinit()")


def test_gpio_analogue(board):
    board.target.set_adc(1, 2048)
    board.run("gpio -a 27 > a")
    # 12 bits to 16: the upper four again below (MicroPython documentation, ADC.read_u16)
    assert board.run("< utls.getenv('a') == (2048 << 4 | 2048 >> 8)") == "True"
    assert board.run("gpio -a 14").startswith("gpio: 14: ")


def test_temperature(board):
    # T = 27 - (V - 0.706) / 0.001721 (RP2040 datasheet, 4.9.5), V = 891 / 4095 of 3.3 V
    board.target.set_adc(4, 891)
    assert board.run("sensors") == "Temperature: 20.0 C"


# ---- i2cscan ---------------------------------------------------------------------------------


def test_i2cscan(board):
    assert board.run("i2cscan") == ""
    board.run("i2cscan > none")
    assert board.run("< utls.getenv('none')") == "[]"
    for address in (0x68, 0x3C):
        board.target.add_i2c_device(SCL, SDA, address)
    assert board.run("i2cscan") == "60 0x3c\n104 0x68"
    board.run("i2cscan 0 > found")
    assert board.run("< utls.getenv('found')") == "[60, 104]"


# ---- screen ----------------------------------------------------------------------------------


def begin(board: Session, line: str) -> None:
    board.forget()
    board.type(line)
    board.target.read_until(re.compile(rb"Ctrl-Q leaves\.\r\n"))


def leave(board: Session) -> str:
    """Leave it; what the terminal has shown."""
    board.target.send(CTRL_Q)
    board.wait_prompt()
    return board.text


def test_screen_carries_both_ways(board):
    begin(board, "screen 0")
    board.target.send("häl\r\x03\x1b".encode())
    board.target.advance(0.1)
    assert board.target.uart(0, b"from outside\r\n") == "häl\r\x03\x1b".encode()
    board.target.advance(0.1)
    assert "from outside\n" in leave(board)
    assert status(board) == "0"


def test_screen_keeps_up(board):
    begin(board, "screen 0")
    data = bytes(range(32, 127)) * 40
    board.target.uart(0, data)
    board.target.advance(1)
    assert data.decode() in leave(board)


def test_screen_on_an_object(board):
    board.run("> sdata.u = machine.UART(0, 9600)")
    begin(board, "screen u")
    board.target.send(b"x")
    board.target.advance(0.1)
    assert board.target.uart(0) == b"x"
    leave(board)
    # it is the program's: still open, its speed its own
    assert "baudrate=9600" in board.run("< sdata.u")
    begin(board, "screen -b 2400 u")
    leave(board)
    assert "baudrate=2400" in board.run("< sdata.u")
    board.run("> sdata.u.deinit() ; del sdata.u")


def test_ctrl_c_is_a_signal_again_after_screen(board):
    begin(board, "screen 0 ; sleep 9")
    board.target.send(CTRL_Q)
    board.target.advance(0.2)
    board.type("\x03")
    assert "sleep: ended" in board.wait_prompt(2)


def test_screen_needs_a_console(board):
    board.forget()
    board.run("screen 0 &")
    board.target.advance(0.5)
    assert "screen: 0: no console" in board.text


# ---- a target without all that ---------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *("led on", "led boot", "led rgb 1", "gpio 1", "gpio 1 0", "gpio -a 1", "i2cscan"),
        *("screen 0", "test -g 1", "cpufreq", "cpufreq 100", "sensors"),
    ],
)
def test_missing_hardware_is_one_error_line(machines, line):
    with machines.shared("UNIX", "hardware", {}) as machine:
        session = Session(machine)
        output = session.run(line)
        assert re.fullmatch(rf"{line.split()[0]}: \S+: \S.*", output)
        assert status(session) == "1"


# ---- wdt -------------------------------------------------------------------------------------


def resets(board: Session) -> int:
    return len(board.target.stats()["resets"])


@pytest.fixture
def watched(machines) -> Iterator[Session]:
    """A board of its own: a watchdog is stopped by a reset only."""
    with machines.at_prompt(TARGET, image(TARGET, FILES)) as session:
        yield session


def test_watchdog_resets_the_board(watched):
    assert watched.run("wdt -t 1.5") == "Watchdog: 1.5 s"
    watched.target.advance(1.4)
    assert resets(watched) == 0
    watched.target.advance(0.2)
    assert resets(watched) == 1
    # it is off after the reset
    watched.target.advance(4)
    assert resets(watched) == 1


def test_watchdog_is_fed(watched):
    watched.run("wdt -t 1 -q")
    for _ in range(4):
        watched.target.advance(0.7)
        assert watched.run("wdt -f") == "Watchdog: fed"
    assert watched.run("wdt -f -q") == ""
    assert resets(watched) == 0
    watched.target.advance(1.1)
    assert resets(watched) == 1


def test_watchdog_starts_later(watched):
    assert watched.run("wdt -t 1 -d 2") == "Watchdog: 1 s, from 2 s on"
    # at the prompt and while a command runs
    watched.run("sleep 1.9")
    assert watched.run("wdt -f") == "wdt: -f: not started"
    watched.target.advance(0.5)
    assert watched.run("wdt -f -q") == ""
    watched.target.advance(1.1)
    assert resets(watched) == 1


def test_a_later_start_replaces_one_that_waits(watched):
    watched.run("wdt -t 1 -d 1 -q")
    watched.run("wdt -t 1 -d 3 -q")
    watched.target.advance(2.8)
    assert resets(watched) == 0
    watched.target.advance(1.5)
    assert resets(watched) == 1


def test_a_late_error_is_told(watched):
    watched.run("wdt -t 60 -d 1")
    watched.target.advance(1.2)
    assert "wdt: 60000 ms: timeout exceeds 8388\n" in watched.text
    assert watched.run("wdt -f") == "wdt: -f: not started"
