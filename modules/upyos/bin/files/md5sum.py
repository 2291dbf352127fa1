# SPDX-License-Identifier: MIT
"""md5sum [FILE...]

Print the MD5 digest and the name of each FILE; with no FILE, or -, of standard input. MD5 finds
damage; it does not protect against people: use sha256sum for that.

Source: RFC 1321; the format is that of GNU coreutils. Not provided: -c.
"""

from upyos.lib import digest


def __main__(args):
    return digest.show(args, "md5")
