# SPDX-License-Identifier: MIT
"""gunzip [-ck] [FILE...]

Unpack each FILE.gz into FILE, which takes its place; without FILE standard input to standard
output.

-c  to standard output; FILE.gz stays
-k  FILE.gz stays

A power cut leaves FILE.gz, FILE or both, each whole.

Source: RFC 1952, and gunzip of other systems. Not provided: -l, -r, -t.
"""

import packing
from upyos.lib.command import options


def __main__(args):
    found, names = options(args, "ck")
    return packing.all(names, True, "c" in found, "k" in found)
