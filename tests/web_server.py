# SPDX-License-Identifier: MIT
"""A board with uhttpd running, and its clients."""

import contextlib
import http.client
import json
from collections.abc import Iterator

from machines import image
from network import LIMIT_S, Plain, free_port
from served import Served
from session import Session

PASSWORD = '{"auth": {"user": "admin", "paswd": "pw7"}}'
FILES = {
    "/www/index.html": "<h1>index</h1>\n",
    "/www/a.txt": "alpha\n",
    "/www/sub/index.htm": "sub\n",
    "/www/sub/é €.txt": "name\n",
    "/www/big.csv": "".join(f"{i:015}\n" for i in range(4000)),
    "/www/none.bin": "x",
    "/t/a.txt": "alpha\n",
    "/t/sub/b.txt": "b\n",
    "/boot.py": "# protected\n",
}


class Reply:
    """An answer: status, fields by their names in lower case, body."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split(" ")[1]) if lines[0] else 0
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.fields[name.lower()] = value


class Server(Served):
    """A board with the service running, and its clients."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.port = free_port()
        self.output = session.run(f"uhttpd start -p {self.port}")
        self.cookie = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plain(self, source: str = "127.0.0.1") -> Plain:
        self.clients.append(Plain(self.port, source))
        return self.clients[-1]

    def raw(self, data: bytes, source: str = "127.0.0.1") -> Reply:
        """Send these bytes; the answer."""
        client = Plain(self.port, source)
        client.send(data)
        found = client.rest()
        client.close()
        return Reply(found)

    def get(self, target: str, method: str = "GET", body: bytes = b"", **fields: str) -> Reply:
        """Send a request, with the session's cookie if there is one; the answer."""
        lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
        if self.cookie:
            lines.append(f"Cookie: upyos={self.cookie}")
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def post(self, target: str, values: dict | None = None, **fields: str) -> Reply:
        """Call the API; the answer."""
        return self.get(target, "POST", json.dumps(values or {}).encode(), **fields)

    def log_in(self, password: str = "pw7") -> Reply:
        reply = self.post("/api/login", {"user": "admin", "password": password})
        if reply.status == 200:
            self.cookie = reply.fields["set-cookie"].partition("=")[2].partition(";")[0]
        return reply

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)


@contextlib.contextmanager
def serving(
    machines, files: dict[str, str], overlay: dict[str, bytes] | None = None
) -> Iterator[Server]:
    with machines.at_prompt("UNIX", image("UNIX", files, overlay=overlay)) as session:
        found = Server(session)
        yield found
        found.close()
