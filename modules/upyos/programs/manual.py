# SPDX-License-Identifier: MIT
"""What commands say about themselves: for help, --help and the line after wrong use."""

import os

import _upyos
from micropython import const
from upyos import lookup
from upyos.lib.codes import _PROGRAM

_FROZEN = const("upyos/bin/")
# As scripts/upyfw/build/codegen.py packs texts.
_WINDOW_BITS = const(10)
# What ends a command's .mpy file that has its text (docs/formats/cold-files.md).
_MARK = const(b"help")
_END_BYTES = const(8)
_PASSED_BYTES = const(128)


def text(word):
    """Return usage and explanations of the command or statement that a word is, else ""."""
    kind, path = lookup.find(word)
    if kind != _PROGRAM:
        texts = _packed("grammar")
        # Bytes are never compared with a text, and the last one is bytes.
        return _unpacked(texts, word) if word in texts[:-1] else ""
    if path.startswith(_FROZEN):
        group, file = path[len(_FROZEN) :].split("/")
        return _unpacked(_packed(group), file[:-3])
    return _behind(path) if path.endswith(".mpy") else ""


def _packed(group):
    """Return the texts of a group of commands, or of the grammar: what is a part of the shell."""
    return _upyos.load("upyos/made/help_" + group + ".py", "help").HELP


def _unpacked(texts, name):
    """Return one of the texts of (name, size, name, size, ..., all texts deflated)."""
    import io

    import deflate

    at = texts.index(name)
    left = sum(texts[i] for i in range(1, at, 2))
    stream = deflate.DeflateIO(io.BytesIO(texts[-1]), deflate.RAW, _WINDOW_BITS)
    passed = bytearray(_PASSED_BYTES)
    while left:
        left -= stream.readinto(passed, min(left, _PASSED_BYTES))
    return stream.read(texts[at + 1]).decode()


def every():
    """Yield (name, text) of all commands that have one."""
    from upyos.made.index import COMMANDS

    groups = set([_upyos.command(name)[len(_FROZEN) :].split("/")[0] for name in COMMANDS.split()])
    for group in ["grammar"] + sorted(groups):
        texts = _packed(group)
        for i in range(0, len(texts) - 1, 2):
            yield texts[i], _unpacked(texts, texts[i])
    for directory in lookup.directories():
        if directory[:1] == "/":
            yield from _files(directory)


def _files(directory):
    """Yield (name, text) of the .mpy files in a directory of the path."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        # A directory of the path that is not there has no commands.
        return
    for name in names:
        if name.endswith(".mpy"):
            yield name[:-4], _behind(directory + "/" + name)


def _behind(path):
    """Return the text behind the code of a .mpy file, or an empty one."""
    with open(path, "rb") as file:
        at = file.seek(0, 2) - _END_BYTES
        if at < 0:
            return ""
        file.seek(at)
        end = file.read()
        if end[:4] != _MARK:
            return ""
        size = int(end[4:])
        file.seek(at - size)
        return file.read(size).decode()


def usage(word):
    """Return the usage line of a command; its name alone where it has no text."""
    lines = text(word)
    end = lines.find("\n")
    return "usage: " + ((lines if end < 0 else lines[:end]) or word)
