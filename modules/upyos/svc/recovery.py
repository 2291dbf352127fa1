# SPDX-License-Identifier: MIT
"""The network in recovery mode (behaviour contract 1.1): telnet alone, behind a password."""

import sdata
from micropython import const

from upyos import console
from upyos.lib.reasons import reason
from upyos.svc import kinds, service

_JOIN_MS = const(10_000)


def start():
    """Bring up the network that worked before, and telnet; without a password do nothing."""
    if sdata.sysconfig["auth"]["paswd"] in ("", "!"):
        return
    try:
        why = _join()
        if why:
            console.error("wifi: " + why)
        service.start(kinds.TELNET)
    except ImportError:
        # there is no network
        pass
    except service.Refused as exc:
        console.error("utelnetd: " + str(exc))
    except (OSError, ValueError) as exc:
        console.error("utelnetd: " + reason(exc))


def _join():
    """Join the last Wi-Fi network, where there is a radio; return why not, or None.

    A network over USB is there by itself.
    """
    import network

    if not hasattr(network, "WLAN"):
        return None
    from upyos.svc import wlan

    if wlan.last() is None:
        return None
    try:
        return wlan.join_last(_JOIN_MS)
    except OSError as exc:
        return reason(exc)
