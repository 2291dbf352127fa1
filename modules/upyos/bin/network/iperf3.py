# SPDX-License-Identifier: MIT
"""iperf3 -s [-1] [-p PORT] | -c [-u] [-r] [-t S] [-b BITS] [-p PORT] HOST

Measure how fast the network is, with iperf3 at the other end.

-s       serve those who measure, until Ctrl-C or kill
-1       serve one of them, then end
-c       measure with the server at HOST
-u       with UDP, which loses some
-r       the other way: the server sends
-t S     for S seconds, 10 if not given
-b BITS  so many bits a second with UDP, 1 million if not given; K, M and G may follow
-p PORT  another port than 5201

Source: iperf 3.12. Not provided: several streams of a client, both ways at once.
"""

from micropython import const
from upyos.lib.command import UsageError, fail, natural, operands, options

_MOST_PORT = const(65535)
_UNITS = const("KMG")


def _bits(word):
    """Return a number with a unit. Raises UsageError."""
    unit = word[-1:].upper()
    if unit and unit in _UNITS:
        return natural(word[:-1]) * 1000 ** (_UNITS.find(unit) + 1)
    return natural(word)


def _run(found, words):
    """Serve or measure. Raises UsageError."""
    import uiperf3

    port = natural(found.get("p", "5201"))
    seconds = natural(found.get("t", "10"))
    rate = _bits(found.get("b", "1M"))
    if not 0 < port <= _MOST_PORT or not 0 < seconds <= 86400 or not rate:
        raise UsageError
    if "s" in found:
        uiperf3.server(port, "1" in found)
    else:
        uiperf3.client(words[0], "u" in found, "r" in found, rate, seconds, port)


def __main__(args):
    found, words = options(args, "scur1", "tbp")
    count = 1 if "c" in found else 0
    operands(words, count, count)
    if ("s" in found) == ("c" in found):
        raise UsageError
    place = words[0] if words else "server"
    try:
        _run(found, words)
    except ImportError:
        return fail(place, "this board has no network")
    except (OSError, ValueError) as e:
        return fail(place, e)
    return 0
