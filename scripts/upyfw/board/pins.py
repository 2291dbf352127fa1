# SPDX-License-Identifier: MIT
"""The [pins] part of a board file, and the device's own board file made from it.

Keys and meaning: docs/spec/behaviour.md 4.5.
"""

import difflib
import json
import re
from collections.abc import Iterator

_FLAGS = ("eth", "wifi", "bt", "ir", "rtc", "temp")
_POWER = ("5v0", "3v3", "gnd", "nc", "resv")
_BUSES = {"uart": ("tx", "rx"), "i2c": ("scl", "sda"), "spi": ("mosi", "miso", "cs", "ck")}
_NAMED = ("ctrl", "adc", "dac", "pwm", "touch")
_GPIO_LISTS = ("ledio", "rgbio")
_ORDER = ("ver", "board", "mcu", *_FLAGS, "text", *_POWER, "ctrl", "gpio", *_BUSES)
_ORDER += ("adc", "dac", "pwm", "touch", *_GPIO_LISTS, "other")


def checked(data: dict, refused: type[Exception]) -> dict:
    """Return data if it keeps every rule.

    Raises refused("pins.KEY: reason") for an unknown or missing key, a wrong type, two GPIOs on
    one pin, a pin that is both power and GPIO, and a bus on a pin that carries no GPIO.
    """
    reason = _fault(data)
    if reason:
        raise refused("pins." + reason)
    return data


def _fault(data: dict) -> str | None:
    checks = (_fault_keys, _fault_types, _fault_gpio, _fault_power)
    checks += (_fault_buses, _fault_named, _fault_leds)
    return next((reason for check in checks if (reason := check(data))), None)


def _fault_keys(data: dict) -> str | None:
    allowed = [key for key in _ORDER if key not in ("board", "mcu")]
    for key in data:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            return f"{key}: unknown key" + (f', did you mean "{near[0]}"?' if near else "")
    for key in ("ver", *_FLAGS):
        if key not in data:
            return f"{key}: missing"
    return None


def _fault_types(data: dict) -> str | None:
    if isinstance(data["ver"], bool) or not isinstance(data["ver"], int | float):
        return f"ver: {data['ver']!r} is not a number"
    for key in _FLAGS:
        if not isinstance(data[key], bool):
            return f"{key}: {data[key]!r} is not true or false"
    if not isinstance(data.get("text", ""), str):
        return f"text: {data['text']!r} is not text"
    return _fault_lists(data)


def _fault_lists(data: dict) -> str | None:
    for key in (*_POWER, "other"):
        if not isinstance(data.get(key, []), list):
            return f"{key}: {data[key]!r} is not a list"
    for key in _POWER:
        for pin in data.get(key, []):
            if not _is_pin(pin):
                return f"{key}: {pin!r} is not a pin number"
    for key in ("gpio", *_BUSES, *_NAMED, *_GPIO_LISTS):
        rows = data.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return f"{key}: is not a list of tables"
    return None


def _is_pin(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _gpio(data: dict) -> dict:
    """Return {GPIO text: pin} of all gpio tables."""
    return {name: pin for row in data.get("gpio", []) for name, pin in row.items()}


def _fault_gpio(data: dict) -> str | None:
    owner = {}
    for name, pin in _gpio(data).items():
        if not name.isdecimal():
            return f"gpio.{name}: is not a GPIO number"
        if not _is_pin(pin):
            return f"gpio.{name}: {pin!r} is not a pin number"
        if pin in owner:
            return f"gpio.{name}: pin {pin} is GPIO {owner[pin]} already"
        owner[pin] = name
    return None


def _fault_power(data: dict) -> str | None:
    used = {pin: f"gpio.{name}" for name, pin in _gpio(data).items()}
    for key in _POWER:
        for pin in data.get(key, []):
            if pin in used:
                return f"{key}: pin {pin} is {used[pin]} already"
            used[pin] = key
    return None


def _rows(data: dict, keys: tuple[str, ...]) -> Iterator[tuple[str, str, str, object]]:
    """Yield (key, "key[i].name", name, number) of all tables of keys."""
    for key in keys:
        for i, row in enumerate(data.get(key, [])):
            for name, number in row.items():
                yield key, f"{key}[{i}].{name}", name, number


def _is_gpio(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _fault_buses(data: dict) -> str | None:
    pins = set(_gpio(data).values())
    for key, where, signal, pin in _rows(data, tuple(_BUSES)):
        if signal not in _BUSES[key]:
            return f"{where}: unknown signal; {', '.join(_BUSES[key])}"
        if not _is_gpio(pin) or (pins and pin not in pins):
            return f"{where}: pin {pin!r} carries no GPIO"
    return None


def _fault_named(data: dict) -> str | None:
    # without a gpio section the numbers are those of GPIOs, and 0 is one
    is_number = _is_pin if _gpio(data) else _is_gpio
    for _, where, _, pin in _rows(data, _NAMED):
        if not is_number(pin):
            return f"{where}: {pin!r} is not a pin number"
    return None


def _fault_leds(data: dict) -> str | None:
    for key, where, _, gpio in _rows(data, _GPIO_LISTS):
        # an LED may hang on another chip: machine.Pin knows it by a name
        is_name = key == "ledio" and isinstance(gpio, str) and re.fullmatch(r"[A-Z]\w*", gpio)
        if not _is_gpio(gpio) and not is_name:
            return f"{where}: {gpio!r} is not a GPIO number"
    return None


def board_json(pins: dict, name: str, vendor: str, mcu: str, arch: str) -> str:
    """Return the text of the device's board file: JSON, one key a line, in the order of 4.5."""
    content = dict(pins)
    content["board"] = {"name": name, "vendor": vendor}
    content["mcu"] = [{"type": mcu, "arch": arch}]
    rows = (
        f"{json.dumps(key)}:{json.dumps(content[key], separators=(',', ':'))}"
        for key in _ORDER
        if key in content
    )
    return "{" + ",\n".join(rows) + "}\n"
