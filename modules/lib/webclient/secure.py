# SPDX-License-Identifier: MIT
"""TLS of a client: the server must show a certificate that is trusted and valid now."""

import binascii
import time

from micropython import const

# What is trusted without a file of the user's own.
ROOTS = "/etc/roots.pem"
# A clock that was never set is before that.
_FIRST_YEAR = const(2025)
_ENOENT = const(2)
_BEGIN = const(b"-----BEGIN CERTIFICATE")
_END = const(b"-----END CERTIFICATE")


def check(path=None):
    """Raise what keeps TLS from working here, before anything is sent.

    ImportError on a board without TLS, ValueError without a clock or certificates.
    """
    try:
        import tls  # noqa: F401
    except ImportError:
        raise ImportError("this board has no TLS: http only") from None
    if time.gmtime()[0] < _FIRST_YEAR:
        raise ValueError("certificates need a clock that is set (ntpupdate)")
    try:
        open(path or ROOTS).close()
    except OSError as exc:
        if exc.errno != _ENOENT:
            raise
        raise ValueError("no certificates in " + (path or ROOTS)) from None


def wrap(wire, host, path=None):
    """Put TLS over a link. Raises ValueError without certificates."""
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED
    count = 0
    for certificate in _certificates(path or ROOTS):
        try:
            context.load_verify_locations(certificate)
        except ValueError:
            raise ValueError("damaged certificate in " + (path or ROOTS)) from None
        count += 1
    if not count:
        raise ValueError("no certificates in " + (path or ROOTS))
    tls = context.wrap_socket(wire.sock, server_hostname=host, do_handshake_on_connect=False)
    wire.over(tls)


def send(wire, data):
    """Send the first data, and with it the greetings of TLS.

    Raises ValueError with the reason if the server is not trusted.
    """
    try:
        wire.write(data)
    except ValueError as exc:
        # each reason stands in a line of its own, an empty one before it
        why = "; ".join(line for line in str(exc).split("\n") if line)
        raise ValueError("certificate refused: " + why[:1].lower() + why[1:]) from None
    except OSError as exc:
        if exc.errno > 0:
            raise
        raise ValueError("no TLS with this server: " + str(exc.args[-1])) from None


def _certificates(path):
    """Yield the certificates of a file, DER each: one as it is, or those of a PEM file."""
    with open(path, "rb") as file:
        first = file.read(1)
        # ASN.1 SEQUENCE: X.690, 8.9.1
        if first == b"\x30":
            yield first + file.read()
            return
        text = None
        line = first + file.readline()
        while line:
            if line.startswith(_BEGIN):
                text = b""
            elif line.startswith(_END) and text:
                yield _der(text)
                text = None
            elif text is not None:
                text += line.strip()
            line = file.readline()


def _der(text):
    try:
        return binascii.a2b_base64(text)
    except ValueError:
        # what no certificate is
        return b""
