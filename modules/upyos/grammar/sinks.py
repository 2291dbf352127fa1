# SPDX-License-Identifier: MIT
"""Where output goes besides files and variables."""

import io

import _upyos
from upyos import console, state
from upyos.lib.codes import _APPEND, _IN, _OUT


class Null(io.IOBase):
    """/dev/null."""

    def write(self, data):
        return len(data)

    def close(self):
        return


def null(op):
    """Return /dev/null, to write to or to read."""
    return io.BytesIO() if op == _IN else Null()


class Errors(io.IOBase):
    """Standard output of `>&2`: where the errors go."""

    def __init__(self, errors):
        self.errors = errors

    def write(self, data):
        before = _upyos.redirect(self.errors)
        try:
            return console.write(data)
        finally:
            _upyos.redirect(before)

    def close(self):
        return


def current():
    """Return where standard output goes."""
    target = _upyos.redirect(None)
    _upyos.redirect(target)
    return target


def open(streams, form, text):
    """Open one of grammar.angles, whose target has this text. Raises as open() does."""
    if form in ("<<", "<<<"):
        streams.source = io.BytesIO((text + "\n" if form == "<<<" else text).encode())
    elif form == ">&2":
        streams.target = Errors(state.errors)
        streams.name = streams.result = None
    elif form == "2>&1":
        streams.errors = streams.target or current()
        streams.redirects = True
    elif form[0] == "&":
        streams.open(_APPEND if form == "&>>" else _OUT, text)
        streams.errors = streams.target
        streams.redirects = True
    else:
        if not text:
            raise OSError(2)
        if "." not in text and "/" not in text:
            raise ValueError("errors go to files; a file has . or / in its name")
        streams.errors = streams.error_file = streams.file(
            _APPEND if form == "2>>" else _OUT, text
        )
        streams.redirects = True
