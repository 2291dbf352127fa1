# SPDX-License-Identifier: MIT
"""A start is good when the prompt has answered for a while, or a line was typed (contract 1.1).

Until then it counts as one that failed, for what it started may hold up the prompt at any moment.
"""

import time

import _upyos
from micropython import const
from upyos import state

_GOOD_MS = const(5000)
_WAIT_MS = const(50)
# Enter, in both forms, and Ctrl-A, by which host tools begin.
_KEYS = const((13, 10, 1))

_start_ms = time.ticks_ms()


def key():
    """Wait for a key at the prompt, as state.key, until the start is good."""
    if state.turn:
        from upyos.jobs import turns

        found = turns.key()
    else:
        found = _upyos.key(state.loop.step() if state.loop else _WAIT_MS)
    if found in _KEYS or time.ticks_diff(time.ticks_ms(), _start_ms) >= _GOOD_MS:
        _end()
    return found


def _end():
    import upyos_port

    upyos_port.set_boot_count(0)
    state.key = None
    if state.turn:
        from upyos.jobs import turns

        state.key = turns.key
    elif state.loop:
        state.key = state.loop.key
    # The next line drops this module.
    state.modules = 0
