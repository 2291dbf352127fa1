# SPDX-License-Identifier: MIT
"""SSD1306, the chip of small OLED displays, on I2C or SPI.

The names and arguments are those of MicroPython's own driver; a display is a framebuf.FrameBuffer:
fill, text, line, rect, pixel, blit and so on draw in memory, show() sends that.

Source: Solomon Systech, SSD1306, Rev 1.5, 9 (commands) and 8.1 (interfaces).
"""

import time

import framebuf
from micropython import const

_OFF = const(0xAE)
_ON = const(0xAF)
_CONTRAST = const(0x81)
_NORMAL = const(0xA6)
_COLUMNS = const(0x21)
_PAGES = const(0x22)
_SEGMENTS = const(0xA0)
_ROWS = const(0xC0)
# The columns that the chip has; a narrower display is on those in the middle.
_CHIP_COLUMNS = const(128)
# Of what follows in I2C: one command, data up to the end.
_COMMAND = const(0x80)
_DATA = const(b"\x40")


class SSD1306(framebuf.FrameBuffer):
    """What I2C and SPI have in common; write_cmd(byte) and write_data(buffer) are theirs."""

    def __init__(self, width, height, external_vcc):
        self.width = width
        self.height = height
        self.external_vcc = external_vcc
        self.pages = height // 8
        self.buffer = bytearray(self.pages * width)
        super().__init__(self.buffer, width, height, framebuf.MONO_VLSB)
        self.init_display()

    def init_display(self):
        """Set the chip up and show the buffer."""
        charged = not self.external_vcc
        for command in (
            _OFF,
            # rows of 8 pixels, one after the other
            0x20,
            0x00,
            # first line, number of lines, no offset
            0x40,
            0xA8,
            self.height - 1,
            0xD3,
            0x00,
            # which way round the glass is; flat ones have every other row
            _SEGMENTS | 1,
            _ROWS | 8,
            0xDA,
            0x02 if self.width > 2 * self.height else 0x12,
            # clock, times of charging, voltage
            0xD5,
            0x80,
            0xD9,
            0xF1 if charged else 0x22,
            0xDB,
            0x30,
            # brightest; what is in memory, not inverted
            _CONTRAST,
            0xFF,
            0xA4,
            _NORMAL,
            # the charge pump
            0x8D,
            0x14 if charged else 0x10,
            _ON,
        ):
            self.write_cmd(command)
        self.fill(0)
        self.show()

    def poweroff(self):
        """Switch it off; what it shows is kept."""
        self.write_cmd(_OFF)

    def poweron(self):
        """Switch it on."""
        self.write_cmd(_ON)

    def contrast(self, contrast):
        """Set the brightness, 0 to 255."""
        self.write_cmd(_CONTRAST)
        self.write_cmd(contrast)

    def invert(self, invert):
        """Let dark be bright if invert is true."""
        self.write_cmd(_NORMAL | (invert & 1))

    def rotate(self, rotate):
        """Turn it upside down if rotate is false."""
        self.write_cmd(_ROWS | (rotate & 1) << 3)
        self.write_cmd(_SEGMENTS | (rotate & 1))

    def show(self):
        """Send the buffer."""
        first = (_CHIP_COLUMNS - self.width) // 2
        last = first + self.width - 1
        for command in (_COLUMNS, first, last, _PAGES, 0, self.pages - 1):
            self.write_cmd(command)
        self.write_data(self.buffer)


class SSD1306_I2C(SSD1306):
    """A display on I2C."""

    def __init__(self, width, height, i2c, addr=0x3C, external_vcc=False):
        self.i2c = i2c
        self.addr = addr
        self.command = bytearray((_COMMAND, 0))
        super().__init__(width, height, external_vcc)

    def write_cmd(self, cmd):
        """Send a command, or a byte that belongs to one."""
        self.command[1] = cmd
        self.i2c.writeto(self.addr, self.command)

    def write_data(self, buf):
        """Send what is to be seen."""
        self.i2c.writevto(self.addr, (_DATA, buf))


class SSD1306_SPI(SSD1306):
    """A display on SPI with the pins D/C, reset and chip select."""

    def __init__(self, width, height, spi, dc, res, cs, external_vcc=False):
        self.rate = 10_000_000
        for pin in (dc, res, cs):
            pin.init(pin.OUT, value=0)
        self.spi = spi
        self.dc = dc
        self.res = res
        self.cs = cs
        # 3 us low reset the chip (Rev 1.5, 8.9); some modules are slower
        for level, wait_ms in ((1, 1), (0, 10), (1, 1)):
            res(level)
            time.sleep_ms(wait_ms)
        super().__init__(width, height, external_vcc)

    def _send(self, is_data, buf):
        self.spi.init(baudrate=self.rate, polarity=0, phase=0)
        self.cs(1)
        self.dc(is_data)
        self.cs(0)
        self.spi.write(buf)
        self.cs(1)

    def write_cmd(self, cmd):
        """Send a command, or a byte that belongs to one."""
        self._send(0, bytes((cmd,)))

    def write_data(self, buf):
        """Send what is to be seen."""
        self._send(1, buf)
