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
d0 = None
cache_enabled = False


def __getattr__(attr):
    if attr == "procs":
        # A copy: kill and ps need the table, whatever a program does to this list.
        from upyos import state

        return [state.procs[pid] for pid in sorted(state.procs)]
    # The board description is read when it is asked for: it would be the largest object in memory.
    if attr != "board":
        raise AttributeError(attr)
    from upyos.settings import board

    return board.load_configured()
