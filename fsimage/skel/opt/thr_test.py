# SPDX-License-Identifier: MIT
"""thr_test

Example: count in $thr_test until killed, as `/opt/thr_test &`, on boards with threads;
`hold`, `resume`, `kill` act on it.
"""

import time

import utls

# put in by the system
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
