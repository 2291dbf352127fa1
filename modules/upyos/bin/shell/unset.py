# SPDX-License-Identifier: MIT
"""unset [-f] V...

Remove variables; those that are not set are fine.

-f  functions of the shell instead
"""

import sdata
from upyos import state, variables
from upyos.lib import command


def _forget(name):
    """Remove a function. Another table: a script's own is forgotten at its end."""
    functions = dict(state.functions or ())
    functions.pop(name, None)
    state.functions = functions or None


def __main__(args):
    flags, names = command.options(args, "f")
    command.operands(names, 1)
    for name in names:
        if "f" in flags:
            _forget(name)
        elif name.isdigit():
            variables.assign(name, "")
        else:
            sdata.sysconfig["env"].pop(name, None)
