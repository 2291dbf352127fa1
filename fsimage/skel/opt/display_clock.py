# SPDX-License-Identifier: MIT
"""display_clock

Example: show the time and the free memory on the display sdata.d0 until it is killed. First
sh /opt/display.sh, then /opt/display_clock &
"""

import asyncio
import gc
import time

import sdata
import utls

# the system puts this process here
proc = None


async def __main__(args):
    d0 = sdata.d0
    if d0 is None:
        utls.err("display_clock: no display: sh /opt/display.sh")
        return 1
    while proc.sts != "S":
        if proc.sts != "H":
            d0.fill_rect(0, 20, 128, 44, 0)
            d0.text(utls.time2s(time.time()), 0, 20, 1)
            d0.text("free " + utls.human(gc.mem_free()).strip(), 0, 36, 1)
            d0.show()
        await asyncio.sleep(1)
    return 0
