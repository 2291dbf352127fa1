# SPDX-License-Identifier: MIT
"""The services there are: (name, module of its session, port, how many connections).

The module has `async def session(connection)`. It is loaded with the first connection.
"""

TELNET = ("utelnetd", "upyos/svc/telnet.py", 23, 4)
FTP = ("uftpd", "upyos/svc/ftp.py", 21, 6)
HTTP = ("uhttpd", "upyos/svc/http.py", 80, 5)
