# SPDX-License-Identifier: MIT
"""test -p TEXT | -f P | -d P | -e P | -g GPIO | -z W | -n W | A OP B

Print True or False, and end with status 0 or 1. A condition prints nothing.

-p TEXT  the command of some process contains TEXT
-f P     P is a file
-d P     P is a directory
-e P     P is either
-g GPIO  the input GPIO is high
-z W     W is empty
-n W     W is not empty

OP is one of = == != (text) and -eq -ne -lt -le -gt -ge (numbers).
"""

import os

import sdata
from upyos import state

proc = None


def _mode(path):
    try:
        return os.stat(path)[0]
    except OSError:
        return 0


def _running(part):
    for other in sdata.procs:
        if part in other.cmd and other is not proc:
            return True
    return False


def _gpio(number):
    from machine import Pin
    from upyos.lib import command

    return Pin(command.number(number), Pin.IN).value() == 1


def _misused(args=()):
    """Raise UsageError, or show the usage if it was asked for."""
    # Loaded here only: this command is a hot one.
    from upyos.lib import command

    command.options(args[:1], "", "pfdegzn")
    raise command.UsageError


def _number(text):
    """Return text as a number. Raises UsageError."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        _misused()


def _compare(a, op, b):
    if op == "=" or op == "==":
        return a == b
    if op == "!=":
        return a != b
    if op not in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
        _misused()
    a = _number(a)
    b = _number(b)
    if op in ("-eq", "-ne"):
        return (a == b) == (op == "-eq")
    if op in ("-lt", "-ge"):
        return (a < b) == (op == "-lt")
    return (a > b) == (op == "-gt")


def _is(option, word):
    """Return what one option says about its word."""
    if option == "-p":
        return _running(word)
    if option == "-g":
        return _gpio(word)
    if option == "-z" or option == "-n":
        return (word == "") == (option == "-z")
    mode = _mode(word)
    if option == "-e":
        return mode != 0
    return mode & 0xF000 == (0x8000 if option == "-f" else 0x4000)


def __main__(args):
    if len(args) == 3:
        value = _compare(*args)
    elif len(args) == 2 and args[0] in ("-p", "-f", "-d", "-e", "-g", "-z", "-n"):
        value = _is(*args)
    else:
        _misused(args)
    if state.to_variable:
        state.result = value
    elif not state.condition:
        print(value)
    return 0 if value else 1
