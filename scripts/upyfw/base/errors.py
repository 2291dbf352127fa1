# SPDX-License-Identifier: MIT
"""The one error class of the host tool."""

FAILED = 1
BAD_INPUT = 2


class UpyfwError(Exception):
    """Say what went wrong and what to do next; printed by cli.py and nowhere else.

    what: one line. hint: what to type or change next, or None. status: exit status, FAILED (1) or
    BAD_INPUT (2: wrong usage or bad data).
    """

    def __init__(self, what: str, hint: str | None = None, status: int = FAILED):
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.status = status


class BadInput(UpyfwError):
    """Bad usage or bad data: the same as UpyfwError with exit status 2."""

    def __init__(self, what: str, hint: str | None = None):
        super().__init__(what, hint, BAD_INPUT)
