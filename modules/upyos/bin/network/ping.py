# SPDX-License-Identifier: MIT
"""ping [-c N] HOST

Send echo requests of 64 bytes to HOST, a second apart, and print a line for each reply and the
sum, which Ctrl-C brings at once. Status 0 if a reply came.

-c N  how many, 4 if not given

Source: RFC 792.
"""

from upyos.lib.command import UsageError, fail, natural, operands, options


def __main__(args):
    import uping

    found, words = options(args, "", "c")
    operands(words, 1, 1)
    count = natural(found.get("c", "4"))
    if not count:
        raise UsageError
    try:
        _, received = uping.ping(words[0], count, interval=1000)
    except ImportError:
        return fail(words[0], "this board has no network")
    except (OSError, ValueError) as e:
        return fail(words[0], e)
    return 0 if received else 1
