# SPDX-License-Identifier: MIT
"""eeprom [BUS] [TEXT]

Example: write TEXT to the beginning of a 24C16 EEPROM at I2C bus BUS of the board (default 0), and
print what is there, up to a zero byte.

Source: Microchip, 24LC16B: eight parts of 256 bytes at addresses 0x50 to 0x57, pages of 16 bytes,
5 ms to write one.
"""

import time

import utls

PART_BYTES = 256
PAGE_BYTES = 16
FIRST = 0x50


def write(i2c, data):
    """Write bytes page by page, from the beginning. Raises OSError."""
    for at in range(0, len(data), PAGE_BYTES):
        part, place = divmod(at, PART_BYTES)
        i2c.writeto_mem(FIRST + part, place, data[at : at + PAGE_BYTES])
        time.sleep_ms(5)


def text(i2c):
    """Return what is there up to a zero byte or one that was never written. Raises OSError."""
    data = i2c.readfrom_mem(FIRST, 0, PART_BYTES)
    return data.replace(b"\xff", b"\0").split(b"\0")[0]


def __main__(args):
    words = list(args)
    bus = int(words.pop(0)) if words and words[0].isdigit() else 0
    try:
        from machine import I2C, Pin

        pins = utls.getgpios("i2c", bus)
        i2c = I2C(bus, scl=Pin(pins["scl"]), sda=Pin(pins["sda"]))
        if words:
            write(i2c, " ".join(words).encode()[: PART_BYTES - 1] + b"\0")
        print(text(i2c).decode())
    except (ImportError, LookupError, OSError, ValueError) as e:
        utls.err("eeprom: " + (str(e) or "no answer"))
        return 1
    return 0
