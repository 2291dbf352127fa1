# SPDX-License-Identifier: MIT
"""logger [-t SRC] TEXT...

Add a line to the system log, which dmesg prints.

-t SRC  the source it is from (default user)

After mkdir /var/log the lines are kept in files there too (see dmesg), one flash write each.

Source: POSIX.1-2024 logger, -t as in common use.
"""

from upyos.lib.command import operands, options
from upyos.settings import log


def __main__(args):
    found, words = options(args, "", "t")
    operands(words, 1)
    log.add(found.get("t", "user"), " ".join(words))
