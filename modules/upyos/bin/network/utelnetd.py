# SPDX-License-Identifier: MIT
"""utelnetd start|stop|restart|status [-p PORT] [-a ADDRESS]

The console over the network, for one telnet client at a time. `start` prints where it can be
reached; `status` is 0 if it runs. `mpremote connect rfc2217://HOST:PORT` works too.

-p PORT     listen at this port instead of 23
-a ADDRESS  listen at this address, or on this interface, alone

/etc/utelnetd.conf may hold other defaults, as JSON: port, address, connections (how many peers at
once, 4), need_password (true: do not start as long as none is set).

Source: RFC 854, RFC 1073, RFC 2217.
"""


async def __main__(args):
    from upyos.svc import kinds, service

    return service.main(kinds.TELNET, args)
