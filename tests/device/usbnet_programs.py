# SPDX-License-Identifier: MIT
"""Programs for the flash of a board with a network: what test_usbnet.py types the names of."""

ECHO = """\
import socket
def __main__(args):
    s = socket.socket()
    s.bind(("0.0.0.0", 7))
    s.listen(2)
    print("ready")
    while True:
        c, a = s.accept()
        c.settimeout(2)
        try:
            while data := c.recv(1024):
                c.sendall(data)
        except OSError:
            pass
        c.close()
"""
# the same beside the prompt
ASYNC_ECHO = """\
import asyncio
async def serve(reader, writer):
    while data := await reader.read(1024):
        writer.write(data)
        await writer.drain()
    writer.close()
async def __main__(args):
    server = await asyncio.start_server(serve, "0.0.0.0", 7)
    print("ready")
    await server.wait_closed()
"""
# serves one connection: reads nothing for a while, then all, and says how it ended
SLOW_READER = """\
import socket, time
def __main__(args):
    s = socket.socket()
    s.bind(("0.0.0.0", 7))
    s.listen(1)
    print("ready")
    c, a = s.accept()
    time.sleep(1)
    got = 0
    end = "end"
    while True:
        try:
            data = c.recv(512)
        except OSError as e:
            end = e.errno
            break
        if not data:
            break
        got += len(data)
    print("got", got, end)
"""
# takes connections and reads from none of them but the last
UNREAD = """\
import socket
def __main__(args):
    s = socket.socket()
    s.bind(("0.0.0.0", 7))
    s.listen(5)
    print("ready")
    kept = [s.accept()[0] for _ in range(4)]
    while data := kept[-1].recv(1024):
        kept[-1].sendall(data)
    print("closed")
"""
# one page, whatever is asked for
PAGE = """\
import asyncio
async def serve(reader, writer):
    while (await reader.readline()).strip():
        pass
    body = bytes(range(256)) * 40
    writer.write("HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body))
    writer.write(body)
    await writer.drain()
    writer.close()
async def __main__(args):
    server = await asyncio.start_server(serve, "0.0.0.0", 80)
    print("ready")
    await server.wait_closed()
"""
# fetches a page of its host
FETCH = """\
import network, socket
def __main__(args):
    s = socket.socket()
    s.connect((network.USBD_NCM().config("host"), 8000))
    s.sendall(b"GET /page HTTP/1.0\\r\\n\\r\\n")
    data = b""
    while more := s.recv(512):
        data += more
    print(len(data), data[-11:])
"""
# asks for a name that nobody has, and says how that ended once the cable is in again
RESOLVER = """\
import network, socket, time
def __main__(args):
    print("ready")
    begin = time.ticks_ms()
    try:
        socket.getaddrinfo("nobody.local", 80)
        end = "found"
    except OSError:
        end = "failed"
    took = time.ticks_diff(time.ticks_ms(), begin) // 1000
    while not network.USBD_NCM().isconnected():
        time.sleep(0.1)
    time.sleep(1)
    print("lookup", end, took)
"""
FILES = {"/bin/echod.py": ECHO, "/bin/aecho.py": ASYNC_ECHO, "/bin/slow.py": SLOW_READER}
FILES |= {"/bin/page.py": PAGE, "/bin/fetch.py": FETCH}
FILES |= {"/bin/resolver.py": RESOLVER, "/bin/unread.py": UNREAD}
