# SPDX-License-Identifier: MIT
"""Full-screen editor with the keys of vi, for programs and the command vi."""

import _upyos
from micropython import const
from upyos import console
from upyos.lib import fullscreen

_ENOTTY = const(25)


def edit(file=""):
    """Edit a file on the terminal until the user leaves; no file: a text without a name.

    A power cut leaves the file as it was before the last `:w`, or as that wrote it. Returns 0, or
    1 if the program was asked to stop and what was typed is not saved. Raises OSError: ENOTTY the
    program has no terminal, EACCES protected, EISDIR, ENOENT no such directory, EFBIG more than
    fits in memory, and what reading raises.
    """
    # From the bottom up: imports inside imports were the deepest calls of all.
    from editor import disk, session, motions, normal  # isort: skip  # noqa: F401

    if not fullscreen.is_ours():
        raise OSError(_ENOTTY)
    s = session.Session(file)
    before = _upyos.redirect(None)
    _upyos.tty(True)
    console.editing = s
    try:
        s.start()
        normal.run(s)
        return 0
    except fullscreen.Stopped:
        s.message = b"stopped, changes are not saved" if s.is_changed else b""
        return 1 if s.is_changed else 0
    finally:
        console.editing = None
        if s.screen:
            s.screen.close(s.message)
        _upyos.tty(False)
        _upyos.redirect(before)
        for text in s.heard:
            console.error(text)
