# SPDX-License-Identifier: MIT
"""dirname P

Print the path P without its last part: the directory that it is in, `.` if it names none.

Source: POSIX.1-2024 dirname.
"""

from upyos.lib import paths
from upyos.lib.command import operands, options


def __main__(args):
    _, rest = options(args, "")
    operands(rest, 1, 1)
    print(paths.split(rest[0])[0] or ".")
