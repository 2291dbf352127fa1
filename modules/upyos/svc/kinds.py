# SPDX-License-Identifier: MIT
"""The services there are: (name, what loads its session, port, how many connections)."""


def _telnet():
    from upyos.svc import telnet

    return telnet.session


def _ftp():
    from upyos.svc import ftp

    return ftp.session


def _http():
    from upyos.svc import http

    return http.session


TELNET = ("utelnetd", _telnet, 23, 4)
FTP = ("uftpd", _ftp, 21, 6)
HTTP = ("uhttpd", _http, 80, 5)
