# SPDX-License-Identifier: MIT
"""asy_test

Example: count in $asy_test until killed: `/opt/asy_test &`, on any board.
Try `hold`, `resume`, `kill`.
"""

import asyncio

import utls

# the system puts this process here
proc = None


async def __main__(args):
    count = 0
    while proc.sts != "S":
        await asyncio.sleep_ms(500)
        if proc.sts == "H":
            continue
        count += 1
        utls.setenv("asy_test", count)
    utls.unset("asy_test")
    print("asy_test: counted to", count)
