# SPDX-License-Identifier: MIT
"""How fast FTP takes a file on UNIX, beside a bare loop that receives and writes."""

import ftplib
import io
import socket
import statistics
import time
from dataclasses import dataclass

from upyfw.targets.unix import Unix

SIZE_BYTES = 2 << 20
ROUNDS = 5
_LIMIT_S = 60
# what does nothing else: the program of issue 10's comparison
BARE = """import socket
def __main__(args):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(socket.getaddrinfo("127.0.0.1", int(args[0]))[0][-1])
    s.listen(1)
    block = memoryview(bytearray(4096))
    for _ in range(%d):
        c = s.accept()[0]
        with open("/t/bare", "wb") as f:
            while n := c.readinto(block):
                f.write(block[:n])
        c.close()
    s.close()
    print("done")
"""
PROGRAM = (BARE % ROUNDS).encode()


@dataclass(frozen=True)
class Rates:
    """Bytes a second, medians of ROUNDS."""

    ftp: float
    bare: float

    @property
    def share(self) -> float:
        return self.ftp / self.bare


def measure(target: Unix, port: int, data_port: int) -> Rates:
    """Measure a board at its prompt, which has PROGRAM as /t/bare.py; the ports are free ones."""
    data = bytes(range(256)) * (SIZE_BYTES // 256)
    target.send(f"/t/bare {port}\r".encode())
    target.read_quiet(0.3)
    bare = statistics.median(_bare_s(port, data) for _ in range(ROUNDS))
    target.wait_prompt()
    target.run("rm /t/bare")
    target.run(f"echo '{{\"data_port\": {data_port}}}' > /etc/uftpd.conf")
    target.run(f"uftpd start -p {port}")
    with ftplib.FTP(timeout=_LIMIT_S) as ftp:
        ftp.connect("127.0.0.1", port)
        ftp.login("anybody", "")
        ours = statistics.median(_ftp_s(ftp, data) for _ in range(ROUNDS))
    target.run("uftpd stop")
    return Rates(SIZE_BYTES / ours, SIZE_BYTES / bare)


def _bare_s(port: int, data: bytes) -> float:
    start_s = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), _LIMIT_S) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        peer.recv(1)
    return time.perf_counter() - start_s


def _ftp_s(ftp: ftplib.FTP, data: bytes) -> float:
    start_s = time.perf_counter()
    ftp.storbinary("STOR /t/ftp", io.BytesIO(data), 1 << 16)
    took_s = time.perf_counter() - start_s
    ftp.delete("/t/ftp")
    return took_s
