# SPDX-License-Identifier: MIT
"""Answers with bytes that are other ones: the clients refuse or read them, and that is all."""

import pytest
from session import Session

# the fields of an answer without a network: what link.Link would hand over
HTTP = """
import random
from webclient import http, url, Request
GOOD = (
    b"HTTP/1.1 200 OK\\r\\nContent-Length: 12\\r\\nETag: \\"a\\"\\r\\n\\r\\nhello there!",
    b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
    b"5\\r\\nhello\\r\\n7;x\\r\\n there!\\r\\n0\\r\\n\\r\\n",
    b"HTTP/1.1 206 Partial\\r\\nContent-Range: bytes 0-4/5\\r\\n"
    b"Content-Length: 5\\r\\n\\r\\nhello",
    b"HTTP/1.1 100 Go\\r\\n\\r\\nHTTP/1.0 200 OK\\r\\n\\r\\nto the end",
    b"HTTP/1.1 302 Found\\r\\nLocation: /a/../b?x=%41#c\\r\\n\\r\\n",
)
SIGNS = b"\\0\\n\\r: 0-9;\\xff%"
class Wire:
    def __init__(self, data):
        self.data = data
    def line(self, most):
        at = self.data.find(b"\\n") + 1 or len(self.data)
        if at >= most:
            raise ValueError("a line of the answer is too long")
        found, self.data = self.data[:at], self.data[at:]
        return found
    def readinto(self, block):
        count = min(len(block), len(self.data), 7)
        block[:count] = self.data[:count]
        self.data = self.data[count:]
        return count
    def close(self):
        pass
def mutated(data):
    data = bytearray(data)
    for _ in range(random.randint(0, 4)):
        at = random.randrange(len(data))
        kind = random.randrange(4)
        if kind == 0:
            data[at] = random.choice(SIGNS) if random.randrange(2) else random.randrange(256)
        elif kind == 1:
            data = data[:at] + data[at + 1 :]
        elif kind == 2:
            data = data[:at] + data[at : at + 9] + data[at:]
        else:
            data = data[: max(at, 1)]
        if not data:
            data = bytearray(b"x")
    return bytes(data)
def __main__(args):
    random.seed(int(args[0]))
    place = url.Url("http://h/f")
    read = refused = 0
    block = memoryview(bytearray(64))
    for _ in range(int(args[1])):
        data = mutated(random.choice(GOOD))
        try:
            with http._answer(Wire(data), place, Request()) as page:
                total = 0
                while count := page.readinto(block):
                    total += count
                assert total <= len(data)
                if "location" in page.headers:
                    place.joined(page.headers["location"]).file_name()
            read += 1
        except ValueError:
            refused += 1
    print("read", read > 0, "refused", refused > 0, read + refused)
"""
MQTT = """
import random
import mqtt
class Wire:
    limit_ms = None
    def __init__(self, data):
        self.data = data
    def readinto(self, block):
        count = min(len(block), len(self.data))
        block[:count], self.data = self.data[:count], self.data[count:]
        return count
    def write(self, data):
        pass
    def close(self):
        pass
GOOD = b"\\x30\\x07\\x00\\x03a/btt"
GOOD += b"\\x32\\x09\\x00\\x03a/b\\x00\\x01tt"
GOOD += b"\\x34\\x09\\x00\\x03a/b\\x00\\x02tt\\x62\\x02\\x00\\x02\\xd0\\x00"
def __main__(args):
    random.seed(int(args[0]))
    for _ in range(int(args[1])):
        data = bytearray(GOOD)
        for _ in range(random.randint(1, 4)):
            data[random.randrange(len(data))] = random.randrange(256)
        client = mqtt.Client("h")
        client.wire = Wire(bytes(data))
        try:
            while True:
                client._packet()
        except (ValueError, OSError):
            pass
    print("done")
"""


@pytest.fixture
def unix(machines):
    files = {"/t/http.py": HTTP, "/t/mqtt.py": MQTT}
    with machines.shared("UNIX", "web-fuzz", files) as machine:
        yield Session(machine)


@pytest.mark.parametrize("seed", range(4))
def test_http(unix, full, seed):
    count = 20_000 if full else 3000
    assert unix.run(f"/t/http {seed} {count}") == f"read True refused True {count}"


@pytest.mark.parametrize("seed", range(2))
def test_mqtt(unix, full, seed):
    assert unix.run(f"/t/mqtt {seed} {20_000 if full else 3000}") == "done"
