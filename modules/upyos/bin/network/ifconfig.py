# SPDX-License-Identifier: MIT
"""ifconfig

Print address, mask, gateway, name server, MAC address and state of all interfaces.

Source: BSD ifconfig. Not provided: setting any of them (see wifi).
"""

import utls
from micropython import const
from upyos.lib.command import fail, operands, options
from upyos.svc import interfaces

_ROWS = const(("Address", "Mask", "Gateway", "DNS"))


def _state(nic):
    if not nic.active():
        return "off"
    return "connected" if nic.isconnected() else "not connected"


def _show(name, nic):
    """Print what one interface is like."""
    print("%s: %s" % (name, _state(nic)))
    values = nic.ifconfig()
    for i, title in enumerate(_ROWS):
        print("  %-8s %s" % (title + ":", values[i]))
    try:
        print("  MAC:     " + utls.mac2Str(nic.config("mac")))
    except (OSError, ValueError):
        # it has none
        pass


def __main__(args):
    _, words = options(args, "")
    operands(words, 0, 0)
    try:
        found = list(interfaces.every())
    except ImportError:
        found = ()
    if not found:
        return fail("interfaces", "this board has no network")
    for name, nic in found:
        _show(name, nic)
    return 0
