# SPDX-License-Identifier: MIT
"""gzip [-cdk19] [FILE...]

Pack each FILE into FILE.gz, which takes its place; without FILE standard input to standard output.

-c  to standard output; FILE stays
-d  unpack: FILE.gz into FILE
-k  FILE stays
-1, -9  accepted: there is one way to pack

A power cut leaves FILE, FILE.gz or both, each whole. To unpack what other systems packed takes 32
KiB of memory.

Source: RFC 1952, and gzip of other systems. Not provided: -2 to -8, -l, -r, -t.
"""

import packing
from upyos.lib.command import options


def __main__(args):
    found, names = options(args, "cdk19")
    return packing.all(names, "d" in found, "c" in found, "k" in found)
