# SPDX-License-Identifier: MIT
"""reboot [-f]

Shut the system down after a question, as exit -r does: run /etc/end.sh, stop all processes, reset
the board.

-f  do not ask

Source: upyOS.
"""

import sdata
import upyos_port
from upyos.lib.command import operands, options


def __main__(args):
    found, names = options(args, "f")
    operands(names, 0, 0)
    if "f" not in found:
        return sdata.upyos.exit("-r")
    sdata.upyos.exit("-f")
    upyos_port.reset()
    return 0
