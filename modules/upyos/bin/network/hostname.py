# SPDX-License-Identifier: MIT
"""hostname [NAME]

Print the name that this board has in the network, or let it have another one until the next
reset: letters, digits and -, 32 at most.

Source: RFC 1123, 2.1.
"""

from micropython import const
from upyos.lib.command import fail, operands, options

_MOST_LENGTH = const(32)


def _is_name(word):
    plain = all(sign.isalpha() or sign.isdigit() or sign == "-" for sign in word)
    return plain and 0 < len(word) <= _MOST_LENGTH and "-" not in (word[0], word[-1])


def __main__(args):
    _, words = options(args, "")
    operands(words, 0, 1)
    if words and not _is_name(words[0]):
        return fail(words[0], "not a name for a host")
    try:
        import network

        if words:
            network.hostname(words[0])
        else:
            print(network.hostname())
    except (ImportError, AttributeError):
        return fail("name", "this board has no network")
    except (OSError, ValueError) as e:
        return fail(words[0], e)
    return 0
