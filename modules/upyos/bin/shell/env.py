# SPDX-License-Identifier: MIT
"""env

List all variables, sorted: V='text' for text, V=value for the rest.
"""

import sdata
from upyos.lib import command


def __main__(args):
    _, rest = command.options(args, "")
    command.operands(rest, 0, 0)
    env = sdata.sysconfig["env"]
    for name in sorted(env):
        value = env[name]
        print(("%s='%s'" if type(value) is str else "%s=%s") % (name, value))
