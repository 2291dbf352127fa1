# SPDX-License-Identifier: MIT
"""Board files (behaviour contract 4.5)."""

import json

import sdata
from upyos import console


def built_in():
    """Return the text of the description in the firmware."""
    try:
        from upyos.board_default import TEXT
    except ImportError:
        TEXT = "{}"
    return TEXT


def parse(text):
    """Return the description in a text. Raises ValueError."""
    board = json.loads(text)
    if type(board) is not dict:
        raise ValueError("not a JSON object")
    return board


def read(path):
    """Return the description in a file. Raises OSError, ValueError."""
    with open(path) as file:
        return parse(file.read())


def load_configured():
    """Return the configured description, or the built-in one if that file cannot be read."""
    try:
        return read(sdata.sysconfig["board"])
    except (OSError, ValueError):
        return parse(built_in())


def replace(path):
    """Make a file the board description until the next start. Raises OSError, ValueError."""
    sdata.board = read(path)


def check():
    """Create the configured board file if it is absent; warn if it cannot be read."""
    path = sdata.sysconfig["board"]
    try:
        with open(path) as file:
            text = file.read()
        # The file that this firmware wrote needs no parsing.
        if text != built_in():
            parse(text)
    except OSError:
        _create(path)
    except ValueError as exc:
        console.error(path + ": " + str(exc) + "; the built-in description is used")


def _create(path):
    from upyos.lib.files import write_atomic

    try:
        write_atomic(path, built_in())
    except OSError as exc:
        console.error(path + ": cannot be written: " + str(exc))
