# SPDX-License-Identifier: MIT
"""man CMD

Show the usage and the options of CMD.
"""

from upyos import executor, lookup
from upyos.lib import command
from upyos.lib.codes import _NOT_PROGRAM
from upyos.programs import absent, manual


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 1, 1)
    name = rest[0]
    if lookup.find(name)[0] >= _NOT_PROGRAM and not manual.text(name):
        return command.fail(name, absent.why(name))
    return executor.call(["help", name])
