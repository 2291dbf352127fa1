# SPDX-License-Identifier: MIT
"""asy_test

Example of an async program that runs until it is killed: `/opt/asy_test &` starts it on every
board; `hold`, `resume` and `kill` act on it. It counts in the variable $asy_test.
"""

import asyncio

import utls

# The system puts this process's Proc object here
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
