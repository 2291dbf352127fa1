# SPDX-License-Identifier: MIT
"""man CMD | -k WORD

Show the usage and the options of CMD.

-k WORD  list the commands whose help has WORD in it, with the first line of it
"""

from upyos import executor, lookup
from upyos.lib import command
from upyos.lib.codes import _NOT_PROGRAM
from upyos.programs import absent, manual


def _about(word):
    """List the commands with a word in their help; return the status."""
    count = 0
    for name, text in manual.every():
        if word.lower() in text.lower():
            count += 1
            print("%-10s %s" % (name, (text.split("\n\n") + [""])[1].split("\n")[0]))
    return 0 if count else command.fail(word, "nothing")


def __main__(args):
    found, rest = command.options(args, "", "k")
    if "k" in found:
        command.operands(rest, 0, 0)
        return _about(found["k"])
    command.operands(rest, 1, 1)
    name = rest[0]
    if lookup.find(name)[0] >= _NOT_PROGRAM and not manual.text(name):
        return command.fail(name, absent.why(name))
    return executor.call(["help", name])
