# SPDX-License-Identifier: MIT
"""The FTP service for programs (behaviour contract 8.6)."""


def start(port=21, verbose=0, splash=True):
    """Start it, and print where it can be reached if splash.

    verbose is not used. Raises OSError, ValueError, ImportError, upyos.svc.service.Refused.
    """
    from upyos.svc import kinds, service

    if not service.running("uftpd"):
        service.start(kinds.FTP, None, port, not splash)


def stop():
    """Stop it."""
    from upyos.svc import service

    service.stop("uftpd")


def restart():
    """Stop it and start it again at the same port."""
    from upyos.svc import kinds, service

    service.restart(kinds.FTP, None, None)
