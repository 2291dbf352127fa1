# SPDX-License-Identifier: MIT
"""The WebSocket of uhttpd: a terminal session beside a telnet session."""

import pytest
from network import LIMIT_S, Plain, free_port
from web_server import Reply
from web_socket import ACCEPT, WebSocket, frame, request


def opened(web, **fields: str) -> WebSocket:
    socket = WebSocket(web.plain(), **fields)
    assert socket.head.startswith("HTTP/1.1 101 "), socket.head
    return socket


def test_keys_and_what_is_shown(web):
    socket = opened(web)
    assert f"Sec-WebSocket-Accept: {ACCEPT}" in socket.head
    socket.until(b"/ $: ")
    socket.send(b"< 6 ")
    socket.send("* 7, 'é€'\r".encode())
    assert "(42, 'é€')".encode() not in socket.until(b"42 ")
    socket.until("é€\r\n/ $: ".encode())
    web.session.settle()
    assert web.session.run("echo cable") == "cable"
    socket.until(b"cable\r\n/ $: ")


def test_beside_telnet(web):
    port = free_port()
    web.session.run(f"utelnetd start -p {port}")
    telnet = Plain(port)
    telnet.until(b"/ $: ")
    socket = opened(web)
    socket.until(b"/ $: ")
    telnet.send(b"echo from telnet\r\n")
    socket.until(b"\r\nfrom telnet\r\n/ $: ")
    socket.send(b"echo from the page\r")
    telnet.until(b"\r\nfrom the page\r\n/ $: ")
    telnet.close()
    socket.send(b"echo alone\r")
    socket.until(b"\r\nalone\r\n/ $: ")


def test_a_second_one_takes_over(web):
    first = opened(web)
    first.until(b"/ $: ")
    second = opened(web)
    second.until(b"/ $: ")
    first.until(b"The console was taken over.\r\n")
    assert first.closed() == 1000
    second.send(b"echo here\r")
    second.until(b"\r\nhere\r\n")


def test_size_of_the_window(web):
    socket = opened(web)
    socket.until(b"/ $: ")
    socket.send(b"\x00\x32\x00\x14", kind=2)
    socket.send(b"echo $COLUMNS $LINES\r")
    socket.until(b"\r\n50 20\r\n")


def test_interrupt(web):
    socket = opened(web)
    socket.until(b"/ $: ")
    socket.send(b"sleep 1000\r")
    socket.until(b"sleep 1000\r\n")
    socket.send(b"\x03")
    socket.until(b"/ $: ")


def test_ping_fragments_and_close(web):
    socket = opened(web)
    socket.until(b"/ $: ")
    socket.send(b"are you there", kind=9)
    assert socket.receive() == (10, b"are you there")
    socket.client.send(
        frame(1, b"echo a", final=False)
        + frame(9, b"x")
        + frame(0, b"b", final=False)
        + frame(0, b"c\r")
    )
    seen = b""
    while b"\r\nabc\r\n" not in seen:
        kind, data = socket.receive()
        assert kind == 2 or (kind, data) == (10, b"x")
        seen += data if kind == 2 else b""
    socket.send(b"\x03\xe8", kind=8)
    assert socket.closed() == 1000


BAD_FRAMES = (
    (frame(1, b"x" * 1025), 1009),
    (frame(1, b"x" * 70000), 1009),
    (frame(1, b"x", masked=False), 1002),
    (frame(0, b"x"), 1002),
    (frame(3, b"x"), 1002),
    (frame(11, b"x"), 1002),
    (frame(9, b"x" * 126), 1002),
    (frame(9, b"x", final=False), 1002),
    (frame(1, b"", final=False) + frame(1, b"y"), 1002),
    (b"\xc1\x81\x00\x00\x00\x00x", 1002),
)


def test_frames_that_are_none(web):
    for data, status in BAD_FRAMES:
        socket = opened(web)
        socket.until(b"/ $: ")
        socket.client.send(data)
        assert socket.closed() == status, data[:9]
    # frames that break off
    for data in (frame(2, b"\0\x50\0\x18")[:-1], frame(1, b"ab")[:-2], frame(1, b"a" * 126)[:2]):
        socket = opened(web)
        socket.client.send(data)
        socket.client.close()
    web.session.type("echo on")
    assert web.session.wait_texts(["\non\n"], LIMIT_S) is None
    assert "Error" not in web.session.text


def test_requests_that_open_none(web):
    for fields, status in (
        ({"Upgrade": "h2c"}, 400),
        ({"Sec_WebSocket_Key": ""}, 400),
        ({"Sec_WebSocket_Version": "8"}, 426),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 101),
    ):
        client = web.plain()
        client.send(request(**fields))
        head = client.until(b"\r\n\r\n")
        assert Reply(head).status == status, fields
        if status == 426:
            assert b"Sec-WebSocket-Version: 13" in head


def test_nothing_before_the_log_in(guarded_web):
    assert guarded_web.raw(request()).status == 401
    wrong = request(Cookie="upyos=" + "0" * 32)
    assert guarded_web.raw(wrong).status == 401
    guarded_web.log_in()
    socket = opened(guarded_web, Cookie=f"a=b; upyos={guarded_web.cookie}")
    socket.until(b"/ $: ")


def test_stop_ends_it(web):
    socket = opened(web)
    socket.until(b"/ $: ")
    socket.send(b"uhttpd stop\r")
    socket.client.rest()
    web.session.settle()
    assert web.session.run("echo on") == "on"
    with pytest.raises(ConnectionRefusedError):
        web.plain()
