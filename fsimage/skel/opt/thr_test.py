# SPDX-License-Identifier: MIT
"""thr_test

Example: count in $thr_test until killed: `/opt/thr_test &`, on boards with threads.
Try `hold`, `resume`, `kill`.
"""

import time

import utls

# the system puts this process here
proc = None


def __main__(args):
    count = 0
    while proc.sts != "S":
        time.sleep_ms(500)
        if proc.sts == "H":
            continue
        count += 1
        utls.setenv("thr_test", count)
    utls.unset("thr_test")
    print("thr_test: counted to", count)
