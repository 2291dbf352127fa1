# SPDX-License-Identifier: MIT
"""The services there are: (name, module of its session, port, how many connections, the same
module where there is a certificate, or None: it has no TLS).

The module has `async def session(connection)`, which returns None, or the coroutine of what the
connection becomes. It is loaded with the first connection.
"""

TELNET = ("utelnetd", "upyos/svc/telnet.py", 23, 4, None)
FTP = ("uftpd", "upyos/svc/ftp.py", 21, 6, "upyos/tls/ftps.py")
HTTP = ("uhttpd", "upyos/svc/http.py", 80, 5, "upyos/tls/https.py")
