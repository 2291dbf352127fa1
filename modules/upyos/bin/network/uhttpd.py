# SPDX-License-Identifier: MIT
"""uhttpd start|stop|restart|status [-p PORT] [-a ADDRESS]

The files of /www for browsers, and the web page: status, files, a terminal. `start` prints where
it can be reached; `status` is 0 if it runs.

-p PORT     listen at this port instead of 80
-a ADDRESS  listen at this address, or on this interface, alone

/etc/uhttpd.conf may hold other defaults, as JSON: port, address, connections (how many peers at
once, 5), need_password (true: do not start as long as none is set), tls (true: http only says
where https is). With /etc/tls/cert.pem and key.pem there is https at port 443, on a board that has
TLS; /etc/uhttpsd.conf may hold its port and connections (3).

Source: RFC 9110, 9112, 6455, 5246.
"""


async def __main__(args):
    from upyos.svc import kinds, service

    return service.main(kinds.HTTP, args)
