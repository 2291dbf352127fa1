# SPDX-License-Identifier: MIT
"""uftpd start|stop|restart|status [-p PORT] [-a ADDRESS]

The files over the network, for FTP clients. `start` prints where it can be reached; `status` is 0
if it runs. An upload that is aborted leaves the old file.

-p PORT     listen at this port instead of 21
-a ADDRESS  listen at this address, or on this interface, alone

/etc/uftpd.conf may hold other defaults, as JSON: port, data_port (for passive transfers, 13333),
address, connections (how many peers at once, 6), need_password (true: do not start as long as
none is set), tls (true: nothing without TLS). With /etc/tls/cert.pem and key.pem clients can ask
for TLS (AUTH TLS), on a board that has it.

Source: RFC 959, 2428, 3659, 4217.
"""


async def __main__(args):
    from upyos.svc import kinds, service

    return service.main(kinds.FTP, args)
