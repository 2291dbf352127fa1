# SPDX-License-Identifier: MIT
"""Functions for programs and scripts (behaviour contract 8.5)."""

import sdata
from upyos import console, process, state
from upyos.lib import paths
from upyos.lib.dates import MONTH as MONTH
from upyos.lib.dates import WEEKDAY as WEEKDAY
from upyos.lib.paths import absolute as abspath
from upyos.lib.paths import exists as file_exists
from upyos.lib.paths import is_dir as isdir
from upyos.lib.paths import is_file as isfile
from upyos.lib.paths import mode as get_mode
from upyos.lib.paths import protected as protected

err = console.error
_NO_STAT = (0,) * 10


def get_stat(p):
    """Return os.stat of a path, ten zeros when it is absent."""
    try:
        return paths.stat(p)
    except OSError:
        return _NO_STAT


def getenv(v):
    """Return a variable's value in its own type, "" if it is unset."""
    from upyos import variables

    return variables.get(v) if v else ""


def setenv(v, x):
    """Store any value in a variable; an empty or read-only name is ignored."""
    from upyos import variables

    if v:
        variables.assign(v, x)


def unset(v):
    """Remove a variable, silently if it is absent."""
    from upyos import variables

    if v.isdigit():
        variables.assign(v, "")
    else:
        sdata.sysconfig["env"].pop(v, None)


def outs(args, val, prt=True):
    """Hand over a typed result; True if it was stored. See the contract."""
    from upyos.lib.command import in_turn

    return in_turn(_outs, args, val, prt)


def _outs(args, val, prt):
    kept = state.result
    if type(kept) is not bool:
        kept.value = val
        return True
    if ">" in args or ">>" in args:
        from upyos.grammar import typed

        return typed.to_target(args, val)
    if prt and not (kept and isinstance(val, bool)):
        print(val)
    return False


def log(src, msg):
    """Add a line to the system log; it is printed too when sdata.log is set."""
    from upyos.settings import log

    log.add(src, msg)


def save_conf_file(obj, p):
    """Write an object as JSON; a power cut leaves the old or the new file.

    Raises OSError, and TypeError for what JSON cannot hold.
    """
    from upyos.grammar import typed
    from upyos.lib import files

    files.write_atomic(p, typed.to_json(obj))


def load_conf_file(p):
    """Return the object in a JSON file. Raises OSError, ValueError."""
    from upyos.lib import json_file

    return json_file.read(p)


def checkauth(user, pw):
    """Return True if user and password match, or no password is set."""
    from upyos.settings import auth

    return auth.check(user, pw)


def shlex(s):
    """Return the words of a text by the shell's quoting. Raises ValueError for an open quote."""
    from upyos import lexer

    return lexer.split(s)


def human(n):
    """Return a number of bytes in 8 characters: `   2.00K`."""
    from upyos.lib import sizes

    return sizes.human(n)


def tspaces(t, n=12, ab="a", fc=" "):
    """Return t padded with fc to n characters, after or before ("b") it."""
    fill = fc * (n - len(t))
    return fill + t if ab == "b" else t + fill


def date2s(t):
    """Return a time in seconds as `DD/M/YYYY`."""
    import time

    now = time.localtime(t)
    return "%02d/%d/%d" % (now[2], now[1], now[0])


def time2s(t, mod=""):
    """Return a time in seconds as `HH:MM:SS`; with e in mod an elapsed time with days."""
    from upyos.lib import dates

    t = int(t)
    return dates.elapsed(t) if "e" in mod else dates.time_of_day(t)


def mac2Str(b):
    """Return bytes as `AA:BB:...`."""
    return ":".join(["%02X" % byte for byte in b])


def sha1(data, is_file=False):
    """Return the hex SHA-1 of a text or of a file, "" for empty data. Raises OSError."""
    import hashlib

    if not data:
        return ""
    digest = hashlib.sha1()
    if is_file:
        block = bytearray(256)
        with open(data, "rb") as file:
            while size := file.readinto(block):
                digest.update(memoryview(block)[:size])
    else:
        digest.update(data)
    return digest.digest().hex()


def getgpio(pin):
    """Return the GPIO of a module pin, None if there is none."""
    from upyos.lib import pins

    return pins.gpio(pin)


def getgpios(cat, i):
    """Return {signal: gpio} of controller i of a bus. Raises KeyError, IndexError."""
    from upyos.lib import pins

    return pins.gpios(cat, i)


def recovery():
    """Start the system in recovery mode."""
    import kernel

    kernel.upyOS("-r")


def format_fs(sure=False):
    """Format the flash: all files are lost; then reset. Raises ValueError unless sure is True."""
    if sure is not True:
        raise ValueError("format_fs(True) loses all files")
    import upyos_port
    from upyos.start import mount

    mount.format(upyos_port.flash())
    upyos_port.reset()
