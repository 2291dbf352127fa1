# SPDX-License-Identifier: MIT
"""TLS of services: the board's certificate, and connections under it (behaviour contract 9.6).

Only firmware of boards with TLS has this folder, and it is loaded where there is a certificate.
"""

import binascii
from asyncio import core

import _upyos
from micropython import const
from upyos.lib import secrets
from upyos.svc import service

_HTTPS_PORT = const(443)
# A connection takes about 30 KB of memory, so there are few.
_HTTPS_CONNECTIONS = const(3)
# How long a peer has for the handshake, and how long others wait for its place meanwhile.
_HANDSHAKE_S = const(10)
_MOMENT_MS = const(2000)
_MOST_BYTES = const(16384)
_POLLIN = const(1)
_EIO = const(5)


def begin(proc):
    """Have the sessions of a service that is about to start know TLS; begin https for uhttpd.

    Closes its socket if it cannot start: raises Refused.
    """
    try:
        _begin(proc)
    except service.Refused:
        proc.sock.close()
        raise


def _begin(proc):
    context = _context()
    name, _, port, connections, path = proc.kind
    if name != "uhttpd":
        proc.context = context
        proc.kind = (name, path, port, connections, None)
        return
    https = ("uhttpsd", path, _HTTPS_PORT, _HTTPS_CONNECTIONS, None)
    service.stop("uhttpsd")
    service.start(https, proc.place[0], None, True, context)
    proc.twin = service.running("uhttpsd")
    if proc.settings.get("tls"):
        proc.kind = (name, "upyos/tls/redirect.py", port, connections, None)


def _context():
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    key = _parts(secrets.TLS_KEY, b"PRIVATE KEY")[0]
    for certificate in _parts(service.CERTIFICATE, b"CERTIFICATE"):
        try:
            # those of the authorities between stand behind the board's own
            context.load_cert_chain(certificate, key)
        except (ValueError, OSError):
            raise service.Refused("damaged: %s or %s" % (service.CERTIFICATE, secrets.TLS_KEY))
    return context


def _parts(path, name):
    """Return the parts of a file, DER each: itself, or those of that name in PEM (RFC 7468)."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES)
    except OSError as exc:
        from upyos.lib.reasons import reason

        raise service.Refused("%s: %s" % (path, reason(exc))) from None
    # ASN.1 SEQUENCE: X.690, 8.9.1
    if data[:1] == b"\x30":
        return [data]
    found = []
    for part in data.split(b"-----BEGIN ")[1:]:
        head, _, text = part.partition(b"-----")
        if head == b"ENCRYPTED PRIVATE KEY" or b",ENCRYPTED" in text:
            raise service.Refused(path + ": the key has a passphrase")
        if head[-len(name) :] == name:
            found.append(_der(text.partition(b"-----")[0]))
    if not found:
        raise service.Refused("%s: no %s in it" % (path, str(name, "ascii").lower()))
    return found


def _der(text):
    try:
        return binascii.a2b_base64(text)
    except ValueError:
        # what is neither a key nor a certificate
        return b""


async def greet(connection):
    """Put TLS over a connection. Raises OSError if the peer does not speak it."""
    before_s = connection.left_s
    connection.left_s = min(before_s or _HANDSHAKE_S, _HANDSHAKE_S)
    connection.hold(_MOMENT_MS)
    try:
        connection.sock = connection.service.context.wrap_socket(
            connection.wire, server_side=True, do_handshake_on_connect=False
        )
    except (OSError, ValueError, MemoryError):
        # for want of memory
        raise OSError(_EIO) from None
    await _done(_upyos.greet, connection)
    connection.left_s = before_s


async def part(connection):
    """Say that nothing more comes: else a peer cannot know that it has all."""
    await _done(_upyos.part, connection)


async def _done(step, connection):
    """Call step until it is done, and wait meanwhile for what it wants."""
    while event := step(connection.sock):
        await _ready(connection.wire, event)


def _ready(wire, event):
    if event == _POLLIN:
        yield core._io_queue.queue_read(wire)
    else:
        yield core._io_queue.queue_write(wire)
