# SPDX-License-Identifier: MIT
"""Directories as FTP shows them."""

import os
import time

from micropython import const

from upyos.lib import files, paths, zone

_DIRECTORY = const(0x4000)
_ENOENT = const(2)
_HALF_A_YEAR_S = const(15_552_000)
_MONTHS = const("JanFebMarAprMayJunJulAugSepOctNovDec")


def operand(argument):
    """Return what a listing is asked for, without options like -la."""
    while argument[:1] == "-":
        argument = argument.partition(" ")[2].lstrip(" ")
    return argument


def place(session, name):
    """Return (folder, pattern) of an operand; the pattern is None for all. Raises OSError."""
    if not name:
        return session.cwd, None
    path = session.path(name)
    if paths.is_dir(path):
        return path, None
    folder, pattern = paths.split(path)
    if not paths.is_dir(folder) or not ("*" in pattern or "?" in pattern or paths.exists(path)):
        raise OSError(_ENOENT)
    return folder, pattern


def entries(folder, pattern):
    """Yield (name, type, time in s or None, size) of what is in a folder and fits."""
    for entry in _entries(folder):
        if pattern is None or fits(entry[0], pattern):
            yield entry


def _entries(folder):
    try:
        return files.entries(folder)
    except MemoryError:
        # one at a time, with a look at the flash for each
        return _one_by_one(folder)


def _one_by_one(folder):
    for entry in os.ilistdir(folder):
        yield of(paths.join(folder, entry[0]))


def of(path):
    """Return the entry of one file or directory. Raises OSError."""
    found = os.stat(path)
    return paths.split(path)[1], found[0] & 0xF000, found[8], found[6]


def fits(name, pattern):
    """Tell whether a name fits a pattern with * and ?."""
    at = star = -1
    i = j = 0
    while i < len(name):
        if j < len(pattern) and pattern[j] == "*":
            star = j
            at = i
            j += 1
        elif j < len(pattern) and pattern[j] in ("?", name[i]):
            i += 1
            j += 1
        elif star >= 0:
            at += 1
            i = at
            j = star + 1
        else:
            return False
    return pattern[j:].strip("*") == ""


def name(entry):
    """Return an entry as NLST shows it."""
    return entry[0]


def row(entry):
    """Return an entry as LIST shows it."""
    kind = "drwxr-xr-x" if entry[1] & _DIRECTORY else "-rw-r--r--"
    return "%s 1 owner group %d %s %s" % (kind, entry[3], _date(entry[2]), entry[0])


def _date(seconds):
    """Return a time as ls shows it: with the year if it is far from now."""
    seconds = seconds or 0
    now = time.localtime(seconds)
    month = _MONTHS[now[1] * 3 - 3 : now[1] * 3]
    if abs(time.time() - seconds) < _HALF_A_YEAR_S:
        return "%s %2d %02d:%02d" % (month, now[2], now[3], now[4])
    return "%s %2d %5d" % (month, now[2], now[0])


def facts(entry):
    """Return an entry as MLSD shows it (RFC 3659, 7)."""
    if entry[1] & _DIRECTORY:
        return "type=dir;modify=%s; %s" % (stamp(entry[2]), entry[0])
    return "type=file;size=%d;modify=%s; %s" % (entry[3], stamp(entry[2]), entry[0])


def stamp(seconds):
    """Return a time as RFC 3659 has it: in UTC."""
    return "%04d%02d%02d%02d%02d%02d" % zone.utc(seconds or 0)[:6]
