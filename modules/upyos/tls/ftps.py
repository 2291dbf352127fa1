# SPDX-License-Identifier: MIT
"""An FTP session that knows TLS, as the client asks for it (RFC 4217; behaviour contract 9.2).

It begins in the clear. After AUTH TLS the control connection is under TLS and the log-in begins
anew; after PROT P the data connections are, too.
"""

from micropython import const
from upyos.svc import ftp, ftp_data
from upyos.tls import secured

_TRANSFERS = const(" LIST NLST MLSD RETR STOR APPE ")


class Data(ftp_data.Data):
    """A data connection: under TLS if the client wants it."""

    protected = False

    async def open(self):
        """Return the connection to the peer. Raises OSError."""
        connection = await super().open()
        if self.protected:
            await secured.greet(connection)
        return connection

    def start(self, transfer):
        """Run the coroutine of a transfer."""
        super().start(self._whole(transfer) if self.protected else transfer)

    async def _whole(self, transfer):
        answer = await transfer
        await secured.part(self.connection)
        return answer


class Session(ftp.Session):
    """One control connection."""

    unguarded = ftp.Session.unguarded + "AUTH PBSZ PROT "
    # The control connection is under TLS; PBSZ was said.
    secure = sized = False

    def __init__(self, connection):
        super().__init__(connection)
        self.data = Data(self)

    async def _answer(self, word, argument):
        """Return the reply to a command."""
        if self.connection.service.settings.get("tls"):
            if word in ("USER", "PASS") and not self.secure:
                return "530 AUTH TLS first"
            if " " + word + " " in _TRANSFERS and not self.data.protected:
                return "521 PROT P first"
        found = globals().get("on_" + word.lower())
        if found:
            return await found(self, argument)
        return await super()._answer(word, argument)


async def session(connection):
    """Serve one peer."""
    await Session(connection).run()


async def on_auth(session, argument):
    """AUTH TLS"""
    connection = session.connection
    if argument.upper() not in ("TLS", "TLS-C"):
        return "504 AUTH TLS"
    if session.secure:
        return "503 it is under TLS"
    await session.reply("234 go on")
    connection.known = False
    session.user = None
    await secured.greet(connection)
    session.secure = True


async def on_pbsz(session, argument):
    """PBSZ 0"""
    if not session.secure:
        return "503 AUTH TLS first"
    session.sized = True
    return "200 PBSZ=0"


async def on_prot(session, argument):
    """PROT C or P"""
    if not session.sized:
        return "503 PBSZ 0 first"
    level = argument.upper()
    if level not in ("C", "P"):
        return "536 C or P"
    session.data.protected = level == "P"
    return "200 OK"


async def on_feat(session, argument):
    """FEAT"""
    text = await ftp.on_feat(session, argument)
    return text.replace("211 End", " AUTH TLS\n PBSZ\n PROT\n211 End")
