# SPDX-License-Identifier: MIT
"""Web servers on loopback: a real one, and one that says what a test wants."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from network import LIMIT_S, free_port
from upyfw.source import tools

_CONF = """\
user root; daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp;
  fastcgi_temp_path {folder}/tmp; uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  server {{
    listen 127.0.0.1:{port}; root {root};
    location /moved/ {{ rewrite ^/moved/(.*)$ /$1 redirect; }}
    location /loop {{ return 302 /loop; }}
    location /post {{ return 200 "$request_method $http_x_mark $content_length\\n"; }}
    location /guarded {{ return 200 "$http_authorization\\n"; }}
    location /packed/ {{ alias {root}/; ssi on; ssi_types *; }}
  }}
}}
"""


class Nginx:
    """nginx with the files of a folder, at a free port."""

    def __init__(self, folder: Path) -> None:
        tools.require("nginx")
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        (folder / "tmp").mkdir()
        self.port = free_port()
        conf = folder / "nginx.conf"
        conf.write_text(_CONF.format(folder=folder, root=self.root, port=self.port))
        self._process = subprocess.Popen(["/usr/sbin/nginx", "-c", conf, "-e", folder / "log"])
        wait_open(self.port)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def wait_open(port: int) -> None:
    """Wait until somebody listens; AssertionError after a while."""
    waiting = threading.Event()
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        waiting.wait(0.1)
    raise AssertionError(f"nobody listens at port {port}")


class Scripted(threading.Thread):
    """A server that answers one connection after the other with `answers`, the last one for ever.

    An answer is the bytes that are sent before the connection is closed; with RESET as its end it
    is broken off, with HOLD it stays open.
    """

    RESET = b"<reset>"
    HOLD = b"<hold>"

    def __init__(self, answers: list[bytes] | Callable[[bytes], bytes]) -> None:
        super().__init__(daemon=True)
        self.answers = answers
        self.requests: list[bytes] = []
        self._held: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    def url(self, path: str = "f.txt") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def run(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            client.settimeout(LIMIT_S)
            self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        request = b""
        try:
            while b"\r\n\r\n" not in request:
                data = client.recv(4096)
                if not data:
                    return
                request += data
            self.requests.append(request)
            self._answer(client, self._chosen(request))
        except OSError:
            client.close()

    def _chosen(self, request: bytes) -> bytes:
        if callable(self.answers):
            return self.answers(request)
        return self.answers[min(len(self.requests), len(self.answers)) - 1]

    def _answer(self, client: socket.socket, answer: bytes) -> None:
        client.sendall(answer.removesuffix(self.RESET).removesuffix(self.HOLD))
        if answer.endswith(self.HOLD):
            self._held.append(client)
            return
        if answer.endswith(self.RESET):
            # what was sent before is read: a reset overtakes nothing that was acknowledged
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()

    def end(self) -> None:
        # a listening socket that is only closed goes on accepting in the thread that waits
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for client in self._held:
            client.close()
        self.join()


@contextmanager
def scripted(*answers: bytes) -> Iterator[Scripted]:
    server = Scripted(list(answers))
    server.start()
    try:
        yield server
    finally:
        server.end()


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[Scripted]:
    server = Scripted(answer)
    server.start()
    try:
        yield server
    finally:
        server.end()


def page(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An answer with a content length: that of the body, or a wrong one."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
