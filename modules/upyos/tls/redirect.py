# SPDX-License-Identifier: MIT
"""A session of uhttpd without TLS that says where https is: setting `tls` of uhttpd."""

from micropython import const
from upyos.svc import http, http_request, service

_NAME = const("-.[]abcdefghijklmnopqrstuvwxyz0123456789")


class Request(http_request.Request):
    """A request that is answered as soon as its head is there."""

    target = ""

    def _first(self, line):
        super()._first(line)
        self.target = line.split(" ")[1]

    def head(self):
        """Read the head and answer; return False: that was all."""
        if (yield from super().head()):
            yield from self._answer()
            yield from self.drop()
        return False

    async def _answer(self):
        host = self.field(b"host").partition(":")[0].lower()
        https = service.running("uhttpsd")
        if not https or not host or not all(letter in _NAME for letter in host):
            self.refuse(400, "https only")
        if https.place[1] != 443:
            host += ":%d" % https.place[1]
        target = self.target if self.target[:1] == "/" else "/"
        # 307: a method and its body go with it, and nobody remembers it when TLS is turned off
        self.begun = True
        await self.connection.write(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://%s%s\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n" % (host, target)
        )


async def session(connection):
    """Serve one peer."""
    await http.session(connection, Request(connection))
