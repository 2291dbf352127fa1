# SPDX-License-Identifier: MIT
"""utelnet start|stop|restart|status [-p PORT] [-a ADDRESS]

The same as utelnetd.

-p PORT     listen at this port instead of 23
-a ADDRESS  listen at this address, or on this interface, alone

Source: upyOS.
"""


async def __main__(args):
    from upyos.svc import kinds, service

    return service.main(kinds.TELNET, args)
