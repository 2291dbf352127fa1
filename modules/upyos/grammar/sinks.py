# SPDX-License-Identifier: MIT
"""Where output goes besides files and variables."""

import io

import _upyos
from upyos import console


class Null(io.IOBase):
    """/dev/null."""

    def write(self, data):
        return len(data)

    def close(self):
        return


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
