# SPDX-License-Identifier: MIT
"""Board files (behaviour contract 4.5)."""

import json
import sys

import sdata
from micropython import const
from upyos import console

# Sections that are lists of tables; those of them whose values are numbers; lists of anything;
# flags.
_TABLES = const(("mcu", "ctrl", "adc", "dac", "pwm", "touch"))
_PINS = const(("gpio", "uart", "i2c", "spi", "ledio", "rgbio"))
_LISTS = const(("5v0", "3v3", "gnd", "nc", "resv", "other"))
_FLAGS = const(("eth", "wifi", "bt", "ir", "rtc", "temp"))


def default_name():
    """Return the system's name, which is that of its board file too."""
    try:
        from upyos.made.board_default import NAME
    except ImportError:
        NAME = "upyOS-" + sys.platform
    return NAME


def built_in():
    """Return the text of the description in the firmware."""
    try:
        from upyos.made.board_default import TEXT
    except ImportError:
        TEXT = "{}"
    return TEXT


def parse(text):
    """Return the description in a text. Raises ValueError."""
    return _checked(json.loads(text))


def _checked(board):
    """Return the description. Raises ValueError where commands would meet a wrong type."""
    if type(board) is not dict:
        raise ValueError("not a JSON object")
    for key, value in board.items():
        if not _fits(key, value):
            raise ValueError("wrong type of " + key)
    return board


def _fits(key, value):
    """Tell whether a section is of the type that the contract (4.5) gives it."""
    if key in _FLAGS:
        return type(value) in (bool, int)
    if key == "board":
        return type(value) is dict
    if key == "text":
        return type(value) is str
    if key not in _TABLES and key not in _PINS:
        return key not in _LISTS or type(value) is list
    if type(value) is not list:
        return False
    for table in value:
        if type(table) is not dict:
            return False
        # an LED may hang on another chip: machine.Pin knows it by a name
        if key in _PINS and not _numbers(table.values(), str if key == "ledio" else int):
            return False
        if key == "gpio" and not "".join(["0"] + list(table)).isdigit():
            return False
    return True


def _numbers(values, also):
    for value in values:
        if type(value) not in (int, also):
            return False
    return True


def read(path):
    """Return the description in a file. Raises OSError, ValueError."""
    from upyos.lib import json_file

    return _checked(json_file.read(path))


def load_configured():
    """Return the configured description; the built-in one, after a warning, if there is none."""
    path = sdata.sysconfig["board"]
    try:
        return read(path)
    except (OSError, ValueError) as exc:
        _warn(path, exc)
        return parse(built_in())


def _warn(path, exc):
    from upyos.lib.reasons import reason

    console.error("%s: %s; the built-in description is used" % (path, reason(exc)))


def replace(path):
    """Make a file the board description until the next start. Raises OSError, ValueError."""
    sdata.board = read(path)


def check(files):
    """Create the configured board file if it is absent; warn if it cannot be read.

    files is what is in /etc, {name: bytes}: a file as long as the built-in text is taken for it.
    """
    path = sdata.sysconfig["board"]
    size_bytes = files.get(path[5:]) if path.startswith("/etc/") else None
    if size_bytes is not None and size_bytes == len(built_in()):
        return
    try:
        read(path)
    except OSError:
        _create(path)
    except ValueError as exc:
        _warn(path, exc)


def _create(path):
    from upyos.lib.files import write_atomic
    from upyos.lib.reasons import reason

    try:
        write_atomic(path, built_in())
    except OSError as exc:
        console.error("%s: cannot be written: %s" % (path, reason(exc)))
