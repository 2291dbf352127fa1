# SPDX-License-Identifier: MIT
"""Board files (behaviour contract 4.5)."""

import json
import sys

import sdata
from upyos import console


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
    board = json.loads(text)
    if type(board) is not dict:
        raise ValueError("not a JSON object")
    return board


def read(path):
    """Return the description in a file. Raises OSError, ValueError."""
    with open(path) as file:
        return parse(file.read())


def load_configured():
    """Return the configured description; the built-in one, after a warning, if there is none."""
    path = sdata.sysconfig["board"]
    try:
        return read(path)
    except (OSError, ValueError) as exc:
        console.error(path + ": " + str(exc) + "; the built-in description is used")
        return parse(built_in())


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
        console.error(path + ": " + str(exc) + "; the built-in description is used")


def _create(path):
    from upyos.lib.files import write_atomic

    try:
        write_atomic(path, built_in())
    except OSError as exc:
        console.error(path + ": cannot be written: " + str(exc))
