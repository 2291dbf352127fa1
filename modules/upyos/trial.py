# SPDX-License-Identifier: MIT
"""New firmware on trial. This module is loaded then only, and stays until the trial is over.

The firmware may stay once the prompt has answered for a while, the services run that ran before,
and, if it came over the network, a network is there. Until then the watchdog is fed by
modules/c/slots, or a timer of esp.c runs; if that takes too long, it goes back.
"""

import time

import _upyos
from micropython import const

from upyos import state

_GOOD_MS = const(5000)
_WAIT_MS = const(50)
# The checks look at all processes and interfaces.
_EACH_MS = const(500)

# What was noted before the reset (upyos.start.upgraded).
note = {}
_start_ms = _looked_ms = time.ticks_ms()


def key():
    """Wait for a key at the prompt, as state.key, until the trial is over."""
    global _looked_ms
    if state.loop is None and state.turn is None:
        found = _upyos.key(_WAIT_MS)
    else:
        from upyos.jobs import turns

        found = turns.key()
        state.key = key
    now_ms = time.ticks_ms()
    if (
        time.ticks_diff(now_ms, _start_ms) >= _GOOD_MS
        and time.ticks_diff(now_ms, _looked_ms) >= _EACH_MS
    ):
        _looked_ms = now_ms
        if not missing():
            confirm()
    return found


def missing():
    """Return what is not back yet, or ""."""
    running = [getattr(proc, "service", None) for proc in state.procs.values()]
    for service in note.get("services", ()):
        if service[0] not in running:
            return service[0]
    return "the network" if note.get("net") and not _is_connected() else ""


def _is_connected():
    import network

    kinds = [kind for kind in ("USBD_NCM", "WLAN") if hasattr(network, kind)]
    return any(getattr(network, kind)().isconnected() for kind in kinds)


def confirm():
    """End the trial: this firmware stays. Return False if it was not on trial.

    One page of the flash is programmed: a power cut there leaves the trial, which goes back, or
    none.
    """
    import upyos_port

    done = __import__("_slot").confirm(hasattr(state.watchdog, "feed"))
    upyos_port.set_boot_count(0)
    if state.key is key:
        state.key = None
        if state.loop or state.turn:
            from upyos.jobs import turns

            state.key = turns.key
    if done:
        from upyos.start import upgraded

        upgraded.settle()
        upgraded.over("confirmed: %s stays" % note.get("to", "the new firmware"))
    # The next line drops what is not needed any more.
    state.modules = 0
    return done
