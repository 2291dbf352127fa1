# SPDX-License-Identifier: MIT
"""A telnet session (behaviour contract 9.1): log-in, then the console."""

import sdata

from upyos.svc import mirrored
from upyos.svc.wire import Wire


async def session(connection):
    """Serve one peer until it has logged in; return what it becomes."""
    wire = Wire(connection)
    await wire.hello()
    await connection.write("System: " + sdata.sid + "\r\n")
    if await _logged_in(connection, wire):
        return mirrored.run(connection, wire, mirrored.Screen(connection))


async def _logged_in(connection, wire):
    """Ask for user and password; return True when they are right."""
    connection.known = connection.is_open()
    while not connection.known:
        user = await wire.line("Login: ", False)
        if user is None:
            return False
        password = await wire.line("Password: ", True)
        if password is None:
            return False
        from upyos.svc import login

        fits = await login.check(connection, user, password)
        if not fits:
            await connection.write("Login incorrect\r\n")
        if fits is None:
            return False
    return True
