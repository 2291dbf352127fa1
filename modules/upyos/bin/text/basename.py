# SPDX-License-Identifier: MIT
"""basename P [SUFFIX]

Print the last part of the path P, without SUFFIX at its end if it is more than SUFFIX.

Source: POSIX.1-2024 basename.
"""

from upyos.lib import paths
from upyos.lib.command import operands, options


def __main__(args):
    _, rest = options(args, "")
    operands(rest, 1, 2)
    folder, name = paths.split(rest[0])
    name = name or folder
    if len(rest) > 1 and rest[1] and name != rest[1] and name.endswith(rest[1]):
        name = name[: -len(rest[1])]
    print(name)
