# SPDX-License-Identifier: MIT
"""The telnet service for programs (behaviour contract 8.6)."""


def start(port=23):
    """Start it. Raises OSError, ValueError, ImportError, upyos.svc.service.Refused."""
    from upyos.svc import kinds, service

    if not service.running("utelnetd"):
        service.start(kinds.TELNET, None, port)


def stop():
    """Stop it."""
    from upyos.svc import service

    service.stop("utelnetd")
