# SPDX-License-Identifier: MIT
"""unset V...

Remove variables; those that are not set are fine.
"""

import sdata
from upyos import variables
from upyos.lib import command


def __main__(args):
    _, names = command.options(args, "")
    command.operands(names, 1)
    for name in names:
        if name.isdigit():
            variables.assign(name, "")
        else:
            sdata.sysconfig["env"].pop(name, None)
