# SPDX-License-Identifier: MIT
"""dht GPIO [11|22]

Example: print temperature and humidity of a DHT11 (default) or DHT22 at a GPIO.

Source: MicroPython documentation, dht_readinto; Aosong, DHT11 and DHT22 data sheets.
"""

import utls


def read(gpio, kind):
    """Return (degrees Celsius, per cent). Raises OSError if nothing answers, ValueError."""
    from machine import Pin, dht_readinto

    data = bytearray(5)
    dht_readinto(Pin(gpio, Pin.IN, Pin.PULL_UP), data)
    if sum(data[:4]) & 0xFF != data[4]:
        raise ValueError("wrong checksum")
    if kind == "11":
        return data[2] + data[3] / 10, data[0] + data[1] / 10
    degrees = (data[2] & 0x7F) * 256 + data[3]
    return (-degrees if data[2] & 0x80 else degrees) / 10, (data[0] * 256 + data[1]) / 10


def __main__(args):
    if not args or not args[0].isdigit() or args[1:] not in ([], ["11"], ["22"]):
        utls.err("usage: dht GPIO [11|22]")
        return 2
    try:
        degrees, humidity = read(int(args[0]), (args[1:] or ["11"])[0])
    except (ImportError, OSError, ValueError) as e:
        utls.err(f"dht: {args[0]}: {str(e) or 'no answer'}")
        return 1
    print(f"{degrees:.1f} C, {humidity:.1f} %")
    return 0
