# SPDX-License-Identifier: MIT
"""Sockets of services."""


def listen(address, port):
    """Return a listening socket. Raises OSError, ImportError without a network."""
    import socket

    import upyos_port

    place = socket.getaddrinfo(address, port)[0][-1]
    sock = socket.socket()
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
        sock.listen(upyos_port.BACKLOG)
        upyos_port.prepare(sock)
    except OSError:
        sock.close()
        raise
    return sock


def address(peer):
    """Return the address in what accept() gave, a text."""
    if isinstance(peer, tuple):
        return peer[0]
    import socket

    return ".".join(str(byte) for byte in socket.sockaddr(peer)[1])
