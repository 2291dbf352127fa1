# SPDX-License-Identifier: MIT
"""wifikeep

Join the last Wi-Fi network that worked again whenever it is lost, with growing pauses up to a
minute. `wifi sta connect` starts it in the background where the chip's driver does not do that by
itself; `wifi sta disconnect` and `off` end it.

Source: upyOS.
"""

import asyncio

import utls
from micropython import const
from upyos.lib.command import fail, operands, options

proc = None
_LOOK_S = const(1)
_MOST_PAUSE_S = const(60)


async def _join_again(sta):
    """Try until the network is there again, or the process is asked to stop."""
    from upyos.svc import wlan

    pause_s = 1
    while proc.sts != "S" and not sta.isconnected():
        known = wlan.last()
        if known and sta.active():
            try:
                wlan.begin(sta, *known)
            except OSError:
                # the driver is busy; the next try comes
                pass
        for _ in range(pause_s):
            await asyncio.sleep(_LOOK_S)
            if proc.sts == "S" or sta.isconnected():
                break
        pause_s = min(2 * pause_s, _MOST_PAUSE_S)


async def __main__(args):
    _, words = options(args, "")
    operands(words, 0, 0)
    try:
        from upyos.svc import wlan

        sta = wlan.interface("sta")
    except ImportError:
        return fail("sta", "this board has no network: no Wi-Fi")
    # It does not end, so neither `wait` nor `upgrade` waits for it; it is no service with a name.
    proc.service = None
    while proc.sts != "S":
        await asyncio.sleep(_LOOK_S)
        if proc.sts == "R" and sta.active() and not sta.isconnected():
            utls.log("wifi", "connection lost")
            await _join_again(sta)
            if sta.isconnected():
                utls.log("wifi", "connected again")
    return 0
