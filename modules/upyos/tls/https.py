# SPDX-License-Identifier: MIT
"""A session of uhttpd under TLS."""

from upyos.svc import http, http_request
from upyos.tls import secured


class Request(http_request.Request):
    """A request whose cookie is for https alone, and that no page of http can set.

    Source: RFC 6265, 4.1.2.5; draft-ietf-httpbis-rfc6265bis, 4.1.3.2.
    """

    cookie_name = "__Host-upyos"

    async def begin(self, status, kind="", length=None, first=b""):
        """Send the head of the answer."""
        self.more = self.more.replace("; HttpOnly", "; Secure; HttpOnly")
        await super().begin(status, kind, length, first)


async def session(connection):
    """Serve one peer."""
    await secured.greet(connection)
    session = await http.session(connection, Request(connection))
    if session:
        await session
    await secured.part(connection)
