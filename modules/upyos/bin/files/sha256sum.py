# SPDX-License-Identifier: MIT
"""sha256sum [FILE...]

Print the SHA-256 digest and the name of each FILE; with no FILE, or -, of standard input.

Source: FIPS 180-4; the format is that of GNU coreutils. Not provided: -c.
"""

from upyos.lib import digest


def __main__(args):
    return digest.show(args, "sha256")
