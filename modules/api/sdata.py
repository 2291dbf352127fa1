# SPDX-License-Identifier: MIT
"""The system's data (behaviour contract 8.2)."""

name = ""
version = ""
sid = ""
initime = 0
debug = False
log = False
upyos = None
sysconfig = None
procs = []
d0 = None
cache_enabled = False


def __getattr__(attr):
    # The board description is read when it is asked for: it would be the largest object in memory.
    if attr != "board":
        raise AttributeError(attr)
    from upyos.settings import board

    return board.load_configured()
