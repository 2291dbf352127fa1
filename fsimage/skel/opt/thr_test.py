# SPDX-License-Identifier: MIT
"""thr_test

Example of a program that runs until it is killed: `/opt/thr_test &` starts it on boards with
threads; `hold`, `resume` and `kill` act on it. It counts in the variable $thr_test.
"""

import time

import utls

# The system puts this process's Proc object here
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
